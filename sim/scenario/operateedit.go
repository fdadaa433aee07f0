package scenario

import (
	"regexp"
	"strconv"
	"strings"
)

// Files of a host are edited in place as on a real one: "sed -i" changes lines,
// "tee" writes what stands in its here-document. Like any editor they change
// the file and nothing else; a program reads it again when it is told to.

// sedCommand is sed(1), as far as one needs it to correct a line: one or more
// scripts of the form [ADDRESS]s/OLD/NEW/[gI], d, a TEXT, i TEXT or c TEXT,
// where the address is a line's number, $ or /EXPRESSION/.
func sedCommand(sh *shell, args []string) int {
	inPlace := false
	var scripts, files []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-i":
			inPlace = true
		case a == "-e" && i+1 < len(args):
			i++
			scripts = append(scripts, args[i])
		case len(a) > 1 && a[0] == '-':
			sh.printf("sed: of its options only -i and -e are modelled\n")
			return 1
		case len(scripts) == 0:
			scripts = append(scripts, a)
		default:
			files = append(files, a)
		}
	}
	var edits []*sedEdit
	for _, s := range scripts {
		e, bad := newSedEdit(s)
		if bad != "" {
			sh.printf("sed: -e expression #%d, %s\n", len(edits)+1, bad)
			return 1
		}
		edits = append(edits, e)
	}
	if len(edits) == 0 || len(files) == 0 {
		sh.printf("Usage: sed [-i] [-e] SCRIPT FILE...\n")
		return 1
	}
	return sh.sed(edits, files, inPlace)
}

func (sh *shell) sed(edits []*sedEdit, files []string, inPlace bool) (status int) {
	for _, name := range files {
		old, err := sh.m.Tree.ReadFile(name)
		if err != nil {
			sh.printf("sed: can't read %s: No such file or directory\n", name)
			status = 2
			continue
		}
		text := sedText(edits, string(old))
		if !inPlace {
			sh.printf("%s", text)
			continue
		}
		if status = sh.save("sed", name, text); status != 0 {
			return status
		}
	}
	return status
}

// save writes a file as the operator; a user may write only at home.
func (sh *shell) save(program, name, text string) int {
	home := "/home/" + sh.user + "/"
	if !sh.root() && !strings.HasPrefix(name, home) {
		sh.printf("%s: %s: Permission denied\n", program, name)
		return 1
	}
	if err := sh.m.Tree.WriteFile(name, []byte(text)); err != nil {
		sh.printf("%s: %v\n", program, err)
		return 1
	}
	return 0
}

// teeCommand is tee(1): it writes its standard input to files.
func teeCommand(sh *shell, args []string) (status int) {
	text := string(sh.input)
	add := len(args) > 0 && args[0] == "-a"
	if add {
		args = args[1:]
	}
	for _, name := range args {
		content := text
		if add {
			old, _ := sh.m.Tree.ReadFile(name)
			content = string(old) + text
		}
		if s := sh.save("tee", name, content); s != 0 {
			status = s
		}
	}
	sh.printf("%s", text)
	return status
}

// sedEdit is one command of a script.
type sedEdit struct {
	line    int            // the address is this line, -1 the last, 0 none
	at      *regexp.Regexp // the address is an expression
	command byte           // s, d, a, i or c
	old     *regexp.Regexp // s
	text    string         // the new text; of s with Go's marks for groups
	all     bool           // s: not only the first in a line
}

