package postfix

import (
	"fmt"
	"strings"
)

// TargetKind is what one item on the right-hand side of aliases(5), or a line
// of a .forward or :include: file, stands for.
type TargetKind uint8

const (
	// TargetAddress is a mail address, with or without a domain.
	TargetAddress TargetKind = iota
	// TargetUser is "\user": that user's mailbox, aliases passed over.
	TargetUser
	// TargetFile is "/file/name": the message is appended to it.
	TargetFile
	// TargetCommand is "|command": the message is piped into it.
	TargetCommand
	// TargetInclude is ":include:/file/name": the items in that file.
	TargetInclude
)

// String names the kind as a learner reads it.
func (k TargetKind) String() string {
	return [...]string{"address", "user", "file", "command", "include"}[k]
}

// Target is one destination of an alias.
type Target struct {
	Kind TargetKind
	Text string // the address, the command or the path, without "|" or ":include:"
}

// maxTargets bounds the destinations of one alias or file
// (header_address_token_limit has the same size).
const maxTargets = 10240

// ParseTargets reads the right-hand side of an alias: destinations apart by
// commas (aliases(5)). Quotes hold a destination together; comments in
// parentheses go.
func ParseTargets(text string) ([]Target, error) {
	var targets []Target
	items, err := splitTargets(text)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if len(targets) >= maxTargets {
			return targets, fmt.Errorf("more than %d destinations", maxTargets)
		}
		targets = append(targets, classifyTarget(item)...)
	}
	return targets, nil
}

// ParseTargetFile reads a .forward or :include: file: each line has
// destinations as an alias has them, "#" begins a comment line.
func ParseTargetFile(text string) ([]Target, error) {
	if len(text) > maxConfigBytes {
		return nil, fmt.Errorf("file is larger than %d bytes", maxConfigBytes)
	}
	lines, _ := logicalLines("", text)
	var all []Target
	for _, l := range lines {
		targets, err := ParseTargets(strings.TrimSpace(l.text))
		all = append(all, targets...)
		if err != nil {
			return all, fmt.Errorf("line %d: %w", l.line, err)
		}
	}
	return all, nil
}

// quotedBlank stands for a blank in double quotes, which parts nothing.
const quotedBlank = '\x00'

// targetItem is the text of one destination; quoted tells that all of it stood
// in double quotes, which have been taken off.
type targetItem struct {
	text   string
	quoted bool
}

// splitTargets cuts at commas outside quotes, brackets and comments.
func splitTargets(s string) ([]targetItem, error) {
	var items []targetItem
	var b strings.Builder
	quoted, wasQuoted, more, comment, angle := false, false, false, 0, false
	flush := func() {
		if text := strings.TrimSpace(b.String()); text != "" || wasQuoted {
			items = append(items, targetItem{text, wasQuoted && !more && text != ""})
		}
		b.Reset()
		wasQuoted, more = false, false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case comment > 0:
			switch c {
			case '(':
				comment++
			case ')':
				comment--
			}
		case c == '\\' && quoted && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			if !quoted && strings.TrimSpace(b.String()) == "" {
				b.Reset()
				wasQuoted = true
			}
			quoted = !quoted
		case quoted && c == ' ':
			b.WriteByte(quotedBlank)
		case quoted:
			b.WriteByte(c)
		case c == '(' && !strings.HasPrefix(strings.TrimSpace(b.String()), "|"):
			comment++
		case c == '<':
			angle = true
			b.WriteByte(c)
		case c == '>':
			angle = false
			b.WriteByte(c)
		case c == ',' && !angle:
			flush()
		default:
			more = more || c != ' ' && c != '\t'
			b.WriteByte(c)
		}
	}
	if quoted {
		return nil, fmt.Errorf("unbalanced double quote in %q", clip(s, 60))
	}
	flush()
	return items, nil
}

// classifyTarget tells what an item is. Several addresses that only white
// space parts are several destinations, as tok822 reads them.
func classifyTarget(item targetItem) []Target {
	s := strings.ReplaceAll(item.text, string(rune(quotedBlank)), " ")
	lower := strings.ToLower(s)
	switch {
	case strings.HasPrefix(lower, ":include:"):
		return []Target{{TargetInclude, strings.TrimSpace(s[len(":include:"):])}}
	case strings.HasPrefix(s, "|"):
		return []Target{{TargetCommand, s[1:]}}
	case strings.HasPrefix(s, "/"):
		return []Target{{TargetFile, s}}
	case strings.HasPrefix(s, `\`):
		// A backslash quotes the character behind it too (tok822(3)), so two of them are
		// one.
		return []Target{{TargetUser, strings.TrimLeft(s, `\`)}}
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		return []Target{{TargetAddress, strings.TrimSpace(s[i+1 : len(s)-1])}}
	}
	if item.quoted {
		return []Target{{TargetAddress, s}}
	}
	var all []Target
	for _, word := range strings.Fields(item.text) {
		all = append(all, Target{TargetAddress, strings.ReplaceAll(word, string(rune(quotedBlank)), " ")})
	}
	return all
}
