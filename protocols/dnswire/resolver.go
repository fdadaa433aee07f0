package dnswire

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// Exchanger sends a resolver's questions to other servers.
type Exchanger interface {
	// Exchange sends a packet to port 53 of a server and returns the reply.
	// cause is the trace event that recorded the reply's arrival. It may take
	// up to wait of the world's time; the error is ErrTimeout after that and
	// ErrRefused when the server's host says that nobody listens.
	Exchange(to netip.Addr, tcp bool, query []byte, wait time.Duration) (reply []byte, cause uint32, err error)
}

// What Exchange can fail with.
var (
	ErrTimeout = errors.New("no answer in time")
	ErrRefused = errors.New("nobody listens there")
)

// ResolverConfig is what a resolver is made of.
type ResolverConfig struct {
	Hints      *Zone    // the root servers to begin with
	Zones      *ZoneSet // zones of its own, may be nil
	Forwarders []netip.Addr
	// ForwardOnly gives up when the forwarders do; else the resolver then
	// walks itself.
	ForwardOnly bool
	// ForwardZones are forwarders for parts of the name space, by canonical
	// name (CanonicalName).
	ForwardZones map[string]Forward
	Secret       [16]byte // of the cookies
	Now          func() time.Time
	Dice         Dice // ids, order of servers with the same past
}

// Forward is where the questions below a name are sent.
type Forward struct {
	To   []netip.Addr
	Only bool
}

// Resolver answers questions by asking other servers, from the root down, and
// remembers what it was told (RFC 1034 §5.3.3).
type Resolver struct {
	cfg     ResolverConfig
	cache   cache
	warm    warmReplies
	cookies map[netip.Addr]string        // the cookie as the server completed it, hexadecimal
	rtt     map[netip.Addr]time.Duration // smoothed
	plain   map[netip.Addr]bool          // servers that do not understand EDNS
}

// NewResolver returns a resolver with an empty cache.
func NewResolver(cfg ResolverConfig) *Resolver {
	r := &Resolver{cfg: cfg}
	r.Flush()
	return r
}

// Flush forgets everything learned, as "rndc flush" does.
func (r *Resolver) Flush() {
	r.cache.entries = map[cacheKey]*cached{}
	r.warm = warmReplies{}
	r.cookies = map[netip.Addr]string{}
	r.rtt = map[netip.Addr]time.Duration{}
	r.plain = map[netip.Addr]bool{}
}

// CacheEntries returns what the resolver remembers, by name.
func (r *Resolver) CacheEntries() []CacheEntry { return r.cache.list(r.cfg.Now().Unix()) }

// ResolveTimeout is how long a resolver tries before it says SERVFAIL, BIND's
// resolver-query-timeout.
const ResolveTimeout = 10 * time.Second

// Answer returns the reply to a question; nil to say nothing. cause is the event
// that brought the last piece of the answer, at whatever time; 0 when nothing
// from outside was used.
func (r *Resolver) Answer(x Exchanger, req Request, query []byte) (reply []byte, cause uint32) {
	reply, cause, ready := r.again(req, query)
	if reply != nil {
		return reply, cause
	}
	dice := &rolled{dice: req.Dice, ready: ready, orders: 1}
	if req.Dice != nil {
		req.Dice = dice
	}
	in := readQuery(query)
	if in == nil {
		return nil, 0
	}
	in.out.RecursionAvailable = in.out.Opcode == dns.OpcodeQuery && len(in.out.Question) == 1
	if in.typ == dns.TypeAXFR || in.typ == dns.TypeIXFR {
		in.out.Rcode, in.done = noTransfer(req, in), true
	}
	if in.done {
		return in.pack(req, r.cfg.Secret), 0
	}
	l := &lookup{r: r, x: x, left: maxQueries, deadline: r.cfg.Now().Add(ResolveTimeout)}
	name, ours := in.name, false
	for hops := 0; ; hops++ {
		z := r.cfg.Zones.find(name, in.typ)
		if z == nil {
			break
		}
		ours, in.name = true, name
		authoritative(in, z, r.cfg.Zones, req)
		if name = in.leaves(z); name == "" || !in.out.RecursionDesired || hops >= maxRestarts {
			return in.pack(req, r.cfg.Secret), 0
		}
	}
	switch {
	case in.out.RecursionDesired:
		cause = r.recurse(l, in, name, req)
	case !ours:
		cause = r.fromCache(in, req)
	}
	reply = in.pack(req, r.cfg.Secret)
	if in.out.RecursionDesired && !ours && l.left == maxQueries {
		r.keepWarm(in, req, dice, query, reply, cause)
	}
	return reply, cause
}

