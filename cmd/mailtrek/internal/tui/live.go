package tui

import (
	"context"
	"io"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// Live is a player of a world that goes on by itself while one looks at it, as
// real programs talk to it. The world belongs to the screen's own loop: whoever
// has something for it posts that.
type Live struct {
	*Player
	fresh int // events since the player last stood at the end
}

// posted is something to be done to the world.
type posted struct{ do func() }

// NewLive returns a player at the end of a trace that will grow.
func NewLive(t *trace.Trace, o Options) *Live {
	l := &Live{Player: Play(t, o)}
	l.course.fixed = "fork.live"
	l.at = max(trace.Seq(t.Len()), 1)
	return l
}

// Update does what was posted and follows the trace; all else is the player's.
func (l *Live) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if p, ok := msg.(posted); ok {
		l.turn(p.do)
		return l, nil
	}
	_, cmd := l.Player.Update(msg)
	return l, cmd
}

// turn lets the world go on. Who stands at the end of the trace stays there; who
// has gone back is told how much has happened since.
func (l *Live) turn(do func()) {
	before := l.story.T.Len()
	do()
	after := l.story.T.Len()
	if after == before {
		return
	}
	l.story.Grow()
	if int(l.at) >= before {
		l.at, l.scroll, l.pick, l.fresh = trace.Seq(after), 0, 0, 0
		return
	}
	l.fresh += after - before
	l.notice = l.look.words.T("live.fresh", "n", strconv.Itoa(l.fresh))
}

// RunLive shows a growing trace until it is left or the context ends. begin is
// called once, with a function that has something done on the screen's loop.
func RunLive(ctx context.Context, l *Live, in io.Reader, out io.Writer, begin func(post func(do func()))) error {
	return runOn(ctx, l, in, out, func(p *tea.Program) {
		begin(func(do func()) { p.Send(posted{do}) })
	})
}
