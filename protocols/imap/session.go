package imap

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

// Session is the server half of an IMAP connection.
type Session struct {
	cfg Config
	b   Backend

	state    State
	next     wire.Next
	secured  bool // inside TLS
	in       []byte
	out      []byte
	skipping bool // the rest of a line
	want     int  // octets of in that the command at hand needs at least
	asked    int  // "+" sent for literals of the command at hand
	refused  bool // an APPEND that is still read
	bad      int  // bad commands in a row
	opened   time.Time
	began    time.Time // the command at hand
	reason   string
	// lastProblem is what was last wrong with a mailbox.
	lastProblem string

	authTag  string
	exchange Exchange
	user     string // after login
	account  Account

	view      *view // of the selected mailbox
	waiting   []waiting
	condstore bool     // RFC 7162 §3.1: some command has shown that the client knows it
	qresync   bool     // ENABLE QRESYNC
	saved     []uint32 // UIDs that "$" means (RFC 5182)
	contexts  []*searchContext
	rev2      bool // ENABLE IMAP4rev2
	notify    *notify
	wakeOwner func() // of Watch
	idleTag   string
	idleAt    time.Time // of the last sign of life in IDLE
	stats     Stats
}

var (
	_ wire.SecuredSession = (*Session)(nil)
	_ wire.Waker          = (*Session)(nil)
)

// Stats counts what a session did, for the line that Dovecot logs at its end.
type Stats struct {
	In, Out      int64 // octets
	Deleted      int   // messages marked as deleted
	Expunged     int
	Trashed      int
	HeaderCount  int
	HeaderBytes  int64
	BodyCount    int
	BodyBytes    int64
	LastCommand  string
	LastTagged   bool
	LoggedOut    bool
	Appended     int
	Disconnected bool
}

// Stats returns the counts so far.
func (s *Session) Stats() Stats { return s.stats }

// NewSession returns the server half of a new connection. On a port of
// implicit TLS its owner calls Secured before Open.
func NewSession(cfg Config, b Backend) *Session {
	if cfg.Greeting == "" {
		cfg.Greeting = "Dovecot ready."
	}
	if cfg.Capability == "" {
		cfg.Capability = Capability
	}
	if cfg.Separator == 0 {
		cfg.Separator = '/'
	}
	return &Session{cfg: cfg, b: b}
}

// Open returns the greeting (RFC 3501 §7.1.1) with the capabilities.
func (s *Session) Open() []byte {
	s.out = s.out[:0]
	s.opened = s.b.Now()
	if s.force("", "CONNECT") {
		return s.out
	}
	s.line("* OK [CAPABILITY " + s.loginCapabilities() + "] " + s.cfg.Greeting)
	return s.out
}

// Feed takes input and returns the replies to the commands it completed.
func (s *Session) Feed(in []byte, more bool) []byte {
	s.out = s.out[:0]
	if s.next != wire.Continue {
		return s.out
	}
	s.stats.In += int64(len(in))
	s.in = append(s.in, in...)
	for s.next == wire.Continue && s.step() {
	}
	if !more && s.next == wire.Continue {
		s.settle()
	}
	if s.next == wire.StartTLS && (len(s.in) > 0 || more) {
		// RFC 3501 §6.2.1: what comes behind STARTTLS in the clear must not be
		// taken for commands inside TLS. To Dovecot it is a broken handshake.
		s.close("Disconnected: TLS handshake failed")
	}
	s.stats.Out += int64(len(s.out))
	return s.out
}

// step executes one command or response of the buffered input. It returns
// false when that holds none.
func (s *Session) step() bool {
	if s.skipping {
		s.skipLine()
	}
	if len(s.in) < s.want || s.skipping {
		return false
	}
	switch s.state {
	case SASL:
		return s.stepAuth()
	case NotAuthenticated:
		return s.stepLogin()
	case Authenticated, Selected:
		return s.stepCommand()
	case Idling:
		return s.stepIdle()
	}
	return false
}

// firstLine is the length of the first line of the input with its line end. A
// line beyond the limit is one, too, with tooLong.
func (s *Session) firstLine(limit int) (n int, tooLong bool) {
	n = bytes.IndexByte(s.in, '\n') + 1
	return n, n == 0 && len(s.in) > limit || n > limit+2
}

// stepCommand executes one command after login.
func (s *Session) stepCommand() bool {
	n, tooLong := s.firstLine(MaxLine)
	if tooLong {
		s.bye("Too long argument")
		return false
	}
	if n == 0 {
		return false
	}
	if len(s.waiting) >= MaxWaiting {
		s.settle()
		if s.next != wire.Continue {
			return false
		}
	}
	s.began = s.b.Now()
	c := &call{r: &reader{in: s.in, literal: MaxLiteral, prompt: s.prompt}}
	v := s.command(c)
	if v == readMore {
		s.want = len(s.in) + 1
		return false
	}
	if v == readDead {
		s.bye(c.r.err)
		return false
	}
	s.skip(c)
	return true
}

// prompt asks for the nth literal of a command, once, also when its octets
// came without waiting.
func (s *Session) prompt(n int) {
	if n > s.asked {
		s.asked = n
		s.line("+ OK")
	}
}

