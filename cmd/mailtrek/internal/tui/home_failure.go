package tui

import (
	"strings"

	"mailtrek/protocols/wire"
)

// A document that cannot be opened is told of in full: each mistake with its
// place, the line, and what was expected there. What needs more than the bottom
// line of the home screen has a page of its own.

// fails says why something was not opened.
func (a *App) fails(id, why string) {
	a.failed, a.failure = why, nil
	if strings.Contains(why, "\n") || textWidth(why) > a.w-2 {
		a.failed, a.failure = "", &failure{id: id, why: why}
	}
}

// failure is what could not be opened, and why.
type failure struct{ id, why string }

// draw shows as much of it as there is room for; the last line of the reason
// says how many mistakes there are.
func (f *failure) draw(in *Instant, r Region) {
	r.PutMax(2, 0, r.W-2, Title, in.Words.T("home.broken", "what", f.id))
	note := in.Words.T("help.note")
	if x := r.W - 1 - textWidth(note); x > 2+textWidth(in.Words.T("home.broken", "what", f.id))+2 {
		r.Put(x, 0, Quiet, note)
	}
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	var rows []string
	for line := range strings.SplitSeq(strings.TrimRight(f.why, "\n"), "\n") {
		rows = append(rows, f.fit(line, r.W-4)...)
	}
	room := r.H - 3
	if left := len(rows) - room; left > 0 {
		rows = append(rows[:room-1], in.Words.T("dlg.more", "n", itoa(left+1)))
	}
	for i, row := range rows {
		r.PutMax(2, 3+i, r.W-3, Plain, row)
	}
}

// fit breaks a line at blanks, but for one of an excerpt: there the mark below
// it has to stand at its place.
func (f *failure) fit(line string, w int) []string {
	line = wire.Visible(strings.ReplaceAll(line, "\t", " "))
	if head, _, ok := strings.Cut(line, "|"); line == "" || ok && strings.Trim(head, " 0123456789") == "" {
		return []string{line}
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	rows := wrap(strings.TrimLeft(line, " "), max(w-len(indent), 20))
	for i := range rows {
		rows[i] = indent + rows[i]
	}
	return rows
}
