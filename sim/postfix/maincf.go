package postfix

import (
	"fmt"
	"strconv"
	"strings"
)

// MainFile and MasterFile are where Postfix looks for its configuration
// unless config_directory says otherwise.
const (
	MainFile   = "/etc/postfix/main.cf"
	MasterFile = "/etc/postfix/master.cf"
)

// maxConfigBytes bounds the size of a configuration file or table source.
const maxConfigBytes = 16 << 20

// Diag is a message that Postfix would print about its configuration.
type Diag struct {
	// Fatal tells that the program that found it ends with it.
	Fatal bool
	// Note marks a remark of the simulation that the real programs have no
	// reason to make, e.g. that a parameter is known but not modelled.
	Note bool
	File string
	Line int    // 0 when the message is about no single line
	Text string // in Postfix's words, which name file and line where it does
	// Param is the parameter whose value is none; "" if it is about another matter.
	Param string
}

// String returns the message as it stands in the log, behind "postfix/…[pid]: ".
func (d Diag) String() string {
	switch {
	case d.Fatal:
		return "fatal: " + d.Text
	case d.Note:
		return "note: " + d.Text
	}
	return "warning: " + d.Text
}

// Error returns what String does, so that a Diag can be an error.
func (d Diag) Error() string { return d.String() }

// HasFatal tells whether one of the messages is fatal.
func HasFatal(diags []Diag) bool {
	for _, d := range diags {
		if d.Fatal {
			return true
		}
	}
	return false
}

// Entry is "name = value" of main.cf, or of a "-o" of master.cf.
type Entry struct {
	Name  string
	Value string // unexpanded; continuation lines are joined
	Line  int    // where the logical line begins
}

// MainCF is a main.cf: its entries in the order of the file.
type MainCF struct {
	File    string
	entries []Entry
	index   map[string]int
}

// ParseMain reads the text of a main.cf: one "name = value" a logical line,
// comments, continuation by leading white space (postconf(5)). A line that
// cannot be read is fatal to every Postfix program; the entries before it are
// kept.
func ParseMain(file, text string) (*MainCF, []Diag) {
	m := &MainCF{File: file, index: map[string]int{}}
	lines, diags := logicalLines(file, text)
	for _, l := range lines {
		name, value, problem := splitNameValue(l.text)
		if problem != "" {
			diags = append(diags, Diag{Fatal: true, File: file, Line: l.line,
				Text: fmt.Sprintf("%s, line %d: %s: \"%s\"", file, l.line, problem, l.text)})
			break
		}
		if i, ok := m.index[name]; ok {
			diags = append(diags, Diag{File: file, Line: l.line,
				Text: fmt.Sprintf("%s, line %d: overriding earlier entry: %s=%s", file, l.line, name, m.entries[i].Value)})
			m.entries[i] = Entry{name, value, l.line}
			continue
		}
		m.index[name] = len(m.entries)
		m.entries = append(m.entries, Entry{name, value, l.line})
	}
	return m, diags
}

// Lookup returns the entry of that name.
func (m *MainCF) Lookup(name string) (Entry, bool) {
	if i, ok := m.index[name]; ok {
		return m.entries[i], true
	}
	return Entry{}, false
}

// Entries returns all entries in the order of the file. The caller must not
// change them.
func (m *MainCF) Entries() []Entry { return m.entries }

// splitNameValue reads "name = value" as split_nameval(3) does.
func splitNameValue(s string) (name, value, problem string) {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && s[n] != '=' && !isBlank(s[n]) {
		n++
	}
	if n == 0 {
		return "", "", "missing attribute name"
	}
	rest := strings.TrimLeft(s[n:], " \t\r\n")
	if rest == "" || rest[0] != '=' {
		return "", "", "missing '=' after attribute name"
	}
	return s[:n], strings.TrimSpace(rest[1:]), ""
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// logicalLine is a line of a configuration file or table with its
// continuation lines.
type logicalLine struct {
	text  string
	line  int // first physical line, counted from 1
	start int // byte offset of the first physical line
	end   int // byte offset behind the last one
}

// logicalLines cuts a text as readllines(3) does: empty lines, lines of white
// space and comments are skipped, also between a line and its continuation; a
// line that begins with white space continues the one before. A text that
// begins with a continuation gets a warning and that line is lost.
func logicalLines(file, text string) ([]logicalLine, []Diag) {
	var lines []logicalLine
	var diags []Diag
	if len(text) > maxConfigBytes {
		return nil, []Diag{{Fatal: true, File: file, Text: file + ": file is larger than " + strconv.Itoa(maxConfigBytes) + " bytes"}}
	}
	number, offset := 0, 0
	for physical := range strings.Lines(text) {
		number++
		start := offset
		offset += len(physical)
		line := strings.TrimSuffix(physical, "\n")
		trimmed := strings.TrimLeft(line, " \t\r\n\v\f")
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		switch {
		case !isBlank(line[0]):
			lines = append(lines, logicalLine{line, number, start, offset})
		case len(lines) == 0:
			diags = append(diags, Diag{File: file, Line: number,
				Text: fmt.Sprintf("%s: logical line must not start with whitespace: %q", file, clip(line, 30))})
		default:
			last := &lines[len(lines)-1]
			last.text += line
			last.end = offset
		}
	}
	return lines, diags
}

// clip shortens a text for a message.
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}