// skip drops a command, the rest of its line included.
func (s *Session) skip(c *call) {
	s.want, s.asked, s.refused = 0, 0, false
	if s.state == Logout {
		s.in = nil
		return
	}
	s.in = s.in[c.r.pos:]
	if c.ended {
		return
	}
	s.skipping = true
	s.skipLine()
}

// skipLine drops the rest of a line; what has not come yet is dropped when it
// comes.
func (s *Session) skipLine() {
	i := bytes.IndexByte(s.in, '\n')
	s.skipping = i < 0
	if i < 0 {
		i = len(s.in) - 1
	}
	s.in = s.in[i+1:]
}

// command reads tag, name and arguments of a command and calls its handler.
func (s *Session) command(c *call) verdict {
	var ok bool
	if c.tag, ok = c.r.tag(); !ok {
		c.tag = ""
		return s.wrong(c, "Invalid tag")
	}
	name, ok := c.r.verb()
	if strings.EqualFold(name, "UID") {
		var second string
		if second, ok = c.r.verb(); ok {
			name, c.uid = "UID "+second, true
		}
	}
	if !ok {
		return s.wrong(c, "Invalid command name")
	}
	c.name = upper(name)
	c.row = byVerb[c.name]
	if c.row == nil || c.row.after == nil {
		return s.wrong(c, "Unknown command")
	}
	if v := s.arguments(c); v != readOK {
		return v
	}
	if s.force(c.tag, c.name) {
		return readOK
	}
	if c.row.needs && s.view == nil {
		s.bad = 0
		s.tagged(c, "BAD No mailbox selected.")
		return readOK
	}
	if c.row.alone && len(s.waiting) > 0 {
		s.settle()
		if s.next != wire.Continue {
			return readOK
		}
	}
	bad := s.bad
	c.row.after(s, c)
	if c.missed {
		return readMore
	}
	if s.bad == bad {
		s.bad = 0
	}
	return readOK
}

// arguments reads what the table says. Where they are wrong the command has
// been answered, and c has no row any more.
func (s *Session) arguments(c *call) verdict {
	var v verdict
	switch n := c.row.reads; {
	case n == noArgs || n == ownArgs:
		return readOK
	case n == allArgs:
		c.args, v = c.r.args(0)
	default:
		c.args, v = c.r.args(n)
		if v == readOK && len(c.args) < n {
			return s.refuse(c, "Missing arguments")
		}
		for _, a := range c.args {
			if v == readOK && a.kind == argList {
				return s.refuse(c, "Invalid arguments")
			}
		}
	}
	if v == readBad {
		return s.refuse(c, c.r.err)
	}
	return v
}

// refuse answers a command that was not understood and drops it.
func (s *Session) refuse(c *call, text string) verdict {
	s.wrong(c, text)
	return readBad
}

// wrong says that a command was not understood. After too many of them the
// server hangs up instead.
func (s *Session) wrong(c *call, text string) verdict {
	if s.bad++; s.bad > MaxBad {
		s.bye("Too many invalid IMAP commands.")
		return readBad
	}
	switch {
	case c.tag == "":
		s.tagged(c, "BAD Error in IMAP tag: "+text+".")
	case c.name == "":
		s.tagged(c, "BAD Error in IMAP command: "+text+".")
	default:
		s.tagged(c, "BAD Error in IMAP command "+c.name+": "+text+".")
	}
	return readBad
}

// tagged ends a command. As Dovecot does, it puts how long the command took
// before the last dot: running, waiting for the client, waiting for a lock.
func (s *Session) tagged(c *call, text string) {
	tag := c.tag
	if tag == "" {
		tag = "*"
	}
	s.taggedLine(tag, text, s.b.Now().Sub(s.began))
}

func (s *Session) taggedLine(tag, text string, took time.Duration) {
	ms := took.Milliseconds()
	fmt.Fprintf(buffer{&s.out}, "%s %s (%d.%03d + 0.000 secs).\r\n", tag, strings.TrimSuffix(text, "."), (ms+1)/1000, (ms+1)%1000)
}

// buffer lets fmt write into a slice.
type buffer struct{ b *[]byte }

// Write appends.
func (b buffer) Write(p []byte) (int, error) {
	*b.b = append(*b.b, p...)
	return len(p), nil
}

// line sends a line as it is.
func (s *Session) line(text string) { s.out = append(append(s.out, text...), "\r\n"...) }

// Secured tells that the connection is now inside TLS.
func (s *Session) Secured(wire.TLSFacts) {
	s.secured = true
	if s.next == wire.StartTLS {
		s.next = wire.Continue
	}
}

// Next says what to do with the connection.
func (s *Session) Next() wire.Next { return s.next }

// State names the state, e.g. "SELECTED".
func (s *Session) State() string { return s.state.String() }

// User is who logged in; empty before.
func (s *Session) User() string { return s.user }

// Reason is why the session ended, as Dovecot logs it; empty before.
func (s *Session) Reason() string { return s.reason }

// bye says why the connection ends, and ends it.
func (s *Session) bye(text string) {
	s.line("* BYE " + text)
	s.close("Disconnected: " + strings.TrimSuffix(text, "."))
}

// close ends the session.
func (s *Session) close(reason string) {
	if s.state == Logout {
		return
	}
	s.leave()
	s.endNotify()
	s.reason = reason
	s.in = nil
	s.next = wire.Close
	s.become(Logout)
}
