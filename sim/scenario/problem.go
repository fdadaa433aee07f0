package scenario

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"mailtrek/protocols/wire"
)

// A Problem is one thing that is wrong with a document.
type Problem struct {
	File    string // as the reader named it
	Line    int    // from 1; 0 when the problem is the file as a whole
	Column  int    // from 1, in characters
	Message string // what is wrong, and the nearest known word
	Want    string // what was expected; may be empty
	Excerpt string // the line, control characters made visible
	Width   int    // characters to underline, at least 1
	Warning bool   // the document works all the same
}

// Error returns the problem in one line: "file:line:column: message".
func (p *Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	kind := ""
	if p.Warning {
		kind = "warning: "
	}
	return where + ": " + kind + p.Message
}

// String returns the problem with the excerpt, a caret under the place, and
// what was expected.
func (p *Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Error())
	if p.Line > 0 {
		margin := fmt.Sprintf("%5d | ", p.Line)
		text, caret := p.excerpt()
		b.WriteString("\n" + margin + text)
		b.WriteString("\n" + strings.Repeat(" ", len(margin)-2) + "| " + caret)
	}
	if p.Want != "" {
		b.WriteString("\n        expected " + p.Want)
	}
	return b.String()
}

// excerptWidth is the room for the excerpt on a line of 80 columns.
const excerptWidth = 70

// excerptRunes is how many characters on either side of the place are looked
// at; there are more than columns because some take none.
const excerptRunes = 4 * excerptWidth

// excerpt returns the line cut to a readable length around the place, and the
// line of carets under it.
func (p *Problem) excerpt() (text, caret string) {
	runes := []rune(p.Excerpt)
	at := min(max(p.Column-1, 0), len(runes))
	from, dots := 0, ""
	if at > excerptRunes {
		from, dots = at-excerptRunes, "…"
	}
	for displaywidth.String(string(runes[from:at])) > excerptWidth-16 {
		from++
		dots = "…"
	}
	to := min(len(runes), at+excerptRunes)
	for to > at && displaywidth.String(dots+string(runes[from:to])) > excerptWidth {
		to--
	}
	text = dots + string(runes[from:to])
	if to < len(runes) {
		text += "…"
	}
	end := min(at+max(p.Width, 1), to)
	caret = strings.Repeat(" ", displaywidth.String(dots+string(runes[from:at]))) + "^"
	if end > at {
		caret += strings.Repeat("~", max(displaywidth.String(string(runes[at:end]))-1, 0))
	}
	return text, caret
}

// Errors are all problems of the documents that were read, in their order.
type Errors []*Problem

// Error returns every problem with its excerpt, an empty line between them,
// and a last line that counts them.
func (e Errors) Error() string {
	var b strings.Builder
	n := 0
	for _, p := range e {
		b.WriteString(p.String() + "\n\n")
		if !p.Warning {
			n++
		}
	}
	b.WriteString(count(n, "error"))
	if w := len(e) - n; w > 0 {
		b.WriteString(", " + count(w, "warning"))
	}
	return b.String()
}

// Fatal tells whether one of them is more than a warning.
func (e Errors) Fatal() bool {
	for _, p := range e {
		if !p.Warning {
			return true
		}
	}
	return false
}

// Warnings returns those that do not keep a document from working.
func (e Errors) Warnings() Errors {
	var w Errors
	for _, p := range e {
		if p.Warning {
			w = append(w, p)
		}
	}
	return w
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// didYouMean returns `; did you mean "WORD"?` for the nearest known word, or
// nothing.
func didYouMean(word string, known []string) string {
	if w := wire.Nearest(word, known); w != "" {
		return fmt.Sprintf("; did you mean %q?", w)
	}
	return ""
}

// oneOf lists words for an "expected …": "a, b or c".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
