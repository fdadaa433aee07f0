package tui

import (
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// Below the log stands, where there is room, what the words of one line mean:
// of the line that is chosen, or of the last one.

// logAbout are what is known about the words of a log line: its kind first,
// then its fields, then the daemon and the codes.
func (in *Instant) logAbout(line trace.Seq) []explain.Word {
	var out, others []explain.Word
	for _, w := range explain.About(in.Story.T, line, in.Words.Lang()) {
		if w.Kind == "log" {
			out = append(out, w)
		} else {
			others = append(others, w)
		}
	}
	return append(out, others...)
}

// aboutWords is the meaning of a word in one paragraph.
func aboutWords(w *explain.Word) string { return strings.ReplaceAll(w.Text, "\n", " ") }

// logNames is the widest that the names of the words may be.
const logNames = 28

// drawLogAbout lists the words of a line with their meanings below a rule. A
// meaning that does not fit ends in its first sentence.
func drawLogAbout(in *Instant, line trace.Seq, r Region) {
	r.Fill(0, 0, r.W, Rule, in.Glyphs.H)
	words := in.logAbout(line)
	wide := 0
	for _, w := range words {
		wide = max(wide, min(textWidth(w.Name), min(logNames, r.W/3)))
	}
	y := 1
	for i := range words {
		w := &words[i]
		rows := wrap(aboutWords(w), r.W-wide-4)
		if len(rows) > r.H-y {
			rows = wrap(explain.FirstSentence(aboutWords(w)), r.W-wide-4)
		}
		if len(rows) == 0 || len(rows) > r.H-y {
			return
		}
		r.PutMax(1, y, wide, Title, w.Name)
		for _, row := range rows {
			r.Put(wide+3, y, Plain, row)
			y++
		}
	}
}
