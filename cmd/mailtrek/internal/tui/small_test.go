package tui

import (
	"strings"
	"testing"

	"mailtrek/sim/trace/tracetest"
)

// In a window without room for anything q leaves, as the words there say, also
// when something was being typed before the window became so small.
func TestTooSmallToType(t *testing.T) {
	p := still(t, tracetest.Story(), 1, "ladder", 80, 24)
	press(p, "/")
	if p.prompt == nil {
		t.Fatal("/ opens no prompt")
	}
	e := newTerminal(t, p, 20, 5)
	e.write("q")
	e.leaves()
}

// The words fit also into few rows.
func TestTooSmallToRead(t *testing.T) {
	for _, c := range []struct{ w, h int }{{40, 10}, {30, 4}, {20, 3}, {12, 5}} {
		text := still(t, tracetest.Story(), 1, "ladder", c.w, c.h).frame().Text()
		if !strings.Contains(strings.ReplaceAll(text, "\n", " "), " q ") {
			t.Errorf("%d×%d does not say how to leave:\n%s", c.w, c.h, text)
		}
	}
}
