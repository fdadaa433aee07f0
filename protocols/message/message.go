// Package message is the Internet message: what travels inside the envelope
// (RFC 5322), and its parts (MIME, RFC 2045-2049).
//
// A message is lines of text. Its header comes first: fields "Name: value",
// where a line that begins with white space continues the field before. An
// empty line ends it; the rest is the body. Every host on the way puts a
// Received field on top, so the header read from below tells the journey.
// The body is one text or, when the header says so, a tree of parts, each with
// a little header of its own.
//
// The functions work on the raw bytes and never lose any: mail is data from
// strangers, and control characters, broken lines and false claims in it must
// arrive as they were sent. Nothing here is fit to be shown without
// wire.Visible. A message may have LF or CRLF line ends; what is added takes
// over those of the message.
//
// RFC 5322 (format), 2045-2047, 2049 (MIME), 2183 (Content-Disposition), 2231
// (parameters), 5321 §4.4 and 3848 (Received), 6532 (UTF-8 in headers).
package message

import (
	"bytes"
	"strings"
)

// Limits, so that no message can cost more than its size.
const (
	// MaxFields is the number of header fields that Scan tells apart; what
	// follows counts as body.
	MaxFields = 10000
	// MaxDepth is how deep parts may be nested (mime_nesting_limit of
	// Postfix).
	MaxDepth = 100
	// MaxParts is the number of parts of one message.
	MaxParts = 10000
	// MaxAddresses is the number of addresses read from one field
	// (header_address_token_limit of Postfix).
	MaxAddresses = 10240
	// MaxParams is the number of parameters read from one field.
	MaxParams = 256
)

// Field is a header field as it stands in the message.
type Field struct {
	Name   string // as written, without white space before the colon
	Raw    []byte // the whole field with all its line ends; it aliases the message
	Offset int    // where it begins in the message
	value  int    // offset of the value in Raw
}

// Header is the header of a message.
type Header struct {
	Fields []Field
	End    int // offset behind the last field
	Body   int // offset of the body, behind the empty line
}

// Scan finds the fields of a header. It ends at an empty line, or, as in
// Postfix, before a line that is no field; then the body begins with that
// line.
func Scan(raw []byte) Header {
	var h Header
	for h.End < len(raw) && len(h.Fields) < MaxFields {
		line := raw[h.End:]
		line = line[:lineLen(line)]
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			h.Body = h.End + len(line)
			return h
		}
		if c := line[0]; c == ' ' || c == '\t' {
			if len(h.Fields) == 0 {
				break // white space cannot begin a header
			}
			f := &h.Fields[len(h.Fields)-1]
			h.End += len(line)
			f.Raw = raw[f.Offset:h.End]
			continue
		}
		name, value := fieldName(line)
		if name == "" {
			break
		}
		h.Fields = append(h.Fields, Field{Name: name, Raw: line, Offset: h.End, value: value})
		h.End += len(line)
	}
	h.Body = h.End
	return h
}

// lineLen is the length of the first line of p with its line end.
func lineLen(p []byte) int {
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		return i + 1
	}
	return len(p)
}

// fieldName reads the name of a field and where its value begins.
//
// RFC 5322 §2.2: printable US-ASCII except the colon. §4.5: white space before
// the colon is obsolete and must be understood.
func fieldName(line []byte) (name string, value int) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return "", 0
	}
	n := bytes.TrimRight(line[:colon], " \t")
	for _, c := range n {
		if c <= ' ' || c >= 0x7f {
			return "", 0
		}
	}
	return string(n), colon + 1
}

// Is tells whether the field has this name; case does not matter.
func (f Field) Is(name string) bool { return strings.EqualFold(f.Name, name) }

// Value is the value as written, folded, without the white space around it.
func (f Field) Value() string {
	return strings.Trim(string(f.Raw[f.value:]), " \t\r\n")
}

// Unfolded is the value on one line: each line end inside it is taken out, the
// white space behind it stays (RFC 5322 §2.2.3).
func (f Field) Unfolded() string { return Unfold(f.Value()) }

// Text is the unfolded value with its encoded words decoded (RFC 2047).
func (f Field) Text() string { return DecodeWords(f.Unfolded()) }

// Lines are the lines of the field as written, without line ends.
func (f Field) Lines() []string {
	lines := strings.Split(strings.TrimSuffix(string(f.Raw), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// Find returns the first field of a name.
func (h Header) Find(name string) (Field, bool) {
	for _, f := range h.Fields {
		if f.Is(name) {
			return f, true
		}
	}
	return Field{}, false
}

// All returns all fields of a name, from the top.
func (h Header) All(name string) []Field {
	var list []Field
	for _, f := range h.Fields {
		if f.Is(name) {
			list = append(list, f)
		}
	}
	return list
}

// Has tells whether there is a field of a name.
func (h Header) Has(name string) bool {
	_, ok := h.Find(name)
	return ok
}

// Unfolded is the unfolded value of the first field of a name, or "".
func (h Header) Unfolded(name string) string {
	f, ok := h.Find(name)
	if !ok {
		return ""
	}
	return f.Unfolded()
}

// Text is the decoded value of the first field of a name, or "".
func (h Header) Text(name string) string { return DecodeWords(h.Unfolded(name)) }

// Unfold takes the line ends out of a value.
func Unfold(value string) string {
	if !strings.ContainsAny(value, "\r\n") {
		return value
	}
	value = strings.ReplaceAll(value, "\r\n", "")
	return strings.ReplaceAll(value, "\n", "")
}
