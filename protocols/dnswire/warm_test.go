package dnswire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// loaded is a Dice that always falls the same way.
type loaded int

func (l loaded) IntN(n int) int { return min(int(l), n-1) }

// compare checks that a reply which is kept ready is the one that would be made
// anew, however the dice fall.
func (n *testNet) compare(t *testing.T, r *Resolver, query []byte) {
	for _, dice := range []loaded{0, 1, 2} {
		req := Request{Now: n.now, Dice: dice}
		ready, because, _ := r.again(req, query)
		if ready == nil {
			continue
		}
		before, kept := n.cause, r.warm
		r.warm = warmReplies{}
		anew, cause := r.Answer(n, req, query)
		if n.cause != before {
			t.Errorf("%s: a reply was kept ready that memory does not give any more", Summary(query))
		}
		if !bytes.Equal(ready, anew) || because != cause {
			t.Errorf("kept ready: %s (of %d)\nmade anew: %s (of %d)", Summary(ready), because, Summary(anew), cause)
		}
		if kept.changes == r.cache.changes {
			r.warm = kept
		}
	}
}

// TestWarmReply asks a resolver again and again: the second time from memory,
// then with a reply that is kept ready, whose TTL runs down, until it is over.
func TestWarmReply(t *testing.T) {
	root := mustZone(t, ".", ". 3600 SOA a.root. h. 1 2 3 4 300\n. 3600 NS a.root.\na.root. 3600 A 10.0.0.1\nwww.test. 60 A 192.0.2.1\n"+
		"two.test. 60 A 192.0.2.1\ntwo.test. 60 A 192.0.2.2")
	n := &testNet{now: time.Unix(1_800_000_000, 0)}
	n.servers = map[netip.Addr]*Server{netip.MustParseAddr("10.0.0.1"): {Zones: NewZoneSet(root)}}
	r := NewResolver(ResolverConfig{Hints: root, Now: func() time.Time { return n.now }})
	ask := func(name string, dice loaded) (ttl uint32, ready bool) {
		q, err := AppendQuery(nil, 77, name, 1)
		if err != nil {
			t.Fatal(err)
		}
		req := Request{Now: n.now, Dice: dice}
		kept, _, _ := r.again(req, q)
		reply, _ := r.Answer(n, req, q)
		if kept != nil && !bytes.Equal(kept, reply) {
			t.Errorf("%s: the reply is not the one that was ready", name)
		}
		at, ok := ttlsOf(reply)
		if !ok || len(at) == 0 || binary.BigEndian.Uint16(reply) != 77 {
			t.Fatalf("%s: reply %x has no record, or another id", name, reply)
		}
		return binary.BigEndian.Uint32(reply[at[0]:]), kept != nil
	}
	for _, step := range []struct {
		wait  time.Duration
		name  string
		dice  loaded
		ttl   uint32
		ready bool
	}{
		{0, "www.test", 0, 60, false},                // asked for
		{0, "www.test", 0, 60, false},                // from memory
		{10 * time.Second, "www.test", 1, 50, true},  // kept ready
		{0, "two.test", 0, 60, false},                // the memory changes
		{20 * time.Second, "www.test", 0, 30, false}, // so that is over
		{29 * time.Second, "www.test", 0, 1, true},
		{0, "two.test", 0, 11, false}, // its records come in any order
		{0, "two.test", 0, 11, true},
		{0, "two.test", 1, 11, false}, // the other one
		{time.Second, "two.test", 1, 10, true},
		{0, "two.test", 0, 10, true},
		{0, "www.test", 0, 60, false},
	} {
		n.now = n.now.Add(step.wait).Truncate(time.Second)
		if ttl, ready := ask(step.name, step.dice); ttl != step.ttl || ready != step.ready {
			t.Errorf("%s after %v: TTL %d, kept ready %v; want %d, %v", step.name, step.wait, ttl, ready, step.ttl, step.ready)
		}
	}
}

// TestWarmRolls asks for a set of records as the dice of the world fall: how often
// they are rolled, and what comes of it, does not depend on what is kept ready.
func TestWarmRolls(t *testing.T) {
	root := mustZone(t, ".", ". 3600 SOA a.root. h. 1 2 3 4 300\n. 3600 NS a.root.\na.root. 3600 A 10.0.0.1\n"+
		"www.test. 900 CNAME three.test.\nthree.test. 60 A 192.0.2.1\nthree.test. 60 A 192.0.2.2\nthree.test. 60 A 192.0.2.3")
	now := time.Unix(1_800_000_000, 0)
	ask := func(forget bool) (said []string) {
		n := &testNet{now: now, servers: map[netip.Addr]*Server{netip.MustParseAddr("10.0.0.1"): {Zones: NewZoneSet(root)}}}
		r := NewResolver(ResolverConfig{Hints: root, Now: func() time.Time { return n.now }})
		dice := rand.New(rand.NewPCG(1, 2))
		for i := range 90 {
			q, err := AppendQuery(nil, uint16(i), "www.test", 1)
			if err != nil {
				t.Fatal(err)
			}
			if forget {
				r.warm = warmReplies{}
			}
			reply, cause := r.Answer(n, Request{Now: n.now, Dice: dice}, q)
			said = append(said, fmt.Sprintf("%x because of %d", reply, cause))
			n.now = n.now.Add(time.Second)
		}
		return said
	}
	with, without := ask(false), ask(true)
	for i := range with {
		if with[i] != without[i] {
			t.Fatalf("question %d: got %s, want %s", i, with[i], without[i])
		}
	}
}
