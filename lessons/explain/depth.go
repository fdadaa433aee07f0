package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mailtrek/sim/trace"
)

// Depth is how deep an explanation goes. All depths come from the same entries;
// they take more or fewer of their parts.
type Depth uint8

// The depths.
const (
	Course Depth = iota // the sentences of the catalogue, whole entries
	Novice              // one plain sentence, and of an entry the first
	Clause              // besides, the codes taken apart, what the document is, its section
)

// Depths are the names of the depths, from the shallowest to the deepest.
func Depths() []string { return []string{"novice", "course", "rfc"} }

// String is the name of the depth.
func (d Depth) String() string { return [...]string{"course", "novice", "rfc"}[d%3] }

// Next is the next deeper one, and behind the deepest the shallowest.
func (d Depth) Next() Depth { return [...]Depth{Clause, Course, Novice}[d%3] }

// DepthNamed is the depth of a name; "" is Course. ok is false, and the depth
// Course, where there is no such name.
func DepthNamed(name string) (d Depth, ok bool) {
	for _, d := range []Depth{Course, Novice, Clause} {
		if d.String() == name {
			return d, true
		}
	}
	return Course, name == ""
}

// WhyAt explains an event like Why, as deep as is asked for.
func WhyAt(d Depth, t *trace.Trace, s trace.Seq, lang string) Explanation {
	if !t.Has(s) {
		return Explanation{}
	}
	x := &teller{t: t, s: s, e: t.At(s), lang: lang, depth: d}
	e := x.why()
	switch d {
	case Novice:
		e.Ref = ""
	case Clause:
		for _, p := range Parts(t, s, lang) {
			e.Text += " " + p.Sign + ": " + strings.ReplaceAll(FirstSentence(p.Text), "`", "")
		}
		for i, source := range Sources(e.Ref, lang) {
			if i == 0 && source.Title != "" {
				e.Ref += " “" + source.Title + "”"
			}
		}
	}
	return e
}

// FirstSentence is a text up to the end of its first sentence. A sentence ends
// with a full stop, a question mark or an exclamation mark behind a word and
// before a blank and a capital letter; what stands between back quotes, as
// protocol tokens do, ends none.
func FirstSentence(text string) string {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '`':
			quoted = !quoted
		case !quoted && (c == '.' || c == '?' || c == '!') && endsSentence(text[:i], text[i+1:]):
			return text[:i+1]
		}
	}
	return text
}

// endsSentence tells whether a full stop between two texts ends a sentence.
func endsSentence(before, behind string) bool {
	next, ok := strings.CutPrefix(behind, " ")
	if !ok || strings.HasSuffix(before, " ") {
		return false
	}
	r, _ := utf8.DecodeRuneInString(next)
	return unicode.IsUpper(r) || r == '{' || r == '`'
}

// enough is how many letters a plain sentence has at least; to a shorter one
// the next is added.
const enough = 50

// opening is what a novice is told of a text: its first sentence, or as many as
// it takes to say something.
func opening(text string) string {
	n := 0
	for n < len(text) && utf8.RuneCountInString(text[:n]) < enough {
		n += len(FirstSentence(text[n:]))
		if n < len(text) && text[n] == ' ' {
			n++
		}
	}
	return strings.TrimRight(text[:n], " ")
}
