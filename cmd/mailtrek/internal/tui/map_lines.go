package tui

// point is a cell of a region.
type point struct{ x, y int }

// The directions in which a line leaves a cell.
const (
	goUp = 1 << iota
	goDown
	goLeft
	goRight
)

// strokes are the line characters by the directions they join.
const (
	lightStrokes = " ││││┘┐┤─└┌├─┴┬┼"
	heavyStrokes = " ┃┃┃┃┛┓┫━┗┏┣━┻┳╋"
	asciiStrokes = " |||-+++-+++-+++"
	asciiHeavy   = " ###=###=###=###"
)

// strokeOf is the character of a set of directions.
func strokeOf(bits uint8, heavy, ascii bool) string {
	set := lightStrokes
	switch {
	case ascii && heavy:
		set = asciiHeavy
	case ascii:
		set = asciiStrokes
	case heavy:
		set = heavyStrokes
	}
	if bits == goLeft || bits == goRight || bits == goLeft|goRight { // an end is drawn as the line goes
		bits = goLeft | goRight
	}
	return string([]rune(set)[bits&15])
}

// lines collects strokes that cross and join, cell by cell.
type lines struct {
	w, h  int
	cells []uint8
}

func newLines(r Region) *lines { return &lines{r.W, r.H, make([]uint8, r.W*r.H)} }

// path adds a line along points, each straight above, below or beside the one
// before.
func (l *lines) path(points []point) {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		for a != b {
			out, back := goRight, goLeft
			next := point{a.x + 1, a.y}
			switch {
			case b.x < a.x:
				out, back, next = goLeft, goRight, point{a.x - 1, a.y}
			case b.y > a.y:
				out, back, next = goDown, goUp, point{a.x, a.y + 1}
			case b.y < a.y:
				out, back, next = goUp, goDown, point{a.x, a.y - 1}
			}
			if b.x != a.x && b.y != a.y {
				return
			}
			l.add(a, uint8(out))
			l.add(next, uint8(back))
			a = next
		}
	}
}

func (l *lines) add(p point, bits uint8) {
	if p.x >= 0 && p.y >= 0 && p.x < l.w && p.y < l.h {
		l.cells[p.y*l.w+p.x] |= bits
	}
}

// draw puts the lines on the region.
func (l *lines) draw(r Region, st Style, heavy, ascii bool) {
	for i, bits := range l.cells {
		if bits != 0 {
			r.Put(i%l.w, i/l.w, st, strokeOf(bits, heavy, ascii))
		}
	}
}

// box draws a frame.
func (r Region) box(st Style, ascii bool) {
	corner := [4]string{"╭", "╮", "╰", "╯"}
	h, v := "─", "│"
	if ascii {
		corner, h, v = [4]string{"+", "+", "+", "+"}, "-", "|"
	}
	r.Fill(1, 0, r.W-1, st, h)
	r.Fill(1, r.H-1, r.W-1, st, h)
	for y := 1; y < r.H-1; y++ {
		r.Put(0, y, st, v)
		r.Put(r.W-1, y, st, v)
	}
	r.Put(0, 0, st, corner[0])
	r.Put(r.W-1, 0, st, corner[1])
	r.Put(0, r.H-1, st, corner[2])
	r.Put(r.W-1, r.H-1, st, corner[3])
}
