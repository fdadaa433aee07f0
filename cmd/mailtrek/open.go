package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

func newOpen(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "open FILE",
		Short: "open a trace that was written as JSONL, on the screen or as text",
		Args:  oneArg("a file", "alabala.jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.readTrace(args[0])
			if err != nil {
				return err
			}
			if a.json {
				format = "jsonl"
			}
			switch format {
			case "text", "jsonl":
				return a.print(t, format, nil)
			case "":
			default:
				return usagef("unknown format %q; known: text, jsonl", format)
			}
			if err := a.needsTerminal("mailtrek open --format text " + args[0]); err != nil {
				return err
			}
			return a.show(cmd.Context(), t, "", "")
		},
	}
	c.Flags().StringVar(&format, "format", "", "no screen: print it as text or jsonl")
	return c
}

// readTrace reads a trace from a file, "-" being standard input.
func (a *app) readTrace(name string) (*trace.Trace, error) {
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
	t, warning, err := trace.Read(bufio.NewReaderSize(io.Reader(in), 1<<16))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wire.Visible(name), err)
	}
	if warning != "" {
		fmt.Fprintf(a.err, "mailtrek: %s: %s\n", wire.Visible(name), wire.Visible(warning))
	}
	return t, nil
}
