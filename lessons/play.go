package lessons

import (
	"fmt"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Play is a lesson with the runs of its scenarios.
type Play struct {
	Lesson *scenario.Lesson
	Places []Place // of each stop
	// Traces are the finished runs, by the id of the scenario. A scenario that
	// only a task begins with has none: its future depends on the learner.
	Traces map[string]*trace.Trace

	branches map[string]*scenario.Branch // the runs of Traces, to fork them
	keys     []Key
}

// Place is where a stop stands in a trace.
type Place struct {
	Scenario string
	At       trace.Seq // where the cursor stands
	Asked    trace.Seq // the event that a question is about, which is not to be seen yet; 0 if none
	Show     trace.Seq // where to look when the question is answered; 0: stay
	Lens     string    // empty: the one that is there
}

// MaxEvents ends the run of a scenario that would not come to rest.
const MaxEvents = 2_000_000

// NewPlay runs the scenarios of a lesson, finds the place of every stop and
// computes the key of every question. The error is of type scenario.Errors:
// stops that have no place, and questions that have not exactly one key.
func NewPlay(l *scenario.Lesson) (*Play, error) {
	p := &Play{Lesson: l, Traces: map[string]*trace.Trace{}, branches: map[string]*scenario.Branch{}}
	for _, s := range l.Stops {
		if s.Task != nil || p.Traces[s.Scenario] != nil {
			continue
		}
		b := scenario.NewBranch(l.Scenarios[s.Scenario], scenario.Options{MaxEvents: MaxEvents})
		if err := playOut(b); err != nil {
			return nil, scenario.Errors{{File: l.File, Message: fmt.Sprintf("the scenario %s cannot be played: %v", s.Scenario, err)}}
		}
		p.Traces[s.Scenario], p.branches[s.Scenario] = b.Trace(), b
	}
	problems := p.find()
	for i := range l.Stops {
		k := Key{}
		if q := l.Stops[i].Quiz; q != nil && len(problems) == 0 {
			var problem *scenario.Problem
			if k, problem = p.key(i, q); problem != nil {
				problems = append(problems, problem)
			}
		}
		p.keys = append(p.keys, k)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// playOut plays a branch to its end.
func playOut(b *scenario.Branch) error {
	if err := b.Begin(); err != nil {
		return err
	}
	defer b.Close()
	for b.Advance(1 << 20) {
	}
	return b.Err()
}

// find finds the places of all stops.
func (p *Play) find() (problems scenario.Errors) {
	last := Place{At: 1}
	played := ""
	for i := range p.Lesson.Stops {
		s := &p.Lesson.Stops[i]
		here := Place{Scenario: s.Scenario, At: 1}
		if s.Scenario == played {
			here.At = last.At
		}
		var problem *scenario.Problem
		switch {
		case s.Step != nil:
			here.Lens = s.Step.Lens
			problem = p.goTo(&here.At, s.Step.Go, here, s.Step)
		case s.Quiz != nil:
			here.Lens = s.Quiz.Lens
			problem = p.ask(&here, s.Quiz)
		case s.Task != nil:
			here.Lens = s.Task.Lens
		}
		if problem != nil {
			problems = append(problems, problem)
		}
		p.Places = append(p.Places, here)
		if s.Task != nil {
			continue
		}
		last, played = here, s.Scenario
		last.At = max(here.At, here.Asked, here.Show)
	}
	return problems
}

// ask finds the place of a question: the play stops before the event asked
// about.
func (p *Play) ask(here *Place, q *scenario.Quiz) *scenario.Problem {
	if q.At != nil {
		if problem := p.goTo(&here.Asked, q.At, *here, q); problem != nil {
			return problem
		}
		here.At = max(here.Asked-1, 1)
		here.Show = here.Asked
	}
	if q.Show == nil {
		return nil
	}
	from := *here
	from.At = max(here.At, here.Asked)
	return p.goTo(&here.Show, q.Show, from, q)
}

// placed is what stands in a document.
type placed interface {
	Problem(message, want string) *scenario.Problem
}

// goTo finds the event of a spot.
func (p *Play) goTo(at *trace.Seq, spot *scenario.Spot, from Place, what placed) *scenario.Problem {
	if spot == nil {
		return nil
	}
	s := resolve(p.Traces[from.Scenario], spot, from.At)
	if s == 0 {
		return what.Problem(fmt.Sprintf("in the run of %s no event is %q", from.Scenario, spot.Text), "a selector that names an event")
	}
	*at = s
	return nil
}

// resolve is the event of a spot, seen from an event; 0 if there is none.
func resolve(t *trace.Trace, spot *scenario.Spot, from trace.Seq) trace.Seq {
	switch spot.Which {
	case "next":
		return spot.Selector.Next(t, from)
	case "last":
		return spot.Selector.Prev(t, trace.Seq(t.Len())+1)
	}
	return spot.Selector.Next(t, 0)
}

// Trace is the run that is played at a stop; nil at a task, whose world the
// learner changes.
func (p *Play) Trace(stop int) *trace.Trace {
	if p.Lesson.Stops[stop].Task != nil {
		return nil
	}
	return p.Traces[p.Places[stop].Scenario]
}

// Branch is the run that is played at a stop, from which others can be forked;
// nil at a task, whose world the learner changes.
func (p *Play) Branch(stop int) *scenario.Branch {
	if p.Lesson.Stops[stop].Task != nil {
		return nil
	}
	return p.branches[p.Places[stop].Scenario]
}

// Horizon is the last event of a stop's run that may be seen: the one before
// the first event that a question asks about which is still to be answered, at
// this stop or at a later one. What the stop itself shows is always in sight.
// 0 is no limit.
func (p *Play) Horizon(g *Progress, stop int) trace.Seq {
	if p.Lesson.Stops[stop].Task != nil {
		return 0
	}
	here := p.Places[stop]
	if here.Asked != 0 && p.Open(g, stop) {
		return here.At
	}
	least := max(here.At, here.Show, p.keys[stop].Event)
	limit := trace.Seq(0)
	for i := stop + 1; i < len(p.Places); i++ {
		place := p.Places[i]
		if place.Scenario != here.Scenario || p.Lesson.Stops[i].Task != nil || place.Asked == 0 || !p.Open(g, i) {
			continue
		}
		if at := max(place.At, least); limit == 0 || at < limit {
			limit = at
		}
	}
	return limit
}
