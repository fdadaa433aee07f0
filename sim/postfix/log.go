package postfix

import (
	"time"
	"unicode/utf8"

	"mailtrek/protocols/message"
)

// postfixDate is a date as mail_date(3) writes it, e.g. in Received and Date:
// "Sat, 21 Nov 2026 23:57:40 +0000 (UTC)".
func postfixDate(t time.Time) string { return message.FormatDate(t) }

// printable replaces control characters, and bytes that are no UTF-8, as
// printable(3) does before Postfix shows what others have said.
func printable(s string, by byte) string {
	bad := func(r rune, size int) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError && size == 1 }
	clean := true
	for i := 0; i < len(s) && clean; {
		r, size := utf8.DecodeRuneInString(s[i:])
		clean = !bad(r, size)
		i += size
	}
	if clean {
		return s
	}
	b := []byte(s)
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if bad(r, size) {
			b[i] = by
		}
		i += size
	}
	return string(b)
}
