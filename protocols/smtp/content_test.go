package smtp

import (
	"strings"
	"testing"
)

// TestContent: what the backend gets of a message, for each way to treat bare
// LFs. "refused" means 550.
func TestContent(t *testing.T) {
	for _, c := range []struct{ in, allow, normalize, reject string }{
		{"Subject: x\r\n\r\nhello\r\n.\r\n", "Subject: x\n\nhello\n", "Subject: x\n\nhello\n", "Subject: x\n\nhello\n"},
		{".\r\n", "", "", ""},
		{"..\r\n...\r\n.x\r\n .\r\n.  \r\n.\r\n", ".\n..\nx\n .\n  \n", ".\n..\nx\n .\n  \n", ".\n..\nx\n .\n  \n"},
		{"a\n.\n.\r\n\r\n.\r\n", "a\n", "a\n\n", "refused"},
		{"a\n.\nMAIL FROM:<b>\r\n.\r\n", "a\n", "a\nMAIL FROM:<b>\n", "refused"},
		{"a\r\n.\nb\r\n.\r\n", "a\n", "a\nb\n", "refused"},
		{"a\n.\r\nb\r\n.\r\n", "a\n", "a\nb\n", "refused"},
		{"a\rb\r\r\n\x00\r\n.\r\n", "a\rb\n\x00\n", "a\rb\r\n\x00\n", "a\rb\r\n\x00\n"},
		{" indented\r\n.\r\n", "\n indented\n", "\n indented\n", "\n indented\n"},
		{"From a@b Mon\r\n>From c\r\nTo: x\r\nFrom \r\n.\r\n", "X-Mailbox-Line: From a@b Mon\nX-Mailbox-Line: >From c\nTo: x\nFrom \n", "X-Mailbox-Line: From a@b Mon\nX-Mailbox-Line: >From c\nTo: x\nFrom \n", "X-Mailbox-Line: From a@b Mon\nX-Mailbox-Line: >From c\nTo: x\nFrom \n"},
	} {
		for mode, want := range map[BareLF]string{BareLFAllow: c.allow, BareLFNormalize: c.normalize, BareLFReject: c.reject} {
			for name, feed := range feeders {
				if got := receive(mode, feed, "DATA\r\n", c.in); got != want {
					t.Errorf("%q, mode %d, %s: got %q, want %q", c.in, mode, name, got, want)
				}
			}
		}
	}
}

// receive gives a session a message and returns what was stored.
func receive(mode BareLF, feed feeder, command, in string) string {
	m := &Memory{}
	cfg := Default("mail.example")
	cfg.BareLF = mode
	s := NewSession(cfg, m)
	s.Open()
	for line := range strings.SplitAfterSeq("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ivan@alabala.com>\r\n"+command, "\n") {
		s.Feed([]byte(line), false)
	}
	out := feed(s, in)
	if strings.HasPrefix(out, "550 5.5.2") {
		return "refused"
	}
	if len(m.Stored) == 0 {
		return "nothing stored: " + out
	}
	return string(m.Stored[0].Content)
}

// TestLongLines: no line is too long for a message; what is stored is what was
// sent.
func TestLongLines(t *testing.T) {
	for _, n := range []int{2045, 2046, 2047, 2048, 2049, 4095, 4096, 4097, 10000} {
		line := strings.Repeat("x", n)
		want := "a\n" + line + "\n." + line + "\n"
		in := "a\r\n" + line + "\r\n.." + line + "\r\n"
		for name, feed := range feeders {
			if got := receive(BareLFAllow, feed, "DATA\r\n", in+".\r\n"); got != want {
				t.Errorf("DATA, %d, %s: got %d bytes, want %d", n, name, len(got), len(want))
			}
			chunk := strings.Replace(in, "..", ".", 1)
			if got := receive(BareLFAllow, feed, "BDAT "+itoa(int64(len(chunk)))+" LAST\r\n", chunk); got != want {
				t.Errorf("BDAT, %d, %s: got %d bytes, want %d", n, name, len(got), len(want))
			}
		}
	}
}

// TestChunks: lines may go over from one chunk to the next, also between CR
// and LF, and the last line need not have an end.
func TestChunks(t *testing.T) {
	for _, c := range []struct {
		chunks []string
		want   string
	}{
		{[]string{"a: b\r\n"}, "a: b\n"},
		{[]string{"a: b\r", "\n\r\n.\r\nQUIT\r\n"}, "a: b\n\n.\nQUIT\n"},
		{[]string{"a", ": ", "b"}, "a: b\n"},
		{[]string{"a: b\r\n", ""}, "a: b\n"},
		{[]string{" From x\r\n"}, " From x\n"},
		{[]string{""}, ""},
	} {
		m := &Memory{}
		s := NewSession(Default("mail.example"), m)
		s.Open()
		in := "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ivan@alabala.com>\r\n"
		for i, chunk := range c.chunks {
			in += "BDAT " + itoa(int64(len(chunk)))
			if i == len(c.chunks)-1 {
				in += " LAST"
			}
			in += "\r\n" + chunk
		}
		out := string(s.Feed([]byte(in+"NOOP\r\n"), false))
		if len(m.Stored) != 1 || string(m.Stored[0].Content) != c.want || !strings.HasSuffix(out, "250 2.0.0 Ok\r\n") {
			t.Errorf("%q: got %v and %q, want %q", c.chunks, m.Stored, out, c.want)
		}
	}
}
