package dnswire

import (
	"fmt"
	"sort"

	"mailtrek/protocols/wire"
)

// Problem is one thing wrong with a zone file or a named.conf.
type Problem struct {
	File      string
	Line, Col int // from 1; Col counts bytes
	Msg       string
	Warning   bool // BIND would load the file and only log this
}

// Error returns the problem as file:line:column: message.
func (p Problem) Error() string {
	w := ""
	if p.Warning {
		w = "warning: "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", p.File, p.Line, p.Col, w, p.Msg)
}

// Fatal tells whether one of the problems is more than a warning.
func Fatal(ps []Problem) bool {
	for _, p := range ps {
		if !p.Warning {
			return true
		}
	}
	return false
}

// MaxProblems is how many problems of one file are listed.
const MaxProblems = 100

// problems collects what is wrong with one file.
type problems struct {
	file string
	list []Problem
}

func (p *problems) add(line, col int, warning bool, format string, args ...any) {
	if n := len(p.list); n > 0 && p.list[n-1].Line == line && p.list[n-1].Col == col && (warning || !p.list[n-1].Warning) {
		return // one problem a place: what follows from it is no news
	}
	if len(p.list) < MaxProblems {
		p.list = append(p.list, Problem{File: p.file, Line: line, Col: col, Warning: warning, Msg: fmt.Sprintf(format, args...)})
	}
}

// sorted returns the problems in the order of the file.
func (p *problems) sorted() []Problem {
	sort.SliceStable(p.list, func(i, j int) bool {
		a, b := p.list[i], p.list[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	return p.list
}

// nearest returns ` (did you mean "X"?)` for the known word closest to word, or
// nothing when none is close, or when the problem will not be listed anyway.
func (p *problems) nearest(word string, known []string) string {
	if len(word) < 3 || len(p.list) >= MaxProblems {
		return ""
	}
	if near := wire.Nearest(word, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
