package pop3

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

// Session is the server half of a POP3 connection.
type Session struct {
	cfg Config
	b   Backend

	state   State
	next    wire.Next
	secured bool // inside TLS
	in      []byte
	out     []byte
	bad     int // bad commands in a row
	opened  time.Time
	reason  string

	named    string // by USER
	exchange Exchange
	user     string // after login

	drop      Maildrop
	messages  []Message
	marked    []bool // by DELE
	anyMarked bool   // since RSET; QUIT's text tells it
	seen      []bool // by RETR
	last      int    // highest number accessed, for LAST
	expunged  int    // highest index found expunged
	stats     Stats
}

var _ wire.SecuredSession = (*Session)(nil)

// NewSession returns the server half of a new connection. On a port of
// implicit TLS its owner calls Secured before Open.
func NewSession(cfg Config, b Backend) *Session {
	if cfg.Greeting == "" {
		cfg.Greeting = "Dovecot ready."
	}
	return &Session{cfg: cfg, b: b}
}

// Open returns the greeting (RFC 1939 §4), with the timestamp of APOP when
// that is enabled (RFC 1939 §7).
func (s *Session) Open() []byte {
	s.out = s.out[:0]
	s.opened = s.b.Now()
	if s.force("CONNECT") {
		return s.out
	}
	text := s.cfg.Greeting
	if s.cfg.Timestamp != "" {
		text += " " + s.cfg.Timestamp
	}
	s.ok(text)
	return s.out
}

// Feed takes input and returns the replies to the commands it completed.
func (s *Session) Feed(in []byte, more bool) []byte {
	s.out = s.out[:0]
	if s.next != wire.Continue {
		return s.out
	}
	s.in = append(s.in, in...)
	for s.next == wire.Continue && s.step() {
	}
	if s.next == wire.StartTLS && (len(s.in) > 0 || more) {
		// RFC 2595 §4: what comes behind STLS in the clear must not be taken
		// for commands inside TLS. To Dovecot it is a broken handshake.
		s.close("Disconnected: TLS handshake failed")
	}
	return s.out
}

// step executes one command or response of the buffered input. It returns
// false when that holds none.
func (s *Session) step() bool {
	switch s.state {
	case SASL:
		return s.stepAuth()
	case Authorization, UserGiven:
		return s.stepLogin()
	case Transaction:
		return s.stepTransaction()
	}
	return false
}

// stepLogin executes one command before login. As in Dovecot's pop3-login, the
// verb ends at a blank or NUL or after eight octets.
func (s *Session) stepLogin() bool {
	verb, n, found := verbOf(s.in)
	if !found {
		return false
	}
	if verb == "AUTH" {
		return s.stepAuthCommand(n)
	}
	end := bytes.IndexByte(s.in[n:], '\n')
	if end < 0 && len(s.in)-n > MaxLoginLine || end >= MaxLoginLine {
		s.err("Input buffer full, aborting")
		s.close("Disconnected: Input buffer full")
		return false
	}
	if end < 0 {
		return false
	}
	args := cString(chomp(s.in[n : n+end]))
	s.in = s.in[n+end+1:]
	if c := byVerb[verb]; c != nil && c.before != nil {
		s.countLogin(s.force(verb) || c.before(s, args))
	} else {
		s.err("Unknown command.")
		s.countLogin(false)
	}
	return true
}

// countLogin counts bad commands before login.
func (s *Session) countLogin(good bool) {
	if good {
		s.bad = 0
		return
	}
	if s.bad++; s.bad >= MaxBadLogin {
		s.err("Too many invalid bad commands.")
		s.close("Disconnected: Too many bad commands")
	}
}

// stepTransaction executes one command after login.
func (s *Session) stepTransaction() bool {
	end := bytes.IndexByte(s.in, '\n')
	if end < 0 && len(s.in) > MaxLine || end >= MaxLine {
		s.err("Input line too long.")
		s.leave("Input line too long")
		return false
	}
	if end < 0 {
		return false
	}
	line := cString(chomp(s.in[:end]))
	s.in = s.in[end+1:]
	if s.transact(line) {
		s.bad = 0
	} else if s.bad++; s.bad > MaxBad {
		s.err("Too many bad commands.")
		s.leave("Too many bad commands.")
	}
	return true
}

