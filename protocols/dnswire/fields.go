package dnswire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/miekg/dns"
)

// Field is a labelled range of the bytes of a packet. A field of smaller Depth
// contains those of greater Depth that follow it; the fields without parts
// cover every byte of the packet once.
type Field struct {
	Off, Len int
	Depth    int
	Name     string // "Transaction ID", in Wireshark's words
	Value    string // printable
}

// Fields explains every byte of a packet. A packet that breaks off or has bytes
// too many ends with a field "Malformed".
func Fields(p []byte) []Field {
	f := &fielder{p: p}
	if len(p) < headerLen {
		f.add(0, len(p), 0, "Malformed", fmt.Sprintf("a DNS header has %d bytes, here are %d", headerLen, len(p)))
		return f.out
	}
	f.header()
	last := section(255)
	end := headerLen
	whole := walk(p, func(r record) {
		if r.section != last {
			last = r.section
			f.section(r.section, r.off)
		}
		f.record(r)
		end = r.end
		f.out[f.open].Len = end - f.out[f.open].Off
	})
	if !whole {
		f.add(end, len(p)-end, 0, "Malformed", "these bytes fit no record of the counts above")
	}
	return f.out
}

type fielder struct {
	p    []byte
	out  []Field
	open int // index of the section's field
}

func (f *fielder) add(off, n, depth int, name, value string) {
	f.out = append(f.out, Field{Off: off, Len: n, Depth: depth, Name: name, Value: value})
}

func (f *fielder) u16(off int) uint16 { return binary.BigEndian.Uint16(f.p[off:]) }

func (f *fielder) header() {
	f.add(0, headerLen, 0, "Header", "")
	f.add(0, 2, 1, "Transaction ID", fmt.Sprintf("0x%04x", f.u16(0)))
	f.add(2, 2, 1, "Flags", flagWords(f.u16(2)))
	f.add(4, 2, 1, "Questions", strconv.Itoa(int(f.u16(4))))
	f.add(6, 2, 1, "Answer RRs", strconv.Itoa(int(f.u16(6))))
	f.add(8, 2, 1, "Authority RRs", strconv.Itoa(int(f.u16(8))))
	f.add(10, 2, 1, "Additional RRs", strconv.Itoa(int(f.u16(10))))
}

// flagWords names the bits that are set: "0x8180 response, recursion desired…".
func flagWords(v uint16) string {
	b := appendHex16([]byte("0x"), v)
	b = append(append(b, ' '), opcodeWords(uint8(v>>11&15))...)
	if v&FlagResponse != 0 {
		b = append(b, " response"...)
	}
	for _, bit := range [...]struct {
		mask uint16
		text string
	}{
		{FlagAuthoritative, "authoritative (AA)"}, {FlagTruncated, "truncated (TC)"},
		{FlagRecursionDesired, "recursion desired (RD)"}, {FlagRecursionAvailable, "recursion available (RA)"},
		{0x0040, "reserved bit (Z)"}, {FlagAuthenticData, "authentic data (AD)"}, {FlagCheckingDisabled, "checking disabled (CD)"},
	} {
		if v&bit.mask != 0 {
			b = append(append(b, ", "...), bit.text...)
		}
	}
	if v&FlagResponse != 0 {
		b = append(append(b, ", "...), RCodeWords(uint8(v&15))...)
	}
	return string(b)
}

func (f *fielder) section(s section, off int) {
	f.open = len(f.out)
	f.add(off, 0, 0, sectionNames[s], "")
}

func (f *fielder) record(r record) {
	title := string(appendData(append(appendName(nil, r.name), (" "+typeWord(r.typ))...), f.p, r))
	if r.section == question {
		title = string(append(appendName(nil, r.name), (" " + typeWord(r.typ))...))
	}
	f.add(r.off, r.end-r.off, 1, "Record", title)
	if r.section == question {
		f.out[len(f.out)-1].Name = "Query"
	}
	f.name(r.off, r.fixed, 2, "Name")
	f.add(r.fixed, 2, 2, "Type", fmt.Sprintf("%s (%d)", typeWord(r.typ), r.typ))
	if r.typ == dns.TypeOPT && r.section != question {
		f.opt(r)
		return
	}
	f.add(r.fixed+2, 2, 2, "Class", classWords(r.class))
	if r.section == question {
		return
	}
	f.add(r.fixed+4, 4, 2, "Time to live", fmt.Sprintf("%d s", r.ttl))
	f.add(r.fixed+8, 2, 2, "Data length", strconv.Itoa(r.end-r.rd))
	f.data(r)
}

func classWords(c uint16) string {
	if w, ok := dns.ClassToString[c]; ok {
		return fmt.Sprintf("%s (0x%04x)", w, c)
	}
	return fmt.Sprintf("unknown (0x%04x)", c)
}

// name adds the field of a name, telling where a pointer leads
// (RFC 1035 §4.1.4).
func (f *fielder) name(off, end, depth int, label string) {
	n, _, err := dns.UnpackDomainName(f.p, off)
	if err != nil {
		f.add(off, end-off, depth, label, "malformed name")
		return
	}
	v := string(appendName(nil, n))
	for at := off; at < end && f.p[at] != 0; at += int(f.p[at]) + 1 {
		if f.p[at]&0xc0 == 0xc0 && at+1 < len(f.p) {
			v += fmt.Sprintf(" (compressed: continues at byte %d)", int(f.u16(at))&0x3fff)
			break
		}
	}
	f.add(off, end-off, depth, label, v)
}

