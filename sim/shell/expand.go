package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The words of a command become its arguments (POSIX.1-2017, Shell & Utilities
// §2.6): tilde, $name and ${name}, $(command), $((sum)); then what was not in
// quotes is split at white space, and * ? [ ] become the names of files.
//
// This is not left to the package expand of mvdan.cc/sh, which follows bash: it
// expands braces, asks the accounts of the reader's machine about ~name, and
// takes quoted signs in ${name%pattern} for those of a pattern.

// field is an argument on its way.
type field struct {
	text    strings.Builder
	pattern strings.Builder // the same, with a backslash before what was quoted
	quoted  bool            // it is an argument even when it is empty
}

// expansion expands one word.
type expansion struct {
	s      *Shell
	fields []*field
	cur    *field
	apart  bool // literal white space separates fields too: in ${name:-word}
}

// quotes are those around a part of a word.
type quotes uint8

const (
	bare    quotes = iota
	double         // "…"
	hereDoc        // <<end
)

// words expands words to arguments.
func (s *Shell) words(all []*syntax.Word) []string {
	var args []string
	for _, w := range all {
		e := &expansion{s: s}
		e.parts(w.Parts, bare, true)
		e.close()
		for _, f := range e.fields {
			args = append(args, s.names(f)...)
		}
	}
	return args
}

// joined expands what stays one field.
func (s *Shell) joined(parts []syntax.WordPart, q quotes) *field {
	e := &expansion{s: s}
	e.parts(parts, q, false)
	return e.at()
}

// one expands a word that stays one: that of an assignment or redirection.
func (s *Shell) one(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	return s.joined(w.Parts, bare).text.String()
}

// pattern expands a word against which a text is held.
func (s *Shell) pattern(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	return s.joined(w.Parts, bare).pattern.String()
}

// text expands a here-document.
func (s *Shell) text(parts []syntax.WordPart) string {
	return s.joined(parts, hereDoc).text.String()
}

func (e *expansion) at() *field {
	if e.cur == nil {
		e.cur = &field{}
	}
	return e.cur
}

func (e *expansion) close() {
	if f := e.cur; f != nil && (f.quoted || f.text.Len() > 0) {
		e.fields = append(e.fields, f)
	}
	e.cur = nil
}

// put adds characters; those in quotes stand for themselves.
func (e *expansion) put(text string, quoted bool) {
	f := e.at()
	f.text.WriteString(text)
	for i := 0; i < len(text); i++ {
		if quoted && strings.IndexByte(`*?[]\`, text[i]) >= 0 {
			f.pattern.WriteByte('\\')
		}
		f.pattern.WriteByte(text[i])
	}
}

// value adds what an expansion gave: outside quotes it is split.
func (e *expansion) value(text string, quoted, split bool) {
	if quoted || !split {
		e.put(text, quoted)
		return
	}
	for i, part := range strings.FieldsFunc(text, white) {
		if i > 0 || text != "" && white(rune(text[0])) {
			e.close()
		}
		e.put(part, false)
	}
	if text != "" && white(rune(text[len(text)-1])) {
		e.close()
	}
}

func white(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }

// parts expands the parts of a word; q are the quotes around them.
func (e *expansion) parts(all []syntax.WordPart, q quotes, split bool) {
	skip := 0
	for i, part := range all {
		switch p := part.(type) {
		case *syntax.Lit:
			text := p.Value[min(skip, len(p.Value)):]
			if skip = 0; i == 0 && q == bare && (text == "~" && len(all) == 1 || strings.HasPrefix(text, "~/")) {
				e.put(e.s.Home, true)
				text = text[1:]
			}
			e.literal(text, q)
		case *syntax.SglQuoted:
			e.at().quoted = true
			e.put(p.Value, true)
		case *syntax.DblQuoted:
			if len(p.Parts) != 1 || !every(p.Parts[0]) {
				e.at().quoted = true
			}
			e.parts(p.Parts, double, split)
		case *syntax.ParamExp:
			skip = e.parameter(p, following(all[i+1:]), q, split)
		case *syntax.CmdSubst:
			e.value(e.s.output(p), q != bare, split)
		case *syntax.ArithmExp:
			e.value(e.s.sum(p), q != bare, split)
		}
	}
}

// every tells whether a part of a word is $@.
func every(part syntax.WordPart) bool {
	p, ok := part.(*syntax.ParamExp)
	return ok && p.Param.Value == "@" && !p.Length && p.Exp == nil
}

// following is the literal text that parts begin with.
func following(parts []syntax.WordPart) string {
	if len(parts) > 0 {
		if lit, ok := parts[0].(*syntax.Lit); ok {
			return lit.Value
		}
	}
	return ""
}

// escapable are the characters before which a backslash quotes.
var escapable = [...]string{double: "$`\"\\", hereDoc: "$`\\"}

// literal adds what stands for itself, and takes the backslashes away.
func (e *expansion) literal(text string, q quotes) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (q == bare || strings.IndexByte(escapable[q], text[i+1]) >= 0) {
			i++
			e.put(text[i:i+1], true)
		} else if q == bare && e.apart && white(rune(text[i])) {
			e.close()
		} else {
			e.put(text[i:i+1], q != bare)
		}
	}
}

// all adds "$@".
func (e *expansion) all() {
	for i, a := range e.s.params() {
		if i > 0 {
			e.close()
		}
		e.at().quoted = true
		e.put(a, true)
	}
}

// parameter expands $name and ${name…}. behind is the literal text behind it; the
// first octets of that may belong to the name, and skip tells how many.
func (e *expansion) parameter(p *syntax.ParamExp, behind string, q quotes, split bool) (skip int) {
	s, name := e.s, p.Param.Value
	if every(p) && q == double && split {
		e.all()
		return 0
	}
	x := p.Exp
	if longer := s.longest(name + behind); p.Short && len(longer) > len(name) {
		name, skip = longer, len(longer)-len(name)
	} else if x != nil && x.Op == syntax.DefaultUnset && x.Word != nil && s.longest(name+"-"+x.Word.Lit()) == name+"-"+x.Word.Lit() {
		name, x = name+"-"+x.Word.Lit(), nil
	}
	v, set := s.variable(name)
	switch {
	case p.Length:
		e.value(strconv.Itoa(len(v)), q != bare, split)
	case x == nil:
		e.value(v, q != bare, split)
	default:
		e.operator(name, v, set, x, q, split)
	}
	return skip
}

// operator expands ${name:-word} and its like.
func (e *expansion) operator(name, v string, set bool, x *syntax.Expansion, q quotes, split bool) {
	s := e.s
	switch x.Op {
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AlternateUnsetOrNull:
		set = set && v != ""
	}
	switch x.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		alternate := x.Op == syntax.AlternateUnset || x.Op == syntax.AlternateUnsetOrNull
		if set == alternate && x.Word != nil {
			before := e.apart
			e.apart = split
			e.parts(x.Word.Parts, q, split)
			e.apart = before
			return
		}
		if alternate {
			v = ""
		}
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !set {
			v = s.one(x.Word)
			s.vars[name] = v
		}
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if !set {
			why := s.one(x.Word)
			if why == "" {
				if why = "parameter not set"; x.Op == syntax.ErrorUnsetOrNull {
					why += " or null"
				}
			}
			s.Errorf("sh: %d: %s: %s\n", s.line, name, shown(why))
			s.status, s.done = 2, true
		}
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		v = trim(v, s.pattern(x.Word), x.Op)
	}
	e.value(v, q != bare, split)
}

