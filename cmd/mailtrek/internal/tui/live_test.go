package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// Who stands at the end of a growing trace stays there, who has gone back stays
// where he is and is told.
func TestLiveFollows(t *testing.T) {
	whole := tracetest.Story()
	growing := trace.New(whole.Header)
	for i := 1; i <= whole.Nodes(); i++ {
		growing.AddNode(*whole.Node(trace.NodeID(i)))
	}
	for i := 1; i <= whole.Conns(); i++ {
		growing.AddConn(*whole.Conn(trace.ConnID(i)))
	}
	for i := 1; i <= whole.Msgs(); i++ {
		growing.AddMsg(*whole.Msg(trace.MsgID(i)))
	}
	next := trace.Seq(1)
	grow := func(n int) func() {
		return func() {
			for ; n > 0; n-- {
				e := *whole.At(next)
				e.A, e.B, e.C = growing.Intern(whole.Name(e.A)), growing.Intern(whole.Name(e.B)), growing.Intern(whole.Name(e.C))
				growing.Append(e, whole.Text(whole.At(next)))
				next++
			}
		}
	}
	l := NewLive(growing, Options{Lang: "en", Theme: "mono"})
	l.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	l.Update(posted{func() {}})
	l.Update(posted{grow(20)})
	if l.at != 20 {
		t.Errorf("after 20 events the cursor is at %d", l.at)
	}
	l.Update(seatKey("left"))
	l.Update(posted{grow(5)})
	l.Update(posted{grow(5)})
	if l.at != 19 || l.notice != "10 new events: End or > goes there." {
		t.Errorf("who has gone back is at %d, and is told %q", l.at, l.notice)
	}
	l.Update(seatKey("end"))
	l.Update(posted{grow(1)})
	if l.at != 31 {
		t.Errorf("at the end again the cursor is at %d, want 31", l.at)
	}
	if got := l.View().Content; got == "" {
		t.Error("there is nothing to see")
	}
}
