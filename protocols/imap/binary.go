package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// binary is a section with its transfer encoding undone (RFC 3516 §4.2).
// eight tells that it may hold octets that no ordinary literal has.
func (c *content) binary(sec *section) (data []byte, eight bool) {
	data = c.section(sec)
	c.parse()
	if sec.what == "TEXT" && len(sec.path) == 0 {
		if len(c.root.parts) == 0 {
			return decode(data, c.root.encoding)
		}
		whole := c.unencoded(c.root, nil)
		return whole[c.root.body:], true // its header is as it was
	}
	if sec.what != "" {
		return data, false
	}
	if len(sec.path) == 0 {
		return c.unencoded(c.root, nil), true
	}
	p := c.find(sec.path)
	if p == nil || len(p.parts) > 0 {
		return data, false
	}
	return decode(data, p.encoding)
}

// unencoded appends a part with all encodings inside undone; the header says
// so in a new field.
func (c *content) unencoded(p *part, b []byte) []byte {
	data, changed := decode(c.text[p.body:p.end], p.encoding)
	if len(p.parts) == 0 && !changed {
		return append(b, c.text[p.start:p.end]...)
	}
	if len(p.parts) == 0 {
		for _, f := range p.fields {
			if !strings.EqualFold(f.name, "Content-Transfer-Encoding") {
				b = append(b, c.text[f.start:f.end]...)
			}
		}
		b = append(b, "Content-Transfer-Encoding: binary\r\n\r\n"...)
		return append(b, data...)
	}
	at := p.start
	for _, child := range p.parts {
		b = append(b, c.text[at:child.start]...)
		b = c.unencoded(child, b)
		at = child.end
	}
	return append(b, c.text[at:p.end]...)
}

func fetchBinary(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	data, eight := c.binary(&it.sec)
	if eight || bytes.IndexByte(data, 0) >= 0 {
		b = append(b, '~') // RFC 3516 §4.4: literal8
	}
	data = it.sec.cut(data)
	b = append(strconv.AppendInt(append(b, '{'), int64(len(data)), 10), "}\r\n"...)
	return append(b, data...), nil
}

// fetchBinarySize tells the size of a section with its encoding undone; a
// partial behind it is ignored.
func fetchBinarySize(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	data, _ := c.binary(&it.sec)
	return strconv.AppendInt(b, int64(len(data)), 10), nil
}
