package dnswire

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// The hot path of a mail: a question of a stub, its answer from a resolver's
// cache, the stub reading it. BenchmarkMiekg is the peer: the library packing and
// unpacking the same answer.

const benchZone = `$TTL 3600
@ SOA ns hostmaster 7 3600 600 86400 300
@ NS ns
@ MX 5 mail
@ MX 10 mail2
ns A 10.10.0.3
mail A 10.10.10.10
mail2 A 10.10.10.20
`

var benchNow = time.Unix(1_800_000_000, 0)

func benchRequest() Request {
	return Request{From: netip.MustParseAddr("10.10.1.10"), Now: benchNow, Dice: rand.New(rand.NewPCG(1, 2))}
}

func BenchmarkAuthoritative(b *testing.B) {
	srv := &Server{Zones: NewZoneSet(mustZone(b, "alabala.com", benchZone))}
	q, _ := AppendQuery(nil, 7, "alabala.com", dns.TypeMX)
	req := benchRequest()
	b.ReportAllocs()
	for b.Loop() {
		srv.Answer(req, q)
	}
}

// direct lets a resolver ask one server without a network.
type direct struct {
	srv *Server
	req Request
}

func (d direct) Exchange(_ netip.Addr, _ bool, query []byte, _ time.Duration) ([]byte, uint32, error) {
	return d.srv.Answer(d.req, query), 1, nil
}

func warmResolver(b testing.TB) (*Resolver, Exchanger, []byte) {
	root := mustZone(b, ".", ". SOA a h 1 2 3 4 5\n. NS ns.alabala.com.\nalabala.com. NS ns.alabala.com.\nns.alabala.com. A 10.10.0.3\n")
	d := direct{&Server{Zones: NewZoneSet(root, mustZone(b, "alabala.com", benchZone))}, benchRequest()}
	r := NewResolver(ResolverConfig{Hints: root, Now: func() time.Time { return benchNow }, Dice: rand.New(rand.NewPCG(1, 2))})
	q, _ := AppendQuery(nil, 7, "alabala.com", dns.TypeMX)
	if reply, _ := r.Answer(d, benchRequest(), q); len(reply) < 60 {
		b.Fatalf("got %s", Summary(reply))
	}
	return r, d, q
}

func BenchmarkResolverWarm(b *testing.B) {
	r, d, q := warmResolver(b)
	req := benchRequest()
	b.ReportAllocs()
	for b.Loop() {
		r.Answer(d, req, q)
	}
}

func BenchmarkStub(b *testing.B) {
	r, d, q := warmResolver(b)
	reply, _ := r.Answer(d, benchRequest(), q)
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = AppendQuery(buf[:0], 7, "alabala.com", dns.TypeMX)
		ParseAnswer(reply, 7, "alabala.com", dns.TypeMX)
	}
}

func BenchmarkMiekg(b *testing.B) {
	r, d, q := warmResolver(b)
	reply, _ := r.Answer(d, benchRequest(), q)
	var m dns.Msg
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Unpack(reply)
		}
	})
	m.Compress = true
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Pack()
		}
	})
}

func BenchmarkSummary(b *testing.B) {
	r, d, q := warmResolver(b)
	reply, _ := r.Answer(d, benchRequest(), q)
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendSummary(buf[:0], reply)
	}
}
