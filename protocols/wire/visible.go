package wire

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s as it may be shown on a terminal: every character that
// could steer one is replaced by a mark that can be seen. Control characters
// become their pictures (ESC is ␛, DEL is ␡), octets that are no UTF-8 and
// C1 controls <0x9B>, other characters without a glyph, such as those that turn
// the direction of writing, <U+202E>. TAB is left to the caller, who knows the
// columns. Applied to its own result it changes nothing.
func Visible(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return !shown(r) || r == utf8.RuneError })
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			hexMark(&b, "0x", uint64(s[i]), 2)
		case shown(r):
			b.WriteString(s[i : i+n])
		case r < ' ':
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case r < 0xa0:
			hexMark(&b, "0x", uint64(r), 2)
		default:
			hexMark(&b, "U+", uint64(r), 4)
		}
		i += n
	}
	return b.String()
}

// shown tells whether a character is shown as itself. The joiners belong to
// emoji and to several scripts; the object replacement character and those of
// private use have no meaning that all share, but do no harm.
func shown(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == '\t' || r == nonJoiner || r == joiner
}

// hexMark appends <0x9B> or <U+202E>.
func hexMark(b *strings.Builder, prefix string, n uint64, digits int) {
	hex := strings.ToUpper(strconv.FormatUint(n, 16))
	b.WriteString("<" + prefix)
	for i := len(hex); i < digits; i++ {
		b.WriteByte('0')
	}
	b.WriteString(hex + ">")
}
