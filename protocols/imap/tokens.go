package imap

import "strings"

// tokens reads a structured field (RFC 5322 §3.2, RFC 2045 §5.1) as Dovecot's
// rfc822-parser does: each step says whether the field goes on behind it.
type tokens struct {
	s       string
	pos     int
	comment string // the last one skipped
}

// progress is how far a step has come.
type progress int8

const (
	broken  progress = iota - 1 // what should stand here does not
	ended                       // the field ends here
	follows                     // something follows
)

// isAtext tells whether c may stand in an atom (RFC 5322 §3.2.3). Octets beyond
// ASCII may.
func isAtext(c byte) bool {
	return c > ' ' && c != 0x7f && strings.IndexByte(`"(),.:;<>@[\]`, c) < 0
}

// isToken tells whether c may stand in a token of MIME (RFC 2045 §5.1).
func isToken(c byte) bool { return c == '.' || isAtext(c) && c != '/' && c != '?' && c != '=' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// at tells whether c comes next.
func (t *tokens) at(c byte) bool { return t.pos < len(t.s) && t.s[t.pos] == c }

// left tells whether anything is left.
func (t *tokens) left() progress {
	if t.pos < len(t.s) {
		return follows
	}
	return ended
}

// skip skips white space and comments.
func (t *tokens) skip() progress {
	for t.pos < len(t.s) {
		switch {
		case isBlank(t.s[t.pos]):
			t.pos++
		case t.s[t.pos] == '(':
			if t.skipComment() == broken {
				return broken
			}
		default:
			return follows
		}
	}
	return ended
}

// skipComment skips a comment, in which others may stand.
func (t *tokens) skipComment() progress {
	t.comment = ""
	from, depth := t.pos+1, 1
	for t.pos++; t.pos < len(t.s); t.pos++ {
		switch t.s[t.pos] {
		case '\\':
			t.pos++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				t.comment = unquoted(t.s[from:t.pos])
				t.pos++
				return t.left()
			}
		}
	}
	t.pos = len(t.s)
	return broken
}

// unquoted takes line ends and the backslashes of pairs out of a text.
func unquoted(s string) string {
	if !strings.ContainsAny(s, "\\\r\n") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n' || c == '\r' && i+1 < len(s) && s[i+1] == '\n':
		case c == '\\' && i+1 < len(s) && s[i+1] != '\r' && s[i+1] != '\n':
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// take reads octets of a kind and what may be skipped behind them.
func (t *tokens) take(fits func(byte) bool) (string, progress) {
	from := t.pos
	for t.pos < len(t.s) && fits(t.s[t.pos]) {
		t.pos++
	}
	return t.s[from:t.pos], t.skip()
}

// token reads a token of MIME, which may be empty.
func (t *tokens) token() (string, progress) { return t.take(isToken) }

// atom reads an atom.
func (t *tokens) atom() (string, progress) {
	if t.pos >= len(t.s) || !isAtext(t.s[t.pos]) {
		return "", broken
	}
	return t.take(isAtext)
}

// dotAtom reads atoms with dots between them; as in RFC 822 there may be blanks
// around the dots.
func (t *tokens) dotAtom() (string, progress) {
	text, p := t.atom()
	for p == follows && t.at('.') {
		t.pos++
		text += "."
		if t.skip() != follows {
			return "", broken
		}
		var next string
		if next, p = t.atom(); p == broken && next == "" {
			return "", broken
		}
		text += next
	}
	return text, p
}

// quoted reads a quoted string.
func (t *tokens) quoted() (string, progress) {
	from := t.pos + 1
	for t.pos++; t.pos < len(t.s); t.pos++ {
		switch t.s[t.pos] {
		case '\\':
			t.pos++
		case '"':
			text := unquoted(t.s[from:t.pos])
			t.pos++
			return text, t.skip()
		}
	}
	t.pos = len(t.s)
	return "", broken
}

// phrase reads words, quoted or not, with one blank between them.
func (t *tokens) phrase() (string, progress) {
	if t.pos >= len(t.s) {
		return "", ended
	}
	if t.at('.') {
		return "", broken
	}
	text := ""
	for {
		var word string
		var p progress
		if t.at('"') {
			word, p = t.quoted()
		} else {
			word, p = t.take(func(c byte) bool { return c == '.' || isAtext(c) })
		}
		if text += word; p != follows {
			return text, p
		}
		if c := t.s[t.pos]; c != '"' && c != '.' && !isAtext(c) {
			return text, t.skip()
		}
		text += " "
	}
}

// domain reads "@" and a domain or an address in brackets.
func (t *tokens) domain() (string, progress) {
	t.pos++
	if t.skip() != follows {
		return "", broken
	}
	if !t.at('[') {
		return t.dotAtom()
	}
	from := t.pos
	for t.pos++; t.pos < len(t.s); t.pos++ {
		switch t.s[t.pos] {
		case '[':
			return "", broken
		case '\\':
			t.pos++
		case ']':
			t.pos++
			return strings.NewReplacer("\r\n", "", "\n", "").Replace(t.s[from:t.pos]), t.skip()
		}
	}
	t.pos = len(t.s)
	return "", broken
}
