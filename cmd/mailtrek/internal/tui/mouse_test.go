package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace/tracetest"
)

// TestMouse: it is off until it is asked for; then the time line, the tabs and
// the lines of a lens can be clicked, and the wheel goes from line to line.
func TestMouse(t *testing.T) {
	tr := tracetest.Failover()
	p := still(t, tr, 100, "log", 120, 40)
	click := func(x, y int) { p.Update(tea.MouseClickMsg(tea.Mouse{X: x, Y: y, Button: tea.MouseLeft})) }
	click(60, 37)
	if p.at != 100 || p.View().MouseMode != tea.MouseModeNone {
		t.Errorf("the mouse works without having been asked for: event %d", p.at)
	}
	press(p, "M")
	if p.View().MouseMode == tea.MouseModeNone {
		t.Error("M does not turn the mouse on")
	}
	click(2, 37)
	if p.at != 1 {
		t.Errorf("a click at the beginning of the time line: got event %d, want 1", p.at)
	}
	click(111, 37)
	if int(p.at) != tr.Len() {
		t.Errorf("a click at its end: got event %d, want %d", p.at, tr.Len())
	}
	for i, name := range Lenses() {
		row := strings.Split(p.frame().Text(), "\n")[1]
		at := strings.Index(row, " "+name)
		if at < 0 {
			at = strings.Index(row, name)
		}
		click(len([]rune(row[:at]))+2, 1)
		if p.lens != i {
			t.Errorf("a click on the tab %s: got the lens %s", name, Lenses()[p.lens])
		}
	}
	press(p, "8")
	p.Update(tea.MouseWheelMsg(tea.Mouse{Button: tea.MouseWheelUp}))
	p.Update(tea.MouseWheelMsg(tea.Mouse{Button: tea.MouseWheelUp}))
	if n := len(logPicks(p.instant())); p.pick != n-1 {
		t.Errorf("two turns of the wheel: got line %d, want %d", p.pick, n-1)
	}
}

// TestASCII: A draws everything with ASCII, and back.
func TestASCII(t *testing.T) {
	p := still(t, tracetest.Failover(), 100, "ladder", 120, 40)
	before := p.frame().Text()
	press(p, "A")
	for _, lens := range Lenses() {
		press(p, "tab")
		for i, r := range p.frame().Text() {
			if r >= 0x2000 && r < 0x2e00 {
				t.Fatalf("%s: %c at %d is not ASCII", lens, r, i)
			}
		}
	}
	press(p, "A")
	if p.frame().Text() != before {
		t.Error("A twice is not the same screen")
	}
}
