package wire

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"Здравей, Иване 👋", "Здравей, Иване 👋"},
		{"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"a\tb", "a\tb"},
		{"a\x1b[31mred", "a␛[31mred"},
		{"\x00\r\n\x7f", "␀␍␊␡"},
		{"\u009b31m", "<0x9B>31m"},
		{"\x9b31m\xff", "<0x9B>31m<0xFF>"},
		{"abc\u202ecba", "abc<U+202E>cba"},
		{"\u2066x\u2069\u200b\ufeff", "<U+2066>x<U+2069><U+200B><U+FEFF>"},
		{"\ufffd", "\ufffd"},
		{"\U000e0041", "<U+E0041>"},
		{"half \xe2\x82", "half <0xE2><0x82>"},
	} {
		if got := Visible(c.in); got != c.want {
			t.Errorf("Visible(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("a\x1b]0;title\x07\u202e\x80")
	f.Fuzz(func(t *testing.T, s string) {
		v := Visible(s)
		if !utf8.ValidString(v) {
			t.Errorf("%q is no UTF-8", v)
		}
		if i := strings.IndexFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || 0x7f <= r && r < 0xa0 }); i >= 0 {
			t.Errorf("%q holds a control character at %d", v, i)
		}
		if Visible(v) != v {
			t.Errorf("Visible(%q) is not stable: %q", v, Visible(v))
		}
	})
}
