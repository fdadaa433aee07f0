package dnswire

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestResolver plays documents: the zones of servers ("server ADDR ORIGIN"), the
// resolver's own zones ("own ORIGIN") and settings ("resolver"), questions
// ("ask") and the packets and answers to which they lead ("result"). What is
// between server and resolver may be spoiled by lines "silent ADDR", "dead ADDR"
// and "add ADDR RECORD" (to every answer section) in the file "network".
func TestResolver(t *testing.T) {
	runDocs(t, "testdata/resolver/*.txt", func(ar *txtar.Archive) {
		n := &testNet{servers: map[netip.Addr]*Server{}, silent: map[netip.Addr]bool{}, dead: map[netip.Addr]bool{}, now: time.Unix(1_800_000_000, 0)}
		zones := map[netip.Addr][]*Zone{}
		var own []*Zone
		cfg := ResolverConfig{Now: func() time.Time { return n.now }, ForwardZones: map[string]Forward{}}
		for i, f := range ar.Files {
			w := strings.Fields(f.Name)
			switch w[0] {
			case "server":
				a := netip.MustParseAddr(w[1])
				zones[a] = append(zones[a], mustZone(t, w[2], string(f.Data)))
			case "own":
				own = append(own, mustZone(t, w[1], string(f.Data)))
			case "resolver", "network":
				n.setup(t, &cfg, string(f.Data))
			case "ask":
				for a, zs := range zones {
					n.servers[a] = &Server{Zones: NewZoneSet(zs...)}
				}
				if root := zones[netip.MustParseAddr("10.0.0.1")]; root != nil && cfg.Hints == nil {
					cfg.Hints = root[0]
				}
				cfg.Zones = NewZoneSet(own...)
				fill(ar, i+1, "result", n.play(t, NewResolver(cfg), string(f.Data)))
			}
		}
	})
}

// testNet is the network between a resolver and servers.
type testNet struct {
	servers map[netip.Addr]*Server
	silent  map[netip.Addr]bool
	dead    map[netip.Addr]bool
	add     []spoil
	now     time.Time
	cause   uint32
	out     strings.Builder
}

type spoil struct {
	from netip.Addr
	rr   dns.RR
}

func (n *testNet) setup(t *testing.T, cfg *ResolverConfig, text string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.Fields(line)
		switch w[0] {
		case "silent":
			n.silent[netip.MustParseAddr(w[1])] = true
		case "dead":
			n.dead[netip.MustParseAddr(w[1])] = true
		case "add":
			rr, err := dns.NewRR(strings.Join(w[2:], " "))
			if err != nil {
				t.Fatal(err)
			}
			n.add = append(n.add, spoil{netip.MustParseAddr(w[1]), rr})
		case "forward":
			cfg.Forwarders = append(cfg.Forwarders, netip.MustParseAddr(w[1]))
		case "forward-only":
			cfg.ForwardOnly = true
		case "forward-zone":
			cfg.ForwardZones[w[1]] = Forward{To: []netip.Addr{netip.MustParseAddr(w[2])}, Only: true}
		default:
			t.Fatalf("unknown setting %q", line)
		}
	}
}

// Exchange implements Exchanger.
func (n *testNet) Exchange(to netip.Addr, tcp bool, query []byte, wait time.Duration) ([]byte, uint32, error) {
	proto := ""
	if tcp {
		proto = " tcp"
	}
	n.line("%s%s < %s", to, proto, Summary(query))
	srv := n.servers[to]
	switch {
	case n.dead[to]:
		n.line("%s refuses", to)
		return nil, 0, ErrRefused
	case n.silent[to] || srv == nil:
		n.now = n.now.Add(wait)
		n.line("%s is silent for %v", to, wait)
		return nil, 0, ErrTimeout
	}
	n.now = n.now.Add(time.Millisecond)
	n.cause++
	reply := srv.Answer(Request{TCP: tcp, Now: n.now}, query)
	for _, s := range n.add {
		var m dns.Msg
		if s.from == to && m.Unpack(reply) == nil {
			m.Answer = append(m.Answer, s.rr)
			reply, _ = m.Pack()
		}
	}
	n.line("%s%s > %s", to, proto, Summary(reply))
	return reply, n.cause, nil
}

func (n *testNet) line(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	s = strings.ReplaceAll(s, "Standard query response 0x0000 ", "")
	fmt.Fprintln(&n.out, strings.ReplaceAll(s, "Standard query 0x0000 ", ""))
}

// play asks each line "NAME TYPE [norec]", or lets time pass with "wait D".
func (n *testNet) play(t *testing.T, r *Resolver, text string) string {
	n.out.Reset()
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.Fields(line)
		switch w[0] {
		case "wait":
			d, err := time.ParseDuration(w[1])
			if err != nil {
				t.Fatal(err)
			}
			n.now = n.now.Add(d)
			n.line("\nwait %v", d)
			continue
		case "cache":
			n.line("\ncache")
			for _, e := range r.CacheEntries() {
				n.line("%s %s %s %s %v from %d", e.Name, e.Type, e.What, e.Trust, e.TTL, e.Cause)
			}
			continue
		}
		typ, _ := TypeOf(w[1])
		q, err := AppendQuery(nil, 0, w[0], typ)
		if err != nil {
			t.Fatal(err)
		}
		if len(w) > 2 {
			q[2] &^= 1
		}
		n.line("\nask %s", line)
		n.compare(t, r, q)
		start := n.now
		reply, cause := r.Answer(n, Request{Now: n.now, Dice: loaded(9)}, q)
		var m dns.Msg
		if err := m.Unpack(reply); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&n.out, "%s\n(after %v, because of %d)\n", docOf(&m), n.now.Sub(start), cause)
	}
	return strings.TrimPrefix(n.out.String(), "\n")
}
