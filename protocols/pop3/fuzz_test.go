package pop3

import (
	"bytes"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// FuzzSession gives rubbish to the server whole and in pieces: what it says is
// the same, and every line of it begins as a reply must.
func FuzzSession(f *testing.F) {
	for _, in := range []string{
		"USER ivan\r\nPASS ivan-secret\r\nSTAT\r\nLIST\r\nRETR 2\r\nDELE 1\r\nQUIT\r\n",
		"AUTH PLAIN AGl2YW4AaXZhbi1zZWNyZXQ=\r\nTOP 1 3\r\nUIDL\r\n\r\nFOO\r\n",
		"AUTH LOGIN\r\naXZhbg==\r\naXZhbi1zZWNyZXQ=\r\nRSET\r\nNO\x00OP\r\n", "STLS\r\nCAPA\r\n", "APOP ivan \r\n",
		"AUTH " + strings.Repeat("x", MaxLoginLine+1) + " \r\n",
		"AUTH PLAIN " + strings.Repeat("x", MaxAuthLine+1) + "\r\n",
	} {
		f.Add([]byte(in), uint8(3))
	}
	run := func(in []byte, size int) (string, wire.Next) {
		m := &Memory{Passwords: map[string]string{"ivan": "ivan-secret"}, Drops: map[string]*MemoryDrop{"ivan": {}}}
		m.Drops["ivan"].Append("A: b\n\n.x\n")
		m.Drops["ivan"].Append("A: c\r\n\r\n.\r\n")
		s := NewSession(Config{Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, TLS: TLSYes}, m)
		s.Open()
		var out bytes.Buffer
		for len(in) > 0 && s.Next() == wire.Continue {
			n := min(size, len(in))
			out.Write(s.Feed(in[:n], n < len(in)))
			in = in[n:]
		}
		return out.String(), s.Next()
	}
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		whole, next := run(in, len(in)+1)
		pieces, next2 := run(in, int(size)+1)
		if whole != pieces || next != next2 {
			t.Errorf("whole %q %v, in pieces of %d %q %v", whole, next, int(size)+1, pieces, next2)
		}
		if whole != "" && !strings.HasSuffix(whole, "\r\n") {
			t.Errorf("a reply without line end: %q", whole)
		}
	})
}

// FuzzClient lets any server talk to the client.
func FuzzClient(f *testing.F) {
	f.Add("+OK\r\n+OK\r\n+OK\r\n+OK 1 5\r\n+OK\r\n1 5\r\n.\r\n+OK\r\n..a\r\n.\r\n+OK\r\n")
	f.Add("+OK <1@a>\r\n-ERR [IN-USE] x\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		c, err := NewClient(&script{server: strings.NewReader(said)})
		if err != nil {
			return
		}
		_ = c.Login("ivan", "x")
		_, _, _ = c.Stat()
		_, _ = c.List()
		_, _ = c.UIDL()
		_, _ = c.Retr(1)
		_ = c.APOP("ivan", "x")
		_ = c.Quit()
	})
}

// FuzzSplitter checks that units account for every octet of both sides.
func FuzzSplitter(f *testing.F) {
	f.Add("+OK\r\n", "RETR 1\r\nAUTH PLAIN\r\n", "+OK\r\nx\r\n.\r\n+ \r\n", uint8(1))
	f.Fuzz(func(t *testing.T, greeting, client, server string, size uint8) {
		sp := NewSplitter()
		total, cut := 0, 0
		for _, p := range []struct {
			side wire.Side
			text string
		}{{wire.Server, greeting}, {wire.Client, client}, {wire.Server, server}, {wire.Client, greeting}} {
			for text := p.text; text != ""; {
				n := min(int(size)+1, len(text))
				for _, u := range sp.Split(nil, p.side, []byte(text[:n])) {
					if u.N <= 0 {
						t.Errorf("a unit of %d octets", u.N)
					}
					cut += u.N
				}
				total += n
				text = text[n:]
			}
		}
		if rest := sp.Rest(wire.Client) + sp.Rest(wire.Server); cut+rest != total {
			t.Errorf("units hold %d octets and %d are left, of %d", cut, rest, total)
		}
	})
}
