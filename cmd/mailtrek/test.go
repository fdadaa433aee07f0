package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

func newTest(a *app) *cobra.Command {
	var builtin bool
	c := &cobra.Command{
		Use:   "test FILE...",
		Short: "check documents and run their expectations",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !builtin {
				return usagef("mailtrek test: which documents? For example 'mailtrek test my-scenario.md', or --builtin")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if builtin {
				args = append(args, builtinIDs()...)
			}
			return a.test(args)
		},
	}
	c.Flags().BoolVar(&builtin, "builtin", false, "all documents that come with the program")
	return c
}

func builtinIDs() []string {
	ids := lessonIDs()
	for _, name := range scenarios.Names() {
		ids = append(ids, documentID(name))
	}
	return ids
}

// verdict is what test says about a document.
type verdict struct {
	Document string    `json:"document"`
	OK       bool      `json:"ok"`
	Lesson   string    `json:"lesson,omitempty"` // what a lesson has
	Events   int       `json:"events"`
	Checks   []checked `json:"checks,omitempty"`
	Problem  string    `json:"problem,omitempty"`
	Warnings []string  `json:"warnings,omitempty"`
}

type checked struct {
	Expect string `json:"expect"`
	OK     bool   `json:"ok"`
	Why    string `json:"why,omitempty"`
}

// test checks each document and tells of all; the exit status says whether
// every one is as it should be.
func (a *app) test(names []string) error {
	fine := true
	var all []verdict
	for _, name := range names {
		v, err := a.judge(name)
		if err != nil {
			return err
		}
		fine = fine && v.OK
		all = append(all, v)
		if !a.json {
			a.printVerdict(v)
		}
	}
	if a.json {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(all); err != nil {
			return err
		}
	}
	if !fine {
		return errSaid
	}
	return nil
}

// judge runs one document. The error is wrong usage, not a broken document.
func (a *app) judge(name string) (verdict, error) {
	v := verdict{Document: name}
	if isLesson(name) {
		return a.judgeLesson(v)
	}
	s, err := a.load(name)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return v, err
	case err != nil:
		v.Problem = err.Error()
		return v, nil
	}
	for _, w := range s.Warnings {
		v.Warnings = append(v.Warnings, w.String())
	}
	t, err := a.runScenario(s, nil, 0)
	if err != nil {
		v.Problem = err.Error()
		return v, nil
	}
	v.OK, v.Events = true, t.Len()
	for _, o := range scenario.Check(s, t) {
		v.OK = v.OK && o.OK
		v.Checks = append(v.Checks, checked{o.Expect.Text, o.OK, o.Why})
	}
	return v, nil
}

func (a *app) printVerdict(v verdict) {
	name := wire.Visible(v.Document)
	for _, w := range v.Warnings {
		fmt.Fprintln(a.err, visibleLines(w))
	}
	if v.Problem != "" {
		fmt.Fprintf(a.out, "FAIL  %s\n", name)
		fmt.Fprintln(a.err, visibleLines(v.Problem))
		return
	}
	if v.Lesson != "" {
		fmt.Fprintf(a.out, "ok    %s: %s\n", name, v.Lesson)
		return
	}
	met := 0
	for _, c := range v.Checks {
		if c.OK {
			met++
		}
	}
	mark := "ok  "
	if !v.OK {
		mark = "FAIL"
	}
	fmt.Fprintf(a.out, "%s  %s: %d events, %d of %d expectations met\n", mark, name, v.Events, met, len(v.Checks))
	for _, c := range v.Checks {
		if !c.OK {
			fmt.Fprintf(a.out, "      not met: %s\n               %s\n", wire.Visible(c.Expect), wire.Visible(c.Why))
		}
	}
}
