package tui

import (
	"fmt"
	"html"
	"image/color"
	"os"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"mailtrek/sim/trace/tracetest"
)

// pictures are the screens in the README, each a lens at the event of a
// selector in the story of the exchanger that refuses.
var pictures = []struct{ file, lens, selector string }{
	{"screen.svg", "ladder", "smtp RCPT at mail2"},
	{"dialogue.svg", "dialogue", "smtp RCPT at mail2"},
	{"postfix.svg", "postfix", "queue mail2 -> deferred"},
	{"dns.svg", "dns", "smtp RCPT at mail2"},
	{"message.svg", "message", "mailbox ivan append"},
}

// TestPicture keeps the pictures in the README true: they are screens as a
// terminal shows them. Like any golden file they are written by go test
// -update.
func TestPicture(t *testing.T) {
	const w, h = 120, 36
	for _, c := range pictures {
		path := "../../../../.github/" + c.file
		p := still(t, tracetest.Failover(), 0, c.lens, w, h)
		p.look.palette, _ = NewPalette("dark")
		sel := newFinder(p.instant(), c.selector)
		p.at = sel.next(1)
		term := vt.NewEmulator(w, h)
		if _, err := term.WriteString(strings.ReplaceAll(p.View().Content, "\n", "\r\n")); err != nil {
			t.Fatal(err)
		}
		got := svg(term, w, h)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not the screen as it is now; go test -update ./cmd/mailtrek/internal/tui writes it anew", path)
		}
	}
}

// The measures of a cell, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 17.0
)

// svg draws the cells of a terminal. Every run of one style is a text of its
// own with a fixed length, so that the columns stand whatever font there is.
func svg(term *vt.Emulator, w, h int) string {
	var b strings.Builder
	width, height := float64(w)*cellWidth+24, float64(h)*cellHeight+24
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" rx="8" fill="#0d1117"/>`+"\n", width, height)
	for y := range h {
		for x := 0; x < w; {
			c := term.CellAt(x, y)
			from, text, style := x, "", uv.Style{}
			if c != nil {
				style = c.Style
			}
			for x < w {
				c := term.CellAt(x, y)
				if c == nil || c.Width == 0 && c.Content == "" {
					x++
					continue
				}
				if !c.Style.Equal(&style) {
					break
				}
				text += c.Content
				x += max(c.Width, 1)
			}
			if strings.TrimSpace(text) != "" {
				b.WriteString(svgText(text, style, from, y, x-from))
			}
			if x == from {
				x++
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func svgText(text string, style uv.Style, x, y, cells int) string {
	fill, weight := "#d4d4d4", ""
	if style.Fg != nil {
		fill = hex(style.Fg)
	}
	if style.Attrs&uv.AttrBold != 0 {
		weight = ` font-weight="bold"`
	}
	trimmed := strings.TrimLeft(text, " ")
	lead := len(text) - len(trimmed)
	x, cells = x+lead, cells-lead
	last := strings.TrimRight(trimmed, " ")
	cells -= len(trimmed) - len(last)
	return fmt.Sprintf(`<text x="%.1f" y="%.1f" textLength="%.1f" xml:space="preserve" fill="%s"%s>%s</text>`+"\n",
		12+float64(x)*cellWidth, 12+float64(y)*cellHeight+13, float64(cells)*cellWidth, fill, weight, html.EscapeString(last))
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
