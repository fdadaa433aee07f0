package dnswire

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DigVersion is the version of BIND's dig whose words are used.
const DigVersion = "9.18.49-1~deb12u3-Debian"

// Dig is what dig(1) was asked: its arguments, and the reply to show.
type Dig struct {
	Name   string
	Type   uint16
	Server string // as given behind @; empty for that of resolv.conf
	global bool   // @ stood before the name
	TCP    bool
	NoRD   bool // +norecurse
	NoEDNS bool // +noedns
	Cookie bool // +cookie, the default
	CD, DO bool
	NoAD   bool
	Short  bool
	Wait   time.Duration // +time
	Tries  int           // +tries

	Cmd, Comments, Question, Answer, Authority, Additional, Stats bool // what is shown
}

// digClasses are the words that dig takes for a class; IN is passed over.
var digClasses = map[string]bool{"IN": true, "CH": false, "HS": false}

// ParseDig reads the arguments of dig(1). The error is what dig would say; its
// options without effect on mail's questions are refused by name.
func ParseDig(args []string) (Dig, error) {
	d := Dig{Type: dns.TypeA, Cookie: true, Wait: 5 * time.Second, Tries: 3,
		Cmd: true, Comments: true, Question: true, Answer: true, Authority: true, Additional: true, Stats: true}
	named, typed := false, false
	for i := 0; i < len(args); i++ {
		a := args[i]
		next := func() string {
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch {
		case strings.HasPrefix(a, "@"):
			d.Server, d.global = a[1:], !named
		case strings.HasPrefix(a, "+"):
			if err := d.option(strings.ToLower(a[1:])); err != nil {
				return d, err
			}
		case a == "-x":
			w := next()
			ip, err := netip.ParseAddr(w)
			if err != nil {
				return d, fmt.Errorf("Invalid IP address %s", shown(w))
			}
			d.Name, d.Type, named, typed = ReverseName(ip), dns.TypePTR, true, true
		case a == "-t":
			w := next()
			t, ok := TypeOf(w)
			if !ok {
				return d, fmt.Errorf(";; Warning, ignoring invalid type %s", shown(w))
			}
			d.Type, typed = t, true
		case a == "-q":
			d.Name, named = next(), true
		case a == "-4":
		case strings.HasPrefix(a, "-"):
			return d, fmt.Errorf("dig: option %s is not modelled here: @SERVER, -x ADDRESS, -t TYPE, -q NAME or +OPTION expected", shown(a))
		default:
			if t, ok := TypeOf(a); ok && !typed {
				d.Type, typed = t, true
			} else if digClasses[strings.ToUpper(a)] {
				continue
			} else {
				d.Name, named = a, true
			}
		}
	}
	if !named {
		d.Name = "."
		if !typed {
			d.Type = dns.TypeNS
		}
	}
	return d, nil
}

// option reads one +[no]option.
func (d *Dig) option(o string) error {
	word, on := o, true
	if rest, ok := strings.CutPrefix(o, "no"); ok {
		word, on = rest, false
	}
	word, arg, _ := strings.Cut(word, "=")
	switch word {
	case "short":
		d.Short = on
	case "tcp", "vc":
		d.TCP = on
	case "rec", "recurse":
		d.NoRD = !on
	case "edns":
		d.NoEDNS = !on
	case "cookie":
		d.Cookie = on
	case "cd", "cdflag":
		d.CD = on
	case "ad", "adflag":
		d.NoAD = !on
	case "dnssec", "do":
		d.DO = on
	case "all":
		d.Cmd, d.Comments, d.Question, d.Answer, d.Authority, d.Additional, d.Stats = on, on, on, on, on, on, on
	case "cmd":
		d.Cmd = on
	case "comments":
		d.Comments = on
	case "question":
		d.Question = on
	case "answer":
		d.Answer = on
	case "authority":
		d.Authority = on
	case "additional":
		d.Additional = on
	case "stats":
		d.Stats = on
	case "time", "timeout":
		var n int
		if _, err := fmt.Sscan(arg, &n); err != nil || n < 1 || n > 300 {
			return fmt.Errorf("Invalid option: +%s", shown(o))
		}
		d.Wait = time.Duration(n) * time.Second
	case "tries":
		if _, err := fmt.Sscan(arg, &d.Tries); err != nil || d.Tries < 1 || d.Tries > 10 {
			return fmt.Errorf("Invalid option: +%s", shown(o))
		}
	default:
		return fmt.Errorf("Invalid option: +%s\n%s", shown(o), digUsage)
	}
	return nil
}

const digUsage = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options`

// Query returns the packet that dig sends.
func (d Dig) Query(id uint16, cookie [clientCookieLen]byte) ([]byte, error) {
	m := dns.Msg{MsgHdr: dns.MsgHdr{Id: id, RecursionDesired: !d.NoRD, AuthenticatedData: !d.NoAD, CheckingDisabled: d.CD},
		Question: []dns.Question{{Name: dns.Fqdn(d.Name), Qtype: d.Type, Qclass: dns.ClassINET}}}
	if !d.NoEDNS {
		opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
		opt.SetUDPSize(EDNSSize)
		if d.DO {
			opt.SetDo()
		}
		if d.Cookie {
			opt.Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: hex.EncodeToString(cookie[:])}}
		}
		m.Extra = []dns.RR{opt}
	}
	b, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("dig: '%s' is not a legal name", shown(d.Name))
	}
	return b, nil
}

// Head is the first lines of dig's output.
func (d Dig) Head(args []string) string {
	if !d.Cmd || d.Short {
		return ""
	}
	s := "\n; <<>> DiG " + DigVersion + " <<>>"
	for _, a := range args {
		s += " " + shown(a)
	}
	s += "\n"
	if d.global {
		s += "; (1 server found)\n"
	}
	return s + ";; global options: +cmd\n"
}

// Show returns dig's output for a reply, without the Head. now is the time of
// the reply, took how long it was waited for.
func (d Dig) Show(reply []byte, server netip.AddrPort, took time.Duration, now time.Time) string {
	var m dns.Msg
	if m.Unpack(reply) != nil {
		return ";; Got bad packet: bad label type\n" + fmt.Sprintf("%d bytes\n", len(reply))
	}
	var b strings.Builder
	if d.Short {
		for _, rr := range m.Answer {
			b.WriteString(data(rr) + "\n")
		}
		return b.String()
	}
	if d.Comments {
		d.comments(&b, &m)
	}
	if d.Question && len(m.Question) > 0 {
		d.title(&b, "QUESTION")
		q := m.Question[0]
		l := line{}
		l.put(0, printable(q.Name))
		l.put(32, dns.Class(q.Qclass).String())
		l.put(40, TypeName(q.Qtype))
		b.WriteString(";" + l.String() + "\n")
		d.gap(&b)
	}
	for _, s := range [...]struct {
		show  bool
		title string
		rrs   []dns.RR
	}{{d.Answer, "ANSWER", m.Answer}, {d.Authority, "AUTHORITY", m.Ns}, {d.Additional, "ADDITIONAL", m.Extra}} {
		d.section(&b, s.show, s.title, s.rrs)
	}
	if d.Stats {
		name := d.Server
		if name == "" {
			name = server.Addr().String()
		}
		proto := map[bool]string{true: "TCP", false: "UDP"}[d.TCP]
		fmt.Fprintf(&b, ";; Query time: %d msec\n;; SERVER: %s#%d(%s) (%s)\n;; WHEN: %s\n;; MSG SIZE  rcvd: %d\n\n", took.Milliseconds(),
			server.Addr(), server.Port(), shown(name), proto, now.Format("Mon Jan 02 15:04:05 MST 2006"), len(reply))
	}
	return b.String()
}

// comments writes the header and the options of EDNS in words.
func (d Dig) comments(b *strings.Builder, m *dns.Msg) {
	rcode := dns.RcodeToString[m.Rcode]
	flags := ""
	for _, f := range [...]struct {
		on   bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"},
		{m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if f.on {
			flags += " " + f.name
		}
	}
	fmt.Fprintf(b, ";; Got answer:\n;; ->>HEADER<<- opcode: %s, status: %s, id: %d\n;; flags:%s; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n",
		dns.OpcodeToString[m.Opcode], rcode, m.Id, flags, len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra))
	if m.RecursionDesired && !m.RecursionAvailable {
		b.WriteString(";; WARNING: recursion requested but not available\n")
	}
	b.WriteString("\n")
	opt := m.IsEdns0()
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
			fmt.Fprintf(b, "; COOKIE: %s (good)\n", o.Cookie)
		case *dns.EDNS0_EDE:
			fmt.Fprintf(b, "; EDE: %d (%s): (%s)\n", o.InfoCode, dns.ExtendedErrorCodeToString[o.InfoCode], shown(o.ExtraText))
		}
	}
}

func (d Dig) title(b *strings.Builder, name string) {
	if d.Comments {
		b.WriteString(";; " + name + " SECTION:\n")
	}
}

func (d Dig) gap(b *strings.Builder) {
	if d.Comments {
		b.WriteString("\n")
	}
}

func (d Dig) section(b *strings.Builder, show bool, name string, rrs []dns.RR) {
	if n := len(rrs); n > 0 && rrs[n-1].Header().Rrtype == dns.TypeOPT {
		rrs = rrs[:n-1]
	}
	if !show || len(rrs) == 0 {
		return
	}
	d.title(b, name)
	for _, rr := range rrs {
		h := rr.Header()
		l := line{}
		l.put(0, printable(h.Name))
		l.put(24, fmt.Sprint(h.Ttl))
		l.put(32, dns.Class(h.Class).String())
		l.put(40, TypeName(h.Rrtype))
		l.put(48, data(rr))
		b.WriteString(l.String() + "\n")
	}
	d.gap(b)
}

// data is the data of a record as in a zone file.
func data(rr dns.RR) string { return printable(strings.TrimPrefix(rr.String(), rr.Header().String())) }

// printable replaces what is no printable ASCII by \DDD. The library escapes the
// strings of the usual records itself, but not those of every type.
func printable(s string) string {
	clean := func(c byte) bool { return c >= ' ' && c <= '~' }
	for i := 0; i < len(s); i++ {
		if clean(s[i]) {
			continue
		}
		b := []byte(s[:i])
		for ; i < len(s); i++ {
			if c := s[i]; clean(c) {
				b = append(b, c)
			} else {
				b = append(b, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
			}
		}
		return string(b)
	}
	return s
}

// line is a line of columns as BIND writes them: tabs to the column, then
// blanks, at least one.
type line struct {
	strings.Builder
	col int
}

func (l *line) put(col int, s string) {
	if l.Len() > 0 {
		col = max(col, l.col+1)
		if tabs := col/8 - l.col/8; tabs > 0 {
			l.WriteString(strings.Repeat("\t", tabs))
			l.col = col / 8 * 8
		}
		l.WriteString(strings.Repeat(" ", col-l.col))
		l.col = col
	}
	l.WriteString(s)
	l.col += len(s)
}
