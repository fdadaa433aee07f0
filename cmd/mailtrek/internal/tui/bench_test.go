package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// long repeats the story until there are n events.
func long(n int) *trace.Trace {
	one := tracetest.Failover()
	t := trace.New(one.Header)
	for i := 1; i <= one.Nodes(); i++ {
		t.AddNode(*one.Node(trace.NodeID(i)))
	}
	span := one.At(trace.Seq(one.Len())).Time
	for t.Len() < n {
		base, conns, msgs, at := trace.Seq(t.Len()), trace.ConnID(t.Conns()), trace.MsgID(t.Msgs()), int64(t.Len()/one.Len())*span
		for i := 1; i <= one.Conns(); i++ {
			t.AddConn(*one.Conn(trace.ConnID(i)))
		}
		for i := 1; i <= one.Msgs(); i++ {
			t.AddMsg(*one.Msg(trace.MsgID(i)))
		}
		for s := trace.Seq(1); one.Has(s); s++ {
			e := *one.At(s)
			text := one.Text(&e)
			e.Time += at
			e.A, e.B, e.C = t.Intern(one.Name(e.A)), t.Intern(one.Name(e.B)), t.Intern(one.Name(e.C))
			if e.Cause != 0 {
				e.Cause += base
			}
			if e.Conn != 0 {
				e.Conn += conns
			}
			if e.Msg != 0 {
				e.Msg += msgs
			}
			t.Append(e, text)
		}
	}
	return t
}

// frames are composed one after the other, as for a terminal.
type frames struct {
	shown, spare *Canvas
	buf          []byte
	octets       int
}

func (f *frames) next(p *Player) {
	pic := p.paint(f.spare)
	f.buf = appendChanges(f.buf[:0], f.shown, pic.canvas, pic.palette)
	f.octets += len(f.buf)
	f.spare, f.shown = f.shown, pic.canvas
}

// BenchmarkJump is figure F5: any jump in a trace of 10⁶ events, with the fold,
// a frame of 200×60 and what of it goes to the terminal.
func BenchmarkJump(b *testing.B) {
	tr := long(1_000_000)
	for _, lens := range Lenses() {
		p := Play(tr, Options{Lens: lens, Theme: "dark"})
		p.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
		b.Run(lens, func(b *testing.B) {
			b.ReportAllocs()
			var f frames
			at := uint64(1)
			for b.Loop() {
				at = at*6364136223846793005 + 1442695040888963407
				p.at = trace.Seq(at>>33)%trace.Seq(tr.Len()) + 1
				f.next(p)
			}
			b.ReportMetric(float64(f.octets)/float64(b.N), "octets/frame")
		})
	}
}

// BenchmarkStep is the CPU of a step key, 200×60: the step, the frame and what
// of it goes to the terminal.
func BenchmarkStep(b *testing.B) {
	tr := tracetest.Failover()
	for _, lens := range Lenses() {
		p := Play(tr, Options{Lens: lens, Theme: "dark"})
		p.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
		b.Run(lens, func(b *testing.B) {
			b.ReportAllocs()
			var f frames
			for b.Loop() {
				if int(p.at) == tr.Len() {
					p.at = 1
				}
				press(p, "right")
				f.next(p)
			}
			b.ReportMetric(float64(f.octets)/float64(b.N), "octets/frame")
		})
	}
}
