package dnswire

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/miekg/dns"
)

// AppendQuery appends the packet with which mail software asks its resolver: one
// question, recursion desired, no EDNS. The error is a *LookupError for a name
// that cannot stand in a packet.
func AppendQuery(b []byte, id uint16, name string, typ uint16) ([]byte, error) {
	from := len(b)
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, FlagRecursionDesired)
	b = append(b, 0, 1, 0, 0, 0, 0, 0, 0) // one question
	if p := appendSimpleWire(b, name); p != nil {
		p = binary.BigEndian.AppendUint16(p, typ)
		return binary.BigEndian.AppendUint16(p, dns.ClassINET), nil
	}
	var wire [headerLen + 255 + 4]byte
	copy(wire[:], b[from:])
	b = b[:from]
	off := 0
	fq := dns.Fqdn(name)
	_, ok := dns.IsDomainName(fq)
	if ok && name != "" {
		var err error
		off, err = dns.PackDomainName(fq, wire[:headerLen+255], headerLen, nil, false)
		ok = err == nil
	}
	if !ok || name == "" {
		return b, &LookupError{Failure: Malformed, Name: name, Type: typ}
	}
	binary.BigEndian.PutUint16(wire[off:], typ)
	binary.BigEndian.PutUint16(wire[off+2:], dns.ClassINET)
	return append(b, wire[:off+4]...), nil
}

// Answer is what a lookup found.
type Answer struct {
	Name      string   // as asked
	Type      uint16   // as asked
	Canonical string   // the name that owns the records: Name unless it is an alias
	Chain     []string // the aliases on the way, Name first; empty without CNAME
	TTL       uint32   // the least of all records used, seconds
	Records   []dns.RR // of Type
	// Cause is the trace event that recorded the answer's arrival; who sends and
	// receives the packets sets it.
	Cause uint32

	data *answerData // nil: not looked at yet
}

// answerData is what the records of an answer say, for the methods of these
// names.
type answerData struct {
	mx    []MX
	addrs []netip.Addr
	names []string
}

// Failure says why a lookup found nothing.
type Failure uint8

const (
	// NXDomain: there is no such name (RFC 2308 §2.1).
	NXDomain Failure = iota + 1
	// NoData: the name exists, but has no record of the type (RFC 2308 §2.2).
	NoData
	// ServFail: the server could not find out.
	ServFail
	// Refused: the server does not want to answer us.
	Refused
	// BadReply: the reply makes no sense, or reports an error in the question.
	BadReply
	// Timeout: nobody answered in time.
	Timeout
	// Malformed: the name cannot be asked for at all.
	Malformed
)

// String names the failure as it is said in logs and tables.
func (f Failure) String() string {
	names := [...]string{"", "NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED", "bad reply", "timeout", "malformed name"}
	if int(f) < len(names) {
		return names[f]
	}
	return "failure " + strconv.Itoa(int(f))
}

// LookupError is a lookup that found nothing.
type LookupError struct {
	Failure Failure
	Name    string
	Type    uint16
	Cause   uint32 // as Answer.Cause; 0 when nothing arrived
}

// Error says what was asked and what came of it.
func (e *LookupError) Error() string {
	return "lookup of " + TypeName(e.Type) + " " + EscapeText(e.Name) + ": " + e.Failure.String()
}

// Temporary tells whether asking again later may help (h_errno TRY_AGAIN of
// libresolv): the name and its data may exist, we could not find out.
func (e *LookupError) Temporary() bool {
	return e.Failure == ServFail || e.Failure == Refused || e.Failure == BadReply || e.Failure == Timeout
}

// Negative tells whether a server vouched for the absence.
func (e *LookupError) Negative() bool { return e.Failure == NXDomain || e.Failure == NoData }

// ParseAnswer reads the reply to a question. The error is a *LookupError.
func ParseAnswer(reply []byte, id uint16, name string, typ uint16) (*Answer, error) {
	fail := func(f Failure) (*Answer, error) { return nil, &LookupError{Failure: f, Name: name, Type: typ} }
	if !Replies(reply, id, name, typ) {
		return fail(BadReply)
	}
	switch reply[3] & 15 {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		return fail(NXDomain)
	case dns.RcodeServerFailure:
		return fail(ServFail)
	case dns.RcodeRefused:
		return fail(Refused)
	default:
		return fail(BadReply)
	}
	answers, ok := answerSection(reply)
	if !ok {
		return fail(BadReply)
	}
	a := &Answer{Name: name, Type: typ, TTL: 1<<32 - 1}
	at := canonical(name)
	for hops := 0; hops <= maxRestarts; hops++ {
		var alias *dns.CNAME
		for _, rr := range answers {
			h := rr.Header()
			if canonical(h.Name) != at || h.Class != dns.ClassINET {
				continue
			}
			switch {
			case h.Rrtype == typ || typ == dns.TypeANY:
				a.Records = append(a.Records, rr)
				a.TTL = min(a.TTL, h.Ttl)
			case h.Rrtype == dns.TypeCNAME:
				alias = rr.(*dns.CNAME)
			}
		}
		if len(a.Records) > 0 {
			a.Canonical = plain(a.Records[0].Header().Name)
			return a, nil
		}
		if alias == nil {
			break
		}
		a.Chain = append(a.Chain, plain(alias.Hdr.Name))
		a.TTL = min(a.TTL, alias.Hdr.Ttl)
		at = canonical(alias.Target)
	}
	return fail(NoData)
}

