// Package export turns a trace into forms that other tools and people read: a
// story in text, dialogues, JSONL, and a folder of the files that an
// administrator would have collected on the way (packets, log, queue moves,
// stored messages).
//
// Everything here is a pure function of the trace. Files are handed to a
// FileSet, so the package opens none itself. What a message, a name or a reply
// contains never reaches a terminal raw: text forms show control characters,
// escape sequences and bidi marks as marks (wire.Visible).
package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"mailtrek/sim/trace"
)

// FileSet takes the files of an export. Who implements it decides where they
// go and whether they may replace others; it should make them visible only
// when the export has succeeded. A name has no slash and no character outside
// A-Z, a-z, 0-9, ".", "_" and "-", and does not begin with a dot.
type FileSet interface {
	Add(name string, content []byte) error
}

// Format is one form in which a trace can be exported.
type Format struct {
	Name    string
	Summary string
	Ext     string // of the file, with the dot; empty for a folder of files

	write  func(w io.Writer, t *trace.Trace) error
	folder func(t *trace.Trace, to FileSet) error
}

// Formats are all forms, in the order in which they are listed.
func Formats() []Format {
	return []Format{
		{Name: "text", Summary: "the story, to be read from top to bottom", Ext: ".txt", write: writeText},
		{Name: "transcript", Summary: "all dialogues as C: and S: lines", Ext: ".transcript.txt", write: Transcript},
		{Name: "jsonl", Summary: "every event as a JSON object; mailtrek open reads it back", Ext: ".jsonl", write: writeJSONL},
		{Name: "folder", Summary: "actions, connections, DNS packets, dialogues, log, queue moves and stored messages, a file each", folder: Folder},
	}
}

// ErrFormat is wrapped by the error about an unknown format.
var ErrFormat = errors.New("unknown format")

// FormatNamed is the form of that name.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("%w %q; there are %s", ErrFormat, name, strings.Join(names, ", "))
}

// Folder tells whether the form is a folder of files rather than one file.
func (f Format) Folder() bool { return f.folder != nil }

// Export writes the trace in the form named to a FileSet; a form of one file
// is called after the scenario.
func Export(t *trace.Trace, format string, to FileSet) error {
	f, err := FormatNamed(format)
	if err != nil {
		return err
	}
	if f.folder != nil {
		return f.folder(t, to)
	}
	var b bytes.Buffer
	if err := f.write(&b, t); err != nil {
		return err
	}
	name := fileName(t.Header.Scenario)
	if t.Header.Scenario == "" {
		name = "trace"
	}
	return to.Add(name+f.Ext, b.Bytes())
}

// Write writes the trace in a form of one file.
func Write(w io.Writer, t *trace.Trace, format string) error {
	f, err := FormatNamed(format)
	if err != nil {
		return err
	}
	if f.folder != nil {
		return fmt.Errorf("the format %s makes a folder of files, it cannot be one stream", format)
	}
	return f.write(w, t)
}

func writeJSONL(w io.Writer, t *trace.Trace) error { return t.Write(w) }

func writeText(w io.Writer, t *trace.Trace) error {
	tw := NewText(w, t, TextOptions{})
	if err := tw.Flush(); err != nil {
		return err
	}
	return tw.Close()
}

// fileName makes a name from outside fit to be part of a file's name.
func fileName(s string) string {
	b := []byte(s)
	for i, c := range b {
		ok := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0
		if !ok {
			b[i] = '_'
		}
	}
	if len(b) > 80 {
		b = b[:80]
	}
	return string(b)
}
