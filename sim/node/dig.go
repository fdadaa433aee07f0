package node

import (
	"net/netip"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"

	"github.com/miekg/dns"
)

// Dig is dig(1), run by somebody on a host who has nothing else to type. output
// is all that it writes.
func (s *Stub) Dig(p *sim.Proc, args []string) (output string, status int) {
	var b strings.Builder
	t := DNSTool{Stub: s, P: p, Out: &b, Err: &b}
	status = t.Dig(args)
	return b.String(), status
}

// Dig is dig(1): it asks the server named behind @, or those of resolv.conf,
// and prints the reply. The exit status is 0 when there was a reply, 9 when
// there was none, 10 when a name is none, 8 when the file of -f cannot be read,
// and 1 for wrong usage.
func (t *DNSTool) Dig(args []string) (status int) {
	t.name = "dig"
	line := dnswire.ParseDig(args)
	t.v4, t.v6 = line.V4, line.V6
	t.say(line)
	if line.Ends != nil {
		return line.Ends.Status
	}
	if line.Batch != "" {
		return t.digBatch(line)
	}
	return t.digLine(line, line)
}

// say writes what dig says about its arguments.
func (t *DNSTool) say(line *dnswire.DigLine) {
	t.printf("%s", line.Early)
	t.Err.Write([]byte(line.Warning))
	if line.Ends != nil {
		t.printf("%s", line.Ends.Out)
		t.Err.Write([]byte(line.Ends.Err))
	}
}

// digBatch asks what the lines of a file say. Before the first that counts,
// empty lines and comments are passed over; later an empty one asks for the
// root, as in BIND.
func (t *DNSTool) digBatch(line *dnswire.DigLine) (status int) {
	next := t.Input
	if line.Batch != "-" {
		text, why := "", "No such file or directory"
		if t.Open != nil {
			text, why = t.Open(line.Batch)
		}
		if why != "" {
			t.Err.Write([]byte(dnswire.EscapeText(line.Batch) + ": " + why + "\n"))
			t.fatal("couldn't open specified batch file")
			return 8
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		next = func() (string, bool) {
			if len(lines) == 0 || text == "" {
				return "", false
			}
			l := lines[0]
			lines = lines[1:]
			return l, true
		}
	}
	for begun := false; next != nil; {
		text, ok := next()
		if !ok {
			break
		}
		text = strings.TrimRight(text, "\r")
		if !begun && (text == "" || text[0] == '#' || text[0] == ';') {
			continue
		}
		begun = true
		l := line.Line(text)
		t.say(l)
		if l.Ends != nil {
			return l.Ends.Status
		}
		status = max(status, t.digLine(l, line))
	}
	return status
}

// digLine asks the questions of a line; first is the command line itself.
func (t *DNSTool) digLine(line, first *dnswire.DigLine) (status int) {
	servers, ok := t.servers(line.Server, line.Port)
	if !ok {
		return 1
	}
	source, _ := netip.ParseAddr(line.Source)
	conf := t.Stub.config()
	search, ndots := []string(nil), conf.ndots
	if line.Search {
		if search = conf.search; line.Domain != "" {
			search = []string{line.Domain}
		}
	}
	if line.Ndots >= 0 {
		ndots = line.Ndots
	}
	for _, d := range line.Lookups {
		q := &inquiry{Dig: d, servers: servers, wait: line.Wait, source: source, heading: first.Greet}
		switch {
		case d.NSSearch:
			status = max(status, t.nsSearch(q, func(q *inquiry, r *dnswire.Reply) { t.printf("%s", q.Show(r)) }))
		case d.Trace:
			status = max(status, t.digTrace(q, first))
		default:
			status = max(status, t.digOne(q, first, candidates(d.Name, search, ndots)))
		}
	}
	return status
}

// digOne asks one question and shows the answer.
func (t *DNSTool) digOne(q *inquiry, first *dnswire.DigLine, names []string) (status int) {
	for i, name := range names {
		q.Name = name
		if _, err := q.Query(0, [8]byte{}); err != nil {
			t.fatal("%s", err)
			return 10
		}
		if q.heading != "" && q.ShowQuery {
			q.heading, first.Greet = first.Heading(), ""
		}
		rs := t.put(q)
		if len(rs) == 0 {
			first.Greet = ""
			return 9
		}
		if i+1 < len(names) && dnswire.RCode(rs[0].Packet) == dns.RcodeNameError {
			continue
		}
		t.head(first)
		if q.Transfer() {
			t.printf("%s", q.ShowTransfer(rs))
		} else {
			t.printf("%s", q.Show(rs[0]))
		}
	}
	return 0
}

// head writes the first lines, once.
func (t *DNSTool) head(first *dnswire.DigLine) {
	t.printf("%s", first.Heading())
	first.Greet = ""
}
