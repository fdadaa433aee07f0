package tui

import (
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// A trace that comes from a file is only what happened. Its world can be made
// again when its scenario is known, the program is the same, and nobody has
// intervened: then the scenario plays to the very same trace, and can be forked
// like any other run.

// mayFork goes on when the run can be changed, and says why when it cannot. The
// world of a trace is made again when it is first needed.
func (p *Player) mayFork(then func() tea.Cmd) tea.Cmd {
	c := p.course
	switch {
	case c.branch != nil:
		return then()
	case c.fixed != "":
		p.notice = p.look.words.T(c.fixed)
		return nil
	case p.look.world == nil:
		p.notice = p.look.words.T("fork.trace")
		return nil
	}
	was := p.story.T
	b, err := p.look.world(was.Header)
	if err == nil {
		err = b.Begin()
	}
	if err != nil {
		c.fixed = "fork.trace"
		p.notice = p.look.words.T(c.fixed)
		return nil
	}
	return p.start(&work{
		words:  func() string { return p.progress("work.fork", b) },
		part:   func() bool { return b.Trace().Len() <= was.Len() && b.Advance(200) },
		giveUp: func() tea.Cmd { b.Close(); return nil },
		done: func() tea.Cmd {
			b.Close()
			if b.Err() != nil || !sameTrace(was, b.Trace()) {
				c.fixed = "fork.other"
				p.notice = p.look.words.T(c.fixed)
				return nil
			}
			c.branch = b
			p.story.knows(b)
			return then()
		},
	})
}

// sameTrace tells whether two traces say the same, event by event.
func sameTrace(a, b *trace.Trace) bool {
	if a.Len() != b.Len() {
		return false
	}
	for s := trace.Seq(1); a.Has(s); s++ {
		x, y := a.At(s), b.At(s)
		if x.Time != y.Time || x.Kind != y.Kind || x.Cause != y.Cause || x.Code != y.Code || string(a.Text(x)) != string(b.Text(y)) {
			return false
		}
	}
	return true
}

// nothing is done with a run that can be changed; it is only made sure of.
func nothing() tea.Cmd { return nil }
