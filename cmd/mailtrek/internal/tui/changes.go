package tui

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// nearGap is the number of equal cells that are written again rather than
// jumped over, and longBlank the number of blanks from which they are erased
// rather than written: a sequence has about as many octets.
const (
	nearGap   = 5
	longBlank = 8
)

// appendChanges appends what turns a terminal that shows old into one that
// shows next. Without old, or when it has another size, all cells are written.
// The terminal's style is plain before and after.
func appendChanges(buf []byte, old, next *Canvas, p *Palette) []byte {
	if old != nil && (old.w != next.w || old.h != next.h) {
		old = nil
	}
	pen := pen{buf: buf, palette: p}
	for y := range next.h {
		row := next.cells[y*next.w : (y+1)*next.w]
		if old == nil {
			pen.row(y, row, nil)
		} else if was := old.cells[y*next.w : (y+1)*next.w]; !slices.Equal(row, was) {
			pen.row(y, row, was)
		}
	}
	pen.style(Plain)
	return pen.buf
}

// pen writes cells to a terminal. It knows where the cursor is and which style
// is on.
type pen struct {
	buf     []byte
	palette *Palette
	now     Style
	x, y    int // of the cursor, when known
	known   bool
}

// row writes the cells of a row that differ from what was there; was nil is
// unknown.
func (p *pen) row(y int, row, was []cell) {
	end := len(row) // behind it there are blanks
	for end > 0 && row[end-1] == blank {
		end--
	}
	for x := 0; x < end; {
		if was != nil && row[x] == was[x] || row[x].width == 0 {
			x++
			continue
		}
		if n := blanks(row[x:end]); n > longBlank && x+n < end {
			p.to(x, y)
			p.style(Plain)
			p.number('X', n) // ECH, ECMA-48 §8.3.38
			x += n
			continue
		}
		p.near(x, y, row)
		p.put(row[x])
		x += int(row[x].width)
	}
	if was == nil || slices.ContainsFunc(was[end:], func(c cell) bool { return c != blank }) {
		if end < len(row) {
			p.to(end, y)
			p.style(Plain)
			p.buf = append(p.buf, "\x1b[K"...) // EL, ECMA-48 §8.3.41
		}
	}
}

// blanks is the number of blanks that cells begin with.
func blanks(cells []cell) int {
	for i := range cells {
		if cells[i] != blank {
			return i
		}
	}
	return len(cells)
}

// near brings the cursor to (x, y). Across a few plain cells it goes by writing
// them again.
func (p *pen) near(x, y int, row []cell) {
	if p.known && p.y == y && p.x < x && x-p.x <= nearGap {
		gap := row[p.x:x]
		if !slices.ContainsFunc(gap, func(c cell) bool { return c.style != p.now || !sure(c) }) {
			for _, c := range gap {
				p.put(c)
			}
		}
	}
	p.to(x, y)
}

// to brings the cursor to (x, y).
func (p *pen) to(x, y int) {
	switch {
	case p.known && p.y == y && p.x == x:
		return
	case p.known && p.y == y && p.x < x:
		p.number('C', x-p.x) // CUF, ECMA-48 §8.3.20
	default: // CUP, ECMA-48 §8.3.21
		p.buf = append(p.buf, "\x1b["...)
		p.buf = strconv.AppendInt(p.buf, int64(y+1), 10)
		if x > 0 {
			p.buf = append(p.buf, ';')
			p.buf = strconv.AppendInt(p.buf, int64(x+1), 10)
		}
		p.buf = append(p.buf, 'H')
	}
	p.x, p.y, p.known = x, y, true
}

// number appends a control sequence with one number.
func (p *pen) number(final byte, n int) {
	p.buf = append(p.buf, "\x1b["...)
	if n != 1 {
		p.buf = strconv.AppendInt(p.buf, int64(n), 10)
	}
	p.buf = append(p.buf, final)
}

// style switches to a style.
func (p *pen) style(s Style) {
	if s != p.now {
		p.buf = append(p.buf, p.palette.seq(s)...)
		p.now = s
	}
}

// put writes a cell where the cursor is. Terminals disagree about the width of
// some characters; behind such a one the cursor is set anew.
func (p *pen) put(c cell) {
	p.style(c.style)
	if c.text == "" {
		p.buf = append(p.buf, ' ')
	} else {
		p.buf = append(p.buf, c.text...)
	}
	p.x += int(c.width)
	p.known = sure(c)
}

// sure tells whether every terminal gives a cell the width that we do.
func sure(c cell) bool {
	if len(c.text) <= 1 {
		return c.width == 1
	}
	r, n := utf8.DecodeRuneInString(c.text)
	return n == len(c.text) && plainRune(r)
}
