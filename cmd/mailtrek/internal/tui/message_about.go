package tui

import (
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/protocols/message"
	"mailtrek/sim/trace"
)

// drawAbout says about the chosen line what it means, who wrote it, and what
// became of it.
func drawAbout(in *Instant, l *letter, r Region) {
	y := 0
	for _, a := range in.aboutLine(l) {
		lines := wrap(a.text, r.W)
		if a.style == Local {
			lines = []string{clip(a.text, r.W)}
		}
		for _, line := range lines {
			if y >= r.H {
				return
			}
			r.Put(0, y, a.style, line)
			y++
		}
	}
}

// aboutRow is a sentence about the chosen line.
type aboutRow struct {
	text  string
	style Style
}

// aboutLine are the sentences about the chosen line: first what is nowhere
// else, then the meaning.
func (in *Instant) aboutLine(l *letter) []aboutRow {
	p := pickAt(in.letterPicks(l), in.Pick)
	var out []aboutRow
	if p.wrote != 0 {
		out = append(out, aboutRow{in.Words.T("msg.wrote", "n", itoa(int(p.wrote)), "what", in.short(p.wrote).text), Local})
	}
	if p.became != 0 {
		out = append(out, aboutRow{in.Words.T("msg.became", "n", itoa(int(p.became)), "what", in.short(p.became).text), Local})
	}
	words := explain.Lookup(in.Words.Lang(), "header "+p.about)
	if p.about == "" {
		words = nil
	}
	for _, w := range words {
		if w.Kind != "header" {
			continue
		}
		ref := strings.Join(w.See, ", ")
		out = append(out, aboutRow{w.Name + ": " + strings.ReplaceAll(w.Text, "\n", " "), Plain})
		if ref != "" {
			out = append(out, aboutRow{ref, Quiet})
		}
	}
	return out
}

// messagePicks are the lines of the message that can be chosen.
func messagePicks(in *Instant) []pick {
	id := in.Story.msg(in.At)
	if id == 0 {
		return nil
	}
	l := in.letterOf(id)
	return in.letterPicks(&l)
}

func (in *Instant) letterPicks(l *letter) []pick {
	var out []pick
	for i := range l.fields {
		w := &l.fields[i]
		p := pick{text: oneLine(w.field.Raw), wrote: w.event, became: in.became(l, w), about: w.field.Name}
		if p.wrote == 0 {
			p.wrote = in.firstContent(l.id)
		}
		out = append(out, p)
	}
	if !l.have {
		return out
	}
	message.Tree(l.raw).Walk(func(part *message.Part, depth int) {
		text := partWords(in, part)
		if depth == 0 {
			text = in.Words.T("msg.body")
		}
		out = append(out, pick{text: text, wrote: in.firstContent(l.id), became: l.content, about: "Content-Type"})
	})
	return out
}

// firstContent is the event in which the text of a message was first seen.
func (in *Instant) firstContent(id trace.MsgID) trace.Seq {
	if contents := in.Snap.Contents(id); len(contents) > 0 {
		return contents[0]
	}
	return 0
}
