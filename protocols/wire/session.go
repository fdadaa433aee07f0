// Package wire holds what the mail protocols have in common on the wire: the
// shape of the server half of a dialogue (Session), of the units that such a
// dialogue consists of (Unit, Splitter), lines ending in CRLF, and
// dot-stuffing (RFC 5321 §4.5.2, RFC 1939 §3).
//
// Everything here is sans I/O. Who owns the connection feeds bytes and sends
// what comes back; the same session therefore serves a simulated connection, a
// real socket and a test document.
package wire

import "time"

// Session is the server half of a protocol: an explicit state, a command
// table, bytes in, bytes out. A Session belongs to one process at a time.
//
// Any split of input that arrives at one instant gives the same output. The
// slices that Open, Feed and TimedOut return are valid until the next call.
type Session interface {
	// Open returns the greeting. It is called once, before any Feed.
	Open() []byte
	// Feed takes input and returns the replies to all commands that it
	// completed. more tells that further input has already arrived behind
	// this one, which is how a server notices pipelining (RFC 2920 §3.2). A
	// backend call inside Feed may park the calling process.
	Feed(in []byte, more bool) []byte
	// Lost tells the session that the peer's half of the connection is gone.
	// A transaction under way is dropped, as after RSET. It returns what
	// the server still says, usually nothing.
	Lost() []byte
	// Timeout is how long the owner waits for the next input; 0 is forever.
	Timeout() time.Duration
	// TimedOut tells the session that Timeout has passed in silence and
	// returns its last words.
	TimedOut() []byte
	// Next says what the owner has to do after having sent what Open, Feed or
	// TimedOut returned.
	Next() Next
	// State names the state of the protocol's machine as a learner reads it,
	// e.g. "MAIL given" or "TRANSACTION".
	State() string
}

// Next is what a session asks of the owner of its connection.
type Next uint8

const (
	// Continue waits for the next input.
	Continue Next = iota
	// StartTLS runs the server half of a TLS handshake, then calls the
	// session's SecuredSession.Secured and continues.
	StartTLS
	// Close closes the connection.
	Close
	// Abort resets the connection.
	Abort
)

// SecuredSession is a Session that can go on inside TLS (RFC 3207, 2595).
type SecuredSession interface {
	Session
	// Secured tells the session that a handshake succeeded; the facts are for
	// Received headers and logs.
	Secured(TLSFacts)
}

// Hesitant is a Session that answers late on purpose. What it has answered so
// far is not to wait for the answers to what else has come.
type Hesitant interface {
	Session
	// Hesitated tells whether it has, since it was asked last.
	Hesitated() bool
}

// Waker is a Session that also speaks unasked (IMAP IDLE, RFC 2177).
type Waker interface {
	Session
	// Watch arranges that wake is called when the session may have something
	// to say, and tells whether it is in a state in which it speaks unasked.
	// wake may be called at any time by others and must not call the session.
	Watch(wake func()) bool
	// Wake returns what the session has to say now; often nothing.
	Wake() []byte
	// WakeAt is when Wake shall be called even if nothing has happened.
	WakeAt() time.Time
}

// TLSFacts is what the endpoints of a TLS connection know about it.
type TLSFacts struct {
	Version string // "TLSv1.3"
	Cipher  string // "TLS_AES_256_GCM_SHA384"
	Bits    int    // size of the key in bits, e.g. 256
	// How the keys were agreed on, e.g. "X25519", and by which kind of
	// signature the server proved who it is, e.g. "ED25519"; "" if not known.
	KeyExchange string
	Signature   string
}

// Side says who sends.
type Side uint8

const (
	// Client is the side that opened the connection ("C:").
	Client Side = iota
	// Server is the side that was listening ("S:").
	Server
)

// String returns "C" or "S".
func (s Side) String() string {
	if s == Server {
		return "S"
	}
	return "C"
}

// UnitKind tells what a unit of a dialogue is.
type UnitKind uint8

const (
	// Line is one line: a command, a reply line, a line of a listing.
	Line UnitKind = iota
	// Content is (a piece of) a message as it stands on the wire, with
	// dot-stuffing and the final dot where the protocol has them.
	Content
	// Auth is a line of a SASL exchange (challenge or response).
	Auth
	// Raw is what the protocol cannot name: rubbish, an unfinished line.
	Raw
)

// Unit is what becomes one event of a dialogue: a line or a message content.
type Unit struct {
	N    int // its bytes, counted from the end of the unit before
	Kind UnitKind
	Verb string // the command's verb in capitals, for a Client line; for a Server line the verb it answers, if known
	Code int    // the reply code, for a Server line of SMTP; else 0
	More bool   // further lines belong to this reply or listing

	Frame int // bytes in front that only say how long the unit is, as in DNS over TCP
}

// Splitter cuts the bytes of one connection into units. It sees both sides in
// the order in which they are sent, because what a client line means can
// depend on the server's last reply (354 and 334 of SMTP, "+" of IMAP).
type Splitter interface {
	// Split appends to units those that p, sent by side, completes. Bytes
	// that complete nothing yet are remembered; the N of the unit that they
	// will belong to counts them.
	Split(units []Unit, side Side, p []byte) []Unit
	// Rest returns the number of bytes remembered for side.
	Rest(side Side) int
}
