package shell

import (
	"path"
	"strconv"
	"strings"
)

// The words of a command become its arguments (POSIX.1-2017, Shell & Utilities
// §2.6): tilde, $name and ${name}, $(command), $((sum)); then what was not in
// quotes is split at white space, and * ? [ ] become the names of files.

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
}

// words expands words to arguments.
func (s *Shell) words(raw []string) []string {
	var args []string
	for _, w := range raw {
		e := &expansion{s: s}
		e.word(w, false, true)
		e.close()
		for _, f := range e.fields {
			args = append(args, s.names(f)...)
		}
	}
	return args
}

// one expands a word that stays one: that of an assignment or redirection.
func (s *Shell) one(raw string) string {
	e := &expansion{s: s}
	e.word(raw, false, false)
	if e.cur == nil {
		return ""
	}
	return e.cur.text.String()
}

// text expands a here-document.
func (s *Shell) text(raw string) string {
	e := &expansion{s: s}
	e.word(raw, true, false)
	if e.cur == nil {
		return ""
	}
	return e.cur.text.String()
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

// word expands a word as written; inside tells that quotes surround it.
func (e *expansion) word(w string, inside, split bool) {
	if !inside && (w == "~" || strings.HasPrefix(w, "~/")) {
		e.put(e.s.Home, true)
		w = w[1:]
	}
	for len(w) > 0 {
		n := 1
		switch c := w[0]; {
		case c == '\\' && len(w) > 1 && (!inside || strings.IndexByte("$`\"\\\n", w[1]) >= 0):
			if n = 2; w[1] != '\n' {
				e.put(w[1:2], true)
			}
		case c == '\'' && !inside:
			n = (&parser{}).unit(w)
			e.at().quoted = true
			e.put(w[1:n-1], true)
		case c == '"' && !inside:
			n = (&parser{}).unit(w)
			e.at().quoted = true
			if w[:n] == `"$@"` {
				e.all()
			} else {
				e.word(w[1:n-1], true, false)
			}
		case c == '`':
			n = (&parser{}).unit(w)
			e.value(e.s.output(strings.NewReplacer("\\`", "`", `\\`, `\`, `\$`, "$").Replace(w[1:n-1])), inside, split)
		case c == '$':
			n = e.dollar(w, inside, split)
		default:
			e.put(w[:1], inside)
		}
		w = w[n:]
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

// dollar expands what a $ begins and returns how long it is.
func (e *expansion) dollar(w string, inside, split bool) (n int) {
	switch {
	case strings.HasPrefix(w, "$((") && strings.Contains(w, "))"):
		n = (&parser{}).unit(w)
		if strings.HasSuffix(w[:n], "))") {
			e.value(e.s.sum(e.s.text(w[3:n-2])), inside, split)
			return n
		}
		e.value(e.s.output(w[2:n-1]), inside, split)
	case strings.HasPrefix(w, "$("):
		n = (&parser{}).unit(w)
		e.value(e.s.output(w[2:n-1]), inside, split)
	case strings.HasPrefix(w, "${"):
		n = (&parser{}).unit(w)
		e.value(e.s.braces(w[2:n-1]), inside, split)
	case len(w) > 1 && strings.IndexByte("?#$!@*-0123456789", w[1]) >= 0:
		n = 2
		v, _ := e.s.variable(w[1:2])
		e.value(v, inside, split)
	default:
		name := e.s.longest(w[1:])
		if name == "" {
			e.put("$", inside)
			return 1
		}
		n = 1 + len(name)
		v, _ := e.s.variable(name)
		e.value(v, inside, split)
	}
	return n
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

// braces expands what stands in ${ }.
func (s *Shell) braces(text string) string {
	if text != "#" && strings.HasPrefix(text, "#") {
		v, _ := s.variable(text[1:])
		return strconv.Itoa(len(v))
	}
	name := s.longest(text)
	if name == "" && text != "" {
		name = text[:1]
	}
	v, set := s.variable(name)
	rest := text[len(name):]
	op := strings.TrimPrefix(rest, ":")
	if op == "" {
		return v
	}
	if rest[0] == ':' && v == "" {
		set = false
	}
	word := op[1:]
	switch op[0] {
	case '-', '=':
		if set {
			return v
		}
		v = s.one(word)
		if op[0] == '=' {
			s.vars[name] = v
		}
	case '+':
		if v = ""; set {
			v = s.one(word)
		}
	case '%', '#':
		return trim(v, s, op)
	default:
		s.Errorf("sh: %d: Bad substitution\n", s.line)
		s.status, s.done = 2, true
	}
	return v
}

// trim takes a pattern from the end (%) or the head (#) of a value: the shortest
// that matches, or with the sign doubled the longest.
func trim(v string, s *Shell, op string) string {
	long := len(op) > 1 && op[1] == op[0]
	flat := strings.NewReplacer("/", "\x01").Replace // path.Match lets * stop at a slash
	pattern := flat(s.one(strings.TrimLeft(op, op[:1])))
	for i := range len(v) + 1 {
		n := i
		if long {
			n = len(v) - i
		}
		if ok, _ := path.Match(pattern, flat(v[len(v)-n:])); op[0] == '%' && ok {
			return v[:len(v)-n]
		}
		if ok, _ := path.Match(pattern, flat(v[:n])); op[0] == '#' && ok {
			return v[n:]
		}
	}
	return v
}

// output is what a command writes, without the ends of lines behind it.
func (s *Shell) output(text string) string {
	if s.nested >= maxNested {
		return ""
	}
	sub := s.sub()
	sub.Out = &Output{}
	sub.nested++
	s.status = sub.source(text)
	return strings.TrimRight(sub.Out.String(), "\n")
}

// names are the files that a pattern names, or the argument itself.
func (s *Shell) names(f *field) []string {
	text, pattern := f.text.String(), f.pattern.String()
	if !strings.ContainsAny(strings.NewReplacer(`\*`, "", `\?`, "", `\[`, "").Replace(pattern), "*?[") {
		return []string{text}
	}
	found := []string{""}
	if strings.HasPrefix(pattern, "/") {
		found = []string{"/"}
	}
	for _, part := range strings.Split(strings.Trim(pattern, "/"), "/") {
		var next []string
		for _, dir := range found {
			next = append(next, s.match(dir, part)...)
		}
		found = next
	}
	if len(found) == 0 {
		return []string{text}
	}
	return found
}

// match are the files in a folder whose names match.
func (s *Shell) match(dir, part string) (found []string) {
	prefix := dir
	if dir != "" && !strings.HasSuffix(dir, "/") {
		prefix += "/"
	}
	if !strings.ContainsAny(part, "*?[") {
		if _, err := s.Files.Stat(s.Path(prefix + part)); err == nil {
			found = append(found, prefix+part)
		}
		return found
	}
	list, _ := s.Files.ReadDir(s.Path(orDot(dir)))
	for _, i := range list {
		if ok, _ := path.Match(part, i.Name); ok && (i.Name[0] != '.' || part[0] == '.') {
			found = append(found, prefix+i.Name)
		}
	}
	return found
}

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}
