package node

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/dnswire"

	"github.com/miekg/dns"
)

// hostLetters are the options of host(1); those with a colon take a value.
const hostLetters = "46aAc:dilnm:p:rst:vVwCDN:R:TUW:"

// hostLine is a command line of host(1), understood.
type hostLine struct {
	inquiry
	dnswire.Host
	port   uint16
	ndots  int
	status int
	ends   bool
}

// Host is host(1). Its exit status is 1 when there was no good answer.
func (t *DNSTool) Host(args []string) (status int) {
	t.name = "host"
	l := &hostLine{inquiry: inquiry{Dig: hostQuestion()}, Host: dnswire.Host{Default: true, List: true}, port: dnsPort, ndots: -1}
	words, ok := t.hostOptions(l, args)
	switch {
	case !ok || l.ends:
		return l.status
	case len(words) == 0:
		t.Err.Write([]byte(dnswire.HostUsage))
		return 1
	}
	named := ""
	if len(words) > 1 {
		named, l.Listed = words[1], true
	}
	servers, ok := t.servers(named, l.port)
	if !ok {
		return 1
	}
	l.servers, l.checkRA = servers, named == ""
	conf := t.Stub.config()
	var names []string
	search := true
	if a, err := netip.ParseAddr(words[0]); err == nil {
		names, search = []string{dnswire.ReverseName(a)}, false
		if a.Is4() {
			names[0] += "."
		}
		l.Type, l.Default = dns.TypePTR, false
	} else {
		if l.ndots < 0 {
			l.ndots = conf.ndots
		}
		names = candidates(words[0], conf.search, l.ndots)
	}
	if l.NSSearch {
		l.Name = words[0]
		return t.hostEach(l)
	}
	return t.hostAsk(l, names, search)
}

// hostQuestion is a question as host(1) and nslookup(1) ask it.
func hostQuestion() dnswire.Dig {
	d := dnswire.NewDig()
	d.NoEDNS, d.Cookie, d.NoAD, d.Comments, d.NoServfail, d.Tries = true, false, true, false, true, 2
	return d
}

// hostOptions reads the options.
func (t *DNSTool) hostOptions(l *hostLine, args []string) (words []string, ok bool) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		w := args[0][1:]
		if args = args[1:]; w == "-" {
			break
		}
		for w != "" {
			c := w[0]
			w = w[1:]
			at := strings.IndexByte(hostLetters, c)
			value := ""
			switch {
			case at < 0 || c == ':':
				fmt.Fprintf(t.Err, "host: illegal option -- %s\n%s", dnswire.EscapeText(string(rune(c))), dnswire.HostUsage)
				l.status = 1
				return nil, false
			case at+1 < len(hostLetters) && hostLetters[at+1] == ':':
				value, w = w, ""
				if value == "" && len(args) == 0 {
					fmt.Fprintf(t.Err, "host: option requires an argument -- %c\n%s", c, dnswire.HostUsage)
					l.status = 1
					return nil, false
				}
				if value == "" {
					value, args = args[0], args[1:]
				}
			}
			if !t.hostOption(l, c, value) {
				return nil, false
			}
		}
	}
	return args, true
}

// hostOption does what one option says; false ends the program.
func (t *DNSTool) hostOption(l *hostLine, c byte, value string) bool {
	n, _ := strconv.Atoi(value)
	switch c {
	case '4', '6':
		if t.v4, t.v6 = t.v4 || c == '4', t.v6 || c == '6'; t.v4 && t.v6 {
			t.fatal("only one of -4 and -6 allowed")
			l.status = 1
			return false
		}
	case 'V':
		fmt.Fprintf(t.Err, "host %s\n", dnswire.DigVersion)
		return false
	case 'l':
		l.TCP, l.Type = true, dns.TypeAXFR
	case 'v', 'd':
		l.Verbose = true
	case 'r':
		l.NoRD = true
	case 't':
		return t.hostType(l, value)
	case 'c':
		class, ok := dnswire.ClassOf(value)
		if l.Class, l.Default = class, false; !ok {
			t.fatal("invalid class: %s\n", dnswire.EscapeText(value))
			l.status = 2
			return false
		}
	case 'a', 'A':
		if l.Type != dns.TypeAXFR {
			l.Type = dns.TypeANY
		}
		l.Only, l.List, l.Verbose, l.Default = dns.TypeANY, false, true, false
	case 'w':
		l.wait = 24 * time.Hour
	case 'W':
		l.wait = time.Duration(min(max(n, 1), 86400)) * time.Second
	case 'R':
		l.Tries = min(max(n+1, 2), 100)
	case 'T', 'U':
		l.TCP = c == 'T'
	case 'C':
		l.Type, l.NSSearch, l.Each, l.Default = dns.TypeNS, true, true, false
	case 'N':
		l.ndots = n
	case 's':
		l.NoServfail = false
	case 'p':
		l.port = uint16(n)
	}
	return true
}

