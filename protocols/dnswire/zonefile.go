package dnswire

import (
	"strings"

	"github.com/miekg/dns"
)

// ZoneConfig says how the text of a zone file is to be read.
type ZoneConfig struct {
	File string // names the text in problems
	Line int    // the number of its first line; 0 is 1
	// Origin is the name of the zone.
	Origin string
	// TTL is the time to live where neither the record nor a $TTL gives one;
	// 0 is the minimum of the zone's SOA, as in BIND, or 3600.
	TTL uint32
	// Primary, when not empty, names the name server for which SOA and NS
	// records are supplied where the zone has none.
	Primary string
	// Base, when not nil, is a zone of which the text replaces whole sets:
	// all records of a name and type.
	Base *Zone
	// Hints reads a hint file: no SOA is needed, nothing is out of zone.
	Hints bool
}

// defaultTTL is given to records of a zone that names no time to live at all.
const defaultTTL = 3600

// placed is a record and where it stood.
type placed struct {
	rr    dns.RR
	line  int
	col   int
	noTTL bool
}

type zoneParser struct {
	cfg    ZoneConfig
	probs  problems
	origin string // of relative names
	zone   string // canonical
	owner  string
	ttl    uint32
	hasTTL bool
	rrs    []placed
}

// ParseZone reads zone-file text (RFC 1035 §5, with BIND's $TTL). It returns all
// problems in the order of the text; the zone is nil when one of them is more
// than a warning. $INCLUDE and $GENERATE are refused.
func ParseZone(cfg ZoneConfig, text string) (*Zone, []Problem) {
	if cfg.Line == 0 {
		cfg.Line = 1
	}
	p := &zoneParser{cfg: cfg, probs: problems{file: cfg.File}}
	o, msg := absolute(token{text: dns.Fqdn(cfg.Origin)}, ".")
	if msg != "" {
		p.probs.add(cfg.Line, 1, false, "the zone name %q is no domain name", cfg.Origin)
		return nil, p.probs.list
	}
	p.origin, p.zone = o, canonical(o)
	if len(text) > MaxZoneText {
		p.probs.add(cfg.Line, 1, false, "the zone file has %d bytes, at most %d are read", len(text), MaxZoneText)
		return nil, p.probs.list
	}
	s := &zoneScanner{text: text, line: cfg.Line, probs: &p.probs}
	for {
		e, ok := s.next()
		if !ok {
			break
		}
		if len(p.rrs) >= MaxZoneRecords {
			p.probs.add(e.line, 1, false, "a zone has at most %d records", MaxZoneRecords)
			break
		}
		p.entry(e)
	}
	z := p.finish()
	list := p.probs.sorted()
	if Fatal(list) {
		return nil, list
	}
	return z, list
}

// entry reads a directive or a record.
func (p *zoneParser) entry(e entry) {
	if t := e.tokens[0]; !e.blank && !t.quoted && strings.HasPrefix(t.text, "$") {
		p.directive(e)
		return
	}
	toks := e.tokens
	if !e.blank {
		name, msg := absolute(toks[0], p.origin)
		if msg != "" {
			p.probs.add(toks[0].line, toks[0].col, false, "near '%s': %s", shown(toks[0].text), msg)
			return
		}
		p.owner, toks = name, toks[1:]
	} else if p.owner == "" {
		p.probs.add(toks[0].line, toks[0].col, false, "no owner name yet: the first record must begin with a name")
		return
	}
	p.record(e, toks)
}

func (p *zoneParser) directive(e entry) {
	t, args := e.tokens[0], e.tokens[1:]
	bad := func(format string, a ...any) { p.probs.add(t.line, t.col, false, format, a...) }
	switch strings.ToUpper(t.text) {
	case "$ORIGIN":
		if len(args) != 1 {
			bad("$ORIGIN: one domain name expected")
			return
		}
		if name, msg := absolute(args[0], p.origin); msg != "" {
			p.probs.add(args[0].line, args[0].col, false, "near '%s': %s", shown(args[0].text), msg)
		} else {
			p.origin = name
		}
	case "$TTL":
		if len(args) == 1 {
			if v, ok := parseTTL(args[0].text); ok {
				p.ttl, p.hasTTL = v, true
				return
			}
		}
		bad("$TTL: one time expected, as 3600 or 1h30m")
	case "$INCLUDE":
		bad("$INCLUDE is refused: a zone stands in one file here")
	case "$GENERATE":
		bad("$GENERATE is not modelled: write the records out")
	default:
		bad("unknown directive '%s'%s: $ORIGIN or $TTL expected", shown(t.text), p.probs.nearest(t.text, []string{"$ORIGIN", "$TTL"}))
	}
}

