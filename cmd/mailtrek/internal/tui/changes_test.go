package tui

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"
)

// scribble puts random text on a canvas: narrow and wide
// characters, in styles, at places where they overlap. (The emulator knows no
// combining marks.)
func scribble(r *rand.Rand, c *Canvas, times int) {
	words := []string{"mail", "250 2.1.0 Ok", "漢字", "писмо", "│", "────────────", "   ", "            ", "👩‍👩‍👧", "x"}
	styles := []Style{Plain, Quiet, Accent, Mail, Plain | Reverse, Bad | Bold, Rule}
	for range times {
		c.put(r.IntN(c.w), r.IntN(c.h), c.w, styles[r.IntN(len(styles))], words[r.IntN(len(words))])
	}
}

// TestChanges: after the changes a terminal shows what it shows after the whole
// picture, in the same styles, whatever was there before.
func TestChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	palette, _ := NewPalette("dark")
	for _, size := range [][2]int{{12, 4}, {41, 7}, {80, 24}} {
		w, h := size[0], size[1]
		old := NewCanvas(w, h)
		scribble(r, old, w*h/8)
		step := vt.NewEmulator(w, h)
		mustWrite(t, step, appendChanges(nil, nil, old, palette))
		for i := range 60 {
			next := NewCanvas(w, h)
			copy(next.cells, old.cells)
			if i%9 == 8 {
				next = NewCanvas(w, h)
			}
			scribble(r, next, 1+i%7)
			whole := vt.NewEmulator(w, h)
			mustWrite(t, whole, appendChanges(nil, nil, next, palette))
			changes := appendChanges(nil, old, next, palette)
			mustWrite(t, step, changes)
			if got, want := shownBy(step, w, h), shownBy(whole, w, h); got != want {
				t.Fatalf("%dx%d, picture %d, after %q: got\n%s\nwant\n%s", w, h, i, changes, got, want)
			}
			if again := appendChanges(nil, next, next, palette); len(again) > 0 {
				t.Fatalf("no change is written as %q", again)
			}
			old = next
		}
	}
}

func mustWrite(t *testing.T, e *vt.Emulator, b []byte) {
	t.Helper()
	if _, err := e.Write(b); err != nil {
		t.Fatal(err)
	}
}

// shownBy is every cell of a terminal with its style.
func shownBy(e *vt.Emulator, w, h int) string {
	var b strings.Builder
	for y := range h {
		for x := range w {
			c := e.CellAt(x, y)
			if c == nil || c.Width == 0 {
				continue
			}
			fmt.Fprintf(&b, "%s", c.Content)
			if s := c.Style.String(); s != "" && s != "\x1b[m" {
				fmt.Fprintf(&b, "{%s}", s[2:])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestWholePicture: a terminal shows the text of the canvas, and what stood
// there before is gone.
func TestWholePicture(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	palette, _ := NewPalette("light")
	e := vt.NewEmulator(60, 9)
	mustWrite(t, e, bytes.Repeat([]byte("garbage "), 60))
	c := NewCanvas(60, 9)
	scribble(r, c, 30)
	mustWrite(t, e, appendChanges(nil, nil, c, palette))
	var want strings.Builder
	for _, l := range strings.Split(c.Text(), "\n") {
		want.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	var got strings.Builder
	for _, l := range strings.Split(e.String(), "\n") {
		got.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
}

// TestColours: a terminal gets only colours that it has.
func TestColours(t *testing.T) {
	p, _ := NewPalette("dark")
	for _, c := range []struct {
		profile colorprofile.Profile
		want    string
	}{
		{colorprofile.TrueColor, "\x1b[0;1;38;2;121;192;255m"},
		{colorprofile.ANSI256, "\x1b[0;1;38;5;111m"},
		{colorprofile.ANSI, "\x1b[0;1;94m"},
		{colorprofile.ASCII, "\x1b[0;1m"},
	} {
		if got := p.in(c.profile).seq(Accent); got != c.want {
			t.Errorf("%v: got %q, want %q", c.profile, got, c.want)
		}
	}
}