// answerSection unpacks the answers of a packet; what stands behind them is of
// no use to a stub.
func answerSection(p []byte) ([]dns.RR, bool) {
	n, off := int(binary.BigEndian.Uint16(p[6:])), headerLen
	var room [256]byte
	for range binary.BigEndian.Uint16(p[4:]) {
		var err error
		_, at := appendSimpleName(room[:0], p, off)
		if at == 0 {
			_, at, err = dns.UnpackDomainName(p, off)
		}
		if off = at + 4; err != nil || off > len(p) {
			return nil, false
		}
	}
	rrs := make([]dns.RR, 0, min(n, 64))
	for range n {
		rr, at, err := dns.UnpackRR(p, off)
		if err != nil || at <= off {
			return nil, false
		}
		rrs, off = append(rrs, rr), at
	}
	return rrs, true
}

// Repeats tells whether a packet is a reply that repeats a question octet by
// octet, as servers do: the usual case of Replies, told without reading names.
func Repeats(packet, query []byte) bool {
	return len(query) >= headerLen && len(packet) >= len(query) && packet[2]&0x80 != 0 &&
		string(packet[:2]) == string(query[:2]) && string(packet[4:6]) == string(query[4:6]) &&
		string(packet[headerLen:len(query)]) == string(query[headerLen:])
}

// Replies tells whether a packet is a reply to the question: same id, name, type
// (RFC 5452 §9.1).
func Replies(packet []byte, id uint16, name string, typ uint16) bool {
	var room [256]byte
	h, asked, ok := AppendColumns(room[:0], packet)
	if !ok || !h.Response || h.ID != id {
		return false
	}
	if binary.BigEndian.Uint16(packet[4:]) == 0 {
		return h.RCode != 0 // an error may come without the question
	}
	if h.Type != typ {
		return false
	}
	return string(asked) == plain(name) || canonical(string(asked)) == canonical(name)
}

// Truncated tells whether a reply has TC set and must be asked for over TCP.
func Truncated(packet []byte) bool { return len(packet) >= headerLen && packet[2]&2 != 0 }

// MX returns the mail exchangers of the answer in the order of the packet. The
// caller must not change them.
func (a *Answer) MX() []MX { return a.read().mx }

// Addrs returns the addresses of the answer in the order of the packet. The
// caller must not change them.
func (a *Answer) Addrs() []netip.Addr { return a.read().addrs }

// Names returns the names that PTR, NS and CNAME records of the answer give. The
// caller must not change them.
func (a *Answer) Names() []string { return a.read().names }

// read looks at the records, once.
func (a *Answer) read() *answerData {
	if a.data != nil {
		return a.data
	}
	d := &answerData{}
	for _, rr := range a.Records {
		switch rr := rr.(type) {
		case *dns.MX:
			d.mx = append(d.mx, MX{Pref: rr.Preference, Host: plain(rr.Mx)})
		case *dns.A:
			if ip, ok := netip.AddrFromSlice(rr.A.To4()); ok {
				d.addrs = append(d.addrs, ip)
			}
		case *dns.AAAA:
			if ip, ok := netip.AddrFromSlice(rr.AAAA); ok {
				d.addrs = append(d.addrs, ip)
			}
		case *dns.PTR:
			d.names = append(d.names, plain(rr.Ptr))
		case *dns.NS:
			d.names = append(d.names, plain(rr.Ns))
		case *dns.CNAME:
			d.names = append(d.names, plain(rr.Target))
		}
	}
	a.data = d
	return d
}

// Texts returns the TXT records of the answer, the strings of each joined
// (RFC 7208 §3.3) and as raw bytes: they are data from outside, to be escaped
// before they are shown.
func (a *Answer) Texts() []string {
	var out []string
	for _, rr := range a.Records {
		if t, ok := rr.(*dns.TXT); ok {
			var b []byte
			for _, s := range t.Txt {
				b = appendUnescaped(b, s)
			}
			out = append(out, string(b))
		}
	}
	return out
}

// appendUnescaped undoes \DDD and \X.
func appendUnescaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+4], 10, 8); err == nil {
				b, i = append(b, byte(v)), i+3
				continue
			}
		}
		i++
		b = append(b, s[i])
	}
	return b
}
