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

// lookupLine is nslookup(1) with what it was told.
type lookupLine struct {
	dnswire.Nslookup
	t       *DNSTool
	q       dnswire.Dig // type, class and the like
	typ     string      // the type as it was given
	class   string
	server  string // empty: those of resolv.conf
	port    uint16
	retry   int
	wait    time.Duration
	timeout uint64
	tcpSet  bool
	search  bool
	domain  string
	ndots   int
	checkRA bool
	reached bool // some server has answered
	failed  bool // a name was not found
}

// Nslookup is nslookup(1): with a name among its arguments it looks that up,
// without one it reads commands. Its exit status is 1 when a name was not found
// or nobody answered.
func (t *DNSTool) Nslookup(args []string) (status int) {
	t.name = "nslookup"
	q := hostQuestion()
	l := &lookupLine{Nslookup: dnswire.Nslookup{Default: true}, t: t, q: q, typ: "A", class: "IN", port: dnsPort, retry: 3, search: true,
		ndots: t.Stub.config().ndots, checkRA: true}
	name, have := "", false
	for i, a := range args {
		switch {
		case len(a) >= 4 && strings.EqualFold(a[:4], "-ver"):
			fmt.Fprintf(t.Err, "nslookup %s\n", dnswire.DigVersion)
			return 0
		case a == "-":
			have = true
		case strings.HasPrefix(a, "-"):
			l.set(a[1:])
		case !have:
			name, have = a, true
		case i+1 < len(args):
			t.Err.Write([]byte(dnswire.NslookupUsage))
			return 1
		default:
			if l.server, l.checkRA = a, false; !l.known() {
				return 1
			}
		}
	}
	if name != "" {
		if !l.look(name) {
			return 1
		}
	} else if !l.commands() {
		return 1
	}
	t.printf("\n")
	if l.failed || !l.reached {
		return 1
	}
	return 0
}

// known tells whether the server that was named has an address.
func (l *lookupLine) known() bool {
	_, ok := l.t.servers(l.server, l.port)
	return ok
}

// commands reads what is typed; false ends the program at once.
func (l *lookupLine) commands() bool {
	for l.t.Input != nil {
		text, ok := l.t.Input()
		if !ok {
			break
		}
		w := strings.Fields(text)
		if len(w) == 0 {
			continue
		}
		switch verb := strings.ToLower(w[0]); {
		case verb == "set" && len(w) > 1:
			l.set(w[1])
		case verb == "server" || verb == "lserver":
			if len(w) > 1 {
				l.server = w[1]
			}
			if l.checkRA = false; !l.known() {
				return false
			}
			l.settings(false)
		case verb == "exit":
			return true
		case verb == "help" || verb == "?":
			l.t.printf("The '%s' command is not yet implemented.\n", w[0])
		case verb == "finger" || verb == "root" || verb == "ls" || verb == "view":
			l.t.printf("The '%s' command is not implemented.\n", w[0])
		default:
			if !l.look(w[0]) {
				return false
			}
		}
	}
	return true
}

// settings shows the server, and what else is set.
func (l *lookupLine) settings(all bool) {
	servers, _ := l.t.servers(l.server, l.port)
	for i, s := range servers {
		if i == 0 || all {
			l.t.printf("Default server: %s\nAddress: %s\n", dnswire.EscapeText(s.as), at(s))
		}
	}
	if !all {
		return
	}
	word := func(on bool, name string) string {
		if on {
			return name
		}
		return "no" + name
	}
	l.t.printf("\nSet options:\n  %s\t\t\t%s\t\tnod2\n  %s\t\t%s\n", word(l.q.TCP, "vc"), word(l.Debug, "debug"), word(l.search, "search"), word(!l.q.NoRD, "recurse"))
	l.t.printf("  timeout = %d\t\tretry = %d\tport = %d\tndots = %d\n", l.timeout, l.retry, l.port, l.ndots)
	l.t.printf("  querytype = %-8s\tclass = %s\n  srchlist = %s\n", l.typ, l.class, strings.Join(l.searchList(), "/"))
}

func (l *lookupLine) searchList() []string {
	if l.domain != "" {
		return []string{l.domain}
	}
	return l.t.Stub.config().search
}

