package dnswire

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Reply is a reply with how it came.
type Reply struct {
	Packet []byte
	Server netip.AddrPort
	As     string        // the server as the user has named it
	Took   time.Duration // how long it was waited for
	Now    time.Time
	TCP    bool
}

// parse unpacks the reply; text is what BIND's tools say when that cannot be
// done.
func (r *Reply) parse() (m dns.Msg, text string) {
	if m.Unpack(r.Packet) != nil {
		return m, ";; Got bad packet: bad label type\n" + fmt.Sprintf("%d bytes\n", len(r.Packet))
	}
	return m, ""
}

// at is the server in the words of BIND.
func (r *Reply) at() string { return fmt.Sprintf("%s#%d", r.Server.Addr(), r.Server.Port()) }

// Show returns dig's output for a reply.
func (d *Dig) Show(r *Reply) string {
	m, bad := r.parse()
	if bad != "" {
		return bad
	}
	return d.show(r, &m, ";; Got answer:\n") + d.received(r, &m)
}

// ShowTransfer returns dig's output for the messages of a zone that was
// transferred (RFC 5936 §2.2).
func (d *Dig) ShowTransfer(rs []*Reply) string {
	var b strings.Builder
	count, size := 0, 0
	for i, r := range rs {
		m, bad := r.parse()
		if bad != "" {
			return bad
		}
		if len(m.Answer) == 0 {
			return d.show(r, &m, ";; Got answer:\n") + "; Transfer failed.\n"
		}
		count, size = count+len(m.Answer), size+len(r.Packet)
		if last := len(m.Answer) - 1; d.OneSOA && i == len(rs)-1 && last > 0 && m.Answer[last].Header().Rrtype == dns.TypeSOA {
			m.Answer = m.Answer[:last]
		}
		b.WriteString(d.show(r, &m, ";; Got answer:\n"))
	}
	if r := rs[len(rs)-1]; d.Stats && !d.Short {
		b.WriteString(d.stats(r, fmt.Sprintf(";; XFR size: %d records (messages %d, bytes %d)", count, len(rs), size)))
	}
	return b.String()
}

// ShowSent returns what +qr shows of a question.
func (d *Dig) ShowSent(query []byte) string {
	m, _ := (&Reply{Packet: query}).parse()
	return d.show(&Reply{}, &m, ";; Sending:\n")
}

// show is a message without what stands below it.
func (d *Dig) show(r *Reply, m *dns.Msg, title string) string {
	var b strings.Builder
	if d.Short {
		for _, rr := range m.Answer {
			b.WriteString(d.short(r, rr))
		}
		return b.String()
	}
	if d.Comments {
		d.comments(&b, m, title)
	}
	if d.Question && len(m.Question) > 0 {
		d.title(&b, "QUESTION")
		q := m.Question[0]
		class, typ := d.columns()
		l := line{}
		l.put(0, printable(q.Name))
		if !d.NoClass {
			l.put(class, dns.Class(q.Qclass).String())
		}
		l.put(typ, TypeName(q.Qtype))
		b.WriteString(";" + l.String() + "\n")
		d.gap(&b)
	}
	d.section(&b, d.Answer, "ANSWER", m.Answer)
	d.section(&b, d.Authority, "AUTHORITY", m.Ns)
	d.section(&b, d.Additional, "ADDITIONAL", m.Extra)
	return b.String()
}

// short is a record with +short.
func (d *Dig) short(r *Reply, rr dns.RR) string {
	s := data(rr)
	if d.Trace || d.NSSearch {
		s = TypeName(rr.Header().Rrtype) + " " + s
	}
	if d.Identify {
		s += " from server " + printable(r.host()) + " in " + d.took(r, "us.", "ms.")
	}
	return s + "\n"
}

// host is the server's address, as it is named behind "from server".
func (r *Reply) host() string { return r.Server.Addr().String() }

// took is how long a reply was waited for.
func (d *Dig) took(r *Reply, usec, msec string) string {
	if d.Usec {
		return fmt.Sprintf("%d %s", r.Took.Microseconds(), usec)
	}
	return fmt.Sprintf("%d %s", r.Took.Milliseconds(), msec)
}

// received is what stands below a message.
func (d *Dig) received(r *Reply, _ *dns.Msg) string {
	switch {
	case d.Short:
	case d.Stats:
		return d.stats(r, fmt.Sprintf(";; MSG SIZE  rcvd: %d", len(r.Packet)))
	case d.Identify:
		return fmt.Sprintf(";; Received %d bytes from %s(%s) in %s\n\n", len(r.Packet), r.at(), printable(r.As), d.took(r, "us", "ms"))
	}
	return ""
}

