package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// Who stands at the end of a growing trace stays there, who has gone back stays
// where he is and is told.
func TestLiveFollows(t *testing.T) {
	growing, more := regrow(tracetest.Story())
	grow := func(n int) func() { return func() { more(n) } }
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

// regrow is a trace that is empty, and what makes it grow by n events into the
// whole one: hosts, conversations and messages come with their first event.
func regrow(whole *trace.Trace) (growing *trace.Trace, more func(n int)) {
	growing = trace.New(whole.Header)
	next := trace.Seq(1)
	return growing, func(n int) {
		for ; n > 0 && whole.Has(next); n-- {
			e := *whole.At(next)
			for growing.Nodes() < int(max(e.Node, e.Peer)) {
				growing.AddNode(*whole.Node(trace.NodeID(growing.Nodes() + 1)))
			}
			for growing.Conns() < int(e.Conn) {
				growing.AddConn(*whole.Conn(trace.ConnID(growing.Conns() + 1)))
			}
			for growing.Msgs() < int(e.Msg) {
				growing.AddMsg(*whole.Msg(trace.MsgID(growing.Msgs() + 1)))
			}
			e.A, e.B, e.C = growing.Intern(whole.Name(e.A)), growing.Intern(whole.Name(e.B)), growing.Intern(whole.Name(e.C))
			growing.Append(e, whole.Text(whole.At(next)))
			next++
		}
	}
}

// TestGrowth: whatever a player remembers of a trace, when the trace has grown
// it shows what a new player shows, in every lens, at the end and further back.
func TestGrowth(t *testing.T) {
	for _, id := range []string{"alabala", "04-failover", "20-sealed", "25-imap-on-two-devices", "18-mail-loop"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			whole := traceOf(t, id)
			growing, more := regrow(whole)
			more(1)
			old := Play(growing, Options{Theme: "mono"})
			old.Update(tea.WindowSizeMsg{Width: 140, Height: 45})
			for growing.Len() < whole.Len() {
				more(whole.Len()/23 + 1)
				old.story.Grow()
				fresh := Play(growing, Options{Theme: "mono"})
				fresh.Update(tea.WindowSizeMsg{Width: 140, Height: 45})
				for _, at := range []int{growing.Len(), growing.Len()/2 + 1} {
					for lens := range lenses {
						for _, p := range []*Player{old, fresh} {
							p.lens, p.at = lens, trace.Seq(at)
						}
						got, want := old.frame(), fresh.frame()
						if !slices.Equal(got.cells, want.cells) {
							t.Fatalf("%s at event %d of %d: a player of the growing trace shows\n%s\na new one\n%s", lenses[lens].Name, at, growing.Len(), got.Text(), want.Text())
						}
					}
				}
			}
		})
	}
}

// Before the first event a live world says where to connect; no key breaks that,
// and later D shows it again.
func TestLiveWaits(t *testing.T) {
	growing, more := regrow(tracetest.Story())
	l := NewLive(growing, Options{Lang: "en", Theme: "mono"})
	l.Serves([]Served{{Host: "mail.alabala.com", Service: "smtp", Sim: "10.10.10.10:25", Addr: "127.10.10.10:10025"}, {Host: "resolver.isp.example", Service: "domain", Network: "udp", Sim: "10.10.0.53:53", Addr: "127.10.0.53:10053"}})
	l.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for _, want := range []string{"mail.alabala.com", "127.10.10.10:10025", "domain/udp", "nc 127.10.10.10 10025", "Nothing has happened yet", "q ends it"} {
		if got := l.frame().Text(); !strings.Contains(got, want) {
			t.Errorf("a world at rest does not say %q:\n%s", want, got)
		}
	}
	for _, group := range keys.groups() {
		for _, row := range group {
			for _, b := range row.keys {
				for _, k := range b.Keys() {
					if k == "q" || k == "ctrl+c" {
						continue
					}
					l.Update(tea.KeyPressMsg(mustKey(t, k)))
					l.frame()
					l.Update(tea.KeyPressMsg(tea.Key{Code: tea.KeyEscape}))
				}
			}
		}
	}
	if got := l.frame().Text(); !strings.Contains(got, "127.10.10.10:10025") {
		t.Errorf("some key has lost the list:\n%s", got)
	}
	l.Update(posted{func() { more(20) }})
	if got := l.frame().Text(); strings.Contains(got, "127.10.10.10:10025") || !strings.Contains(got, "event 20 of 20") {
		t.Errorf("the first events are not shown:\n%s", got)
	}
	press(l, "D")
	if got := l.frame().Text(); !strings.Contains(got, "127.10.10.10:10025") || strings.Contains(got, "Nothing has happened") {
		t.Errorf("D does not show where to connect:\n%s", got)
	}
}

func mustKey(t *testing.T, name string) tea.Key {
	t.Helper()
	k, ok := keyCalled(name)
	if !ok {
		t.Fatalf("no key %q", name)
	}
	return tea.Key(k)
}
