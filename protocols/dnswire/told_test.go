package dnswire

import (
	"encoding/binary"
	"testing"

	"github.com/miekg/dns"
)

// TestTold asks the same question again and again: an answer that only has
// grown older is the one of before, with the TTL that is left; any other is
// read anew.
func TestTold(t *testing.T) {
	var memory Told
	reply := func(id uint16, records ...string) []byte {
		m := new(dns.Msg)
		m.SetQuestion("a.example.", dns.TypeMX)
		m.Id, m.Response, m.Compress = id, true, true
		for _, r := range records {
			rr, err := dns.NewRR(r)
			if err != nil {
				t.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		p, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	last := func() []byte { // what was read last
		if l := memory.answers[asked{"a.example", dns.TypeMX}]; len(l) > 0 {
			return l[len(l)-1].packet
		}
		return nil
	}
	one := []string{"a.example. 300 MX 5 mx.a.example.", "a.example. 300 MX 10 mx.b.example."}
	for _, c := range []struct {
		name    string
		records []string
		ttl     uint32
		read    bool // anew
	}{
		{"first", one, 300, true},
		{"the same", one, 300, false},
		{"older", []string{"a.example. 290 MX 5 mx.a.example.", "a.example. 290 MX 10 mx.b.example."}, 290, false},
		{"one is older than the other", []string{"a.example. 280 MX 5 mx.a.example.", "a.example. 290 MX 10 mx.b.example."}, 280, true},
		{"other order", []string{"a.example. 290 MX 10 mx.b.example.", "a.example. 290 MX 5 mx.a.example."}, 290, true},
		{"the first order again", []string{"a.example. 270 MX 5 mx.a.example.", "a.example. 270 MX 10 mx.b.example."}, 270, false},
		{"the other again", []string{"a.example. 260 MX 10 mx.b.example.", "a.example. 260 MX 5 mx.a.example."}, 260, false},
		{"younger", []string{"a.example. 300 MX 10 mx.b.example.", "a.example. 300 MX 5 mx.a.example."}, 300, true},
		{"fewer", []string{"a.example. 300 MX 5 mx.a.example."}, 300, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := last()
			p := reply(77, c.records...)
			got, err := memory.ParseAnswer(p, 77, "a.example", dns.TypeMX)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := ParseAnswer(p, 77, "a.example", dns.TypeMX)
			if got.TTL != c.ttl || want.TTL != c.ttl {
				t.Errorf("got TTL %d, want %d as without memory, %d", got.TTL, c.ttl, want.TTL)
			}
			if g, w := got.MX(), want.MX(); len(g) != len(w) || g[0] != w[0] {
				t.Errorf("got %v, want %v", g, w)
			}
			after := last()
			if read := len(before) == 0 || &before[0] != &after[0]; read != c.read {
				t.Errorf("read anew: got %v, want %v", read, c.read)
			}
		})
	}
	p := reply(77, one...)
	if _, err := memory.ParseAnswer(p, 78, "a.example", dns.TypeMX); err == nil {
		t.Error("a reply with another id was taken")
	}
	binary.BigEndian.PutUint16(p[6:], 9)
	if _, err := memory.ParseAnswer(p, 77, "a.example", dns.TypeMX); err == nil {
		t.Error("a reply that counts nine records and has two was taken")
	}
}
