package imap

import "strings"

// tag reads the tag of a command (RFC 3501 §2.2.1): an atom without "+".
func (r *reader) tag() (string, bool) {
	from := r.pos
	for r.pos < len(r.in) && strings.IndexByte(" \r\n", r.in[r.pos]) < 0 {
		r.pos++
	}
	tag := string(r.in[from:r.pos])
	if r.pos < len(r.in) && r.in[r.pos] == ' ' {
		r.pos++
	}
	return tag, tag != "" && !strings.ContainsFunc(tag, notInTag)
}

func notInTag(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune(`(){%*"\+]`, c)
}

// verb reads a command's name.
func (r *reader) verb() (string, bool) {
	from := r.pos
	for r.pos < len(r.in) && strings.IndexByte(" \r\n", r.in[r.pos]) < 0 {
		r.pos++
	}
	name := string(r.in[from:r.pos])
	if r.pos < len(r.in) && r.in[r.pos] == ' ' {
		r.pos++
	}
	return name, name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`(){%*"\]`, c)
	})
}

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// upper puts ASCII letters in capitals and leaves other octets alone.
func upper(s string) string {
	for i := 0; i < len(s); i++ {
		if 'a' <= s[i] && s[i] <= 'z' {
			b := []byte(s)
			for i, c := range b {
				b[i] = upperByte(c)
			}
			return string(b)
		}
	}
	return s
}
