package dnswire

import "github.com/miekg/dns"

// transferSize is how much of a zone goes into one message: the limit of a
// message over TCP (RFC 1035 §4.2.2), with room for the rest of it.
const transferSize = 60000

// Transfer returns the messages by which a zone is transferred (RFC 5936 §2.2);
// an incremental transfer is answered with the whole zone as well (RFC 1995 §4),
// or with the SOA alone when there is nothing new. It returns nil when something
// else is asked for, or something that is not to be had: Answer says why.
func (s *Server) Transfer(req Request, query []byte) [][]byte {
	in := readQuery(query)
	if in == nil || in.done || !req.TCP || in.typ != dns.TypeAXFR && in.typ != dns.TypeIXFR {
		return nil
	}
	z := s.Zones.at(in.name)
	if z == nil {
		return nil
	}
	in.out.Authoritative, in.out.RecursionDesired = true, false
	rrs := append(z.Records(), z.soa)
	if in.typ == dns.TypeIXFR && len(in.q.Ns) == 1 {
		if soa, ok := in.q.Ns[0].(*dns.SOA); ok && int32(z.soa.Serial-soa.Serial) <= 0 { // RFC 1982 §3.2
			rrs = rrs[:1]
		}
	}
	var out [][]byte
	for size := 0; len(rrs) > 0; size = 0 {
		n := 0
		for n < len(rrs) && (n == 0 || size+dns.Len(rrs[n]) < transferSize) {
			size += dns.Len(rrs[n])
			n++
		}
		in.out.Answer, rrs = rrs[:n], rrs[n:]
		out = append(out, in.pack(req, s.Secret))
	}
	return out
}

// at is the zone of that very name, nil when there is none.
func (s *ZoneSet) at(name string) *Zone {
	if z := s.find(name, dns.TypeSOA); z != nil && z.origin == name {
		return z
	}
	return nil
}

// noTransfer is the error for who asks for a zone that is not to be had here.
func noTransfer(req Request, in *exchange) int {
	if in.typ == dns.TypeAXFR && !req.TCP {
		return dns.RcodeFormatError // RFC 5936 §4.2: not over UDP
	}
	return dns.RcodeNotAuth
}
