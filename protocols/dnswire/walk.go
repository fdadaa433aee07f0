package dnswire

import (
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// Limits of one question's work, as BIND has them (max-recursion-queries,
// max-recursion-depth).
const (
	maxQueries = 100
	maxDepth   = 7
	// maxMinimised is how many labels a minimised question has at most, the
	// root counted (BIND's DNS_QMIN_MAXLABELS).
	maxMinimised = 7
)

// lookup is the work for one question.
type lookup struct {
	r        *Resolver
	x        Exchanger
	left     int // questions that may still be sent
	depth    int // name servers whose own addresses are being looked up
	deadline time.Time
	cause    uint32 // the last event that arrived
	busy     map[string]bool
}

func (l *lookup) now() int64 { return l.r.cfg.Now().Unix() }

// get returns the records of a name and type, an alias, or a denial, from memory
// or from outside; nil when it could not be found out. With above not empty the
// walk starts at a zone that is a proper parent of above.
func (l *lookup) get(name string, typ uint16, minimise bool, above string) *cached {
	if e := l.r.cache.answer(name, typ, l.now()); e != nil {
		return e
	}
	if to, only := l.r.forwarders(name); len(to) > 0 {
		if e := l.ask(".", to, name, typ, true); e.settled() || only {
			return l.orFailure(e.entry, name, typ)
		}
	}
	return l.orFailure(l.walk(name, typ, minimise, above), name, typ)
}

// orFailure remembers for a second that a question has no answer.
func (l *lookup) orFailure(e *cached, name string, typ uint16) *cached {
	if e == nil {
		fail := &cached{rcode: dns.RcodeServerFailure, trust: trustAnswer, cause: l.cause, expire: l.now() + servfailTTL}
		l.r.cache.put(cacheKey{name, typ}, fail, l.now())
	}
	return e
}

// forwarders returns where questions about a name are sent instead of walking.
func (r *Resolver) forwarders(name string) (to []netip.Addr, only bool) {
	if len(r.cfg.ForwardZones) > 0 {
		for n := name; n != ""; n = parent(n) {
			if f, ok := r.cfg.ForwardZones[plain(n)]; ok {
				return f.To, f.Only
			}
		}
	}
	return r.cfg.Forwarders, r.cfg.ForwardOnly
}

// walk follows referrals from the closest zone that is known down to the one
// that answers. With minimise the servers on the way are told no more of the
// name than they need: they are asked for the NS records of the next label
// (RFC 9156). A denial or a refusal on the way is not believed, the whole name is
// asked then (BIND's qname-minimization relaxed).
func (l *lookup) walk(name string, typ uint16, minimise bool, above string) *cached {
	labels := 0 // of the question: never fewer than last time
	for l.left > 0 {
		zone, servers := l.zoneFor(name, typ, above)
		above = ""
		for zone != "." && l.stuck(zone, servers) {
			zone, servers = l.zoneFor(name, typ, zone)
		}
		if servers == nil {
			return nil
		}
		q, qt := name, typ
		if minimise {
			q, qt = l.minimised(zone, name, typ, &labels)
		}
		res := l.askZone(zone, servers, q, qt)
		full := q == name && qt == typ
		switch {
		case res.kind == gotNothing && full:
			return nil
		case res.kind == gotNothing:
			minimise = false // perhaps the server only dislikes this question
		case res.kind == gotReferral:
		case full:
			return res.entry
		case res.kind == gotDenial && res.entry.rcode == dns.RcodeNameError:
			minimise = false
		case res.kind == gotAlias:
			minimise = false
		default: // NODATA or NS records of the label: one label more
			labels = dns.CountLabel(q) + 1
		}
		if e := l.r.cache.answer(name, typ, l.now()); e != nil && minimise {
			return e
		}
	}
	return nil
}

// stuck tells whether none of a zone's servers can be asked, because all stand inside it and the work is
// about their very addresses: what the zone above gave along with their names
// was forgotten before the names.
func (l *lookup) stuck(zone string, servers rrset) bool {
	for _, rr := range servers {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		if host := canonical(ns.Ns); !within(host, zone) || !l.busy[host] || len(l.known(zone, host)) > 0 {
			return false
		}
	}
	return true
}

// minimised returns the question to ask the servers of a zone on the way to
// name: one label more than the zone, skipping labels known to be no zone.
func (l *lookup) minimised(zone, name string, typ uint16, labels *int) (string, uint16) {
	total := dns.CountLabel(name)
	n := max(dns.CountLabel(zone)+1, *labels)
	for ; n < total && n < maxMinimised; n++ {
		q := suffix(name, n)
		e := l.r.cache.answer(q, dns.TypeNS, l.now())
		if e == nil || e.rcode == dns.RcodeServerFailure {
			*labels = n
			return q, dns.TypeNS
		}
		if e.rcode == dns.RcodeNameError {
			break
		}
	}
	*labels = total
	return name, typ
}

// zoneFor returns the closest zone above or at a name whose servers are known,
// and their names.
func (l *lookup) zoneFor(name string, typ uint16, above string) (zone string, servers rrset) {
	n := name
	if typ == dns.TypeDS && n != "." {
		n = parent(n)
	}
	if above != "" && above != "." {
		n = parent(above)
	}
	for ; n != "" && n != "."; n = parent(n) {
		if e := l.r.cache.at(cacheKey{n, dns.TypeNS}, l.now(), trustGlue); e != nil && len(e.rrs) > 0 {
			return n, e.rrs
		}
	}
	return ".", l.root()
}

// root returns the servers of the root. When they are only known from the hints,
// the first that answers is asked who they are (priming, RFC 9609).
func (l *lookup) root() rrset {
	k := cacheKey{".", dns.TypeNS}
	if e := l.r.cache.at(k, l.now(), trustAuthority); e != nil && len(e.rrs) > 0 {
		return e.rrs
	}
	if l.r.cfg.Hints == nil {
		return nil
	}
	hints := rrset(l.r.cfg.Hints.Lookup(".", dns.TypeNS))
	if len(hints) == 0 || l.busy["."] {
		return hints
	}
	l.enter(".")
	res := l.askZone(".", hints, ".", dns.TypeNS)
	delete(l.busy, ".")
	if res.kind == gotAnswer {
		return res.entry.rrs
	}
	return hints
}

func (l *lookup) enter(name string) {
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[name] = true
}

// askZone asks the servers of a zone: those whose addresses are known, and when
// none of them helps, those whose addresses have to be looked up first.
func (l *lookup) askZone(zone string, servers rrset, q string, qt uint16) result {
	var known []netip.Addr
	var unknown []string
	for _, rr := range servers {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		host := canonical(ns.Ns)
		if as := l.known(zone, host); len(as) > 0 {
			known = append(known, as...)
		} else {
			unknown = append(unknown, host)
		}
	}
	if len(known) > 0 {
		if res := l.ask(zone, known, q, qt, false); res.settled() {
			return res
		}
	}
	for _, host := range unknown {
		if as := l.address(zone, host); len(as) > 0 {
			if res := l.ask(zone, as, q, qt, false); res.settled() {
				return res
			}
		}
	}
	return result{}
}

// known returns the addresses of a server that need no asking.
func (l *lookup) known(zone, host string) []netip.Addr {
	if e := l.r.cache.at(cacheKey{host, dns.TypeA}, l.now(), trustAdditional); e != nil && len(e.rrs) > 0 {
		return addrsOf(e.rrs)
	}
	if zone == "." && l.r.cfg.Hints != nil {
		return addrsOf(l.r.cfg.Hints.Lookup(host, dns.TypeA))
	}
	return nil
}

// address looks up the address of a name server. That question is not minimised,
// as in BIND, and when the server stands inside the very zone that it serves it
// starts above that zone, where the glue is.
func (l *lookup) address(zone, host string) []netip.Addr {
	if l.busy[host] || l.depth >= maxDepth {
		return nil
	}
	l.enter(host)
	l.depth++
	above := ""
	if within(host, zone) {
		above = zone
	}
	e := l.get(host, dns.TypeA, false, above)
	l.depth--
	delete(l.busy, host)
	if e == nil || len(e.rrs) == 0 {
		return l.known(zone, host)
	}
	return addrsOf(e.rrs) // an alias gives none: RFC 2181 §10.3
}

func addrsOf(rrs []dns.RR) []netip.Addr {
	var out []netip.Addr
	for _, rr := range rrs {
		if a, ok := rr.(*dns.A); ok {
			if ad, ok := netip.AddrFromSlice(a.A.To4()); ok {
				out = append(out, ad)
			}
		}
	}
	return out
}
