package dnswire

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// columns are where class and type of a question stand.
func (d *Dig) columns() (class, typ int) {
	switch {
	case d.Multiline || d.NoTTL && d.NoClass:
		return 24, 24
	case d.NoTTL || d.NoClass:
		return 24, 32
	}
	return 32, 40
}

// record is a record as a line of a master file (RFC 1035 §5.1), in the columns
// of dig.
func (d *Dig) record(rr dns.RR) string {
	h := rr.Header()
	class, typ := d.columns()
	l := line{}
	l.put(0, printable(h.Name))
	if !d.NoTTL {
		ttl := strconv.FormatUint(uint64(h.Ttl), 10)
		if d.TTLUnits {
			ttl = ttlUnits(h.Ttl)
		}
		l.put(24, ttl)
	}
	if !d.NoClass {
		l.put(class, dns.Class(h.Class).String())
	}
	l.put(typ, TypeName(h.Rrtype))
	if soa, ok := rr.(*dns.SOA); ok && d.Multiline {
		l.put(typ+8, printable(soa.Ns)+" "+printable(soa.Mbox)+" (")
		return l.String() + "\n" + soaLines(soa)
	}
	l.put(typ+8, data(rr))
	return l.String() + "\n"
}

// recordLine is a record in the columns of the programs that have no options for
// them.
func recordLine(rr dns.RR) string { return (&Dig{}).record(rr) }

// soaLines are the numbers of an SOA record, a line each, with what they mean.
func soaLines(soa *dns.SOA) string {
	var b strings.Builder
	for _, f := range [...]struct {
		n    uint32
		what string
		time bool
	}{{soa.Serial, "serial", false}, {soa.Refresh, "refresh", true}, {soa.Retry, "retry", true}, {soa.Expire, "expire", true}, {soa.Minttl, "minimum", true}} {
		fmt.Fprintf(&b, "\t\t\t\t%-10d ; %s", f.n, f.what)
		if f.time {
			b.WriteString(" (" + ttlWords(f.n) + ")")
		}
		b.WriteByte('\n')
	}
	return b.String() + "\t\t\t\t)\n"
}

// ttlParts are the units in which BIND writes times.
var ttlParts = [...]struct {
	seconds uint32
	word    string
}{{604800, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}

// ttlWords is a time in words: "1 hour 30 minutes".
func ttlWords(n uint32) string {
	s := ""
	for _, p := range ttlParts {
		part := n / p.seconds
		if n %= p.seconds; part == 0 && (p.seconds > 1 || s != "") {
			continue
		}
		if s != "" {
			s += " "
		}
		s += fmt.Sprintf("%d %s", part, p.word)
		if part != 1 {
			s += "s"
		}
	}
	return s
}

// ttlUnits is a time with letters: 1h30m.
func ttlUnits(n uint32) string {
	s := ""
	for _, p := range ttlParts {
		part := n / p.seconds
		if n %= p.seconds; part > 0 || p.seconds == 1 && s == "" {
			s += fmt.Sprintf("%d%c", part, p.word[0])
		}
	}
	return s
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
