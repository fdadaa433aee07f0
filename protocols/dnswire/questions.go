package dnswire

import "encoding/binary"

// Questions remembers the names in the questions of packets, for who sees the
// same ones again and again. The zero value is ready.
type Questions struct {
	recent [1 << recentBits]questionName
}

// questionName is a name as it stands in a packet, and as text.
type questionName struct{ wire, text string }

// recentBits says how many names are remembered: the last of each kind of
// spelling.
const recentBits = 6

// Columns is the function of that name, without reading a name that is known.
func (q *Questions) Columns(p []byte) (Head, bool) {
	const spelling = 8 // octets that tell most names apart
	if len(p) < headerLen+spelling || binary.BigEndian.Uint16(p[4:]) == 0 {
		return Columns(p)
	}
	r := &q.recent[binary.LittleEndian.Uint64(p[headerLen:])*0x9E3779B97F4A7C15>>(64-recentBits)]
	off := headerLen + len(r.wire)
	if r.wire == "" || len(p) < off+4 || string(p[headerLen:off]) != r.wire {
		h, ok := Columns(p)
		var room [256]byte
		if _, after := appendSimpleName(room[:0], p, headerLen); after > 0 && h.Name != "" {
			*r = questionName{string(p[headerLen:after]), h.Name}
		}
		return h, ok
	}
	h := header(p)
	h.Name, h.Type = r.text, binary.BigEndian.Uint16(p[off:])
	return h, true
}
