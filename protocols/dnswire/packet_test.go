package dnswire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestPackets plays documents: packets in hexadecimal ("packet NAME"), their
// line ("summary") and the fields of their bytes ("fields").
func TestPackets(t *testing.T) {
	runDocs(t, "testdata/packets/*.txt", func(ar *txtar.Archive) {
		for i, f := range ar.Files {
			if !strings.HasPrefix(f.Name, "packet") {
				continue
			}
			p, err := hex.DecodeString(strings.Join(strings.Fields(string(f.Data)), ""))
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			fill(ar, i+1, "summary", Summary(p)+"\n")
			var b strings.Builder
			for _, fd := range Fields(p) {
				fmt.Fprintf(&b, "%3d+%-3d %s%s: %s\n", fd.Off, fd.Len, strings.Repeat("  ", fd.Depth), fd.Name, fd.Value)
			}
			fill(ar, i+2, "fields", strings.ReplaceAll(b.String(), ": \n", "\n"))
			checkFields(t, p)
		}
	})
}

// checkFields checks that the innermost fields cover each byte once.
func checkFields(t *testing.T, p []byte) {
	t.Helper()
	fs := Fields(p)
	covered := make([]int, len(p))
	for i, f := range fs {
		if f.Off < 0 || f.Len < 0 || f.Off+f.Len > len(p) {
			t.Fatalf("field %q reaches from %d over %d bytes of %d", f.Name, f.Off, f.Len, len(p))
		}
		if i+1 < len(fs) && fs[i+1].Depth > f.Depth {
			continue
		}
		for j := f.Off; j < f.Off+f.Len; j++ {
			covered[j]++
		}
		for _, r := range f.Name + f.Value {
			if r < ' ' || r > '~' {
				t.Fatalf("field %q shows %q", f.Name, f.Value)
			}
		}
	}
	for j, n := range covered {
		if n != 1 {
			t.Fatalf("byte %d is covered %d times in %x", j, n, p)
		}
	}
}

// TestServerCookie checks the vectors of RFC 9018 Appendix A.
func TestServerCookie(t *testing.T) {
	for _, c := range []struct {
		client, secret, from string
		now                  int64
		want                 string
	}{
		{"2464c4abcf10c957", "e5e973e5a6b2a43f48e7dc849e37bfcf", "198.51.100.100", 1559731985, "010000005cf79f111f8130c3eee29480"},
		{"fc93fc62807ddb86", "e5e973e5a6b2a43f48e7dc849e37bfcf", "203.0.113.203", 1559734700, "010000005cf7a9acf73a7810aca2381e"},
		{"22681ab97d52c298", "445536bcd2513298075a5d379663c962", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961, "010000005cf7c609a6bb79d16625507a"},
	} {
		client, _ := hex.DecodeString(c.client)
		var secret [16]byte
		hex.Decode(secret[:], []byte(c.secret))
		got := serverCookie(secret, client, netip.MustParseAddr(c.from), time.Unix(c.now, 0))
		if hex.EncodeToString(got[:]) != c.want {
			t.Errorf("cookie for %s: got %x, want %s", c.from, got, c.want)
		}
	}
}

// TestOrderMX checks the order of mail hosts and that equals change places.
func TestOrderMX(t *testing.T) {
	in := []MX{{20, "c"}, {10, "a"}, {10, "b"}, {5, "z"}}
	first := map[string]int{}
	for seed := range uint64(100) {
		got := OrderMX(in, rand.New(rand.NewPCG(seed, 1)))
		if got[0].Host != "z" || got[3].Host != "c" {
			t.Fatalf("got %v, want z first and c last", got)
		}
		first[got[1].Host]++
	}
	if first["a"] < 20 || first["b"] < 20 {
		t.Errorf("of two equals one was first %v times, want each about half", first)
	}
	if got := OrderMX(in, nil); fmt.Sprint(got) != "[{5 z} {10 a} {10 b} {20 c}]" {
		t.Errorf("without dice: got %v", got)
	}
	if NullMX(in) || !NullMX([]MX{{0, "."}}) || !NullMX([]MX{{10, "mx.example"}, {0, "."}}) || NullMX(nil) {
		t.Error("only a single MX to the root is a null MX")
	}
}

