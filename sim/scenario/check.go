package scenario

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"mailtrek/protocols/message"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// Outcome is what became of one expectation.
type Outcome struct {
	Expect *Expect
	OK     bool
	Why    string // what was found instead, when it is not OK
}

// String returns the place, the expectation, and what was found.
func (o Outcome) String() string {
	verdict := "ok"
	if !o.OK {
		verdict = "not so: " + visible(o.Why)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", o.Expect.File, o.Expect.Line, o.Expect.Column, o.Expect.Text, verdict)
}

// Check compares the expectations of a scenario with the trace of a finished run.
func Check(s *Scenario, t *trace.Trace) []Outcome {
	var out []Outcome
	for i := range s.Expects {
		e := &s.Expects[i]
		o := Outcome{Expect: e}
		switch e.Kind {
		case Happens:
			o.OK, o.Why = e.happened(t)
		case Queues:
			o.OK, o.Why = e.queued(t)
		case Holds:
			o.OK, o.Why = s.held(e, t)
		}
		out = append(out, o)
	}
	return out
}

func (e *Expect) happened(t *trace.Trace) (bool, string) {
	if err := e.Selector.Check(t); err != nil && e.Min > 0 {
		return false, err.Error()
	}
	n := 0
	for q := e.Selector.Next(t, 0); q != 0; q = e.Selector.Next(t, q) {
		n++
	}
	if n >= e.Min && (e.Max < 0 || n <= e.Max) {
		return true, ""
	}
	if n == 0 {
		return false, "it never happened"
	}
	return false, "it happened " + count(n, "time")
}

// queued follows the queue files of a mail on a host; one of them must have
// gone the way.
func (e *Expect) queued(t *trace.Trace) (bool, string) {
	node := t.NodeNamed(e.Host)
	var ids []trace.Sym
	paths := map[trace.Sym][]string{}
	for q := trace.Seq(1); t.Has(q); q++ {
		ev := t.At(q)
		if ev.Kind != trace.Queue || ev.Node != node || ev.Msg == 0 || t.Msg(ev.Msg).Name != e.Mail {
			continue
		}
		if paths[ev.A] == nil {
			ids = append(ids, ev.A)
		}
		to := t.Name(ev.C)
		if to == "" {
			to = "gone"
		}
		paths[ev.A] = append(paths[ev.A], to)
	}
	want := strings.Join(e.Path, " ")
	var got []string
	for _, id := range ids {
		p := strings.Join(paths[id], " ")
		if p == want {
			return true, ""
		}
		got = append(got, p)
	}
	if got == nil {
		return false, fmt.Sprintf("%s was never in a queue of %s", e.Mail, e.Host)
	}
	return false, strings.Join(got, "; ")
}

// stored is a message in a mailbox.
type stored struct{ name, content string }

// held looks into a mailbox when all is over.
func (s *Scenario) held(e *Expect, t *trace.Trace) (bool, string) {
	at := strings.LastIndexByte(e.User, '@')
	user, domain := e.User[:at], e.User[at+1:]
	var all []stored
	found := false
	seen := map[string]string{} // who fetches a message and keeps it has one message
	for _, h := range s.mailHosts(domain) {
		box, ok := h.inbox(user, t)
		found = found || ok
		for _, m := range box {
			text := strings.ReplaceAll(m.content, "\r\n", "\n")
			if other, ok := seen[text]; !ok || other == h.Name {
				seen[text] = h.Name
				all = append(all, m)
			}
		}
	}
	if !found && e.Min > 0 {
		return false, fmt.Sprintf("there is no mailbox of %s at %s", user, domain)
	}
	if len(all) != e.Min {
		return false, count(len(all), "message")
	}
	for _, p := range e.Parts {
		if ok, got := p.in(all); !ok {
			return false, got
		}
	}
	return true, ""
}

// mailHosts are the hosts that may keep mail of a domain: the host of that
// name, or all hosts in the domain.
func (s *Scenario) mailHosts(domain string) []*Host {
	if h := s.Host(domain); h != nil {
		return []*Host{h}
	}
	var hosts []*Host
	for _, h := range s.Hosts {
		if inside(h.Name, strings.ToLower(domain)) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// inbox returns what is in the mailbox of a user after the run: what lay there
// before, and what the trace says about it. Messages are known by the part of
// the file's name that never changes (maildir(5)).
func (h *Host) inbox(user string, t *trace.Trace) (box []stored, found bool) {
	messages := map[string]string{}
	if h.Tree != nil {
		m := host.Maildir{Tree: h.Tree.Snapshot(), Path: "/home/" + user + "/Maildir"}
		if list, err := m.List(); err == nil && m.Exists() {
			found = true
			for _, entry := range list {
				if data, err := m.Read(entry); err == nil {
					messages[entry.Name] = string(data)
				}
			}
		}
	}
	node := t.NodeNamed(h.Name)
	for q := trace.Seq(1); t.Has(q); q++ {
		ev := t.At(q)
		if ev.Kind != trace.Mailbox || ev.Node != node {
			continue
		}
		if name, _, _ := strings.Cut(t.Name(ev.A), "@"); name != user {
			continue
		}
		found = true
		file := t.Name(ev.B)
		key, _, _ := strings.Cut(path.Base(file), ":2,")
		switch dir := path.Base(path.Dir(file)); {
		case dir == "new" || dir == "cur":
		case ev.N != 0:
			key = file // a copy with a number of its own
		default:
			key = fmt.Sprintf("%s %d", file, q) // a message in an mbox
		}
		switch t.Name(ev.C) {
		case "append":
			messages[key] = string(t.Text(ev))
		case "delete":
			delete(messages, key)
		}
	}
	for name, content := range messages {
		box = append(box, stored{name, content})
	}
	sort.Slice(box, func(i, j int) bool { return box[i].name < box[j].name })
	return box, found
}

// in tells whether the messages have the property.
func (p Having) in(box []stored) (bool, string) {
	var values []string
	for _, m := range box {
		n := 0
		for _, f := range message.Scan([]byte(m.content)).Fields {
			if !f.Is(p.Field) {
				continue
			}
			n++
			value := strings.TrimSpace(f.Text())
			if p.Count < 0 && trace.Glob(p.Pattern, value) {
				return true, ""
			}
			values = append(values, value)
		}
		if p.Count >= 0 && n != p.Count {
			return false, fmt.Sprintf("%s x%d", p.Field, n)
		}
	}
	if p.Count >= 0 {
		return true, ""
	}
	if values == nil {
		return false, "no message has a field " + p.Field
	}
	return false, p.Field + ": " + strings.Join(values, "; ")
}
