package tui

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// The sizes that the screen is made for. Below the least one it says so.
const (
	leastWidth  = 60
	leastHeight = 20
)

// frame draws the whole screen of the player: where one is in the story, the
// tabs, the lens, why it happens, the time line, the keys.
type frame struct {
	in      *Instant
	lens    int
	beside  int // the lens at the right; -1 for none
	playing bool
	breaks  map[trace.Seq]bool
	notice  string // said once, in place of the keys
	why     why

	bookmarks []trace.Seq
	stopped   []trace.Seq // places where breakpoints with a condition stop
	only      string      // the filter
	copying   bool        // the row of keys is the choice of what is copied
	scene     scene
	horizon   trace.Seq // what lies behind it is hidden; 0: nothing is
}

// why is the explanation of the current event.
type why struct{ text, ref string }

func (f *frame) draw(c *Canvas) {
	r := c.All()
	if r.W < leastWidth || r.H < leastHeight {
		drawTooSmall(f.in, r)
		return
	}
	lines := 2
	if r.H >= 34 || r.H >= 24 && r.W < 100 {
		lines = 3
	}
	bottom := lines + 5 // rule, why, links, time line, phases, keys
	if r.H < 24 {
		bottom = lines + 3 // rule, why, time line, keys
	}
	f.header(r.Sub(0, 0, r.W, 1))
	f.tabs(r.Sub(0, 1, r.W, 1))
	r.Fill(0, 2, r.W, Rule, f.in.Glyphs.H)
	f.lensArea(r.Sub(0, 3, r.W, r.H-3-bottom))
	r.Fill(0, r.H-bottom, r.W, Rule, f.in.Glyphs.H)
	y := r.H - bottom + 1
	f.explain(r.Sub(1, y, r.W-2, lines))
	y += lines
	if r.H >= 24 {
		if f.scene.links != nil {
			f.scene.links(r.Sub(1, y, r.W-2, 1))
		} else {
			f.links(r.Sub(1, y, r.W-2, 1))
		}
		f.timeline(r.Sub(1, y+1, r.W-2, 2))
	} else {
		f.timeline(r.Sub(1, y, r.W-2, 1))
	}
	f.keys(r.Sub(0, r.H-1, r.W, 1))
}

// besideFrom is the width from which two lenses stand side by side.
const besideFrom = 160

// lensArea draws the lens, or two of them side by side.
func (f *frame) lensArea(r Region) {
	if f.scene.area != nil {
		f.scene.area(r)
		return
	}
	if f.beside < 0 || r.W < besideFrom {
		lenses[f.lens].Draw(f.in, r)
		return
	}
	left := r.W/2 + r.W%2
	lenses[f.lens].Draw(f.in, r.Sub(0, 0, left-1, r.H))
	for y := 0; y < r.H; y++ {
		r.Put(left-1, y, Rule, f.in.Glyphs.V)
	}
	lenses[f.beside].Draw(f.in, r.Sub(left, 0, r.W-left, r.H))
}

// drawTooSmall says politely that there is no room.
func drawTooSmall(in *Instant, r Region) {
	text := in.Words.T("app.small", "w", strconv.Itoa(leastWidth), "h", strconv.Itoa(leastHeight))
	lines := wrap(text, max(r.W-2, 1))
	if len(lines) > r.H {
		lines = wrap(in.Words.T("app.tiny", "w", strconv.Itoa(leastWidth), "h", strconv.Itoa(leastHeight)), max(r.W-2, 1))
	}
	for i, l := range lines {
		r.Put(min(1, r.W-1), i, Plain, l)
	}
}

// header says where in the story we are.
func (f *frame) header(r Region) {
	in, t := f.in, f.in.Story.T
	e := in.event()
	n, of := strconv.Itoa(int(in.At)), strconv.Itoa(t.Len())
	at := t.Header.Start.Add(e.At())
	parts := []string{in.Words.T("app.event", "n", n, "of", of), stamp(e.Time), at.Format("Mon 2 Jan 2006 15:04:05.000")}
	switch {
	case r.W < 80:
		parts = []string{in.Words.T("app.event.short", "n", n, "of", of), stamp(e.Time)}
	case r.W < 110:
		parts[2] = at.Format("15:04:05.000")
	}
	// The event's place is as wide as the last one's, so that nothing moves.
	end := r.W - 1
	for i, p := range parts {
		st := Quiet
		if i == 0 {
			st = Title
		}
		r.PutRight(end, 0, st, p)
		width := textWidth(p)
		if i == 0 {
			width += len(of) - len(n)
		} else if i == 1 {
			width = max(width, 9)
		}
		end -= width + 3
	}
	x := 1
	if r.W >= 100 {
		x = r.Put(x, 0, Accent, "mailtrek") + 3
	}
	if f.only != "" {
		r.PutMax(x, 0, end-x, Accent, in.Words.T("app.only", "what", f.only))
		return
	}
	if f.scene.run != "" {
		r.PutMax(x, 0, end-x, Accent, f.scene.run)
		return
	}
	title := f.scene.title
	if title == "" {
		title = t.Header.Title
	}
	r.PutMax(x, 0, end-x, Title, title)
}

