package node

import (
	"encoding/binary"
	"io"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// dnsPort is where name servers answer (RFC 1035 §4.2).
const dnsPort = 53

// DescribeDNS fills in the columns of the event that a DNS packet becomes.
func DescribeDNS(t *trace.Trace, packet []byte) trace.Event {
	e := trace.Event{Kind: trace.Query, Proto: trace.DNS}
	var room [256]byte
	h, name, ok := dnswire.AppendColumns(room[:0], packet)
	if !ok {
		return e
	}
	if len(name) > 0 {
		e.A = t.InternBytes(name)
	}
	return dnsColumns(t, e, h)
}

// describer is DescribeDNS with a memory for the questions of a program.
func describer(known *dnswire.Questions) sim.Describer {
	return func(t *trace.Trace, packet []byte) trace.Event {
		e := trace.Event{Kind: trace.Query, Proto: trace.DNS}
		h, ok := known.Columns(packet)
		if !ok {
			return e
		}
		e.A = t.Intern(h.Name)
		return dnsColumns(t, e, h)
	}
}

// dnsColumns fills in all but the name.
func dnsColumns(t *trace.Trace, e trace.Event, h dnswire.Head) trace.Event {
	if h.Response {
		e.Kind, e.Code, e.N = trace.Answer, uint16(h.RCode), uint32(h.Answers)
	}
	if e.A != 0 {
		e.B = t.Intern(dnswire.TypeName(h.Type))
	}
	return e
}

// maxTCPMessage is the largest DNS message: two octets give its length
// (RFC 1035 §4.2.2).
const maxTCPMessage = 65535

// writeTCP sends one DNS message over TCP, length and message in one write
// (RFC 7766 §8).
func writeTCP(c io.Writer, packet []byte) error {
	if len(packet) > maxTCPMessage {
		return io.ErrShortWrite
	}
	b := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(packet)), uint16(len(packet)))
	_, err := c.Write(append(b, packet...))
	return err
}

// readTCP reads one DNS message from TCP.
func readTCP(c io.Reader) ([]byte, error) {
	var n [2]byte
	if _, err := io.ReadFull(c, n[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(n[:]))
	_, err := io.ReadFull(c, b)
	return b, err
}

// dnsSplitter cuts a TCP connection of DNS into messages with their lengths.
type dnsSplitter struct {
	have [2]int
	head [2][2]byte
}

// Split implements wire.Splitter.
func (s *dnsSplitter) Split(units []wire.Unit, side wire.Side, p []byte) []wire.Unit {
	for _, c := range p {
		if s.have[side] < 2 {
			s.head[side][s.have[side]] = c
		}
		s.have[side]++
		if s.have[side] >= 2 && s.have[side] == 2+int(binary.BigEndian.Uint16(s.head[side][:])) {
			units = append(units, wire.Unit{N: s.have[side], Kind: wire.Raw, Frame: len(s.head[side])})
			s.have[side] = 0
		}
	}
	return units
}

// Rest implements wire.Splitter.
func (s *dnsSplitter) Rest(side wire.Side) int { return s.have[side] }