// longest is the name of a variable at the head of w. Names that the shell does
// not keep itself may have a hyphen in them.
func (s *Shell) longest(w string) string {
	n := nameLength(w)
	if n == 0 || s.Value == nil {
		return w[:n]
	}
	for end := n; end < len(w) && w[end] == '-'; {
		end++
		for end < len(w) && (nameLength(w[end:end+1]) == 1 || w[end] >= '0' && w[end] <= '9') {
			end++
		}
		if _, known := s.Value(w[:end]); known {
			n = end
		}
	}
	return w[:n]
}

func (s *Shell) params() []string {
	if len(s.args) < 2 {
		return nil
	}
	return s.args[1:]
}

// variable is the value of a variable or parameter.
func (s *Shell) variable(name string) (value string, set bool) {
	switch name {
	case "?":
		return strconv.Itoa(s.status), true
	case "#":
		return strconv.Itoa(len(s.params())), true
	case "@", "*":
		return strings.Join(s.params(), " "), len(s.params()) > 0
	case "$":
		return "1", true
	case "0":
		return "sh", true
	case "PWD":
		return s.Dir, true
	case "HOME":
		return s.Home, true
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n < len(s.args) {
			return s.args[n], true
		}
		return "", false
	}
	if v, ok := s.vars[name]; ok {
		return v, true
	}
	if s.Value != nil {
		if v, known := s.Value(name); known {
			return v, true
		}
	}
	return "", false
}

// output is what a command writes, without the ends of lines behind it.
func (s *Shell) output(c *syntax.CmdSubst) string {
	if s.nested >= maxNested {
		return ""
	}
	sub := s.sub()
	sub.Out = &Output{}
	sub.nested++
	sub.list(c.Stmts)
	s.status = sub.status
	return strings.TrimRight(sub.Out.String(), "\n")
}

// nameLength is the length of the name at the head of s.
func nameLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}