// record reads [TTL] [class] type data; TTL and class in either order.
func (p *zoneParser) record(e entry, toks []token) {
	h := dns.RR_Header{Name: p.owner, Class: dns.ClassINET}
	explicit, class := false, false
	last := e.tokens[len(e.tokens)-1]
	for len(toks) > 0 {
		t := toks[0]
		if v, ok := parseTTL(t.text); ok && !explicit {
			h.Ttl, explicit = v, true
		} else if c, ok := dns.StringToClass[strings.ToUpper(t.text)]; ok && !class && c != dns.ClassANY && c != dns.ClassNONE {
			if class = true; c != dns.ClassINET {
				p.probs.add(t.line, t.col, false, "class '%s' in a zone of class IN", shown(t.text))
				return
			}
		} else {
			break
		}
		toks = toks[1:]
	}
	if len(toks) == 0 {
		p.probs.add(last.line, last.col+len(last.text), false, "unexpected end of line: a record type expected")
		return
	}
	typ, ok := TypeOf(toks[0].text)
	if !ok || toks[0].quoted || metaType(typ) {
		p.probs.add(toks[0].line, toks[0].col, false, "unknown RR type '%s'%s", shown(toks[0].text), p.probs.nearest(toks[0].text, commonTypes))
		return
	}
	if typ == dns.TypeDNAME {
		p.probs.add(toks[0].line, toks[0].col, false, "DNAME is not modelled: write the names below it out")
		return
	}
	h.Rrtype = typ
	at := e.tokens[0]
	rr, noTTL := p.withTTL(h, explicit, toks)
	if rr == nil {
		return
	}
	p.keep(placed{rr: rr, line: at.line, col: at.col, noTTL: noTTL})
}

var commonTypes = []string{"A", "AAAA", "MX", "NS", "CNAME", "SOA", "TXT", "PTR", "SRV", "CAA", "TLSA", "SPF"}

// metaType tells whether a type exists in questions only.
func metaType(t uint16) bool { return t == 0 || t == dns.TypeOPT || t >= 128 && t <= 255 }

// withTTL parses the data and settles the time to live: the record's own, the
// $TTL, in a whole zone file that of the record before it (RFC 1035 §5.1), else
// left to finish.
func (p *zoneParser) withTTL(h dns.RR_Header, explicit bool, toks []token) (dns.RR, bool) {
	noTTL := false
	switch {
	case explicit:
		if whole := p.cfg.Base == nil && p.cfg.Primary == ""; whole && !p.hasTTL && p.cfg.TTL == 0 {
			p.ttl, p.hasTTL = h.Ttl, true
		}
	case p.hasTTL:
		h.Ttl = p.ttl
	case p.cfg.TTL != 0:
		h.Ttl = p.cfg.TTL
	default:
		noTTL = true
	}
	d := &rdataParser{toks: toks[1:], after: toks[0], origin: p.origin}
	rr := d.parse(h)
	for _, w := range d.warns {
		p.probs.add(w.at.line, w.at.col, true, "%s", w.msg)
	}
	if d.err != "" {
		p.probs.add(d.at.line, d.at.col, false, "%s", d.err)
		return nil, false
	}
	if soa, ok := rr.(*dns.SOA); ok && noTTL {
		soa.Hdr.Ttl, noTTL = soa.Minttl, false
		p.ttl, p.hasTTL = soa.Minttl, true // BIND: no TTL specified; using SOA MINTTL instead
	}
	return rr, noTTL
}

