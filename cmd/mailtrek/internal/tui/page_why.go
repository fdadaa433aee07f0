package tui

import (
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// drawWhyPage is the page behind the key e: the whole explanation, the facts
// of the event, what its words mean, and the chain of causes back to where it
// began.
func drawWhyPage(in *Instant, w why, r Region) {
	t, e := in.Story.T, in.event()
	r.Put(2, 0, Title, in.Words.T("page.why", "n", strconv.Itoa(int(in.At))))
	r.PutRight(r.W-2, 0, Quiet, in.Words.T("help.note"))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	body := r.Sub(2, 3, min(r.W-4, 110), r.H-3)
	l := in.short(in.At)
	y := 0
	for _, line := range wrap(l.text, body.W) {
		if y < 3 {
			body.Put(0, y, l.style|Bold, line)
			y++
		}
	}
	y++
	for _, line := range wrap(w.text, body.W) {
		body.Put(0, y, Plain, line)
		y++
	}
	if w.ref != "" {
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
	body.PutMax(0, y+1, body.W, Quiet, strings.Join(facts, " "+in.Glyphs.Sep+" "))
	y += 3
	left := body.H - y
	chain := min(max(len(t.Chain(in.At)), 1), max(5, left/3))
	if used := drawWords(in, body.Sub(0, y, body.W, left-chain-1)); used > 0 {
		y += used + 1
	}
	drawChain(in, body.Sub(0, y, body.W, body.H-y))
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
		x := r.PutMax(0, y, r.W, Bold, w.Name)
		x = r.PutMax(x, y, r.W-x, Quiet, " "+in.Glyphs.Sep+" "+explain.Title(lang, w.Kind))
		if len(w.See) > 0 {
			r.PutMax(x, y, r.W-x, Quiet, " "+in.Glyphs.Sep+" "+strings.Join(w.See, ", "))
		}
		y++
		for _, text := range []string{w.Text, w.Why, w.Next} {
			lines := wrap(text, r.W-2)
			if y+len(lines) > r.H {
				break
			}
			for _, line := range lines {
				r.Put(2, y, Plain, line)
				y++
			}
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
