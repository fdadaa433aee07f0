package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/sim/export"
)

func newExport(a *app) *cobra.Command {
	var format, output, until string
	var force bool
	var names []string
	for _, f := range export.Formats() {
		names = append(names, f.Name)
	}
	c := &cobra.Command{
		Use:   "export SCENARIO -f FORMAT -o FILE",
		Short: "write the trace of a scenario in another form",
		Args:  oneArg("a scenario", "alabala -f folder -o DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := export.FormatNamed(format)
			if err != nil {
				return usageError{err}
			}
			if output == "" {
				return usagef("mailtrek export: where to? Say -o FILE, or -o DIR with -f folder")
			}
			limit, err := parseUntil(until)
			if err != nil {
				return err
			}
			if err := mayExport(f, output, force); err != nil {
				return err
			}
			_, t, err := a.perform(args[0], limit)
			if err != nil {
				return err
			}
			set := &fileSet{dir: output, force: force}
			if err := export.Export(t, f.Name, set); err != nil {
				return err
			}
			return set.write(f.Folder())
		},
	}
	fl := c.Flags()
	fl.StringVarP(&format, "format", "f", "text", "one of "+strings.Join(names, ", "))
	fl.StringVarP(&output, "output", "o", "", "the `FILE`, or with -f folder the folder")
	fl.StringVar(&until, "until", "", "end at this virtual `TIME`")
	fl.BoolVar(&force, "force", false, "overwrite files")
	return c
}

// mayExport looks early whether the target can be written.
func mayExport(f export.Format, output string, force bool) error {
	if !f.Folder() {
		return mayWrite(output, force)
	}
	entries, err := os.ReadDir(output)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot write into %s: %w", wire.Visible(output), cause(err))
	case len(entries) > 0 && !force:
		return fmt.Errorf("%s is not empty; --force writes into it", wire.Visible(output))
	}
	return nil
}

// fileSet gathers the files of an export and writes them when all are there.
type fileSet struct {
	dir   string
	force bool
	names []string
	data  [][]byte
}

// Add takes a file.
func (s *fileSet) Add(name string, content []byte) error {
	s.names, s.data = append(s.names, name), append(s.data, content)
	return nil
}

// write writes what has been gathered: a folder of files, or one file.
func (s *fileSet) write(folder bool) error {
	if !folder {
		return writeFile(s.dir, s.force, func(w *bufio.Writer) error {
			for _, d := range s.data {
				if _, err := w.Write(d); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("cannot write into %s: %w", wire.Visible(s.dir), cause(err))
	}
	for i, name := range s.names {
		err := writeFile(filepath.Join(s.dir, name), s.force, func(w *bufio.Writer) error {
			_, err := w.Write(s.data[i])
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
