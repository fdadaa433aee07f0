package imap

import (
	"strings"

	mail "mailtrek/protocols/message"
)

// header is a key about a field: its decoded value contains a text in any
// case. An empty text asks whether the field is there.
func (p *searchParser) header(name, text string) key {
	s, text := p.s, fold(text)
	return func(i int) bool {
		c, err := s.load(i)
		if err != nil {
			return false
		}
		c.parse()
		for _, f := range c.root.fields {
			if strings.EqualFold(f.name, name) && strings.Contains(fold(decodedField(c.text, f)), text) {
				return true
			}
		}
		return false
	}
}

// address is a key about a field of addresses: the list, as it would be written
// anew, contains a text in any case.
func (p *searchParser) address(name, text string) key {
	s, text := p.s, fold(text)
	return func(i int) bool {
		c, err := s.load(i)
		if err != nil {
			return false
		}
		c.parse()
		for _, f := range c.root.fields {
			if strings.EqualFold(f.name, name) && strings.Contains(fold(writtenAddresses(value(c.text, f))), text) {
				return true
			}
		}
		return false
	}
}

// text is a key about what the message says: bodies of texts; with TEXT the
// headers of the message and of its parts as well.
func (p *searchParser) text(text string, whole bool) key {
	s, text := p.s, fold(text)
	return func(i int) bool {
		c, err := s.load(i)
		if err != nil {
			return false
		}
		c.parse()
		return c.says(c.root, text, whole)
	}
}

// says looks for a text in a part and the parts in it.
func (c *content) says(p *part, text string, header bool) bool {
	if text == "" {
		return true
	}
	if header {
		for _, f := range p.fields {
			if strings.Contains(fold(f.name+": "+decodedField(c.text, f)), text) {
				return true
			}
		}
	}
	if len(p.parts) == 0 {
		return (p.isText() || p.message()) && strings.Contains(fold(c.decoded(p)), text)
	}
	for _, child := range p.parts {
		if c.says(child, text, header) {
			return true
		}
	}
	return false
}

// decodedField is the value of a field with encoded words decoded (RFC 2047).
func decodedField(text []byte, f field) string {
	return mail.DecodeWords(strings.ToValidUTF8(unfolded(text, f), "\uFFFD"))
}

// fold makes texts comparable in any case (RFC 5051).
func fold(s string) string { return strings.ToUpper(s) }
