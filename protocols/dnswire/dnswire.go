// Package dnswire is the Domain Name System as mail needs it: zones and the
// answers that a name server computes from them, the walk of a resolver from
// the root to an answer and the cache it leaves behind, the questions of mail
// software (which hosts take mail for a domain, in which order), and packets
// explained byte by byte.
//
// A name server that is authoritative for a zone answers from the zone's text:
// with the records (AA is set), with a referral to the servers of a part that
// was delegated away, with "no such name" or with "no such data", the latter
// two with the zone's SOA record, whose last number says how long the denial
// may be remembered. A resolver starts at the root and follows referrals; the
// small stub resolver inside a mail program only asks a resolver.
//
// All servers here behave as BIND 9.18. Everything is sans I/O: a packet goes
// in, a packet comes out; the resolver, which has to ask others, does so
// through an Exchanger. The records and the packet format are those of
// github.com/miekg/dns. Names have no final dot on the outside of this
// package ("alabala.com"; the root is "."); letter case never matters.
//
// RFC 1034 and 1035 (concepts, format), 2181 (clarifications, trust), 2308
// (negative answers), 6891 (EDNS), 7873 and 9018 (cookies), 7505 (null MX),
// 7816 and 9156 (minimised questions), 4592 (wildcards).
package dnswire

import (
	"net/netip"
	"time"
)

// Dice is where chance comes from: the order of records in an answer, ids of
// questions, the choice between servers. A *rand.Rand of math/rand/v2 is one. A
// nil Dice leaves records in their canonical order.
type Dice interface {
	// IntN returns a number from 0 to n-1.
	IntN(n int) int
}

// Request tells a server what it knows of a question besides its bytes.
type Request struct {
	From netip.Addr // who asks, for the cookie
	Port uint16     // the client's, over UDP
	TCP  bool       // over TCP nothing is ever truncated
	Now  time.Time  // for cookies and the age of cached records
	Dice Dice       // the order of records in the answer
	Room []byte     // memory for the reply, which may be of use; nil: there is none
}

// Limits of what is accepted from outside.
const (
	// MaxZoneText is the largest zone file in bytes.
	MaxZoneText = 4 << 20
	// MaxZoneRecords is the largest number of records of a zone.
	MaxZoneRecords = 100_000
	// MaxConfText is the largest named.conf in bytes.
	MaxConfText = 1 << 20
	// MaxUDP is the size of a UDP answer without EDNS (RFC 1035 §4.2.1).
	MaxUDP = 512
	// EDNSSize is the largest UDP message that our servers send and announce,
	// BIND's edns-udp-size.
	EDNSSize = 1232
)

// shuffle puts n things in random order; a nil dice leaves them.
func shuffle(n int, dice Dice, swap func(i, j int)) {
	if dice == nil {
		return
	}
	for i := n - 1; i > 0; i-- {
		swap(i, dice.IntN(i+1))
	}
}
