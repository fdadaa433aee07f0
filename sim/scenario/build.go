package scenario

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/postfix"
	"mailtrek/sim/trace"
)

// Options are what may differ between two runs of a scenario.
type Options struct {
	Seed      *uint64 // nil: the scenario's
	MaxEvents int     // 0: DefaultMaxEvents
	Live      bool    // what the people of the story do is left out: somebody outside acts
}

// DefaultMaxEvents ends a run that would never end.
const DefaultMaxEvents = 2_000_000

// Run is a simulated internet that was built from a scenario. It belongs to one
// goroutine.
type Run struct {
	Scenario *Scenario
	World    *sim.World

	machines []*machine
	byName   map[string]*machine
	usual    map[[2]trace.NodeID]sim.Link // the links without timed faults
	waiting  []*waiter                    // for an event
	chance   *rand.Rand                   // of faults; nil before the first throw
	booted   trace.Seq                    // the last event before people act
	idle     time.Duration                // nobody does anything before that
}

// machine is a host with what runs on it.
type machine struct {
	*node.Host
	decl    *Host
	run     *Run
	postfix *postfix.System
	dovecot *node.Dovecot
	named   *node.NameServer

	forcings []*forcing // in the order in which they began
}

// Build makes the world of a scenario: its hosts with their files, the links,
// and the programs, which have been running for hours. What people do is due
// at its time; nothing has happened yet. The scenario is not changed and may
// be built again.
func Build(s *Scenario, o Options) (*Run, error) {
	seed := s.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	if o.MaxEvents == 0 {
		o.MaxEvents = DefaultMaxEvents
	}
	r := &Run{Scenario: s, byName: map[string]*machine{}, usual: map[[2]trace.NodeID]sim.Link{}}
	r.World = sim.New(sim.Config{
		Header:    trace.Header{Scenario: s.ID, Title: s.Title, Seed: seed, Start: s.Start},
		MaxEvents: o.MaxEvents,
	})
	for _, h := range s.Hosts {
		if err := r.add(h); err != nil {
			return nil, err
		}
	}
	r.links()
	for i := range s.Faults {
		switch f := &s.Faults[i]; {
		case f.On != nil:
			r.plan(f, 0)
		case !f.Timed:
			r.condition(f)
		}
	}
	for _, m := range r.machines {
		if err := r.boot(m); err != nil {
			r.Close()
			return nil, err
		}
	}
	r.schedule(!o.Live)
	r.booted = trace.Seq(r.World.Trace.Len())
	return r, nil
}

// Trace is what has happened so far.
func (r *Run) Trace() *trace.Trace { return r.World.Trace }

// Host is the host of that full or short name; nil when there is none.
func (r *Run) Host(name string) *node.Host {
	if m := r.machine(name); m != nil {
		return m.Host
	}
	return nil
}

// Hosts are all hosts in the order of their declaration.
func (r *Run) Hosts() []*node.Host {
	hosts := make([]*node.Host, len(r.machines))
	for i, m := range r.machines {
		hosts[i] = m.Host
	}
	return hosts
}

// System is the mail system of a host; nil when it runs no Postfix.
func (r *Run) System(name string) *postfix.System {
	if m := r.machine(name); m != nil {
		return m.postfix
	}
	return nil
}

// Dovecot is the Dovecot of a host; nil when it runs none.
func (r *Run) Dovecot(name string) *node.Dovecot {
	if m := r.machine(name); m != nil {
		return m.dovecot
	}
	return nil
}

func (r *Run) machine(name string) *machine {
	if m := r.byName[name]; m != nil {
		return m
	}
	if h := r.Scenario.Host(name); h != nil {
		return r.byName[h.Name]
	}
	return nil
}

// Play lets the world go on until it is at rest or the virtual time until has
// come; 0 is the scenario's own end.
func (r *Run) Play(until time.Duration) {
	if until == 0 {
		until = r.Scenario.Until
	}
	for {
		next, ok := r.World.Next()
		if !ok || next > until {
			return
		}
		r.World.RunUntil(next)
	}
}

// Close ends the world, wherever it is. The trace stays.
func (r *Run) Close() { r.World.Stop() }

