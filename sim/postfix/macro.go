package postfix

import (
	"fmt"
	"strconv"
	"strings"
)

// The $name language of main.cf (postconf(5), "the general format"):
//
//	$name ${name} $(name)        the value of name, itself expanded
//	${name?text} ${name?{text}}  text when name is not empty
//	${name:text} ${name:{text}}  text when name is empty
//	${name?{a}:{b}}              one or the other
//	${{x} == {y} ? {a} : {b}}    a comparison; <level and its siblings compare
//	                             compatibility levels
//	$$                           a dollar sign

// maxMacroDepth is how deep names may lead to names: mac_expand(3) gives up
// at 100 with "unreasonable macro call nesting".
const maxMacroDepth = 100

// maxMacroText bounds an expansion, so that a few lines of main.cf cannot
// blow up to fill the memory.
const maxMacroText = 1 << 20

// macroLookup finds the raw value of a name.
type macroLookup func(name string) (raw string, defined bool)

// macroExpander is one expansion under way. The first error sticks.
type macroExpander struct {
	lookup    macroLookup
	out       []byte
	depth     int
	spent     int // bytes written by all nested expansions
	undefined func(name string)
	err       error
}

// expandMacros returns text with its macros replaced.
func expandMacros(text string, lookup macroLookup) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	e := macroExpander{lookup: lookup, out: make([]byte, 0, 2*len(text))}
	e.text(text)
	return string(e.out), e.err
}

func (e *macroExpander) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

func (e *macroExpander) write(s string) {
	if e.spent += len(s); e.spent > maxMacroText {
		e.fail("macro expansion exceeds %d bytes", maxMacroText)
		return
	}
	e.out = append(e.out, s...)
}

// text appends the expansion of s.
func (e *macroExpander) text(s string) {
	for e.err == nil {
		i := strings.IndexByte(s, '$')
		if i < 0 {
			e.write(s)
			return
		}
		e.write(s[:i])
		s = s[i:]
		if len(s) > 1 && s[1] == '$' {
			e.write("$")
			s = s[2:]
			continue
		}
		body, braced, n := macroBody(s)
		switch {
		case n == 0:
			e.fail("truncated macro reference: %q", s)
		case strings.TrimSpace(body) == "":
			e.fail("empty macro name: %q", s)
		case braced:
			e.braced(body)
		default:
			e.name(body)
		}
		s = s[n:]
	}
}

// macroBody cuts one reference off the head of s, which begins with "$". It
// returns the number of bytes used; 0 means that a bracket is missing.
func macroBody(s string) (body string, braced bool, n int) {
	if len(s) > 1 && (s[1] == '{' || s[1] == '(') {
		end := matchBracket(s[1:])
		if end < 0 {
			return "", true, 0
		}
		return s[2 : 1+end], true, end + 2
	}
	n = 1
	for n < len(s) && isMacroChar(s[n]) {
		n++
	}
	return s[1:n], false, n
}

// matchBracket returns the index of the bracket that closes the one s begins
// with, or -1.
func matchBracket(s string) int {
	open, shut := s[0], byte('}')
	if open == '(' {
		shut = ')'
	}
	level := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case open:
			level++
		case shut:
			if level--; level == 0 {
				return i
			}
		}
	}
	return -1
}

func isMacroChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// name appends the expanded value of a parameter.
func (e *macroExpander) name(name string) {
	raw, ok := e.lookup(name)
	if !ok && e.undefined != nil {
		e.undefined(name)
	}
	e.nested(name, raw)
}

func (e *macroExpander) nested(what, text string) {
	if e.depth++; e.depth > maxMacroDepth {
		e.fail("unreasonable macro call nesting: %q", what)
	} else {
		e.text(text)
	}
	e.depth--
}

// braced evaluates what stands between ${ and }.
func (e *macroExpander) braced(body string) {
	s := strings.TrimLeft(body, " \t\r\n")
	var holds bool
	if s[0] == '{' {
		var ok bool
		if holds, s, ok = e.comparison(s); !ok {
			return
		}
		if s == "" {
			if holds {
				e.write("true")
			}
			return
		}
	} else {
		n := 0
		for n < len(s) && isMacroChar(s[n]) {
			n++
		}
		name, after := s[:n], s[n:]
		s = strings.TrimLeft(after, " \t\r\n")
		if s == "" {
			e.name(name)
			return
		}
		if s[0] != '?' && s[0] != ':' {
			e.syntax("attribute name syntax error", name, after)
			return
		}
		// Only the raw value is tested, as mac_expand(3) does it.
		raw, _ := e.lookup(name)
		holds = raw != ""
	}
	e.choose(body, s, holds)
}

