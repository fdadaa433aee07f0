package lessons

import (
	"mailtrek/sim/scenario"
)

// Go makes a stop the one where the learner is; beyond the ends it stays.
func (p *Play) Go(g *Progress, stop int) {
	g.Stop = max(min(stop, len(p.Lesson.Stops)-1), 0)
	g.ID = p.Lesson.Stops[g.Stop].ID
	g.Seen = max(g.Seen, g.Stop)
}

// Open tells whether something is still to be answered or done at a stop.
func (p *Play) Open(g *Progress, stop int) bool {
	s := &p.Lesson.Stops[stop]
	if s.Quiz == nil && s.Task == nil {
		return false
	}
	r := g.Done[s.ID]
	return !r.Right && !r.Given
}

// Answer takes a learner's answer to the question of a stop and tells whether
// it is right. A question that was answered rightly, or given up, keeps its record.
func (p *Play) Answer(g *Progress, stop int, a Answer) bool {
	right := p.Judge(stop, a)
	if !p.Open(g, stop) {
		return right
	}
	id := p.Lesson.Stops[stop].ID
	r := g.Done[id]
	r.Tries++
	r.Right, r.Answer = right, a
	g.Done[id] = r
	return right
}

// GiveUp shows the answer to a question, or leaves a task as it is.
func (p *Play) GiveUp(g *Progress, stop int) {
	if !p.Open(g, stop) {
		return
	}
	id := p.Lesson.Stops[stop].ID
	r := g.Done[id]
	r.Given = true
	g.Done[id] = r
}

// Check plays what a learner did in the task of a stop, checks it, and notes
// it. It can be repeated.
func (p *Play) Check(g *Progress, stop int, did []scenario.Intervention) (*Attempt, error) {
	a, err := p.Try(stop, did)
	if err != nil {
		return nil, err
	}
	id := p.Lesson.Stops[stop].ID
	r := g.Done[id]
	if !r.Right {
		r.Tries++
		r.Right = a.Solved()
	}
	r.Did = did
	g.Done[id] = r
	return a, nil
}

// Hint takes one hint more at a stop, and tells how many there are to see now;
// more is false when that were all before.
func (p *Play) Hint(g *Progress, stop int) (shown int, more bool) {
	s := &p.Lesson.Stops[stop]
	r := g.Done[s.ID]
	if r.Hints >= len(hints(s)) {
		return r.Hints, false
	}
	r.Hints++
	g.Done[s.ID] = r
	return r.Hints, true
}

// Hints is the number of hints that a stop has.
func (p *Play) Hints(stop int) int { return len(hints(&p.Lesson.Stops[stop])) }

// The points of a question and of a task, for who needs no help.
const (
	quizPoints = 2
	taskPoints = 4
)

// Score is what a learner has reached, and what can be reached. A question gives
// two points at the first try without a hint, else one; a task gives four, one
// less for each hint but at least one, and none for the solution copied.
func (p *Play) Score(g *Progress) (points, of int) {
	for i := range p.Lesson.Stops {
		s := &p.Lesson.Stops[i]
		r := g.Done[s.ID]
		switch {
		case s.Quiz != nil:
			of += quizPoints
			if r.Right && r.Tries == 1 && r.Hints == 0 {
				points += quizPoints
			} else if r.Right {
				points++
			}
		case s.Task != nil:
			of += taskPoints
			if r.Right && r.Hints < len(s.Task.Hints) {
				points += max(taskPoints-r.Hints, 1)
			}
		}
	}
	return points, of
}

// Count is how many questions and tasks are done, and how many there are.
func (p *Play) Count(g *Progress) (done, of int) {
	for i := range p.Lesson.Stops {
		s := &p.Lesson.Stops[i]
		if s.Quiz == nil && s.Task == nil {
			continue
		}
		of++
		if g.Done[s.ID].Right {
			done++
		}
	}
	return done, of
}
