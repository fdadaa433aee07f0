package tui

import (
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/protocols/message"
	"mailtrek/sim/trace"
)

// aboutRow is a line about the chosen line.
type aboutRow struct {
	text  string
	style Style
}

// drawAbout writes them, as many as there is room for.
func drawAbout(rows []aboutRow, r Region) {
	for y, row := range rows {
		if y >= r.H {
			return
		}
		r.PutMax(0, y, r.W, row.style, row.text)
	}
}

// aboutLine says about the chosen line, in rows of w cells, who wrote it, what
// became of it, how it is encoded, and what it means: first what is nowhere
// else.
func (in *Instant) aboutLine(l *letter, w int) []aboutRow {
	p := pickAt(in.letterPicks(l), in.Pick)
	var out []aboutRow
	if p.wrote != 0 {
		out = append(out, aboutRow{in.Words.T("msg.wrote", "n", itoa(int(p.wrote)), "what", in.short(p.wrote).text), Local})
	}
	if p.became != 0 {
		out = append(out, aboutRow{in.Words.T("msg.became", "n", itoa(int(p.became)), "what", in.short(p.became).text), Local})
	}
	if c, ok := l.codedAt(in.Pick); ok && in.Pick > 0 {
		out = append(out, c.rows(in, w)...)
	}
	if p.about == "" {
		return out
	}
	for _, word := range explain.Lookup(in.Words.Lang(), "header "+p.about) {
		if word.Kind != "header" {
			continue
		}
		for _, line := range wrap(word.Name+": "+strings.ReplaceAll(word.Text, "\n", " "), w) {
			out = append(out, aboutRow{line, Plain})
		}
		if len(word.See) > 0 {
			out = append(out, aboutRow{strings.Join(word.See, ", "), Quiet})
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
