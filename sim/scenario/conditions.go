package scenario

import (
	"mailtrek/sim/trace"
)

// links sets the conditions that the link blocks say, in both directions; of
// two that concern the same way the later one counts.
func (r *Run) links() {
	for _, k := range r.Scenario.Links {
		for _, a := range r.machines {
			for _, b := range r.machines {
				if a != b && (k.A == "" || k.A == a.Name) && (k.B == "" || k.B == b.Name) {
					r.link(a, b, k)
					r.link(b, a, k)
				}
			}
		}
	}
}

func (r *Run) link(a, b *machine, k Link) {
	l := r.World.LinkOf(a.Node, b.Node)
	if k.HasDelay {
		l.Delay = k.Delay
	}
	if k.HasLoss {
		l.Loss = k.Loss
	}
	r.usual[[2]trace.NodeID{a.ID, b.ID}] = l
	r.World.SetLink(a.Node, b.Node, l)
}

// Inflict makes a fault happen now, and records it; cause may be 0.
func (r *Run) Inflict(f *Fault, cause trace.Seq) {
	m, peer := r.byName[f.Host], r.byName[f.Peer]
	if m == nil {
		return
	}
	e := trace.Event{Kind: trace.Fault, Node: m.ID, A: r.World.Trace.Intern(f.Kind.String()), Cause: cause}
	if peer != nil {
		e.Peer = peer.ID
	}
	if f.Kind == Clock {
		e.B = r.World.Trace.Intern(f.Shift.String())
	}
	r.World.Emit(e, []byte(f.Text))
	r.condition(f)
}

// condition changes the network as a fault says.
func (r *Run) condition(f *Fault) {
	m := r.byName[f.Host]
	switch f.Kind {
	case Down, Up:
		m.SetDown(f.Kind == Down)
	case Refuse, Accept:
		m.Refuse(f.Port, f.Kind == Refuse)
	case Reply:
		m.demand(f)
	case Slow:
		m.SetSlow(f.Port, f.Delay)
	case Normal:
		m.obey(f)
		if f.of == nil || f.of.Kind == Slow {
			m.SetSlow(f.Port, 0)
		}
	case Disk:
		m.Tree.SetRoom(f.Room)
	case Clock:
		m.SetClock(f.Shift)
		if m.postfix != nil {
			m.postfix.ClockChanged()
		}
	default:
		peer := r.byName[f.Peer]
		r.way(f, m, peer)
		if f.Both {
			r.way(f, peer, m)
		}
	}
}

// way changes one direction between two hosts.
func (r *Run) way(f *Fault, a, b *machine) {
	l := r.World.LinkOf(a.Node, b.Node)
	switch f.Kind {
	case Cut:
		l.Cut = true
	case Restore:
		l = r.usual[[2]trace.NodeID{a.ID, b.ID}]
	case Delay:
		l.Delay = f.Delay
	case Loss:
		l.Loss = f.Loss
	}
	r.World.SetLink(a.Node, b.Node, l)
}
