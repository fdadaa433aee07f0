package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mailtrek/sim"
	"mailtrek/sim/export"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

func newRun(a *app) *cobra.Command {
	var format, grep, until, replay string
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "run a scenario without a screen: the trace as text",
		Args:  oneArg("a scenario", "alabala"),
		RunE: func(cmd *cobra.Command, args []string) error {
			limit, err := parseUntil(until)
			if err != nil {
				return err
			}
			if a.json {
				format = "jsonl"
			}
			return a.run(args[0], format, grep, limit, replay)
		},
	}
	f := c.Flags()
	f.StringVar(&format, "format", "text", "text or jsonl")
	f.StringVar(&grep, "grep", "", "only the events that a `SELECTOR` names, e.g. 'reply 5??'")
	f.StringVar(&until, "until", "", "end at this virtual `TIME`, e.g. 90s or 2h")
	f.StringVar(&replay, "replay", "", "play the interventions that 'serve --record FILE' has recorded")
	return c
}

func parseUntil(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, usagef("--until %s: a time such as 1.5s, 90s, 2h3m is expected", s)
	}
	return d, nil
}

func (a *app) run(name, format, grep string, until time.Duration, replay string) error {
	if format != "text" && format != "jsonl" {
		return usagef("unknown format %q; known: text, jsonl", format)
	}
	var sel *trace.Selector
	if grep != "" {
		var err error
		if sel, err = trace.ParseSelector(grep); err != nil {
			return usageError{err}
		}
	}
	s, err := a.load(name)
	if err != nil {
		return err
	}
	list, err := readReplay(replay)
	if err != nil {
		return err
	}
	if format == "jsonl" && sel == nil {
		return a.stream(s, list, until)
	}
	t, err := a.runScenario(s, list, until)
	if err != nil {
		return err
	}
	if sel != nil {
		if err := sel.Check(t); err != nil {
			return usageError{err}
		}
	}
	return a.print(t, format, sel)
}

// maxStreamed ends a run that is written while it goes on and would not come to
// rest; its memory does not grow with its events.
const maxStreamed = 2_000_000_000

// stream runs a scenario and writes its trace to standard output while it grows.
func (a *app) stream(s *scenario.Scenario, list []scenario.Intervention, until time.Duration) error {
	r, err := scenario.Build(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxStreamed, Live: list != nil})
	if err != nil {
		return err
	}
	defer r.Close()
	w := trace.NewWriter(a.out, r.Trace())
	r.World.Stream(w, sim.Streamed)
	if err := r.PlayWith(list, until); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	a.tellFull(r, maxStreamed)
	return nil
}

// print writes a trace, or what a selector names of it, to standard output.
func (a *app) print(t *trace.Trace, format string, sel *trace.Selector) error {
	var match func(trace.Seq) bool
	if sel != nil {
		match = func(s trace.Seq) bool { return sel.Match(t, s) }
	}
	if format == "jsonl" {
		w := trace.NewWriter(a.out, t)
		w.Match = match
		return w.Close()
	}
	return export.NewText(a.out, t, export.TextOptions{Match: match, Number: match != nil, ASCII: a.plain}).Flush()
}

func readReplay(file string) ([]scenario.Intervention, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := scenario.ReadInterventions(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return list, nil
}
