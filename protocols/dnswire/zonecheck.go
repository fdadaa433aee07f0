package dnswire

import "github.com/miekg/dns"

// check looks at the zone as named does when it loads one.
func (p *zoneParser) check(z *Zone) {
	apex := z.nodes[p.zone]
	if z.soa == nil {
		p.probs.add(p.cfg.Line, 1, false, "zone %s: has 0 SOA records", plain(p.zone))
	}
	if apex.set(dns.TypeNS) == nil {
		p.probs.add(p.cfg.Line, 1, false, "zone %s: has no NS records", plain(p.zone))
	}
	for _, name := range z.names {
		n := z.nodes[name]
		if n.set(dns.TypeCNAME) != nil && len(n.sets) > 1 {
			line, col := p.where(name, dns.TypeCNAME)
			p.probs.add(line, col, false, "%s: CNAME and other data", plain(name))
		}
	}
	if Fatal(p.probs.list) {
		return // addresses may be missing because their lines are broken
	}
	for _, r := range p.rrs {
		switch rr := r.rr.(type) {
		case *dns.MX:
			p.checkTarget(z, r, "MX", rr.Mx)
		case *dns.NS:
			if canonical(rr.Hdr.Name) == p.zone {
				p.checkTarget(z, r, "NS", rr.Ns)
			}
		}
	}
}

// checkTarget is BIND's check-integrity: hosts in the zone must have addresses.
func (p *zoneParser) checkTarget(z *Zone, r placed, kind, target string) {
	name := canonical(target)
	if name == "." || !within(name, p.zone) {
		return
	}
	res := z.find(name, dns.TypeA)
	if res.kind == foundCut {
		return
	}
	if res.kind == foundNode && (res.node.set(dns.TypeA) != nil || res.node.set(dns.TypeAAAA) != nil) {
		return
	}
	what := "has no address records (A or AAAA)"
	if res.kind == foundNode && res.node.set(dns.TypeCNAME) != nil {
		what = "is a CNAME (illegal)"
	}
	p.probs.add(r.line, r.col, kind == "MX", "%s/%s '%s' %s", plain(r.rr.Header().Name), kind, plain(target), what)
}

// where returns the place of the first record of the text with a name,
// preferably of a type.
func (p *zoneParser) where(name string, typ uint16) (line, col int) {
	line, col = p.cfg.Line, 1
	found := false
	for _, r := range p.rrs {
		h := r.rr.Header()
		if canonical(h.Name) != name || found && h.Rrtype != typ {
			continue
		}
		line, col, found = r.line, r.col, true
		if h.Rrtype == typ {
			break
		}
	}
	return line, col
}
