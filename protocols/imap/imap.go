// Package imap is the Internet Message Access Protocol, version 4rev1: how a
// reader works with mail that stays on the server (RFC 3501).
//
// A client opens a connection to port 143 (993 inside TLS) and sends commands,
// each behind a tag of its own choice: "a1 SELECT INBOX". The server answers
// with lines behind "*" that tell facts, and ends with a line behind the same
// tag: OK, NO (it could not be done) or BAD (it was not understood). Facts may
// come with any command, because several readers work on one mailbox at a time:
// "* 5 EXISTS" says that mail has arrived, "* 2 EXPUNGE" that message 2 is gone
// and all behind it have moved up. A message has a number, which changes so,
// and a UID, which never does. Octets that are no line travel as literals: "{12}"
// at the end of a line announces twelve octets; the server says "+" first.
//
//	session.go     bytes in, bytes out; who waits for whom
//	arg.go         the grammar of arguments
//	command.go     the table of commands
//	mailbox.go     what all sessions on one mailbox share
//	view.go        what one session has been told of it
//	fetch*.go, search*.go, list.go, …   a file a command
//
// The server half behaves as Dovecot 2.3 does, to the letter of its replies,
// also where the RFCs would allow or want something else; such places say so.
// What depends on users, mailboxes and time it asks of a Backend.
//
// What it does not do: LIST never tells \Marked and \Unmarked, which in Dovecot
// hang on how old a directory is; a keyword that one session has only searched
// for is known to the others at once; texts are compared as they are written,
// where Dovecot takes accents off letters and finds "Café" by "cafe" (RFC 5051);
// URLAUTH, METADATA and QUOTA are refused as
// Dovecot refuses them when it is not configured for them. Where Dovecot 2.3.19
// crashes (MIMEPART with PARENT, PREVIEW with two algorithms, RETURN (MIN COUNT
// UPDATE)) it answers.
//
// RFC 3501 (IMAP4rev1), 2087-9051 for the extensions: 2177 (IDLE), 2342
// (NAMESPACE), 2971 (ID), 3348 (CHILDREN), 3502 (MULTIAPPEND), 3516 (BINARY),
// 3691 (UNSELECT), 4469 (CATENATE), 4315 (UIDPLUS), 4731 (ESEARCH), 4959 (SASL-IR), 5032
// (WITHIN), 5161 (ENABLE), 5182 (SEARCHRES), 5256 (SORT, THREAD), 5258
// (LIST-EXTENDED), 5267 (ESORT, CONTEXT), 5465 (NOTIFY), 5530 (response codes),
// 5819 (LIST-STATUS), 6154 (SPECIAL-USE), 6851 (MOVE), 7162 (CONDSTORE, QRESYNC),
// 7888 (LITERAL+), 8438 (STATUS=SIZE), 8514 (SAVEDATE), 8970 (PREVIEW).
package imap

import (
	"errors"
	"time"
)

// Limits of the server, as Dovecot 2.3.19 sets them.
const (
	// MaxLoginLine is the longest command before login, in octets
	// (LOGIN_MAX_INBUF_SIZE).
	MaxLoginLine = 4096
	// MaxLoginLiteral is the longest literal before login.
	MaxLoginLiteral = 8192
	// MaxLoginLists is how many lists a command may have before login.
	MaxLoginLists = 1
	// MaxLine is the longest command line after login without its literals
	// (imap_max_line_length).
	MaxLine = 64 << 10
	// MaxLiteral is the longest literal that is an argument.
	MaxLiteral = 64 << 10
	// MaxAppend is the longest message that APPEND takes.
	MaxAppend = 64 << 20
	// MaxAuthLine is the longest line of a SASL exchange.
	MaxAuthLine = 8192
	// MaxBadLogin is the number of bad commands in a row before login that
	// are answered without hanging up.
	MaxBadLogin = 2
	// MaxBad is the number of bad commands in a row after login that are
	// answered without hanging up.
	MaxBad = 20
	// MaxWaiting is how many commands may wait for one report of changes
	// (CLIENT_COMMAND_QUEUE_MAX_SIZE).
	MaxWaiting = 4
	// MaxDepth is how deep lists of arguments and the parts of a message may
	// be nested.
	MaxDepth = 100
	// MaxParts is the number of parts of one message that are told apart.
	MaxParts = 10000
	// MaxKeywords is the number of keywords that one mailbox can have.
	MaxKeywords = 64
	// LoginTime is how long a client has to log in, counted from the
	// greeting.
	LoginTime = 3 * time.Minute
	// IdleTime is how long a client may be silent after login (RFC 3501 §5.4
	// asks for thirty minutes at least).
	IdleTime = 30 * time.Minute
	// StillHere is how often IDLE tells that the server is still there
	// (imap_idle_notify_interval).
	StillHere = 2 * time.Minute
)