// keep checks a record by itself and adds it.
func (p *zoneParser) keep(r placed) {
	h := r.rr.Header()
	if !p.cfg.Hints && !within(canonical(h.Name), p.zone) {
		p.probs.add(r.line, r.col, true, "ignoring out-of-zone data (%s)", plain(h.Name))
		return
	}
	switch h.Rrtype {
	case dns.TypeA, dns.TypeAAAA, dns.TypeMX:
		if !isHostname(h.Name, true) {
			p.probs.add(r.line, r.col, false, "%s: bad owner name (check-names)", plain(h.Name))
			return
		}
	case dns.TypeSOA:
		if canonical(h.Name) != p.zone && !p.cfg.Hints {
			p.probs.add(r.line, r.col, false, "SOA record not at the top of the zone (%s)", plain(h.Name))
			return
		}
	}
	p.rrs = append(p.rrs, r)
}

// finish settles what only the whole text tells and builds the zone.
func (p *zoneParser) finish() *Zone {
	all := p.sets()
	if p.cfg.Base != nil {
		all = overlay(p.cfg.Base, all)
	}
	z := newZone(p.zone, all)
	if !p.cfg.Hints {
		all = append(all, p.supply(z)...)
		z = newZone(p.zone, all)
		p.check(z)
	}
	return z
}

// sets gives all records of a set one TTL (RFC 2181 §5.2) and drops doubles.
func (p *zoneParser) sets() []dns.RR {
	type key struct {
		name string
		typ  uint16
	}
	var out []dns.RR
	first := map[key]uint32{}
	seen := map[string]bool{}
	for _, r := range p.rrs {
		h := r.rr.Header()
		k := key{canonical(h.Name), h.Rrtype}
		ttl, ok := first[k]
		switch {
		case r.noTTL && ok:
			h.Ttl = ttl
		case r.noTTL:
			if h.Ttl = defaultTTL; p.cfg.Base != nil && p.cfg.Base.soa != nil {
				h.Ttl = p.cfg.Base.soa.Hdr.Ttl
			}
		case ok && h.Ttl != ttl:
			p.probs.add(r.line, r.col, true, "TTL set to prior TTL (%d)", ttl)
			h.Ttl = ttl
		}
		if !ok {
			first[k] = h.Ttl
		}
		id := k.name + "\x00" + string([]byte{byte(h.Rrtype >> 8), byte(h.Rrtype)}) + string(rdataOf(r.rr))
		if seen[id] {
			continue
		}
		seen[id] = true
		if ok && (h.Rrtype == dns.TypeCNAME || h.Rrtype == dns.TypeSOA) {
			p.probs.add(r.line, r.col, false, "%s: multiple RRs of singleton type", plain(h.Name))
			continue
		}
		out = append(out, r.rr)
	}
	return out
}

// overlay returns the records of base with the sets of over in place of its own.
// A CNAME replaces all that its name had, and is replaced by anything.
func overlay(base *Zone, over []dns.RR) []dns.RR {
	replaced := map[string]map[uint16]bool{}
	for _, rr := range over {
		n := canonical(rr.Header().Name)
		if replaced[n] == nil {
			replaced[n] = map[uint16]bool{}
		}
		replaced[n][rr.Header().Rrtype] = true
	}
	var out []dns.RR
	for _, rr := range base.Records() {
		types := replaced[canonical(rr.Header().Name)]
		t := rr.Header().Rrtype
		if types[t] || types[dns.TypeCNAME] || t == dns.TypeCNAME && len(types) > 0 {
			continue
		}
		out = append(out, rr)
	}
	return append(out, over...)
}

// supply returns the SOA and NS records that the zone lacks.
func (p *zoneParser) supply(z *Zone) []dns.RR {
	if p.cfg.Primary == "" {
		return nil
	}
	ttl := p.cfg.TTL
	if p.hasTTL {
		ttl = p.ttl
	}
	if ttl == 0 {
		ttl = defaultTTL
	}
	ns := dns.Fqdn(p.cfg.Primary)
	h := dns.RR_Header{Name: dns.Fqdn(p.cfg.Origin), Class: dns.ClassINET, Ttl: ttl}
	var out []dns.RR
	if z.soa == nil {
		mbox := "hostmaster." + h.Name
		if p.zone == "." {
			mbox = "hostmaster."
		}
		h.Rrtype = dns.TypeSOA
		out = append(out, &dns.SOA{Hdr: h, Ns: ns, Mbox: mbox, Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 300})
	}
	if z.nodes[p.zone].set(dns.TypeNS) == nil {
		h.Rrtype = dns.TypeNS
		out = append(out, &dns.NS{Hdr: h, Ns: ns})
	}
	return out
}
