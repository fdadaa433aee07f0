package mailaddr

import (
	"fmt"
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

// UText encodes an address as utf-8-addr-xtext (RFC 6533 §3), which every server
// that offers DSN takes: what xtext would code, and all that is not ASCII,
// becomes \x{NN}.
func UText(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c <= ' ' || c >= 127 || c == '+' || c == '=' || c == '\\' {
			fmt.Fprintf(&b, `\x{%X}`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}
