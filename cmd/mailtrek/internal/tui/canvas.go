package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Canvas is a screen in the making: h rows of w cells. Rows are composed by
// hand because that is twenty times faster than nesting styled boxes, and
// because columns then stand where they were put.
type Canvas struct {
	w, h  int
	cells []cell
	ascii bool // signs of our own that are no ASCII are replaced
}

// cell is one place of the screen. A wide character fills two cells; the
// second one has width 0 and no text.
type cell struct {
	text  string // one character with its combining marks; "" is a blank
	style Style
	width uint8
}

var blank = cell{width: 1}

// NewCanvas returns a blank canvas of that size.
func NewCanvas(w, h int) *Canvas {
	c := &Canvas{w: max(w, 0), h: max(h, 0)}
	c.cells = make([]cell, c.w*c.h)
	for i := range c.cells {
		c.cells[i] = blank
	}
	return c
}

// again is a blank canvas of that size, made of the cells of c if they fit; c
// may be nil.
func (c *Canvas) again(w, h int) *Canvas {
	if c == nil || c.w != w || c.h != h {
		return NewCanvas(w, h)
	}
	for i := range c.cells {
		c.cells[i] = blank
	}
	return c
}

// All is the region of the whole canvas.
func (c *Canvas) All() Region { return Region{c: c, W: c.w, H: c.h} }

// put writes s from (x, y) on, never beyond column end, and returns the column
// behind it. Control characters become visible marks, whatever s is.
func (c *Canvas) put(x, y, end int, st Style, s string) int {
	if y < 0 || y >= c.h {
		return x
	}
	end = min(end, c.w)
	for i := 0; i < len(s); {
		if b := s[i]; b >= 0x20 && b < 0x7f { // the usual case
			if x >= end {
				return x
			}
			c.set(x, y, s[i:i+1], 1, st)
			x, i = x+1, i+1
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		text := s[i : i+n]
		i += n
		if plainRune(r) {
			if x >= end {
				return x
			}
			c.set(x, y, text, 1, st)
			x++
			continue
		}
		if mark := visible(r, n, text); mark != "" {
			x = c.put(x, y, end, st, mark)
			continue
		}
		w := runeWidth(r)
		switch {
		case w == 0:
			c.combine(x-1, y, r, text)
		case x+w > end:
			return x
		default:
			c.set(x, y, text, w, st)
			x += w
		}
	}
	return x
}

// set fills one cell, or two for a wide character, and repairs a wide
// character that it cuts in half.
func (c *Canvas) set(x, y int, text string, w int, st Style) {
	if x < 0 {
		return
	}
	if text == " " {
		text = "" // all blanks are equal
	}
	if c.ascii && len(text) > 1 {
		if plain, ok := asciiSigns[text]; ok {
			text = plain
		}
	}
	row := c.cells[y*c.w : (y+1)*c.w]
	if row[x].width == 0 && x > 0 {
		row[x-1] = cell{style: row[x-1].style, width: 1}
	}
	if last := x + w; last < c.w && row[last].width == 0 {
		row[last] = cell{style: row[last].style, width: 1}
	}
	row[x] = cell{text: text, style: st, width: uint8(w)}
	if w == 2 {
		row[x+1] = cell{style: st, width: 0}
	}
}

// asciiSigns stand for the signs of words and arrows where only ASCII is drawn.
var asciiSigns = map[string]string{"→": ">", "←": "<", "↑": "^", "↓": "v", "…": "~", "–": "-", "—": "-", "·": "|", "“": "\"", "”": "\"", "„": "\"", "’": "'", "§": "#", "⇧": "^", "↳": "`", "█": "#", "▌": "[", "▐": "]"}

// combine adds a mark without a width of its own to the character before it.
// Format characters, which only tell how to join what stands beside them, are
// dropped: terminals disagree about their effect, and so would the columns.
func (c *Canvas) combine(x, y int, r rune, text string) {
	if x < 0 || !unicode.Is(unicode.Mn, r) || r >= 0xFE00 && r <= 0xFE0F {
		return
	}
	at := &c.cells[y*c.w+x]
	if at.width == 0 && x > 0 {
		at = &c.cells[y*c.w+x-1]
	}
	if at.text != "" && len(at.text) < 12 {
		at.text += text
	}
}

// restyle gives the cells of a row from x to end another style.
func (c *Canvas) restyle(x, y, end int, f func(Style) Style) {
	if y < 0 || y >= c.h {
		return
	}
	for ; x < min(end, c.w); x++ {
		at := &c.cells[y*c.w+x]
		at.style = f(at.style)
	}
}

// Text is the canvas without styles, one line a row.
func (c *Canvas) Text() string { return c.render(nil) }

// Render is the canvas as the terminal takes it.
func (c *Canvas) Render(p *Palette) string { return c.render(p) }

func (c *Canvas) render(p *Palette) string {
	var b strings.Builder
	b.Grow(len(c.cells) * 2)
	for y := 0; y < c.h; y++ {
		if y > 0 {
			b.WriteByte('\n')
		}
		var now Style
		row := c.cells[y*c.w : (y+1)*c.w]
		for p != nil && len(row) > 0 && row[len(row)-1] == blank {
			row = row[:len(row)-1] // a terminal's row is blank to begin with
		}
		for _, at := range row {
			if at.width == 0 {
				continue
			}
			if p != nil && at.style != now {
				b.WriteString(p.seq(at.style))
				now = at.style
			}
			if at.text == "" {
				b.WriteByte(' ')
			} else {
				b.WriteString(at.text)
			}
		}
		if p != nil && now != Plain {
			b.WriteString(p.seq(Plain))
		}
	}
	return b.String()
}

// plainRune tells of the characters that a screen has most of, lines and
// letters of Latin and Cyrillic, that they are harmless and one cell wide.
func plainRune(r rune) bool {
	return r >= 0x2500 && r < 0x2600 || r >= 0x400 && r < 0x460 || r >= 0xC0 && r < 0x180
}

// runeWidth is the number of cells that a character takes on every terminal
// that we know of, taken one by one: clusters are not joined.
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if r >= 0x1F3FB && r <= 0x1F3FF { // skin tones, which terminals may join or not
		return 0
	}
	return min(displaywidth.Rune(r), 2)
}

// textWidth is the number of cells that put would use for s.
func textWidth(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if b := s[i]; b >= 0x20 && b < 0x7f {
			n, i = n+1, i+1
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if mark := visible(r, size, s[i:i+size]); mark != "" {
			n += textWidth(mark)
		} else {
			n += runeWidth(r)
		}
		i += size
	}
	return n
}
