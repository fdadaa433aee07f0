package tui

import (
	"slices"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// NewStory folds a trace.
func NewStory(t *trace.Trace) *Story {
	s, _ := foldStory(t, func(int) bool { return true })
	return s
}

// foldAtOnce is the number of events between two looks at the clock.
const foldAtOnce = 1 << 14

// foldStory folds a trace and tells after a while how many events it has
// folded. It gives up when that is answered with false.
func foldStory(t *trace.Trace, progress func(events int) bool) (s *Story, ok bool) {
	s = &Story{
		T: t, Folds: state.Begin(t), bars: map[int][]mark{}, posts: map[int][]state.Stage{},
		pairs: map[pair]int{}, heard: map[trace.ConnID]*announcement{},
		offers: map[offer]*announcement{}, moves: map[fileKey][]trace.Seq{},
	}
	for s.Folds.Len() < t.Len() {
		s.takeUp(s.Folds.Len() + foldAtOnce)
		if !progress(s.Folds.Len()) {
			return nil, false
		}
	}
	return s, true
}

// Grow takes up what the trace has got since the story was made: afterwards it
// is the story that NewStory makes of the trace now.
func (s *Story) Grow() {
	s.takeUp(s.T.Len())
	clear(s.bars)
	clear(s.posts)
	s.plan = nil
}

// takeUp looks at the events up to n, each one once.
func (s *Story) takeUp(n int) {
	s.Folds.ExtendTo(n)
	for int(s.read) < s.Folds.Len() {
		s.read++
		e := s.T.At(s.read)
		s.meet(e)
		s.join(e)
		s.hear(e)
		if e.Kind == trace.Queue {
			k := fileKey{e.Node, e.A}
			s.moves[k] = append(s.moves[k], s.read)
		}
	}
}

// meet finds the hosts of an event.
func (s *Story) meet(e *trace.Event) {
	for len(s.seen) <= int(max(e.Node, e.Peer)) {
		s.seen = append(s.seen, hostUnknown)
	}
	if e.Peer == 0 {
		if s.seen[e.Node] == hostUnknown && e.Node != 0 {
			s.seen[e.Node] = hostAlone
			s.hosts = append(s.hosts, e.Node)
		}
		return
	}
	for _, id := range [2]trace.NodeID{e.Node, e.Peer} {
		if id == 0 || s.seen[id] == hostMet {
			continue
		}
		if s.seen[id] == hostAlone {
			i := slices.Index(s.hosts, id)
			s.hosts = slices.Delete(s.hosts, i, i+1)
		}
		s.seen[id] = hostMet
		s.hosts = slices.Insert(s.hosts, s.met, id)
		s.met++
	}
}

// What is known of a host.
const (
	hostUnknown = iota // nothing
	hostAlone          // it does something
	hostMet            // it speaks to another
)

// pair is two hosts, the lower number first.
type pair [2]trace.NodeID

func pairOf(a, b trace.NodeID) pair { return pair{min(a, b), max(a, b)} }

// link is a pair of hosts that deal with each other at some time.
type link struct {
	a, b  trace.NodeID // a < b
	first trace.Seq    // when they do so for the first time
	talk  bool         // they hold a dialogue at some time
}

// join finds the pair of an event.
func (s *Story) join(e *trace.Event) {
	if e.Node == 0 || e.Peer == 0 || e.Node == e.Peer {
		return
	}
	p := pairOf(e.Node, e.Peer)
	i, known := s.pairs[p]
	if !known {
		i = len(s.links)
		s.pairs[p] = i
		s.links = append(s.links, link{a: p[0], b: p[1], first: s.read})
	}
	if e.Kind.Said() {
		s.links[i].talk = true
	}
}

// talks tells whether two hosts hold a dialogue anywhere in the story.
func (s *Story) talks(a, b trace.NodeID) bool {
	i, known := s.pairs[pairOf(a, b)]
	return known && s.links[i].talk
}

// fileKey names the queue files of one id on a host.
type fileKey struct {
	node trace.NodeID
	id   trace.Sym
}

// fileMoves are the moves of a queue file in the whole story.
func (s *Story) fileMoves(node trace.NodeID, id string) []trace.Seq {
	sym, ok := s.T.Find(id)
	if !ok {
		return nil
	}
	return s.moves[fileKey{node, sym}]
}
