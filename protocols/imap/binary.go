package imap

import (
	"bytes"
	"strconv"
	"strings"

	mail "mailtrek/protocols/message"
)

// fetchFault is why contents cannot be told. The message is told as far as it
// went, and the command fails.
type fetchFault struct {
	text string
	dead bool // and the session ends
}

// Error is the text.
func (f *fetchFault) Error() string { return f.text }

// Reply is the text behind NO.
func (f *fetchFault) Reply() string { return f.text }

// What is wrong with a transfer encoding (RFC 3516 §4.3, RFC 5530 §3). One that
// is only cut off is more than Dovecot expects.
var (
	errUnknownCTE = &fetchFault{text: "[UNKNOWN-CTE] Unknown Content-Transfer-Encoding"}
	errDamaged    = &fetchFault{text: "[PARSE] Invalid data in MIME part"}
	errCutOff     = &fetchFault{dead: true}
)

// transfer is the encoding that BINARY undoes. It looks at the field itself, be
// there a MIME-Version or not.
func (p *part) transfer(text []byte) (encoding string, err error) {
	for _, f := range p.fields {
		if !strings.EqualFold(f.name, "Content-Transfer-Encoding") {
			continue
		}
		t := &tokens{s: value(text, f)}
		t.skip()
		word, _ := t.token()
		encoding = strings.ToLower(word)
		switch encoding {
		case "7bit", "8bit", "binary", "base64", "quoted-printable":
		default:
			err = errUnknownCTE
		}
	}
	return encoding, err
}

// undone appends a part with all encodings inside undone; headers say so in a
// new field. converted tells whether there was one.
func (c *content) undone(b []byte, p *part, header bool) (out []byte, converted bool, err error) {
	encoding, err := p.transfer(c.text)
	if err != nil {
		return b, false, err
	}
	encoded := encoding == "base64" || encoding == "quoted-printable"
	if header && encoded {
		b = c.saysBinary(b, p)
	} else if header {
		b = append(b, c.text[p.start:p.body]...)
	}
	body := c.text[p.body:p.end]
	switch {
	case len(p.parts) > 0:
		at := p.body
		for _, child := range p.parts {
			b = append(b, c.text[at:child.start]...)
			var one bool
			if b, one, err = c.undone(b, child, true); err != nil {
				return b, false, err
			}
			converted = converted || one
			at = child.end
		}
		return append(b, c.text[at:p.end]...), converted, nil
	case !encoded || len(body) == 0:
		return append(b, body...), false, nil
	}
	data, err := decodeStrictly(body, encoding)
	return append(b, data...), true, err
}

// saysBinary appends a header that tells of no encoding.
func (c *content) saysBinary(b []byte, p *part) []byte {
	end := p.start
	for _, f := range p.fields {
		if !strings.EqualFold(f.name, "Content-Transfer-Encoding") {
			b = append(b, c.text[f.start:f.end]...)
		}
		end = f.end
	}
	if end < p.body {
		b = append(b, "Content-Transfer-Encoding: binary\r\n"...)
	}
	return append(b, c.text[min(end, p.body):p.body]...)
}

// decodeStrictly undoes an encoding of which nothing is damaged.
func decodeStrictly(body []byte, encoding string) ([]byte, error) {
	if encoding == "quoted-printable" {
		data, err := mail.DecodeQuoted(body)
		if err != nil {
			return nil, errDamaged
		}
		return data, nil
	}
	if bytes.ContainsFunc(body, notInBase64) {
		return nil, errDamaged
	}
	data, err := mail.DecodeBase64(body)
	if err != nil {
		return nil, errCutOff
	}
	return data, nil
}

// binary is a section with its transfer encodings undone (RFC 3516 §4.2). eight
// tells that it was encoded and so may hold octets that no ordinary literal has.
func (c *content) binary(sec *section) (data []byte, eight bool, err error) {
	c.parse()
	if sec.what != "" && sec.what != "TEXT" {
		return c.section(sec), false, nil
	}
	p := c.root
	if len(sec.path) > 0 {
		p = c.find(sec.path)
	}
	if p != nil && len(sec.path) > 0 && sec.what == "TEXT" {
		if !p.message() || len(p.parts) == 0 {
			return nil, false, nil
		}
		p = p.parts[0]
	}
	if p == nil {
		return nil, false, nil
	}
	header := sec.what == "" && len(sec.path) == 0
	data, eight, err = c.undone(nil, p, header)
	if err == nil && !eight {
		from := p.body
		if header {
			from = p.start
		}
		data = c.text[from:p.end] // there was nothing to do
	}
	return data, eight || bytes.IndexByte(data, 0) >= 0, err
}

func fetchBinary(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	data, eight, err := c.binary(&it.sec)
	if err != nil {
		return b, err
	}
	if eight {
		b = append(b, '~') // RFC 3516 §4.4: literal8
	}
	data = it.sec.cut(data)
	b = append(strconv.AppendInt(append(b, '{'), int64(len(data)), 10), "}\r\n"...)
	return append(b, data...), nil
}

// fetchBinarySize tells the size of a section with its encodings undone; a
// partial behind it is ignored.
func fetchBinarySize(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	data, _, err := c.binary(&it.sec)
	if err != nil {
		return b, err
	}
	return strconv.AppendInt(b, int64(len(data)), 10), nil
}
