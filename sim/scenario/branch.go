package scenario

import (
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// A Branch is one course of events of a scenario: what its document says, and
// what somebody has done besides. It is a pure function of the scenario, the
// options and the list of interventions, so it can be played again, forked at
// any event, written down in a small file (see Write) or as a document (see
// Document).
//
// A branch is played in portions: Begin builds its world, Advance lets it go
// on. It belongs to one goroutine.
type Branch struct {
	Scenario *Scenario
	Options  Options
	// Done are the interventions in the order in which they took effect.
	Done []Intervention
	// Sink gets what comes back on the connections of the interventions; it may
	// be nil, and must be set before Begin.
	Sink func(conn int, d sim.Delivery)

	took  []trace.Seq // how many events there were when each of Done took effect
	run   *Run
	play  *Playing
	ended bool
	err   error
}

// NewBranch is the course of a scenario with interventions from its beginning
// on; without any it is the story as the document tells it.
func NewBranch(s *Scenario, o Options, done ...Intervention) *Branch {
	return &Branch{Scenario: s, Options: o, Done: done}
}

// Fork is the course that leaves b behind the event after, because of further
// interventions: up to this event both are the same to the octet. Interventions
// whose At and After are zero take effect directly after the event. The new
// branch has still to be begun.
func (b *Branch) Fork(after trace.Seq, list ...Intervention) *Branch {
	f := &Branch{Scenario: b.Scenario, Options: b.Options}
	for i, iv := range b.Done {
		if b.before(i, iv, after) {
			f.Done = append(f.Done, iv)
		}
	}
	for _, iv := range list {
		if iv.At == 0 && iv.After == 0 {
			iv.After = after
		}
		f.Done = append(f.Done, iv)
	}
	return f
}

// before tells whether an intervention took effect before an event.
func (b *Branch) before(i int, iv Intervention, s trace.Seq) bool {
	switch {
	case iv.After > 0:
		return iv.After < s
	case i < len(b.took):
		return b.took[i] < s
	}
	t := b.Trace()
	return t != nil && t.Has(s) && iv.At < t.At(s).At()
}

// Begin builds the world; nothing has happened yet.
func (b *Branch) Begin() error {
	r, err := Build(b.Scenario, b.Options)
	if err != nil {
		b.err = err
		return err
	}
	b.run, b.play = r, r.Start(b.Done, 0)
	b.play.out.Sink = b.Sink
	b.took, b.ended = nil, false
	return nil
}

// Run is the world of the branch; nil before Begin.
func (b *Branch) Run() *Run { return b.run }

// Trace is what has happened so far; nil before Begin.
func (b *Branch) Trace() *trace.Trace {
	if b.run == nil {
		return nil
	}
	return b.run.Trace()
}

// Err is what kept an intervention from taking effect; nil if nothing did.
func (b *Branch) Err() error { return b.err }

// Waiting is the number of interventions that have not taken effect yet.
func (b *Branch) Waiting() int {
	if b.play == nil {
		return len(b.Done)
	}
	return len(b.play.list)
}

// Now is the virtual time of the branch.
func (b *Branch) Now() time.Duration { return b.run.World.Now() }

// Next is the time of the next thing that happens by itself; ok is false when
// the world is at rest, or its story at its end.
func (b *Branch) Next() (at time.Duration, ok bool) {
	at, ok = b.run.World.Next()
	return at, ok && !b.ended && at <= b.Scenario.Until
}

// Step lets the world go on to the next instant at which something happens. It
// tells whether there is more to come.
func (b *Branch) Step() bool {
	if b.ended || b.err != nil {
		return false
	}
	if len(b.play.list) > 0 {
		return b.replay()
	}
	next, ok := b.Next()
	if ok {
		b.run.World.RunUntil(next)
	}
	return ok
}

// replay goes on while there are interventions that have not taken effect.
func (b *Branch) replay() bool {
	from := trace.Seq(b.Trace().Len())
	more := b.play.step(int(from) + 1)
	for len(b.took) < len(b.Done)-len(b.play.list) {
		at, iv := from, b.Done[len(b.took)]
		if iv.After > 0 {
			at = iv.After
		}
		b.took = append(b.took, at)
		b.ended = b.ended || iv.Do == DoEnd
	}
	b.err = b.play.Err()
	b.ended = b.ended || b.err != nil || !more && len(b.play.list) > 0
	return !b.ended
}

// Advance lets the branch go on until it has so many more events. It tells
// whether there is more to come.
func (b *Branch) Advance(events int) bool {
	for end := b.Trace().Len() + events; b.Trace().Len() < end; {
		if !b.Step() {
			return false
		}
	}
	return true
}

// Do lets somebody intervene at the present instant; what is done has to wait
// until all earlier interventions have taken effect.
func (b *Branch) Do(iv Intervention) error {
	iv.At, iv.After = b.run.World.Now(), 0
	from := trace.Seq(b.Trace().Len())
	if err := b.play.out.Apply(iv); err != nil {
		return err
	}
	b.Done, b.took = append(b.Done, iv), append(b.took, from)
	return nil
}

// Wait lets virtual time pass, with all that happens in it.
func (b *Branch) Wait(d time.Duration) { b.run.World.RunUntil(b.run.World.Now() + d) }

// Close ends the world wherever it is. The trace stays, and the files of the
// hosts.
func (b *Branch) Close() {
	if b.run != nil {
		b.run.Close()
	}
	b.ended = true
}
