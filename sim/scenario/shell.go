package scenario

import "strings"

// shellCommand is one command of a line that somebody types.
type shellCommand struct {
	args []string
	when byte // runs always (';'), if the one before succeeded ('&') or failed ('|')
}

// shellLine takes a command line apart as sh(1) would: words, quotes,
// variables, and the separators ; && ||. What else a shell can do is not
// modelled; then bad says so.
func shellLine(s string, variable func(name string) string) (list []shellCommand, bad string) {
	cur := shellCommand{when: ';'}
	var w strings.Builder
	inWord := false
	word := func() {
		if inWord {
			cur.args = append(cur.args, w.String())
		}
		w.Reset()
		inWord = false
	}
	next := func(when byte) {
		word()
		if len(cur.args) > 0 {
			list = append(list, cur)
		}
		cur = shellCommand{when: when}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n':
			word()
		case c == '\'' || c == '"':
			text, n, ok := quoted(s[i:], variable)
			if !ok {
				return nil, "Syntax error: Unterminated quoted string"
			}
			w.WriteString(text)
			inWord = true
			i += n - 1
		case c == '\\' && i+1 < len(s):
			i++
			w.WriteByte(s[i])
			inWord = true
		case c == ';':
			next(';')
		case c == '$' && variableName(s[i+1:]) > 0:
			n := variableName(s[i+1:])
			if v := variable(s[i+1 : i+1+n]); v != "" {
				w.WriteString(v)
				inWord = true
			}
			i += n
		case (c == '&' || c == '|') && i+1 < len(s) && s[i+1] == c:
			i++
			next(c)
		case strings.IndexByte("|&<>`()", c) >= 0 || c == '$' && strings.HasPrefix(s[i:], "$("):
			return nil, "the simulated shell knows no " + string(c)
		case c == '#' && !inWord:
			next(';')
			return list, ""
		default:
			w.WriteByte(c)
			inWord = true
		}
	}
	next(';')
	return list, ""
}

// quoted reads a quoted text at the beginning of s and returns how long it is
// with its quotes.
func quoted(s string, variable func(name string) string) (text string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, true
		case s[i] == '\\' && s[0] == '"' && i+1 < len(s) && strings.IndexByte("\"\\$`", s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case s[i] == '$' && s[0] == '"' && variableName(s[i+1:]) > 0:
			n := variableName(s[i+1:])
			b.WriteString(variable(s[i+1 : i+1+n]))
			i += n
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, false
}

// variableName is the length of the name of a variable at the beginning of s.
// As names of mails may, it may have a hyphen in it.
func variableName(s string) int {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return i
		}
	}
	return len(s)
}
