package postfix

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// regexp: and pcre: tables (regexp_table(5), pcre_table(5)) and cidr: tables
// (cidr_table(5)): the first rule that matches decides. Both kinds of regular
// expressions are compiled as RE2, which has no back-references and no
// look-around; a pattern that needs those gets Postfix's warning for an
// invalid one and is skipped.

// patternRule is one line of a pattern table.
type patternRule struct {
	kind  byte // '/' a pattern, 'i' if, 'e' endif
	not   bool
	re    *regexp.Regexp
	net   netip.Prefix
	value string
	end   int // for if: index of the endif
}

// patternTable is a regexp, pcre or cidr table.
type patternTable struct {
	cidr  bool
	rules []patternRule
}

// openPattern opens a pattern table from a file or, as "{{rule} {rule}}", from
// main.cf itself.
func (t *Tables) openPattern(o *openTable, kind, name string) {
	p := &patternTable{cidr: kind == "cidr"}
	o.table = p
	var lines []logicalLine
	if strings.HasPrefix(name, "{") {
		for i, rule := range SplitList(payload(name)) {
			lines = append(lines, logicalLine{text: payload(rule), line: i + 1})
		}
	} else {
		text, ok := t.read(o, name)
		if !ok {
			o.fail(kind+":"+name, "open %s: No such file or directory", name)
			return
		}
		var diags []Diag
		lines, diags = logicalLines(name, text)
		for _, d := range diags {
			o.warn("%s", d.Text)
		}
	}
	var open []int
	for _, l := range lines {
		r, problem := p.parse(strings.TrimSpace(l.text))
		if problem != "" {
			for text := range strings.SplitSeq(problem, "\n") {
				o.warn("%s map %s, line %d: %s", kind, name, l.line, text)
			}
			continue
		}
		if r.kind == '/' && r.re != nil && r.value == "" {
			o.warn("%s map %s, line %d: no replacement text: using empty string", kind, name, l.line)
		}
		switch r.kind {
		case 'i':
			open = append(open, len(p.rules))
		case 'e':
			if len(open) == 0 {
				o.warn("%s map %s, line %d: ignoring ENDIF without matching IF", kind, name, l.line)
				continue
			}
			p.rules[open[len(open)-1]].end = len(p.rules)
			open = open[:len(open)-1]
		}
		p.rules = append(p.rules, r)
	}
	for _, i := range open {
		o.warn("%s map %s, line %d: IF has no matching ENDIF", kind, name, lines[len(lines)-1].line)
		p.rules[i].end = len(p.rules)
	}
}

// parse reads one rule.
func (p *patternTable) parse(s string) (r patternRule, problem string) {
	r.kind = '/'
	if word, rest, _ := strings.Cut(s, " "); strings.EqualFold(word, "if") {
		if r.kind, s = 'i', strings.TrimSpace(rest); s == "" && !p.cidr {
			return r, "no regexp: skipping this rule"
		}
	} else if strings.EqualFold(s, "endif") {
		return patternRule{kind: 'e'}, ""
	}
	for strings.HasPrefix(s, "!") {
		r.not, s = !r.not, strings.TrimSpace(s[1:])
	}
	if p.cidr {
		return p.parseNetwork(r, s)
	}
	return p.parseRegexp(r, s)
}

func (p *patternTable) parseNetwork(r patternRule, s string) (patternRule, string) {
	pattern, value := s, ""
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		pattern, value = s[:i], strings.TrimSpace(s[i:])
	}
	net, problem := ParseNetwork(pattern)
	if problem != "" {
		return r, problem + ": skipping this rule"
	}
	if r.kind == '/' && value == "" {
		return r, "no lookup result: skipping this rule"
	}
	r.net, r.value = net, value
	return r, ""
}

