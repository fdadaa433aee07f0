package main

import (
	"bufio"
	"fmt"
	"os"

	"mailtrek/protocols/wire"
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

// openBranch opens a file that a branch was saved in; the branch is nil when
// the file is none.
func (a *app) openBranch(name string) (*scenario.Branch, scenario.BranchFile, error) {
	var none scenario.BranchFile
	if name == "-" {
		return nil, none, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, none, nil // whoever reads the trace says why
	}
	defer file.Close()
	in := bufio.NewReader(file)
	if head, _ := in.Peek(64); !scenario.IsBranchFile(head) {
		return nil, none, nil
	}
	f, err := scenario.ReadBranchFile(in)
	if err != nil {
		return nil, none, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	s, err := a.load(f.Scenario)
	if err != nil {
		return nil, none, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	if a.hasSeed {
		f.Seed = &a.seed
	}
	b, err := a.playBranch(scenario.NewBranch(s, scenario.Options{Seed: f.Seed, MaxEvents: maxEvents}, f.Done...))
	if err != nil {
		return nil, none, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	return b, f, nil
}

// eventSelector names an event by its number; 0 is none.
func eventSelector(s trace.Seq) string {
	if s == 0 {
		return ""
	}
	return fmt.Sprintf("event %d", s)
}
