package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// trim takes a pattern from the end (%) or the head (#) of a value: the shortest
// that matches, or with the sign doubled the longest.
func trim(v, pat string, op syntax.ParExpOperator) string {
	re := compiled(pat)
	if re == nil {
		return v
	}
	long := op == syntax.RemLargePrefix || op == syntax.RemLargeSuffix
	suffix := op == syntax.RemSmallSuffix || op == syntax.RemLargeSuffix
	for i := range len(v) + 1 {
		n := i
		if long {
			n = len(v) - i
		}
		if suffix && re.MatchString(v[len(v)-n:]) {
			return v[:len(v)-n]
		}
		if !suffix && re.MatchString(v[:n]) {
			return v[n:]
		}
	}
	return v
}

// compiled is a pattern as an expression for whole texts, nil when it is none.
func compiled(pat string) *regexp.Regexp {
	expr, err := pattern.Regexp(pat, pattern.EntireString)
	if err != nil {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	return re
}

// matches tells whether a text is what a pattern means.
func matches(pat, text string) bool {
	re := compiled(pat)
	return re != nil && re.MatchString(text)
}

// names are the files that a pattern names, or the argument itself.
func (s *Shell) names(f *field) []string {
	text, pat := f.text.String(), f.pattern.String()
	if !pattern.HasMeta(pat, 0) {
		return []string{text}
	}
	found := []string{""}
	if strings.HasPrefix(pat, "/") {
		found = []string{"/"}
	}
	for _, part := range strings.Split(strings.Trim(pat, "/"), "/") {
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
	if !pattern.HasMeta(part, 0) {
		name := strings.ReplaceAll(part, `\`, "")
		if _, err := s.Files.Stat(s.Path(prefix + name)); err == nil {
			found = append(found, prefix+name)
		}
		return found
	}
	re := compiled(part)
	if re == nil {
		return nil
	}
	list, _ := s.Files.ReadDir(s.Path(prefix))
	for _, i := range list {
		if re.MatchString(i.Name) && (i.Name[0] != '.' || part[0] == '.') {
			found = append(found, prefix+i.Name)
		}
	}
	return found
}