// tabs are the lenses with their numbers. Where they do not fit they stand
// closer, and then the names of those that are not shown are cut short.
func (f *frame) tabs(r Region) {
	names, gap := f.tabForm(r.W)
	x := f.drawTabs(r, names, gap)
	if m := f.in.Story.msg(f.in.At); m != 0 {
		name := f.in.Story.T.Msg(m).Name
		if room := r.W - x - 3; room > 12 && name != "" {
			r.PutRight(r.W-1, 0, Quiet, clip(f.in.Words.T("app.mail", "name", name), room))
		}
	}
}

// tabForm is the longest form of the tabs that fits, and the room between them.
func (f *frame) tabForm(w int) (names []string, gap int) {
	for _, form := range []struct{ gap, letters int }{{2, 99}, {0, 99}, {0, 5}, {0, 3}, {0, 0}} {
		names, gap = f.tabNames(form.letters), form.gap
		width := 2
		for _, n := range names {
			width += textWidth(n) + form.gap + 1
		}
		if width <= w {
			break
		}
	}
	return names, gap
}

// tabNames are the numbers and names of the lenses; of those that are not
// shown only so many letters.
func (f *frame) tabNames(letters int) []string {
	names := make([]string, len(lenses))
	for i, l := range lenses {
		name := f.in.Words.T("lens." + l.Name)
		if i != f.lens && textWidth(name) > letters {
			name = string([]rune(name)[:letters])
		}
		names[i] = strings.TrimSpace(strconv.Itoa(i+1) + " " + name)
	}
	return names
}

func (f *frame) drawTabs(r Region, names []string, gap int) int {
	x := 1
	for i, name := range names {
		st := Quiet
		switch {
		case i == f.lens:
			st = Accent
		case i == f.beside && r.W >= besideFrom:
			st = Accent &^ Bold
		}
		if st == Quiet {
			x = r.Put(x+1, 0, st, name)
		} else {
			x = r.Put(x, 0, st, f.tabMark(0)+name+f.tabMark(1)) - 1
		}
		x += gap
	}
	return x
}

func (f *frame) tabMark(end int) string {
	if f.in.Glyphs.ASCII {
		return [2]string{"[", "]"}[end]
	}
	return [2]string{"▌", "▐"}[end]
}

// explain is the why-sentence with its reference at the end.
func (f *frame) explain(r Region) {
	lines := wrap(f.why.text, r.W)
	if len(lines) > r.H {
		lines = lines[:r.H]
		lines[r.H-1] = clip(lines[r.H-1]+" …", r.W)
	}
	for i, l := range lines {
		r.Put(0, i, Plain, l)
	}
	if f.why.ref == "" || len(lines) == 0 {
		return
	}
	last := len(lines) - 1
	ref := clip(f.why.ref, r.W)
	switch w := textWidth(ref); {
	case textWidth(lines[last])+2+w <= r.W:
		r.PutRight(r.W, last, Quiet, ref)
	case last+1 < r.H:
		r.PutRight(r.W, last+1, Quiet, ref)
	case r.W-w-3 > r.W/2:
		r.Fill(r.W-w-2, last, r.W, Plain, " ")
		r.PutMax(0, last, r.W-w-2, Plain, lines[last]+" …")
		r.PutRight(r.W, last, Quiet, ref)
	}
}

