package postfix

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"mailtrek/protocols/message"
)

// postfixDate is a date as mail_date(3) writes it, e.g. in Received and Date:
// "Sat, 21 Nov 2026 23:57:40 +0000 (UTC)".
func postfixDate(t time.Time) string { return message.FormatDate(t) }

// plainASCII tells whether a text consists of printable ASCII. It looks at eight
// octets at a time, of which each must have its top bit clear, also when 1 is
// added, which DEL does not survive, and when 0x20 is taken away, which no
// control character does.
func plainASCII(b []byte) bool {
	const each = 0x0101010101010101
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		if (x|(x+each)|(x-0x20*each))&(0x80*each) != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

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