// opt explains the pseudo-record of EDNS (RFC 6891 §6.1.2).
func (f *fielder) opt(r record) {
	f.add(r.fixed+2, 2, 2, "UDP payload size", strconv.Itoa(int(r.class)))
	f.add(r.fixed+4, 1, 2, "Higher bits in extended RCODE", fmt.Sprintf("0x%02x", byte(r.ttl>>24)))
	f.add(r.fixed+5, 1, 2, "EDNS version", strconv.Itoa(int(byte(r.ttl>>16))))
	z := fmt.Sprintf("0x%04x", uint16(r.ttl))
	if r.ttl&0x8000 != 0 {
		z += " DNSSEC records accepted (DO)"
	}
	f.add(r.fixed+6, 2, 2, "Z", z)
	f.add(r.fixed+8, 2, 2, "Data length", strconv.Itoa(r.end-r.rd))
	for at := r.rd; at < r.end; {
		if at+4 > r.end || at+4+int(f.u16(at+2)) > r.end {
			f.add(at, r.end-at, 2, "Option", "malformed")
			return
		}
		code, n := f.u16(at), int(f.u16(at+2))
		f.add(at, 4+n, 2, "Option", optionWords(code, f.p[at+4:at+4+n]))
		at += 4 + n
	}
}

func optionWords(code uint16, data []byte) string {
	switch {
	case code == dns.EDNS0COOKIE && len(data) > clientCookieLen:
		return "COOKIE client " + hex.EncodeToString(data[:clientCookieLen]) + " server " + hex.EncodeToString(data[clientCookieLen:])
	case code == dns.EDNS0COOKIE:
		return "COOKIE client " + hex.EncodeToString(data)
	case code == dns.EDNS0EDE && len(data) >= 2:
		return fmt.Sprintf("Extended DNS error %d %s", binary.BigEndian.Uint16(data), shown(string(data[2:])))
	}
	return fmt.Sprintf("%d %s", code, hex.EncodeToString(data))
}

// data explains the data of the types that mail uses; others are shown as bytes.
func (f *fielder) data(r record) {
	n := r.end - r.rd
	switch r.typ {
	case dns.TypeA, dns.TypeAAAA:
		if a, ok := netip.AddrFromSlice(f.p[r.rd:r.end]); ok && a.Is4() == (r.typ == dns.TypeA) {
			f.add(r.rd, n, 2, "Address", a.String())
			return
		}
	case dns.TypeNS:
		f.names(r, r.rd, "Name server")
		return
	case dns.TypeCNAME:
		f.names(r, r.rd, "Canonical name")
		return
	case dns.TypePTR:
		f.names(r, r.rd, "Domain name")
		return
	case dns.TypeMX:
		if n > 2 {
			f.add(r.rd, 2, 2, "Preference", strconv.Itoa(int(f.u16(r.rd))))
			f.names(r, r.rd+2, "Mail exchange")
			return
		}
	case dns.TypeSRV:
		if n > 6 {
			for i, label := range [...]string{"Priority", "Weight", "Port"} {
				f.add(r.rd+2*i, 2, 2, label, strconv.Itoa(int(f.u16(r.rd+2*i))))
			}
			f.names(r, r.rd+6, "Target")
			return
		}
	case dns.TypeSOA:
		f.soa(r)
		return
	case dns.TypeTXT, dns.TypeSPF:
		f.texts(r)
		return
	}
	f.add(r.rd, n, 2, "Data", hex.EncodeToString(f.p[r.rd:r.end]))
}

// names adds a name that fills the rest of a record's data.
func (f *fielder) names(r record, at int, label string) {
	if _, end, err := dns.UnpackDomainName(f.p, at); err != nil || end != r.end {
		f.add(at, r.end-at, 2, label, "malformed name")
		return
	}
	f.name(at, r.end, 2, label)
}

func (f *fielder) soa(r record) {
	_, m, err := dns.UnpackDomainName(f.p, r.rd)
	if err == nil && m < r.end {
		var end int
		if _, end, err = dns.UnpackDomainName(f.p, m); err == nil && end+20 == r.end {
			f.name(r.rd, m, 2, "Primary name server")
			f.name(m, end, 2, "Responsible authority's mailbox")
			for i, label := range [...]string{"Serial number", "Refresh interval", "Retry interval", "Expire limit", "Minimum TTL"} {
				f.add(end+4*i, 4, 2, label, strconv.FormatUint(uint64(binary.BigEndian.Uint32(f.p[end+4*i:])), 10))
			}
			return
		}
	}
	f.add(r.rd, r.end-r.rd, 2, "Data", hex.EncodeToString(f.p[r.rd:r.end]))
}

func (f *fielder) texts(r record) {
	for at := r.rd; at < r.end; {
		n := int(f.p[at])
		if at+1+n > r.end {
			f.add(at, r.end-at, 2, "TXT", "malformed")
			return
		}
		f.add(at, 1, 2, "TXT length", strconv.Itoa(n))
		if n > 0 {
			f.add(at+1, n, 2, "TXT", EscapeText(string(f.p[at+1:at+1+n])))
		}
		at += 1 + n
	}
}

// EscapeText returns text from a packet in printable ASCII: backslashes, quotes
// and everything else as in a zone file, \DDD (RFC 1035 §5.1).
func EscapeText(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' || s[i] == '\\' || s[i] == '"' {
			clean = false
		}
	}
	if clean {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' || c == '"':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = append(b, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
