package dnswire

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// compare checks that a reply which is kept ready is the one that would be made
// anew.
func (n *testNet) compare(t *testing.T, r *Resolver, query []byte) {
	ready, because := r.again(nil, query)
	if ready == nil {
		return
	}
	before := n.cause
	r.warm = warmReplies{}
	anew, cause := r.Answer(n, Request{Now: n.now}, query)
	if n.cause != before {
		t.Errorf("%s: a reply was kept ready that memory does not give any more", Summary(query))
	}
	if !bytes.Equal(ready, anew) || because != cause {
		t.Errorf("kept ready: %s (of %d)\nmade anew: %s (of %d)", Summary(ready), because, Summary(anew), cause)
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
	ask := func(name string) (ttl uint32, ready bool) {
		q, err := AppendQuery(nil, 77, name, 1)
		if err != nil {
			t.Fatal(err)
		}
		kept, _ := r.again(nil, q)
		reply, _ := r.Answer(n, Request{Now: n.now}, q)
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
		ttl   uint32
		ready bool
	}{
		{0, "www.test", 60, false},                // asked for
		{0, "www.test", 60, false},                // from memory
		{10 * time.Second, "www.test", 50, true},  // kept ready
		{0, "two.test", 60, false},                // the memory changes
		{20 * time.Second, "www.test", 30, false}, // so that is over
		{29 * time.Second, "www.test", 1, true},
		{0, "two.test", 11, false}, // its records come in any order
		{0, "two.test", 11, false},
		{time.Second, "www.test", 60, false},
	} {
		n.now = n.now.Add(step.wait).Truncate(time.Second)
		if ttl, ready := ask(step.name); ttl != step.ttl || ready != step.ready {
			t.Errorf("%s after %v: TTL %d, kept ready %v; want %d, %v", step.name, step.wait, ttl, ready, step.ttl, step.ready)
		}
	}
}
