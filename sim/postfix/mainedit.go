package postfix

import (
	"fmt"
	"strings"
)

// EditMain changes the text of a main.cf as "postconf -e" does: each edit is
// "name = value"; the logical line that sets the name is replaced where it
// stands, and so is a further one of the same name, comments stay, and a name that
// was not set is added at the end.
func EditMain(text string, edits ...string) (string, error) {
	names := make([]string, 0, len(edits))
	wanted := map[string]string{}
	for _, edit := range edits {
		if strings.ContainsAny(strings.TrimRight(edit, "\r\n"), "\r\n") {
			return "", Diag{Fatal: true, Text: "-e, -X, or -# accepts no multi-line input"}
		}
		name, value, problem := splitNameValue(edit)
		if problem != "" {
			return "", Diag{Fatal: true, Text: fmt.Sprintf("%s: %q", problem, edit)}
		}
		if _, seen := wanted[name]; !seen {
			names = append(names, name)
		}
		wanted[name] = value
	}
	written := map[string]bool{}
	out := rewriteMain(text, func(name, _ string) (string, bool) {
		value, ok := wanted[name]
		if !ok {
			return "", false
		}
		written[name] = true
		return name + " = " + value + "\n", true
	})
	for _, name := range names {
		if !written[name] {
			out = endWithNewline(out) + name + " = " + wanted[name] + "\n"
		}
	}
	return out, nil
}

// EditMainBlock is EditMain with the edits written as a main.cf of their own,
// continuation lines included, as a scenario's main.cf block has them.
func EditMainBlock(text, file, block string) (string, []Diag) {
	changes, diags := ParseMain(file, block)
	edits := make([]string, 0, len(changes.Entries()))
	for _, e := range changes.Entries() {
		edits = append(edits, e.Name+" = "+e.Value)
	}
	out, err := EditMain(text, edits...)
	if err != nil {
		return text, append(diags, Diag{Fatal: true, File: file, Text: err.Error()})
	}
	return out, diags
}

// RemoveFromMain removes names as "postconf -X" does, or with comment puts a
// "#" before them as "postconf -#" does.
func RemoveFromMain(text string, comment bool, names ...string) string {
	gone := map[string]bool{}
	for _, name := range names {
		gone[name] = true
	}
	return rewriteMain(text, func(name, old string) (string, bool) {
		if !gone[name] {
			return "", false
		}
		if !comment {
			return "", true
		}
		var b strings.Builder
		for line := range strings.Lines(old) {
			b.WriteString("#" + line)
		}
		return b.String(), true
	})
}

// rewriteMain passes every logical line to change, which may replace it.
// Comments that stand inside a replaced logical line are kept before it.
func rewriteMain(text string, change func(name, old string) (string, bool)) string {
	lines, _ := logicalLines(MainFile, text)
	var b strings.Builder
	at := 0
	for _, l := range lines {
		name, _, problem := splitNameValue(l.text)
		if problem != "" {
			continue
		}
		replacement, ok := change(name, text[l.start:l.end])
		if !ok {
			continue
		}
		b.WriteString(text[at:l.start])
		if !strings.HasPrefix(replacement, "#") {
			b.WriteString(commentsIn(text[l.start:l.end]))
		}
		b.WriteString(replacement)
		at = l.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// commentsIn returns the comment lines among the lines of s.
func commentsIn(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func endWithNewline(s string) string {
	if s != "" && !strings.HasSuffix(s, "\n") {
		return s + "\n"
	}
	return s
}
