package lessons

import (
	"errors"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Attempt is what became of a task after a learner did something.
type Attempt struct {
	Branch   *scenario.Branch // played to the time at which the task is checked
	Trace    *trace.Trace     // its trace
	Outcomes []scenario.Outcome
}

// Solved tells whether everything is as the task wants it.
func (a *Attempt) Solved() bool {
	for _, o := range a.Outcomes {
		if !o.OK {
			return false
		}
	}
	return len(a.Outcomes) > 0
}

var errNoTask = errors.New("there is no task at this stop")

// Try plays the world of a task with what a learner did in it, lets it go on
// until the time at which the task is checked, or for as long again after the
// last deed, and checks it.
func (p *Play) Try(stop int, did []scenario.Intervention) (*Attempt, error) {
	task := p.Lesson.Stops[stop].Task
	if task == nil {
		return nil, errNoTask
	}
	s := *p.Lesson.Scenarios[task.Scenario]
	until := task.Until
	if n := len(did); n > 0 {
		until = max(until, did[n-1].At+task.Until-task.Begin)
	}
	s.Until = until
	b := scenario.NewBranch(&s, scenario.Options{MaxEvents: MaxEvents}, did...)
	if err := playOut(b); err != nil {
		return nil, err
	}
	checked := s
	checked.Expects = task.Checks
	return &Attempt{Branch: b, Trace: b.Trace(), Outcomes: scenario.Check(&checked, b.Trace())}, nil
}

// Solution is what solves the task of a stop, as the author says.
func (p *Play) Solution(stop int) []scenario.Intervention {
	task := p.Lesson.Stops[stop].Task
	if task == nil {
		return nil
	}
	var list []scenario.Intervention
	for _, a := range task.Solution() {
		user := a.User
		if user == "" {
			user = "#"
		}
		list = append(list, scenario.Intervention{
			At: task.Begin + a.At, Do: scenario.DoCommand, Host: a.Host, User: user, Line: a.Command, Data: []byte(a.Input),
		})
	}
	return list
}