func TestReverseName(t *testing.T) {
	for addr, want := range map[string]string{
		"10.10.1.100":        "100.1.10.10.in-addr.arpa",
		"::ffff:192.0.2.1":   "1.2.0.192.in-addr.arpa",
		"2001:db8::567:89ab": "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := ReverseName(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

// TestParseAnswer checks what a stub makes of replies, made by hand.
func TestParseAnswer(t *testing.T) {
	name := func(n string, typ uint16, ttl uint32) dns.RR_Header {
		return dns.RR_Header{Name: n, Rrtype: typ, Class: 1, Ttl: ttl}
	}
	a := &dns.A{Hdr: name("c.test.", dns.TypeA, 50), A: []byte{1, 2, 3, 4}}
	c1 := &dns.CNAME{Hdr: name("A.test.", dns.TypeCNAME, 100), Target: "b.test."}
	c2 := &dns.CNAME{Hdr: name("b.test.", dns.TypeCNAME, 40), Target: "c.test."}
	loop := &dns.CNAME{Hdr: name("b.test.", dns.TypeCNAME, 40), Target: "a.test."}
	for _, c := range []struct {
		what   string
		rcode  int
		answer []dns.RR
		change func(*dns.Msg)
		want   string
	}{
		{what: "chain", answer: []dns.RR{c1, c2, a}, want: "ttl 40 canonical c.test chain [A.test b.test] [1.2.3.4]"},
		{what: "chain out of order", answer: []dns.RR{a, c2, c1}, want: "ttl 40 canonical c.test chain [A.test b.test] [1.2.3.4]"},
		{what: "chain into nothing", answer: []dns.RR{c1}, want: "NODATA"},
		{what: "loop", answer: []dns.RR{c1, loop}, want: "NODATA"},
		{what: "nothing", want: "NODATA"},
		{what: "no such name", rcode: 3, want: "NXDOMAIN"},
		{what: "failure", rcode: 2, want: "SERVFAIL temporary"},
		{what: "refused", rcode: 5, want: "REFUSED temporary"},
		{what: "format error", rcode: 1, want: "bad reply temporary"},
		{what: "other id", change: func(m *dns.Msg) { m.Id++ }, want: "bad reply temporary"},
		{what: "other name", change: func(m *dns.Msg) { m.Question[0].Name = "x.test." }, want: "bad reply temporary"},
		{what: "a question", change: func(m *dns.Msg) { m.Response = false }, want: "bad reply temporary"},
		{what: "other name's records", answer: []dns.RR{a}, want: "NODATA"},
	} {
		m := dns.Msg{MsgHdr: dns.MsgHdr{Id: 7, Response: true, Rcode: c.rcode}, Answer: c.answer,
			Question: []dns.Question{{Name: "a.test.", Qtype: dns.TypeA, Qclass: 1}}}
		if c.change != nil {
			c.change(&m)
		}
		p, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		ans, err := ParseAnswer(p, 7, "a.test", dns.TypeA)
		var le *LookupError
		if errors.As(err, &le) {
			got = le.Failure.String()
			if le.Temporary() {
				got += " temporary"
			}
		} else {
			got = fmt.Sprintf("ttl %d canonical %s chain %v %v", ans.TTL, ans.Canonical, ans.Chain, ans.Addrs())
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.what, got, c.want)
		}
	}
}

// TestTextsAreRaw checks that TXT data comes out as it went in, and that what is
// shown of it is printable.
func TestTextsAreRaw(t *testing.T) {
	z := mustZone(t, "x.test", "@ SOA ns h 1 2 3 4 5\n@ NS ns.y.test.\n@ TXT \"a\\027[31m\" \"\\255\\\"\"\n")
	q, _ := AppendQuery(nil, 1, "x.test", dns.TypeTXT)
	reply := (&Server{Zones: NewZoneSet(z)}).Answer(Request{}, q)
	ans, err := ParseAnswer(reply, 1, "x.test", dns.TypeTXT)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ans.Texts()[0], "a\x1b[31m\xff\""; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	checkFields(t, reply)
	if got, want := EscapeText("a\x1b[31m\xff\""), `a\027[31m\255\"`; got != want {
		t.Errorf("escaped: got %s, want %s", got, want)
	}
}

// TestNotAQuestion checks what is answered to rubbish.
func TestNotAQuestion(t *testing.T) {
	srv := &Server{Zones: NewZoneSet(mustZone(t, "x.test", "@ SOA ns h 1 2 3 4 5\n@ NS ns.y.test.\n"))}
	for _, c := range []struct{ packet, want string }{
		{"", "silence"},
		{"0007", "silence"},
		{"0007 8000 0000 0000 0000 0000", "silence"}, // a response
		{"0007 0100 0000 0000 0000 0000", "Standard query response 0x0007 Format error"},
		{"0007 0100 0001 0000 0000 0000", "Standard query response 0x0007 Format error"},
		{"0007 0100 0001 0000 0000 0000 0178 0474657374 00 0001 0003", "silence"},
		{"0007 0100 0001 0000 0000 0000 0178 0474657374 00 000f 0003", "Standard query response 0x0007 Refused MX x.test"},
		{"0007 1000 0001 0000 0000 0000 0178 0474657374 00 000f 0001", "Server status request response 0x0007 Not implemented"},
		{"0007 2000 0001 0000 0000 0000 0178 0474657374 00 000f 0001", "Zone change notification response 0x0007 Format error MX x.test"},
	} {
		p, err := hex.DecodeString(strings.ReplaceAll(c.packet, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(c.packet, "0001 0003") { // a name that breaks off
			p = p[:len(p)-8]
			c.want = "Standard query response 0x0007 Format error"
		}
		got := "silence"
		if r := srv.Answer(Request{}, p); r != nil {
			got = Summary(r)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.packet, got, c.want)
		}
	}
}

// TestSimpleWire compares how names are written with how the library writes
// them; those that take the long way are told apart.
func TestSimpleWire(t *testing.T) {
	long := strings.Repeat("x", maxLabel)
	for name, simple := range map[string]bool{
		"a": true, "a.b": true, "_x.Mail-1.example.com": true, long + ".b": true, "10.1.10.10.in-addr.arpa": true,
		"": false, ".": false, "a.": false, ".a": false, "a..b": false, long + "x.b": false, "a b": false, "\u00e4.b": false,
		`a\.b`: false, "*.b": false, strings.Repeat("abcd.", 50) + "e": false,
	} {
		got := appendSimpleWire([]byte("head"), name)
		if !simple {
			if got != nil {
				t.Errorf("%q: got %q, want the long way", name, got)
			}
			continue
		}
		want := make([]byte, 300)
		n, err := dns.PackDomainName(dns.Fqdn(name), want, 0, nil, false)
		if err != nil || string(got) != "head"+string(want[:n]) {
			t.Errorf("%q: got %q, want head and %q (%v)", name, got, want[:n], err)
		}
	}
}