// set changes an option, with "set" or as an argument.
func (l *lookupLine) set(option string) {
	word, value, hasValue := strings.Cut(option, "=")
	word = strings.ToLower(word)
	is := func(name string, least int) bool { return len(word) >= least && strings.HasPrefix(name, word) }
	if hasValue {
		l.setValue(option, word, value)
		return
	}
	switch {
	case is("all", 3):
		l.settings(true)
	case is("recurse", 3):
		l.q.NoRD = false
	case is("norecurse", 5):
		l.q.NoRD = true
	case is("vc", 2):
		l.q.TCP, l.tcpSet = true, true
	case is("novc", 4):
		l.q.TCP, l.tcpSet = false, true
	case is("debug", 3):
		l.Debug = true
	case is("nodebug", 5):
		l.Debug = false
	case is("search", 3), is("defname", 3):
		l.search = true
	case is("nosearch", 5), is("nodefname", 5):
		l.search = false
	case is("fail", 3):
		l.q.NoServfail = false
	case is("nofail", 5):
		l.q.NoServfail = true
	case is("d2", 2), is("nod2", 4), is("sil", 3): // what the program does inside itself
	default:
		l.t.printf("*** Invalid option: %s\n", dnswire.EscapeText(option))
	}
}

// setValue changes an option that has a value.
func (l *lookupLine) setValue(option, word, value string) {
	number := func(what string, most uint64, take func(n uint64)) {
		switch n, err := strconv.ParseUint(value, 10, 64); {
		case err != nil:
			l.t.printf("invalid %s '%s': not a valid number\n", what, dnswire.EscapeText(value))
		case n > most:
			l.t.printf("invalid %s '%s': out of range\n", what, dnswire.EscapeText(value))
		default:
			take(n)
		}
	}
	switch word {
	case "type", "ty", "querytype", "query", "qu", "q":
		if t, ok := dnswire.TypeOf(value); ok {
			l.q.Type, l.typ, l.Default = t, value, false
		} else {
			l.t.printf("unknown query type: %s\n", dnswire.EscapeText(value))
		}
	case "class", "cl":
		if c, ok := dnswire.ClassOf(value); ok {
			l.q.Class, l.class = c, value
		} else {
			l.t.printf("unknown query class: %s\n", dnswire.EscapeText(value))
		}
	case "domain", "do":
		l.domain, l.search = value, true
	case "port", "po":
		number("port", 65535, func(n uint64) { l.port = uint16(n) })
	case "timeout", "t":
		number("timeout", 1<<32-1, func(n uint64) { l.timeout, l.wait = n, time.Duration(min(n, 86400))*time.Second })
	case "retry", "ret":
		number("tries", 1<<31-1, func(n uint64) { l.retry = int(n) })
	case "ndots":
		number("ndots", 128, func(n uint64) { l.ndots = int(n) })
	default:
		l.t.printf("*** Invalid option: %s\n", dnswire.EscapeText(option))
	}
}

// maxRetry is how often nslookup asks at most here.
const maxRetry = 100

// look looks a name up; false ends the program at once.
func (l *lookupLine) look(name string) bool {
	servers, ok := l.t.servers(l.server, l.port)
	if !ok {
		return false
	}
	q := inquiry{Dig: l.q, servers: servers, wait: l.wait, checkRA: l.checkRA}
	q.Comments, q.Tries = true, min(max(l.retry, 1), maxRetry)
	names := []string{name}
	if a, err := netip.ParseAddr(name); err == nil {
		names[0], q.Type = dnswire.ReverseName(a), dns.TypePTR
	} else if l.search {
		names = candidates(name, l.searchList(), l.ndots)
	}
	if q.Type == dns.TypeANY && !l.tcpSet {
		q.TCP = true
	}
	l.Begin()
	for i := 0; i < len(names); i++ {
		q.Name = names[i]
		if _, err := q.Query(0, [8]byte{}); err != nil {
			l.t.fatal("%s", err)
			return false
		}
		rs := l.t.put(&q)
		if len(rs) == 0 {
			return true
		}
		l.reached = true
		if dnswire.RCode(rs[0].Packet) == dns.RcodeNameError && i+1 < len(names) {
			continue
		}
		for _, r := range rs {
			text, failed := l.Show(r, &q.Dig)
			l.t.printf("%s", text)
			if l.failed = l.failed || failed; failed {
				return true
			}
		}
		if l.Default && q.Type == dns.TypeA {
			names, q.Type = []string{chain(rs[0].Packet, q.Name)}, dns.TypeAAAA
			i = -1
			continue
		}
		return true
	}
	return true
}
