package dnswire

import "encoding/binary"

// Told is what a stub has been told lately. The reply to a question that it
// asks again differs from an earlier one in the id and in what is left of the
// TTLs, and maybe in the order of records, which servers leave to chance; a
// reply in an order that has come before needs no reading. The zero value is
// ready.
type Told struct {
	answers map[asked][]told // the last ones at the end
	fresh   []Answer         // memory for those that are given out
}

type asked struct {
	name string
	typ  uint16
}

type told struct {
	packet []byte
	ttls   []int // where they stand in the packet
	answer Answer
}

// Limits of what is kept: questions, and answers to one of them, which is enough
// for all orders of three records.
const (
	maxTold   = 256
	maxOrders = 6
)

// ParseAnswer is the function of that name. In an answer that was given before,
// the TTLs within the Records are those of the first time; Answer.TTL is right.
func (t *Told) ParseAnswer(reply []byte, id uint16, name string, typ uint16) (*Answer, error) {
	q := asked{name, typ}
	before := t.answers[q]
	for i := range before {
		if age, same := before[i].again(reply, id); same {
			a := t.room()
			*a = before[i].answer
			a.TTL -= age
			return a, nil
		}
	}
	a, err := ParseAnswer(reply, id, name, typ)
	if err != nil {
		return a, err
	}
	if ttls, ok := ttlsOf(reply); ok && len(ttls) > 0 {
		t.keep(q, told{append([]byte(nil), reply...), ttls, *a})
	}
	return a, nil
}

// answersAtOnce is how many answers are allocated together.
const answersAtOnce = 16

// room returns memory for an answer.
func (t *Told) room() *Answer {
	if len(t.fresh) == 0 {
		t.fresh = make([]Answer, answersAtOnce)
	}
	a := &t.fresh[0]
	t.fresh = t.fresh[1:]
	return a
}

// keep remembers an answer, with what will be asked of it.
func (t *Told) keep(q asked, new told) {
	new.answer.read()
	if t.answers == nil || len(t.answers) >= maxTold {
		t.answers = map[asked][]told{}
	}
	before := t.answers[q]
	if len(before) >= maxOrders {
		before = append(before[:0], before[1:]...)
	}
	t.answers[q] = append(before, new)
}

// again tells whether a reply with this id says the same as the packet, and by
// how much less all its TTLs are.
func (t *told) again(reply []byte, id uint16) (age uint32, same bool) {
	if len(reply) != len(t.packet) || binary.BigEndian.Uint16(reply) != id {
		return 0, false
	}
	ttl := func(p []byte, at int) uint32 { return binary.BigEndian.Uint32(p[at:]) }
	age = ttl(t.packet, t.ttls[0]) - ttl(reply, t.ttls[0])
	from := 2
	for _, at := range t.ttls {
		was, is := ttl(t.packet, at), ttl(reply, at)
		if is > was || was-is != age || string(reply[from:at]) != string(t.packet[from:at]) {
			return 0, false
		}
		from = at + 4
	}
	return age, string(reply[from:]) == string(t.packet[from:])
}
