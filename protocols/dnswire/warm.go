package dnswire

import (
	"encoding/binary"
	"math"
)

// warmReply is a reply that a resolver made from memory alone. To the same
// question it says the same again, until its memory changes: with another id,
// and with what is left of the TTLs.
type warmReply struct {
	packet []byte
	ttls   []int  // where they stand in the packet
	made   int64  // Unix seconds
	until  int64  // when the first of its records is forgotten, Unix seconds
	cause  uint32 // the event that brought the last piece
}

// warmReplies are the replies of a resolver by the question's packet behind its
// id. They hold for one state of the cache.
type warmReplies struct {
	byQuestion map[string]warmReply
	changes    int // of the cache, when they were made
}

// maxWarm is how many replies are kept ready.
const maxWarm = 4096

// again returns the reply to a question that was answered from memory before;
// nil if it must be made anew. It is made in room, as far as that suffices.
func (r *Resolver) again(room, query []byte) (reply []byte, cause uint32) {
	if len(query) < headerLen || r.warm.changes != r.cache.changes {
		return nil, 0
	}
	w, ok := r.warm.byQuestion[string(query[2:])]
	now := r.cfg.Now().Unix()
	if !ok || now >= w.until || now < w.made {
		return nil, 0
	}
	reply = append(room[:0], w.packet...)
	copy(reply, query[:2])
	for _, at := range w.ttls {
		ttl := reply[at : at+4]
		binary.BigEndian.PutUint32(ttl, binary.BigEndian.Uint32(ttl)-uint32(now-w.made))
	}
	return reply, w.cause
}

// keepWarm keeps a reply for the next time the question is asked. One with
// EDNS is left out, it may have a cookie; so is one that fits only into TCP.
func (r *Resolver) keepWarm(in *exchange, query, reply []byte, cause uint32) {
	if !in.memory.repeatable() || in.opt != nil || len(reply) > MaxUDP {
		return
	}
	ttls, ok := ttlsOf(reply)
	if !ok {
		return
	}
	if r.warm.changes != r.cache.changes || len(r.warm.byQuestion) >= maxWarm || r.warm.byQuestion == nil {
		r.warm = warmReplies{byQuestion: map[string]warmReply{}, changes: r.cache.changes}
	}
	r.warm.byQuestion[string(query[2:])] = warmReply{packet: append([]byte(nil), reply...), ttls: ttls,
		made: r.cfg.Now().Unix(), until: in.memory.until, cause: cause}
}

// fromMemory is what a reply was made of, as far as it came from the cache.
type fromMemory struct {
	used  bool
	dice  bool  // the order of its records was left to chance
	until int64 // when the first entry is forgotten, Unix seconds
}

// takes notes that an entry went into the reply.
func (m *fromMemory) takes(e *cached) {
	if !m.used {
		m.used, m.until = true, math.MaxInt64
	}
	m.until = min(m.until, e.expire)
}

// repeatable tells whether the reply to the same question would be the same.
func (m *fromMemory) repeatable() bool { return m.used && !m.dice }

// ttlsOf returns where the TTLs of a packet's records stand.
func ttlsOf(p []byte) (at []int, ok bool) {
	off := headerLen
	for range binary.BigEndian.Uint16(p[4:]) {
		if off = behindName(p, off) + 4; off < headerLen+4 {
			return nil, false
		}
	}
	records := 0
	for i := 6; i < headerLen; i += 2 {
		records += int(binary.BigEndian.Uint16(p[i:]))
	}
	for range records {
		off = behindName(p, off)
		if off <= 0 || off+10 > len(p) {
			return nil, false
		}
		at = append(at, off+4)
		off += 10 + int(binary.BigEndian.Uint16(p[off+8:]))
	}
	return at, off == len(p)
}

// behindName is what comes behind the name at off, 0 when the name is broken
// (RFC 1035 §4.1.4).
func behindName(p []byte, off int) int {
	for off < len(p) {
		switch n := int(p[off]); {
		case n == 0:
			return off + 1
		case n >= 0xC0:
			return off + 2
		default:
			off += n + 1
		}
	}
	return 0
}
