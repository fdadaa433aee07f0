package dnswire

import "github.com/miekg/dns"

// gotKind says what a reply amounts to.
type gotKind uint8

const (
	gotNothing  gotKind = iota // lame, refused, broken
	gotAnswer                  // records of the type
	gotAlias                   // a CNAME instead
	gotDenial                  // no such name, or no such data
	gotReferral                // the servers of a zone closer to the name
)

// result is what a question to the servers of a zone came to.
type result struct {
	kind  gotKind
	entry *cached
}

func (r result) settled() bool { return r.kind != gotNothing }

// learn puts what a reply says into the cache, as far as the servers of the zone
// may say it, and returns what it means for the question. A forwarder may speak
// about all names.
func (l *lookup) learn(zone, q string, qt uint16, m *dns.Msg, forwarder bool) result {
	if m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		return result{}
	}
	now := l.now()
	sets := group(m.Answer)
	if res := l.learnAnswer(zone, q, qt, sets, now); res.settled() {
		if m.Authoritative {
			l.learnServers(zone, q, m, now)
		}
		return res
	}
	var soa *dns.SOA
	for _, rr := range m.Ns {
		if s, ok := rr.(*dns.SOA); ok && within(q, canonical(s.Hdr.Name)) && within(canonical(s.Hdr.Name), zone) {
			soa = s
		}
	}
	if m.Rcode == dns.RcodeNameError || soa != nil || forwarder || m.Authoritative {
		l.r.cache.denial(q, qt, m.Rcode, soa, l.cause, now)
		return result{gotDenial, &cached{soa: soa, rcode: uint8(m.Rcode), trust: trustAnswer, cause: l.cause, expire: now + denialTTL(soa)}}
	}
	return l.learnReferral(zone, q, m, now)
}

func denialTTL(soa *dns.SOA) int64 {
	if soa == nil {
		return 0
	}
	return int64(min(soa.Hdr.Ttl, soa.Minttl, maxNegativeTTL))
}

// set is the records of one name and type in one section.
type set struct {
	name string
	typ  uint16
	rrs  rrset
}

// group sorts the records of a section into sets, in order of appearance.
func group(rrs []dns.RR) []set {
	var out []set
next:
	for _, rr := range rrs {
		h := rr.Header()
		if h.Class != dns.ClassINET {
			continue
		}
		name := canonical(h.Name)
		for i := range out {
			if out[i].name == name && out[i].typ == h.Rrtype {
				out[i].rrs = append(out[i].rrs, rr)
				continue next
			}
		}
		out = append(out, set{name, h.Rrtype, rrset{rr}})
	}
	return out
}

// learnAnswer follows the aliases in the answer section from the name asked,
// keeps each set, and stops where the zone ends: what its servers say about
// other zones is not believed.
func (l *lookup) learnAnswer(zone, q string, qt uint16, sets []set, now int64) result {
	var first result
	at := q
	for hops := 0; hops <= maxRestarts; hops++ {
		var alias string
		for _, s := range sets {
			if s.name != at || !within(at, zone) {
				continue
			}
			if qt == dns.TypeANY {
				first = result{gotAnswer, l.any(at, sets, now)}
				return first
			}
			if s.typ != qt && s.typ != dns.TypeCNAME {
				continue
			}
			l.r.cache.records(s.name, s.rrs, trustAnswer, l.cause, now)
			e := &cached{rrs: s.rrs, trust: trustAnswer, cause: l.cause, expire: now + int64(s.rrs[0].Header().Ttl)}
			kind := gotAnswer
			if s.typ != qt {
				kind = gotAlias
				alias = canonical(s.rrs[0].(*dns.CNAME).Target)
			}
			if !first.settled() {
				first = result{kind, e}
			}
			if s.typ == qt {
				return first
			}
		}
		if alias == "" {
			return first
		}
		at = alias
	}
	return first
}

// any collects the sets of a name for a question of type ANY; they are kept one
// by one, not as an answer to ANY.
func (l *lookup) any(name string, sets []set, now int64) *cached {
	e := &cached{trust: trustAnswer, cause: l.cause, expire: now + maxCacheTTL}
	for _, s := range sets {
		if s.name == name {
			l.r.cache.records(s.name, s.rrs, trustAnswer, l.cause, now)
			e.rrs = append(e.rrs, s.rrs...)
			e.expire = min(e.expire, now+int64(s.rrs[0].Header().Ttl))
		}
	}
	return e
}

// learnServers keeps the NS records beside an authoritative answer and the
// addresses that came along, as far as they belong to the zone.
func (l *lookup) learnServers(zone, q string, m *dns.Msg, now int64) {
	for _, s := range group(m.Ns) {
		if s.typ == dns.TypeNS && within(s.name, zone) && within(q, s.name) {
			l.r.cache.records(s.name, s.rrs, trustAuthority, l.cause, now)
		}
	}
	l.learnAddresses(zone, m, trustAdditional, now)
}

func (l *lookup) learnAddresses(zone string, m *dns.Msg, tr trust, now int64) {
	for _, s := range group(m.Extra) {
		if (s.typ == dns.TypeA || s.typ == dns.TypeAAAA) && within(s.name, zone) {
			l.r.cache.records(s.name, s.rrs, tr, l.cause, now)
		}
	}
}

// learnReferral keeps the servers of a zone closer to the name asked. Addresses
// are taken only for servers inside that zone; for others, wherever they may
// stand, the resolver asks itself, as BIND does since spoofed glue outside was
// found to be believed.
func (l *lookup) learnReferral(zone, q string, m *dns.Msg, now int64) result {
	for _, s := range group(m.Ns) {
		if s.typ != dns.TypeNS || s.name == zone || !within(s.name, zone) || !within(q, s.name) {
			continue
		}
		l.r.cache.records(s.name, s.rrs, trustGlue, l.cause, now)
		l.learnAddresses(s.name, m, trustGlue, now)
		return result{kind: gotReferral}
	}
	return result{} // lame: it neither answers nor leads any closer
}
