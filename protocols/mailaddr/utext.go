package mailaddr

import (
	"strings"
	"unicode/utf8"
)

// UnUText decodes utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533 §3):
// \x{NNNN} stands for the character with that number, in capital
// hexadecimal digits without leading zeros.
func UnUText(s string) (string, bool) {
	var b strings.Builder
	for s != "" {
		if s[0] != '\\' {
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 || s[0] <= ' ' || s[0] == 127 || s[0] == '+' || s[0] == '=' {
				return "", false
			}
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		end := strings.IndexByte(s, '}')
		if !strings.HasPrefix(s, `\x{`) || end < 5 || end > 9 {
			return "", false
		}
		r := rune(0)
		for _, c := range []byte(s[3:end]) {
			if unhex(c) < 0 || c >= 'a' {
				return "", false
			}
			r = r<<4 | rune(unhex(c))
		}
		if s[3] == '0' || !utf8.ValidRune(r) {
			return "", false
		}
		b.WriteRune(r)
		s = s[end+1:]
	}
	return b.String(), true
}

// UText encodes an address as utf-8-addr-unitext (RFC 6533 §3), for a server
// that offers SMTPUTF8: what xtext would code becomes \x{NN}.
func UText(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < utf8.RuneSelf && (c <= ' ' || c == 127 || c == '+' || c == '=' || c == '\\') {
			b.WriteString(`\x{`)
			if c >= 16 {
				b.WriteByte(hex[c>>4])
			}
			b.WriteByte(hex[c&15])
			b.WriteByte('}')
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
