package dnswire

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/miekg/dns"
)

// Summary returns a packet in one line, in the words of tshark:
// "Standard query response 0x1a90 MX alabala.com MX 5 mail.alabala.com".
func Summary(p []byte) string { return string(AppendSummary(nil, p)) }

// AppendSummary appends the Summary of a packet. Whatever stands in the packet,
// what is appended is printable ASCII.
func AppendSummary(b, p []byte) []byte {
	h, ok := Columns(p)
	if !ok {
		return append(b, "[Malformed Packet]"...)
	}
	b = append(b, opcodeWords(h.Opcode)...)
	if h.Response {
		b = append(b, " response"...)
	}
	b = appendHex16(append(b, " 0x"...), h.ID)
	if h.Response && h.RCode != 0 {
		b = append(append(b, ' '), RCodeWords(h.RCode)...)
	}
	whole := walk(p, func(r record) {
		b = append(append(b, ' '), typeWord(r.typ)...)
		if r.section == question {
			b = appendName(append(b, ' '), r.name)
			return
		}
		b = appendData(b, p, r)
	})
	if !whole {
		b = append(b, "[Malformed Packet]"...)
	}
	return b
}

func opcodeWords(op uint8) string {
	switch op {
	case dns.OpcodeQuery:
		return "Standard query"
	case dns.OpcodeIQuery:
		return "Inverse query"
	case dns.OpcodeStatus:
		return "Server status request"
	case dns.OpcodeNotify:
		return "Zone change notification"
	case dns.OpcodeUpdate:
		return "Dynamic update"
	}
	return "Unknown operation (" + strconv.Itoa(int(op)) + ")"
}

// RCodeWords returns a reply code in words: "No such name" for 3.
func RCodeWords(rcode uint8) string {
	words := [...]string{"No error", "Format error", "Server failure", "No such name", "Not implemented", "Refused",
		"Name exists", "RRset exists", "RRset does not exist", "Not authoritative", "Name out of zone"}
	if int(rcode) < len(words) {
		return words[rcode]
	}
	return "Unknown error (" + strconv.Itoa(int(rcode)) + ")"
}

func typeWord(t uint16) string {
	if w, ok := dns.TypeToString[t]; ok {
		return w
	}
	return "Unknown (" + strconv.Itoa(int(t)) + ")"
}

func appendHex16(b []byte, v uint16) []byte {
	const hex = "0123456789abcdef"
	return append(b, hex[v>>12], hex[v>>8&15], hex[v>>4&15], hex[v&15])
}

// appendName appends a name with final dot as it is shown: without the dot, the
// root as <Root>. Control characters are escaped already.
func appendName(b []byte, name string) []byte {
	if name == "." {
		return append(b, "<Root>"...)
	}
	return append(b, plain(name)...)
}

// appendData appends what the one-line form shows of a record's data.
func appendData(b, p []byte, r record) []byte {
	n := r.end - r.rd
	at := r.rd
	switch r.typ {
	case dns.TypeA, dns.TypeAAAA:
		if a, ok := netip.AddrFromSlice(p[r.rd:r.end]); ok && a.Is4() == (r.typ == dns.TypeA) {
			return a.AppendTo(append(b, ' '))
		}
		return b
	case dns.TypeMX:
		if n < 3 {
			return b
		}
		b = strconv.AppendUint(append(b, ' '), uint64(binary.BigEndian.Uint16(p[at:])), 10)
		at += 2
	case dns.TypeSRV:
		if n < 7 {
			return b
		}
		for range 3 {
			b = strconv.AppendUint(append(b, ' '), uint64(binary.BigEndian.Uint16(p[at:])), 10)
			at += 2
		}
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeSOA:
	default:
		return b
	}
	if name, _, err := dns.UnpackDomainName(p, at); err == nil {
		b = appendName(append(b, ' '), name)
	}
	return b
}
