package shell

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The language is that of POSIX as the parser of mvdan.cc/sh reads it; here are
// its limits, what this shell refuses, and the words in which dash complains.

// script is a text with the commands that were read from it.
type script struct {
	text  string
	stmts []*syntax.Stmt
}

// between is a piece of the text.
func (sc *script) between(from, to uint) string {
	to = min(to, uint(len(sc.text)))
	return sc.text[min(from, to):to]
}

// badSyntax is a complaint about a line.
type badSyntax struct {
	line int
	text string
}

// parse reads a text. When something in it is bad, the script is what stands on
// the lines before it, which sh(1) has run by then.
func parse(text string) (sc *script, bad *badSyntax) {
	if len(text) > maxText {
		return &script{}, &badSyntax{1, fmt.Sprintf("Syntax error: more than %d octets", maxText)}
	}
	for range maxNested { // here-documents without an end
		src := &slowly{text: text}
		sc = &script{text: text}
		var err error
		for stmt, e := range syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).StmtsSeq(src) {
			if err == nil && e == nil {
				sc.stmts = append(sc.stmts, stmt)
			} else if err == nil {
				err = e // the parser calls once more then, and must not be stopped
			}
		}
		if err == nil {
			return sc.allowed()
		}
		if mark, ok := unclosed(err); ok && len(text) < maxText {
			text += "\n" + mark // dash takes the end of the text for that of the document
			continue
		}
		sc.stmts = sc.before()
		if sc, bad = sc.allowed(); bad == nil {
			bad = src.complaint(err)
		}
		return sc, bad
	}
	return &script{}, &badSyntax{1, "Syntax error: nested too deeply"}
}

// before are the commands behind which their line ends.
func (sc *script) before() []*syntax.Stmt {
	for n := len(sc.stmts); n > 0; n-- {
		rest := strings.TrimLeft(sc.between(sc.stmts[n-1].End().Offset(), uint(len(sc.text))), " \t;")
		if strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "#") {
			return sc.stmts[:n]
		}
	}
	return nil
}

// slowly gives a parser one octet at a time, and so knows where it stopped.
type slowly struct {
	text string
	read int
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.read == len(s.text) {
		return 0, io.EOF
	}
	p[0] = s.text[s.read]
	s.read++
	return 1, nil
}

// unclosed tells whether a here-document has no end, and how it should end.
func unclosed(err error) (mark string, ok bool) {
	var pe syntax.ParseError
	if !errors.As(err, &pe) {
		return "", false
	}
	mark, ok = strings.CutPrefix(pe.Text, "unclosed here-document ")
	return strings.Trim(mark, mark[:min(1, len(mark))]), ok
}

