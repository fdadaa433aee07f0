package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

func newOpen(a *app) *cobra.Command {
	var format string
	var mail mailOptions
	c := &cobra.Command{
		Use:   "open FILE",
		Short: "open a trace or a saved run (JSONL), or let a message (.eml) travel",
		Long: `A trace that was written as JSONL is shown as it happened. A run that was saved
from the screen is played again, to the event at which it was saved. A message,
as mail programs save it (.eml), or a header alone, is sent through the internet
of a scenario: somebody there hands it in, and later everybody reads their mail.`,
		Args: oneArg("a file", "alabala.jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json {
				format = "jsonl"
			}
			if format == "" && !a.plain && traceFile(args[0]) {
				return a.openScreen(args[0])
			}
			o, err := a.opened(args[0], mail)
			if err != nil {
				return err
			}
			switch format {
			case "text", "jsonl":
				return a.print(o.trace, format, nil)
			case "":
			default:
				return usagef("unknown format %q; known: text, jsonl", format)
			}
			if !a.plain {
				if err := a.needsTerminal("mailtrek open --format text " + args[0]); err != nil {
					return err
				}
			}
			switch {
			case o.branch != nil:
				return a.showBranch(o.branch, o.source, eventSelector(o.at), o.lens)
			case a.plain:
				return a.showPlain(o.trace, "", "")
			}
			return a.show(cmd.Context(), o.trace, "", "")
		},
	}
	c.Flags().StringVar(&format, "format", "", "no screen: print it as text or jsonl")
	c.Flags().StringVarP(&mail.world, "scenario", "s", "alabala", "the `SCENARIO` through whose internet a message travels")
	c.Flags().StringVar(&mail.as, "as", "", "whose mail program sends it, as `USER@HOST` (default: its author's, or the first)")
	c.Flags().StringSliceVar(&mail.to, "to", nil, "the `ADDRESS` of the envelope (default: those of the header that live there)")
	return c
}

// openedFile is what a file holds: a trace, and where its world can be made
// again, the branch.
type openedFile struct {
	trace  *trace.Trace
	branch *scenario.Branch
	source string    // how the scenario of the branch is found again
	at     trace.Seq // the event to begin with; 0 is the first
	lens   string    // the lens to begin with; "" is the first
}

// traceFile tells whether a file is a trace in all likelihood: a branch has
// the same ending and another beginning.
func traceFile(name string) bool {
	if !strings.HasSuffix(name, ".jsonl") {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head, _ := bufio.NewReader(f).Peek(64)
	return !scenario.IsBranchFile(head)
}

// opened reads a trace or a branch, or lets a message travel, from a file, "-"
// being standard input.
func (a *app) opened(name string, mail mailOptions) (o openedFile, err error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return o, usagef("%s: no such file", wire.Visible(name))
		}
		if err != nil {
			return o, err
		}
		defer f.Close()
		in = f
	}
	buffered := bufio.NewReaderSize(in, 1<<16)
	if head, _ := buffered.Peek(64); scenario.IsBranchFile(head) {
		if o, err = a.savedBranch(name, buffered); err != nil {
			return o, fmt.Errorf("%s: %w", wire.Visible(name), err)
		}
		return o, nil
	}
	if !isTrace(buffered) {
		s, err := a.openMail(name, buffered, mail)
		if err != nil {
			return o, err
		}
		o.branch, err = a.playBranch(scenario.NewBranch(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxEvents}))
		if err != nil {
			return o, err
		}
		o.trace, o.source = o.branch.Trace(), name
		return o, nil
	}
	t, warning, err := trace.Read(buffered)
	if err != nil {
		return o, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	if warning != "" {
		fmt.Fprintf(a.err, "mailtrek: %s: %s\n", wire.Visible(name), wire.Visible(warning))
	}
	o.trace = t
	return o, nil
}

// openScreen reads a trace behind a bar: a long one takes its time, and can be
// given up.
func (a *app) openScreen(name string) error {
	if err := a.needsTerminal("mailtrek open --format text " + name); err != nil {
		return err
	}
	o, err := a.screenOptions()
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("%s: no such file", wire.Visible(name))
	}
	if err != nil {
		return err
	}
	defer f.Close()
	size := int64(0)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	m := tui.Open(filepath.Base(name), size, bufio.NewReaderSize(f, 1<<16), o)
	if err := tui.Run(m, a.in, a.out); err != nil {
		return err
	}
	if err := m.Err(); err != nil && !errors.Is(err, tui.ErrGivenUp) {
		return fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	return nil
}
