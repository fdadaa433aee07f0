// Package pop3 is the Post Office Protocol, version 3: how a reader fetches
// the mail that has arrived for him (RFC 1939).
//
// A maildrop lies on a server. A client opens a connection to port 110 (995
// inside TLS), says who it is (AUTHORIZATION), then lists, fetches and marks
// messages by number (TRANSACTION), and says QUIT, upon which the server really
// deletes what was marked (UPDATE). A connection that breaks off before QUIT
// deletes nothing. One command is outstanding at a time unless the server
// announces PIPELINING; every reply begins with "+OK" or "-ERR"; replies of
// several lines, messages too, end in a line that holds a single dot.
//
// The server half behaves as Dovecot 2.3 does, to the letter of its replies,
// also where the RFCs would allow or want something else; such places say so.
// What depends on users, mailboxes and time it asks of a Backend.
//
// RFC 1939 (POP3), 2449 (CAPA, response codes), 2595 (STLS), 5034 (AUTH),
// 3206 ([AUTH], [SYS/TEMP]), 1460 (LAST, historic).
package pop3

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Limits of the server, as Dovecot 2.3.19 sets them.
const (
	// MaxLoginLine is the longest rest of a command line before login, in
	// octets with its line end (LOGIN_MAX_INBUF_SIZE). RFC 2449 §4 asks for
	// 255 at least.
	MaxLoginLine = 1026
	// MaxLine is the longest command line after login, in octets with its
	// line end (MAX_INBUF_SIZE of pop3).
	MaxLine = 2048
	// MaxAuthLine is the longest line of a SASL exchange
	// (LOGIN_MAX_AUTH_BUF_SIZE).
	MaxAuthLine = 8192
	// MaxBadLogin is the number of bad commands in a row before login after
	// which the server hangs up.
	MaxBadLogin = 3
	// MaxBad is the number of bad commands in a row after login that are
	// answered without hanging up.
	MaxBad = 20
	// LoginTime is how long a client has to log in, counted from the
	// greeting.
	LoginTime = 3 * time.Minute
	// IdleTime is how long a client may be silent after login. RFC 1939 §3
	// asks for ten minutes at least.
	IdleTime = 10 * time.Minute
)

// TLSLevel is Dovecot's setting ssl.
type TLSLevel uint8

const (
	// TLSNo offers no STLS (ssl = no).
	TLSNo TLSLevel = iota
	// TLSYes offers STLS (ssl = yes).
	TLSYes
	// TLSRequired refuses every login outside TLS (ssl = required).
	TLSRequired
)

// Config is what a server is configured with. Its zero value is a server
// without TLS and without SASL mechanisms that takes USER and PASS.
type Config struct {
	Hostname   string   // for texts of temporary failures
	Greeting   string   // login_greeting; empty: "Dovecot ready."
	Timestamp  string   // the APOP challenge of this connection, made by Timestamp; empty: APOP is not enabled
	Mechanisms []string // auth_mechanisms, in capitals and in their configured order
	TLS        TLSLevel // ssl
	Local      bool     // the client is the server's own host, which counts as secured
	// DisablePlaintextAuth refuses passwords in the clear outside TLS
	// (disable_plaintext_auth; Dovecot's default is yes).
	DisablePlaintextAuth bool
	LockSession          bool // pop3_lock_session: one session a maildrop
	EnableLast           bool // pop3_enable_last: LAST of RFC 1460
	NoFlagUpdates        bool // pop3_no_flag_updates: RETR does not mark messages as seen
}

// Backend answers what depends on the server's users, mailboxes and clock.
// Each method may park the calling process.
type Backend interface {
	// Now is the time on the server's clock.
	Now() time.Time
	// Auth begins an exchange of a SASL mechanism; nil means that there is
	// none of this name. USER and PASS come as PLAIN, APOP as "APOP" with the
	// response timestamp NUL user NUL digest (16 octets). This is where a
	// client waits that failed before.
	Auth(mechanism string) Exchange
	// Failed is called after an exchange has failed and before the client is
	// told, which is late by auth_failure_delay.
	Failed()
	// Open opens the maildrop of user. With pop3_lock_session it waits for
	// the other session and returns ErrInUse in the end.
	Open(user string) (Maildrop, error)
}

// Exchange is the server's half of one SASL exchange (RFC 4422 §3).
type Exchange interface {
	// Next takes the client's response, nil when it has sent none yet, and
	// returns the next challenge. done tells that the client is who it says;
	// an error that it is not, or, when it has a method Temporary that says
	// so, that nobody knows just now.
	Next(response []byte) (challenge []byte, done bool, err error)
	// User is the name whose maildrop is to be opened, after done.
	User() string
}

// Maildrop is an open maildrop. What it holds is fixed when it is opened
// (RFC 1939 §5): later arrivals are seen by the next session. Messages are
// counted from 0 here and from 1 on the wire.
type Maildrop interface {
	// Messages lists all messages in the order of their numbers.
	Messages() []Message
	// Content returns a message as stored, lines ending in LF or CRLF, or
	// ErrExpunged when another session has removed it.
	Content(i int) ([]byte, error)
	// Update deletes messages and marks others as seen, at QUIT. When the
	// connection breaks, it is called only to mark, with no deleted ones.
	Update(deleted, seen []int) error
	// Close releases the maildrop and its lock. It is called once.
	Close()
}

// Message is what a maildrop tells of a message without opening it.
type Message struct {
	Size int64  // octets, each line end counted as CRLF (RFC 1939 §11)
	UID  string // what UIDL shows
	Seen bool   // it was read before
}

// ErrInUse is returned by Backend.Open when another session holds the lock.
var ErrInUse = errors.New("mailbox is locked by another POP3 session")

// ErrExpunged is returned by Maildrop.Content for a message that another
// session has removed meanwhile.
var ErrExpunged = errors.New("message expunged")

// Timestamp composes the challenge of APOP (RFC 1939 §7) as Dovecot does: the
// auth process, the connection's number there and the time, in hexadecimal,
// random octets and the host's name.
func Timestamp(pid, connection int, now time.Time, random [16]byte, host string) string {
	return fmt.Sprintf("<%x.%x.%x.%s@%s>", pid, connection, now.Unix(),
		base64.StdEncoding.EncodeToString(random[:]), host)
}

// UID composes what UIDL shows with the default pop3_uidl_format, %08Xu%08Xv.
func UID(uid, uidValidity uint32) string {
	return fmt.Sprintf("%08x%08x", uid, uidValidity)
}
