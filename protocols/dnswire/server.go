package dnswire

import (
	"encoding/hex"

	"github.com/miekg/dns"
)

// Server is a name server that is authoritative for zones and asks nobody.
type Server struct {
	Zones  *ZoneSet
	Secret [16]byte // of the cookies
}

// Answer returns the reply to a question, as BIND with "recursion no" gives it;
// nil when it would say nothing, as to a packet that is no question.
func (s *Server) Answer(req Request, query []byte) []byte {
	in := readQuery(query)
	if in == nil {
		return nil
	}
	if in.done {
		return in.pack(req, s.Secret)
	}
	if in.typ == dns.TypeAXFR || in.typ == dns.TypeIXFR {
		in.out.Rcode = noTransfer(req, in)
	} else if z := s.Zones.find(in.name, in.typ); z != nil {
		authoritative(in, z, s.Zones, req)
	} else {
		in.out.Rcode = dns.RcodeRefused
	}
	return in.pack(req, s.Secret)
}

// exchange is one question and the reply that grows for it.
type exchange struct {
	q     dns.Msg
	name  string // canonical
	typ   uint16
	opt   *dns.OPT // of the question
	out   dns.Msg
	extra []dns.RR // additional section, without OPT
	must  bool     // the additional records are needed to follow a referral
	done  bool     // the reply is settled: an error
	ede   *dns.EDNS0_EDE

	memory fromMemory
}

// headerLen is the size of a DNS header (RFC 1035 §4.1.1).
const headerLen = 12

// readQuery unpacks a question and settles the replies that do not depend on
// zones: FORMERR, NOTIMP, BADVERS.
func readQuery(query []byte) *exchange {
	if len(query) < headerLen || query[2]&0x80 != 0 {
		return nil
	}
	in := &exchange{}
	err := in.unpack(query)
	in.out.Id = uint16(query[0])<<8 | uint16(query[1])
	in.out.Response = true
	in.out.Opcode = int(query[2] >> 3 & 15)
	in.out.RecursionDesired = query[2]&1 != 0
	in.out.CheckingDisabled = query[3]&0x10 != 0
	fail := func(rcode int) *exchange {
		in.out.Rcode, in.done = rcode, true
		return in
	}
	if err != nil {
		in.q = dns.Msg{}
		return fail(dns.RcodeFormatError)
	}
	if in.opt = in.q.IsEdns0(); in.opt != nil && in.opt.Version() != 0 {
		in.out.Question = in.q.Question
		return fail(dns.RcodeBadVers)
	}
	switch in.out.Opcode {
	case dns.OpcodeQuery:
	case dns.OpcodeNotify, dns.OpcodeUpdate:
		in.out.RecursionDesired = false
		in.out.Question = in.q.Question
		if len(in.q.Question) != 1 || in.q.Question[0].Qtype != dns.TypeSOA {
			return fail(dns.RcodeFormatError)
		}
		return fail(dns.RcodeRefused)
	default:
		in.out.RecursionDesired = false
		return fail(dns.RcodeNotImplemented)
	}
	if len(in.q.Question) != 1 {
		// RFC 7873 §5.4: a question without a question asks for a cookie.
		if len(in.q.Question) == 0 && cookieOf(in.opt) != "" {
			return fail(dns.RcodeSuccess)
		}
		return fail(dns.RcodeFormatError)
	}
	in.out.Question = in.q.Question
	in.name, in.typ = canonical(in.q.Question[0].Name), in.q.Question[0].Qtype
	if q := in.q.Question[0]; q.Qclass == dns.ClassCHAOS && q.Qtype == dns.TypeTXT && in.name == "version.bind." {
		in.out.Authoritative = true
		in.out.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: q.Qclass}, Txt: []string{DigVersion}}}
		return fail(dns.RcodeSuccess)
	}
	if rcode := refusal(in.q.Question[0]); rcode != dns.RcodeSuccess {
		return fail(rcode)
	}
	return in
}

// refusal returns the error that a question deserves whatever the zones are.
func refusal(q dns.Question) int {
	switch {
	case q.Qclass == dns.ClassANY || q.Qclass == dns.ClassNONE:
		return dns.RcodeFormatError
	case q.Qclass != dns.ClassINET:
		return dns.RcodeRefused
	}
	switch q.Qtype {
	case dns.TypeOPT, dns.TypeTSIG, dns.TypeTKEY:
		return dns.RcodeFormatError
	case dns.TypeMAILA, dns.TypeMAILB:
		return dns.RcodeNotImplemented
	}
	return dns.RcodeSuccess
}

