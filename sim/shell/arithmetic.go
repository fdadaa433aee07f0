package shell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// sum is the value of $(( )). What stands there is first expanded as in quotes
// (POSIX.1-2017, Shell & Utilities §2.6.4), so that $a may be 1+2.
func (s *Shell) sum(a *syntax.ArithmExp) string {
	text, x := s.script.between(a.Left.Offset()+3, a.Right.Offset()), a.X
	if strings.ContainsAny(text, "$`") {
		doc, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Document(strings.NewReader(text))
		if err == nil && doc != nil {
			around := s.script
			s.script = &script{text: text}
			text = s.text(doc.Parts)
			s.script = around
		}
		x = arithmetic(text)
	}
	err := errors.New("arithmetic expression: expecting primary")
	if x != nil {
		err = s.illegal(x)
	}
	n := 0
	if err == nil {
		if n, err = expand.Arithm(&expand.Config{Env: environment{s}}, x); err != nil {
			err = fmt.Errorf("arithmetic expression: %w", err)
		}
	}
	if err == nil {
		return strconv.Itoa(n)
	}
	if strings.HasPrefix(err.Error(), "arithmetic") {
		err = fmt.Errorf("%w: %q", err, text)
	}
	s.Errorf("sh: %d: %s\n", s.line, shown(err.Error()))
	s.status, s.done = 2, true
	return ""
}

// arithmetic reads a sum in which nothing is left to expand, nil when it is none.
func arithmetic(text string) syntax.ArithmExpr {
	if strings.ContainsAny(text, "$`") {
		return nil
	}
	whole := ": $((" + text + "))"
	sc, bad := parse(whole)
	if bad != nil || len(sc.stmts) != 1 {
		return nil
	}
	call, ok := sc.stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) != 2 || len(call.Args[1].Parts) != 1 {
		return nil
	}
	if a, ok := call.Args[1].Parts[0].(*syntax.ArithmExp); ok && int(a.Right.Offset()) == len(whole)-2 {
		return a.X
	}
	return nil
}

// illegal is what a sum has in it that is neither a number nor the name of one.
func (s *Shell) illegal(x syntax.ArithmExpr) (err error) {
	syntax.Walk(x, func(n syntax.Node) bool {
		w, ok := n.(*syntax.Word)
		if !ok {
			return true
		}
		text, name := w.Lit(), false
		if name = syntax.ValidName(text); name {
			if text, _ = s.variable(text); text == "" {
				return false
			}
		}
		if _, bad := strconv.ParseInt(text, 0, 64); bad != nil && err == nil {
			if err = errors.New("arithmetic expression: expecting primary"); name {
				err = fmt.Errorf("Illegal number: %s", text)
			}
		}
		return false
	})
	return err
}

// environment are the variables for the package expand.
type environment struct{ s *Shell }

// Get gives a variable.
func (e environment) Get(name string) expand.Variable {
	v, set := e.s.variable(name)
	return expand.Variable{Set: set, Kind: expand.String, Str: v}
}

// Each is not needed for sums.
func (environment) Each(func(string, expand.Variable) bool) {}

// Set sets a variable.
func (e environment) Set(name string, v expand.Variable) error {
	e.s.vars[name] = v.Str
	return nil
}
