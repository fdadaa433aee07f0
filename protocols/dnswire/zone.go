package dnswire

import (
	"bytes"
	"sort"
	"strings"

	"github.com/miekg/dns"
)

// Zone is the records of one zone, never changed after it was made. Its records
// are shared: who gets them must not write to them.
type Zone struct {
	origin string           // canonical, with final dot
	nodes  map[string]*node // by canonical name, empty non-terminals included
	names  []string         // the keys of nodes in canonical order (RFC 4034 §6.1)
	soa    *dns.SOA
	denial dns.RR // the SOA with the TTL of a denial (RFC 2308 §3)
}

// node is one name of a zone.
type node struct {
	sets []rrset // none: the name exists only because one below it does
	cut  bool    // the zone ends here: an NS set not at the apex
	wild bool    // "*." and this name exists
}

// rrset is the records of one name and type in canonical order
// (RFC 4034 §6.3), which is the order in which BIND keeps them.
type rrset []dns.RR

func (n *node) set(t uint16) rrset {
	for _, s := range n.sets {
		if s[0].Header().Rrtype == t {
			return s
		}
	}
	return nil
}

// Origin returns the name of the zone, without final dot.
func (z *Zone) Origin() string { return plain(z.origin) }

// Records returns all records: SOA and NS of the zone first, then by name.
func (z *Zone) Records() []dns.RR {
	var out []dns.RR
	for _, name := range z.names {
		for _, s := range z.nodes[name].sets {
			out = append(out, s...)
		}
	}
	return out
}

// Lookup returns the records of a name and type that stand in the zone,
// without wildcards and aliases.
func (z *Zone) Lookup(name string, typ uint16) []dns.RR {
	if n := z.nodes[canonical(name)]; n != nil {
		return n.set(typ)
	}
	return nil
}

// newZone builds the tables. Sets must be complete, names within origin.
func newZone(origin string, rrs []dns.RR) *Zone {
	z := &Zone{origin: origin, nodes: map[string]*node{origin: {}}}
	for _, rr := range rrs {
		z.insert(rr)
	}
	for name, n := range z.nodes {
		n.cut = name != origin && n.set(dns.TypeNS) != nil
		sort.SliceStable(n.sets, func(i, j int) bool { return setRank(n.sets[i]) < setRank(n.sets[j]) })
		for _, s := range n.sets {
			sortRRs(s)
		}
		if rest, ok := strings.CutPrefix(name, "*."); ok {
			if rest == "" {
				rest = "."
			}
			if p := z.nodes[rest]; p != nil {
				p.wild = true
			}
		}
		z.names = append(z.names, name)
	}
	sort.Slice(z.names, func(i, j int) bool { return compareNames(z.names[i], z.names[j]) < 0 })
	if s := z.nodes[origin].set(dns.TypeSOA); s != nil {
		z.soa = s[0].(*dns.SOA)
		neg := *z.soa
		neg.Hdr.Ttl = min(neg.Hdr.Ttl, neg.Minttl)
		z.denial = &neg
	}
	return z
}

// insert adds a record, and the names between it and the apex.
func (z *Zone) insert(rr dns.RR) {
	name := canonical(rr.Header().Name)
	n := z.nodes[name]
	if n == nil {
		n = &node{}
		z.nodes[name] = n
		for up := parent(name); up != "" && z.nodes[up] == nil && within(up, z.origin); up = parent(up) {
			z.nodes[up] = &node{}
		}
	}
	for i, s := range n.sets {
		if s[0].Header().Rrtype == rr.Header().Rrtype {
			n.sets[i] = append(s, rr)
			return
		}
	}
	n.sets = append(n.sets, rrset{rr})
}

// setRank orders the sets of a name for display: SOA, NS, then by type number.
func setRank(s rrset) int {
	switch t := s[0].Header().Rrtype; t {
	case dns.TypeSOA:
		return 0
	case dns.TypeNS:
		return 1
	default:
		return 2 + int(t)
	}
}

// sortRRs puts records of one set into the order of their data.
func sortRRs(s []dns.RR) {
	if len(s) < 2 {
		return
	}
	keys := make(map[dns.RR][]byte, len(s))
	for _, rr := range s {
		keys[rr] = rdataOf(rr)
	}
	sort.SliceStable(s, func(i, j int) bool { return bytes.Compare(keys[s[i]], keys[s[j]]) < 0 })
}

// rdataOf returns the uncompressed data of a record with names in lower case.
func rdataOf(rr dns.RR) []byte {
	buf := make([]byte, dns.Len(rr)+16)
	off, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		return nil
	}
	_, at, err := dns.UnpackDomainName(buf, 0)
	if err != nil || at+10 > off {
		return nil
	}
	data := buf[at+10 : off]
	switch rr.Header().Rrtype {
	case dns.TypeMX, dns.TypeNS, dns.TypeCNAME, dns.TypePTR:
		data = bytes.ToLower(data)
	}
	return data
}

// compareNames orders names label by label from the right (RFC 4034 §6.1).
func compareNames(a, b string) int {
	la, lb := dns.SplitDomainName(a), dns.SplitDomainName(b)
	for i := 1; i <= len(la) && i <= len(lb); i++ {
		if c := strings.Compare(la[len(la)-i], lb[len(lb)-i]); c != 0 {
			return c
		}
	}
	return len(la) - len(lb)
}

// Text returns a zone file from which the same zone can be parsed.
func (z *Zone) Text() string {
	var b strings.Builder
	b.WriteString("$ORIGIN " + z.origin + "\n")
	for _, rr := range z.Records() {
		b.WriteString(rr.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// ZoneSet is the zones that one server is authoritative for.
type ZoneSet struct {
	byName map[string]*Zone
	order  []string
}

// NewZoneSet returns a set of zones; of two with one name the later counts.
func NewZoneSet(zones ...*Zone) *ZoneSet {
	s := &ZoneSet{byName: make(map[string]*Zone, len(zones))}
	for _, z := range zones {
		if s.byName[z.origin] == nil {
			s.order = append(s.order, z.origin)
		}
		s.byName[z.origin] = z
	}
	return s
}

// Zones returns the zones in the order in which they were given.
func (s *ZoneSet) Zones() []*Zone {
	if s == nil {
		return nil
	}
	out := make([]*Zone, len(s.order))
	for i, n := range s.order {
		out[i] = s.byName[n]
	}
	return out
}

// find returns the zone that answers for a canonical name: the longest that
// contains it. The parent's zone answers for DS (RFC 4035 §3.1.4.1).
func (s *ZoneSet) find(name string, typ uint16) *Zone {
	if s == nil {
		return nil
	}
	if typ == dns.TypeDS && name != "." {
		if z := s.find(parent(name), dns.TypeNS); z != nil {
			return z
		}
	}
	for n := name; n != ""; n = parent(n) {
		if z := s.byName[n]; z != nil {
			return z
		}
	}
	return nil
}
