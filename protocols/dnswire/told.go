package dnswire

import "encoding/binary"

// Told is what a stub has been told lately. The reply to a question that it
// asks again differs from the last one in the id and in what is left of the
// TTLs; such a reply needs no reading. The zero value is ready.
type Told struct {
	answers map[asked]told
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

// maxTold is how many answers are kept.
const maxTold = 256

// ParseAnswer is the function of that name. In an answer that was given before,
// the TTLs within the Records are those of the first time; Answer.TTL is right.
func (t *Told) ParseAnswer(reply []byte, id uint16, name string, typ uint16) (*Answer, error) {
	q := asked{name, typ}
	if last, ok := t.answers[q]; ok {
		if age, same := last.again(reply, id); same {
			a := last.answer
			a.TTL -= age
			return &a, nil
		}
	}
	a, err := ParseAnswer(reply, id, name, typ)
	if err != nil {
		return a, err
	}
	if ttls, ok := ttlsOf(reply); ok && len(ttls) > 0 {
		if t.answers == nil || len(t.answers) >= maxTold {
			t.answers = map[asked]told{}
		}
		t.answers[q] = told{append([]byte(nil), reply...), ttls, *a}
	}
	return a, nil
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