// stats are the last lines, with the size of what came.
func (d *Dig) stats(r *Reply, size string) string {
	proto := map[bool]string{true: "TCP", false: "UDP"}[r.TCP]
	return fmt.Sprintf(";; Query time: %s\n;; SERVER: %s(%s) (%s)\n;; WHEN: %s\n%s\n\n", d.took(r, "usec", "msec"),
		r.at(), printable(r.As), proto, r.Now.Format("Mon Jan 02 15:04:05 MST 2006"), size)
}

// headFlags are the flags of a message in the order in which BIND writes them.
func headFlags(m *dns.Msg) string {
	s := ""
	for _, f := range [...]struct {
		on   bool
		name string
	}{{m.Response, " qr"}, {m.Authoritative, " aa"}, {m.Truncated, " tc"}, {m.RecursionDesired, " rd"}, {m.RecursionAvailable, " ra"},
		{m.AuthenticatedData, " ad"}, {m.CheckingDisabled, " cd"}} {
		if f.on {
			s += f.name
		}
	}
	return s
}

// headLine is the first line about a message, and headCounts what its sections
// hold.
func headLine(m *dns.Msg) string {
	return fmt.Sprintf(";; ->>HEADER<<- opcode: %s, status: %s, id: %d\n", opcodeName(m.Opcode), rcodeName(m.Rcode), m.Id)
}

func headCounts(m *dns.Msg) string {
	return fmt.Sprintf("; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra))
}

func opcodeName(op int) string {
	if s, ok := dns.OpcodeToString[op]; ok {
		return s
	}
	return fmt.Sprintf("RESERVED%d", op)
}

func rcodeName(rcode int) string {
	if s, ok := dns.RcodeToString[rcode]; ok {
		return s
	}
	return fmt.Sprintf("RESERVED%d", rcode)
}

// comments writes the header and the options of EDNS in words.
func (d *Dig) comments(b *strings.Builder, m *dns.Msg, title string) {
	b.WriteString(title + headLine(m) + ";; flags:" + headFlags(m) + headCounts(m))
	if m.Response && m.RecursionDesired && !m.RecursionAvailable {
		b.WriteString(";; WARNING: recursion requested but not available\n")
	}
	opt := m.IsEdns0()
	if m.Response && opt == nil && !d.NoEDNS && (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented) {
		more := ""
		if d.DO {
			more = "+nodnssec "
		}
		b.WriteString("\n;; WARNING: EDNS query returned status " + rcodeName(m.Rcode) + " - retry with '" + more + "+noedns'\n")
	}
	b.WriteString("\n")
	if opt == nil {
		return
	}
	do := ""
	if opt.Do() {
		do = " do"
	}
	fmt.Fprintf(b, ";; OPT PSEUDOSECTION:\n; EDNS: version: %d, flags:%s; udp: %d\n", opt.Version(), do, opt.UDPSize())
	for _, o := range opt.Option {
		switch o := o.(type) {
		case *dns.EDNS0_COOKIE:
			good := ""
			if m.Response {
				good = " (good)"
			}
			fmt.Fprintf(b, "; COOKIE: %s%s\n", printable(o.Cookie), good)
		case *dns.EDNS0_NSID:
			b.WriteString("; NSID\n")
		case *dns.EDNS0_EDE:
			fmt.Fprintf(b, "; EDE: %d (%s): (%s)\n", o.InfoCode, dns.ExtendedErrorCodeToString[o.InfoCode], printable(o.ExtraText))
		}
	}
}

func (d *Dig) title(b *strings.Builder, name string) {
	if d.Comments {
		b.WriteString(";; " + name + " SECTION:\n")
	}
}

func (d *Dig) gap(b *strings.Builder) {
	if d.Comments {
		b.WriteString("\n")
	}
}

func (d *Dig) section(b *strings.Builder, show bool, name string, rrs []dns.RR) {
	if n := len(rrs); n > 0 && rrs[n-1].Header().Rrtype == dns.TypeOPT {
		rrs = rrs[:n-1]
	}
	if !show || len(rrs) == 0 {
		return
	}
	d.title(b, name)
	for _, rr := range rrs {
		b.WriteString(d.record(rr))
	}
	d.gap(b)
}
