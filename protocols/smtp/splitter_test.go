package smtp

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// said is a piece of a conversation.
type said struct {
	side wire.Side
	text string
}

// conversation plays a dialogue against our session and returns both sides'
// bytes in the order in which they were sent.
func conversation(t *testing.T, d dialogue) []said {
	s, _ := d.setup(t)
	all := []said{{wire.Server, string(s.Open())}}
	pending, together := "", false
	flush := func() {
		if pending != "" {
			all = append(all, said{wire.Client, pending}, said{wire.Server, string(s.Feed([]byte(pending), false))})
			pending = ""
		}
	}
	for _, st := range d.steps {
		switch {
		case st.kind == 'C' && st.text != "<close>":
			pending += unshow(st.text)
			if !together {
				flush()
			}
			continue
		case st.kind == '#' && strings.HasPrefix(st.text, "pipelined"):
			together = true
		case st.kind == '#' && strings.HasPrefix(st.text, "tls"):
			s.Secured(wire.TLSFacts{})
		case st.kind == 'S':
			together = false
		}
		flush()
	}
	flush()
	return all
}

// units splits a conversation, each side's bytes in pieces of at most size,
// and joins pieces of one content.
func units(all []said, size int) (text []string, left int) {
	sp := NewSplitter()
	var bytes [2]string
	for _, x := range all {
		bytes[x.side] += x.text
		for p := x.text; p != ""; {
			n := min(size, len(p))
			for _, u := range sp.Split(nil, x.side, []byte(p[:n])) {
				piece := bytes[x.side][:u.N]
				bytes[x.side] = bytes[x.side][u.N:]
				head := fmt.Sprintf("%v %s %s %d ", x.side, []string{"line", "content", "auth", "raw"}[u.Kind], u.Verb, u.Code)
				if n := len(text); n > 0 && u.Kind == wire.Content && strings.HasPrefix(text[n-1], head) && strings.HasSuffix(text[n-1], "…") {
					text[n-1] = strings.TrimSuffix(text[n-1], "…") + piece
				} else {
					text = append(text, head+piece)
				}
				if u.Kind == wire.Content && u.More {
					text[len(text)-1] += "…"
				}
			}
			p = p[n:]
		}
	}
	return text, sp.Rest(wire.Client) + sp.Rest(wire.Server)
}

// TestSplitter: in every recorded dialogue every byte belongs to a unit,
// however the bytes come, and no unit of a server is raw.
func TestSplitter(t *testing.T) {
	paths, _ := filepath.Glob("testdata/dialogues/*.dialogue")
	for _, path := range paths {
		all := conversation(t, readDialogue(t, path))
		want, left := units(all, 1<<20)
		if left > 20 {
			t.Errorf("%s: %d bytes are left", path, left)
		}
		for _, u := range want {
			if strings.HasPrefix(u, "S raw") {
				t.Errorf("%s: a reply that is none: %s", path, u)
			}
		}
		for _, size := range []int{1, 7} {
			if got, _ := units(all, size); strings.Join(got, "\x00") != strings.Join(want, "\x00") {
				t.Errorf("%s: pieces of %d give other units:\n%q\nwant\n%q", path, size, got, want)
			}
		}
	}
}

