package dnswire

import (
	"bytes"
	"encoding/binary"

	"github.com/miekg/dns"
)

// pack returns a message as bytes, with names shortened as BIND does
// (RFC 1035 §4.1.4). It looks only for a whole name and for its parent among
// those written before, and remembers no more of each; so "ns.tld.example"
// behind "nosuch.example" is written in full. Upper and lower case differ.
func pack(m *dns.Msg) ([]byte, error) {
	m.Compress = false
	plain, err := m.Pack()
	if err != nil {
		return nil, err
	}
	c := compressor{in: plain, out: make([]byte, 0, len(plain))}
	c.copy(headerLen)
	for range binary.BigEndian.Uint16(plain[4:]) {
		c.name()
		c.copy(4)
	}
	for range int(binary.BigEndian.Uint16(plain[6:])) + int(binary.BigEndian.Uint16(plain[8:])) + int(binary.BigEndian.Uint16(plain[10:])) {
		c.record()
	}
	return c.out, nil
}

// compressor copies a message and shortens its names.
type compressor struct {
	in, out []byte
	at      int // in in
	seen    []written
}

// written is a name that stands in the message, and where.
type written struct {
	name []byte // with lengths, up to the root
	off  int
}

func (c *compressor) copy(n int) {
	c.out = append(c.out, c.in[c.at:c.at+n]...)
	c.at += n
}

// name copies a name.
func (c *compressor) name() {
	end, labels, second := c.at, 0, c.at
	for ; c.in[end] != 0; end += int(c.in[end]) + 1 {
		if labels++; labels == 1 {
			second = end + int(c.in[end]) + 1
		}
	}
	end++
	full := c.in[c.at:end]
	starts := [2]int{0, second - c.at}
	for n := range min(labels, 2) {
		for _, s := range c.seen {
			if bytes.Equal(s.name, full[starts[n]:]) {
				c.remember(full, starts, n)
				c.out = append(c.out, full[:starts[n]]...)
				c.out = binary.BigEndian.AppendUint16(c.out, 0xc000|uint16(s.off))
				c.at = end
				return
			}
		}
	}
	c.remember(full, starts, min(labels, 2))
	c.copy(len(full))
}

// maxPointer is how far a pointer reaches (RFC 1035 §4.1.4).
const maxPointer = 0x4000

// remember notes the first n suffixes of a name that is written next.
func (c *compressor) remember(full []byte, starts [2]int, n int) {
	for _, from := range starts[:n] {
		if off := len(c.out) + from; off < maxPointer {
			c.seen = append(c.seen, written{full[from:], off})
		}
	}
}

// record copies a record. Only names in data of the types of RFC 1035 are
// shortened (RFC 3597 §4).
func (c *compressor) record() {
	c.name()
	typ := binary.BigEndian.Uint16(c.in[c.at:])
	size := int(binary.BigEndian.Uint16(c.in[c.at+8:]))
	c.copy(10)
	begin, end := len(c.out), c.at+size
	if size > 0 {
		switch typ {
		case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeMB, dns.TypeMG, dns.TypeMR:
			c.name()
		case dns.TypeMX:
			c.copy(2)
			c.name()
		case dns.TypeSOA:
			c.name()
			c.name()
		}
	}
	c.copy(end - c.at)
	binary.BigEndian.PutUint16(c.out[begin-2:], uint16(len(c.out)-begin))
}
