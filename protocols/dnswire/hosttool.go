package dnswire

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Host is how host(1) of BIND shows replies.
type Host struct {
	Verbose bool
	Listed  bool // the user has named the server
	Default bool // no type was asked for: addresses and mail exchangers
	List    bool // -l: names with addresses, name servers and pointers
	Each    bool // -C: each server is named above what it says
	Only    uint16
	printed bool
}

// HostUsage is what host(1) says of itself.
const HostUsage = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
       -a is equivalent to -v -t ANY
       -A is like -a but omits RRSIG, NSEC, NSEC3
       -c specifies query class for non-IN data
       -C compares SOA records on authoritative nameservers
       -d is equivalent to -v
       -l lists all hosts in a domain, using AXFR
       -m set memory debugging flag (trace|record|usage)
       -N changes the number of dots allowed before root lookup is done
       -p specifies the port on the server to query
       -r disables recursive processing
       -R specifies number of retries for UDP packets
       -s a SERVFAIL response should stop query
       -t specifies the query type
       -T enables TCP/IP mode
       -U enables UDP mode
       -v enables verbose output
       -V print version number and exit
       -w specifies to wait forever for a reply
       -W specifies how long to wait for a reply
       -4 use IPv4 query transport only
       -6 use IPv6 query transport only
`

// hostWords are the words of host(1) for the types that have some.
var hostWords = map[uint16]string{dns.TypeA: "has address", dns.TypeNS: "name server", dns.TypeCNAME: "is an alias for",
	dns.TypePTR: "domain name pointer", dns.TypeHINFO: "host information", dns.TypeMX: "mail is handled by",
	dns.TypeTXT:  "descriptive text",
	dns.TypeAAAA: "has IPv6 address"}

// Show returns what host writes about a reply; failed is whether it was bad
// news, of which the exit status tells.
func (h *Host) Show(r *Reply, d *Dig) (text string, failed bool) {
	m, bad := r.parse()
	if bad != "" {
		return bad, true
	}
	var b strings.Builder
	if h.Listed && !h.printed {
		fmt.Fprintf(&b, "Using domain server:\nName: %s\nAddress: %s\nAliases: \n\n", printable(r.As), r.at())
		h.printed = true
	}
	if m.Rcode != dns.RcodeSuccess {
		name := d.Name
		if m.Rcode != dns.RcodeNameError {
			name = strings.TrimSuffix(name, ".")
		}
		if h.Each {
			fmt.Fprintf(&b, "Nameserver %s:\n\t", r.host())
		} else {
			b.WriteString("Host ")
		}
		fmt.Fprintf(&b, "%s not found: %d(%s)\n", printable(name), m.Rcode, rcodeName(m.Rcode))
		return b.String(), true
	}
	if h.Verbose {
		h.verbose(&b, &m, d)
		return b.String(), false
	}
	for _, rr := range m.Answer {
		if h.wanted(rr, d) {
			if h.Each {
				fmt.Fprintf(&b, "Nameserver %s:\n\t", r.host())
			}
			b.WriteString(hostLine(rr) + "\n")
		}
	}
	if !h.Default && len(m.Answer) == 0 {
		fmt.Fprintf(&b, "%s has no %s record\n", printable(strings.TrimSuffix(d.Name, ".")), TypeName(d.Type))
	}
	return b.String(), false
}

// wanted tells whether a record of a transferred zone is to be listed.
func (h *Host) wanted(rr dns.RR, d *Dig) bool {
	t := rr.Header().Rrtype
	switch {
	case d.Type != dns.TypeAXFR:
		return true
	case h.List:
		return t == dns.TypeA || t == dns.TypeAAAA || t == dns.TypeNS || t == dns.TypePTR
	}
	return h.Only == dns.TypeANY || h.Only == t
}

// hostLine is a record in the words of host(1).
func hostLine(rr dns.RR) string {
	words := hostWords[rr.Header().Rrtype]
	if words == "" {
		words = "has " + TypeName(rr.Header().Rrtype) + " record"
	}
	return undotted(rr.Header().Name) + " " + words + " " + data(rr)
}

// undotted is a name without the final dot.
func undotted(name string) string {
	if name == "." {
		return name
	}
	return printable(strings.TrimSuffix(name, "."))
}

// verbose shows all parts of a message.
func (h *Host) verbose(b *strings.Builder, m *dns.Msg, d *Dig) {
	b.WriteString(headLine(m) + ";; flags:" + headFlags(m) + headCounts(m))
	if opt := m.IsEdns0(); opt != nil {
		fmt.Fprintf(b, ";; EDNS: version: %d, udp=%d\n", opt.Version(), opt.UDPSize())
	}
	if len(m.Question) > 0 {
		b.WriteString("\n;; QUESTION SECTION:\n;")
		if d.Type != dns.TypeAXFR || !h.List && h.Only == dns.TypeANY {
			q := m.Question[0]
			l := line{}
			l.put(0, printable(q.Name))
			l.put(32, dns.Class(q.Qclass).String())
			l.put(40, TypeName(q.Qtype))
			b.WriteString(l.String() + "\n")
		}
	}
	for _, s := range [...]struct {
		title string
		rrs   []dns.RR
	}{{"ANSWER", m.Answer}, {"AUTHORITY", m.Ns}, {"ADDITIONAL", m.Extra}} {
		n := 0
		for _, rr := range s.rrs {
			if rr.Header().Rrtype == dns.TypeOPT || !h.wanted(rr, d) {
				continue
			}
			if n++; n == 1 {
				b.WriteString("\n;; " + s.title + " SECTION:\n")
			}
			b.WriteString(recordLine(rr))
		}
	}
	b.WriteString("\n")
}

// Received is the line below a reply of host -v.
func (h *Host) Received(r *Reply, size int) string {
	if !h.Verbose {
		return ""
	}
	return fmt.Sprintf("Received %d bytes from %s in %d ms\n", size, r.at(), r.Took.Milliseconds())
}
