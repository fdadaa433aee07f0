package imap

import (
	"strconv"
	"strings"
)

// maxEscapes is the number of backslashes that Dovecot puts into a quoted
// string before it prefers a literal.
const maxEscapes = 4

// appendString appends a string, quoted if it can be, else as a literal
// (RFC 3501 §4.3).
func appendString(b []byte, s string) []byte {
	escapes := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			escapes++
		}
		if s[i] >= 0x80 || s[i] == '\r' || s[i] == '\n' || s[i] == 0 || escapes > maxEscapes {
			return appendLiteral(b, s)
		}
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// appendText appends a text written by people: what is white becomes one blank,
// none at the ends. Dovecot sends it as a literal as soon as anything in it is
// not plain.
func appendText(b []byte, s string) []byte {
	plain := !strings.Contains(s, "  ") && !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ")
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x80 && s[i] != '"' && s[i] != '\\' && s[i] != '\r' && s[i] != '\n' && s[i] != '\t'
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }), " ")
	if s == "" {
		return append(b, `""`...)
	}
	return appendLiteral(b, s)
}

func appendLiteral(b []byte, s string) []byte {
	b = append(b, '{')
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, "}\r\n"...)
	return append(b, s...)
}
