package smtp

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// clientBytes are what the clients of the recorded dialogues say.
func clientBytes(f *testing.F) []string {
	paths, _ := filepath.Glob("testdata/dialogues/*.dialogue")
	var all []string
	for _, path := range paths {
		var b strings.Builder
		d := readDialogue(&testing.T{}, path)
		for _, st := range d.steps {
			if st.kind == 'C' && st.text != "<close>" {
				b.WriteString(unshow(st.text))
			}
		}
		all = append(all, b.String())
	}
	if len(all) == 0 {
		f.Fatal("no dialogues")
	}
	return all
}

// FuzzSession: a session never crashes, answers in whole lines of replies, and
// answers the same however the input is split.
func FuzzSession(f *testing.F) {
	for i, in := range clientBytes(f) {
		f.Add([]byte(in), uint8(i))
	}
	f.Fuzz(func(t *testing.T, in []byte, mode uint8) {
		whole := fuzzRun(t, in, mode, len(in)+1)
		for _, size := range []int{1, 5} {
			if got := fuzzRun(t, in, mode, size); !bytes.Equal(got, whole) {
				t.Errorf("pieces of %d: got %q, want %q", size, got, whole)
			}
		}
		for line := range bytes.SplitAfterSeq(whole, []byte("\r\n")) {
			if code, _ := replyCode(bytes.TrimSuffix(line, []byte("\r\n"))); len(line) > 0 && (code < 200 || !bytes.HasSuffix(line, []byte("\r\n"))) {
				t.Errorf("no reply: %q", line)
			}
		}
	})
}

func fuzzRun(t *testing.T, in []byte, mode uint8, size int) []byte {
	cfg := Default("mail.example")
	cfg.LMTP = mode&1 != 0
	cfg.Historic = mode&2 != 0
	cfg.BareLF = BareLF(mode >> 2 & 3)
	cfg.TLS = TLSLevel(mode >> 4 & 1)
	cfg.SizeLimit = 1000
	cfg.Auth = &MemoryAuth{Names: []string{"PLAIN", "LOGIN", "CRAM-MD5"}}
	m := &Memory{Users: map[string]bool{"ivan": true, "maria": true}, Session: "S"}
	s := NewSession(cfg, m)
	out := append([]byte(nil), s.Open()...)
	for len(in) > 0 && s.Next() == wire.Continue {
		n := min(size, len(in))
		out = append(out, s.Feed(in[:n], n < len(in))...)
		in = in[n:]
	}
	if s.Next() == wire.StartTLS {
		s.Secured(wire.TLSFacts{})
	}
	_ = s.Verbs()
	_ = s.Stats()
	out = append(out, s.Lost()...)
	if s.State() != "closed" {
		t.Errorf("after the end the state is %s", s.State())
	}
	return out
}

// FuzzClient: whatever a server says, the client comes to an end.
func FuzzClient(f *testing.F) {
	f.Add([]byte("220 x\r\n250-x\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"), false)
	f.Add([]byte("220-a\r\n220 b\r\n250 ok\r\n\r\nrubbish\r\n250 ok\r\n550-5.1.1 a\r\n550 b\r\n"), true)
	f.Add([]byte("421"), false)
	f.Fuzz(func(t *testing.T, in []byte, lmtp bool) {
		conn := struct {
			*bytes.Reader
			*bytes.Buffer
		}{bytes.NewReader(in), &bytes.Buffer{}}
		c := NewClient(readWriter{conn.Reader, conn.Buffer}, ClientConfig{Helo: "me.example", LMTP: lmtp})
		if err := c.Greet(); err != nil {
			_ = err.(*Error).DSN()
			return
		}
		m := &Mail{Recipients: []Recipient{{Addr: "a@b"}, {Addr: "c@d"}}, Content: []byte("x\n"), Last: true}
		res, _ := c.Send(m)
		for i, o := range res.Outcomes {
			if (o.Err == nil) != (o.Reply.Code/100 == 2) {
				t.Errorf("recipient %d: reply %v, error %v", i, o.Reply, o.Err)
			}
		}
	})
}

type readWriter struct {
	r *bytes.Reader
	w *bytes.Buffer
}

func (rw readWriter) Read(p []byte) (int, error)  { return rw.r.Read(p) }
func (rw readWriter) Write(p []byte) (int, error) { return rw.w.Write(p) }

// FuzzSplitter: every byte is counted once, and small pieces make the same
// lines.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("EHLO x\r\nDATA\r\n.\r\n"), []byte("220 x\r\n250 x\r\n354 go\r\n250 ok\r\n"))
	f.Add([]byte("BDAT 3\r\nabcQUIT\r\n"), []byte("220 x\r\n334 x\r\n"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		sp := NewSplitter()
		n, total := 0, 0
		for len(client)+len(server) > 0 {
			for side, p := range []*[]byte{&client, &server} {
				piece := (*p)[:min(11, len(*p))]
				*p = (*p)[len(piece):]
				total += len(piece)
				for _, u := range sp.Split(nil, wire.Side(side), piece) {
					if u.N <= 0 {
						t.Fatalf("a unit of %d bytes", u.N)
					}
					n += u.N
				}
			}
		}
		if n += sp.Rest(wire.Client) + sp.Rest(wire.Server); n != total {
			t.Errorf("units and rest have %d bytes of %d", n, total)
		}
	})
}
