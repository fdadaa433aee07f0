package dnswire

import (
	"encoding/binary"
	"math"
	"slices"
)

// warmReply is what a resolver replied from memory alone. To the same question
// it says the same again, until its memory changes: with another id, with what is
// left of the TTLs, and with its records in an order that the dice choose.
type warmReply struct {
	rolls  []int           // of how many each roll of the dice is one
	orders []*orderedReply // by what they gave; nil: not made yet
}

// orderedReply is a reply in one of the orders of its records.
type orderedReply struct {
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

// Limits of the replies that are kept ready: how many questions they answer, and
// how many orders a reply may have.
const (
	maxWarm       = 4096
	maxWarmOrders = 24
)

// rolled is a Dice that notes what was rolled, so that equal rolls are known to
// give equal replies. What has been rolled in advance comes first.
type rolled struct {
	dice   Dice
	ready  []int // rolled in advance
	of     []int // of how many each roll was one
	number int   // stands for all that was rolled
	orders int   // how many such numbers there are
}

// IntN implements Dice.
func (d *rolled) IntN(n int) int {
	v := 0
	if len(d.ready) > 0 {
		v, d.ready = d.ready[0], d.ready[1:]
	} else {
		v = d.dice.IntN(n)
	}
	d.of = append(d.of, n)
	d.number = d.number*n + v
	d.orders = min(d.orders*n, maxWarmOrders+1)
	return v
}

// again returns the reply to a question that was answered from memory before; it
// is made in the request's room, as far as that suffices. Or it is nil and must
// be made anew, with what the dice have given already.
func (r *Resolver) again(req Request, query []byte) (reply []byte, cause uint32, ready []int) {
	if len(query) < headerLen || r.warm.changes != r.cache.changes || !req.usual() {
		return nil, 0, nil
	}
	warm, ok := r.warm.byQuestion[string(query[2:])]
	if !ok {
		return nil, 0, nil
	}
	number := 0
	for _, n := range warm.rolls {
		number = number*n + req.Dice.IntN(n)
	}
	now := r.cfg.Now().Unix()
	w := warm.orders[number]
	if w == nil || now >= w.until || now < w.made {
		return nil, 0, warm.rolled(number)
	}
	reply = append(req.Room[:0], w.packet...)
	copy(reply, query[:2])
	for _, at := range w.ttls {
		ttl := reply[at : at+4]
		binary.BigEndian.PutUint32(ttl, binary.BigEndian.Uint32(ttl)-uint32(now-w.made))
	}
	return reply, w.cause, nil
}

// usual tells of most requests that their replies are kept: the records come in
// random order, and addresses of the fourth version first.
func (req *Request) usual() bool { return req.Dice != nil && !isV6(req.From) }

// rolled are the rolls for which a number stands.
func (w *warmReply) rolled(number int) []int {
	rolls := make([]int, len(w.rolls))
	for i := len(rolls) - 1; i >= 0; i-- {
		rolls[i] = number % w.rolls[i]
		number /= w.rolls[i]
	}
	return rolls
}

// keepWarm keeps a reply for the next time the question is asked. One with
// EDNS is left out, it may have a cookie; so is one that fits only into TCP.
func (r *Resolver) keepWarm(in *exchange, req Request, dice *rolled, query, reply []byte, cause uint32) {
	if !in.memory.used || !req.usual() || dice.orders > maxWarmOrders || in.opt != nil || len(reply) > MaxUDP {
		return
	}
	ttls, ok := ttlsOf(reply)
	if !ok {
		return
	}
	if r.warm.changes != r.cache.changes || len(r.warm.byQuestion) >= maxWarm || r.warm.byQuestion == nil {
		r.warm = warmReplies{byQuestion: map[string]warmReply{}, changes: r.cache.changes}
	}
	w, ok := r.warm.byQuestion[string(query[2:])]
	if !ok || !slices.Equal(w.rolls, dice.of) {
		w = warmReply{rolls: dice.of, orders: make([]*orderedReply, dice.orders)}
		r.warm.byQuestion[string(query[2:])] = w
	}
	w.orders[dice.number] = &orderedReply{packet: append([]byte(nil), reply...), ttls: ttls,
		made: r.cfg.Now().Unix(), until: in.memory.until, cause: cause}
}

// fromMemory is what a reply was made of, as far as it came from the cache.
type fromMemory struct {
	used  bool
	until int64 // when the first entry is forgotten, Unix seconds
}

// takes notes that an entry went into the reply.
func (m *fromMemory) takes(e *cached) {
	if !m.used {
		m.used, m.until = true, math.MaxInt64
	}
	m.until = min(m.until, e.expire)
}

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