func (p *patternTable) parseRegexp(r patternRule, s string) (patternRule, string) {
	if s == "" || isMacroChar(s[0]) || isBlank(s[0]) {
		return r, "ignoring unrecognized request"
	}
	end := closingDelimiter(s)
	if end < 0 {
		return r, fmt.Sprintf("no closing regexp delimiter \"%c\": skipping this rule", s[0])
	}
	pattern := s[1:end]
	flags, value := s[end+1:], ""
	if i := strings.IndexAny(flags, " \t"); i >= 0 {
		flags, value = flags[:i], strings.TrimSpace(flags[i:])
	}
	fold, multi := true, false
	for _, f := range flags {
		switch f {
		case 'i':
			fold = !fold
		case 'm':
			multi = !multi
		case 'x', 's', 'A', 'E', 'U', 'X':
		default:
			return r, fmt.Sprintf("unknown regexp option \"%c\": skipping this rule", f)
		}
	}
	mode := "s"
	if fold {
		mode += "i"
	}
	if multi {
		mode += "m"
	}
	re, err := regexp.Compile("(?" + mode + ")" + pattern)
	if err != nil {
		return r, posixProblem(err)
	}
	n, wrong := groupsIn(value)
	switch {
	case wrong != "":
		return r, wrong + "\nbad replacement syntax: skipping this rule"
	case n > re.NumSubexp():
		return r, fmt.Sprintf("out of range replacement index \"%d\": skipping this rule", n)
	case n > 0 && r.not:
		return r, "$number found in negative match replacement text: skipping this rule"
	}
	r.re, r.value = re, value
	return r, ""
}

// posixProblems are the words of regcomp(3) for what can be wrong with a pattern.
var posixProblems = map[syntax.ErrorCode]string{
	syntax.ErrMissingParen: `Unmatched ( or \(`, syntax.ErrUnexpectedParen: `Unmatched ) or \)`,
	syntax.ErrMissingBracket: "Unmatched [, [^, [:, [., or [=", syntax.ErrTrailingBackslash: "Trailing backslash",
	syntax.ErrMissingRepeatArgument: "Invalid preceding regular expression", syntax.ErrInvalidRepeatOp: "Invalid preceding regular expression",
	syntax.ErrInvalidCharRange: "Invalid range end", syntax.ErrInvalidRepeatSize: `Invalid content of \{\}`,
}

// posixProblem is why a pattern is none.
func posixProblem(err error) string {
	var e *syntax.Error
	if errors.As(err, &e) && posixProblems[e.Code] != "" {
		return posixProblems[e.Code]
	}
	return "Invalid regular expression"
}

// closingDelimiter finds the delimiter that ends the pattern s begins with; a
// backslash protects it.
func closingDelimiter(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i
		}
	}
	return -1
}

// groupsIn returns the highest $number in a replacement, and what is wrong with
// the first one that cannot be.
func groupsIn(value string) (highest int, wrong string) {
	expandMacros(value, func(name string) (string, bool) {
		n, err := strconv.Atoi(name)
		switch {
		case wrong != "":
		case err != nil:
			wrong = fmt.Sprintf("non-numeric replacement index \"%s\"", name)
		case n < 1:
			wrong = fmt.Sprintf("out-of-range replacement index \"%d\"", n)
		default:
			highest = max(highest, n)
		}
		return "", true
	})
	return highest, wrong
}

// Lookup finds the first rule that matches the whole key.
func (p *patternTable) Lookup(key string) (string, bool, error) {
	var addr netip.Addr
	if p.cidr {
		a, err := netip.ParseAddr(key)
		if err != nil {
			return "", false, nil
		}
		addr = a.Unmap()
	}
	for i := 0; i < len(p.rules); i++ {
		r := &p.rules[i]
		if r.kind == 'e' {
			continue
		}
		var groups []string
		var matched bool
		if p.cidr {
			if r.net.Addr().Is4() != addr.Is4() {
				if r.kind == 'i' {
					i = r.end
				}
				continue // even a negated rule speaks of its own address family only
			}
			matched = r.net.Contains(addr)
		} else {
			groups = r.re.FindStringSubmatch(key)
			matched = groups != nil
		}
		if matched == r.not {
			if r.kind == 'i' {
				i = r.end
			}
			continue
		}
		if r.kind == 'i' {
			continue
		}
		value, err := p.replace(r.value, groups)
		return value, err == nil, err
	}
	return "", false, nil
}

// replace puts the groups of a match into a replacement.
func (p *patternTable) replace(value string, groups []string) (string, error) {
	if p.cidr {
		return value, nil
	}
	return expandMacros(value, func(name string) (string, bool) {
		n, err := strconv.Atoi(name)
		if err != nil || n < 0 || n >= len(groups) {
			return "", false
		}
		return strings.ReplaceAll(groups[n], "$", "$$"), true
	})
}