// add makes a node of a declared host.
func (r *Run) add(h *Host) error {
	n := trace.Node{Name: h.Name, Short: h.Short, Roles: r.roles(h)}
	if n.Short == "" {
		n.Short = h.Name
		if label, _, _ := strings.Cut(h.Name, "."); r.Scenario.Host(label) == h {
			n.Short = label
		}
	}
	for _, a := range h.Addresses {
		n.Addrs = append(n.Addrs, a.String())
	}
	at, err := r.World.AddNode(n)
	if err != nil {
		return err
	}
	tree := h.Tree
	if tree == nil {
		tree = host.NewTree(0)
	}
	m := &machine{Host: node.NewHost(at, tree.Snapshot()), decl: h, run: r}
	at.SetDown(h.Silent)
	r.machines = append(r.machines, m)
	r.byName[h.Name] = m
	return nil
}

// roles are what a host is in the story, from what it runs and has configured.
func (r *Run) roles(h *Host) []string {
	var roles []string
	for _, a := range r.Scenario.Accounts {
		if a.Host == h.Name {
			roles = append(roles, "MUA")
			break
		}
	}
	for _, p := range h.Runs {
		switch p {
		case "postfix":
			if submission(h) {
				roles = append(roles, "MSA")
			}
			roles = append(roles, "MTA")
		case "dovecot":
			text, _ := h.Tree.ReadFile(node.DovecotConf)
			conf, _ := host.ParseDovecot(node.DovecotConf, text)
			for _, p := range [][2]string{{"lmtp", "MDA"}, {"pop3", "POP3"}, {"imap", "IMAP"}} {
				if conf.Enabled(p[0]) {
					roles = append(roles, p[1])
				}
			}
		case "named":
			text, _ := h.Tree.ReadFile(node.NamedConf)
			conf, _ := dnswire.ParseNamedConf(node.NamedConf, string(text))
			if conf != nil && conf.Recursion {
				roles = append(roles, "resolver")
			} else {
				roles = append(roles, "DNS")
			}
		case "smtp821":
			roles = append(roles, "MTA")
		}
	}
	return roles
}

// submission tells whether a Postfix takes mail from its own users (RFC 6409).
func submission(h *Host) bool {
	text, _ := h.Tree.ReadFile(postfix.MasterFile)
	master, _ := postfix.ParseMaster(postfix.MasterFile, string(text))
	if master == nil {
		return false
	}
	for i := range master.Services {
		s := &master.Services[i]
		name := s.Name[strings.LastIndexByte(s.Name, ':')+1:]
		if s.Type == "inet" && (name == "submission" || name == "587" || name == "smtps" || name == "submissions" || name == "465") {
			return true
		}
	}
	return false
}

// boot starts the programs of a host. That one of them refuses its
// configuration is an event of the story, not an error.
func (r *Run) boot(m *machine) error {
	for _, v := range r.Scenario.Services {
		if v.Host == m.Name {
			if v.Filter != nil {
				if err := v.Filter.Listen(m.Host, strings.TrimPrefix(v.Path, "inet:")); err != nil {
					r.World.Emit(trace.Event{Kind: trace.Note, Node: m.ID}, fmt.Appendf(nil, "the filter does not start: %v", err))
				}
				continue
			}
			m.OfferPolicy(v.Path, newPolicy(v))
		}
	}
	m.OfferShell(r.daemonShell(m))
	for _, c := range r.Scenario.Commands {
		if c.Host == m.Name {
			m.offer(c)
		}
	}
	for _, p := range m.decl.Runs {
		var err error
		switch p {
		case "named":
			m.named, err = node.StartNameServer(m.Host)
		case "dovecot":
			m.dovecot, _ = node.NewDovecot(m.Host)
			err = m.dovecot.Start()
		case "postfix":
			m.postfix, _ = postfix.New(m.Host)
			err = m.postfix.Start(0)
		case "smtp821":
			_, err = node.StartSMTP821(m.Host)
		}
		if err != nil {
			r.World.Emit(trace.Event{Kind: trace.Note, Node: m.ID, A: r.World.Trace.Intern(p)}, fmt.Appendf(nil, "%s does not start: %v", p, err))
		}
	}
	return nil
}
