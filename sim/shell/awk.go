package shell

import (
	"regexp"
	"strconv"
	"strings"
)

// awk is what operators mostly want of awk(1): to print columns of lines that
// match. A program is [BEGIN { NAME = VALUE }] [CONDITION] [{ print … }], where a
// condition is /EXPRESSION/, COLUMN ~ /EXPRESSION/, or COLUMN == VALUE (and != <
// >), several with &&; columns are $1, $NF and so on. What is beyond that it
// refuses.
func awk(s *Shell, args []string) int {
	a := &awkProgram{fs: "", rs: "\n", ofs: " "}
	for len(args) > 0 && strings.HasPrefix(args[0], "-F") {
		a.fs = args[0][2:]
		if args = args[1:]; a.fs == "" && len(args) > 0 {
			a.fs, args = args[0], args[1:]
		}
	}
	if len(args) == 0 {
		s.Errorf("usage: awk [-F fs] 'program' [file ...]\n")
		return 2
	}
	if !a.parse(strings.TrimSpace(args[0])) {
		s.Errorf("awk: of its language only [BEGIN{NAME=VALUE}] [CONDITION] {print $1, …} is modelled here\n")
		return 2
	}
	text, status := s.content("awk", args[1:])
	records := lines(text)
	if a.rs == "" {
		records = strings.Split(strings.Trim(text, "\n"), "\n\n")
	}
	for i, r := range records {
		if fields := a.fields(r); a.matches(r, fields, i+1) {
			s.Printf("%s\n", a.line(r, fields, i+1))
		}
	}
	return status * 2
}

type awkProgram struct {
	fs, rs, ofs string
	conditions  []awkCondition
	prints      [][]string // arguments of print, each of parts that stand side by side
}

type awkCondition struct {
	value, op string // op: ~ !~ == != < > or empty
	than      string
	re        *regexp.Regexp
}

var (
	awkBegin     = regexp.MustCompile(`^BEGIN\s*\{([^}]*)\}\s*`)
	awkSetting   = regexp.MustCompile(`^\s*(FS|RS|OFS)\s*=\s*"([^"]*)"\s*$`)
	awkAction    = regexp.MustCompile(`\{\s*print\b\s*([^{}]*?)\s*;?\s*\}$`)
	awkMatch     = regexp.MustCompile(`^(?:(\$\w+)\s*(!?~)\s*)?(!?)/((?:[^/\\]|\\.)*)/$`)
	awkCompare   = regexp.MustCompile(`^(\$\w+|NR|NF)\s*(==|!=|<=|>=|<|>)\s*("[^"]*"|-?\d+)$`)
	awkPart      = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|\$\w+|NR|NF)`)
	awkSubscript = regexp.MustCompile(`^\$(\d+|NF)$`)
)

// parse reads a program; it tells whether it is one of the modelled form.
func (a *awkProgram) parse(text string) bool {
	if m := awkBegin.FindStringSubmatch(text); m != nil {
		for _, set := range strings.Split(m[1], ";") {
			v := awkSetting.FindStringSubmatch(set)
			if v == nil && strings.TrimSpace(set) != "" {
				return false
			}
			if v != nil {
				value, _ := escapes(v[2], false)
				*map[string]*string{"FS": &a.fs, "RS": &a.rs, "OFS": &a.ofs}[v[1]] = value
			}
		}
		text = text[len(m[0]):]
	}
	if m := awkAction.FindStringSubmatchIndex(text); m != nil {
		if !a.arguments(text[m[2]:m[3]]) {
			return false
		}
		text = strings.TrimSpace(text[:m[0]])
	}
	if text == "" {
		return true
	}
	for _, part := range strings.Split(text, "&&") {
		part = strings.TrimSpace(part)
		if m := awkMatch.FindStringSubmatch(part); m != nil {
			re, err := regexp.Compile(m[4])
			if err != nil {
				return false
			}
			op := m[2]
			if op == "" || m[3] != "" {
				op = map[string]string{"": "~", "!": "!~"}[m[3]]
			}
			a.conditions = append(a.conditions, awkCondition{value: m[1], op: op, re: re})
		} else if m := awkCompare.FindStringSubmatch(part); m != nil {
			a.conditions = append(a.conditions, awkCondition{value: m[1], op: m[2], than: m[3]})
		} else {
			return false
		}
	}
	return true
}

// arguments reads those of print.
func (a *awkProgram) arguments(text string) bool {
	if text == "" {
		text = "$0"
	}
	parts := []string{}
	for strings.TrimSpace(text) != "" {
		m := awkPart.FindStringSubmatch(text)
		if m == nil || m[1][0] == '$' && !awkSubscript.MatchString(m[1]) {
			return false
		}
		parts = append(parts, m[1])
		text = strings.TrimLeft(text[len(m[0]):], " \t")
		if strings.HasPrefix(text, ",") {
			a.prints, parts, text = append(a.prints, parts), nil, text[1:]
		}
	}
	a.prints = append(a.prints, parts)
	return true
}

func (a *awkProgram) fields(record string) []string {
	if a.fs == "" || a.fs == " " {
		return strings.Fields(record)
	}
	if re, err := regexp.Compile(a.fs); len(a.fs) > 1 && err == nil {
		return re.Split(record, -1)
	}
	return strings.Split(record, a.fs)
}

// value is that of $1, NF, "text" and so on.
func (a *awkProgram) value(word, record string, fields []string, n int) string {
	switch {
	case word == "NR":
		return strconv.Itoa(n)
	case word == "NF":
		return strconv.Itoa(len(fields))
	case word == "" || word == "$0":
		return record
	case word[0] == '"':
		text, _ := escapes(strings.ReplaceAll(word[1:len(word)-1], `\"`, `"`), false)
		return text
	case word[0] != '$':
		return word
	}
	i := len(fields)
	if word != "$NF" {
		i, _ = strconv.Atoi(word[1:])
	}
	if i < 1 || i > len(fields) {
		return ""
	}
	return fields[i-1]
}

func (a *awkProgram) matches(record string, fields []string, n int) bool {
	for _, c := range a.conditions {
		v := a.value(c.value, record, fields, n)
		if c.re != nil {
			if c.re.MatchString(v) != (c.op == "~") {
				return false
			}
			continue
		}
		than := a.value(c.than, record, fields, n)
		order := strings.Compare(v, than)
		x, err := strconv.ParseFloat(v, 64)
		y, err2 := strconv.ParseFloat(than, 64)
		if err == nil && err2 == nil && c.than[0] != '"' {
			order = map[bool]int{true: 1}[x > y] - map[bool]int{true: 1}[x < y]
		}
		if !map[string]bool{"==": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[c.op] {
			return false
		}
	}
	return true
}

func (a *awkProgram) line(record string, fields []string, n int) string {
	if a.prints == nil {
		return record
	}
	var out []string
	for _, parts := range a.prints {
		text := ""
		for _, p := range parts {
			text += a.value(p, record, fields, n)
		}
		out = append(out, text)
	}
	return strings.Join(out, a.ofs)
}
