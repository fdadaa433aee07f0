package wire

import "testing"

func TestAppendDots(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"", ""},
		{"a\n", "a\r\n"},
		{"a\r\nb", "a\r\nb\r\n"},
		{".\n..a\n b.\n", "..\r\n...a\r\n b.\r\n"},
		{"\n\n", "\r\n\r\n"},
		{"a\rb\n", "a\rb\r\n"},
	} {
		if got := string(AppendDots(nil, []byte(c.content))); got != c.want {
			t.Errorf("AppendDots(%q) = %q, want %q", c.content, got, c.want)
		}
	}
}

func TestAppendVisible(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain\ttext", "plain\ttext"},
		{"Здравей", "Здравей"},
		{"\x1b[31m\r\n\x00\x7f", "<0x1B>[31m<0x0D><0x0A><0x00><0x7F>"},
		{"\xff\xc2", "<0xFF><0xC2>"},
		{"\u0085\u202e", "<0xC2><0x85><0xE2><0x80><0xAE>"},
	} {
		if got := string(AppendVisible(nil, []byte(c.in))); got != c.want {
			t.Errorf("AppendVisible(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCutLine(t *testing.T) {
	for _, c := range []struct {
		in, line string
		crlf     bool
		n        int
	}{
		{"NOOP\r\nQUIT", "NOOP", true, 6},
		{"NOOP\nQUIT", "NOOP", false, 5},
		{"NOOP\r", "", false, 0},
		{"\n", "", false, 1},
		{"\r\r\n", "\r", true, 3},
	} {
		line, crlf, n := CutLine([]byte(c.in))
		if string(line) != c.line || crlf != c.crlf || n != c.n {
			t.Errorf("CutLine(%q) = %q, %v, %d; want %q, %v, %d", c.in, line, crlf, n, c.line, c.crlf, c.n)
		}
	}
}
