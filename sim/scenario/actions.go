//go:build wip

package scenario

import (
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// schedule puts what people do, and the timed faults, on the agenda. At one
// instant faults come first.
func (r *Run) schedule() {
	for i := range r.Scenario.Faults {
		if f := &r.Scenario.Faults[i]; f.Timed {
			r.World.At(f.At, func() { r.Weather(f, 0) })
		}
	}
	for i := range r.Scenario.Actions {
		a := &r.Scenario.Actions[i]
		r.World.At(a.At, func() { r.act(a) })
	}
}

// act does what a line of a do block says.
func (r *Run) act(a *Action) {
	switch a.Kind {
	case Submit:
		r.submit(a)
	case Fetch:
		r.fetch(a)
	case Operate:
		r.Command(a.Host, a.User, a.Command, []byte(a.Input), 0)
	}
}

// action records what somebody does, and starts the process that does it.
func (r *Run) action(m *machine, user, verb, text string, cause trace.Seq, msg trace.MsgID, body func(p *sim.Proc)) {
	t := r.World.Trace
	if user == "" {
		user = "#"
	}
	seq := r.World.Emit(trace.Event{Kind: trace.Action, Node: m.ID, A: t.Intern(user), B: t.Intern(verb), Msg: msg, Cause: cause}, []byte(text))
	r.World.Go(m.Node, verb, seq, msg, body)
}
