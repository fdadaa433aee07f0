package tui

import (
	"mailtrek/sim/trace"
)

// Story is a trace with what the screen looks up all the time: the events of
// each connection, the marks of the time line, the order in which hosts
// appear. It is built once; the lenses only read it.
type Story struct {
	T     *trace.Trace
	conns [][]trace.Seq  // the events of a connection, by its number
	msgs  [][]trace.Seq  // the events of a message, by its number
	marks []mark         // by event number
	hosts []trace.NodeID // in the order of their first appearance
	bars  map[int][]mark // the time line at a width
}

// mark says what is remarkable about an event.
type mark uint8

const (
	markCommand mark = 1 << iota // a command step stops here
	markHop                      // a hop step stops here
	markPhase                    // a phase begins
	markWarn
	markBad
)

// NewStory indexes a trace.
func NewStory(t *trace.Trace) *Story {
	s := &Story{
		T: t, marks: make([]mark, t.Len()+1), bars: map[int][]mark{},
		conns: make([][]trace.Seq, t.Conns()+1), msgs: make([][]trace.Seq, t.Msgs()+1),
	}
	seen := make([]bool, t.Nodes()+1)
	meet := func(id trace.NodeID) {
		if id != 0 && int(id) < len(seen) && !seen[id] {
			seen[id] = true
			s.hosts = append(s.hosts, id)
		}
	}
	for i := trace.Seq(1); t.Has(i); i++ {
		e := t.At(i)
		if int(e.Conn) < len(s.conns) && e.Conn != 0 {
			s.conns[e.Conn] = append(s.conns[e.Conn], i)
		}
		if int(e.Msg) < len(s.msgs) && e.Msg != 0 {
			s.msgs[e.Msg] = append(s.msgs[e.Msg], i)
		}
		meet(e.Node)
		meet(e.Peer)
		s.marks[i] = s.mark(e)
	}
	return s
}

// mark finds out what is remarkable about an event.
func (s *Story) mark(e *trace.Event) mark {
	var m mark
	switch e.Kind {
	case trace.Action:
		m = markCommand | markHop
	case trace.Output, trace.Fault, trace.Delivery, trace.Query, trace.Content:
		m = markCommand
	case trace.Open, trace.Mailbox:
		m = markCommand
		if e.Kind == trace.Mailbox && s.T.Name(e.C) == "append" || e.Kind == trace.Open && e.Proto != trace.DNS {
			m |= markHop
		}
	case trace.Queue:
		m = markCommand
		if s.T.Name(e.B) == "" {
			m |= markHop
		}
	case trace.Line, trace.Auth:
		if e.Side == trace.Client {
			m = markCommand
		}
	}
	return m | s.trouble(e)
}

// trouble tells whether an event is bad news, and how bad.
func (s *Story) trouble(e *trace.Event) mark {
	if e.Flags&trace.Lost != 0 && e.Kind != trace.Lookup {
		return markBad
	}
	switch e.Kind {
	case trace.Refuse, trace.Timeout, trace.Reset:
		return markBad
	case trace.Line, trace.Delivery:
		code := e.Code
		if e.Kind == trace.Line {
			code /= 100
			if e.Proto == trace.POP3 && e.Side == trace.Server && hasPrefix(s.T.Text(e), "-ERR") {
				return markBad
			}
		}
		switch code {
		case 4:
			return markWarn
		case 5:
			return markBad
		}
	case trace.Answer:
		if e.Code == 2 || e.Code == 3 {
			return markWarn
		}
	case trace.Queue:
		if to := s.T.Name(e.C); to == "deferred" || to == "hold" || to == "corrupt" {
			return markWarn
		}
	}
	return 0
}

// Next is the first event behind at that has one of the marks; 0 if none.
func (s *Story) Next(at trace.Seq, m mark) trace.Seq {
	for at++; s.T.Has(at); at++ {
		if s.marks[at]&m != 0 {
			return at
		}
	}
	return 0
}

// Prev is the last event before at that has one of the marks; 0 if none.
func (s *Story) Prev(at trace.Seq, m mark) trace.Seq {
	for at--; at >= 1; at-- {
		if s.marks[at]&m != 0 {
			return at
		}
	}
	return 0
}

// lastOf is the last of the events at or before at; the index is that of the
// event behind it.
func lastOf(events []trace.Seq, at trace.Seq) int {
	lo, hi := 0, len(events)
	for lo < hi {
		if mid := (lo + hi) / 2; events[mid] <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// bar is the marks of the time line in n cells.
func (s *Story) bar(n int) []mark {
	if b, ok := s.bars[n]; ok || n <= 0 {
		return b
	}
	b := make([]mark, n)
	for i := trace.Seq(1); s.T.Has(i); i++ {
		b[s.place(i, n)] |= s.marks[i]
	}
	s.bars[n] = b
	return b
}

// place is the cell of an event on a time line of n cells.
func (s *Story) place(at trace.Seq, n int) int {
	if s.T.Len() < 2 {
		return 0
	}
	return int(int64(at-1) * int64(n-1) / int64(s.T.Len()-1))
}

// conn is the conversation to show at an event: its own, or the last one that
// had something to say before it. The flows of DNS count only for themselves.
func (s *Story) conn(at trace.Seq) trace.ConnID {
	for i := at; i >= 1; i-- {
		e := s.T.At(i)
		if e.Conn != 0 && (i == at || !s.T.Conn(e.Conn).UDP) {
			return e.Conn
		}
	}
	return 0
}

// msg is the message to show at an event: its own, or the last one that
// something happened to before it.
func (s *Story) msg(at trace.Seq) trace.MsgID {
	for i := at; i >= 1; i-- {
		if m := s.T.At(i).Msg; m != 0 {
			return m
		}
	}
	return 0
}

// short is the short name of a host.
func (s *Story) short(id trace.NodeID) string {
	n := s.T.Node(id)
	if n.Short != "" {
		return n.Short
	}
	for i := 0; i < len(n.Name); i++ {
		if n.Name[i] == '.' {
			return n.Name[:i]
		}
	}
	return n.Name
}

func hasPrefix(b []byte, p string) bool { return len(b) >= len(p) && string(b[:len(p)]) == p }

// effectReach is how far ahead an effect is looked for.
const effectReach = 4000

// effect is the first event that has s as its cause; 0 if none is near. A line
// of the log is an effect only when there is no other.
func (s *Story) effect(at trace.Seq) trace.Seq {
	var other trace.Seq
	for i := at + 1; i <= at+effectReach && s.T.Has(i); i++ {
		if e := s.T.At(i); e.Cause == at {
			if e.Kind != trace.Log && e.Kind != trace.State {
				return i
			}
			if other == 0 {
				other = i
			}
		}
	}
	return other
}
