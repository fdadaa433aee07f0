// Package smtp speaks the protocol that carries mail: SMTP (RFC 5321) with the
// extensions of today's servers, message submission (RFC 6409), and LMTP (RFC
// 2033), the local form of it that a delivery agent speaks.
//
// A client connects, and the server greets it with "220". The client says
// who it is (EHLO), and hands over one message or more. Each is a
// transaction: MAIL names who gets it back if it cannot be delivered, RCPT,
// once for each, who shall have it, DATA brings the message itself. What MAIL
// and RCPT say is the envelope; what the header of the message says plays no
// part. To every command the server gives a reply: three digits for programs,
// often an enhanced status code (RFC 3463) behind them, and a text for people.
//
// The server is Session: a state and a table of commands (command.go), bytes
// in, bytes out. It answers as Postfix 3.7's smtpd(8), in LMTP as Dovecot 2.3.
// What depends on the configuration of the host and on its queue it asks its
// Backend. The client is Client, code that reads from top to bottom and does
// what Postfix's smtp(8) and lmtp(8) do, or a plain mail program. Splitter
// cuts the bytes of a connection into lines and contents.
//
//	RFC 5321  SMTP                 RFC 2920  PIPELINING
//	RFC 1870  SIZE                 RFC 3030  CHUNKING: BDAT
//	RFC 1985  ETRN                 RFC 3207  STARTTLS
//	RFC 2033  LMTP                 RFC 3461  DSN
//	RFC 2034  ENHANCEDSTATUSCODES  RFC 4954  AUTH
//	RFC 6152  8BITMIME             RFC 6531  SMTPUTF8
package smtp

// State is the state of a server session, as a learner reads it:
//
//	            EHLO, HELO          MAIL             RCPT
//	connected ────────────▶ greeted ─────▶ MAIL given ─────▶ RCPT given ◀─┐ RCPT
//	    │                   ▲  ▲  ▲            │  ▲            │  │  │  └──┘
//	    │ MAIL (helo not    │  │  └── RSET, ───┘  └── RSET ────┘  │  │ BDAT n
//	    │ required)         │  │      EHLO                        │  ▼
//	    └──────────▶        │  └────── BDAT n LAST ───────── BDAT given
//	                        │                 DATA                │
//	                        └── "." ◀──── content ◀───────────────┘
//
// AUTH and STARTTLS leave greeted for a dialogue of their own and come back to
// it (STARTTLS to connected); QUIT, 421 and 521 end in closed.
type State uint8

const (
	// Connected: the greeting is out, the client has not said who it is.
	Connected State = iota
	// Greeted: HELO, EHLO or LHLO was given; no transaction is open.
	Greeted
	// MailGiven: a transaction is open, without recipients so far.
	MailGiven
	// RcptGiven: at least one recipient was accepted.
	RcptGiven
	// Content: after 354; everything up to the lone dot is the message.
	Content
	// Chunking: BDAT has begun to bring the message.
	Chunking
	// Authenticating: after 334; the next line is a response (RFC 4954 §4).
	Authenticating
	// Securing: after the 220 to STARTTLS, until the handshake is done.
	Securing
	// Closed: the session is over.
	Closed
)

var stateNames = [...]string{"connected", "greeted", "MAIL given", "RCPT given", "content", "BDAT given", "AUTH", "STARTTLS", "closed"}

// String returns the state's name as in the diagram.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// States is a set of states.
type States uint16

// Has reports whether the set holds a state.
func (set States) Has(s State) bool { return set&(1<<s) != 0 }

// setOf makes a set.
func setOf(states ...State) States {
	var set States
	for _, s := range states {
		set |= 1 << s
	}
	return set
}
