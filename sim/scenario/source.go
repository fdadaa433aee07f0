package scenario

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// The limits of documents. What is larger was not meant as a document.
const (
	maxDocument = 1 << 20 // octets of a document
	maxFront    = 8 << 10 // octets of its front matter
	maxBlocks   = 2000    // fenced blocks in a document
	maxWorlds   = 8       // documents one over the other
	maxHosts    = 1000    // hosts of a scenario
	maxProblems = 100     // problems reported; who has more begins at the top
)

// source is the text of a document with what is needed to say where something
// stands in it. Places are offsets in octets.
type source struct {
	file     string
	text     string
	lines    []int // where each line begins
	problems Errors
}

func newSource(file, text string) *source {
	s := &source{file: file, text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line returns the number (from 1) of the line that holds off, and where it
// begins.
func (s *source) line(off int) (n, begin int) {
	off = min(max(off, 0), len(s.text))
	n = sort.SearchInts(s.lines, off+1)
	return n, s.lines[n-1]
}

// lineText returns the text of line n without its end.
func (s *source) lineText(n int) string {
	end := len(s.text)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	return s.text[s.lines[n-1]:end]
}

// position returns line and column of off, both from 1.
func (s *source) position(off int) (line, column int) {
	n, begin := s.line(off)
	off = min(max(off, begin), len(s.text))
	return n, utf8.RuneCountInString(s.text[begin:off]) + 1
}

// problem adds a problem with what stands at off; span is the number of octets
// to underline.
func (s *source) problem(off, span int, message, want string) *Problem {
	line, column := s.position(off)
	text := s.lineText(line)
	begin := s.lines[line-1]
	from := min(max(off-begin, 0), len(text))
	to := min(from+max(span, 0), len(text))
	p := &Problem{
		File: s.file, Line: line, Column: column, Message: visible(message), Want: visible(want),
		Excerpt: visible(strings.ReplaceAll(text, "\t", " ")), Width: utf8.RuneCountInString(text[from:to]),
	}
	s.problems = append(s.problems, p)
	return p
}

// errorAt reports a word.
func (s *source) errorAt(w word, want, format string, args ...any) {
	s.problem(w.off, len(w.raw), fmt.Sprintf(format, args...), want)
}

// warnAt reports a word that does no harm.
func (s *source) warnAt(w word, format string, args ...any) {
	s.problem(w.off, len(w.raw), fmt.Sprintf(format, args...), "").Warning = true
}

// sorted returns the problems in the order of the file, at most maxProblems.
func (s *source) sorted() Errors {
	sort.SliceStable(s.problems, func(i, j int) bool {
		a, b := s.problems[i], s.problems[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	out := s.problems
	if len(out) > maxProblems {
		more := &Problem{File: s.file, Message: fmt.Sprintf("%d more problems are not shown", len(out)-maxProblems)}
		out = append(out[:maxProblems:maxProblems], more)
	}
	return out
}

// visible makes characters that a terminal would obey visible.
func visible(s string) string {
	clean := true
	for _, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || bidi(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ':
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case r >= 0x80 && r < 0xa0 || bidi(r):
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// bidi tells characters that change the direction of what follows (Unicode
// Standard Annex 9).
func bidi(r rune) bool {
	return r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
