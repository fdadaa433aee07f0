package dnswire

import (
	"fmt"
	"testing"

	"github.com/miekg/dns"
)

// TestCacheIsBounded fills a cache beyond its size: what is short-lived goes.
func TestCacheIsBounded(t *testing.T) {
	c := cache{entries: map[cacheKey]*cached{}}
	for i := range MaxCacheEntries + 10 {
		name := fmt.Sprintf("n%d.test.", i)
		a := &dns.A{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: 1, Ttl: uint32(1000 + i)}, A: []byte{1, 2, 3, 4}}
		c.records(name, rrset{a}, trustAnswer, 1, 0)
	}
	if n := len(c.entries); n > MaxCacheEntries || n < MaxCacheEntries/2 {
		t.Errorf("%d entries, want at most %d and not much less", n, MaxCacheEntries)
	}
	last := fmt.Sprintf("n%d.test.", MaxCacheEntries+9)
	if c.answer(last, dns.TypeA, 1) == nil || c.answer("n0.test.", dns.TypeA, 1) != nil {
		t.Error("want the entry that lives longest kept and the one that expires first dropped")
	}
}

// TestTrust checks that better data replaces worse and not the other way round.
func TestTrust(t *testing.T) {
	c := cache{entries: map[cacheKey]*cached{}}
	set := func(last byte, tr trust, now int64) {
		a := &dns.A{Hdr: dns.RR_Header{Name: "x.", Rrtype: dns.TypeA, Class: 1, Ttl: 60}, A: []byte{10, 0, 0, last}}
		c.records("x.", rrset{a}, tr, uint32(last), now)
	}
	for _, step := range []struct {
		last byte
		tr   trust
		now  int64
		want uint32
	}{
		{1, trustAdditional, 0, 1}, {2, trustGlue, 0, 2}, {3, trustAdditional, 0, 2}, {4, trustAnswer, 0, 4},
		{5, trustGlue, 30, 4}, {6, trustAnswer, 30, 6}, {7, trustAdditional, 89, 6}, {8, trustAdditional, 90, 8},
	} {
		set(step.last, step.tr, step.now)
		if got := c.at(cacheKey{"x.", dns.TypeA}, step.now, trustAdditional).cause; got != step.want {
			t.Errorf("after %v at %d s: the entry is that of event %d, want %d", step.tr, step.now, got, step.want)
		}
	}
	if c.answer("x.", dns.TypeA, 100) != nil {
		t.Error("what came along with an answer is passed on as an answer")
	}
}
