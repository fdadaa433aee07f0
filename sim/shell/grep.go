package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

func grepExtended(s *Shell, args []string) int { return grep(s, append([]string{"-E"}, args...)) }
func grepFixed(s *Shell, args []string) int    { return grep(s, append([]string{"-F"}, args...)) }

// grep is grep(1): it writes the lines that match. Its status is 1 when none
// does, 2 after a trouble.
func grep(s *Shell, args []string) int {
	f, rest, ok := s.parse("grep", args, "EFGivcnhHlLoqswxe:A:B:C:m:raz")
	if !ok {
		return 2
	}
	pattern := f['e']
	if !f.has('e') {
		if len(rest) == 0 {
			s.Errorf("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")
			return 2
		}
		pattern, rest = rest[0], rest[1:]
	}
	re, bad := expression(pattern, f)
	if bad != "" {
		s.Errorf("grep: %s\n", shown(bad))
		return 2
	}
	g := &grepper{Shell: s, flags: f, re: re, status: 1}
	if f.has('r') {
		rest = s.below(rest)
	}
	g.named = (len(rest) > 1 || f.has('r') || f.has('H')) && !f.has('h')
	if len(rest) == 0 {
		rest = []string{"-"}
	}
	troubled := false
	for _, file := range rest {
		data, why := s.Read(file)
		if why != "" {
			if !f.has('s') {
				s.Errorf("grep: %s: %s\n", shown(file), why)
			}
			troubled = true
			continue
		}
		if file == "-" {
			file = "(standard input)"
		}
		g.file(file, lines(string(data)))
	}
	if troubled && !(f.has('q') && g.status == 0) {
		return 2
	}
	return g.status
}

// expression is what grep looks for, compiled.
func expression(pattern string, f flags) (re *regexp.Regexp, bad string) {
	var all []string
	for _, p := range strings.Split(pattern, "\n") {
		switch {
		case f.has('F'):
			p = regexp.QuoteMeta(p)
		case !f.has('E'):
			p = basic(p)
		}
		all = append(all, p)
	}
	p := strings.Join(all, "|")
	if f.has('w') {
		p = `\b(?:` + p + `)\b`
	}
	if f.has('x') {
		p = `^(?:` + p + `)$`
	}
	if f.has('i') {
		p = "(?i)" + p
	}
	re, err := regexp.Compile(p)
	switch {
	case err == nil:
		re.Longest()
		return re, ""
	case strings.Contains(err.Error(), "missing closing ]"):
		return nil, "Invalid regular expression"
	case strings.Contains(err.Error(), "missing closing )"):
		return nil, "Unmatched ( or \\("
	}
	return nil, "Invalid regular expression"
}

type grepper struct {
	*Shell
	flags  flags
	re     *regexp.Regexp
	named  bool
	status int
	wrote  bool
}

// file looks through one file.
func (g *grepper) file(name string, all []string) {
	before, after := g.around()
	n, last, until := 0, -1, -1
	for i, l := range all {
		if g.re.MatchString(l) == g.flags.has('v') {
			if i <= until {
				g.print(name, i, l, "-")
				last = i
			}
			continue
		}
		g.status = 0
		if n++; g.flags.has('q') || g.flags.has('l') || g.flags.has('L') {
			break
		}
		if g.flags.has('c') {
			continue
		}
		from := max(last+1, i-before)
		if (before > 0 || after > 0) && g.wrote && from > last+1 {
			g.Printf("--\n")
		}
		for j := from; j < i; j++ {
			g.print(name, j, all[j], "-")
		}
		g.match(name, i, l)
		last, until, g.wrote = i, i+after, true
		if m, err := strconv.Atoi(g.flags['m']); err == nil && n >= m {
			break
		}
	}
	switch {
	case g.flags.has('q'):
	case g.flags.has('l') && n > 0, g.flags.has('L') && n == 0:
		g.Printf("%s\n", name)
	case g.flags.has('c') && !g.flags.has('l') && !g.flags.has('L'):
		if g.named {
			g.Printf("%s:", name)
		}
		g.Printf("%d\n", n)
	}
}

// around is how many lines before and behind a match are wanted.
func (g *grepper) around() (before, after int) {
	both, _ := strconv.Atoi(g.flags['C'])
	before, after = both, both
	if n, err := strconv.Atoi(g.flags['B']); err == nil {
		before = n
	}
	if n, err := strconv.Atoi(g.flags['A']); err == nil {
		after = n
	}
	return before, after
}

// match prints a line that matches, or with -o what matches of it.
func (g *grepper) match(name string, i int, l string) {
	if !g.flags.has('o') {
		g.print(name, i, l, ":")
		return
	}
	for _, m := range g.re.FindAllString(l, -1) {
		if m != "" {
			g.print(name, i, m, ":")
		}
	}
}

func (g *grepper) print(name string, i int, l, sign string) {
	head := ""
	if g.named {
		head = name + sign
	}
	if g.flags.has('n') {
		head += fmt.Sprint(i+1) + sign
	}
	g.Printf("%s%s\n", head, l)
}

// below are all files in and under folders.
func (s *Shell) below(names []string) (files []string) {
	if len(names) == 0 {
		names = []string{"."}
	}
	for _, n := range names {
		if len(files) > maxSteps {
			break
		}
		i, err := s.Files.Stat(s.Path(n))
		if err != nil || !i.Dir {
			files = append(files, n)
			continue
		}
		list, _ := s.Files.ReadDir(s.Path(n))
		for _, i := range list {
			files = append(files, s.below([]string{strings.TrimSuffix(n, "/") + "/" + i.Name})...)
		}
	}
	return files
}

// basic is a basic regular expression (POSIX.1-2017, Base Definitions §9.3) as Go
// writes it: parentheses, braces, + ? and | mean themselves unless a backslash
// stands before them, and so does a * at the head.
func basic(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '[':
			n := bracketEnd(s[i:])
			b.WriteString(strings.ReplaceAll(s[i:i+n], `\`, `\\`))
			i += n - 1
		case c == '\\' && i+1 < len(s):
			i++
			switch {
			case s[i] == '<' || s[i] == '>':
				b.WriteString(`\b`)
			case strings.IndexByte("(){}+?|", s[i]) >= 0:
				b.WriteByte(s[i])
			default:
				b.WriteString("\\" + s[i:i+1])
			}
		case strings.IndexByte("(){}+?|", c) >= 0:
			b.WriteString("\\" + string(c))
		case c == '*' && (i == 0 || s[i-1] == '^' && i == 1 || strings.HasSuffix(s[:i], `\(`)):
			b.WriteString(`\*`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// bracketEnd is the length of the bracket expression at the head of s, or 1.
func bracketEnd(s string) int {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	if i < len(s) && s[i] == ']' {
		i++
	}
	for ; i < len(s); i++ {
		if strings.HasPrefix(s[i:], "[:") {
			if n := strings.Index(s[i:], ":]"); n > 0 {
				i += n + 1
				continue
			}
		}
		if s[i] == ']' {
			return i + 1
		}
	}
	return 1
}
