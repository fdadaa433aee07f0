package smtp

import (
	"slices"
	"time"

	"mailtrek/protocols/wire"
)

// Session is the server half of a connection. It implements
// wire.SecuredSession.
type Session struct {
	cfg     Config
	b       Backend
	forcer  Forcer // b, if it is one
	table   []Command
	small   []string
	dialect Dialect
	facts   Facts
	state   State
	next    wire.Next

	in    []byte // input that completed no command
	out   []byte // replies not yet returned
	more  bool   // further input has arrived behind the present one
	early bool   // input arrived before the greeting
	skip  bool   // the rest of a line that was too long is being skipped
	long  []byte // the beginning of that line

	words     []word
	usual     [usualWords]word // the room of words, when they are few
	line      []byte           // the command line under way
	cmd       int              // index of the command under way
	counts    []count
	errors    int
	junk      int
	bad       int    // LMTP: commands that were none
	denied    *Reply // the verdict on the client that stands for the session
	pardon    bool   // the failure under way does not count as an error
	overshoot int    // recipients refused for being too many
	remains   bool   // the transaction outlives its message, see remain
	ended     bool   // 421 for too many errors is due
	hesitated bool   // a reply came late on purpose

	msg     Message
	rcpt    Recipient
	content content
	chunk   chunk
	sasl    exchange
	reply   Reply // for replies with text of their own
}

// count is how often a command was given, and how often with success.
type count struct{ ok, all int }

// defaultLineLimit is $line_length_limit.
const defaultLineLimit = 2048

// NewSession makes a session for one connection.
func NewSession(cfg Config, b Backend) *Session {
	if cfg.LineLimit <= 0 {
		cfg.LineLimit = defaultLineLimit
	}
	if cfg.BareLFCode == 0 {
		cfg.BareLFCode = 550
	}
	s := cfg.Room.session()
	s.cfg, s.b = cfg, b
	s.forcer, _ = b.(Forcer)
	s.facts = Facts{Peer: cfg.Peer, Proto: "SMTP", Where: "CONNECT"}
	if cfg.LMTP {
		s.dialect = Dovecot
		s.facts.Proto = "LMTP"
	} else if cfg.Historic {
		s.dialect = Historic
	}
	s.table, s.small = tables[s.dialect], small[s.dialect]
	s.counts = slices.Grow(s.counts, len(s.table)+1)[:len(s.table)+1]
	clear(s.counts)
	s.words = s.usual[:0]
	return s
}

// Facts returns what the session knows. It changes as the session goes on.
func (s *Session) Facts() *Facts { return &s.facts }

// Failed tells whether the session has had to answer with an error.
func (s *Session) Failed() bool { return s.errors > 0 }

// State names the session's state.
func (s *Session) State() string { return s.state.String() }

// Phase returns the session's state as a value.
func (s *Session) Phase() State { return s.state }

// Next says what the owner of the connection has to do.
func (s *Session) Next() wire.Next { return s.next }

// Early gives input that has arrived before the greeting. It is called before
// Open, which says what there is to say about that; after Open a Feed, even
// an empty one, has it worked off.
func (s *Session) Early(in []byte) {
	s.in = append(s.in, in...)
	s.early = len(s.in) > 0
}

// Open returns the greeting (RFC 5321 §4.3.1).
func (s *Session) Open() []byte {
	s.out = s.out[:0]
	if s.cfg.LMTP {
		banner := s.cfg.Banner
		if banner == "" {
			banner = s.cfg.Hostname + " Dovecot (Debian) ready."
		}
		s.answer(&Reply{Code: 220, Text: banner})
		return s.out
	}
	if s.early && s.facts.TLS == nil {
		s.illPipelining(s.in)
		if s.cfg.ForbidPipelining {
			s.answer(replySynchronization)
			s.close()
			return s.out
		}
	}
	if r := s.force(); r != nil {
		s.answer(r)
		return s.out
	}
	if r := s.b.Connect(&s.facts); r != nil {
		s.denied = r
		s.errors++
		s.answer(r)
		return s.out
	}
	banner := s.cfg.Banner
	if banner == "" {
		banner = s.cfg.Hostname + " ESMTP Postfix"
	}
	s.answer(&Reply{Code: 220, Text: banner})
	return s.out
}

// Feed takes input and returns the replies to the commands in it.
func (s *Session) Feed(in []byte, more bool) []byte {
	s.out = s.out[:0]
	if s.state == Closed || s.next != wire.Continue {
		return s.out
	}
	if s.ended {
		s.tooManyErrors()
		return s.out
	}
	p := in
	if len(s.in) > 0 {
		s.in = append(s.in, in...)
		p = s.in
	}
	s.more = more
	rest := s.process(p)
	if s.ended && s.cfg.ErrorSleep <= 0 {
		s.tooManyErrors()
	}
	if s.state == Closed || s.state == Securing {
		// RFC 3207 §4.2: what came in clear behind STARTTLS is not heard.
		rest = nil
	}
	s.in = append(s.in[:0], rest...)
	return s.out
}

// process works off p and returns what completes nothing yet.
func (s *Session) process(p []byte) []byte {
	for s.state != Closed && s.state != Securing {
		if s.ended && (len(p) > 0 || s.more) {
			s.tooManyErrors()
			break
		}
		var n int
		switch s.state {
		case Content:
			n = s.takeContent(p)
		case Chunking:
			if s.chunk.open {
				p = p[s.takeChunk(p):] // "BDAT 0 LAST" is complete with nothing taken
				if s.chunk.open {
					return p
				}
				continue
			}
			n = s.takeLine(p, s.command)
		case Authenticating:
			n = s.takeLine(p, s.response)
		default:
			n = s.takeLine(p, s.command)
		}
		if n == 0 {
			break
		}
		p = p[n:]
	}
	return p
}

// become is the one place where the state changes.
func (s *Session) become(state State) {
	if s.state != Closed {
		s.state = state
	}
}

// idle goes back to where no transaction is.
func (s *Session) idle() {
	if s.facts.Helo == "" {
		s.become(Connected)
	} else {
		s.become(Greeted)
	}
}

// reset ends a transaction without trace (RFC 5321 §4.1.1.5).
func (s *Session) reset() {
	if s.msg != nil {
		s.msg.Abort()
		s.msg = nil
	}
	s.facts.Envelope, s.facts.Forward = Envelope{}, Forward{}
	s.overshoot = 0
	s.content = content{body: s.content.body[:0]}
	s.chunk = chunk{partial: s.chunk.partial[:0]}
	s.idle()
}

// close ends the session.
func (s *Session) close() {
	if s.state == Closed {
		return
	}
	s.ended = false
	if s.msg != nil {
		s.msg.Abort()
		s.msg = nil
	}
	s.become(Closed)
	s.next = wire.Close
}

// Timeout is how long to wait for input: $smtpd_timeout, or the delay before
// a 421 that is due.
func (s *Session) Timeout() time.Duration {
	if s.ended && s.cfg.ErrorSleep > 0 {
		return s.cfg.ErrorSleep
	}
	return s.cfg.Timeout
}
