package dnswire

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// digOption is an option of dig(1) that begins with a plus sign.
type digOption struct {
	name  string
	least int  // how much of the name must stand there
	value bool // it needs one
	set   func(l *DigLine, d *Dig, on bool, value string)
}

// yes is an option that only says yes or no.
func yes(of func(*Dig) *bool) func(*DigLine, *Dig, bool, string) {
	return func(_ *DigLine, d *Dig, on bool, _ string) { *of(d) = on }
}

// not is yes the other way round.
func not(of func(*Dig) *bool) func(*DigLine, *Dig, bool, string) {
	return func(_ *DigLine, d *Dig, on bool, _ string) { *of(d) = !on }
}

// none is an option without effect on what is asked and shown here.
func none(*DigLine, *Dig, bool, string) {}

// all switches every part of the output.
func all(l *DigLine, d *Dig, on bool, _ string) {
	d.Question, d.Answer, d.Authority, d.Additional, d.Comments, d.Stats = on, on, on, on, on, on
	l.cmd = on
}

func setTCP(l *DigLine, d *Dig, on bool, _ string) {
	if !l.batch {
		d.TCP, d.tcpSet = on, true
	}
}

func setShort(l *DigLine, d *Dig, on bool, _ string) {
	if l.short = on; on {
		l.cmd = false
		d.Additional, d.Answer, d.Authority, d.Question, d.Comments, d.Stats = false, true, false, false, false, false
	}
}

func setTrace(_ *DigLine, d *Dig, on bool, _ string) {
	if d.Trace = on; on {
		d.NoRD, d.Identify, d.Comments, d.Stats, d.Additional, d.Authority, d.Question, d.DO, d.Cookie = false, true, false, false, false, true, false, true, true
	}
}

func setNSSearch(l *DigLine, d *Dig, on bool, _ string) {
	if d.NSSearch = on; on {
		d.NoRD, d.Identify, d.Stats, d.Comments, d.Additional, d.Authority, d.Question = false, true, false, false, false, false, false
		d.Type, d.typeSet, l.short = dns.TypeNS, true, true
	}
}

func setEDNS(l *DigLine, d *Dig, on bool, value string) {
	if d.NoEDNS = !on; on && value != "" {
		n, ok := l.number(value, 255, "edns")
		if d.EDNS = uint8(n); !ok {
			l.fatal("Couldn't parse edns")
		}
	}
}

func setOpcode(l *DigLine, d *Dig, on bool, value string) {
	d.Opcode = dns.OpcodeQuery
	if op, ok := dns.StringToOpcode[strings.ToUpper(value)]; on && ok {
		d.Opcode = op
	} else if on {
		n, ok := l.number(value, 15, "opcode")
		if d.Opcode = int(n); !ok {
			l.fatal("Couldn't parse opcode")
		}
	}
}

func setSubnet(l *DigLine, _ *Dig, on bool, value string) {
	if _, err := netip.ParsePrefix(value); on && err != nil {
		if _, err := netip.ParseAddr(value); err != nil {
			l.fatal("invalid address '%s'", printable(value))
		}
	}
}

// digNumber is an option with a number.
func digNumber(what string, most uint64, set func(l *DigLine, d *Dig, n uint64)) func(*DigLine, *Dig, bool, string) {
	return func(l *DigLine, d *Dig, _ bool, value string) {
		n, ok := l.number(value, most, what)
		if !ok {
			l.stop(10, "dig: Couldn't parse %s\n", what)
			return
		}
		set(l, d, n)
	}
}

