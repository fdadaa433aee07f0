package mailaddr

import (
	"strings"
	"unicode/utf8"
)

// UnUText decodes utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533 §3):
// \x{NNNN} stands for the character with that number. It is as lenient as
// Postfix: only a \x{ that does not lead to a character is an error.
func UnUText(s string) (string, bool) {
	var b strings.Builder
	for s != "" {
		before, after, found := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !found {
			break
		}
		digits, rest, closed := strings.Cut(after, "}")
		r := rune(0)
		for i := range len(digits) {
			if r = r<<4 | rune(unhex(digits[i])); unhex(digits[i]) < 0 || r > utf8.MaxRune {
				return "", false
			}
		}
		if !closed {
			return "", false
		}
		b.WriteRune(r)
		s = rest
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