// leaves returns where an authoritative answer ends in an alias that points out
// of the zone, "" when it does not.
func (in *exchange) leaves(z *Zone) string {
	if len(in.out.Answer) == 0 || len(in.out.Ns) > 0 || in.out.Rcode != dns.RcodeSuccess {
		return ""
	}
	if c, ok := in.out.Answer[len(in.out.Answer)-1].(*dns.CNAME); ok && in.typ != dns.TypeCNAME && !within(canonical(c.Target), z.origin) {
		return canonical(c.Target)
	}
	return ""
}

// recurse finds the answer, alias by alias.
func (r *Resolver) recurse(l *lookup, in *exchange, name string, req Request) (cause uint32) {
	if in.typ == dns.TypeANY {
		if cause, known := r.allFromCache(in, name, req); known {
			return cause
		}
	}
	seen := map[string]bool(nil)
	for restarts := 0; ; restarts++ {
		e := l.get(name, in.typ, true, "")
		now := r.cfg.Now().Unix()
		if e == nil || e.rcode == dns.RcodeServerFailure || restarts > maxRestarts {
			in.out.Rcode, in.out.Authoritative = dns.RcodeServerFailure, false
			in.memory = fromMemory{}
			if restarts <= maxRestarts {
				in.out.Answer = nil
			}
			if e != nil {
				l.cause = e.cause
			}
			return l.cause
		}
		cause = e.cause
		in.memory.takes(e)
		if len(e.rrs) == 0 {
			in.out.Rcode = int(e.rcode)
			in.out.Ns = e.agedSOA(now)
			return cause
		}
		set := e.aged(now)
		if !seen[name] {
			in.out.Answer = mixed(in.out.Answer, set, req.Dice)
		}
		c, alias := set[0].(*dns.CNAME)
		if !alias || in.typ == dns.TypeCNAME || in.typ == dns.TypeANY {
			if in.typ != dns.TypeANY {
				r.moreFromCache(in, e.rrs, now)
				in.glueOrder(req)
			}
			return cause
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[name] = true
		name = canonical(c.Target)
	}
}

// allFromCache answers a question of type ANY with whatever is known of the
// name, as a resolver does that knows something (RFC 1035 §3.2.3).
func (r *Resolver) allFromCache(in *exchange, name string, req Request) (cause uint32, known bool) {
	now := r.cfg.Now().Unix()
	var types []uint16
	for k, e := range r.cache.entries {
		if k.name == name && k.typ != 0 && k.typ != dns.TypeANY && len(e.rrs) > 0 && e.expire > now && e.trust >= trustAuthority {
			types = append(types, k.typ)
		}
	}
	slices.Sort(types)
	for _, t := range types {
		e := r.cache.entries[cacheKey{name, t}]
		in.memory.takes(e)
		in.out.Answer = mixed(in.out.Answer, e.aged(now), req.Dice)
		cause = e.cause
	}
	return cause, len(types) > 0
}

// moreFromCache adds the addresses of the hosts that a set names as far as they
// are known, however they became known. Their order is that of the set in the
// cache, whatever the order in the answer.
func (r *Resolver) moreFromCache(in *exchange, s rrset, now int64) {
	if len(s) > maxNamed {
		return
	}
	for _, rr := range s {
		host := targetOf(rr)
		if host == "" {
			continue
		}
		for _, t := range addressTypes {
			if e := r.cache.at(cacheKey{canonical(host), t}, now, trustAdditional); e != nil {
				in.memory.takes(e)
				in.addExtra(e.aged(now))
			}
		}
	}
}

// fromCache answers a question that does not desire recursion: from memory, or
// with a referral to the closest servers known.
func (r *Resolver) fromCache(in *exchange, req Request) uint32 {
	now := r.cfg.Now().Unix()
	if e := r.cache.answer(in.name, in.typ, now); e != nil {
		in.out.Rcode = int(e.rcode)
		in.out.Ns = e.agedSOA(now)
		in.out.Answer = mixed(nil, e.aged(now), req.Dice)
		r.moreFromCache(in, e.rrs, now)
		in.glueOrder(req)
		return e.cause
	}
	for n := in.name; n != ""; n = parent(n) {
		if e := r.cache.at(cacheKey{n, dns.TypeNS}, now, trustGlue); e != nil && len(e.rrs) > 0 {
			in.out.Ns = mixed(nil, e.aged(now), req.Dice)
			r.moreFromCache(in, e.rrs, now)
			in.glueOrder(req)
			return e.cause
		}
	}
	if r.cfg.Hints != nil {
		ns := rrset(r.cfg.Hints.Lookup(".", dns.TypeNS))
		in.out.Ns = mixed(nil, ns, req.Dice)
		in.more(r.cfg.Hints, ns, true)
	}
	return 0
}

// Inherit takes over what another resolver has learned, as a server that reads
// its configuration again keeps its cache.
func (r *Resolver) Inherit(old *Resolver) {
	r.cache, r.cookies, r.rtt, r.plain = old.cache, old.cookies, old.rtt, old.plain
}