// transact executes a command line after login.
func (s *Session) transact(line string) bool {
	verb, args, _ := strings.Cut(line, " ")
	if verb == "" {
		return s.refuse("Unknown command.")
	}
	verb = upper(verb)
	c := byVerb[verb]
	if c == nil || c.after == nil || verb == "LAST" && !s.cfg.EnableLast {
		return s.refuse("Unknown command: " + verb)
	}
	if s.force(verb) {
		return true
	}
	// Deviates from RFC 1939 §3 as Dovecot does: more than one blank may
	// stand before the arguments.
	return c.after(s, strings.TrimLeft(args, " "))
}

// Lost tells that the client is gone without QUIT: nothing is deleted
// (RFC 1939 §6).
func (s *Session) Lost() []byte {
	s.leave("Connection closed")
	return nil
}

// Timeout is the time left to log in, or the idle time after login.
func (s *Session) Timeout() time.Duration {
	switch {
	case s.state == Transaction:
		return IdleTime
	case s.state == Closed:
		return 0
	}
	return max(s.opened.Add(LoginTime).Sub(s.b.Now()), 1)
}

// TimedOut says the last words to a silent client. Deviates from RFC 1939 §3,
// by which the server closes without a word.
func (s *Session) TimedOut() []byte {
	s.out = s.out[:0]
	switch s.state {
	case Closed:
		return nil
	case SASL:
		s.err("Disconnected for inactivity during authentication.")
		s.leave("Inactivity during authentication")
	case Transaction:
		s.err("Disconnected for inactivity.")
		s.leave(fmt.Sprintf("Inactivity - no input for %d secs", int(IdleTime/time.Second)))
	default:
		s.err("Disconnected for inactivity.")
		s.leave("Inactivity")
	}
	return s.out
}

// Secured tells that the connection is now inside TLS.
func (s *Session) Secured(wire.TLSFacts) {
	s.secured = true
	if s.next == wire.StartTLS {
		s.next = wire.Continue
	}
}

// Next says what to do with the connection.
func (s *Session) Next() wire.Next { return s.next }

// State names the state, e.g. "TRANSACTION".
func (s *Session) State() string { return s.state.String() }

// User is who logged in; empty before.
func (s *Session) User() string { return s.user }

// Reason is why the session ended, as Dovecot logs it; empty before.
func (s *Session) Reason() string { return s.reason }

// leave ends the session without UPDATE. What RETR marked as seen stays so.
func (s *Session) leave(reason string) {
	if s.drop != nil {
		if seen := indexes(s.seen); len(seen) > 0 {
			// The client is gone; there is nobody to tell a failure.
			_ = s.drop.Update(nil, seen)
		}
	}
	s.close(reason)
}

// close ends the session.
func (s *Session) close(reason string) {
	if s.state == Closed {
		return
	}
	if s.drop != nil {
		s.drop.Close()
		s.drop = nil
	}
	s.reason = reason
	s.in = nil
	s.next = wire.Close
	s.become(Closed)
}

// ok replies "+OK text".
func (s *Session) ok(text string) {
	s.out = append(s.out, "+OK"...)
	if text != "" {
		s.out = append(append(s.out, ' '), text...)
	}
	s.out = append(s.out, "\r\n"...)
}

// err replies "-ERR text".
func (s *Session) err(text string) {
	s.out = append(append(append(s.out, "-ERR "...), text...), "\r\n"...)
}

// refuse replies "-ERR text" and counts the command as bad.
func (s *Session) refuse(text string) bool {
	s.err(text)
	return false
}

// line appends a line of a listing.
func (s *Session) line(text string) {
	s.out = append(append(s.out, text...), "\r\n"...)
}
