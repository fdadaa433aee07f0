package message

import (
	"bytes"
	"strconv"
	"strings"
)

// Part is a node of a message's MIME tree (RFC 2045 §2.5). The offsets count
// in the message that Tree was given.
type Part struct {
	Number      string // as IMAP counts: "1", "2.1"; "" for a root that has parts (RFC 3501 §6.4.5)
	Type        string // lower case, e.g. "text/plain"
	Params      Params // of Content-Type
	Encoding    string // Content-Transfer-Encoding in lower case, "7bit" when absent
	Disposition string // "inline", "attachment" or ""
	Filename    string // decoded; it comes from a stranger and is no path
	Description string
	ID          string // Content-ID without brackets
	Header      Header // its offsets count from Start
	Start       int    // of the part with its header
	Body        int    // of its body
	End         int    // behind its body
	Lines       int    // line ends in its body
	Parts       []*Part
	Problem     string // what is wrong with it, or ""
}

// Size is the number of octets of the body as it stands.
func (p *Part) Size() int { return p.End - p.Body }

// Multipart tells whether the part only holds other parts.
func (p *Part) Multipart() bool { return strings.HasPrefix(p.Type, "multipart/") }

// Message tells whether the part is a message of its own.
func (p *Part) Message() bool { return p.Type == "message/rfc822" || p.Type == "message/global" }

// Walk calls f for the part and all parts in it, in the order of the message.
func (p *Part) Walk(f func(part *Part, depth int)) { p.walk(f, 0) }

func (p *Part) walk(f func(*Part, int), depth int) {
	f(p, depth)
	for _, child := range p.Parts {
		child.walk(f, depth+1)
	}
}

// Tree reads the parts of a message. It always returns a tree: what cannot be
// read is a leaf with a Problem. Depth and number are limited by MaxDepth and
// MaxParts.
func Tree(raw []byte) *Part {
	t := treeReader{raw: raw}
	root := t.read(0, len(raw), "text/plain", 0)
	number(root, "")
	return root
}

// treeReader counts the parts of one message.
type treeReader struct {
	raw   []byte
	parts int
}

// read reads the part between two offsets. RFC 2046 §5.1.5 gives the default
// type.
func (t *treeReader) read(start, end int, defaultType string, depth int) *Part {
	t.parts++
	p := &Part{Start: start, End: end, Header: Scan(t.raw[start:end])}
	p.Body = start + p.Header.Body
	p.describe(defaultType)
	body := t.raw[p.Body:end]
	p.Lines = bytes.Count(body, []byte{'\n'})
	switch {
	case !p.Multipart() && !p.Message():
	case depth >= MaxDepth:
		p.Problem = "parts are nested deeper than " + strconv.Itoa(MaxDepth)
	case p.Message():
		if p.Encoding == "base64" || p.Encoding == "quoted-printable" {
			// RFC 2046 §5.2.1: a message must not be encoded.
			p.Problem = "a message inside " + p.Encoding + " is not read"
			break
		}
		p.Parts = []*Part{t.read(p.Body, end, "text/plain", depth+1)}
	default:
		t.split(p, depth)
	}
	return p
}

// describe reads the fields that tell what the part is.
func (p *Part) describe(defaultType string) {
	p.Type, p.Params = ParseParams(p.Header.Unfolded("Content-Type"))
	if !validType(p.Type) {
		if p.Type != "" {
			p.Problem = "Content-Type cannot be read"
		}
		p.Type, p.Params = defaultType, nil // RFC 2045 §5.2
	}
	p.Encoding = strings.ToLower(strings.TrimSpace(stripComments(p.Header.Unfolded("Content-Transfer-Encoding"))))
	if p.Encoding == "" {
		p.Encoding = "7bit" // RFC 2045 §6.1
	}
	var params Params
	p.Disposition, params = ParseParams(p.Header.Unfolded("Content-Disposition"))
	p.Filename = params.Value("filename")
	if p.Filename == "" {
		p.Filename = p.Params.Value("name")
	}
	p.Description = p.Header.Text("Content-Description")
	if ids := MessageIDs(p.Header.Unfolded("Content-ID")); len(ids) > 0 {
		p.ID = ids[0]
	}
}

// validType tells whether s is "type/subtype" of tokens.
func validType(s string) bool {
	t, sub, ok := strings.Cut(s, "/")
	return ok && t != "" && sub != "" && !strings.ContainsAny(s, " \t\"()<>@,;:\\[]?=") && !strings.Contains(sub, "/")
}

// split finds the parts between the delimiter lines of a multipart (RFC 2046
// §5.1.1). The line end before a delimiter belongs to the delimiter.
func (t *treeReader) split(p *Part, depth int) {
	boundary := p.Params.Value("boundary")
	if boundary == "" {
		p.Problem = "no boundary"
		return
	}
	defaultType := "text/plain"
	if p.Type == "multipart/digest" {
		defaultType = "message/rfc822" // RFC 2046 §5.1.5
	}
	from := -1 // where the part begins that is being read
	for at := p.Body; at < p.End; {
		n := lineLen(t.raw[at:p.End])
		kind := delimiter(t.raw[at:at+n], boundary)
		if kind != noDelimiter {
			if from >= 0 {
				if t.parts >= MaxParts {
					p.Problem = "more than " + strconv.Itoa(MaxParts) + " parts"
					return
				}
				p.Parts = append(p.Parts, t.read(from, withoutLineEnd(t.raw, from, at), defaultType, depth+1))
			}
			from = at + n
		}
		at += n
		if kind == lastDelimiter {
			return
		}
	}
	if from >= 0 {
		p.Problem = "the closing delimiter is missing"
		if t.parts < MaxParts {
			p.Parts = append(p.Parts, t.read(from, p.End, defaultType, depth+1))
		}
	} else {
		p.Problem = "no delimiter line"
	}
}

type delimiterKind uint8

const (
	noDelimiter delimiterKind = iota
	nextDelimiter
	lastDelimiter
)

// delimiter tells what a line is: "--boundary", "--boundary--" or neither.
// White space may follow.
func delimiter(line []byte, boundary string) delimiterKind {
	rest, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok {
		return noDelimiter
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(boundary)); !ok {
		return noDelimiter
	}
	kind := nextDelimiter
	if after, closing := bytes.CutPrefix(rest, []byte("--")); closing {
		kind, rest = lastDelimiter, after
	}
	if len(bytes.Trim(rest, " \t\r\n")) > 0 {
		return noDelimiter
	}
	return kind
}

// withoutLineEnd is at without the line end that stands before it.
func withoutLineEnd(raw []byte, from, at int) int {
	if at > from && raw[at-1] == '\n' {
		at--
		if at > from && raw[at-1] == '\r' {
			at--
		}
	}
	return at
}

// number gives the parts their numbers (RFC 3501 §6.4.5): the parts of a
// message inside are counted below the part that holds it, and a message of
// one part has part 1.
func number(p *Part, prefix string) {
	switch {
	case !p.Multipart():
		p.Number = prefix + "1"
		numberMessage(p)
	default:
		p.Number = strings.TrimSuffix(prefix, ".")
		numberParts(p, prefix)
	}
}

// numberParts counts the parts of a multipart.
func numberParts(p *Part, prefix string) {
	for i, child := range p.Parts {
		child.Number = prefix + strconv.Itoa(i+1)
		if child.Multipart() {
			numberParts(child, child.Number+".")
		}
		numberMessage(child)
	}
}

// numberMessage counts the parts of a message inside.
func numberMessage(p *Part) {
	if p.Message() && len(p.Parts) == 1 {
		number(p.Parts[0], p.Number+".")
	}
}
