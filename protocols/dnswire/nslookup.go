package dnswire

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Nslookup is how nslookup(1) of BIND shows replies.
type Nslookup struct {
	Debug   bool
	Default bool // no type was asked for: addresses of both families
	empty   bool // the name has no IPv4 address
}

// NslookupUsage is what nslookup(1) says of itself.
const NslookupUsage = `Usage:
   nslookup [-opt ...]             # interactive mode using default server
   nslookup [-opt ...] - server    # interactive mode using 'server'
   nslookup [-opt ...] host        # just look up 'host' using default server
   nslookup [-opt ...] host server # just look up 'host' using 'server'
`

// Begin forgets the name before.
func (n *Nslookup) Begin() { n.empty = false }

// Show returns what nslookup writes about a reply; failed is whether the server
// cannot find the name, of which the exit status tells.
func (n *Nslookup) Show(r *Reply, d *Dig) (text string, failed bool) {
	m, bad := r.parse()
	if bad != "" {
		return bad, true
	}
	var b strings.Builder
	first := !n.Default || d.Type == dns.TypeA
	if first {
		fmt.Fprintf(&b, "Server:\t\t%s\nAddress:\t%s\n\n", printable(r.As), r.at())
	}
	if n.Debug {
		nslookupDetail(&b, &m)
	}
	if m.Rcode != dns.RcodeSuccess {
		fmt.Fprintf(&b, "** server can't find %s: %s\n", undotted(escaped(d.Name)), rcodeName(m.Rcode))
		return b.String(), true
	}
	if !m.Authoritative && first {
		b.WriteString("Non-authoritative answer:\n")
	}
	switch {
	case len(m.Answer) > 0:
		for _, rr := range m.Answer {
			nslookupRecord(&b, rr, true)
		}
	case n.Default && d.Type == dns.TypeA:
		n.empty = true
	case !n.Default || n.empty:
		fmt.Fprintf(&b, "*** Can't find %s: No answer\n", printable(d.Name))
	}
	if !m.Authoritative && d.Type != dns.TypeA && d.Type != dns.TypeAAAA {
		b.WriteString("\nAuthoritative answers can be found from:\n")
		for _, rrs := range [...][]dns.RR{m.Ns, m.Extra} {
			for _, rr := range rrs {
				nslookupRecord(&b, rr, false)
			}
		}
	}
	return b.String(), false
}

// nslookupWords are the words of nslookup(1) for the types that have some.
var nslookupWords = map[uint16]string{dns.TypeA: "internet address = ", dns.TypeNS: "nameserver = ", dns.TypeCNAME: "canonical name = ",
	dns.TypePTR: "name = ", dns.TypeHINFO: "hinfo = ", dns.TypeMX: "mail exchanger = ", dns.TypeTXT: "text = ",
	dns.TypeAAAA: "has AAAA address ",
	dns.TypeSRV:  "service = ", dns.TypeDNAME: "dname = "}

func nslookupData(rr dns.RR) string {
	t := rr.Header().Rrtype
	words, ok := nslookupWords[t]
	switch {
	case !ok && t < 42:
		words = fmt.Sprintf("rtype_%d = ", t)
	case !ok:
		words = fmt.Sprintf("rdata_%d = ", t)
	}
	return words + data(rr) + "\n"
}

// nslookupRecord writes a record; answer tells that it is of the answer itself.
func nslookupRecord(b *strings.Builder, rr dns.RR, answer bool) {
	name := undotted(rr.Header().Name)
	switch soa := rr.(type) {
	case *dns.OPT:
	case *dns.A, *dns.AAAA:
		if answer {
			fmt.Fprintf(b, "Name:\t%s\nAddress: %s\n", name, data(rr))
			return
		}
		b.WriteString(name + "\t" + nslookupData(rr))
	case *dns.SOA:
		b.WriteString(name + "\n" + nslookupSOA(soa))
	default:
		b.WriteString(name + "\t" + nslookupData(rr))
	}
}

func nslookupSOA(soa *dns.SOA) string {
	return fmt.Sprintf("\torigin = %s\n\tmail addr = %s\n\tserial = %d\n\trefresh = %d\n\tretry = %d\n\texpire = %d\n\tminimum = %d\n",
		undotted(soa.Ns), undotted(soa.Mbox), soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minttl)
}

// nslookupDetail shows all parts of a message, as "set debug" has them.
func nslookupDetail(b *strings.Builder, m *dns.Msg) {
	b.WriteString("------------\n    QUESTIONS:\n")
	for _, q := range m.Question {
		fmt.Fprintf(b, "\t%s, type = %s, class = %s\n", undotted(q.Name), TypeName(q.Qtype), dns.Class(q.Qclass))
	}
	for _, s := range [...]struct {
		title string
		rrs   []dns.RR
	}{{"ANSWERS", m.Answer}, {"AUTHORITY RECORDS", m.Ns}, {"ADDITIONAL RECORDS", m.Extra}} {
		b.WriteString("    " + s.title + ":\n")
		for _, rr := range s.rrs {
			if rr.Header().Rrtype == dns.TypeOPT {
				continue
			}
			fmt.Fprintf(b, "    ->  %s\n", undotted(rr.Header().Name))
			if soa, ok := rr.(*dns.SOA); ok {
				b.WriteString(nslookupSOA(soa))
			} else {
				b.WriteString("\t" + nslookupData(rr))
			}
			fmt.Fprintf(b, "\tttl = %d\n", rr.Header().Ttl)
		}
	}
	b.WriteString("------------\n")
}
