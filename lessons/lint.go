package lessons

import (
	"fmt"

	"mailtrek/sim/scenario"
)

// Lint looks for what keeps a lesson from being taught, besides what loading
// it reports: stops without a place, questions without exactly one key, tasks
// that are solved before anybody does anything, or not by their solution. The
// error is of type scenario.Errors.
func Lint(l *scenario.Lesson) error {
	p, err := NewPlay(l)
	if err != nil {
		return err
	}
	var problems scenario.Errors
	for i := range l.Stops {
		if l.Stops[i].Task == nil {
			continue
		}
		if problem := p.lintTask(i); problem != nil {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func (p *Play) lintTask(stop int) *scenario.Problem {
	task := p.Lesson.Stops[stop].Task
	before, err := p.Try(stop, nil)
	switch {
	case err != nil:
		return task.Problem(fmt.Sprintf("the scenario %s cannot be played: %v", task.Scenario, err), "")
	case before.Solved():
		return task.Problem("everything that is checked holds before anybody does anything", "a check that does not hold yet")
	}
	after, err := p.Try(stop, p.Solution(stop))
	if err != nil {
		return task.Problem(fmt.Sprintf("the solution cannot be performed: %v", err), "")
	}
	for _, o := range after.Outcomes {
		if !o.OK {
			return task.Problem(fmt.Sprintf("the solution does not solve it: %s: %s", o.Expect.Text, o.Why), "commands in the last hint that do")
		}
	}
	return nil
}