// links are the events before and behind in the chain of causes.
func (f *frame) links(r Region) {
	in := f.in
	half := r.W / 2
	x := r.Put(0, 0, Quiet, in.Words.T("why.because")+"  ")
	if c := in.event().Cause; in.Story.T.Has(c) {
		l := in.short(c)
		x = r.Put(x, 0, Quiet, strconv.Itoa(int(c))+" ")
		r.PutMax(x, 0, half-x-1, l.style, l.text)
	} else {
		r.PutMax(x, 0, half-x-1, Quiet, in.Words.T("why.nothing"))
	}
	x = r.Put(half, 0, Quiet, in.Words.T("why.leads")+"  ")
	if s := in.Story.effect(in.At); s != 0 {
		l := in.short(s)
		x = r.Put(x, 0, Quiet, strconv.Itoa(int(s))+" ")
		r.PutMax(x, 0, r.W-x, l.style, l.text)
	} else {
		r.PutMax(x, 0, r.W-x, Quiet, in.Words.T("why.nothing"))
	}
}

// timeline is the whole story in one row, with its hops and its troubles.
func (f *frame) timeline(r Region) {
	in, g := f.in, f.in.Glyphs
	percent := strconv.Itoa(int(in.At)*100/max(in.Story.T.Len(), 1)) + " %"
	n := r.W - 8
	bar, here := in.Story.bar(n), in.Story.place(in.At, n)
	seen := f.seen(n)
	for i, m := range bar {
		if i >= seen {
			m = 0
		}
		mark, st := g.Ahead, Rule
		if i < here {
			mark, st = g.Played, Quiet
		}
		switch {
		case i == here:
			mark, st = g.Cursor, Accent
		case m&markBad != 0:
			mark, st = g.Cross, Bad
		case m&markWarn != 0:
			mark, st = g.Bang, Warn
		case m&markHop != 0:
			mark = g.Dot
			if i < here {
				st = Accent &^ Bold
			}
		}
		if i > here && m&(markBad|markWarn) != 0 {
			st = Quiet // what is not yet does not cry
		}
		r.Put(1+i, 0, st, mark)
	}
	r.Put(0, 0, Quiet, g.V)
	r.Put(1+n, 0, Quiet, g.V)
	r.PutRight(r.W, 0, Quiet, percent)
	for _, s := range f.bookmarks {
		r.Put(1+in.Story.place(s, n), 0, Accent, g.Bookmark)
	}
	for _, s := range f.stopped {
		r.Put(1+in.Story.place(s, n), 0, Warn, g.Break)
	}
	for s := range f.breaks {
		r.Put(1+in.Story.place(s, n), 0, Warn, g.Break)
	}
	if r.H > 1 {
		f.stages(r.Sub(0, 1, r.W, 1), n)
	}
}

// seen is the cell of the time line from which on no marks are shown: it may
// hold events on both sides of the horizon.
func (f *frame) seen(n int) int {
	if f.horizon == 0 {
		return n
	}
	return f.in.Story.place(f.horizon, n)
}

// stages names the stages of the story below the time line, as far as there is
// room, and the present one in any case.
func (f *frame) stages(r Region, n int) {
	in := f.in
	from, to := 0, 0 // what the name of the present stage takes
	now, ok := in.Story.Folds.StageAt(in.At)
	if ok {
		name := in.Words.T("stage." + now.Kind.String())
		from = max(min(1+in.Story.place(now.First, n), r.W-textWidth(name)), 0)
		to = r.Put(from, 0, Title, name) + 2
	}
	free := 0
	for _, st := range in.Story.signposts(n) {
		x := 1 + in.Story.place(st.First, n)
		name := in.Words.T("stage." + st.Kind.String())
		end := x + textWidth(name)
		if x < free || end > r.W || ok && x < to && end+2 > from || f.horizon > 0 && st.First > f.horizon {
			continue
		}
		free = r.Put(x, 0, Quiet, name) + 2
	}
}

// keys is the last row: what can be pressed now, or what was just said.
func (f *frame) keys(r Region) {
	if f.notice != "" {
		r.PutMax(1, 0, r.W-2, Warn, f.notice)
		return
	}
	if f.copying {
		f.in.drawKeys(r, copyRow())
		return
	}
	if f.scene.row != nil {
		f.in.drawKeys(r, f.scene.row)
		return
	}
	f.in.drawKeys(r, keys.row(f.playing))
}

// drawKeys writes as many entries of a row of keys as have room.
func (in *Instant) drawKeys(r Region, row []brief) {
	x := 1
	for _, b := range row {
		k := in.Keys.brief(in.Place, b.keys)
		if in.Glyphs.ASCII {
			k = asciiKeys(k)
		}
		word := in.Words.T(b.word)
		if x+textWidth(k)+1+textWidth(word) > r.W-1 {
			continue
		}
		if k != "" {
			x = r.Put(x, 0, Key, k) + 1
		}
		x = r.Put(x, 0, Quiet, word) + 3
	}
}