// reserved are words with a meaning where a command begins.
var reserved = []string{"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "{", "}", "!", "case", "esac"}

// complaint is a parser's error in the words of dash.
func (s *slowly) complaint(err error) *badSyntax {
	var pe syntax.ParseError
	var le syntax.LangError
	end := s.read
	if errors.As(err, &pe) && pe.Incomplete {
		pe.Text += " EOF"
	} else if end > 0 && end < len(s.text) || strings.HasSuffix(s.text, "\n") {
		end-- // the parser looks one character ahead
	}
	line := 1 + strings.Count(s.text[:max(0, end)], "\n")
	say := func(text string) *badSyntax { return &badSyntax{line, text} }
	switch {
	case errors.As(err, &le) && strings.HasPrefix(le.Feature, "`&>"):
		return say(inBackground)
	case errors.As(err, &le) && le.Feature == "herestrings":
		return say("Syntax error: redirection unexpected")
	case errors.As(err, &le) && le.Feature == "c-style fors":
		return say("Syntax error: Bad for loop variable")
	case strings.Contains(le.Feature, "expansion") || strings.Contains(le.Feature, "${"),
		le.Feature == "slicing", le.Feature == "search and replace", strings.Contains(pe.Text, "parameter"):
		return say("Bad substitution")
	case strings.Contains(pe.Text, "without closing quote \"`\""):
		return say("Syntax error: EOF in backquote substitution")
	case strings.Contains(pe.Text, "without closing quote"):
		return say("Syntax error: Unterminated quoted string")
	case strings.Contains(pe.Text, "without matching `${`"):
		return say("Syntax error: Missing '}'")
	}
	if sum, closed, in := s.sum(int(pe.Pos.Offset())); strings.Contains(pe.Text, "`$((`") || in && !closed {
		return say("Syntax error: Missing '))'")
	} else if in {
		return say(fmt.Sprintf("arithmetic expression: expecting primary: \"%s\"", shown(sum)))
	}
	word := "end of file"
	if !strings.HasSuffix(pe.Text, " EOF") {
		word = kindOfToken(s.text[:max(0, end)])
	}
	last := ""
	if strings.Contains(pe.Text, "without matching") || strings.Contains(pe.Text, "must end with") || strings.Contains(pe.Text, "must be followed by `") {
		last = syntaxWord(pe.Text)
	} else if strings.Contains(pe.Text, "can only be used") {
		last = expected(s.text[:max(0, end)])
	}
	if last != "" {
		return say(fmt.Sprintf("Syntax error: %s unexpected (expecting %q)", word, last))
	}
	return say("Syntax error: " + word + " unexpected")
}

// expected is the word then or do that a text should have gone on with.
func expected(text string) string {
	var open []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n;&|()", r) }) {
		switch w {
		case "if", "elif":
			open = append(open, "then")
		case "while", "until", "for":
			open = append(open, "do")
		case "then", "do":
			if len(open) > 0 && open[len(open)-1] == w {
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) == 0 {
		return ""
	}
	return open[len(open)-1]
}

// syntaxWord is the last word that a parser's error has in quotes.
func syntaxWord(text string) string {
	parts := strings.Split(text, "`")
	if len(parts) < 3 {
		return ""
	}
	return parts[len(parts)-2]
}

// sum is what stands in the $(( )) that an error is in.
func (s *slowly) sum(at int) (text string, closed, in bool) {
	at = min(at+3, len(s.text))
	from := strings.LastIndex(s.text[:at], "$((")
	if from < 0 {
		return "", false, false
	}
	text, _, closed = strings.Cut(s.text[from+3:], "))")
	return text, closed, !closed || from+3+len(text) >= at-3
}

// kindOfToken is how dash names what a text ends with.
func kindOfToken(text string) string {
	if strings.HasSuffix(text, "\n") {
		return "newline"
	}
	text = strings.TrimRight(text, " \t")
	for _, op := range []string{"&&", "||", ";;"} {
		if strings.HasSuffix(text, op) {
			return `"` + op + `"`
		}
	}
	word := text[strings.LastIndexAny(text, " \t\n|&;<>()")+1:]
	switch {
	case text == "":
		return "end of file"
	case word == "":
		if word = text[len(text)-1:]; word == "<" || word == ">" {
			return "redirection"
		}
		return `"` + word + `"`
	case slices.Contains(reserved, word):
		return `"` + word + `"`
	}
	return "word"
}

const inBackground = "the simulated shell runs nothing in the background: & is not understood"

// allowed is the script unless there is something in it that this shell does not
// run although the parser understood it.
func (sc *script) allowed() (*script, *badSyntax) {
	for _, stmt := range sc.stmts {
		if bad := refused(stmt); bad != nil {
			return &script{}, bad
		}
	}
	return sc, nil
}

func refused(stmt *syntax.Stmt) (bad *badSyntax) {
	depth := 0
	syntax.Walk(stmt, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		why := ""
		if depth++; depth > maxDepth {
			why = "Syntax error: nested too deeply"
		}
		switch n := n.(type) {
		case *syntax.Stmt:
			if n.Background {
				why = inBackground
			}
		case *syntax.WordIter:
			if !syntax.ValidName(n.Name.Value) {
				why = "Syntax error: Bad for loop variable"
			}
		case *syntax.FuncDecl:
			if why = `Syntax error: ")" unexpected`; n.Name == nil || n.Name.Value == "" {
				break
			}
			if why = ""; !syntax.ValidName(n.Name.Value) {
				why = "Syntax error: Bad function name"
			}
		case *syntax.CallExpr:
			if len(n.Args) > 0 && n.Args[0].Lit() == "else" {
				why = `Syntax error: "else" unexpected`
			}
		case *syntax.Subshell:
			if len(n.Stmts) == 0 {
				why = `Syntax error: ")" unexpected`
			}
		}
		if bad == nil && why != "" {
			bad = &badSyntax{int(n.Pos().Line()), why}
		}
		return bad == nil
	})
	return bad
}
