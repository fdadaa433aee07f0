package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// part is a node of a message's MIME tree (RFC 2045 §2.5), read as Dovecot's
// message-parser does. Offsets count in the message, whose lines end in CRLF.
type part struct {
	start, body, end int
	fields           []field
	typ, sub         string // as written; "text", "plain" where nothing is said
	params           []param
	encoding         string
	parts            []*part
	lines            int  // of the body
	closed           bool // the last delimiter of a multipart was there
}

// field is a field of a header. Lines that are no field have no name.
type field struct {
	name       string
	start, end int // in the message, with all line ends
	value      int // where the value begins
}

// param is a parameter of a structured field.
type param struct{ name, value string }

func (p *part) multipart() bool { return strings.EqualFold(p.typ, "multipart") }

func (p *part) message() bool {
	return strings.EqualFold(p.typ, "message") && strings.EqualFold(p.sub, "rfc822")
}

// scanHeader finds the fields of the header that begins at from. It ends only
// at an empty line or at the end.
func scanHeader(text []byte, from, end int) (fields []field, body int) {
	at := from
	for at < end {
		n := bytes.IndexByte(text[at:end], '\n') + 1
		if n == 0 {
			n = end - at
		}
		line := text[at : at+n]
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return fields, at + n
		}
		if (line[0] == ' ' || line[0] == '\t') && len(fields) > 0 {
			fields[len(fields)-1].end = at + n
		} else {
			f := field{start: at, end: at + n, value: at + n}
			if colon := bytes.IndexByte(line, ':'); colon >= 0 {
				f.name = string(bytes.TrimRight(line[:colon], " \t"))
				f.value = at + colon + 1
			}
			fields = append(fields, f)
		}
		at += n
	}
	return fields, end
}

// unfolded is the value of a field on one line.
func unfolded(text []byte, f field) string {
	v := strings.Trim(string(text[f.value:f.end]), " \t\r\n")
	if !strings.Contains(v, "\n") {
		return v
	}
	return strings.ReplaceAll(strings.ReplaceAll(v, "\r", ""), "\n", "")
}

// header is the value of the last field of a name.
func (p *part) header(text []byte, name string) string {
	for i := len(p.fields) - 1; i >= 0; i-- {
		if strings.EqualFold(p.fields[i].name, name) {
			return unfolded(text, p.fields[i])
		}
	}
	return ""
}

// mimeReader counts the parts of one message.
type mimeReader struct {
	text  []byte
	count int
}

// parseMIME reads the tree of a message.
func parseMIME(text []byte) *part {
	r := &mimeReader{text: text}
	return r.read(0, len(text), false, 0)
}

// read reads the part between two offsets. digest tells that it is part of a
// multipart/digest, where messages are the default (RFC 2046 §5.1.5).
func (r *mimeReader) read(start, end int, digest bool, depth int) *part {
	r.count++
	p := &part{start: start, end: end, typ: "text", sub: "plain"}
	if digest {
		p.typ, p.sub = "message", "rfc822"
	}
	p.fields, p.body = scanHeader(r.text, start, end)
	p.lines = bytes.Count(r.text[p.body:end], []byte{'\n'})
	if v := p.header(r.text, "Content-Type"); v != "" {
		t := &tokens{s: v}
		typ := t.word()
		var sub string
		if t.take('/') {
			sub = t.word()
		}
		if typ != "" {
			p.typ, p.sub, p.params = typ, sub, t.params()
		}
	}
	if v := p.header(r.text, "Content-Transfer-Encoding"); v != "" {
		p.encoding = (&tokens{s: v}).word()
	}
	switch {
	case depth >= MaxDepth || r.count >= MaxParts:
	case p.multipart():
		r.split(p, depth)
	case p.message():
		p.parts = []*part{r.read(p.body, end, false, depth+1)}
	}
	return p
}

