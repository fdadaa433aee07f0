package state

import (
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// Known is what a host has learnt from a DNS answer and may still use.
type Known struct {
	Name, Type string
	Answer     trace.Seq     // the answer
	Rcode      int           // RFC 1035 §4.1.1: 0 no error, 3 no such name
	Records    []string      // in the form of a zone file
	Expires    time.Duration // virtual time until which it may be used
}

// maxKnown is how many answers Known looks at, the last ones.
const maxKnown = 4096

// Known is what a node may still know at this moment from the answers that it
// received, by name and type, the newest of each. An answer lives as long as
// the least TTL of its records, a negative one as its SOA says (RFC 2308 §5).
func (s *Snapshot) Known(node trace.NodeID) []Known {
	type key struct{ name, typ string }
	answers := s.Answers(node)
	if len(answers) > maxKnown {
		answers = answers[len(answers)-maxKnown:]
	}
	seen := map[key]bool{}
	var out []Known
	for _, q := range slices.Backward(answers) {
		e := s.f.t.At(q)
		k := Known{Name: s.f.t.Name(e.A), Type: s.f.t.Name(e.B), Answer: q, Rcode: int(e.Code)}
		if id := (key{strings.ToLower(k.Name), k.Type}); seen[id] {
			continue
		} else {
			seen[id] = true
		}
		ttl, ok := k.unpack(s.f.t.Text(e))
		if k.Expires = e.At() + ttl; ok && k.Expires > s.Time {
			out = append(out, k)
		}
	}
	slices.Reverse(out)
	return out
}

// unpack reads the records and returns how long they live; ok is false when
// the packet says nothing that could be kept.
func (k *Known) unpack(packet []byte) (ttl time.Duration, ok bool) {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return 0, false
	}
	least := uint32(0)
	keep := func(rr dns.RR, life uint32) {
		if !ok || life < least {
			least, ok = life, true
		}
		k.Records = append(k.Records, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	for _, rr := range m.Answer {
		keep(rr, rr.Header().Ttl)
	}
	for _, rr := range m.Ns {
		if soa, is := rr.(*dns.SOA); is && len(m.Answer) == 0 {
			keep(rr, min(soa.Hdr.Ttl, soa.Minttl))
		} else if len(m.Answer) == 0 {
			keep(rr, rr.Header().Ttl)
		}
	}
	return time.Duration(least) * time.Second, ok
}
