// Package mailaddr holds the addresses of the envelope: the reverse-path of
// MAIL and the forward-path of RCPT (RFC 5321 §4.1.2), as a mail system takes
// them apart and compares them. Header fields have address lists, groups and
// display names of their own (RFC 5322 §3.4); those are not here.
//
// An address has two forms. The external form stands on the wire and in log
// lines; its local part is quoted where RFC 5321 wants it: "john doe"@a.example.
// The internal form is what programs compare and look up: john doe@a.example.
// The last @ ends the local part.
//
// Parse follows Postfix, which reads a path with its parser for RFC 822
// addresses and therefore accepts much that RFC 5321 does not: no angle
// brackets, blanks, comments. Rewrite follows trivial-rewrite(8).
package mailaddr

import "strings"

// Split divides an address in internal form at its last @. Without an @ the
// domain is empty.
func Split(addr string) (local, domain string) {
	if i := strings.LastIndexByte(addr, '@'); i >= 0 {
		return addr[:i], addr[i+1:]
	}
	return addr, ""
}

// Fold returns the form of an address that two spellings share when they name
// the same mailbox for Postfix: lower case, without a dot at the end.
// Deviates from RFC 5321 §2.4: local parts are case sensitive there, but
// Postfix looks all of them up in lower case.
func Fold(addr string) string {
	return strings.TrimSuffix(strings.ToLower(addr), ".")
}

// Extension takes the address extension off a local part (the parameter
// recipient_delimiter): "user+list" gives "user" and "list". The first of the
// delimiters that occurs after the first character counts. Names that
// Postfix never splits (mailer-daemon, double-bounce, and owner-… or
// …-request when the delimiter is a hyphen) come back whole.
func Extension(local, delimiters string) (user, extension string) {
	if delimiters == "" || neverSplit(local, delimiters) {
		return local, ""
	}
	if i := strings.IndexAny(local, delimiters); i > 0 {
		return local[:i], local[i+1:]
	}
	return local, ""
}

func neverSplit(local, delimiters string) bool {
	l := strings.ToLower(local)
	if l == "mailer-daemon" || l == "double-bounce" {
		return true
	}
	// Parameter owner_request_special = yes.
	return strings.Contains(delimiters, "-") && (strings.HasPrefix(l, "owner-") || strings.HasSuffix(l, "-request"))
}

// Quote returns the external form of an address as it stands in MAIL and RCPT
// and in "for <…>" of a Received field: the local part becomes a quoted
// string when it is no dot-string (RFC 5321 §4.1.2). A source route before it
// stays as it is.
func Quote(addr string) string {
	if isUsual(addr) {
		return addr
	}
	if colon := strings.IndexByte(addr, ':'); colon > 0 && addr[0] == '@' {
		return addr[:colon+1] + Quote(addr[colon+1:])
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		at = len(addr)
	}
	if isDotString(addr[:at]) {
		return addr
	}
	var b strings.Builder
	b.Grow(len(addr) + 4)
	b.WriteByte('"')
	for i := range at {
		switch c := addr[i]; c {
		case '"', '\\', '\r', '\n':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	b.WriteString(addr[at:])
	return b.String()
}

// isUsual reports whether an address is a dot-string, an @ and anything without
// another @, as nearly all are.
func isUsual(addr string) bool {
	dot := true // no dot may follow, and no @
	for i := range len(addr) {
		switch c := addr[i]; {
		case c == '@':
			return !dot && strings.IndexByte(addr[i+1:], '@') < 0
		case special[c] || c == '.' && dot:
			return false
		default:
			dot = c == '.'
		}
	}
	return false
}

// isDotString reports whether a local part needs no quotes. 8-bit characters
// pass, as in Postfix.
func isDotString(local string) bool {
	if local == "" || local[0] == '.' || local[len(local)-1] == '.' {
		return false
	}
	for i := range len(local) {
		c := local[i]
		if special[c] || c == '@' {
			return false
		}
		if c == '.' && local[i+1] == '.' {
			return false
		}
	}
	return true
}

// special are the octets that do not stand in an address without quotes,
// operators of which it consists aside: blanks, control characters and most of
// the specials of RFC 5322 §3.2.3.
var special = func() (is [256]bool) {
	for c := range is {
		is[c] = c <= ' ' || c == 127 || strings.IndexByte(`()<>,;:\"[]`, byte(c)) >= 0
	}
	return is
}()

// XText encodes s as xtext (RFC 3461 §4): what is not printable ASCII, "+" and
// "=" become "+" and two hexadecimal digits.
func XText(s string) string {
	const hex = "0123456789ABCDEF"
	clean := true
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '+' || s[i] == '=' {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '+' || c == '=' {
			b.WriteByte('+')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// UnXText decodes xtext. It is as lenient as Postfix: only a "+" without two
// hexadecimal digits is an error.
func UnXText(s string) (string, bool) {
	if strings.IndexByte(s, '+') < 0 {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '+' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
			return "", false
		}
		b.WriteByte(byte(unhex(s[i+1])<<4 | unhex(s[i+2])))
		i += 2
	}
	return b.String(), true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
