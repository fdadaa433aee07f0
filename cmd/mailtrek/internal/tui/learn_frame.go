package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
)

// View draws the screen.
func (l *Learner) View() tea.View {
	pic := l.paint(l.canvas)
	l.canvas = pic.canvas
	return viewOf(pic)
}

// paint draws the screen on a canvas.
func (l *Learner) paint(spare *Canvas) picture {
	return picture{canvas: l.draw(spare.again(l.w, l.h)), palette: l.look.palette}
}

// frame composes the screen on a canvas of its own.
func (l *Learner) frame() *Canvas { return l.draw(NewCanvas(l.w, l.h)) }

// The widths and heights from which the text stands beside the play, and above
// it; on a smaller screen they take turns.
const (
	sideFrom  = 100
	aboveFrom = 24
)

// draw composes the screen.
func (l *Learner) draw(c *Canvas) *Canvas {
	p := l.player
	p.w, p.h = c.w, c.h
	if c.w < leastWidth || c.h < leastHeight || p.help || p.whole || p.away() {
		return p.draw(c)
	}
	r := c.All()
	if l.help {
		in := p.instant()
		in.helpTitle(r, in.Words.T("help.note"))
		in.helpRows(r.Sub(2, 3, r.W-4, r.H-3), learnKeys.rows(), 0, nil)
		return c
	}
	l.header(r.Sub(0, 0, r.W, 1))
	body := r.Sub(0, 1, r.W, r.H-2)
	switch {
	case r.W >= sideFrom:
		w := min(r.W*2/5, 72)
		l.words(body.Sub(1, 1, w-2, body.H-1))
		for y := range body.H {
			body.Put(w, y, Rule, l.look.glyphs.V)
		}
		l.world(body.Sub(w+1, 0, body.W-w-1, body.H))
	case r.H >= aboveFrom && r.W >= 80:
		h := min(l.needs(r.W-2), body.H-playLeast)
		h = max(h, body.H*2/5)
		l.words(body.Sub(1, 0, body.W-2, h))
		body.Fill(0, h, body.W, Rule, l.look.glyphs.H)
		l.world(body.Sub(0, h+1, body.W, body.H-h-1))
	case l.reading:
		l.words(body.Sub(1, 1, body.W-2, body.H-1))
	default:
		l.world(body)
	}
	l.foot(r.Sub(0, r.H-1, r.W, 1))
	return c
}

// playLeast is how much room is left to the play at least.
const playLeast = 9

// needs is how many rows the text would like to have.
func (l *Learner) needs(w int) int { return len(l.lines(w)) + 1 }

// header says which lesson, which stop, how many points.
func (l *Learner) header(r Region) {
	w := l.look.words
	points, of := l.play.Score(l.g)
	n, stops := strconv.Itoa(l.g.Stop+1), strconv.Itoa(len(l.play.Lesson.Stops))
	end := r.PutRight(r.W-1, 0, Title, w.T("learn.stop", "n", n, "of", stops))
	end = r.PutRight(end-3, 0, Quiet, w.T("learn.points", "n", strconv.Itoa(points), "of", strconv.Itoa(of)))
	x := 1
	if r.W >= sideFrom {
		x = r.Put(x, 0, Accent, "mailtrek") + 3
	}
	title := l.text.Title
	if chapter := l.chapter(); chapter != "" && textWidth(title)+3+textWidth(chapter) < end-x-2 {
		x = r.Put(x, 0, Title, title) + 1
		r.Put(x, 0, Quiet, l.look.glyphs.Sep+" "+chapter)
		return
	}
	r.PutMax(x, 0, end-x-2, Title, title)
}

// chapter is the last heading before the stop, if it has none of its own.
func (l *Learner) chapter() string {
	if l.says().Heading != "" {
		return ""
	}
	for i := l.g.Stop; i >= 0; i-- {
		if h := l.text.Stops[i].Heading; h != "" {
			return h
		}
	}
	return ""
}

