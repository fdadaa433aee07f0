package scenario

import (
	"net/netip"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// A content filter (FILTER_README) is a program that looks at messages. Its block
// is a "command", for a program that pipe(8) or spawn(8) runs, or a "service",
// for a server of its own:
//
//	filter to=127.0.0.1:10026
//	add X-Scanned: yes
//	reject "make money fast" "554 5.7.1 no, thank you"
//	defer later
//	discard nothing
//
// A program that pipe(8) runs hands mail back by "sendmail -G -i" with the words
// of its own command line, as the simple filter of FILTER_README does.

// isFilter tells whether a block describes a content filter.
func (blk *Block) isFilter() bool {
	for _, l := range blk.lines {
		if !l.comment() {
			return l.words()[0].text == "filter"
		}
	}
	return false
}

// filterVerbs are what a filter can do to a message.
var filterVerbs = []string{"add", "defer", "discard", "reject"}

// filter reads the block of a content filter; nil after an error.
func (b *builder) filter(blk *Block) *node.Filter {
	f, begun := &node.Filter{}, false
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		w := l.words()
		if !begun {
			begun = true
			if !b.filterOptions(f, w[1:]) {
				return nil
			}
			continue
		}
		rule := node.FilterRule{Do: w[0].text}
		switch {
		case rule.Do == "add" && len(w) > 1:
			rule.Text = l.after(w[0]).text
			if name, _, ok := strings.Cut(rule.Text, ":"); !ok || strings.ContainsAny(name, " \t") {
				b.src.errorAt(l.after(w[0]), "add Name: text", "this is no header field")
				return nil
			}
		case indexOf(filterVerbs, rule.Do) < 0:
			b.src.errorAt(w[0], oneOf(filterVerbs), "a filter cannot %q%s", rule.Do, didYouMean(rule.Do, filterVerbs))
			return nil
		case len(w) < 2 || len(w) > 3:
			b.src.errorAt(w[0], rule.Do+` TEXT ["REPLY"]: the text that the message has, and what the filter says then`, "which message?")
			return nil
		default:
			rule.Text = w[1].text
			if len(w) == 3 {
				rule.Say = w[2].text
			}
		}
		f.Rules = append(f.Rules, rule)
	}
	return f
}

// filterOptions reads what stands behind "filter".
func (b *builder) filterOptions(f *node.Filter, options []word) bool {
	for _, o := range options {
		key, value, ok := strings.Cut(o.raw, "=")
		if _, err := netip.ParseAddrPort(value); !ok || key != "to" || err != nil {
			b.src.errorAt(o, "to=ADDRESS:PORT", "%q is no option of filter", o.text)
			return false
		}
		f.To = value
	}
	return true
}

// filterService reads a filter that is a server.
func (b *builder) filterService(blk *Block, h *Host) {
	f := b.filter(blk)
	if h == nil || f == nil {
		return
	}
	path := blk.args[1]
	if _, err := netip.ParseAddrPort(strings.TrimPrefix(path.text, "inet:")); err != nil {
		b.src.errorAt(path, "inet:127.0.0.1:10025", "a filter listens at an address and a port")
		return
	}
	if f.To == "" {
		b.src.errorAt(blk.kind, "filter to=127.0.0.1:10026", "the block does not say to whom the filter hands mail back")
		return
	}
	b.s.Services = append(b.s.Services, Service{Host: h.Name, Path: path.text, Model: "filter", Options: map[string]string{"to": f.To}, Filter: f})
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// offer puts the model of a program behind its path.
func (m *machine) offer(c Command) {
	if c.Filter == nil {
		m.OfferCommand(c.Path, func(*sim.Proc, string, []string, []byte) (int, string) { return c.Exit, c.Output })
		return
	}
	m.OfferFilter(c.Path, c.Filter)
	m.OfferCommand(c.Path, func(p *sim.Proc, user string, argv []string, message []byte) (int, string) {
		return m.filterRuns(p, c.Filter, user, argv, message)
	})
}

// What the exit statuses of the script in FILTER_README are (sysexits.h).
const (
	exitUnavailable = 69
	exitTempFail    = 75
)

// filterRuns is the simple filter of FILTER_README: a program that reads a
// message and hands it back by sendmail(1), or ends with an exit status that
// tells pipe(8) what to do.
func (m *machine) filterRuns(p *sim.Proc, f *node.Filter, user string, argv []string, message []byte) (status int, output string) {
	what, say, now := f.Judge(message)
	switch what {
	case "reject":
		return exitUnavailable, orSaid(say, "Message content rejected") + "\n"
	case "defer":
		return exitTempFail, orSaid(say, "Message content deferred") + "\n"
	case "discard":
		return 0, orSaid(say, "")
	}
	for _, r := range f.Rules {
		if name, _, _ := strings.Cut(r.Text, ":"); r.Do == "add" {
			p.Record(trace.Event{Kind: trace.Field, A: p.Sym("filter"), B: p.Sym(name), C: p.Sym("add")}, []byte(r.Text))
		}
	}
	sh := m.run.operator(m, p, user, now)
	status = sh.one(append([]string{"sendmail", "-G", "-i"}, argv[1:]...))
	return status, sh.Out.String() + sh.Err.String()
}

func orSaid(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