// split finds the parts between the delimiter lines of a multipart (RFC 2046
// §5.1.1). The line end before a delimiter belongs to the delimiter.
func (r *mimeReader) split(p *part, depth int) {
	boundary := ""
	for _, x := range p.params {
		if strings.EqualFold(x.name, "boundary") {
			boundary = "--" + x.value
		}
	}
	if boundary == "" {
		return
	}
	digest := strings.EqualFold(p.sub, "digest")
	from := -1
	for at := p.body; at < p.end; {
		n := bytes.IndexByte(r.text[at:p.end], '\n') + 1
		if n == 0 {
			n = p.end - at
		}
		if rest, ok := bytes.CutPrefix(r.text[at:at+n], []byte(boundary)); ok {
			if from >= 0 && r.count < MaxParts {
				child := r.read(from, max(from, withoutLineEnd(r.text, at)), digest, depth+1)
				if child.closed {
					// Behind its own last delimiter a multipart has an
					// epilogue, to which the line end belongs.
					child.end = at
					child.lines = bytes.Count(r.text[child.body:at], []byte{'\n'})
				}
				p.parts = append(p.parts, child)
			}
			from = at + n
			if bytes.HasPrefix(rest, []byte("--")) {
				p.closed = true
				return
			}
		}
		at += n
	}
	if from >= 0 && r.count < MaxParts {
		p.parts = append(p.parts, r.read(from, p.end, digest, depth+1))
	}
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

// tokens reads a structured field (RFC 2045 §5.1, RFC 5322 §3.2).
type tokens struct {
	s       string
	pos     int
	comment string // the last one skipped
}

// skip skips white space and comments.
func (t *tokens) skip() {
	for t.pos < len(t.s) {
		switch t.s[t.pos] {
		case ' ', '\t', '\r', '\n':
			t.pos++
		case '(':
			t.skipComment()
		default:
			return
		}
	}
}

func (t *tokens) skipComment() {
	from, depth := t.pos+1, 0
	for ; t.pos < len(t.s); t.pos++ {
		switch t.s[t.pos] {
		case '\\':
			t.pos++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				t.comment = unescape(t.s[from:t.pos])
				t.pos++
				return
			}
		}
	}
	t.pos = len(t.s)
}

// take skips c if it comes next.
func (t *tokens) take(c byte) bool {
	t.skip()
	if t.pos < len(t.s) && t.s[t.pos] == c {
		t.pos++
		return true
	}
	return false
}

// peek is the next octet that is neither white space nor comment, 0 at the end.
func (t *tokens) peek() byte {
	t.skip()
	if t.pos < len(t.s) {
		return t.s[t.pos]
	}
	return 0
}

// word reads a token of MIME.
func (t *tokens) word() string {
	t.skip()
	from := t.pos
	for t.pos < len(t.s) && t.s[t.pos] > ' ' && !strings.ContainsRune(`()<>@,;:\"/[]?=`, rune(t.s[t.pos])) {
		t.pos++
	}
	return t.s[from:t.pos]
}

// quoted reads a quoted string without its quotes.
func (t *tokens) quoted() string {
	t.pos++
	from := t.pos
	for ; t.pos < len(t.s); t.pos++ {
		switch t.s[t.pos] {
		case '\\':
			t.pos++
		case '"':
			v := unescape(t.s[from:t.pos])
			t.pos++
			return v
		}
	}
	t.pos = len(t.s)
	return unescape(t.s[min(from, len(t.s)):])
}

// params reads "; name=value" up to the end.
func (t *tokens) params() []param {
	var list []param
	for len(list) < 256 {
		// What does not belong to a parameter is passed over.
		for t.pos < len(t.s) && t.peek() != ';' {
			if t.pos < len(t.s) {
				t.pos++
			}
		}
		if !t.take(';') {
			break
		}
		name := t.word()
		if name == "" || !t.take('=') {
			continue
		}
		value := ""
		if t.peek() == '"' {
			value = t.quoted()
		} else {
			from := t.pos
			for t.pos < len(t.s) && t.s[t.pos] > ' ' && t.s[t.pos] != ';' && t.s[t.pos] != '(' {
				t.pos++
			}
			value = t.s[from:t.pos]
		}
		list = append(list, param{name, value})
	}
	return continued(list)
}

// continued joins values that are spread over "name*0", "name*1" (RFC 2231 §3);
// with an extended one among them the name keeps its star (§4.1).
func continued(list []param) []param {
	var out, joined []param
	for _, p := range list {
		name, number, star := strings.Cut(p.name, "*")
		digits, extended := strings.CutSuffix(number, "*")
		n, err := strconv.Atoi(digits)
		if !star || err != nil || n < 0 {
			out = append(out, p)
			continue
		}
		if n == 0 {
			if extended {
				name += "*"
			}
			joined = append(joined, param{name, p.value})
			continue
		}
		for i := range joined {
			if strings.EqualFold(strings.TrimSuffix(joined[i].name, "*"), name) {
				joined[i].value += p.value
			}
		}
	}
	return append(out, joined...)
}
