package tui

import (
	"mailtrek/protocols/wire"
)

// visible is the mark that stands for a character which must not reach a
// terminal, "" for one that may. n is 1 for an octet that is no UTF-8.
//
// wire.Visible knows what is dangerous. Besides, a TAB becomes blanks, and the
// regional indicators, which terminals join to flags of differing width, the
// letters that they stand for.
func visible(r rune, n int, text string) string {
	switch {
	case r == '\t':
		return "    "
	case r == 0xa0 || r == 0xad:
		return " "
	case r >= 0x1F1E6 && r <= 0x1F1FF:
		return string('A' + r - 0x1F1E6)
	}
	if v := wire.Visible(text[:n]); v != text[:n] {
		return v
	}
	return ""
}
