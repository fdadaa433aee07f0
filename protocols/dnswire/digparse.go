package dnswire

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DigUsage is what dig(1) says of itself.
const DigUsage = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]
`

const digMore = "\nUse \"dig -h\" (or \"dig -h | more\") for complete list of options\n"

// Letters of dig(1): those that stand alone, and those with a value.
const (
	digSwitches = "46dhimnruv"
	digValues   = "bcfkpqtxy"
)

// ParseDig reads the arguments of dig(1). What it says about them is in the
// result.
func ParseDig(args []string) *DigLine {
	l := &DigLine{Port: 53, Ndots: -1, cmd: true, base: NewDig(), open: true}
	l.latest = &l.base
	if l.switches(args); l.Ends == nil {
		l.words(args)
	}
	if l.Ends == nil && l.Batch == "" && !l.named {
		l.root(args)
	}
	l.finish()
	return l
}

// Line reads a line of the file behind -f: a command line of its own, over the
// options of the first.
func (l *DigLine) Line(text string) *DigLine {
	args := strings.Fields(text)
	line := *l
	line.Lookups, line.batch, line.named, line.open, line.Greet, line.Early, line.Warning = nil, true, false, true, "", "", ""
	d := l.base
	line.latest = &d
	if line.words(args); line.Ends == nil && !line.named {
		line.root(args)
	}
	l.short, l.cmd, l.Wait = line.short, line.cmd, line.Wait
	line.finish()
	return &line
}

// finish gives every question what was said for all of them.
func (l *DigLine) finish() {
	for i := range l.Lookups {
		l.Lookups[i].Short = l.short
	}
}

// Heading is what stands above the first reply; above the news that there is
// none it is Greet.
func (l *DigLine) Heading() string {
	if l.short || !l.cmd {
		return ""
	}
	return l.Greet
}

// root asks for the root's name servers, as dig does when it is told no name.
func (l *DigLine) root(args []string) {
	l.add(".", args)
	l.latest.Type, l.latest.typeSet = dns.TypeNS, true
}

// stop notes that dig goes no further.
func (l *DigLine) stop(status int, format string, a ...any) {
	if l.Ends == nil {
		l.Ends = &DigEnd{Err: fmt.Sprintf(format, a...), Status: status}
	}
}

// fatal ends dig with a complaint.
func (l *DigLine) fatal(format string, a ...any) { l.stop(1, "dig: "+format+"\n", a...) }

// invalid is about an option that dig does not know.
func (l *DigLine) invalid(option string) {
	l.stop(1, "Invalid option: %s\n%s%s", printable(option), DigUsage, digMore)
}

// switches looks at the letters before anything else is read.
func (l *DigLine) switches(args []string) {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			continue
		}
		w := args[i][1:]
		for w != "" && strings.IndexByte(digSwitches, w[0]) >= 0 {
			l.V4, l.V6 = l.V4 || w[0] == '4', l.V6 || w[0] == '6'
			if l.V4 && l.V6 {
				l.fatal("only one of -4 and -6 allowed")
				return
			}
			w = w[1:]
		}
		switch {
		case w == "" || len(w) > 1 && strings.IndexByte(digValues, w[0]) >= 0:
		case strings.IndexByte(digValues, w[0]) < 0:
			l.invalid("-" + w)
			return
		case i+1 == len(args):
			l.invalid("-" + w)
			return
		default:
			i++
		}
	}
}

// words reads the arguments one after the other.
func (l *DigLine) words(args []string) {
	for i := 0; i < len(args) && l.Ends == nil; i++ {
		switch a := args[i]; {
		case strings.HasPrefix(a, "%"):
			return
		case strings.HasPrefix(a, "@"):
			if l.Server == "" { // further ones would be asked when it is silent
				l.Server = a[1:]
			}
		case strings.HasPrefix(a, "+"):
			l.plus(a[1:])
		case strings.HasPrefix(a, "-"):
			next := ""
			if i+1 < len(args) {
				next = args[i+1]
			}
			if l.dash(a[1:], next, args) {
				i++
			}
		case l.open && l.typeOrClass(a):
		default:
			l.add(a, args)
		}
	}
}

// add makes a question for a name out of the options that stood before the
// first name.
func (l *DigLine) add(name string, args []string) {
	d := l.base
	if l.batch && !l.named {
		d = *l.latest
	}
	d.Name = name
	if !l.named && l.cmd && !l.batch {
		l.greet(args)
	}
	l.named = true
	l.Lookups = append(l.Lookups, d)
	l.latest = &l.Lookups[len(l.Lookups)-1]
}

// greet is what stands above the first reply.
func (l *DigLine) greet(args []string) {
	s := "\n; <<>> DiG " + DigVersion + " <<>>"
	for _, a := range args {
		s += " " + printable(a)
	}
	s += "\n"
	if l.Server != "" {
		s += "; (1 server found)\n"
	}
	s += ";; global options:"
	if l.short {
		s += " +short"
	}
	l.Greet = s + " +cmd\n"
}

// typeOrClass takes a word that is the name of a type or of a class.
func (l *DigLine) typeOrClass(w string) bool {
	d := l.latest
	if serial, ok := cutFold(w, "ixfr="); ok {
		l.ixfr(serial)
		return true
	}
	if t, ok := TypeOf(w); ok {
		if t == dns.TypeIXFR {
			l.Warning += ";; Warning, ixfr requires a serial number\n"
			return true
		}
		if d.typeSet {
			l.Warning += ";; Warning, extra type option\n"
		}
		l.setType(t)
		return true
	}
	if c, ok := ClassOf(w); ok {
		if d.classSet {
			l.Warning += ";; Warning, extra class option\n"
		}
		d.Class, d.classSet = c, true
		return true
	}
	return false
}

// setType changes what is asked for, with what dig does about it unasked.
func (l *DigLine) setType(t uint16) {
	d := l.latest
	d.Type, d.typeSet = t, true
	switch {
	case t == dns.TypeAXFR:
		d.Question, d.Comments, d.TCP = false, false, true
	case t == dns.TypeANY && !d.tcpSet:
		d.TCP = true
	}
}

// ixfr asks for what has changed since a serial number (RFC 1995 §3).
func (l *DigLine) ixfr(serial string) {
	d := l.latest
	n, ok := l.number(serial, 1<<32-1, "serial number")
	if !ok {
		l.fatal("Couldn't parse serial number")
		return
	}
	d.Type, d.typeSet, d.Serial, d.Question, d.Comments = dns.TypeIXFR, true, uint32(n), false, false
	if !d.tcpSet {
		d.TCP = true
	}
}

// number reads a number of the command line; dig tells on the standard output
// what is wrong with it.
func (l *DigLine) number(text string, most uint64, what string) (n uint64, ok bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		l.Early += fmt.Sprintf("invalid %s '%s': not a valid number\n", what, printable(text))
	case n > most:
		l.Early += fmt.Sprintf("invalid %s '%s': out of range\n", what, printable(text))
	}
	return n, err == nil && n <= most
}

// dash reads an option with letters; it tells whether the next word is its
// value.
func (l *DigLine) dash(w, next string, args []string) (taken bool) {
	for ; w != "" && strings.IndexByte(digSwitches, w[0]) >= 0; w = w[1:] {
		switch w[0] {
		case 'h':
			l.stop(0, "")
			l.Ends.Out = DigUsage + digWords()
		case 'v':
			l.stop(0, "DiG %s\n", DigVersion)
		case 'u':
			l.latest.Usec = true
		}
	}
	if w == "" || l.Ends != nil {
		return false
	}
	letter, value := w[0], w[1:]
	if value == "" {
		value, taken = next, true
	}
	switch letter {
	case 'b':
		host, _, _ := strings.Cut(value, "#")
		if _, err := netip.ParseAddr(host); err != nil {
			l.fatal("invalid address %s", printable(value))
		}
		l.Source = host
	case 'c':
		if c, ok := ClassOf(value); ok {
			l.latest.Class, l.latest.classSet, l.open = c, true, false
		} else {
			l.Warning += fmt.Sprintf(";; Warning, ignoring invalid class %s\n", printable(value))
		}
		l.open = false
	case 'f':
		l.Batch = value
	case 'p':
		n, ok := l.number(value, 65535, "port number")
		if !ok {
			l.fatal("Couldn't parse port number")
		}
		l.Port = uint16(n)
	case 'q':
		l.add(value, args)
	case 't':
		l.open = false
		if serial, ok := cutFold(value, "ixfr="); ok {
			l.ixfr(serial)
		} else if t, ok := TypeOf(value); ok && t != dns.TypeIXFR {
			if l.latest.typeSet {
				l.Warning += ";; Warning, extra type option\n"
			}
			l.setType(t)
		} else {
			l.Warning += fmt.Sprintf(";; Warning, ignoring invalid type %s\n", printable(value))
		}
	case 'x':
		l.add(reverseOf(value), args)
		if !l.latest.typeSet {
			l.latest.Type = dns.TypePTR
		}
	default: // -k and -y: keys, which no simulated server asks for
		l.fatal("-%c is not modelled", letter)
	}
	return taken
}

// reverseOf is the name below which the name of an address stands; of
// something else its parts the other way round.
func reverseOf(w string) string {
	if a, err := netip.ParseAddr(w); err == nil {
		return ReverseName(a)
	}
	parts := strings.Split(w, ".")
	name := ""
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] != "" {
			name += parts[i] + "."
		}
	}
	return name + "in-addr.arpa."
}

// ClassOf returns the class of a name: IN, CH, HS, ANY, NONE, CLASSn, or one of
// the long names of RFC 1035 §3.2.4.
func ClassOf(word string) (uint16, bool) {
	w := strings.ToUpper(word)
	switch w {
	case "CHAOS":
		w = "CH"
	case "HESIOD":
		w = "HS"
	}
	if c, ok := dns.StringToClass[w]; ok {
		return c, true
	}
	if n, ok := strings.CutPrefix(w, "CLASS"); ok {
		c, err := strconv.ParseUint(n, 10, 16)
		return uint16(c), err == nil
	}
	return 0, false
}

// cutFold is strings.CutPrefix whatever the case.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// seconds is a time of the command line.
func seconds(n uint64) time.Duration { return time.Duration(max(n, 1)) * time.Second }
