package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// facts are what a world has at an event: what lists and completion offer.
type facts struct {
	branch    *scenario.Branch // played up to the event
	story     *Story
	hosts     []string // full names, those of the event first
	listeners []scenario.Listening
	records   []scenario.ZoneRecord
}

func newFacts(b *scenario.Branch, s *Story, at trace.Seq) *facts {
	w := &facts{branch: b, story: s, listeners: b.Run().Listening(), records: b.Run().ZoneRecords()}
	e := s.T.At(at)
	for _, id := range []trace.NodeID{e.Peer, e.Node} {
		if id != 0 {
			w.hosts = append(w.hosts, s.T.Node(id).Name)
		}
	}
	for _, h := range b.Scenario.Hosts {
		if !slices.Contains(w.hosts, h.Name) {
			w.hosts = append(w.hosts, h.Name)
		}
	}
	order := func(l scenario.Listening) int { // mail comes before the DNS, but for the hosts of the event
		i := slices.Index(w.hosts, l.Host)
		if l.Addr.Port() == 53 && l.Host != s.T.Node(e.Node).Name && (e.Peer == 0 || l.Host != s.T.Node(e.Peer).Name) {
			i += len(w.hosts)
		}
		return i
	}
	slices.SortStableFunc(w.listeners, func(a, b scenario.Listening) int { return order(a) - order(b) })
	return w
}

// short is the short name of a host.
func (w *facts) short(host string) string { return w.story.short(w.story.T.NodeNamed(host)) }

// shortPlace is a listener by its short name, with the name of its port.
func (w *facts) shortPlace(l scenario.Listening) string {
	return w.short(l.Host) + ":" + portOf(l.String()) + "  " + l.Service
}

// zoneText is the zone file of a record.
func (w *facts) zoneText(z scenario.ZoneRecord) (string, error) {
	return w.branch.Run().ZoneText(z.Host, z.Domain)
}

// forEver is the answer that a fault does not end, and removal that a record is
// taken out.
const (
	forEver = "for ever"
	removal = "-"
)

// askFor is one question of the form of changes.
func (p *Player) askFor(f *form, step string) question {
	q := question{ask: "ask." + step}
	w := p.look.words
	switch step {
	case "host", "peer":
		for _, h := range f.world.hosts {
			if step == "host" || h != f.values[1] {
				q.list = append(q.list, choice{text: h, note: f.world.about(h)})
			}
		}
	case "mailhost":
		for _, h := range f.world.hosts {
			if f.world.branch.Run().System(h) != nil {
				q.list = append(q.list, choice{text: h, note: f.world.about(h)})
			}
		}
	case "listener", "reply.at":
		for _, l := range f.world.listeners {
			q.list = append(q.list, choice{text: l.String(), note: f.world.shortPlace(l)})
		}
	case "lasts":
		q.list = []choice{{text: w.T("ask.forever"), id: forEver}, {text: "30s"}, {text: "2m"}, {text: "1h"}, {text: "1d"}}
	case "time":
		q.free, q.list = true, []choice{{text: "200ms"}, {text: "2s"}, {text: "30s"}, {text: "2m"}}
	case "percent":
		q.free, q.list = true, []choice{{text: "10%"}, {text: "30%"}, {text: "50%"}, {text: "90%"}}
	case "reply.verb":
		q.list = p.verbs(f.values[1])
		if protoOf(portOf(f.values[1])) == trace.DNS {
			q.ask = "ask.reply.question"
		}
	case "reply.text":
		q.free, q.list = true, p.replies(f.values[1])
	case "parameter":
		for _, s := range f.world.branch.Run().Settings(f.values[1]) {
			q.list = append(q.list, choice{text: s.Name, note: s.Value})
		}
	case "value":
		return f.world.askValue(f.values[1], f.values[2])
	case "record":
		for _, z := range f.world.records {
			q.list = append(q.list, choice{text: z.Name + " " + z.Type + " " + z.Data, note: strings.TrimSuffix(z.Domain, ".") + ", " + f.world.short(z.Host), id: z.Domain + " " + z.Name + " " + z.Type})
		}
	case "data":
		return f.world.askRecord(f.values[1], w.T("ask.remove"))
	case "line":
		q.free = true
		for _, t := range scenario.Tools() {
			q.list = append(q.list, choice{text: t.Name, note: t.Summary})
		}
	}
	return q
}

// about is a host's short name, and what it is in the story.
func (w *facts) about(host string) string {
	n := w.story.T.Node(w.story.T.NodeNamed(host))
	return strings.TrimSpace(w.short(host) + "  " + strings.Join(n.Roles, ", "))
}

// askValue asks for the value of a parameter; the present one stands there.
func (w *facts) askValue(host, name string) question {
	q := question{ask: "ask.value", free: true}
	for _, s := range w.branch.Run().Settings(host) {
		if s.Name != name {
			continue
		}
		q.text = s.Value
		for _, pair := range [][2]string{{"yes", "no"}, {"no", "yes"}} {
			if s.Value == pair[0] {
				q.text = pair[1]
				q.list = []choice{{text: pair[1]}}
			}
		}
	}
	return q
}

// recordsApart stands between two records of one name and type.
const recordsApart = " ; "

// askRecord asks for the records of a name and type; the present ones stand
// there.
func (w *facts) askRecord(which, remove string) question {
	q := question{ask: "ask.data", free: true}
	for _, z := range w.records {
		if z.Domain+" "+z.Name+" "+z.Type == which {
			line := z.Name + " " + z.Type + " " + z.Data
			if q.text != "" {
				q.text += recordsApart
			}
			q.text += line
			q.list = append(q.list, choice{text: line})
		}
	}
	q.list = append(q.list, choice{text: remove, id: removal})
	return q
}
