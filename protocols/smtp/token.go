package smtp

import (
	"bytes"
	"slices"
)

// word is one word of a command line, a piece of the line itself.
type word struct {
	text []byte
	open bool // a quote or an angle bracket is not closed
}

// usualWords is how many words most command lines have at most.
const usualWords = 4

// appendWords cuts a command line into words as Postfix does it: at blanks
// outside of "…" and <…>, and after "TO:" and "FROM:". Quotes and backslashes
// stay: the address parser needs them.
func appendWords(words []word, line []byte) []word {
	for {
		var w word
		if w, line = cutWord(line); len(w.text) == 0 {
			return words
		}
		words = append(words, w)
	}
}

// cutWord cuts the first word off a line. It is empty when there is none.
func cutWord(line []byte) (w word, rest []byte) {
	i := 0
	for i < len(line) && isSpace(line[i]) {
		i++
	}
	n, open := wordLen(line[i:])
	return word{line[i : i+n], open}, line[i+n:]
}

// marks are the octets that mean something in a line: blanks, quotes, brackets,
// colons and backslashes.
var marks = func() (t [256]bool) {
	for _, c := range []byte("\t\n\v\f\r \"<>:\\") {
		t[c] = true
	}
	return t
}()

// wordLen is the length of the word at the start of s.
func wordLen(s []byte) (n int, open bool) {
	for {
		for n < len(s) && !marks[s[n]] {
			n++
		}
		if n >= len(s) {
			return n, open
		}
		switch c := s[n]; {
		case isSpace(c):
			return n, open
		case c == '<' || c == '"':
			m, ok := quotedLen(s[n:])
			n += m
			open = open || !ok
		case c == ':':
			n++
			if equalFold(s[:n], "TO:") || equalFold(s[:n], "FROM:") {
				return n, open
			}
		case c == '\\' && n+1 < len(s):
			n += 2
		default:
			n++
		}
	}
}

// maxNesting bounds the depth of brackets in brackets.
const maxNesting = 100

// quotedLen is the length of the "…" or <…> at the start of s. Inside of <…>
// there may be quotes and further brackets.
func quotedLen(s []byte) (n int, closed bool) {
	var stack [maxNesting]byte
	depth := 0
	want := s[0]
	if want == '<' {
		want = '>'
	}
	for n = 1; n < len(s); n++ {
		c := s[n]
		if !marks[c] {
			continue
		}
		switch {
		case c == '\\':
			n++
		case c == want:
			if depth == 0 {
				return n + 1, true
			}
			depth--
			want = stack[depth]
		case (c == '"' || c == '<' && want == '>') && depth < maxNesting:
			stack[depth] = want
			depth++
			want = c
			if c == '<' {
				want = '>'
			}
		}
	}
	return len(s), false
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// equalFold compares with an ASCII word in capitals.
func equalFold(b []byte, upper string) bool {
	if len(b) != len(upper) {
		return false
	}
	upper = upper[:len(b)]
	for i, c := range b {
		if c != upper[i] && (c-('a'-'A') != upper[i] || c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// cutFold takes a prefix in capitals, such as "SIZE=", off b.
func cutFold(b []byte, upper string) ([]byte, bool) {
	if len(b) < len(upper) || !equalFold(b[:len(upper)], upper) {
		return nil, false
	}
	return b[len(upper):], true
}

// joined returns what stands between the first and the last of some words, as
// one text with single blanks.
func joined(words []word) []byte {
	if len(words) == 1 {
		return words[0].text
	}
	parts := make([][]byte, len(words))
	for i, w := range words {
		parts[i] = w.text
	}
	return bytes.Join(parts, []byte{' '})
}

// parseCount reads a decimal number. ok means digits only; a number beyond
// int64 gives -1.
func parseCount(b []byte) (n int64, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n >= 0 {
			if n > (1<<63-1-int64(c-'0'))/10 {
				n = -1
			} else {
				n = n*10 + int64(c-'0')
			}
		}
	}
	return n, true
}

// printable replaces what is not printable by "?", as Postfix's logs do.
// UTF-8 passes.
func printable(b []byte) string {
	if !slices.ContainsFunc(b, func(c byte) bool { return c < ' ' || c >= 127 }) {
		return string(b)
	}
	clean := bytes.ToValidUTF8(b, []byte{'?'})
	out := make([]byte, len(clean))
	for i, c := range clean {
		if c < ' ' || c == 127 {
			c = '?'
		}
		out[i] = c
	}
	return string(out)
}

// escaped writes bytes as Postfix's escape() does: C escapes for what is not
// printable ASCII.
func escaped(b []byte) string {
	var out []byte
	for _, c := range b {
		if i := bytes.IndexByte([]byte("\a\b\f\n\r\t\v"), c); i >= 0 {
			out = append(out, '\\', "abfnrtv"[i])
		} else if c == '\\' {
			out = append(out, '\\', '\\')
		} else if c < ' ' || c > '~' {
			out = append(out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}
