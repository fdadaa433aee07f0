package dnswire

import (
	"sort"
	"time"

	"github.com/miekg/dns"
)

// trust ranks what a resolver was told by who told it (RFC 2181 §5.4.1): better
// data replaces worse, and only an answer is passed on as an answer.
type trust uint8

const (
	trustAdditional trust = iota + 1 // an address that came along with an answer
	trustGlue                        // the servers and addresses of a referral
	trustAuthority                   // NS records beside an authoritative answer
	trustAnswer                      // an answer
)

// String names the rank for tables.
func (t trust) String() string {
	return [...]string{"", "additional", "glue", "authority", "answer"}[t]
}

// cacheKey is a name (canonical) and a type; a name that does not exist stands
// under type 0.
type cacheKey struct {
	name string
	typ  uint16
}

// cached is one entry.
type cached struct {
	rrs    rrset // in canonical order; empty for a denial
	soa    *dns.SOA
	expire int64 // Unix seconds
	cause  uint32
	rcode  uint8 // NOERROR with no rrs is NODATA; NXDOMAIN; SERVFAIL for a failure
	trust  trust
}

// cache is what a resolver remembers.
type cache struct {
	entries map[cacheKey]*cached
	changes int // how many there were
}

// Times that BIND limits (named.conf max-cache-ttl, max-ncache-ttl, servfail-ttl).
const (
	maxCacheTTL    = 7 * 24 * 3600
	maxNegativeTTL = 3 * 3600
	servfailTTL    = 1
)

// MaxCacheEntries is how many entries a resolver keeps; beyond that those that
// would expire first are dropped.
const MaxCacheEntries = 50_000

// at returns the live entry of a key with at least the given trust.
func (c *cache) at(k cacheKey, now int64, least trust) *cached {
	e := c.entries[k]
	if e == nil || e.expire <= now || e.trust < least {
		return nil
	}
	return e
}

// answer returns what may be passed on as an answer: records, an alias, a
// denial, a recent failure.
func (c *cache) answer(name string, typ uint16, now int64) *cached {
	if e := c.at(cacheKey{name, 0}, now, trustAnswer); e != nil {
		return e
	}
	if e := c.at(cacheKey{name, typ}, now, trustAnswer); e != nil {
		return e
	}
	if typ != dns.TypeCNAME {
		if e := c.at(cacheKey{name, dns.TypeCNAME}, now, trustAnswer); e != nil && len(e.rrs) > 0 {
			return e
		}
	}
	return nil
}

// put stores an entry unless a live one of better trust is there.
func (c *cache) put(k cacheKey, e *cached, now int64) {
	if old := c.at(k, now, e.trust+1); old != nil {
		return
	}
	c.changes++
	if len(c.entries) >= MaxCacheEntries && c.entries[k] == nil {
		c.purge(now)
	}
	if k.typ != 0 && e.trust == trustAnswer {
		delete(c.entries, cacheKey{k.name, 0}) // the name exists after all
	}
	c.entries[k] = e
}

// records stores a set.
func (c *cache) records(name string, s rrset, tr trust, cause uint32, now int64) {
	if len(s) == 0 {
		return
	}
	ttl := s[0].Header().Ttl
	for _, rr := range s {
		ttl = min(ttl, rr.Header().Ttl)
	}
	sortRRs(s)
	c.put(cacheKey{name, s[0].Header().Rrtype}, &cached{rrs: s, trust: tr, cause: cause, expire: now + int64(min(ttl, maxCacheTTL))}, now)
}

// denial stores that a name, or a type of it, does not exist, for as long as the
// zone's SOA allows (RFC 2308 §5).
func (c *cache) denial(name string, typ uint16, rcode int, soa *dns.SOA, cause uint32, now int64) {
	ttl := uint32(0)
	if soa != nil {
		ttl = min(soa.Hdr.Ttl, soa.Minttl, maxNegativeTTL)
	}
	if rcode == dns.RcodeNameError {
		typ = 0
	}
	c.put(cacheKey{name, typ}, &cached{soa: soa, rcode: uint8(rcode), trust: trustAnswer, cause: cause, expire: now + int64(ttl)}, now)
}

// purge drops what has expired, and if that is little, a quarter of the rest.
func (c *cache) purge(now int64) {
	for k, e := range c.entries {
		if e.expire <= now {
			delete(c.entries, k)
		}
	}
	if len(c.entries) < MaxCacheEntries*3/4 {
		return
	}
	keys := c.keys()
	sort.SliceStable(keys, func(i, j int) bool { return c.entries[keys[i]].expire < c.entries[keys[j]].expire })
	for _, k := range keys[:len(keys)/4] {
		delete(c.entries, k)
	}
}

// keys returns all keys by name and type.
func (c *cache) keys() []cacheKey {
	keys := make([]cacheKey, 0, len(c.entries))
	for k := range c.entries {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if n := compareNames(keys[i].name, keys[j].name); n != 0 {
			return n < 0
		}
		return keys[i].typ < keys[j].typ
	})
	return keys
}

// aged returns the records with the time that is left to them.
func (e *cached) aged(now int64) rrset {
	out := make(rrset, len(e.rrs))
	for i, rr := range e.rrs {
		out[i] = dns.Copy(rr)
		out[i].Header().Ttl = uint32(max(0, e.expire-now))
	}
	return out
}

// agedSOA returns the SOA of a denial with the time that is left to it.
func (e *cached) agedSOA(now int64) []dns.RR {
	if e.soa == nil {
		return nil
	}
	soa := *e.soa
	soa.Hdr.Ttl = uint32(max(0, e.expire-now))
	return []dns.RR{&soa}
}

// CacheEntry is one line of a resolver's cache, for display.
type CacheEntry struct {
	Name    string // without final dot
	Type    string // "MX"; empty for a name that does not exist
	What    string // "records", "NODATA", "NXDOMAIN" or "SERVFAIL"
	Records []dns.RR
	Trust   string // "answer", "authority", "glue" or "additional"
	TTL     time.Duration
	Cause   uint32 // the event that brought it
}

// list returns all live entries.
func (c *cache) list(now int64) []CacheEntry {
	var out []CacheEntry
	for _, k := range c.keys() {
		e := c.entries[k]
		if e.expire <= now {
			continue
		}
		ce := CacheEntry{Name: plain(k.name), What: "records", Records: e.aged(now), Trust: e.trust.String(),
			TTL: time.Duration(e.expire-now) * time.Second, Cause: e.cause}
		if k.typ != 0 {
			ce.Type = TypeName(k.typ)
		}
		if len(e.rrs) == 0 {
			ce.What = map[uint8]string{dns.RcodeSuccess: "NODATA", dns.RcodeNameError: "NXDOMAIN"}[e.rcode]
			if ce.What == "" {
				ce.What = "SERVFAIL"
			}
		}
		out = append(out, ce)
	}
	return out
}
