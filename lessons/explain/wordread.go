package explain

import (
	"strconv"
	"strings"
)

// readWords reads a file of entries:
//
//	# SMTP command
//
//	## RCPT
//	also: RCPT TO
//	see: RFC 5321 §4.1.1.3
//	What it means.
//
//	why: why it happens
//	next: what to do next
//
// The lines also: and see: stand directly below the heading and may be
// repeated; the first line says what one entry is. A paragraph ends at an empty line or where why: or next: begins.
// The faults that it returns begin with the number of the line.
func readWords(kind, data string) (title string, words []Word, faults []string) {
	r := reader{kind: kind}
	for i, line := range strings.Split(data, "\n") {
		r.line(i+1, strings.TrimRight(line, " \r"))
	}
	r.finish(strings.Count(data, "\n") + 1)
	return r.title, r.words, r.faults
}

// reader is where readWords is: in which entry and in which of its texts.
type reader struct {
	kind   string
	title  string
	words  []Word
	faults []string
	begun  bool    // a text has begun, so also: and see: are words of it
	text   *string // the text that lines are added to
}

func (r *reader) fault(line int, what string) {
	r.faults = append(r.faults, strconv.Itoa(line)+": "+what)
}

func (r *reader) line(n int, line string) {
	if name, ok := strings.CutPrefix(line, "## "); ok {
		r.finish(n)
		r.words = append(r.words, Word{Kind: r.kind, Name: strings.TrimSpace(name)})
		r.begun, r.text = false, nil
		return
	}
	if len(r.words) == 0 {
		title, ok := strings.CutPrefix(line, "# ")
		switch {
		case ok && r.title == "":
			r.title = title
		case line != "":
			r.fault(n, "text before the first entry")
		}
		return
	}
	w := &r.words[len(r.words)-1]
	switch mark, rest, _ := strings.Cut(line, ": "); {
	case line == "":
		if r.text == &w.Text && w.Text != "" {
			w.Text += "\n\n"
		}
	case mark == "also" && !r.begun:
		w.Also = append(w.Also, strings.TrimSpace(rest))
	case mark == "see" && !r.begun:
		w.See = append(w.See, strings.TrimSpace(rest))
	case mark == "why":
		r.open(n, &w.Why, rest)
	case mark == "next":
		r.open(n, &w.Next, rest)
	default:
		r.more(w, line)
	}
}

// open begins one of the texts that have a mark.
func (r *reader) open(n int, text *string, first string) {
	if *text != "" {
		r.fault(n, "a second text of this kind in one entry")
	}
	r.begun, r.text = true, text
	*text = strings.TrimSpace(first)
}

// more adds a line to the text that is open.
func (r *reader) more(w *Word, line string) {
	r.begun = true
	if r.text == nil {
		r.text = &w.Text
	}
	if *r.text != "" && !strings.HasSuffix(*r.text, "\n") {
		*r.text += " "
	}
	*r.text += strings.TrimSpace(line)
}

// finish closes the last entry.
func (r *reader) finish(n int) {
	if len(r.words) == 0 {
		return
	}
	w := &r.words[len(r.words)-1]
	w.Text = strings.TrimSpace(w.Text)
	if w.Text == "" {
		r.fault(n, "the entry "+w.Name+" before this line says nothing")
	}
}
