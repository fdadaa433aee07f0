package shell

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// sed is sed(1), as far as one needs it to pick or correct lines: one or more
// commands, each with an address before it or none, s/OLD/NEW/ with the flags g,
// I, p and a number, d, p, q, a, i and c. An address is a line's number, $, or
// /EXPRESSION/, or two of them with a comma; ! turns it round.
func sed(s *Shell, args []string) int {
	inPlace, quiet, extended := false, false, false
	var scripts, files []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-i":
			inPlace = true
		case a == "-n":
			quiet = true
		case a == "-E" || a == "-r":
			extended = true
		case a == "-e" && i+1 < len(args):
			i++
			scripts = append(scripts, args[i])
		case len(a) > 1 && a[0] == '-':
			s.Errorf("sed: of its options only -n, -e, -E and -i are modelled\n")
			return 1
		case len(scripts) == 0:
			scripts = append(scripts, a)
		default:
			files = append(files, a)
		}
	}
	if len(scripts) == 0 {
		s.Errorf("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n")
		return 1
	}
	p := &sedScript{quiet: quiet, extended: extended}
	for i, text := range scripts {
		if bad := p.parse(text); bad != "" {
			s.Errorf("sed: -e expression #%d, %s\n", i+1, shown(bad))
			return 1
		}
	}
	return s.sed(p, files, inPlace)
}

// sed runs a script over files, or the standard input.
func (s *Shell) sed(p *sedScript, files []string, inPlace bool) (status int) {
	if len(files) == 0 {
		s.Printf("%s", p.run(string(s.In.All())))
	}
	var all strings.Builder
	for _, name := range files {
		old, why := s.Read(name)
		if why == "Is a directory" {
			s.Errorf("sed: couldn't edit %s: not a regular file\n", shown(name))
			status = 4
			continue
		}
		if why != "" {
			s.Errorf("sed: can't read %s: %s\n", shown(name), why)
			status = 2
			continue
		}
		if !inPlace {
			all.Write(old)
			continue
		}
		if why := s.Save(name, []byte(p.run(string(old))), false); why != "" {
			s.Errorf("sed: couldn't open temporary file %s: %s\n", shown(path.Dir(name)+"/sed"), why)
			return 4
		}
	}
	s.Printf("%s", p.run(all.String()))
	return status
}

// sedScript is a list of commands.
type sedScript struct {
	edits           []*sedEdit
	quiet, extended bool
}

// address is the line or lines that a command is for.
type address struct {
	line int // -1 the last, 0 none
	at   *regexp.Regexp
}

func (a address) none() bool { return a.line == 0 && a.at == nil }

func (a address) matches(n, last int, l string) bool {
	return a.line == n || a.line < 0 && n == last || a.at != nil && a.at.MatchString(l)
}

// sedEdit is one command of a script.
type sedEdit struct {
	from, to address
	not      bool
	open     bool           // between from and to
	command  byte           // s, d, p, q, a, i or c
	old      *regexp.Regexp // s
	text     string         // the new text; of s with Go's marks for groups
	all      bool           // s: not only the first in a line
	nth      int            // s: that one
	print    bool           // s with p
}

// parse reads a script; bad is what sed says about it.
func (p *sedScript) parse(script string) (bad string) {
	all := len(script)
	for {
		if script = strings.TrimLeft(script, " \t\n;"); script == "" {
			return ""
		}
		var e *sedEdit
		here := all - len(script)
		var rest string
		if e, rest, bad = p.edit(script); bad != "" {
			if !strings.HasPrefix(bad, "unknown command") {
				here = all - 1
			}
			return fmt.Sprintf("char %d: %s", here+1, bad)
		}
		script = rest
		p.edits = append(p.edits, e)
	}
}

// address reads one at the head of a text.
func (p *sedScript) address(s string) (a address, rest, bad string) {
	switch {
	case strings.HasPrefix(s, "/"):
		parts, rest, ok := sedParts(s, 1)
		if !ok {
			return a, "", "unterminated address regex"
		}
		a.at, bad = p.compile(parts[0], "")
		return a, rest, bad
	case strings.HasPrefix(s, "$"):
		a.line = -1
		return a, s[1:], ""
	}
	rest = strings.TrimLeft(s, "0123456789")
	a.line, _ = strconv.Atoi(s[:len(s)-len(rest)])
	return a, rest, ""
}

