package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// branch loads a scenario and plays it to its end, so that the screen can fork
// it.
func (a *app) branch(name string) (*scenario.Branch, error) {
	s, err := a.load(name)
	if err != nil {
		return nil, err
	}
	return a.playBranch(scenario.NewBranch(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxEvents}))
}

// worldOf is the run of a built-in scenario as the head of a trace names it.
func (a *app) worldOf(h trace.Header) (*scenario.Branch, error) {
	if _, ok := scenarios.Find(h.Scenario); !ok {
		return nil, fmt.Errorf("no built-in scenario %q", h.Scenario)
	}
	s, err := a.load(h.Scenario)
	if err != nil {
		return nil, err
	}
	seed := h.Seed
	return scenario.NewBranch(s, scenario.Options{Seed: &seed, MaxEvents: maxEvents}), nil
}

// playBranch plays a branch to its end.
func (a *app) playBranch(b *scenario.Branch) (*scenario.Branch, error) {
	if err := b.Begin(); err != nil {
		return nil, err
	}
	defer b.Close()
	for b.Advance(1 << 20) {
	}
	a.tellFull(b.Run(), maxEvents)
	return b, b.Err()
}

// savedBranch plays a branch that was saved in a file of that name.
func (a *app) savedBranch(name string, in io.Reader) (o openedFile, err error) {
	f, err := scenario.ReadBranchFile(in)
	if err != nil {
		return o, err
	}
	var s *scenario.Scenario
	if l := f.Letter; l != nil {
		s, err = a.savedLetter(name, l)
	} else {
		s, err = a.load(f.Scenario)
	}
	if err != nil {
		return o, err
	}
	if a.hasSeed {
		f.Seed = &a.seed
	}
	o.branch, err = a.playBranch(scenario.NewBranch(s, scenario.Options{Seed: f.Seed, MaxEvents: maxEvents}, f.Done...))
	if err != nil {
		return o, err
	}
	o.trace, o.source, o.at, o.lens = o.branch.Trace(), f.Scenario, f.At, f.Lens
	return o, nil
}

// savedLetter is the scenario of a message whose file a saved branch names: it
// is looked for where it was, then beside the branch.
func (a *app) savedLetter(branch string, l *scenario.Letter) (*scenario.Scenario, error) {
	file, err := os.Open(l.File)
	if err != nil {
		beside := filepath.Join(filepath.Dir(branch), filepath.Base(l.File))
		if file, err = os.Open(beside); err != nil {
			return nil, fmt.Errorf("the message %s of the branch is not there, nor beside it", wire.Visible(l.File))
		}
	}
	defer file.Close()
	return a.openMail(l.File, file, mailOptions{world: l.World, as: l.As, to: l.To})
}

// eventSelector names an event by its number; 0 is none.
func eventSelector(s trace.Seq) string {
	if s == 0 {
		return ""
	}
	return fmt.Sprintf("event %d", s)
}
