package dnswire

import (
	"net/netip"

	"github.com/miekg/dns"
)

// maxRestarts is how many aliases are followed, BIND's max-query-restarts.
const maxRestarts = 11

// authoritative fills the reply from a zone (RFC 1034 §4.3.2).
func authoritative(in *exchange, z *Zone, zones *ZoneSet, req Request) {
	name := in.name
	seen := map[string]bool(nil)
	for restarts := 0; ; restarts++ {
		f := z.find(name, in.typ)
		if f.kind == foundCut && restarts == 0 {
			in.referral(z, f.node, req)
			return
		}
		in.out.Authoritative = true
		switch f.kind {
		case foundCut:
			in.referral(z, f.node, req)
			return
		case foundNothing:
			in.out.Rcode = dns.RcodeNameError
			in.out.Ns = []dns.RR{z.denial}
			return
		}
		cname := f.node.set(dns.TypeCNAME)
		if cname == nil || in.typ == dns.TypeCNAME || in.typ == dns.TypeANY {
			in.data(z, f, name, req)
			return
		}
		if !seen[name] {
			in.out.Answer = append(in.out.Answer, ownedBy(cname, f, in.owner(name))...)
		}
		if restarts >= maxRestarts {
			in.out.Rcode = dns.RcodeServerFailure
			in.ede = &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeOther, ExtraText: "max. restarts reached"}
			return
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[name] = true
		name = canonical(cname[0].(*dns.CNAME).Target)
		if zones.find(name, in.typ) != z {
			return // BIND does not go on in another zone
		}
	}
}

// owner returns the name to write for a wildcard's records: the question's own
// spelling, or that of the alias which led here.
func (in *exchange) owner(name string) string {
	if n := len(in.out.Answer); n > 0 {
		if c, ok := in.out.Answer[n-1].(*dns.CNAME); ok {
			return c.Target
		}
	}
	return in.out.Question[0].Name
}

func ownedBy(s rrset, f found, owner string) rrset {
	if f.wild {
		return s.as(owner)
	}
	return s
}

// mixed appends a set in random order, as BIND's rrset-order does.
func mixed(out []dns.RR, s rrset, dice Dice) []dns.RR {
	from := len(out)
	out = append(out, s...)
	part := out[from:]
	shuffle(len(part), dice, func(i, j int) { part[i], part[j] = part[j], part[i] })
	return out
}

// data answers from a node: the records, or that there are none of the type.
func (in *exchange) data(z *Zone, f found, name string, req Request) {
	owner := ""
	if f.wild {
		owner = in.owner(name)
	}
	before := len(in.out.Answer)
	apexNS := false
	for _, s := range f.node.sets {
		t := s[0].Header().Rrtype
		if in.typ != dns.TypeANY && t != in.typ {
			continue
		}
		apexNS = apexNS || t == dns.TypeNS && f.name == z.origin
		in.out.Answer = mixed(in.out.Answer, ownedBy(s, f, owner), req.Dice)
		if in.typ != dns.TypeANY {
			in.more(z, s, z.origin == "." && t == dns.TypeNS)
		}
	}
	if len(in.out.Answer) == before {
		in.out.Ns = []dns.RR{z.denial}
		return
	}
	// minimal-responses no-auth-recursive, BIND's default: who desires
	// recursion gets no authority section.
	if ns := z.nodes[z.origin].set(dns.TypeNS); !in.out.RecursionDesired && !apexNS {
		in.out.Ns = mixed(in.out.Ns, ns, req.Dice)
		if in.typ != dns.TypeANY {
			in.more(z, ns, z.origin == ".")
		}
	}
	in.glueOrder(req)
}

// referral names the servers of a part that was delegated away, with the
// addresses that stand below a cut of this zone. Addresses that are proper data
// of the zone are left out, as BIND does.
func (in *exchange) referral(z *Zone, n *node, req Request) {
	ns := n.set(dns.TypeNS)
	in.out.Ns = mixed(in.out.Ns, ns, req.Dice)
	for _, rr := range ns {
		host := canonical(rr.(*dns.NS).Ns)
		for _, t := range addressTypes {
			in.extra = append(in.extra, z.glue(host, t)...)
		}
	}
	in.must = len(in.extra) > 0
	in.glueOrder(req)
}

var addressTypes = [...]uint16{dns.TypeA, dns.TypeAAAA}

// more adds the addresses of the hosts that a set names (RFC 1035 §3.3.9,
// §3.3.11), as far as this zone has them. Only an answer about the root's own
// servers, which primes a resolver, comes with glue as well (RFC 9609 §4).
func (in *exchange) more(z *Zone, s rrset, glue bool) {
	if len(s) > maxNamed {
		return
	}
	for _, rr := range s {
		host := targetOf(rr)
		if host == "" {
			continue
		}
		name := canonical(host)
		f := z.find(name, dns.TypeA)
		for _, t := range addressTypes {
			switch {
			case f.kind == foundNode:
				if set := f.node.set(t); set != nil {
					in.addExtra(ownedBy(set, f, host))
				}
			case f.kind == foundCut && glue:
				in.addExtra(z.glue(name, t))
			}
		}
	}
}

// maxNamed is up to how many records a name server looks for the addresses of the
// hosts in them. Behind a larger set it adds none: that would be a cheap way to
// keep it busy (BIND 9.18.33, CVE-2024-11187).
const maxNamed = 13

// targetOf returns the host that a record names, "" for other types and ".".
func targetOf(rr dns.RR) string {
	host := ""
	switch rr := rr.(type) {
	case *dns.MX:
		host = rr.Mx
	case *dns.NS:
		host = rr.Ns
	case *dns.SRV:
		host = rr.Target
	}
	if host == "." {
		return ""
	}
	return host
}

// addExtra adds a set to the additional section unless the reply has it already.
func (in *exchange) addExtra(s rrset) {
	if len(s) == 0 {
		return
	}
	h := s[0].Header()
	for _, part := range [...][]dns.RR{in.out.Answer, in.extra} {
		for _, rr := range part {
			if o := rr.Header(); o.Rrtype == h.Rrtype && canonical(o.Name) == canonical(h.Name) {
				return
			}
		}
	}
	in.extra = append(in.extra, s...)
}

// glueOrder puts the addresses of the asker's own family first, BIND's
// preferred-glue.
func (in *exchange) glueOrder(req Request) {
	first := dns.TypeA
	if isV6(req.From) {
		first = dns.TypeAAAA
	}
	mixed := false
	for _, rr := range in.extra {
		mixed = mixed || rr.Header().Rrtype != first
	}
	if !mixed {
		return
	}
	ordered := make([]dns.RR, 0, len(in.extra))
	for _, want := range [...]bool{true, false} {
		for _, rr := range in.extra {
			if (rr.Header().Rrtype == first) == want {
				ordered = append(ordered, rr)
			}
		}
	}
	in.extra = ordered
}

func isV6(a netip.Addr) bool { return a.IsValid() && !a.Unmap().Is4() }
