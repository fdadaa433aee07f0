package shell

import "strings"

// word takes a word as it is written.
func (p *parser) word() string {
	start := p.pos
	for p.pos < len(p.text) && p.bad == "" {
		c := p.text[p.pos]
		if strings.IndexByte(" \t\n|&;<>()", c) >= 0 {
			break
		}
		p.pos += p.unit(p.text[p.pos:])
	}
	w := p.text[start:p.pos]
	p.line += strings.Count(w, "\n")
	return w
}

// unit is the length of what a word goes on with: a character, or something
// quoted or bracketed.
func (p *parser) unit(s string) int {
	switch {
	case s[0] == '\\' && len(s) > 1:
		return 2
	case s[0] == '\'' || s[0] == '"' || s[0] == '`':
		for i := 1; i < len(s); {
			switch {
			case s[i] == s[0]:
				return i + 1
			case s[0] == '\'':
				i++
			case s[0] == '"' && (s[i] == '$' || s[i] == '`'), s[i] == '\\':
				i += p.unit(s[i:])
			default:
				i++
			}
		}
		p.fail("Syntax error: Unterminated quoted string")
		return len(s)
	case strings.HasPrefix(s, "$("), strings.HasPrefix(s, "${"):
		closing := map[byte]byte{'(': ')', '{': '}'}[s[1]]
		depth := 1
		for i := 2; i < len(s); {
			switch s[i] {
			case closing:
				if depth--; depth == 0 {
					return i + 1
				}
				i++
			case s[1]:
				depth++
				i++
			default:
				i += p.unit(s[i:])
			}
		}
		p.fail("Syntax error: end of file unexpected (expecting %q)", string(closing))
		return len(s)
	}
	return 1
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
