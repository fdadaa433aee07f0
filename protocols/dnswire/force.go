package dnswire

import "github.com/miekg/dns"

// forcedAnswers are the replies that Forced knows, in the order in which
// ForcedAnswers lists them.
var forcedAnswers = []struct {
	name  string
	rcode int
}{
	{"SERVFAIL", dns.RcodeServerFailure},
	{"NXDOMAIN", dns.RcodeNameError},
	{"REFUSED", dns.RcodeRefused},
	{"FORMERR", dns.RcodeFormatError},
	{"NOTIMP", dns.RcodeNotImplemented},
	{"NODATA", dns.RcodeSuccess},
	{"LAME", dns.RcodeSuccess},
	{"TRUNCATED", dns.RcodeSuccess},
}

// ForcedAnswers are the words that Forced takes.
func ForcedAnswers() []string {
	words := make([]string, len(forcedAnswers))
	for i, f := range forcedAnswers {
		words[i] = f.name
	}
	return words
}

// Forced returns the reply to a question that a server in trouble gives: one
// with a response code and nothing else (SERVFAIL, NXDOMAIN, …), NODATA, the
// authoritative word that there are no such records, LAME, an upward referral
// by a server that does not have the zone (RFC 1912 §2.8), or TRUNCATED, which
// says to ask again over TCP (RFC 2181 §9). It is nil when the packet is no
// question or the word none of these.
func Forced(word string, req Request, secret [16]byte, query []byte) []byte {
	in := readQuery(query)
	if in == nil {
		return nil
	}
	for _, f := range forcedAnswers {
		if f.name != word {
			continue
		}
		in.out.Rcode = f.rcode
		switch word {
		case "NXDOMAIN", "NODATA":
			in.out.Authoritative = true
		case "LAME":
			in.out.Ns = []dns.RR{&dns.NS{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 3600}, Ns: "a.root."}}
		case "TRUNCATED":
			in.out.Truncated = true
		}
		return in.pack(req, secret)
	}
	return nil
}
