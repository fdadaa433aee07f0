package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// y copies: the row of keys becomes a choice, and what is chosen goes to the
// clipboard of the terminal by the sequence OSC 52, which also works over ssh.

// copies are the choices, in the order of the list.
var copies = []struct {
	key, word string
	text      func(in *Instant) string
}{
	{"y", "copy.line", (*Instant).copyLine},
	{"d", "copy.dialogue", (*Instant).copyDialogue},
	{"w", "copy.why", (*Instant).copyWhy},
	{"s", "copy.selector", (*Instant).selectorHere},
	{"c", "copy.command", func(in *Instant) string { return in.Command }},
	{"m", "copy.markdown", (*Instant).copyMarkdown},
	{"j", "copy.json", (*Instant).copyJSON},
	{"e", "copy.source", (*Instant).copySource},
	{"v", "copy.view", func(in *Instant) string { return in.View }},
}

// copyRow is the row of keys while there is a choice.
func copyRow() []brief {
	row := []brief{{"", "copy.what"}}
	for _, c := range copies {
		row = append(row, brief{c.key, c.word})
	}
	return append(row, brief{"Esc", "copy.leave"})
}

// drawCopies lists the choices over the lower part of the lens, each with the
// beginning of what would be copied.
func (p *Player) drawCopies(in *Instant, r Region) {
	h := len(copies) + 2
	if r.H < h+1 {
		return
	}
	r = r.Sub(0, r.H-h, r.W, h)
	for y := range h {
		r.Fill(0, y, r.W, Plain, " ")
	}
	r.Fill(0, 0, r.W, Rule, in.Glyphs.H)
	r.Put(2, 1, Title, in.Words.T("copy.what"))
	wide := 0
	for _, c := range copies {
		wide = max(wide, textWidth(in.Words.T(c.word)))
	}
	full := p.forCopy(in)
	for i, c := range copies {
		r.Put(2, 2+i, Key, c.key)
		r.Put(5, 2+i, Plain, in.Words.T(c.word))
		text := clean(c.text(full))
		first, _, more := strings.Cut(text, "\n")
		if more {
			first += " …"
		}
		if text == "" {
			first = in.Glyphs.H
		}
		r.PutMax(7+wide, 2+i, r.W-wide-9, Quiet, first)
	}
}

// forCopy is an instant with what only the player knows.
func (p *Player) forCopy(in *Instant) *Instant {
	full := *in
	full.Command = p.commandHere(in)
	full.View = p.viewText()
	return &full
}

// copied is the key behind y.
func (p *Player) copied(k tea.KeyPressMsg) tea.Cmd {
	p.copying = false
	for _, c := range copies {
		if c.key == k.String() {
			return p.copyText(c.text(p.forCopy(p.instant())))
		}
	}
	return nil
}

// copyAs copies in the format of a name, which is that of its words.
func (p *Player) copyAs(word string) tea.Cmd {
	for _, c := range copies {
		if c.word == word {
			return p.copyText(c.text(p.forCopy(p.instant())))
		}
	}
	return nil
}

// copyText gives a text to the terminal's clipboard.
func (p *Player) copyText(text string) tea.Cmd {
	text = clean(text)
	if text == "" {
		p.notice = p.look.words.T("copy.nothing")
		return nil
	}
	first, _, _ := strings.Cut(text, "\n")
	if lines := strings.Count(text, "\n") + 1; lines > 1 {
		p.notice = p.look.words.T("copy.lines", "n", itoa(lines), "text", first)
	} else {
		p.notice = p.look.words.T("copy.done", "text", first)
	}
	return toClipboard(text)
}

// clean makes a text fit to be pasted anywhere: line ends stay, all other
// control characters become visible marks.
func clean(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = wire.Visible(l)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// copyLine is what was said at the event, or the event in words.
func (in *Instant) copyLine() string {
	e := in.event()
	if e.Kind.Said() {
		return string(in.Story.T.Text(e))
	}
	return in.short(in.At).text
}

// copyDialogue is the whole conversation with C: and S: before each line.
func (in *Instant) copyDialogue() string {
	t := in.Story.T
	id := in.Story.conn(in.At)
	if id == 0 {
		return ""
	}
	var b strings.Builder
	for _, q := range in.Story.Folds.At(trace.Seq(t.Len())).ConnEvents(id) {
		e := t.At(q)
		if !e.Kind.Said() {
			continue
		}
		for _, l := range wireLines(t.Text(e)) {
			b.WriteString(e.Side.String() + ": " + strings.TrimRight(string(l), "\r\n") + "\n")
		}
	}
	return b.String()
}

// copyWhy is the explanation with its source.
func (in *Instant) copyWhy() string {
	w := in.why()
	if w.ref == "" {
		return w.text
	}
	return w.text + " (" + w.ref + ")"
}

// selectorHere is a selector whose first event is this one: in words if words
// can tell, else by its number.
func (in *Instant) selectorHere() string {
	t, e := in.Story.T, in.event()
	here, proto := in.Story.short(e.Node), e.Proto.String()
	var tries []string
	switch {
	case e.Kind == trace.Line && e.Side == trace.Client && e.A != 0:
		tries = []string{proto + " " + t.Name(e.A), proto + " " + t.Name(e.A) + " at " + in.Story.short(e.Peer)}
	case e.Kind == trace.Line && e.Code != 0:
		tries = []string{proto + " " + itoa(int(e.Code)) + " at " + here}
	case e.Kind == trace.Query || e.Kind == trace.Answer:
		tries = []string{e.Kind.String() + " " + t.Name(e.B) + " " + bare(t.Name(e.A)) + " from " + here}
	case e.Kind == trace.Queue && e.C != 0:
		tries = []string{"queue " + here + " -> " + t.Name(e.C)}
	case e.Kind == trace.Refuse:
		tries = []string{"refuse at " + here}
	}
	tries = append(tries, e.Kind.String()+" at "+here)
	for _, s := range tries {
		if sel, err := trace.ParseSelector(s); err == nil && sel.Next(t, 0) == in.At {
			return s
		}
	}
	return "event " + itoa(int(in.At))
}