// edit reads one command; rest is what stands behind it.
func (p *sedScript) edit(s string) (e *sedEdit, rest, bad string) {
	e = &sedEdit{}
	if e.from, s, bad = p.address(s); bad != "" {
		return nil, "", bad
	}
	if strings.HasPrefix(s, ",") {
		if e.to, s, bad = p.address(strings.TrimSpace(s[1:])); bad != "" || e.to.none() {
			return nil, "", cmp.Or(bad, "unexpected `,'")
		}
	}
	s = strings.TrimLeft(s, " \t")
	if strings.HasPrefix(s, "!") {
		e.not, s = true, strings.TrimLeft(s[1:], " \t")
	}
	if s == "" {
		return nil, "", "missing command"
	}
	e.command, s = s[0], s[1:]
	switch e.command {
	case 'd', 'p', 'q':
		s = strings.TrimLeft(s, " \t")
		if s != "" && s[0] != ';' && s[0] != '\n' {
			return nil, "", "extra characters after command"
		}
	case 'a', 'i', 'c':
		e.text, s, _ = strings.Cut(s, "\n")
		e.text = strings.TrimPrefix(strings.TrimLeft(e.text, " \t"), "\\")
		if e.text == "" {
			e.text, s, _ = strings.Cut(s, "\n")
		}
		if e.text == "" {
			return nil, "", "expected \\ after `a', `c' or `i'"
		}
	case 's':
		s, bad = e.substitution(p, s)
	default:
		return nil, "", "unknown command: `" + string(e.command) + "'"
	}
	return e, s, bad
}

// substitution reads what follows the command s.
func (e *sedEdit) substitution(p *sedScript, s string) (rest, bad string) {
	parts, s, ok := sedParts(s, 2)
	if !ok {
		return "", "unterminated `s' command"
	}
	ignore := ""
	for s != "" && s[0] != ';' && s[0] != '\n' {
		switch f := s[0]; {
		case f == 'g':
			e.all = true
		case f == 'i' || f == 'I':
			ignore = "(?i)"
		case f == 'p':
			e.print = true
		case f >= '1' && f <= '9':
			e.nth = int(f - '0')
		case f != ' ' && f != '\t':
			return "", "unknown option to `s'"
		}
		s = s[1:]
	}
	if e.old, bad = p.compile(parts[0], ignore); bad != "" {
		return "", bad
	}
	e.text = replacement(parts[1])
	return s, ""
}

// replacement is the new text of s with Go's marks for groups.
func replacement(s string) string {
	var t strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			t.WriteString("${0}")
		case c == '\\' && i+1 < len(s):
			i++
			switch d := s[i]; {
			case d >= '0' && d <= '9':
				t.WriteString("${" + string(d) + "}")
			case d == 'n':
				t.WriteByte('\n')
			case d == 't':
				t.WriteByte('\t')
			default:
				t.WriteString(strings.ReplaceAll(string(d), "$", "$$"))
			}
		case c == '$':
			t.WriteString("$$")
		default:
			t.WriteByte(c)
		}
	}
	return t.String()
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
		case s[i] == '[' && len(parts) == 0 && bracketEnd(s[i:]) > 1: // where the sign is a letter like others
			end := i + bracketEnd(s[i:])
			b.WriteString(s[i:end])
			i = end - 1
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

// compile compiles an expression.
func (p *sedScript) compile(s, flags string) (re *regexp.Regexp, bad string) {
	if !p.extended {
		s = basic(s)
	}
	re, err := regexp.Compile(flags + s)
	if err != nil {
		return nil, "Invalid regular expression"
	}
	re.Longest()
	return re, ""
}

// meant tells whether the command is for a line.
func (e *sedEdit) meant(n, last int, l string) bool {
	yes := e.from.none()
	switch {
	case yes:
	case e.to.none():
		yes = e.from.matches(n, last, l)
	case e.open:
		yes = true
		e.open = !e.to.matches(n, last, l) && (e.to.line <= 0 || n < e.to.line)
	case e.from.matches(n, last, l):
		yes = true
		e.open = e.to.line <= 0 || n < e.to.line
	}
	return yes != e.not
}

// run applies the commands to every line.
func (p *sedScript) run(text string) string {
	if text == "" {
		return ""
	}
	all := lines(text)
	var out []string
	for n, l := range all {
		var before, now, behind []string
		keep, quit := true, false
		for _, e := range p.edits {
			if !keep || quit || !e.meant(n+1, len(all), l) {
				continue
			}
			switch e.command {
			case 's':
				changed, did := e.substitute(l)
				if l = changed; did && e.print {
					now = append(now, l)
				}
			case 'p':
				now = append(now, l)
			case 'd':
				keep = false
			case 'q':
				quit = true
			case 'a':
				behind = append(behind, e.text)
			case 'i':
				before = append(before, e.text)
			case 'c':
				before, keep = append(before, e.text), false
			}
		}
		if out = append(append(out, before...), now...); keep && !p.quiet {
			out = append(out, l)
		}
		if out = append(out, behind...); quit {
			break
		}
	}
	if len(out) == 0 {
		return ""
	}
	end := "\n"
	if !strings.HasSuffix(text, "\n") {
		end = ""
	}
	return strings.Join(out, "\n") + end
}

// substitute is s: in the first match, the nth, or all.
func (e *sedEdit) substitute(l string) (out string, did bool) {
	found := e.old.FindAllStringSubmatchIndex(l, -1)
	from := 0
	for i, m := range found {
		if i+1 < max(1, e.nth) || i+1 > max(1, e.nth) && !e.all {
			continue
		}
		out += l[from:m[0]] + string(e.old.ExpandString(nil, e.text, l, m))
		from, did = m[1], true
	}
	return out + l[from:], did
}
