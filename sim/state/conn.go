package state

import (
	"bytes"
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// Phase is how far a connection is.
type Phase uint8

// The phases of a connection.
const (
	Unopened   Phase = iota
	Connecting       // the SYN is on its way
	Open
	Closing // one side has closed
	Closed
	Refused
	TimedOut // given up before it was open
	Reset
)

// String is the phase in words.
func (p Phase) String() string {
	return [...]string{"unopened", "connecting", "open", "closing", "closed", "refused", "timed out", "reset"}[p%8]
}

// Over tells whether nothing more comes.
func (p Phase) Over() bool { return p >= Closed }

// Conn is a connection at some event. DNS flows over UDP have none.
type Conn struct {
	ID         trace.ConnID
	Phase      Phase
	Session    string      // state of the server's session, as the protocol names it
	Opened     trace.Seq   // the SYN
	Last       trace.Seq   // its last event
	LastClient trace.Seq   // the last line or content of the client
	LastServer trace.Seq   // and of the server
	Waiting    []trace.Seq // client lines not yet answered, the oldest first
	TLS        trace.Seq
	Mail       Transaction

	edit   edit
	closed [3]bool
}

// Transaction is a mail transaction of SMTP or LMTP (RFC 5321 §3.3) under way.
type Transaction struct {
	From     trace.Seq   // the accepted MAIL command; 0 when no transaction is under way
	To       []trace.Seq // the accepted RCPT commands
	Rejected []trace.Seq // the RCPT commands that were not accepted
	Data     trace.Seq   // the accepted DATA or the first BDAT
	Content  trace.Seq   // the content, when it has been sent
}

// Conn is the state of a connection; nil before its first event.
func (s *Snapshot) Conn(id trace.ConnID) *Conn { return s.conns.at(int(id)) }

// OpenConns are the connections that are not over, in the order of their numbers.
func (s *Snapshot) OpenConns() []*Conn {
	list := s.open.list(0, 0)
	out := make([]*Conn, len(list))
	for i, id := range list {
		out[i] = s.conns.at(id)
	}
	return out
}

func (s *Snapshot) editConn(d edit, id trace.ConnID) *Conn {
	c := s.conns.at(int(id))
	if c != nil && c.edit == d {
		return c
	}
	n := &Conn{ID: id, edit: d}
	if c != nil {
		*n = *c
		n.edit = d
		n.Waiting = slices.Clip(n.Waiting)
		n.Mail.To, n.Mail.Rejected = slices.Clip(n.Mail.To), slices.Clip(n.Mail.Rejected)
	}
	s.conns = s.conns.set(d, int(id), n)
	return n
}

func (s *Snapshot) applyConn(d edit, q trace.Seq, e *trace.Event) {
	if s.f.t.Conn(e.Conn).UDP {
		return
	}
	c := s.editConn(d, e.Conn)
	was := c.Phase
	c.apply(s.f.t, q, e)
	switch {
	case c.Phase.Over() && !was.Over():
		s.open = s.open.without(d, int(e.Conn))
	case !c.Phase.Over() && was == Unopened:
		s.open = s.open.with(d, int(e.Conn))
	}
}

func (c *Conn) apply(t *trace.Trace, q trace.Seq, e *trace.Event) {
	c.Last = q
	switch e.Kind {
	case trace.Open:
		c.Phase, c.Opened = Connecting, q
	case trace.Accept:
		c.Phase = Open
	case trace.Refuse:
		c.Phase = Refused
	case trace.Timeout:
		if c.Phase == Connecting {
			c.Phase = TimedOut
		}
	case trace.Reset:
		c.Phase = Reset
	case trace.Close:
		c.close(t, e)
	case trace.State:
		c.Session = t.Name(e.B)
	case trace.TLS:
		c.TLS = q
	case trace.Record:
	default:
		if sideOf(t, e) == trace.Client {
			c.said(t, q, e)
			return
		}
		c.LastServer = q
		if e.Flags&trace.More == 0 {
			c.answered(t, e)
		}
	}
	if c.Phase.Over() {
		c.Waiting, c.Mail = nil, Transaction{}
	}
}

// sideOf is who of a connection sends an event.
func sideOf(t *trace.Trace, e *trace.Event) trace.Side {
	if e.Side != trace.NoSide {
		return e.Side
	}
	if e.Node == t.Conn(e.Conn).Client {
		return trace.Client
	}
	return trace.Server
}

func (c *Conn) close(t *trace.Trace, e *trace.Event) {
	c.closed[sideOf(t, e)] = true
	c.Phase = Closing
	if c.closed[trace.Client] && c.closed[trace.Server] {
		c.Phase = Closed
	}
}

// said takes a line or content of the client. A chunk of BDAT needs no reply
// of its own (RFC 3030 §2).
func (c *Conn) said(t *trace.Trace, q trace.Seq, e *trace.Event) {
	c.LastClient = q
	if e.Kind == trace.Content {
		c.Mail.Content = q
		if n := len(c.Waiting); e.Flags&trace.More != 0 || n > 0 && t.Name(t.At(c.Waiting[n-1]).A) == "BDAT" {
			return
		}
	}
	c.Waiting = append(c.Waiting, q)
}

// answered takes the line that ends a reply: it belongs to the oldest command
// that has none. LMTP answers the content once for each recipient; IMAP
// answers with the command's tag; a message that a server sends is the end of
// the reply to RETR or TOP when the line before it promised more.
func (c *Conn) answered(t *trace.Trace, e *trace.Event) {
	text := t.Text(e)
	if len(c.Waiting) == 0 || e.Proto == trace.IMAP && len(text) > 0 && text[0] == '*' {
		return
	}
	cmd := t.At(c.Waiting[0])
	verb, answers := t.Name(cmd.A), t.Name(e.A)
	if cmd.Kind != trace.Content && answers != verb && (answers != "" && verb != "" || e.Kind == trace.Content) {
		return
	}
	q := c.Waiting[0]
	c.Waiting = c.Waiting[1:]
	if cmd.Kind == trace.Content {
		c.Mail = Transaction{}
		return
	}
	c.Mail.answer(verb, t.Text(cmd), q, e.Code >= 200 && e.Code < 400)
}

// answer takes the reply to command q.
func (m *Transaction) answer(verb string, command []byte, q trace.Seq, ok bool) {
	switch verb {
	case "MAIL":
		if ok {
			*m = Transaction{From: q, Content: m.Content}
		}
	case "RCPT":
		if ok {
			m.To = append(m.To, q)
		} else {
			m.Rejected = append(m.Rejected, q)
		}
	case "DATA", "BDAT":
		if ok && m.Data == 0 {
			m.Data = q
		}
		if verb == "BDAT" && bytes.Contains(bytes.ToUpper(command), []byte(" LAST")) {
			*m = Transaction{}
		}
	case "RSET", "HELO", "EHLO", "LHLO":
		if ok {
			*m = Transaction{}
		}
	}
}

// Path is the address of a MAIL or RCPT command, between the angle brackets
// (RFC 5321 §4.1.2); ok is false when there is none.
func (s *Snapshot) Path(q trace.Seq) (path string, ok bool) {
	if !s.f.t.Has(q) {
		return "", false
	}
	line := string(s.f.t.Text(s.f.t.At(q)))
	_, line, ok = strings.Cut(line, "<")
	if !ok {
		return "", false
	}
	path, _, ok = strings.Cut(line, ">")
	return path, ok
}
