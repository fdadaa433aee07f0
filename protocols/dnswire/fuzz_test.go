package dnswire

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// seedFiles adds the parts of the documents with a given first word in their name.
func seedFiles(f *testing.F, pattern, word string) {
	docs, _ := filepath.Glob(pattern)
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range txtar.Parse(text).Files {
			if len(part.Name) >= len(word) && part.Name[:len(word)] == word {
				f.Add(string(part.Data))
			}
		}
	}
}

// FuzzZone checks that any text is read or refused with problems inside it, and
// that a zone's own text gives the same zone.
func FuzzZone(f *testing.F) {
	seedFiles(f, "testdata/*/*.txt", "zone")
	f.Fuzz(func(t *testing.T, text string) {
		z, probs := ParseZone(ZoneConfig{Origin: "x.test", Primary: "ns.y.test"}, text)
		if (z == nil) != Fatal(probs) {
			t.Fatalf("zone %v with problems %v", z, probs)
		}
		for _, p := range probs {
			if p.Line < 1 || p.Col < 1 {
				t.Fatalf("problem without a place: %v", p)
			}
			for _, r := range p.Msg {
				if r < ' ' || r == 0x7f {
					t.Fatalf("control character in %q", p.Msg)
				}
			}
		}
		if z == nil {
			return
		}
		again, ps := ParseZone(ZoneConfig{Origin: "x.test"}, z.Text())
		if again == nil {
			t.Fatalf("own text refused: %v\n%s", ps, z.Text())
		}
		if again.Text() != z.Text() {
			t.Fatalf("own text changed:\n%s\n%s", z.Text(), again.Text())
		}
	})
}

// FuzzNamedConf checks that any text is read or refused, and that the text we
// write of it means the same.
func FuzzNamedConf(f *testing.F) {
	seedFiles(f, "testdata/conf/*.txt", "named.conf")
	f.Fuzz(func(t *testing.T, text string) {
		c, probs := ParseNamedConf("named.conf", text)
		if (c == nil) != Fatal(probs) {
			t.Fatalf("conf %v with problems %v", c, probs)
		}
		if c == nil {
			return
		}
		again, ps := ParseNamedConf("named.conf", c.Text())
		if again == nil || again.Text() != c.Text() {
			t.Fatalf("own text refused or changed: %v\n%s", ps, c.Text())
		}
	})
}

// FuzzPacket gives any bytes to the servers and to what shows packets.
func FuzzPacket(f *testing.F) {
	z, probs := ParseZone(ZoneConfig{Origin: "x.test", Primary: "ns.x.test"}, "ns A 10.0.0.1\n@ MX 5 mail\nmail A 10.0.0.2\n*.w CNAME mail\nsub NS ns.sub\nns.sub A 10.0.0.3\n")
	if z == nil {
		f.Fatal(probs)
	}
	srv := &Server{Zones: NewZoneSet(z)}
	for _, n := range []string{"x.test", "a.w.x.test", "q.sub.x.test", "y.test"} {
		q, _ := AppendQuery(nil, 7, n, 15)
		f.Add(q)
		f.Add(srv.Answer(Request{}, q))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, c := range Summary(p) {
			if c < ' ' || c > '~' {
				t.Fatalf("summary shows %q", Summary(p))
			}
		}
		checkFields(t, p)
		r := &Reply{Packet: p, Server: netip.MustParseAddrPort("10.0.0.1:53"), As: "10.0.0.1", Now: time.Unix(0, 0)}
		d, host := ParseDig([]string{"x.test", "+multiline"}).Lookups[0], Host{Verbose: true}
		told, _ := host.Show(r, &d)
		looked, _ := (&Nslookup{Debug: true}).Show(r, &d)
		for _, c := range d.Show(r) + d.ShowTransfer([]*Reply{r}) + told + looked {
			if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
				t.Fatalf("dig shows %q", c)
			}
		}
		req := Request{From: netip.MustParseAddr("10.0.0.9"), Now: time.Unix(1_800_000_000, 0), Dice: rand.New(rand.NewPCG(1, 2))}
		srv.Transfer(req, p)
		if r := srv.Answer(req, p); r != nil {
			checkFields(t, r)
			if len(r) > EDNSSize {
				t.Fatalf("%d bytes over UDP", len(r))
			}
		}
		h, ok := Columns(p)
		var known Questions
		for range 2 {
			if again, also := known.Columns(p); again != h || also != ok {
				t.Fatalf("with a memory of questions: got %+v, %v, want %+v, %v", again, also, h, ok)
			}
		}
		if q, err := AppendQuery(nil, h.ID, h.Name, h.Type); err == nil && Repeats(p, q) && !Replies(p, h.ID, h.Name, h.Type) {
			t.Fatal("a packet that repeats the question is no reply to it")
		}
		ParseAnswer(p, h.ID, h.Name, h.Type)
		// A resolver whose every question is answered with these bytes.
		res := NewResolver(ResolverConfig{Hints: z, Dice: req.Dice, Now: func() time.Time { return req.Now }})
		q, _ := AppendQuery(nil, 9, "a.b.x.test", 15)
		if r, _ := res.Answer(echo(p), req, q); r == nil {
			t.Fatal("the resolver says nothing")
		}
	})
}

// echo answers every question with the same bytes behind the question's id.
type echo []byte

func (e echo) Exchange(_ netip.Addr, _ bool, query []byte, _ time.Duration) ([]byte, uint32, error) {
	if len(e) < headerLen {
		return e, 1, nil
	}
	return append(append([]byte(nil), query[:2]...), e[2:]...), 1, nil
}
