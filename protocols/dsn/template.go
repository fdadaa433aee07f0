package dsn

import (
	"fmt"
	"strings"
)

// Template is what a notification says before it comes to the recipients
// (Postfix bounce(5)). The fields of the header are used as they are; names in
// the text, "$myhostname", are expanded.
type Template struct {
	Charset           string
	From              string
	Subject           string
	PostmasterSubject string
	Text              string // lines ending in LF
}

// Templates are those of the kinds of notifications.
type Templates [len(subjects)]Template

// templateNames are the words for the kinds in front of "_template".
var templateNames = [len(subjects)]string{Failure: "failure", Delay: "delay", Success: "success", Verify: "verify"}

// Name is the word for a kind of notification in templates.
func (k Kind) Name() string { return templateNames[k] }

const greeting = "This is the mail system at host $myhostname.\n\n"

const signature = "                   The mail system\n"

// BuiltIn returns Postfix's own templates.
func BuiltIn() Templates {
	const us, from = "us-ascii", "Mail Delivery System <MAILER-DAEMON>"
	return Templates{
		Failure: {us, from, subjects[Failure], "Postmaster Copy: Undelivered Mail", greeting + failureText + signature},
		Delay:   {us, from, subjects[Delay], "Postmaster Warning: Delayed Mail", greeting + delayText + signature},
		Success: {us, from, subjects[Success], "", greeting + successText + signature},
		Verify:  {us, from, subjects[Verify], "", greeting + "Enclosed is the mail delivery report that you requested.\n\n" + signature},
	}
}

// maxTemplates bounds a file of templates.
const maxTemplates = 1 << 20

// ParseTemplates reads a file of templates, "failure_template = <<EOF" and so
// on, over those that are there already. A template that is not in order is
// left out; the warnings are Postfix's.
func (t *Templates) ParseTemplates(file, text string) (warnings []string) {
	if len(text) > maxTemplates {
		return []string{fmt.Sprintf("%s: larger than %d bytes -- ignoring this file", file, maxTemplates)}
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' {
			continue
		}
		name, marker, ok := strings.Cut(line, "=")
		marker, here := strings.CutPrefix(strings.TrimSpace(marker), "<<")
		if !ok || !here {
			warnings = append(warnings, fmt.Sprintf("%s, line %d: missing \"=\" or \"<<\" in template definition -- ignoring this line", file, i+1))
			continue
		}
		begin := i + 1
		for i++; i < len(lines) && strings.TrimRight(lines[i], " \t\r") != marker; i++ {
		}
		if i >= len(lines) {
			warnings = append(warnings, fmt.Sprintf("%s, line %d: missing \"%s\" end marker", file, len(lines), marker))
			return warnings
		}
		if w := t.define(strings.TrimSpace(name), lines[begin:i], fmt.Sprintf("%s, line %d", file, i+2), file); w != "" {
			warnings = append(warnings, w+" -- ignoring this template")
		}
	}
	return warnings
}

// define makes a template of its lines, or tells what is wrong.
func (t *Templates) define(name string, lines []string, at, file string) (warning string) {
	kind := -1
	for k, n := range templateNames {
		if name == n+"_template" {
			kind = k
		}
	}
	if kind < 0 {
		return at + ": unknown template name: " + name
	}
	next := Template{Charset: "us-ascii", From: t[kind].From, Subject: t[kind].Subject}
	bad := func(format string, args ...any) string {
		return file + ": " + fmt.Sprintf(format, args...) + " in " + templateNames[kind] + " template"
	}
	for len(lines) > 0 && lines[0] != "" {
		label, value, ok := strings.Cut(lines[0], ":")
		if value = strings.TrimSpace(value); !ok {
			break
		}
		if strings.IndexFunc(value, func(c rune) bool { return c > 0x7e }) >= 0 {
			return bad("non-ASCII %q header value", label)
		}
		switch strings.ToLower(label) {
		case "charset":
			next.Charset = value
		case "from":
			next.From = value
		case "subject":
			next.Subject = value
		case "postmaster-subject":
			next.PostmasterSubject = value
		default:
			return bad("unknown %q header label", label)
		}
		lines = lines[1:]
	}
	if len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return bad("missing message text")
	}
	next.Text = strings.Join(lines, "\n") + "\n"
	t[kind] = next
	return ""
}

// String is the templates as a file has them.
func (t *Templates) String() string {
	var b strings.Builder
	for k, x := range t {
		if k > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(templateNames[k] + "_template = <<EOF\n")
		for _, f := range [...][2]string{{"Charset", x.Charset}, {"From", x.From}, {"Subject", x.Subject}, {"Postmaster-Subject", x.PostmasterSubject}} {
			if f[1] != "" {
				b.WriteString(f[0] + ": " + f[1] + "\n")
			}
		}
		b.WriteString("\n" + x.Text + "EOF\n")
	}
	return b.String()
}

// Expand replaces the names in the text by what lookup knows, and "$$" by "$".
// A name that it does not know is an error, in Postfix's words but for the file.
func (t *Templates) Expand(kind Kind, lookup func(name string) (string, bool)) (text string, err error) {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(t[kind].Text, "\n") {
		for rest := line; rest != ""; {
			i := strings.IndexByte(rest, '$')
			if i < 0 || i+1 == len(rest) {
				b.WriteString(rest)
				break
			}
			b.WriteString(rest[:i])
			name, n := templateName(rest[i+1:])
			value, ok := "$", rest[i+1] == '$'
			if !ok {
				value, ok = lookup(name)
			}
			if !ok {
				return "", fmt.Errorf("undefined $name in %s template: %s", templateNames[kind], strings.TrimSuffix(line, "\n"))
			}
			b.WriteString(value)
			rest = rest[i+1+n:]
		}
	}
	return b.String(), nil
}

// templateName is a name behind "$", bare or in braces or parentheses, and how
// many octets it takes.
func templateName(s string) (name string, n int) {
	if end := strings.IndexByte("{(", s[0]); end >= 0 {
		if i := strings.IndexByte(s, "})"[end]); i > 0 {
			return s[1:i], i + 1
		}
		return s, len(s)
	}
	for n < len(s) && (s[n] == '_' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return s[:n], max(n, 1)
}
