package imap

import (
	"bytes"
	"strings"
)

// part is a node of a message's MIME tree (RFC 2045 §2.5). Offsets count in the
// message, whose lines end in CRLF.
type part struct {
	start, body, end int
	fields           []field
	kind
	parent *part
	parts  []*part
	lines  int // of the body
}

// field is a field of a header. Lines that are no field have no name.
type field struct {
	name       string
	start, end int // in the message, with all line ends
	value      int // where the value begins
}

// delimiter is the boundary of a multipart that is open.
type delimiter struct {
	text string
	part *part
}

// mimeReader reads the tree of one message as Dovecot's message-parser does: a
// line is a delimiter when it begins with "--" and the boundary of any multipart
// that is open (RFC 2046 §5.1.1).
type mimeReader struct {
	text  []byte
	pos   int
	part  *part // that is read
	open  []delimiter
	count int
	depth int
}

// parseMIME reads the tree of a message.
func parseMIME(text []byte) *part {
	r := &mimeReader{text: text, count: 1}
	root := &part{}
	r.part = root
	for going := true; going; {
		cut := r.header()
		switch {
		case r.part.rfc822 && r.room():
			r.begin(false)
		default:
			r.part.rfc822 = false
			going = r.bodies(cut)
		}
	}
	for p := r.part; p != nil; p = p.parent {
		r.finish(p, len(text))
	}
	return root
}

// room tells whether there may be a part in the one that is read.
func (r *mimeReader) room() bool { return r.depth+1 < MaxDepth && r.count < MaxParts }

// begin begins a part in the one that is read. mime tells that its Content
// fields count without a MIME-Version.
func (r *mimeReader) begin(mime bool) {
	p := &part{start: r.pos, parent: r.part}
	p.mime = mime
	r.part.parts = append(r.part.parts, p)
	r.part = p
	r.count++
	r.depth++
}

// finish ends a part.
func (r *mimeReader) finish(p *part, at int) {
	p.end = at
	p.lines = bytes.Count(r.text[p.body:at], []byte{'\n'})
}

// line is where the line at r.pos ends.
func (r *mimeReader) line() int {
	if n := bytes.IndexByte(r.text[r.pos:], '\n'); n >= 0 {
		return r.pos + n + 1
	}
	return len(r.text)
}

// header reads the header of the part. A delimiter ends it as well, and then the
// line end before belongs to that, also when it is the empty line: cut.
func (r *mimeReader) header() (cut bool) {
	p := r.part
	known, empty := false, false
	newline := 0 // length of the line end before r.pos
	for r.pos < len(r.text) {
		end := r.line()
		line := r.text[r.pos:end]
		text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		blank := !empty && len(text) == 0
		if blank {
			known = true
			r.openMultipart()
		}
		if i := r.delimiter(text); i >= 0 && r.open[i].part != p {
			p.body, cut = r.pos-newline, true
			break
		}
		if empty {
			break
		}
		newline = len(line) - len(text)
		if empty = blank; !empty {
			p.line(r.text, r.pos, end)
		}
		r.pos = end
	}
	if !cut {
		p.body = r.pos
	}
	if !known {
		p.settle(r.text)
	}
	return cut
}

// openMultipart finds out what the part is, whose header is at its end. The
// delimiters of a multipart count from here on.
func (r *mimeReader) openMultipart() {
	p := r.part
	boundary := p.settle(r.text)
	switch {
	case boundary == "":
	case r.depth+1 < MaxDepth:
		r.open = append(r.open, delimiter{boundary, p})
	default:
		p.multi = false
	}
}

// line adds a line of the header to the fields.
func (p *part) line(text []byte, at, end int) {
	if c := text[at]; (c == ' ' || c == '\t') && len(p.fields) > 0 {
		p.fields[len(p.fields)-1].end = end
		return
	}
	f := field{start: at, end: end, value: at}
	if colon := bytes.IndexByte(text[at:end], ':'); colon >= 0 {
		f.name = string(bytes.TrimRight(text[at:at+colon], " \t"))
		f.value = at + colon + 1
	}
	p.fields = append(p.fields, f)
}

// bodies reads the body of the part up to the header of another, and that of
// those around it when it ends. It returns false at the end of the message. cut
// tells that the part has no body, for a delimiter follows its header.
func (r *mimeReader) bodies(cut bool) bool {
	first := true // a line end before belongs to something else
	for r.pos < len(r.text) {
		if len(r.open) == 0 {
			return false
		}
		end := r.line()
		i := r.delimiter(bytes.TrimSuffix(bytes.TrimSuffix(r.text[r.pos:end], []byte("\n")), []byte("\r")))
		if i < 0 {
			r.pos, first = end, false
			continue
		}
		at := r.pos
		if !first {
			at = withoutLineEnd(r.text, at)
		}
		d := r.open[i]
		for r.part != d.part {
			if cut {
				r.finish(r.part, r.part.body)
			} else {
				r.finish(r.part, at)
			}
			cut = false
			r.part = r.part.parent
			r.depth--
		}
		closing := bytes.HasPrefix(r.text[r.pos+2+len(d.text):end], []byte("--"))
		r.open = r.open[:i+1]
		if closing {
			r.open = r.open[:i]
		}
		whole := r.text[end-1] == '\n'
		if r.pos, first = end, true; !closing && whole {
			r.begin(true)
			return true
		}
	}
	return false
}

// delimiter is the index of the open multipart to which a line belongs, -1 if
// it is none. Of several whose boundaries fit, the longest counts.
func (r *mimeReader) delimiter(line []byte) int {
	rest, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok || r.count >= MaxParts {
		return -1
	}
	dashes := len(rest) > 2 && bytes.HasSuffix(rest, []byte("--"))
	best := -1
	for i := len(r.open) - 1; i >= 0; i-- {
		text := r.open[i].text
		if len(text) > len(rest) || string(rest[:len(text)]) != text || best >= 0 && len(r.open[best].text) >= len(text) {
			continue
		}
		best = i
		if len(text) == len(rest) || dashes && len(text) == len(rest)-2 {
			break
		}
	}
	return best
}

// withoutLineEnd is at without the line end before it.
func withoutLineEnd(text []byte, at int) int {
	if at > 0 && text[at-1] == '\n' {
		at--
		if at > 0 && text[at-1] == '\r' {
			at--
		}
	}
	return at
}

// value is the value of a field as it stands there: without what is white before
// it, and with bare line ends where it is folded.
func value(text []byte, f field) string {
	v := strings.TrimSuffix(strings.TrimSuffix(string(text[f.value:f.end]), "\n"), "\r")
	first, rest, folded := strings.Cut(v, "\n")
	first = strings.TrimSuffix(first, "\r")
	if trimmed := strings.TrimLeft(first, " \t"); trimmed != "" || first == "" {
		first = trimmed
	} else if f.name != "" {
		first = first[1:]
	}
	if !folded {
		return first
	}
	return first + "\n" + strings.ReplaceAll(rest, "\r\n", "\n")
}

// unfolded is the value of a field on one line.
func unfolded(text []byte, f field) string {
	v := strings.Trim(string(text[f.value:f.end]), " \t\r\n")
	if !strings.Contains(v, "\n") {
		return v
	}
	return strings.ReplaceAll(strings.ReplaceAll(v, "\r", ""), "\n", "")
}

// find is the first field of a name.
func (p *part) find(name string) (field, bool) {
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return field{}, false
}

// header is the value of the first field of a name.
func (p *part) header(text []byte, name string) string {
	f, _ := p.find(name)
	return unfolded(text, f)
}