// hostType reads the value of -t.
func (t *DNSTool) hostType(l *hostLine, value string) bool {
	typ, ok := dnswire.TypeOf(value)
	if len(value) > 5 && strings.EqualFold(value[:5], "ixfr=") {
		n, _ := strconv.ParseUint(value[5:], 10, 32)
		typ, ok, l.Serial = dns.TypeIXFR, true, uint32(n)
	}
	if !ok {
		t.fatal("invalid type: %s\n", dnswire.EscapeText(value))
		l.status = 2
		return false
	}
	if l.Type != dns.TypeAXFR {
		l.Type = typ
	}
	l.Only, l.List, l.Default = typ, false, false
	switch typ {
	case dns.TypeAXFR:
		l.Only, l.Verbose, l.TCP = dns.TypeANY, true, true
	case dns.TypeIXFR, dns.TypeANY:
		l.TCP = true
	}
	return true
}

// hostAsk asks for a name, and when no type was asked for, for its other family
// of addresses and its mail exchangers. search tells that the name may be one
// of a search list.
func (t *DNSTool) hostAsk(l *hostLine, names []string, search bool) (status int) {
	status = 1
	type turn struct {
		name string
		typ  uint16
	}
	turns := []turn{{names[0], l.Type}}
	failed := false
	for i, more := 0, names[1:]; i < len(turns); i++ {
		q := l.inquiry
		q.Name, q.Type = turns[i].name, turns[i].typ
		if _, err := q.Query(0, [8]byte{}); err != nil {
			t.fatal("%s", err)
			return 1
		}
		if l.Verbose {
			t.printf("Trying \"%s\"\n", dnswire.EscapeText(strings.TrimSuffix(q.Name, ".")))
		}
		rs := t.put(&q)
		if len(rs) == 0 {
			continue
		}
		missing := dnswire.RCode(rs[0].Packet) == dns.RcodeNameError
		if missing && len(more) > 0 {
			turns, more = append(turns, turn{more[0], q.Type}), more[1:]
			continue
		}
		if missing && len(names) > 1 {
			q.Name = names[len(names)-1]
		}
		bad, text := t.hostShow(l, &q, rs, missing && search && len(names) == 1)
		t.printf("%s", text)
		failed = failed || bad
		if status = 0; failed {
			status = 1
		}
		if !bad && l.Default && q.Type == dns.TypeA {
			name := chain(rs[0].Packet, q.Name)
			turns = append(turns, turn{name, dns.TypeAAAA}, turn{name, dns.TypeMX})
		}
	}
	return status
}

// hostShow is what host writes about an answer.
func (t *DNSTool) hostShow(l *hostLine, q *inquiry, rs []*dnswire.Reply, twice bool) (bad bool, text string) {
	size := 0
	for _, r := range rs {
		s, failed := l.Show(r, &q.Dig)
		text, bad, size = text+s, bad || failed, size+len(r.Packet)
	}
	if q.Transfer() && !begins(rs[0].Packet) {
		return bad, text + "; Transfer failed.\n"
	}
	text += l.Received(rs[0], size)
	if twice {
		text += l.Received(rs[0], size)
	}
	return bad, text
}

// begins tells whether a message begins a transfer: with an SOA record.
func begins(packet []byte) bool {
	var m dns.Msg
	return m.Unpack(packet) == nil && len(m.Answer) > 0 && m.Answer[0].Header().Rrtype == dns.TypeSOA
}

// chain follows the aliases of an answer from a name.
func chain(packet []byte, name string) string {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return name
	}
	at := dnswire.CanonicalName(name)
	for range m.Answer {
		for _, rr := range m.Answer {
			if c, ok := rr.(*dns.CNAME); ok && dnswire.CanonicalName(c.Hdr.Name) == at {
				at = dnswire.CanonicalName(c.Target)
				name = at
			}
		}
	}
	return name
}

// hostEach is host -C: what each name server of a zone says of its SOA.
func (t *DNSTool) hostEach(l *hostLine) (status int) {
	shown := false
	t.nsSearch(&l.inquiry, func(q *inquiry, r *dnswire.Reply) {
		text, bad := l.Show(r, &q.Dig)
		t.printf("%s", text)
		shown = shown || !bad
	})
	if shown {
		return 0
	}
	return 1
}