// digOptions are the options; the shortest form of each is what dig takes.
var digOptions = []digOption{
	{"aaonly", 2, false, yes(func(d *Dig) *bool { return &d.AA })},
	{"aaflag", 2, false, yes(func(d *Dig) *bool { return &d.AA })},
	{"additional", 3, false, yes(func(d *Dig) *bool { return &d.Additional })},
	{"adflag", 2, false, not(func(d *Dig) *bool { return &d.NoAD })},
	{"all", 2, false, all},
	{"answer", 2, false, yes(func(d *Dig) *bool { return &d.Answer })},
	{"authority", 2, false, yes(func(d *Dig) *bool { return &d.Authority })},
	{"badcookie", 2, false, none},
	{"besteffort", 2, false, none},
	{"bufsize", 2, false, digNumber("bufsize", 65535, func(_ *DigLine, d *Dig, n uint64) { d.Size = uint16(n) })},
	{"cdflag", 2, false, yes(func(d *Dig) *bool { return &d.CD })},
	{"class", 2, false, not(func(d *Dig) *bool { return &d.NoClass })},
	{"cmd", 2, false, func(l *DigLine, _ *Dig, on bool, _ string) { l.cmd = on }},
	{"coflag", 2, false, none},
	{"comments", 3, false, yes(func(d *Dig) *bool { return &d.Comments })},
	{"cookie", 3, false, yes(func(d *Dig) *bool { return &d.Cookie })},
	{"crypto", 2, false, none},
	{"defname", 2, false, func(l *DigLine, d *Dig, on bool, _ string) { l.Search = on && !d.Trace }},
	{"dnssec", 2, false, yes(func(d *Dig) *bool { return &d.DO })},
	{"domain", 3, true, func(l *DigLine, _ *Dig, _ bool, v string) { l.Domain, l.Search = v, true }},
	{"do", 2, false, yes(func(d *Dig) *bool { return &d.DO })},
	{"edns", 2, false, setEDNS},
	{"expandaaaa", 5, false, none},
	{"expire", 5, false, none},
	{"fail", 1, false, not(func(d *Dig) *bool { return &d.NoServfail })},
	{"header-only", 2, false, yes(func(d *Dig) *bool { return &d.Header })},
	{"identify", 3, false, yes(func(d *Dig) *bool { return &d.Identify })},
	{"idnin", 4, false, none},
	{"idnout", 4, false, none},
	{"ignore", 2, false, yes(func(d *Dig) *bool { return &d.Ignore })},
	{"keepalive", 5, false, none},
	{"keepopen", 5, false, none},
	{"multiline", 2, false, yes(func(d *Dig) *bool { return &d.Multiline })},
	{"ndots", 2, true, digNumber("ndots", 128, func(l *DigLine, _ *Dig, n uint64) { l.Ndots = int(n) })},
	{"nsid", 3, false, yes(func(d *Dig) *bool { return &d.NSID })},
	{"nssearch", 3, false, setNSSearch},
	{"onesoa", 2, false, yes(func(d *Dig) *bool { return &d.OneSOA })},
	{"opcode", 2, false, setOpcode},
	{"qr", 2, false, yes(func(d *Dig) *bool { return &d.ShowQuery })},
	{"question", 2, false, yes(func(d *Dig) *bool { return &d.Question })},
	{"raflag", 2, false, none},
	{"rdflag", 2, false, not(func(d *Dig) *bool { return &d.NoRD })},
	{"recurse", 3, false, not(func(d *Dig) *bool { return &d.NoRD })},
	{"retry", 3, true, digNumber("retries", 254, func(_ *DigLine, d *Dig, n uint64) { d.Tries = int(n) + 1 })},
	{"retries", 3, true, digNumber("retries", 254, func(_ *DigLine, d *Dig, n uint64) { d.Tries = int(n) + 1 })},
	{"rrcomments", 2, false, none},
	{"search", 2, false, func(l *DigLine, d *Dig, on bool, _ string) { l.Search = on && !d.Trace }},
	{"short", 4, false, setShort},
	{"showsearch", 5, false, func(l *DigLine, d *Dig, on bool, _ string) { l.Search = on && !d.Trace }},
	{"split", 2, false, none},
	{"stats", 2, false, yes(func(d *Dig) *bool { return &d.Stats })},
	{"subnet", 2, true, setSubnet},
	{"tcflag", 3, false, none},
	{"tcp", 3, false, setTCP},
	{"timeout", 2, true, digNumber("timeout", 65535, func(l *DigLine, _ *Dig, n uint64) { l.Wait = seconds(n) })},
	{"trace", 3, false, setTrace},
	{"tries", 3, true, digNumber("tries", 255, func(_ *DigLine, d *Dig, n uint64) { d.Tries = max(int(n), 1) })},
	{"ttlid", 3, false, not(func(d *Dig) *bool { return &d.NoTTL })},
	{"ttlunits", 4, false, func(_ *DigLine, d *Dig, on bool, _ string) { d.NoTTL, d.TTLUnits = false, on }},
	{"unknownformat", 3, false, none},
	{"vc", 1, false, setTCP},
	{"zflag", 1, false, yes(func(d *Dig) *bool { return &d.Z })},
}

// plus reads one +[no]option[=value].
func (l *DigLine) plus(o string) {
	if o == "" {
		l.Early += ";; Invalid option \n"
		return
	}
	given, value, hasValue := strings.Cut(o, "=")
	word, on := strings.ToLower(given), true
	if rest, ok := strings.CutPrefix(word, "no"); ok {
		word, on = rest, false
	}
	for _, opt := range digOptions {
		if len(word) < opt.least || !strings.HasPrefix(opt.name, word) {
			continue
		}
		if opt.value && (!hasValue || !on) {
			break
		}
		opt.set(l, l.latest, on, value)
		return
	}
	l.invalid("+" + given)
}

// digHelp is what -h says behind the usage: the options that have an effect on
// the simulated network.
const digHelp = `Where:  domain   is in the Domain Name System
        q-class  is one of (in,hs,ch,...) [default: in]
        q-type   is one of (a,any,mx,ns,soa,hinfo,axfr,txt,...) [default: a]
        q-opt    is one of: -4 -6 -b address -c class -f file -h -p port -q name
                 -t type -u -v -x address
        d-opt    is of the form +keyword[=value], where keyword is one of: `

func digWords() string {
	s, col := digHelp, 72
	for i, o := range digOptions {
		w := "+" + o.name
		if i > 0 {
			s += " "
		}
		if col += len(w) + 1; col > 78 {
			s, col = strings.TrimRight(s, " ")+"\n                 ", 17+len(w)
		}
		s += w
	}
	return s + "\n"
}