// TLSLevel is Dovecot's setting ssl.
type TLSLevel uint8

const (
	// TLSNo offers no STARTTLS (ssl = no).
	TLSNo TLSLevel = iota
	// TLSYes offers STARTTLS (ssl = yes).
	TLSYes
	// TLSRequired refuses every login outside TLS (ssl = required).
	TLSRequired
)

// Config is what a server is configured with. Its zero value is a server
// without TLS and without SASL mechanisms that takes LOGIN.
type Config struct {
	Hostname   string   // for texts of temporary failures
	Greeting   string   // login_greeting; empty: "Dovecot ready."
	Mechanisms []string // auth_mechanisms, in capitals and in their configured order
	TLS        TLSLevel // ssl
	Local      bool     // the client is the server's own host, which counts as secured
	// DisablePlaintextAuth refuses passwords in the clear outside TLS
	// (disable_plaintext_auth; Dovecot's default is yes).
	DisablePlaintextAuth bool
	Capability           string            // imap_capability after login; empty: Capability
	Separator            byte              // of hierarchy levels; 0: "/"
	Forbidden            string            // characters no mailbox name may have, "." in a Maildir++ store
	SpecialUse           map[string]string // by name of mailbox: "\Sent" (RFC 6154)
}

// Capability is what Dovecot 2.3.19 announces after login by default.
const Capability = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT " +
	"MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES " +
	"WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE LITERAL+ NOTIFY SPECIAL-USE"

// loginCapability is what is announced before login, before STARTTLS and AUTH=.
const loginCapability = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+"

// Backend answers what depends on the server's users, mailboxes and clock.
// Each method may park the calling process.
type Backend interface {
	// Now is the time on the server's clock.
	Now() time.Time
	// Auth begins an exchange of a SASL mechanism; nil means that there is
	// none of this name. LOGIN comes as PLAIN. This is where a client waits
	// that failed before.
	Auth(mechanism string) Exchange
	// Failed is called after an exchange has failed and before the client is
	// told, which is late by auth_failure_delay.
	Failed()
	// Open opens the mail of a user.
	Open(user string) (Account, error)
}

// Exchange is the server's half of one SASL exchange (RFC 4422 §3).
type Exchange interface {
	// Next takes the client's response, nil when it has sent none yet, and
	// returns the next challenge. done tells that the client is who it says;
	// an error that it is not, or, when it has a method Temporary that says
	// so, that nobody knows just now.
	Next(response []byte) (challenge []byte, done bool, err error)
	// User is the name whose mail is to be opened, after done.
	User() string
}

// Account is the mail of one user. Names of mailboxes are as on the wire, in
// modified UTF-7 (RFC 3501 §5.1.3); the first is spelled INBOX.
type Account interface {
	audience() *Audience // by embedding one
	// Names lists the mailboxes that exist, in the order in which LIST shows
	// them, without parents that exist only in the names of others.
	Names() ([]string, error)
	// Mailbox opens a mailbox. All sessions get the same one. ErrNonexistent
	// if there is none.
	Mailbox(name string) (*Mailbox, error)
	// Create, Delete and Rename work on one existing mailbox or name.
	Create(name string) error
	Delete(name string) error
	Rename(from, to string) error
	// Subscribed lists the names subscribed to, oldest first; Subscribe and
	// unsubscribe change that.
	Subscribed() ([]string, error)
	Subscribe(name string, on bool) error
}

var (
	// ErrNonexistent is returned for a mailbox that does not exist.
	ErrNonexistent = errors.New("mailbox doesn't exist")
	// ErrExpunged is returned by Store.Read for a message that is gone.
	ErrExpunged = errors.New("message expunged")
)
