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
			b, f, err := a.openBranch(args[0])
			if err != nil {
				return err
			}
			if a.json {
				format = "jsonl"
			}
			if b == nil && format == "" && !a.plain && strings.HasSuffix(args[0], ".jsonl") {
				return a.openScreen(args[0])
			}
			var t *trace.Trace
			if b != nil {
				t = b.Trace()
			} else if t, err = a.opened(args[0], mail); err != nil {
				return err
			}
			switch format {
			case "text", "jsonl":
				return a.print(t, format, nil)
			case "":
			default:
				return usagef("unknown format %q; known: text, jsonl", format)
			}
			if a.plain {
				return a.showPlain(t, "", "")
			}
			if err := a.needsTerminal("mailtrek open --format text " + args[0]); err != nil {
				return err
			}
			if b != nil {
				return a.showBranch(b, f.Scenario, eventSelector(f.At), "")
			}
			return a.show(cmd.Context(), t, "", "")
		},
	}
	c.Flags().StringVar(&format, "format", "", "no screen: print it as text or jsonl")
	c.Flags().StringVarP(&mail.world, "scenario", "s", "alabala", "the `SCENARIO` through whose internet a message travels")
	c.Flags().StringVar(&mail.as, "as", "", "whose mail program sends it, as `USER@HOST` (default: its author's, or the first)")
	c.Flags().StringSliceVar(&mail.to, "to", nil, "the `ADDRESS` of the envelope (default: those of the header that live there)")
	return c
}

// opened reads a trace, or lets a message travel, from a file, "-" being
// standard input.
func (a *app) opened(name string, mail mailOptions) (*trace.Trace, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("%s: no such file", wire.Visible(name))
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	buffered := bufio.NewReaderSize(in, 1<<16)
	if !isTrace(buffered) {
		return a.openMail(name, buffered, mail)
	}
	t, warning, err := trace.Read(buffered)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	if warning != "" {
		fmt.Fprintf(a.err, "mailtrek: %s: %s\n", wire.Visible(name), wire.Visible(warning))
	}
	return t, nil
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