// TestSplitterKinds names the units of some conversations one by one.
func TestSplitterKinds(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []said
		want []string
	}{
		{"DATA", []said{
			{wire.Server, "220 x\r\n"}, {wire.Client, "MAIL FROM:<>\r\nRCPT TO:<a>\r\nDATA\r\n"},
			{wire.Server, "250 ok\r\n250 ok\r\n354 go\r\n"}, {wire.Client, "a\r\n..\r\n.\r\nQUIT\r\n"}, {wire.Server, "250 ok\r\n221 bye\r\n"},
		}, []string{
			"S line  220 220 x\r\n", "C line MAIL 0 MAIL FROM:<>\r\n", "C line RCPT 0 RCPT TO:<a>\r\n", "C line DATA 0 DATA\r\n",
			"S line MAIL 250 250 ok\r\n", "S line RCPT 250 250 ok\r\n", "S line DATA 354 354 go\r\n", "C content DATA 0 a\r\n..\r\n.\r\n",
			"C line QUIT 0 QUIT\r\n", "S line DATA 250 250 ok\r\n", "S line QUIT 221 221 bye\r\n",
		}},
		{"AUTH", []said{
			{wire.Server, "220 x\r\n"}, {wire.Client, "auth login\r\n"}, {wire.Server, "334 VXNl\r\n"}, {wire.Client, "QUIT\r\n"}, {wire.Server, "535 no\r\n"},
			{wire.Client, "quit\r\n"}, {wire.Server, "221 bye\r\n"},
		}, []string{
			"S line  220 220 x\r\n", "C line AUTH 0 auth login\r\n", "S auth AUTH 334 334 VXNl\r\n", "C auth AUTH 0 QUIT\r\n", "S line AUTH 535 535 no\r\n",
			"C line QUIT 0 quit\r\n", "S line QUIT 221 221 bye\r\n",
		}},
		{"BDAT", []said{
			{wire.Server, "220 x\r\n"}, {wire.Client, "BDAT 7\r\nQUIT\r\n\nBDAT 0 LAST\r\n"}, {wire.Server, "250 ok\r\n250 ok\r\n"},
		}, []string{
			"S line  220 220 x\r\n", "C line BDAT 0 BDAT 7\r\n", "C content BDAT 0 QUIT\r\n\n", "C line BDAT 0 BDAT 0 LAST\r\n", "S line BDAT 250 250 ok\r\n", "S line BDAT 250 250 ok\r\n",
		}},
		{"LMTP", []said{
			{wire.Server, "220 x\r\n"}, {wire.Client, "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nRCPT TO:<b>\r\nRCPT TO:<c>\r\nDATA\r\n"},
			{wire.Server, "250 x\r\n250 ok\r\n250 a\r\n550 b\r\n250 c\r\n354 go\r\n"}, {wire.Client, ".\r\nQUIT\r\n"}, {wire.Server, "250 a\r\n250-c\r\n250 c\r\n221 bye\r\n"},
		}, []string{
			"S line  220 220 x\r\n", "C line LHLO 0 LHLO c\r\n", "C line MAIL 0 MAIL FROM:<>\r\n", "C line RCPT 0 RCPT TO:<a>\r\n", "C line RCPT 0 RCPT TO:<b>\r\n", "C line RCPT 0 RCPT TO:<c>\r\n", "C line DATA 0 DATA\r\n",
			"S line LHLO 250 250 x\r\n", "S line MAIL 250 250 ok\r\n", "S line RCPT 250 250 a\r\n", "S line RCPT 550 550 b\r\n", "S line RCPT 250 250 c\r\n", "S line DATA 354 354 go\r\n",
			"C content DATA 0 .\r\n", "C line QUIT 0 QUIT\r\n", "S line DATA 250 250 a\r\n", "S line DATA 250 250-c\r\n", "S line DATA 250 250 c\r\n", "S line QUIT 221 221 bye\r\n",
		}},
		{"early content", []said{
			{wire.Server, "220 x\r\n"}, {wire.Client, "DATA\r\nhello\r\n.\r\nQUIT\r\n"}, {wire.Server, "354 go\r\n250 ok\r\n221 bye\r\n"},
		}, []string{
			"S line  220 220 x\r\n", "C line DATA 0 DATA\r\n", "C line HELLO 0 hello\r\n", "C line . 0 .\r\n", "C line QUIT 0 QUIT\r\n",
			"S line DATA 354 354 go\r\n", "S line DATA 250 250 ok\r\n", "S line QUIT 221 221 bye\r\n",
		}},
		{"rubbish", []said{
			{wire.Server, "hello\r\n220 x\r\n"}, {wire.Client, "\r\n\x16\x03\x01\r\n"}, {wire.Server, "500 what\r\n"},
		}, []string{"S raw  0 hello\r\n", "S line  220 220 x\r\n", "C raw  0 \r\n", "C raw  0 \x16\x03\x01\r\n", "S line  500 500 what\r\n"}},
	} {
		for _, size := range []int{1, 1 << 20} {
			got, _ := units(c.all, size)
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("%s, pieces of %d:\ngot  %q\nwant %q", c.name, size, got, c.want)
			}
		}
	}
}
