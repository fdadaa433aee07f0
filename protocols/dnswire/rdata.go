package dnswire

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// rdataParser reads the words after a record's type. The first error sticks and
// stands at the word where it was noticed.
type rdataParser struct {
	toks   []token
	after  token // the type word, for "unexpected end of input"
	pos    int
	origin string
	err    string
	at     token
	warns  []located
}

type located struct {
	at  token
	msg string
}

func (p *rdataParser) fail(at token, format string, args ...any) {
	if p.err == "" {
		p.err, p.at = fmt.Sprintf(format, args...), at
	}
}

func (p *rdataParser) take(what string) token {
	if p.pos >= len(p.toks) {
		at := p.after
		if n := len(p.toks); n > 0 {
			at = p.toks[n-1]
		}
		at.col += len(at.text)
		p.fail(at, "unexpected end of input: %s expected", what)
		return token{}
	}
	p.pos++
	return p.toks[p.pos-1]
}

func (p *rdataParser) number(what string, bits int) uint64 {
	t := p.take(what)
	v, err := strconv.ParseUint(t.text, 10, bits)
	if err != nil && p.err == "" {
		if _, big := strconv.ParseUint(t.text, 10, 64); big == nil {
			p.fail(t, "near '%s': out of range: %s is at most %d", shown(t.text), what, uint64(1)<<bits-1)
		} else {
			p.fail(t, "near '%s': not a valid number: %s expected", shown(t.text), what)
		}
	}
	return v
}

// seconds reads a time as BIND writes it: 3600, 1h, 1h30m.
func (p *rdataParser) seconds(what string) uint32 {
	t := p.take(what)
	v, ok := parseTTL(t.text)
	if !ok {
		p.fail(t, "near '%s': %s expected, as 3600 or 1h30m", shown(t.text), what)
	}
	return v
}

// name reads a domain name relative to the origin.
func (p *rdataParser) name(what string) string {
	t := p.take(what)
	n, msg := absolute(t, p.origin)
	if msg != "" {
		p.fail(t, "near '%s': %s", shown(t.text), msg)
	}
	return n
}

// host reads the name of a host that BIND checks with check-names.
func (p *rdataParser) host(what string) string {
	n := p.name(what)
	if p.err == "" && !isHostname(n, false) {
		p.warns = append(p.warns, located{p.toks[p.pos-1], plain(n) + ": bad name (check-names)"})
	}
	return n
}

func (p *rdataParser) addr(want4 bool) netip.Addr {
	t := p.take("an address")
	a, err := netip.ParseAddr(t.text)
	if p.err == "" && (err != nil || a.Is4() != want4 || a.Zone() != "") {
		if want4 {
			p.fail(t, "near '%s': bad dotted quad", shown(t.text))
		} else {
			p.fail(t, "near '%s': bad IPv6 address", shown(t.text))
		}
		return netip.Addr{}
	}
	return a
}

// texts reads the strings of a TXT record, each at most 255 bytes
// (RFC 1035 §3.3.14).
func (p *rdataParser) texts() []string {
	var out []string
	for p.pos < len(p.toks) || len(out) == 0 {
		t := p.take("a string")
		if p.err != "" {
			return nil
		}
		n, ok := unescapedLen(t.text)
		switch {
		case !ok:
			p.fail(t, "near '%s': bad escape: \\DDD with DDD up to 255 expected", shown(t.text))
		case n > 255:
			p.fail(t, "near '%s': text too long: %d bytes, at most 255 fit in one string", shown(t.text), n)
		}
		out = append(out, t.text)
	}
	return out
}

// parse returns the record of a type, nil when p.err says why not.
func (p *rdataParser) parse(h dns.RR_Header) dns.RR {
	var rr dns.RR
	switch h.Rrtype {
	case dns.TypeA:
		a := p.addr(true)
		rr = &dns.A{Hdr: h, A: a.AsSlice()}
	case dns.TypeAAAA:
		a := p.addr(false)
		rr = &dns.AAAA{Hdr: h, AAAA: a.AsSlice()}
	case dns.TypeNS:
		rr = &dns.NS{Hdr: h, Ns: p.host("the name of a name server")}
	case dns.TypeCNAME:
		rr = &dns.CNAME{Hdr: h, Target: p.name("the canonical name")}
	case dns.TypePTR:
		rr = &dns.PTR{Hdr: h, Ptr: p.name("a host name")}
	case dns.TypeMX:
		rr = p.mx(h)
	case dns.TypeTXT:
		rr = &dns.TXT{Hdr: h, Txt: p.texts()}
	case dns.TypeSPF:
		rr = &dns.SPF{Hdr: h, Txt: p.texts()}
	case dns.TypeSRV:
		rr = &dns.SRV{Hdr: h, Priority: uint16(p.number("a priority", 16)), Weight: uint16(p.number("a weight", 16)),
			Port: uint16(p.number("a port", 16)), Target: p.host("a host name")}
	case dns.TypeSOA:
		rr = &dns.SOA{Hdr: h, Ns: p.host("the primary name server"), Mbox: p.name("the mailbox of the zone's keeper"),
			Serial: uint32(p.number("a serial number", 32)), Refresh: p.seconds("the refresh time"), Retry: p.seconds("the retry time"),
			Expire: p.seconds("the expire time"), Minttl: p.seconds("the time that denials may be kept")}
	default:
		return p.other(h)
	}
	if p.err == "" && p.pos < len(p.toks) {
		t := p.toks[p.pos]
		p.fail(t, "near '%s': extra input text", shown(t.text))
	}
	if p.err != "" {
		return nil
	}
	return rr
}

