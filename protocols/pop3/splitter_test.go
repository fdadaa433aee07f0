package pop3

import (
	"fmt"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// units describes a conversation as the splitter sees it.
func units(d document, session string, size int) (list []string, rest int) {
	sp := NewSplitter()
	for _, tn := range d.turns {
		if tn.session != session || tn.tls {
			continue
		}
		side := wire.Server
		if tn.client {
			side = wire.Client
		}
		text := strings.Join(tn.lines, "")
		for text != "" {
			n := min(max(size, 1), len(text))
			if size == 0 {
				n = len(text)
			}
			for _, u := range sp.Split(nil, side, []byte(text[:n])) {
				more := ""
				if u.More {
					more = "+"
				}
				list = append(list, fmt.Sprintf("%v%d%s%s%d", side, u.Kind, u.Verb, more, u.N))
			}
			text = text[n:]
		}
	}
	return list, sp.Rest(wire.Client) + sp.Rest(wire.Server)
}

// TestSplitter checks on every recording that the units cover the bytes of
// each side, that the cut does not depend on how they arrive, and that each
// listing and message ends.
func TestSplitter(t *testing.T) {
	for _, d := range append(documents(t, "testdata/recorded"), documents(t, "testdata/asked")...) {
		for _, name := range d.sessions() {
			want, rest := units(d, name, 0)
			if rest != 0 {
				t.Errorf("%s%s: %d octets belong to no unit", d.name, name, rest)
			}
			for _, size := range []int{1, 7} {
				if got, _ := units(d, name, size); strings.Join(got, " ") != strings.Join(want, " ") {
					t.Errorf("%s%s in pieces of %d:\ngot  %v\nwant %v", d.name, name, size, got, want)
				}
			}
			if last := want[len(want)-1]; strings.Contains(last, "+") {
				t.Errorf("%s%s: the last unit %s promises more", d.name, name, last)
			}
		}
	}
}

func TestSplitterKinds(t *testing.T) {
	type part struct {
		side wire.Side
		text string
		want string // kind verb more, one word a unit
	}
	for _, c := range []struct {
		name  string
		parts []part
	}{
		{"retrieval", []part{
			{wire.Server, "+OK ready\r\n", "line:"},
			{wire.Client, "RETR 1\r\n", "line:RETR"},
			{wire.Server, "+OK 5 octets\r\nA: b\r\n\r\n..x\r\n.\r\n", "line:RETR+ content:RETR"},
			{wire.Client, "RETR 9\r\nSTAT\r\n", "line:RETR line:STAT"},
			{wire.Server, "-ERR There's no message 9.\r\n+OK 1 5\r\n", "line:RETR line:STAT"},
		}},
		{"listing", []part{
			{wire.Server, "+OK ready\r\n", "line:"},
			{wire.Client, "uidl\r\nLIST 1\r\n", "line:UIDL line:LIST"},
			{wire.Server, "+OK\r\n1 a\r\n.\r\n+OK 1 5\r\n", "line:UIDL+ line:UIDL+ line:UIDL line:LIST"},
			{wire.Server, "-ERR Disconnected for inactivity.\r\n", "line:"},
		}},
		{"sasl", []part{
			{wire.Server, "+OK ready\r\n", "line:"},
			{wire.Client, "AUTH LOGIN\r\n", "line:AUTH"},
			{wire.Server, "+ VXNlcm5hbWU6\r\n", "auth:AUTH"},
			{wire.Client, "STAT\r\n", "auth:AUTH"},
			{wire.Server, "-ERR [AUTH] Authentication failed.\r\n", "line:AUTH"},
			{wire.Client, "STAT\r\n", "line:STAT"},
			{wire.Client, "AUTH\r\n", "line:AUTH"},
			{wire.Server, "-ERR Unknown command.\r\n+OK\r\nPLAIN\r\n.\r\n", "line:STAT line:AUTH+ line:AUTH+ line:AUTH"},
		}},
		{"long line", []part{
			{wire.Client, strings.Repeat("x", maxUnitLine+2) + "\r\nNOOP\r\n", "raw: raw: line:NOOP"},
		}},
		{"dot behind a long line", []part{
			{wire.Server, "+OK ready\r\n", "line:"},
			{wire.Client, "RETR 1\r\n", "line:RETR"},
			{wire.Server, "+OK\r\n" + strings.Repeat("x", maxUnitLine) + ".\r\n.\r\n", "line:RETR+ content:RETR"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sp := NewSplitter()
			for _, p := range c.parts {
				var got []string
				for _, u := range sp.Split(nil, p.side, []byte(p.text)) {
					word := [...]string{"line", "content", "auth", "raw"}[u.Kind] + ":" + u.Verb
					if u.More {
						word += "+"
					}
					got = append(got, word)
				}
				if g := strings.Join(got, " "); g != p.want {
					t.Errorf("%.40q: got %s, want %s", p.text, g, p.want)
				}
			}
		})
	}
}