// choose evaluates "?{a}:{b}", "?a" or ":b" for a condition.
func (e *macroExpander) choose(body, s string, holds bool) {
	if s[0] != '?' && s[0] != ':' {
		e.syntax(`"?" or ":" expected`, "", s)
		return
	}
	if s[0] == ':' {
		if !holds {
			e.nested(body, payload(s[1:]))
		}
		return
	}
	rest := strings.TrimLeft(s[1:], " \t\r\n")
	if rest == "" || rest[0] != '{' {
		if holds {
			e.nested(body, s[1:])
		}
		return
	}
	end := matchBracket(rest)
	if end < 0 {
		e.fail("truncated macro reference: %q", "${"+body+"}")
		return
	}
	yes, after := strings.TrimSpace(rest[1:end]), strings.TrimLeft(rest[end+1:], " \t\r\n")
	if after != "" && after[0] != ':' {
		e.syntax(`":" expected`, rest[1:end+1], after)
		return
	}
	switch {
	case holds:
		e.nested(body, yes)
	case after != "":
		e.nested(body, payload(after[1:]))
	}
}

// payload returns the text of "{text}", or the text itself.
func payload(s string) string {
	trimmed := strings.TrimSpace(s)
	if trimmed != "" && trimmed[0] == '{' && matchBracket(trimmed) == len(trimmed)-1 {
		return strings.TrimSpace(trimmed[1 : len(trimmed)-1])
	}
	return s
}

// comparison evaluates "{x} op {y}" at the head of s and returns what follows.
func (e *macroExpander) comparison(s string) (holds bool, rest string, ok bool) {
	whole := s
	left, s, ok := e.operand(s)
	if !ok {
		return false, "", false
	}
	read := strings.TrimSpace(strings.TrimSuffix(whole, s))[1:]
	op := comparisonAt(s)
	if op == "" {
		e.syntax(`"==" or "!="" or "<"" or "<="" or ">="" or ">" expected`, read, s)
		return false, "", false
	}
	s = strings.TrimLeft(s[len(op):], " \t\r\n")
	right, s, ok := e.operand(s)
	if !ok {
		if e.err == nil {
			e.syntax(`"{expression}" expected`, op, s)
		}
		return false, "", false
	}
	sign := strings.TrimSuffix(op, "level")
	var order int
	if sign != op {
		order, ok = e.compareLevels(left, right)
	} else {
		order, ok = compareValues(left, right), true
	}
	return orderHolds(sign, order), s, ok
}

// operand evaluates a "{expression}" at the head of s.
func (e *macroExpander) operand(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '{' {
		return "", s, false
	}
	end := matchBracket(s)
	if end < 0 {
		e.fail("truncated macro reference: %q", s)
		return "", "", false
	}
	start := len(e.out)
	e.nested(s, strings.TrimSpace(s[1:end]))
	value = string(e.out[start:])
	e.out = e.out[:start]
	return value, strings.TrimLeft(s[end+1:], " \t\r\n"), e.err == nil
}

// comparisonAt returns the operator that s begins with.
func comparisonAt(s string) string {
	for _, sign := range [...]string{"==", "!=", "<=", ">=", "<", ">"} {
		if after, ok := strings.CutPrefix(s, sign); ok {
			if strings.HasPrefix(after, "level") {
				return sign + "level"
			}
			return sign
		}
	}
	return ""
}

func orderHolds(sign string, order int) bool {
	switch sign {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// compareValues compares two numbers as numbers, all else as text.
func compareValues(a, b string) int {
	if x, err := strconv.ParseUint(a, 10, 63); err == nil {
		if y, err := strconv.ParseUint(b, 10, 63); err == nil {
			return compareInts(x, y)
		}
	}
	return strings.Compare(a, b)
}

func compareInts(x, y uint64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// compareLevels compares compatibility levels: "major.minor.patch", of which
// the later ones may be absent (COMPATIBILITY_README).
func (e *macroExpander) compareLevels(a, b string) (int, bool) {
	x, okx := parseLevel(a)
	y, oky := parseLevel(b)
	for _, bad := range [...]struct {
		ok   bool
		text string
	}{{okx, a}, {oky, b}} {
		if !bad.ok {
			e.fail("malformed compatibility level syntax: %q", bad.text)
			return 0, false
		}
	}
	return compareInts(x, y), true
}

func parseLevel(s string) (level uint64, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return 0, false
	}
	for i := range 3 {
		var n uint64
		if i < len(parts) {
			var err error
			if n, err = strconv.ParseUint(parts[i], 10, 20); err != nil {
				return 0, false
			}
		}
		level = level<<20 | n
	}
	return level, true
}

// syntax reports an error the way mac_expand(3) does, with a mark between what
// it has just read and what it cannot.
func (e *macroExpander) syntax(what, before, after string) {
	e.fail("%s at: \"...%s>>>%s\"", what, before, after[:min(len(after), 20)])
}