// words draws the text of the stop, from the first line that is shown.
func (l *Learner) words(r Region) {
	lines := l.lines(r.W)
	room := r.H
	if len(lines) > room {
		room-- // for the line that says so
	}
	l.prose = max(min(l.prose, len(lines)-room), 0)
	for y := 0; y < room && l.prose+y < len(lines); y++ {
		r.putProse(0, y, lines[l.prose+y])
	}
	if len(lines) <= room {
		l.outline(r, len(lines))
		return
	}
	more, sign := "learn.more", l.look.glyphs.Below
	if l.prose+room >= len(lines) {
		more, sign = "learn.above", l.look.glyphs.Up
	}
	r.Put(0, r.H-1, Quiet, sign+" "+l.look.words.T(more))
}

// world draws the play, or the screen of the seat.
func (l *Learner) world(r Region) {
	p := l.player
	in := p.instant()
	f := frame{in: in, lens: p.lens, beside: -1, playing: p.play != 0, breaks: p.breaks, bookmarks: p.bookmarks, stopped: p.stopped, only: p.only.what, why: in.why(), horizon: p.horizon}
	if l.seat != nil && l.seat.in {
		l.keyboard(r)
		return
	}
	f.tabs(r.Sub(0, 0, r.W, 1))
	r.Fill(0, 1, r.W, Rule, l.look.glyphs.H)
	bottom := 2 // rule and time line
	switch {
	case r.H >= 30:
		bottom = 6
	case r.H >= 15:
		bottom = 4
	case r.H >= 12:
		bottom = 3
	}
	f.lensArea(r.Sub(0, 2, r.W, r.H-2-bottom))
	y := r.H - bottom
	r.Fill(0, y, r.W, Rule, l.look.glyphs.H)
	if bottom > 2 {
		f.explain(r.Sub(1, y+1, r.W-2, bottom-2))
	}
	l.where(r.Sub(1, r.H-1, r.W-2, 1), &f)
}

// where is the event's number and time, and the time line.
func (l *Learner) where(r Region, f *frame) {
	p := l.player
	t := p.story.T
	text := strconv.Itoa(int(p.at)) + "/" + strconv.Itoa(t.Len())
	width := 2*len(strconv.Itoa(t.Len())) + 1
	r.PutRight(width, 0, Title, text)
	x := r.PutRightPad(width+1, 0, Quiet, stamp(t.At(p.at).Time), 10)
	f.timeline(r.Sub(x+1, 0, r.W-x-1, 1))
}

// keyboard draws the screen of the seat: what was typed, what it printed, and
// the line that is being typed.
func (l *Learner) keyboard(r Region) {
	s, in := l.seat, l.player.instant()
	x := r.PutMax(1, 0, r.W-2, Accent, l.look.words.T("learn.shell", "host", s.shell.Host))
	if help := l.look.words.T("learn.shell.help"); x+3+textWidth(help) < r.W {
		r.PutRight(r.W-1, 0, Quiet, help)
	}
	r.Fill(0, 1, r.W, Rule, l.look.glyphs.H)
	body := r.Sub(1, 2, r.W-2, r.H-2)
	body = l.remarked(body)
	var rows []proseLine
	for _, row := range s.transcript(in) {
		rows = append(rows, hardWrap(row, body.W)...)
	}
	head := s.head(l.player)
	if s.here != nil {
		rows = append(rows, proseLine{{l.player.short(s.shell.Host) + "$ ", Quiet}, {s.here.command + " <<" + s.here.mark, Title}})
		for _, line := range strings.Split(strings.TrimSuffix(s.here.text.String(), "\n"), "\n") {
			rows = append(rows, hardWrap(proseLine{{"> ", Quiet}, {line, Plain}}, body.W)...)
		}
	}
	prompt := proseLine{{head, Key}, {s.line.text, Plain}, {" ", Plain | Reverse}}
	rows = append(rows, hardWrap(prompt, body.W)...)
	top := max(len(rows)-body.H, 0)
	for y, row := range rows[top:] {
		body.putProse(0, y, row)
	}
}

