package tui

import (
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// drawWhyPage is the page behind the key e: the whole explanation, the facts
// of the event, what its words mean, and the chain of causes back to where it
// began. How much of it there is depends on the depth: a novice gets a sentence
// for each word; at the depth of the RFCs the sections, the digits of the codes
// and the columns of the event are there as well. It returns the row with which
// it began.
func drawWhyPage(in *Instant, w why, r Region) int {
	title := in.Words.T("page.why", "n", strconv.Itoa(int(in.At)))
	x := r.Put(2, 0, Title, title)
	x = r.PutMax(x, 0, r.W-x-2, Quiet, " "+in.Glyphs.Sep+" "+in.Words.T("depth."+in.Depth.String()))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	wide := r.W >= 160 && in.Depth == explain.Clause
	if wide { // the columns stand beside
		drawColumns(in, r.Sub(116, 3, r.W-118, r.H-3))
	}
	body := r.Sub(2, 3, min(r.W-4, 110), r.H-3)
	top, below := body.window(in.Scroll, func(sheet Region) {
		y := drawWhyHead(in, w, sheet)
		if in.Depth == explain.Clause {
			y += drawClause(in, w, sheet.Sub(0, y, sheet.W, sheet.H-y), !wide)
		}
		if used := drawWords(in, sheet.Sub(0, y, sheet.W, sheet.H-y-2)); used > 0 {
			y += used + 1
		}
		drawChain(in, sheet.Sub(0, y, sheet.W, sheet.H-y))
	})
	in.pageNote(r, x, top, below)
	return top
}

// pageNote says at the right of a page's title what the keys do there.
func (in *Instant) pageNote(r Region, x, top, below int) {
	note := in.Words.T("page.note", "key", in.Keys.first(inPlay, keys.Depth))
	if top > 0 || below > 0 {
		note = in.Words.T("page.scrolls", "n", strconv.Itoa(below), "key", in.Keys.first(inPlay, keys.Depth))
	}
	if x+3+textWidth(note) < r.W-2 {
		r.PutRight(r.W-2, 0, Quiet, note)
	} else if below > 0 {
		r.PutRight(r.W-2, 0, Quiet, "+"+strconv.Itoa(below)+" "+in.Glyphs.Down)
	}
}

// drawWhyHead is the event, its explanation and its facts; it returns the row
// behind them.
func drawWhyHead(in *Instant, w why, body Region) int {
	t, e := in.Story.T, in.event()
	l := in.short(in.At)
	y := 0
	for _, line := range wrap(l.text, body.W) {
		if y < 3 {
			body.Put(0, y, l.style|Bold, line)
			y++
		}
	}
	y++
	text := w.text
	if in.Depth == explain.Clause { // the codes have rows of their own
		text = explain.Why(t, in.At, in.Words.Lang()).Text
	}
	for _, line := range wrap(text, body.W) {
		body.Put(0, y, Plain, line)
		y++
	}
	if w.ref != "" && in.Depth == explain.Course {
		body.PutMax(0, y, body.W, Quiet, w.ref)
		y++
	}
	facts := []string{t.Header.Start.Add(e.At()).Format("Mon 2 Jan 2006 15:04:05.000000"), e.Kind.String(), t.Node(e.Node).Name}
	if e.Conn != 0 {
		facts = append(facts, in.Words.T("dlg.conn", "n", strconv.Itoa(int(e.Conn)), "of", strconv.Itoa(t.Conns())))
	}
	if e.Msg != 0 {
		facts = append(facts, in.Words.T("app.mail", "name", t.Msg(e.Msg).Name))
	}
	if in.Depth == explain.Novice {
		return y + 1
	}
	body.PutMax(0, y+1, body.W, Quiet, strings.Join(facts, " "+in.Glyphs.Sep+" "))
	return y + 3
}

// drawClause is what the depth of the RFCs adds; it returns the rows it took.
func drawClause(in *Instant, w why, r Region, columns bool) int {
	y := drawSources(in, explain.Why(in.Story.T, in.At, in.Words.Lang()).Ref, r)
	if y > 0 {
		y++
	}
	if n := drawParts(in, r.Sub(0, y, r.W, r.H-y)); n > 0 {
		y += n + 1
	}
	if columns {
		y += drawColumns(in, r.Sub(0, y, r.W, r.H-y)) + 1
	}
	return y
}

// drawWords shows what the words of the event mean, as many entries of the
// encyclopaedia as fit, and returns how many rows they take. Of an entry that
// does not fit only the name is shown.
func drawWords(in *Instant, r Region) int {
	lang := in.Words.Lang()
	y := 0
	for _, w := range explain.About(in.Story.T, in.At, lang) {
		if y >= r.H {
			break
		}
		in.drawWordName(w, r.Sub(0, y, r.W, 1))
		y++
		y += in.drawWord(w, r.Sub(2, y, r.W-2, r.H-y))
	}
	return y
}

// drawWordName is the heading of an entry: its name, what it is, where the rule
// stands.
func (in *Instant) drawWordName(w explain.Word, r Region) {
	x := r.PutMax(0, 0, r.W, Bold, w.Name)
	x = r.PutMax(x, 0, r.W-x, Quiet, " "+in.Glyphs.Sep+" "+explain.Title(in.Words.Lang(), w.Kind))
	if len(w.See) > 0 && in.Depth != explain.Novice {
		see := strings.Join(w.See, ", ")
		if in.Depth == explain.Clause {
			for i, s := range explain.Sources(w.See[0], in.Words.Lang()) {
				if i == 0 && s.Title != "" {
					see = s.Ref + " “" + s.Title + "”"
				}
			}
		}
		r.PutMax(x, 0, r.W-x, Quiet, " "+in.Glyphs.Sep+" "+see)
	}
}

// drawWord is the text of an entry, as much as the depth wants and as whole
// parts of it have room; it returns the rows they take.
func (in *Instant) drawWord(w explain.Word, r Region) int {
	parts := []string{w.Text, w.Why, w.Next}
	if in.Depth == explain.Novice {
		parts = []string{explain.FirstSentence(w.Text)}
	}
	y := 0
	for _, text := range parts {
		lines := layProse(text, r.W, in.Glyphs)
		if text == "" || y+len(lines) > r.H {
			break
		}
		for _, line := range lines {
			x := 0
			for _, s := range line {
				x = r.Put(x, y, s.style, s.text)
			}
			y++
		}
	}
	return y
}

// drawChain lists the causes of the event, the nearest first.
func drawChain(in *Instant, r Region) {
	t := in.Story.T
	chain := t.Chain(in.At)
	if len(chain) < 2 || r.H < 2 {
		r.Put(0, 0, Quiet, in.Words.T("page.nocause"))
		return
	}
	r.Put(0, 0, Quiet, in.Words.T("page.chain"))
	width := len(strconv.Itoa(int(chain[1])))
	for i, s := range chain[1:] {
		if 1+i >= r.H-1 && i < len(chain)-2 {
			r.Put(2, 1+i, Quiet, in.Words.T("page.more", "n", strconv.Itoa(len(chain)-1-i)))
			return
		}
		drawCause(in, r, 1+i, width, s)
	}
}

func drawCause(in *Instant, r Region, y, width int, s trace.Seq) {
	l := in.short(s)
	r.PutRight(2+width, y, Quiet, strconv.Itoa(int(s)))
	x := r.PutRightPad(4+width, y, Quiet, stamp(in.Story.T.At(s).Time), 10)
	r.PutMax(x+2, y, r.W-x-2, l.style, l.text)
}
