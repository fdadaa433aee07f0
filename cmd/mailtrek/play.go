package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// perform loads a scenario, runs it to its end and returns its trace.
func (a *app) perform(name string, until time.Duration) (*scenario.Scenario, *trace.Trace, error) {
	s, err := a.load(name)
	if err != nil {
		return nil, nil, err
	}
	t, err := a.runScenario(s, nil, until)
	return s, t, err
}

// maxEvents ends a run that would not come to rest.
const maxEvents = 20_000_000

func (a *app) runScenario(s *scenario.Scenario, list []scenario.Intervention, until time.Duration) (*trace.Trace, error) {
	r, err := scenario.Build(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxEvents, Live: list != nil})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.PlayWith(list, until); err != nil {
		return nil, err
	}
	a.tellFull(r, maxEvents)
	return r.Trace(), nil
}

// tellFull says so when a run was ended because it would not come to rest.
func (a *app) tellFull(r *scenario.Run, limit int) {
	if r.World.Full() {
		fmt.Fprintf(a.err, "mailtrek: the run was ended after %d events; --until TIME ends it earlier\n", limit)
	}
}

func newPlay(a *app) *cobra.Command {
	var at, lens string
	c := &cobra.Command{
		Use:   "play SCENARIO",
		Short: "step through a scenario on the screen",
		Long: `Steps through a scenario on the screen, or through a run that was saved from the
screen, at the place where it was saved. With --plain it is played in lines, also
through a pipe: next, back, lens log, goto 42, find RCPT, why, seat mail:25 from pc,
shell mail, what if mail down for 2m, help, quit.`,
		Args: oneArg("a scenario", "alabala"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !a.plain {
				if err := a.needsTerminal("mailtrek run " + args[0]); err != nil {
					return err
				}
			}
			if info, err := os.Stat(args[0]); err == nil && !info.IsDir() && !strings.HasSuffix(args[0], ".md") {
				return a.playFile(cmd.Context(), args[0], at, lens)
			}
			b, err := a.branch(args[0])
			if err != nil {
				return err
			}
			return a.showBranch(b, args[0], at, lens)
		},
	}
	c.Flags().StringVar(&at, "at", "", "begin at the first event that a `SELECTOR` names, e.g. 'smtp RCPT'")
	c.Flags().StringVar(&lens, "lens", "", "begin with this lens, e.g. ladder")
	return c
}

// playFile plays what is no scenario document: a run that was saved, at the
// place where it was saved, a trace, or a message that travels.
func (a *app) playFile(ctx context.Context, name, at, lens string) error {
	o, err := a.opened(name, mailOptions{world: "alabala"})
	switch {
	case err != nil:
		return err
	case o.branch == nil && a.plain:
		return a.showPlain(o.trace, at, lens)
	case o.branch == nil:
		return a.show(ctx, o.trace, at, lens)
	}
	if at == "" {
		at = eventSelector(o.at)
	}
	if lens == "" {
		lens = o.lens
	}
	return a.showBranch(o.branch, o.source, at, lens)
}

// startAt is the first event of a selector.
func startAt(t *trace.Trace, selector string) (trace.Seq, error) {
	if selector == "" {
		return 1, nil
	}
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		return 0, usageError{err}
	}
	s := sel.Next(t, 0)
	if s == 0 {
		if err := sel.Check(t); err != nil {
			return 0, usageError{err}
		}
		return 0, fmt.Errorf("no event matches %q", selector)
	}
	return s, nil
}