func (p *rdataParser) mx(h dns.RR_Header) dns.RR {
	mx := &dns.MX{Hdr: h, Preference: uint16(p.number("a preference", 16))}
	if p.pos < len(p.toks) {
		t := p.toks[p.pos]
		if _, err := netip.ParseAddr(t.text); err == nil {
			p.warns = append(p.warns, located{t, "'" + t.text + "': MX is an address"})
		}
	}
	mx.Mx = p.host("the name of a mail host")
	return mx
}

// other leaves types that mail does not use to the record library.
func (p *rdataParser) other(h dns.RR_Header) dns.RR {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d IN %s", h.Name, h.Ttl, dns.Type(h.Rrtype))
	for _, t := range p.toks {
		if t.quoted {
			b.WriteString(` "` + t.text + `"`)
		} else {
			b.WriteString(" " + t.text)
		}
	}
	zp := dns.NewZoneParser(strings.NewReader(b.String()+"\n"), p.origin, "")
	rr, ok := zp.Next()
	if !ok || zp.Err() != nil || rr == nil {
		msg := "unexpected end of input"
		if pe, ok := zp.Err().(*dns.ParseError); ok {
			msg = strings.TrimPrefix(pe.Error(), "dns: ")
			if i := strings.LastIndex(msg, " at line"); i > 0 {
				msg = msg[:i]
			}
		}
		p.fail(p.after, "%s record: %s", dns.Type(h.Rrtype), shown(msg))
		return nil
	}
	return rr
}

// absolute returns the name in t, completed with the origin when it has no
// final dot, or what is wrong with it.
func absolute(t token, origin string) (name, msg string) {
	s := t.text
	switch {
	case s == "@" && !t.quoted:
		return origin, ""
	case s == "":
		return "", "a domain name expected"
	case !dns.IsFqdn(s) && origin == ".":
		s += "."
	case !dns.IsFqdn(s):
		s += "." + origin
	}
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return "", "a domain name has only ASCII characters here; others are written \\DDD, or as xn--… in a host name"
		}
	}
	if _, ok := unescapedLen(s); !ok {
		return "", "bad escape: \\DDD with DDD up to 255 expected"
	}
	if _, ok := dns.IsDomainName(s); !ok {
		return "", "not a domain name: labels of 1 to 63 bytes, at most 255 in all"
	}
	// RFC 1035 §5.1: \X is X itself; the one spelling lets names compare.
	var wire [256]byte
	if _, err := dns.PackDomainName(s, wire[:], 0, nil, false); err != nil {
		return "", "not a domain name: labels of 1 to 63 bytes, at most 255 in all"
	}
	if strings.IndexByte(s, '\\') >= 0 {
		if s2, _, err := dns.UnpackDomainName(wire[:], 0); err == nil {
			s = s2
		}
	}
	return s, ""
}

// unescapedLen counts the bytes of a text with \DDD and \X escapes.
func unescapedLen(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		n++
		if s[i] != '\\' {
			continue
		}
		if i++; i >= len(s) {
			return n, false
		}
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		if i+2 >= len(s) {
			return n, false
		}
		v, err := strconv.ParseUint(s[i:i+3], 10, 8)
		if err != nil || v > 255 {
			return n, false
		}
		i += 2
	}
	return n, true
}

// parseTTL reads seconds or BIND's units: 1w2d3h4m5s.
func parseTTL(s string) (uint32, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	var sum, n uint64
	open := false
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if s[i] >= '0' && s[i] <= '9' {
			if n = n*10 + uint64(s[i]-'0'); n > 1<<31 {
				return 0, false
			}
			open = true
			continue
		}
		unit, ok := map[byte]uint64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 604800}[c]
		if !ok || !open {
			return 0, false
		}
		sum, n, open = sum+n*unit, 0, false
	}
	sum += n
	return uint32(sum), sum < 1<<31 // RFC 2181 §8: 31 bits
}

// shown makes text from outside fit to stand in a message.
func shown(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > 60 {
			b.WriteString("…")
			break
		}
		if unicode.IsPrint(r) && r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}
