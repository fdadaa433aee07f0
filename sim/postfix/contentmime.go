package postfix

import (
	"bytes"
	"strings"
)

// mimeWalk goes through the body of a message: it knows which lines are header
// fields of a part or of an attached message, by the boundaries that
// Content-Type announces (RFC 2046 §5.1; mime_state.c). These are checked, and
// lose the blanks before their colons.
type mimeWalk struct {
	c          contentTables // nil: only the form of header fields matters
	out        []byte
	boundaries []string // of the multiparts that are open, the innermost last
	nested     bool     // the header under way is that of an attached message
	next       mimePart // what the header under way says of the content behind it
	offset     int64    // how much of the present part has been seen
}

// contentTables are the tables that are asked on the walk: those of cleanup(8),
// or of smtp(8).
type contentTables interface {
	// header is asked about a field, folded lines and line end included. It
	// returns what goes before the field, and the field as it goes on.
	header(kind contentKind, raw []byte) (before, field []byte)
	// check is asked about a line, in the same way.
	check(kind contentKind, raw []byte) (before, now []byte)
	// ended tells that nothing more is read.
	ended() bool
	// bodyLimit is how much of a part is checked; 0 is all of it.
	bodyLimit() int64
}

// mimePart is what follows a header.
type mimePart uint8

const (
	plainPart   mimePart = iota
	messagePart          // message/rfc822: another header
)

// maxMIMENesting and maxBoundary bound what is followed (mime_nesting_limit,
// mime_boundary_length_limit).
const (
	maxMIMENesting = 100
	maxBoundary    = 2048
)

// typed notes what a Content-Type field says.
func (w *mimeWalk) typed(field []byte) {
	name, value, _ := strings.Cut(string(field), ":")
	if !strings.EqualFold(strings.TrimSpace(name), "Content-Type") {
		return
	}
	kind, rest, _ := strings.Cut(value, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case kind == "message/rfc822" || kind == "message/global":
		w.next = messagePart
	case strings.HasPrefix(kind, "multipart/") && len(w.boundaries) < maxMIMENesting:
		if b := boundaryOf(rest); b != "" {
			w.boundaries = append(w.boundaries, b[:min(len(b), maxBoundary)])
		}
	}
}

// boundaryOf is the boundary among the parameters of Content-Type.
func boundaryOf(params string) string {
	for params != "" {
		var p string
		if p, params = cutParameter(params); p == "" {
			continue
		}
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "boundary") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// cutParameter takes the text up to the next semicolon outside quotes.
func cutParameter(s string) (p, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// body walks through what comes after the header, empty line included. It
// returns at once when the message is not to be had any more.
func (w *mimeWalk) body(msg []byte) []byte {
	inHeader := w.next == messagePart
	w.nested, w.next = inHeader, plainPart
	if inHeader && len(msg) > 0 && msg[0] == '\n' {
		w.out, msg = append(w.out, '\n'), msg[1:]
	}
	for len(msg) > 0 && (w.c == nil || !w.c.ended()) {
		n := 0
		if inHeader {
			n = fieldEnd(msg)
		}
		if n > 0 {
			kind := mimeHeader
			if w.nested {
				kind = nestedHeader
			}
			w.field(kind, tidy(msg[:n]))
			msg = msg[n:]
			continue
		}
		if inHeader {
			inHeader, w.nested, w.offset = w.next == messagePart, w.next == messagePart, 0
			w.next = plainPart
			if msg[0] == '\n' {
				w.out, msg = append(w.out, '\n'), msg[1:]
				continue
			}
		}
		line := msg
		if eol := bytes.IndexByte(msg, '\n'); eol >= 0 {
			line = msg[:eol+1]
		}
		msg = msg[len(line):]
		if w.boundary(line) {
			inHeader, w.nested = true, false
		}
		w.line(line)
	}
	return w.out
}

// field checks a header field of a part.
func (w *mimeWalk) field(kind contentKind, field []byte) {
	var before []byte
	if w.c != nil {
		before, field = w.c.header(kind, field)
	}
	w.typed(field)
	w.out = append(append(w.out, before...), field...)
}

// tidy is a header field without blanks before its colon.
func tidy(field []byte) []byte {
	n := nameLen(field)
	if n == 0 || field[n] == ':' {
		return field
	}
	return append(field[:n:n], field[bytes.IndexByte(field, ':'):]...)
}

// untidyParts tells whether the body may have parts with header fields that
// have blanks before their colons, of a message whose header has been written.
func (h *headerPass) untidyParts(body []byte) bool {
	if !h.typed { // then there are no parts (RFC 2045 §5.2)
		return false
	}
	if !bytes.Contains(body, []byte(" :")) && !bytes.Contains(body, []byte("\t:")) || h.u.d.conf.Bool("disable_mime_input_processing") {
		return false
	}
	for head := h.out; len(head) > 0; {
		n := foldedEnd(head)
		h.mime.typed(head[:n])
		head = head[n:]
	}
	if h.mime.next != messagePart && len(h.mime.boundaries) == 0 {
		return false
	}
	h.change()
	return true
}

// line checks a line of a body, as long as the part is not longer than
// body_checks_size_limit.
func (w *mimeWalk) line(line []byte) {
	var before []byte
	if w.c != nil && (w.c.bodyLimit() == 0 || w.offset < w.c.bodyLimit()) {
		before, line = w.c.check(bodyLine, line)
	}
	w.offset += int64(len(line))
	w.out = append(append(w.out, before...), line...)
}

// boundary closes the parts that a boundary line ends, and tells whether
// another one begins, with a header.
func (w *mimeWalk) boundary(line []byte) bool {
	begins, _ := w.boundaryLine(line)
	return begins
}

// boundaryLine is boundary for who wants to know that parts end, too.
func (w *mimeWalk) boundaryLine(line []byte) (begins, ends bool) {
	text, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok {
		return false, false
	}
	for i := len(w.boundaries) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(text, []byte(w.boundaries[i]))
		if !ok {
			continue
		}
		w.boundaries, w.next = w.boundaries[:i+1], plainPart
		if bytes.HasPrefix(rest, []byte("--")) {
			w.boundaries = w.boundaries[:i]
			return false, true
		}
		return true, false
	}
	return false, false
}