// remarked writes the remark about the last line at the foot of the keyboard,
// and returns the room above it.
func (l *Learner) remarked(r Region) Region {
	h := l.seat.remark(l)
	if h.text == "" || r.H < 6 {
		return r
	}
	lines := flow([]span{{h.text, Plain}, {"  " + h.ref, Quiet}}, r.W)
	n := min(len(lines), 3)
	r.Fill(0, r.H-n-1, r.W, Rule, l.look.glyphs.H)
	for y, line := range lines[:n] {
		r.putProse(0, r.H-n+y, line)
	}
	return r.Sub(0, 0, r.W, r.H-n-1)
}

// hardWrap breaks a line at the edge, as terminals do.
func hardWrap(l proseLine, w int) []proseLine {
	var out []proseLine
	var row proseLine
	used := 0
	for _, s := range l {
		for s.text != "" {
			if used >= w {
				out, row, used = append(out, row), nil, 0
			}
			head := s.text
			if textWidth(head) > w-used {
				head = cut(head, w-used)
				if textWidth(head) > w-used && used > 0 {
					used = w
					continue
				}
			}
			row, used = append(row, span{head, s.style}), used+textWidth(head)
			s.text = s.text[len(head):]
		}
	}
	return append(out, row)
}

// foot is the last row: what was just said, or the keys.
func (l *Learner) foot(r Region) {
	p := l.player
	in := &Instant{Words: l.look.words, Glyphs: l.look.glyphs, Keys: l.look.keys, Place: inLesson}
	notice := l.notice
	if notice == "" {
		notice = p.notice
	}
	switch {
	case p.prompt != nil:
		p.prompt.draw(p.instant(), r)
	case notice != "":
		r.PutMax(1, 0, r.W-2, Warn, notice)
	case p.copying:
		in.drawKeys(r, copyRow())
	default:
		in.drawKeys(r, l.row())
	}
}

// spells tells whether letters go into an answer.
func (l *Learner) spells() bool {
	return l.ask != nil && l.ask.typing() && l.ask.quiz.Kind == scenario.TextKind
}

// row are the keys that work now, the most important first.
func (l *Learner) row() []brief {
	open := l.play.Open(l.g, l.g.Stop)
	small := l.w < 80 || l.h < aboveFrom
	if l.seat != nil && l.seat.in {
		return []brief{{"Enter", "key.type"}, {"Esc", "key.stand"}, {"↑↓", "key.history"}, {"Tab", "key.complete"}, {"Ctrl-Z", "key.undo"}, {"PgDn PgUp", "key.text"}}
	}
	var row []brief
	switch {
	case l.ask != nil && l.ask.typing():
		row = []brief{{"Enter", "key.answer"}, {"←→", "key.step"}, {"Esc", "key.look"}}
	case l.ask != nil && l.ask.focus:
		row = []brief{{"Enter", "key.answer"}, {"↑↓", "key.choose"}}
		if k := l.ask.quiz.Kind; k == scenario.Several || k == scenario.Order {
			row = []brief{{"Enter", "key.answer"}, {"↑↓", "key.choose"}, {"1 … 9", "key.tick"}}
		}
		row = append(row, brief{"x", "key.give"}, brief{"Esc", "key.look"})
	case l.ask != nil && open:
		row = []brief{{"Enter", "key.answer"}, {"←→", "key.step"}, {"x", "key.give"}}
	case l.seat != nil && open:
		row = []brief{{"Enter", "key.sit"}, {"←→", "key.step"}}
	default:
		row = []brief{{"Enter", "key.nextstop"}, {"Bksp", "key.backstop"}, {"←→", "key.step"}}
	}
	if small && !l.spells() {
		row = slices.Insert(row, min(2, len(row)), brief{"o", "key.page"})
	}
	if l.play.Hints(l.g.Stop) > 0 && open && !l.spells() {
		row = slices.Insert(row, 1, brief{"h", "key.hint"})
	}
	return append(row, brief{"q", "key.quit.row"}, brief{"?", "key.help"}, brief{"Tab", "key.lens"}, brief{"r", "key.here"}, brief{"PgDn PgUp", "key.text"})
}