// newSedEdit reads a script of one command; bad is what sed says about it.
func newSedEdit(script string) (e *sedEdit, bad string) {
	e = &sedEdit{}
	s := strings.TrimSpace(script)
	switch {
	case strings.HasPrefix(s, "/"):
		parts, rest, ok := sedParts(s, 1)
		if !ok {
			return nil, "unterminated address regex"
		}
		if e.at, bad = basicExpression(parts[0], ""); bad != "" {
			return nil, bad
		}
		s = rest
	case strings.HasPrefix(s, "$"):
		e.line, s = -1, s[1:]
	default:
		rest := strings.TrimLeft(s, "0123456789")
		e.line, _ = strconv.Atoi(s[:len(s)-len(rest)])
		s = rest
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil, "missing command"
	}
	e.command, s = s[0], s[1:]
	switch e.command {
	case 'd':
		if s != "" {
			return nil, "extra characters after command"
		}
	case 'a', 'i', 'c':
		s = strings.TrimPrefix(strings.TrimSpace(s), "\\")
		if e.text = s; s == "" {
			return nil, "expected \\ after `a', `c' or `i'"
		}
	case 's':
		return e, e.substitution(s)
	default:
		return nil, "unknown command: `" + string(e.command) + "'"
	}
	return e, ""
}

// substitution reads what follows the command s.
func (e *sedEdit) substitution(s string) (bad string) {
	parts, flags, ok := sedParts(s, 2)
	if !ok {
		return "unterminated `s' command"
	}
	ignore := ""
	for _, f := range flags {
		switch f {
		case 'g':
			e.all = true
		case 'i', 'I':
			ignore = "(?i)"
		default:
			return "unknown option to `s'"
		}
	}
	if e.old, bad = basicExpression(parts[0], ignore); bad != "" {
		return bad
	}
	var t strings.Builder
	for i := 0; i < len(parts[1]); i++ {
		switch c := parts[1][i]; {
		case c == '&':
			t.WriteString("${0}")
		case c == '\\' && i+1 < len(parts[1]):
			i++
			if d := parts[1][i]; d >= '0' && d <= '9' {
				t.WriteString("${" + string(d) + "}")
			} else {
				t.WriteString(strings.ReplaceAll(string(d), "$", "$$"))
			}
		case c == '$':
			t.WriteString("$$")
		default:
			t.WriteByte(c)
		}
	}
	e.text = t.String()
	return ""
}

// sedParts cuts "/one/two/rest", whatever the first sign is, into n parts and
// the rest.
func sedParts(s string, n int) (parts []string, rest string, ok bool) {
	if s == "" {
		return nil, "", false
	}
	sign := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			if s[i+1] != sign {
				b.WriteByte('\\')
			}
			i++
			b.WriteByte(s[i])
		case s[i] == sign:
			parts = append(parts, b.String())
			b.Reset()
			if len(parts) == n {
				return parts, s[i+1:], true
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return nil, "", false
}

// basicExpression compiles a basic regular expression (POSIX.1-2017 §9.3),
// where parentheses, braces, + ? and | mean themselves unless a backslash
// stands before them.
func basicExpression(s, flags string) (re *regexp.Regexp, bad string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			if strings.IndexByte("(){}+?|", s[i]) < 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		case strings.IndexByte("(){}+?|", c) >= 0:
			b.WriteString("\\" + string(c))
		default:
			b.WriteByte(c)
		}
	}
	re, err := regexp.Compile(flags + b.String())
	if err != nil {
		return nil, "Invalid regular expression"
	}
	re.Longest()
	return re, ""
}

// sedText applies the commands to every line.
func sedText(edits []*sedEdit, text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var out []string
	for n, l := range lines {
		var before, behind []string
		keep := true
		for _, e := range edits {
			if !keep || e.line > 0 && e.line != n+1 || e.line < 0 && n+1 != len(lines) || e.at != nil && !e.at.MatchString(l) {
				continue
			}
			switch e.command {
			case 's':
				l = e.substitute(l)
			case 'd':
				keep = false
			case 'a':
				behind = append(behind, e.text)
			case 'i':
				before = append(before, e.text)
			case 'c':
				before, keep = append(before, e.text), false
			}
		}
		if out = append(out, before...); keep {
			out = append(out, l)
		}
		out = append(out, behind...)
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "\n") + "\n"
}

func (e *sedEdit) substitute(l string) string {
	if e.all {
		return e.old.ReplaceAllString(l, e.text)
	}
	m := e.old.FindStringSubmatchIndex(l)
	if m == nil {
		return l
	}
	return l[:m[0]] + string(e.old.ExpandString(nil, e.text, l, m)) + l[m[1]:]
}
