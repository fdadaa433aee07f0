package tui

import (
	"slices"
	"strconv"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// comparison draws two runs beside each other: at the left what was, at the
// right what is now. What both have in common is folded away but for the rows
// next to a difference and next to the cursor.
type comparison struct {
	was, now *Instant
	a        *pairs
	row      int
	first    bool // the cursor is in the run that was
	what     string
	context  int // rows that are shown around a difference and the cursor
}

// comparison is what the player shows while it compares; nil when it does not.
func (p *Player) comparison() *comparison {
	a, was, now := p.comparing()
	if a == nil || !p.compare {
		return nil
	}
	row := p.row
	if p.at != a.event(row, p.course == now) {
		row = a.rowOf(p.at, p.course == now)
	}
	look := func(c *course) *Instant {
		return &Instant{Story: c.story, At: p.at, Words: p.look.words, Glyphs: p.look.glyphs, Keys: p.look.keys, Place: inPlay, Depth: p.look.depth}
	}
	return &comparison{was: look(was), now: look(now), a: a, row: row, first: p.course == was, what: now.what}
}

// folded is a line of the comparison: a row, or so many rows folded away.
type folded struct {
	row  int
	more int // rows that are the same, folded away; row is the first of them
}

func (v *comparison) draw(r Region) {
	w := v.now.Words
	half := (r.W - 5) / 2
	left, right := r.Sub(1, 0, half, r.H), r.Sub(half+4, 0, r.W-half-4, r.H)
	v.head(left, w.T("compare.was"), w.T("fork.story"), v.first)
	v.head(right, w.T("compare.now"), v.what, !v.first)
	body := 2
	for y := body; y < r.H; y++ {
		r.Put(half+2, y, Rule, v.now.Glyphs.V)
	}
	legend := 0
	if r.H >= 14 {
		legend = 1
	}
	for y, l := range v.lines(r.H - body - legend) {
		v.line(r, left, right, half, body+y, l)
	}
	if legend > 0 {
		r.Fill(0, r.H-1, r.W, Plain, " ")
		v.legend(r.Sub(1, r.H-1, r.W-2, 1))
	}
}

// head names a run; the one whose lenses are shown is marked.
func (v *comparison) head(r Region, word, what string, here bool) {
	st := Quiet
	if here {
		st = Accent
		r.Put(0, 0, Accent, v.now.Glyphs.Cursor)
	}
	x := r.Put(2, 0, st, word)
	st = Plain
	if here {
		st = Title
	}
	r.PutMax(x+2, 0, r.W-x-2, st, what)
}

// legend says what the signs mean, and how many rows differ.
func (v *comparison) legend(r Region) {
	w := v.now.Words
	x := 0
	for _, s := range []struct{ sign, key string }{{v.sign(scenario.Pair{Was: 1, Now: 1}), "compare.sign.other"}, {"-", "compare.sign.was"}, {"+", "compare.sign.now"}} {
		word := w.T(s.key)
		if x+4+textWidth(word) > r.W {
			return
		}
		x = r.Put(x, 0, Warn, s.sign) + 1
		x = r.Put(x, 0, Quiet, word) + 3
	}
	if n := w.T("compare.count", "n", strconv.Itoa(len(v.a.diffs)), "of", strconv.Itoa(len(v.a.Rows))); x+textWidth(n) <= r.W {
		r.PutRight(r.W, 0, Quiet, n)
	}
}

// sign is the mark of a row that differs.
func (v *comparison) sign(p scenario.Pair) string {
	switch {
	case p.Same:
		return "="
	case p.Now == 0:
		return "-"
	case p.Was == 0:
		return "+"
	case v.now.Glyphs.ASCII:
		return "!"
	}
	return "≠"
}

// lines are the rows around the cursor, as many as there is room for. Where
// there is much room, more is shown of what is the same.
func (v *comparison) lines(h int) []folded {
	v.context = 1
	best := v.around(h)
	for _, c := range []int{2, 3, 4, 6, 8, 12, 16, 24, 32, 48} {
		v.context = c
		more := v.around(4 * h)
		if len(more) > h {
			break
		}
		best = more
	}
	return best
}

// around are at most h lines around the cursor.
func (v *comparison) around(h int) []folded {
	var up, down []folded
	before := func(limit int) {
		row := v.row
		if n := len(up); n > 0 {
			row = up[n-1].row - 1
		}
		for row >= v.a.bottom() && len(up)+len(down) < limit {
			l := v.fold(row, -1)
			up = append(up, l)
			row = l.row - 1
		}
	}
	before(h / 2)
	for row := v.row + 1; row < len(v.a.Rows) && len(up)+len(down) < h; {
		l := v.fold(row, +1)
		down = append(down, l)
		row = l.row + max(l.more, 1)
	}
	before(h) // the end is in sight: more of what was
	slices.Reverse(up)
	return append(up, down...)
}

// kept tells whether a row is shown although it is the same.
func (v *comparison) kept(row int) bool {
	if row >= v.row-v.context && row <= v.row+v.context || row < 0 && row >= -v.context {
		return true
	}
	return row >= 0 && v.a.differs(min(row+v.context, len(v.a.Rows)-1), -1) >= max(row-v.context, 0)
}

// fold is the line of a row, reached in a direction. Fewer than three rows are
// not worth a fold.
func (v *comparison) fold(row, step int) folded {
	if v.kept(row) {
		return folded{row: row}
	}
	gap := v.context + 1
	from, to := row, row // the rows that are the same and not kept
	if step < 0 {
		from = v.a.bottom()
		if row >= 0 {
			from = 0
			if d := v.a.differs(row, -1); d >= 0 {
				from = d + gap
			}
		}
		if v.row+gap <= row {
			from = max(from, v.row+gap)
		}
	} else {
		to = len(v.a.Rows) - 1
		if d := v.a.differs(max(row, 0), +1); d < len(v.a.Rows) {
			to = d - gap
		}
		if row < 0 {
			to = -gap
		}
		if v.row-gap >= row {
			to = min(to, v.row-gap)
		}
	}
	if n := to - from + 1; n >= 3 {
		return folded{row: from, more: n}
	}
	return folded{row: row}
}

func (v *comparison) line(r, left, right Region, half, y int, l folded) {
	w, g := v.now.Words, v.now.Glyphs
	if l.more > 0 {
		key := "compare.same"
		if l.row < 0 {
			key = "compare.shared"
		}
		r.Fill(half+2, y, half+3, Plain, " ")
		text := w.T(key, "n", strconv.Itoa(l.more))
		r.PutMax(max((r.W-textWidth(text))/2, 1), y, r.W-2, Quiet, text)
		return
	}
	p := v.pair(l.row)
	here := l.row == v.row
	if here {
		r.Put(0, y, Accent, g.Cursor)
	}
	v.cell(v.was, left, y, p.Was, p, here)
	v.cell(v.now, right, y, p.Now, p, here)
	if p.Same {
		r.Put(half+2, y, Quiet, "=")
		return
	}
	r.Put(half+2, y, Warn, v.sign(p))
	if l.row == v.a.First {
		v.mark(left, right, y, p)
	}
}

// mark says in words that this is where the runs part, on the side that has
// room.
func (v *comparison) mark(left, right Region, y int, p scenario.Pair) {
	text := v.now.Words.T("compare.firstrow")
	side := left
	if p.Now == 0 {
		side = right
	}
	if p.Was == 0 || p.Now == 0 {
		side.PutMax(1, y, side.W-1, Warn, text)
		return
	}
	if n := textWidth(text); n < right.W/2 {
		right.Fill(right.W-n-2, y, right.W, Plain, " ")
		right.Put(right.W-n-1, y, Warn, text)
	}
}

// pair is a row; the shared part has negative numbers.
func (v *comparison) pair(row int) scenario.Pair {
	if row < 0 {
		s := v.a.Shared + trace.Seq(row+1)
		return scenario.Pair{Was: s, Now: s, Same: true}
	}
	return v.a.Rows[row]
}

// cell is an event of one run.
func (v *comparison) cell(in *Instant, r Region, y int, s trace.Seq, p scenario.Pair, here bool) {
	if s == 0 {
		return
	}
	l := in.short(s)
	st := l.style
	if p.Same && st&^Bold != Bad && st&^Bold != Warn {
		st = Quiet
		if here {
			st = Plain
		}
	}
	if here {
		st |= Bold
	}
	x := 0
	if r.W >= 44 {
		x = r.PutRightPad(0, y, Quiet, stamp(in.Story.T.At(s).Time), 10) + 1
	}
	r.PutMax(x+1, y, r.W-x-1, st, l.text)
}
