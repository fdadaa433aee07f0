package scenario

import (
	"fmt"
	"time"

	"mailtrek/sim/trace"
)

// Playing is a run on its way through a list of interventions. It goes on in
// portions, so that whoever watches can count events or give up.
type Playing struct {
	run     *Run
	out     *Outside
	list    []Intervention
	until   time.Duration
	pending int // how many of the list's first wait for their event
	ended   bool
	err     error
}

// PlayWith plays a run with interventions, each at its time or after its event,
// to rest or until the given virtual time (0: as Play).
func (r *Run) PlayWith(list []Intervention, until time.Duration) error {
	p := r.Start(list, until)
	for p.Advance(r.World.Trace.Len() + 1<<20) {
	}
	return p.Err()
}

// Start begins to play a run with interventions, as PlayWith does; nothing has
// happened yet.
func (r *Run) Start(list []Intervention, until time.Duration) *Playing {
	return &Playing{run: r, out: NewOutside(r), list: list, until: until}
}

// Outside are the connections that the interventions have opened.
func (p *Playing) Outside() *Outside { return p.out }

// Err is what kept an intervention from taking effect; nil if nothing did.
func (p *Playing) Err() error { return p.err }

// Advance lets the run go on to the instant at which it has at least so many
// events. It tells whether there is more to come.
func (p *Playing) Advance(events int) (more bool) {
	for p.run.World.Trace.Len() < events && p.step(events) {
	}
	return !p.ended
}

// step does what comes next: one intervention, or all that happens at one
// instant; when no intervention is left, at all instants until there are so many
// events. It tells whether there is more to come.
func (p *Playing) step(events int) (more bool) {
	w := p.run.World
	end := p.until
	if end == 0 {
		end = p.run.Scenario.Until
	}
	p.intervene()
	if p.ended {
		return false
	}
	limit := end
	if p.pending == 0 && len(p.list) > 0 {
		limit = p.list[0].At
	}
	next, ok := w.Next()
	switch {
	case ok && next <= limit && len(p.list) == 0:
		w.RunOn(limit, events)
	case ok && next <= limit:
		w.RunUntil(next)
	case p.pending == 0 && len(p.list) > 0 && (p.until == 0 || limit <= p.until):
		w.RunUntil(limit)
		p.apply()
	case p.pending > 0 && !ok:
		p.fail(fmt.Errorf("intervention: event %d never happens; the run is at rest after event %d", p.list[0].After, w.Trace.Len()))
	default:
		p.ended = true
	}
	return !p.ended
}

// intervene arranges for the interventions that wait for an event, up to the
// next one that has a time.
func (p *Playing) intervene() {
	for p.pending < len(p.list) && p.list[p.pending].After > 0 && !p.ended {
		iv := p.list[p.pending]
		switch now := trace.Seq(p.run.World.Trace.Len()); {
		case iv.After > now:
			p.pending++
			p.run.World.After(iv.After, func() { p.happened(iv) })
		case iv.After <= p.run.booted && now == p.run.booted && p.pending == 0:
			p.apply() // nothing but what was there when the story began
		default:
			p.fail(fmt.Errorf("intervention: event %d has happened before the intervention above it", iv.After))
		}
	}
}

// happened is the event that the first intervention of the list waits for.
func (p *Playing) happened(iv Intervention) {
	p.pending--
	switch iv.Do {
	case DoBytes, DoSecured, DoClose, DoAbort:
		p.list = p.list[1:]
		p.run.World.Soon(func() { p.do(iv) })
	default:
		p.apply()
	}
}

// apply lets the first intervention of the list take effect.
func (p *Playing) apply() {
	iv := p.list[0]
	p.list = p.list[1:]
	p.do(iv)
}

func (p *Playing) do(iv Intervention) {
	if p.ended {
		return
	}
	if iv.Do == DoEnd {
		p.ended = true
		return
	}
	if err := p.out.Apply(iv); err != nil {
		p.fail(err)
	}
}

func (p *Playing) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.ended = true
}
