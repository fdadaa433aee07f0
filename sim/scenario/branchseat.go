package scenario

import (
	"errors"
	"io"
	"net/netip"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// How somebody at a keyboard types.
const (
	seatTyping = time.Second            // a line takes so long
	seatAnswer = 30 * time.Second       // an answer is waited for so long
	seatQuiet  = 200 * time.Millisecond // then nothing more is expected
	seatUpload = 50 * time.Millisecond  // behind a line that nobody answers
	seatRuns   = 10 * time.Minute       // a command may take so long
)

// A Seat is a keyboard in the simulated internet: that of a telnet which is
// connected to a listener, or of a host's shell. What is typed there are the
// interventions of a branch of its own, so a line can be taken back: the branch
// is played again without it.
//
// After Sit, Type and Undo the world has to go on until the answer is complete:
// call Settle until it says that there is no more to come.
type Seat struct {
	Host  string         // where the keyboard stands: the full name
	User  string         // who types into the shell; empty is the operator
	To    netip.AddrPort // what telnet is connected to; not valid: it is a shell
	After trace.Seq      // the event behind which the branch begins
	Lines []Typed        // what was typed

	// Branch is the course of events with what was typed; nil as long as a
	// shell has heard nothing.
	Branch *Branch

	base   *Branch
	conn   int
	open   bool // the connection
	end    error
	secure bool          // the server asks for a handshake
	heard  time.Duration // when the last answer came, since the last line; -1: not yet
	typed  time.Duration
}

// Typed is a line of a Seat.
type Typed struct {
	Text  string    // without its end
	Input string    // of a command: its here-document
	Bare  bool      // it ended in a lone LF
	From  trace.Seq // how many events there were before it
	Host  string    // of a command: at whose shell; it changes with "ssh"

	// Telnet is the connection that the line has begun; nil for other lines.
	Telnet *Seat

	done int // how many interventions
}

// ErrHungUp is the end of a connection that the keyboard itself has closed.
var ErrHungUp = errors.New("hung up")

// Telnet is a seat from which a host connects to a listener behind the event
// after.
func (b *Branch) Telnet(after trace.Seq, host string, to netip.AddrPort) *Seat {
	return &Seat{Host: host, To: to, After: after, base: b}
}

// Shell is a seat at the shell of a host behind the event after.
func (b *Branch) Shell(after trace.Seq, host, user string) *Seat {
	return &Seat{Host: host, User: user, After: after, base: b}
}

// IsShell tells whether it is the shell of a host rather than a telnet.
func (s *Seat) IsShell() bool { return !s.To.IsValid() }

// End is why the connection is over: io.EOF when the server has closed it,
// ErrHungUp, sim.ErrRefused and the like; nil while it is open, or not yet.
func (s *Seat) End() error { return s.end }

// Conn is the connection in the trace; 0 for a shell, and before Sit.
func (s *Seat) Conn() trace.ConnID {
	if s.IsShell() || s.Branch == nil || s.Branch.run == nil {
		return 0
	}
	if x := s.Branch.play.out.conns[s.conn]; x != nil {
		return x.Conn().ID()
	}
	return 0
}

// Sit takes the seat: a telnet begins to connect.
func (s *Seat) Sit() error {
	if s.IsShell() {
		return nil
	}
	s.conn = 1
	for _, iv := range s.base.Done {
		s.conn = max(s.conn, iv.Conn+1)
	}
	return s.begin(s.base.Fork(s.After, Intervention{Do: DoOpen, Conn: s.conn, Host: s.Host, To: s.To}))
}

// begin plays a branch from its beginning.
func (s *Seat) begin(b *Branch) error {
	if s.Branch != nil {
		s.Branch.Close()
	}
	s.Branch, s.open, s.end, s.secure = b, false, nil, false
	b.Sink = s.hear
	s.hush()
	return b.Begin()
}

// hush begins to wait for an answer.
func (s *Seat) hush() { s.heard, s.typed = -1, -1 }

// hear takes what the server sends.
func (s *Seat) hear(conn int, d sim.Delivery) {
	if conn != s.conn || s.IsShell() {
		return
	}
	switch {
	case d.StartTLS != nil:
		s.secure = s.Branch.Waiting() == 0 // else it was held when it was typed
		return
	case d.Err != nil:
		s.end = d.Err
	case d.EOF:
		s.end = io.EOF
	case d.Accepted:
		s.open = true
		return
	}
	s.heard = s.Branch.Now()
}

// Type types a line and Enter. bare ends it with a lone LF instead of CRLF;
// input is what a command reads. A shell that has heard nothing yet begins its
// branch with it.
func (s *Seat) Type(line, input string, bare bool) error {
	if !s.IsShell() {
		if s.end != nil {
			return s.end
		}
		end := "\r\n"
		if bare {
			end = "\n"
		}
		s.Branch.Wait(seatTyping)
		if s.end != nil {
			return s.end
		}
		s.record(line, "", bare)
		return s.Branch.Do(Intervention{Do: DoBytes, Conn: s.conn, Data: []byte(line + end)})
	}
	iv := Intervention{Do: DoCommand, Host: s.Host, User: s.user(), Line: line, Data: []byte(input)}
	if s.Branch == nil {
		b := s.base.Fork(s.After, iv)
		s.Lines = append(s.Lines, Typed{Text: line, Input: input, From: s.After, Host: s.Host, done: len(b.Done) - 1})
		return s.begin(b)
	}
	s.Branch.Wait(seatTyping)
	s.record(line, input, false)
	return s.Branch.Do(iv)
}

func (s *Seat) user() string {
	if s.User == "" {
		return "#"
	}
	return s.User
}

// record takes note of a line that is about to be typed.
func (s *Seat) record(line, input string, bare bool) {
	s.Lines = append(s.Lines, Typed{Text: line, Input: input, Bare: bare, From: trace.Seq(s.Branch.Trace().Len()), Host: s.Host, done: len(s.Branch.Done)})
	s.hush()
}

// Settle lets the world go on, by at most so many instants, until the answer to
// what was typed last is complete. It tells whether there is more to come.
func (s *Seat) Settle(instants int) (more bool) {
	b := s.Branch
	if b == nil || b.Err() != nil {
		return false
	}
	for range instants {
		if b.Waiting() > 0 {
			if !b.Step() {
				return false
			}
			if b.Waiting() == 0 && s.heard < b.Now() {
				s.hush() // what was heard were answers to earlier lines
			}
			continue
		}
		if s.secure {
			s.secured()
			continue
		}
		if s.typed < 0 {
			s.typed = b.Now()
		}
		next, ok := b.Next()
		if !ok || s.settled(next) {
			return false
		}
		b.Step()
	}
	return true
}

// settled tells whether what comes next is none of the answer.
func (s *Seat) settled(next time.Duration) bool {
	if s.IsShell() {
		ran := s.Branch.play.out.ran
		return ran == nil || ran.Done || next > s.typed+seatRuns
	}
	switch {
	case s.end != nil:
		return true
	case s.heard >= 0:
		return next > s.heard+seatQuiet
	case s.uploading():
		return next > s.typed+seatUpload
	}
	return next > s.typed+seatAnswer
}

// uploading tells whether the server takes the text of a message and answers
// none of its lines but the last.
func (s *Seat) uploading() bool {
	if n := len(s.Lines); n == 0 || s.Lines[n-1].Text == "." {
		return false
	}
	return s.State() == smtp.Content.String()
}

// State is the state of the server's session as the trace names it; empty
// before the first.
func (s *Seat) State() string {
	id := s.Conn()
	if id == 0 {
		return ""
	}
	t := s.Branch.Trace()
	for q := trace.Seq(t.Len()); q > s.After; q-- {
		if e := t.At(q); e.Kind == trace.State && e.Conn == id {
			return t.Name(e.B)
		}
	}
	return ""
}

// seatTLS are what a client such as "openssl s_client" and the simulated
// servers agree on.
var seatTLS = wire.TLSFacts{Version: "TLSv1.3", Cipher: "TLS_AES_256_GCM_SHA384", Bits: 256, KeyExchange: "X25519", Signature: "ED25519"}

// secured holds the handshake that the server has asked for, as a client for
// TLS would that types nothing by itself.
func (s *Seat) secured() {
	s.secure = false
	facts := seatTLS
	_ = s.Branch.Do(Intervention{Do: DoSecured, Conn: s.conn, TLS: &facts})
}

// Undo takes the last line back: the branch is played again without it. It
// returns the line; ok is false when nothing was typed.
func (s *Seat) Undo() (line Typed, ok bool, err error) {
	n := len(s.Lines)
	if n == 0 {
		return Typed{}, false, nil
	}
	line = s.Lines[n-1]
	s.Lines = s.Lines[:n-1]
	done := s.Branch.Done[:line.done:line.done]
	if s.IsShell() && n == 1 {
		s.Branch.Close()
		s.Branch = nil
		return line, true, nil
	}
	return line, true, s.begin(NewBranch(s.base.Scenario, s.base.Options, done...))
}

// Wait lets time pass: to the next thing that happens, and until nothing has
// happened for a second. It tells whether anything did.
func (s *Seat) Wait() bool {
	b := s.Branch
	if b == nil {
		return false
	}
	at, ok := b.Next()
	for n := 0; ok && n < seatBusy; n++ {
		b.Step()
		next, more := b.Next()
		if !more || next > at+time.Second {
			return true
		}
		at = next
	}
	return ok
}

// seatBusy ends a wait in a world that never comes to rest.
const seatBusy = 20000

// Leave gives the seat up: a connection that is still open is closed. The
// branch remains, and its world goes on when it is advanced.
func (s *Seat) Leave() {
	if s.Branch != nil && !s.IsShell() && s.end == nil && s.Branch.Err() == nil {
		s.end = ErrHungUp
		_ = s.Branch.Do(Intervention{Do: DoClose, Conn: s.conn})
	}
}

// Reset tells whether a connection was broken off or never came about, rather
// than closed.
func (s *Seat) Reset() bool {
	return s.end != nil && s.end != io.EOF && s.end != ErrHungUp
}
