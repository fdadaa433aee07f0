package tui

import (
	"mailtrek/sim/node"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// Story is a trace with what the screen looks up all the time. When the trace
// has grown, Grow brings it up to date; the lenses only read it.
type Story struct {
	T     *trace.Trace
	Folds *state.Folder
	bars  map[int][]mark // the time line at a width
	posts map[int][]state.Stage
	plan  *mapPlan // where hosts stand on the map

	read  trace.Seq                      // the last event that was taken up
	hosts []trace.NodeID                 // those who speak to another in the order in which they first do so, then the others
	met   int                            // how many of hosts speak to another
	seen  []uint8                        // what is known of each host
	links []link                         // who deals with whom, in the order in which they first do so
	pairs map[pair]int                   // the place of a pair in links
	heard map[trace.ConnID]*announcement // whose EHLO reply has begun

	// Made when they are first asked for.
	offers   map[offer]*announcement    // what servers announce
	machines map[string]*machine        // of the sessions of a kind of server
	held     heldNow                    // the session that was held again last
	dovecot  func(string) *node.Dovecot // of a host, where the world is known; else nil
	moves    map[fileKey][]trace.Seq    // the moves of each queue file
}

// mark says what is remarkable about a place of the time line.
type mark uint8

const (
	markHop mark = 1 << iota
	markWarn
	markBad
)

// trouble tells whether an event is bad news, and how bad.
func (s *Story) trouble(e *trace.Event) mark {
	switch s.T.Trouble(e) {
	case trace.Lasting:
		return markBad
	case trace.Passing:
		if e.Kind == trace.Refuse || e.Kind == trace.Timeout || e.Kind == trace.Reset || e.Flags&trace.Lost != 0 {
			return markBad
		}
		return markWarn
	}
	return 0
}

// bar is the marks of the time line in n cells.
func (s *Story) bar(n int) []mark {
	if b, ok := s.bars[n]; ok || n <= 0 {
		return b
	}
	b := make([]mark, n)
	for _, h := range s.Folds.Hops() {
		b[s.place(h, n)] |= markHop
	}
	for _, q := range s.Folds.Troubles() {
		b[s.place(q, n)] |= s.trouble(s.T.At(q))
	}
	s.bars[n] = b
	return b
}

// signposts are the stages that can have a name below a time line of n cells:
// of those that begin in one cell, the first.
func (s *Story) signposts(n int) []state.Stage {
	if p, ok := s.posts[n]; ok {
		return p
	}
	var posts []state.Stage
	cell := -1
	for _, st := range s.Folds.Stages(0) {
		if at := s.place(st.First, n); at != cell {
			cell = at
			if k := len(posts); k == 0 || posts[k-1].Kind != st.Kind {
				posts = append(posts, st)
			}
		}
	}
	s.posts[n] = posts
	return posts
}

// place is the cell of an event on a time line of n cells.
func (s *Story) place(at trace.Seq, n int) int {
	if s.T.Len() < 2 {
		return 0
	}
	return int(int64(at-1) * int64(n-1) / int64(s.T.Len()-1))
}

// lookBack is how far back the last conversation or message is looked for.
const lookBack = 20000

// conn is the conversation to show at an event: its own, or the last one that
// had something to say before it. The flows of DNS count only for themselves.
func (s *Story) conn(at trace.Seq) trace.ConnID {
	for i := at; i >= 1 && i+lookBack > at; i-- {
		e := s.T.At(i)
		if e.Conn != 0 && (i == at || !s.T.Conn(e.Conn).UDP && s.T.Conn(e.Conn).Proto != trace.DNS) {
			return e.Conn
		}
	}
	return 0
}

// msg is the message to show at an event: its own, or the last one that
// something happened to before it.
func (s *Story) msg(at trace.Seq) trace.MsgID {
	for i := at; i >= 1 && i+lookBack > at; i-- {
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
