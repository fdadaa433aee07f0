package dnswire

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestAnswers plays documents of zones, questions and the answers to them.
func TestAnswers(t *testing.T) {
	files, _ := filepath.Glob("testdata/answers/*.txt")
	if len(files) == 0 {
		t.Fatal("no documents in testdata/answers")
	}
	for _, f := range files {
		ar, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		srv := &Server{}
		var zones []*Zone
		for _, part := range ar.Files {
			if name, ok := strings.CutPrefix(part.Name, "zone "); ok {
				zones = append(zones, mustZone(t, name, string(part.Data)))
			}
		}
		srv.Zones = NewZoneSet(zones...)
		for _, part := range ar.Files {
			if part.Name != "questions" {
				continue
			}
			for _, q := range strings.Split(string(part.Data), "> ")[1:] {
				head, want, _ := strings.Cut(q, "\n")
				t.Run(filepath.Base(f)+"/"+head, func(t *testing.T) {
					want = strings.TrimSpace(want)
					if got := askDoc(t, srv, head); got != want {
						t.Errorf("got:\n%s\nwant:\n%s", got, want)
					}
				})
			}
		}
	}
}

func mustZone(t testing.TB, origin, text string) *Zone {
	t.Helper()
	z, probs := ParseZone(ZoneConfig{File: origin + ".zone", Origin: origin}, text)
	if z == nil {
		t.Fatalf("zone %s: %v", origin, probs)
	}
	return z
}

// askDoc asks a question as the documents write it and returns the answer in
// their form.
func askDoc(t *testing.T, srv *Server, head string) string {
	w := strings.Fields(head)
	typ, ok := TypeOf(w[1])
	if !ok {
		t.Fatalf("no type %q", w[1])
	}
	q := new(dns.Msg)
	q.Id = 7
	q.Question = []dns.Question{{Name: dns.Fqdn(w[0]), Qtype: typ, Qclass: dns.ClassINET}}
	edns, size, do := true, 1232, false
	for _, o := range w[2:] {
		switch {
		case o == "rd":
			q.RecursionDesired = true
		case o == "cd":
			q.CheckingDisabled = true
		case o == "plain":
			edns = false
		case o == "do":
			do = true
		case strings.HasPrefix(o, "size="):
			fmt.Sscanf(o, "size=%d", &size)
		default:
			t.Fatalf("unknown option %q", o)
		}
	}
	if edns {
		q.SetEdns0(uint16(size), do)
	}
	packet, err := q.Pack()
	if err != nil {
		t.Fatal(err)
	}
	reply := srv.Answer(Request{From: netip.MustParseAddr("127.0.0.1"), Now: time.Unix(1_800_000_000, 0)}, packet)
	limit := MaxUDP
	if edns {
		limit = max(size, MaxUDP)
	}
	if len(reply) > limit {
		t.Errorf("reply has %d bytes, the asker takes %d", len(reply), limit)
	}
	var m dns.Msg
	if err := m.Unpack(reply); err != nil {
		t.Fatalf("our reply does not unpack: %v", err)
	}
	return docOf(&m)
}

// docOf writes a reply as the documents do.
func docOf(m *dns.Msg) string {
	head := []string{dns.RcodeToString[m.Rcode]}
	for _, f := range []struct {
		on   bool
		name string
	}{{m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if f.on {
			head = append(head, f.name)
		}
	}
	if opt := m.IsEdns0(); opt != nil {
		head = append(head, "edns")
		if opt.Do() {
			head = append(head, "do")
		}
	}
	out := []string{strings.Join(head, " ")}
	for _, s := range []struct {
		name string
		rrs  []dns.RR
	}{{"answer", m.Answer}, {"authority", m.Ns}, {"additional", m.Extra}} {
		if m.Truncated && s.name == "answer" {
			continue
		}
		var lines []string
		for _, rr := range s.rrs {
			if rr.Header().Rrtype != dns.TypeOPT {
				lines = append(lines, s.name+" "+strings.ReplaceAll(rr.String(), "\t", " "))
			}
		}
		if s.name != "additional" {
			sort.Strings(lines)
		}
		out = append(out, lines...)
	}
	return strings.Join(out, "\n")
}