// unpack reads the question's packet. The usual one of a stub, a single question
// and nothing else, is read without the library's detours.
func (in *exchange) unpack(query []byte) error {
	const counts = "\x00\x01\x00\x00\x00\x00\x00\x00"
	if string(query[4:headerLen]) == counts {
		name, off, err := unpackName(query, headerLen)
		if err == nil && off+4 == len(query) {
			in.q.AuthenticatedData = query[3]&0x20 != 0
			in.q.Question = []dns.Question{{Name: name, Qtype: uint16(query[off])<<8 | uint16(query[off+1]),
				Qclass: uint16(query[off+2])<<8 | uint16(query[off+3])}}
			return nil
		}
	}
	return in.q.Unpack(query)
}

// unpackName is dns.UnpackDomainName, faster for the usual names.
func unpackName(p []byte, off int) (string, int, error) {
	var room [256]byte
	if b, after := appendSimpleName(room[:0], p, off); after > 0 {
		return string(append(b, '.')), after, nil
	}
	return dns.UnpackDomainName(p, off)
}

// cookieOf returns the cookie of an OPT record in hexadecimal, "" without one.
func cookieOf(opt *dns.OPT) string {
	if opt == nil {
		return ""
	}
	for _, o := range opt.Option {
		if c, ok := o.(*dns.EDNS0_COOKIE); ok && len(c.Cookie) >= 2*clientCookieLen {
			return c.Cookie
		}
	}
	return ""
}

// pack returns the reply as bytes, cut to what the asker takes.
func (in *exchange) pack(req Request, secret [16]byte) []byte {
	var opt *dns.OPT
	if in.opt != nil {
		opt = in.replyOPT(req, secret)
	}
	limit := 65535
	if !req.TCP {
		limit = MaxUDP
		if in.opt != nil {
			limit = max(MaxUDP, min(int(in.opt.UDPSize()), EDNSSize))
		}
	}
	in.out.Extra = in.extra
	if opt != nil {
		in.out.Extra = append(in.extra[:len(in.extra):len(in.extra)], opt)
	}
	b, err := pack(&in.out)
	if err != nil {
		in.out = dns.Msg{MsgHdr: in.out.MsgHdr, Question: in.out.Question}
		in.out.Rcode = dns.RcodeServerFailure
		b, _ = pack(&in.out)
		return b
	}
	if len(b) > limit {
		b = in.truncate(opt, limit)
	}
	return b
}

// replyOPT answers EDNS with EDNS (RFC 6891 §6.1.1) and a cookie with a cookie.
func (in *exchange) replyOPT(req Request, secret [16]byte) *dns.OPT {
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
	opt.SetUDPSize(EDNSSize)
	if in.opt.Do() {
		opt.SetDo()
	}
	if c := cookieOf(in.opt); c != "" && in.opt.Version() == 0 {
		if client, err := hex.DecodeString(c[:2*clientCookieLen]); err == nil {
			srv := serverCookie(secret, client, req.From, req.Now)
			opt.Option = append(opt.Option, &dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: c[:2*clientCookieLen] + hex.EncodeToString(srv[:])})
		}
	}
	if in.ede != nil {
		opt.Option = append(opt.Option, in.ede)
	}
	return opt
}

// truncate makes the reply fit. Additional records go first, silently unless a
// referral cannot be followed without them; then TC tells to ask again over TCP
// (RFC 2181 §9). As BIND does, an answer that does not fit is sent in part to
// askers without EDNS and left out for the others.
func (in *exchange) truncate(opt *dns.OPT, limit int) []byte {
	fits := func() []byte {
		in.out.Extra = append([]dns.RR(nil), in.extra...)
		if opt != nil {
			in.out.Extra = append(in.out.Extra, opt)
		}
		if b, err := pack(&in.out); err == nil && len(b) <= limit {
			return b
		}
		return nil
	}
	for len(in.extra) > 0 {
		if in.must {
			in.out.Truncated = true
		}
		last := in.extra[len(in.extra)-1].Header()
		for len(in.extra) > 0 {
			h := in.extra[len(in.extra)-1].Header()
			if h.Name != last.Name || h.Rrtype != last.Rrtype {
				break
			}
			in.extra = in.extra[:len(in.extra)-1]
		}
		if b := fits(); b != nil {
			return b
		}
	}
	in.out.Truncated = true
	in.out.AuthenticatedData = opt == nil && in.q.AuthenticatedData
	in.out.Ns = nil
	if b := fits(); b != nil {
		return b
	}
	if opt != nil {
		in.out.Answer = nil
	}
	// The largest number of answers that fits.
	all, lo, hi := in.out.Answer, 0, len(in.out.Answer)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if in.out.Answer = all[:mid]; fits() != nil {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	in.out.Answer = all[:lo]
	return fits()
}
