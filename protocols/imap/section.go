package imap

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	mail "mailtrek/protocols/message"
)

// section is what stands between the brackets of BODY[…] (RFC 3501 §6.4.5).
type section struct {
	label   string // as the reply cites it, with the brackets
	path    []int
	what    string // "", MIME, HEADER, TEXT, HEADER.FIELDS, HEADER.FIELDS.NOT
	fields  []string
	partial bool
	from    uint64
	count   uint64
	counted bool
}

// parseSection reads "1.2.HEADER.FIELDS" with its list of fields.
func parseSection(text string, fields []arg, withFields bool) (sec section, ok bool) {
	rest := text
	for rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		number, after, more := strings.Cut(rest, ".")
		n, err := strconv.Atoi(number)
		if err != nil || more && after == "" {
			return sec, false
		}
		sec.path = append(sec.path, n)
		rest = after
	}
	sec.what = upper(rest)
	wants := false
	switch sec.what {
	case "", "TEXT", "HEADER":
	case "MIME":
		if len(sec.path) == 0 {
			return sec, false
		}
	case "HEADER.FIELDS", "HEADER.FIELDS.NOT":
		wants = true
	default:
		return sec, false
	}
	if wants != withFields || wants && len(fields) == 0 {
		return sec, false
	}
	b := []byte(upper(text))
	if wants {
		b = append(b, " ("...)
		for i, f := range fields {
			name, ok := f.astring()
			if !ok {
				return sec, false
			}
			if i > 0 {
				b = append(b, ' ')
			}
			if name = upper(name); f.kind == argAtom {
				b = append(b, name...)
			} else {
				b = appendString(b, name)
			}
			sec.fields = append(sec.fields, name)
		}
		b = append(b, ')')
	}
	sec.label = "[" + string(b) + "]"
	return sec, true
}

// parsePartial reads "<from.count>" behind the brackets.
func (sec *section) parsePartial(text string) string {
	if text == "" {
		return ""
	}
	if text[0] != '<' {
		return "Unexpected data after ']'"
	}
	start, rest, ok := leadingNumber(text[1:])
	if !ok {
		return "Too big partial start"
	}
	sec.partial, sec.from = true, start
	if after, found := strings.CutPrefix(rest, "."); found {
		if sec.count, rest, ok = leadingNumber(after); !ok {
			return "Too big partial end"
		}
		sec.counted = true
	}
	if !strings.HasPrefix(rest, ">") {
		return "Missing '>' in partial"
	}
	if rest != ">" {
		return "Unexpected data after '>'"
	}
	sec.label += "<" + strconv.FormatUint(start, 10) + ">"
	return ""
}

// leadingNumber reads the digits at the beginning of a text.
func leadingNumber(text string) (n uint64, rest string, ok bool) {
	rest = strings.TrimLeft(text, "0123456789")
	n, err := strconv.ParseUint(text[:len(text)-len(rest)], 10, 63)
	return n, rest, err == nil
}

// cut applies the partial.
func (sec *section) cut(b []byte) []byte {
	if !sec.partial {
		return b
	}
	b = b[min(sec.from, uint64(len(b))):]
	if sec.counted {
		b = b[:min(sec.count, uint64(len(b)))]
	}
	return b
}

// content is a message as a session has read it last.
type content struct {
	m    *message
	text []byte
	root *part
}

// find finds the part of a path. What is no multipart has one part, 1, its text;
// numbers below a message inside count the parts of that message.
func (c *content) find(path []int) *part {
	p, own := c.root, false // own: p has been named by the number of its text
	for i, n := range path {
		switch {
		case p.multipart():
			if n = max(n, 1); n > len(p.parts) { // Dovecot takes 0 for 1
				return nil
			}
			p, own = p.parts[n-1], false
		case n != 1 || own:
			return nil
		default:
			own = true
		}
		if p.message() && len(p.parts) == 1 && i+1 < len(path) {
			p, own = p.parts[0], false
		}
	}
	return p
}

// section returns the octets of a section; what does not exist is empty.
func (c *content) section(sec *section) []byte {
	if len(sec.path) == 0 {
		switch sec.what {
		case "":
			return c.text
		case "TEXT":
			return c.text[c.bodyStart():]
		case "HEADER":
			return c.text[:c.bodyStart()]
		}
	}
	c.parse()
	p := c.root
	if len(sec.path) > 0 {
		if p = c.find(sec.path); p == nil {
			return nil
		}
		switch {
		case sec.what == "":
			return c.text[p.body:p.end]
		case sec.what == "MIME":
			return c.text[p.start:p.body]
		case !p.message() || len(p.parts) == 0:
			return nil // RFC 3501 §6.4.5: only a message has HEADER and TEXT
		}
		p = p.parts[0]
	}
	switch sec.what {
	case "TEXT":
		return c.text[p.body:p.end]
	case "HEADER":
		return c.text[p.start:p.body]
	}
	return headerFields(c.text, p, sec)
}

// bodyStart is where the body begins, without reading the tree.
func (c *content) bodyStart() int {
	if c.root != nil {
		return c.root.body
	}
	if bytes.HasPrefix(c.text, []byte("\r\n")) {
		return 2
	}
	if i := bytes.Index(c.text, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	return len(c.text)
}

func (c *content) parse() {
	if c.root == nil {
		c.root = parseMIME(c.text)
	}
}

// headerFields picks fields out of a header, with the empty line behind it. For
// the fields of the message itself Dovecot has kept lines, which have an end, and
// puts an empty line behind them; otherwise it filters what is there.
func headerFields(text []byte, p *part, sec *section) []byte {
	kept := len(sec.path) == 0 && sec.what == "HEADER.FIELDS"
	end := p.start
	var b []byte
	for _, f := range p.fields {
		in := slices.ContainsFunc(sec.fields, func(n string) bool { return strings.EqualFold(n, f.name) })
		if in == (sec.what == "HEADER.FIELDS") {
			b = append(b, text[f.start:f.end]...)
			if kept && text[f.end-1] != '\n' {
				b = append(b, "\r\n"...)
			}
		}
		end = f.end
	}
	if kept {
		return append(b, "\r\n"...)
	}
	return append(b, text[min(end, p.body):p.body]...)
}

// decode undoes the encoding of a part; changed tells whether it had one.
func decode(b []byte, encoding string) (out []byte, changed bool) {
	var err error
	switch strings.ToLower(encoding) {
	case "base64":
		if end := bytes.IndexFunc(b, notInBase64); end >= 0 {
			b = b[:end] // Dovecot reads up to what does not belong there
		}
		out, err = mail.DecodeBase64(b)
	case "quoted-printable":
		out, err = mail.DecodeQuoted(b)
	default:
		return b, false
	}
	if err != nil && len(out) == 0 && !errors.Is(err, io.EOF) {
		return b, false
	}
	return out, true
}

func notInBase64(r rune) bool {
	return r > 0x7f || !isBlank(byte(r)) && r != '=' && r != '+' && r != '/' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// toCRLF puts CRLF at all line ends.
func toCRLF(b []byte) []byte {
	bare := 0
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			break
		}
		if i += n; i == 0 || b[i-1] != '\r' {
			bare++
		}
		i++
	}
	if bare == 0 {
		return b
	}
	out := make([]byte, 0, len(b)+bare)
	for i, c := range b {
		if c == '\n' && (i == 0 || b[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}
