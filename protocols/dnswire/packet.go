package dnswire

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

// Head is what stands in the first bytes of a packet: enough for a line of a
// table.
type Head struct {
	ID       uint16
	Response bool
	Opcode   uint8
	Flags    uint16 // the whole flag word
	RCode    uint8
	Name     string // of the first question, without final dot
	Type     uint16
	Answers  uint16 // number of answer records
}

// Bits of Head.Flags (RFC 1035 §4.1.1, RFC 4035 §3.1.6 for AD and CD).
const (
	FlagResponse           = 0x8000
	FlagAuthoritative      = 0x0400
	FlagTruncated          = 0x0200
	FlagRecursionDesired   = 0x0100
	FlagRecursionAvailable = 0x0080
	FlagAuthenticData      = 0x0020
	FlagCheckingDisabled   = 0x0010
)

// Columns reads the head of a packet; false when there is no whole header.
func Columns(p []byte) (Head, bool) {
	var room [256]byte
	h, name, ok := AppendColumns(room[:0], p)
	h.Name = string(name)
	return h, ok
}

// AppendColumns is Columns without garbage: the name is appended to b and not
// in the Head.
func AppendColumns(b, p []byte) (Head, []byte, bool) {
	if len(p) < headerLen {
		return Head{}, b, false
	}
	h := header(p)
	if binary.BigEndian.Uint16(p[4:]) == 0 {
		return h, b, true
	}
	n, off := appendSimpleName(b, p, headerLen)
	if off == 0 {
		slow, after, err := dns.UnpackDomainName(p, headerLen)
		if err != nil {
			return h, b, true
		}
		n, off = append(b, plain(slow)...), after
	}
	if off+4 <= len(p) {
		h.Type = binary.BigEndian.Uint16(p[off:])
		return h, n, true
	}
	return h, b, true
}

// header reads the header of a packet, which is whole.
func header(p []byte) Head {
	f := binary.BigEndian.Uint16(p[2:])
	return Head{
		ID: binary.BigEndian.Uint16(p), Flags: f, Response: f&FlagResponse != 0,
		Opcode: uint8(f >> 11 & 15), RCode: uint8(f & 15), Answers: binary.BigEndian.Uint16(p[6:]),
	}
}

// RCode is the response code in the header of a packet (RFC 1035 §4.1.1).
func RCode(p []byte) int {
	if len(p) < headerLen {
		return dns.RcodeSuccess
	}
	return int(p[3] & 15)
}

// appendSimpleName appends the name at off without final dot, and returns what
// comes behind it. off is 0 when the name is the root, compressed, broken, or
// has octets that need an escape: such names take the long way.
func appendSimpleName(b, p []byte, off int) ([]byte, int) {
	from := len(b)
	for off < len(p) {
		n := int(p[off])
		off++
		switch {
		case n == 0 && len(b) > from:
			return b, off
		case n == 0 || n > maxLabel || off+n > len(p) || len(b)-from+n > maxSimpleName:
			return b[:from], 0
		}
		if len(b) > from {
			b = append(b, '.')
		}
		for _, c := range p[off : off+n] {
			if !simple[c] {
				return b[:from], 0
			}
		}
		b = append(b, p[off:off+n]...)
		off += n
	}
	return b[:from], 0
}

// appendSimpleWire appends a name without final dot as it stands in a packet;
// nil when it is one that takes the long way.
func appendSimpleWire(p []byte, name string) []byte {
	if name == "" || len(name) > maxSimpleName {
		return nil
	}
	length := len(p) // where that of the label stands
	p = append(append(p, '.'), name...)
	for i := length + 1; i <= len(p); i++ {
		for i < len(p) && simple[p[i]] {
			i++
		}
		n := i - length - 1
		if n == 0 || n > maxLabel || i < len(p) && p[i] != '.' {
			return nil
		}
		p[length], length = byte(n), i
	}
	return append(p, 0)
}

// maxLabel is how long a label can be (RFC 1035 §2.3.4); longer names than
// maxSimpleName take the long way.
const (
	maxLabel      = 63
	maxSimpleName = 250
)

// simple are the octets for which simpleOctet holds.
var simple = func() (is [256]bool) {
	for c := range is {
		is[c] = simpleOctet(byte(c))
	}
	return is
}()

// simpleOctet tells whether an octet of a label stands for itself in text.
func simpleOctet(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// section is one of the parts of a packet (RFC 1035 §4.1).
type section uint8

const (
	question section = iota
	answer
	authority
	additional
)

var sectionNames = [...]string{"Queries", "Answers", "Authoritative nameservers", "Additional records"}

// record is one entry of a packet where it stands.
type record struct {
	section section
	off     int    // of the name
	name    string // with final dot, escaped
	fixed   int    // offset after the name
	typ     uint16
	class   uint16
	ttl     uint32
	rd      int // offset of the data
	end     int // offset after the data
}

// walk calls each for every entry of a packet and tells whether the packet is
// whole: every entry complete, nothing behind the last.
func walk(p []byte, each func(record)) bool {
	if len(p) < headerLen {
		return false
	}
	off := headerLen
	for s := question; s <= additional; s++ {
		for n := binary.BigEndian.Uint16(p[4+2*int(s):]); n > 0; n-- {
			name, at, err := dns.UnpackDomainName(p, off)
			if err != nil {
				return false
			}
			r := record{section: s, off: off, name: name, fixed: at}
			need := 4
			if s != question {
				need = 10
			}
			if at+need > len(p) {
				return false
			}
			r.typ, r.class = binary.BigEndian.Uint16(p[at:]), binary.BigEndian.Uint16(p[at+2:])
			r.rd, r.end = at+4, at+4
			if s != question {
				r.ttl = binary.BigEndian.Uint32(p[at+4:])
				r.rd = at + 10
				r.end = r.rd + int(binary.BigEndian.Uint16(p[at+8:]))
				if r.end > len(p) {
					return false
				}
			}
			each(r)
			off = r.end
		}
	}
	return off == len(p)
}
