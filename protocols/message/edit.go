package message

import (
	"bytes"
	"slices"
	"strings"
)

// Prepend returns the message with a field on top, as every host on the way
// adds its Received (RFC 5321 §4.4). value may be folded with "\n\t".
func Prepend(raw []byte, name, value string) []byte {
	return slices.Concat(Format(name, value, LineEnd(raw)), raw)
}

// Append returns the message with a field at the end of its header.
func Append(raw []byte, name, value string) []byte {
	h := Scan(raw)
	eol := LineEnd(raw)
	head := raw[:h.End]
	if len(head) > 0 && head[len(head)-1] != '\n' {
		head = append(bytes.Clone(head), eol...)
	}
	field := Format(name, value, eol)
	if h.Body == h.End && len(raw) > h.End {
		// The header had no end of its own; without one, the body's first
		// line would continue the new field.
		field = append(field, eol...)
	}
	return slices.Concat(head, field, raw[h.End:])
}

// Replace returns the message with another value in place of that of f, which
// must be a field of Scan(raw).
func Replace(raw []byte, f Field, value string) []byte {
	end := f.Offset + len(f.Raw)
	return slices.Concat(raw[:f.Offset], Format(f.Name, value, LineEnd(raw)), raw[end:])
}

// Remove returns the message without the fields of these names.
func Remove(raw []byte, names ...string) []byte {
	var kept []byte
	at := 0
	for _, f := range Scan(raw).Fields {
		if slices.ContainsFunc(names, f.Is) {
			kept = append(kept, raw[at:f.Offset]...)
			at = f.Offset + len(f.Raw)
		}
	}
	if at == 0 {
		return raw
	}
	return append(kept, raw[at:]...)
}

// Format writes a field with the given line end. Line ends in value become
// folds: a line that does not begin with white space gets a TAB, so that no
// value can begin another field.
func Format(name, value, eol string) []byte {
	lines := strings.Split(strings.ReplaceAll(value, "\r\n", "\n"), "\n")
	b := []byte(name + ":")
	for i, line := range lines {
		line = strings.ReplaceAll(line, "\r", " ")
		switch {
		case i == 0 && line != "":
			b = append(b, ' ')
		case i > 0 && strings.Trim(line, " \t") == "":
			continue // an empty line would end the header
		case i > 0:
			b = append(b, eol...)
			if line[0] != ' ' && line[0] != '\t' {
				b = append(b, '\t')
			}
		}
		b = append(b, line...)
	}
	return append(b, eol...)
}

// LineEnd is the line end that the message uses, judged by its first line;
// "\n" when it has none.
func LineEnd(raw []byte) string {
	if i := bytes.IndexByte(raw, '\n'); i > 0 && raw[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
