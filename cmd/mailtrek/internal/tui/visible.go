package tui

import (
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789ABCDEF"

// visible is the mark that stands for a character which must not reach a
// terminal: "" for one that may. n is 1 for an octet that is no UTF-8.
//
// C0 controls have pictures of their own in Unicode; the others are written as
// numbers. Regional indicators, which terminals join to flags of differing
// width, become the letters that they stand for.
func visible(r rune, n int, text string) string {
	switch {
	case r == utf8.RuneError && n <= 1:
		if len(text) == 0 {
			return ""
		}
		return "<" + hexByte(text[0]) + ">"
	case r == '\t':
		return "→"
	case r < 0x20:
		return string('␀' + r)
	case r == 0x7f:
		return "␡"
	case r >= 0x80 && r < 0xa0:
		return "<" + hexByte(byte(r)) + ">"
	case r == 0xad || r == 0xa0:
		return " "
	case bidi(r):
		return "<U+" + hexByte(byte(r>>8)) + hexByte(byte(r)) + ">"
	case r >= 0x1F1E6 && r <= 0x1F1FF:
		return string('A' + r - 0x1F1E6)
	case r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r):
		return "�"
	}
	return ""
}

// bidi tells whether a character changes the direction of what follows it
// (Unicode Standard Annex 9).
func bidi(r rune) bool {
	return r == 0x61C || r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func hexByte(b byte) string { return string([]byte{hexDigits[b>>4], hexDigits[b&15]}) }
