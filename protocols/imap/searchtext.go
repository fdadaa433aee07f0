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

// address is a key about a field of addresses: one of them, as it would be
// written anew, "name" <mailbox@host>, contains a text in any case.
func (p *searchParser) address(name, text string) key {
	s, text := p.s, fold(text)
	return func(i int) bool {
		c, err := s.load(i)
		if err != nil {
			return false
		}
		c.parse()
		for _, f := range c.root.fields {
			if !strings.EqualFold(f.name, name) {
				continue
			}
			for _, a := range writtenAddresses(unfolded(c.text, f)) {
				if strings.Contains(fold(a), text) {
					return true
				}
			}
		}
		return false
	}
}

// writtenAddresses writes the addresses of a field anew.
func writtenAddresses(value string) []string {
	var list []string
	for _, a := range parseAddresses(strings.ToValidUTF8(value, "\uFFFD")) {
		one := a.mailbox
		if a.host != "" && a.host != missingDomain {
			one += "@" + a.host
		}
		if name := mail.DecodeWords(a.name); name != "" {
			if strings.ContainsFunc(name, func(r rune) bool { // RFC 5322 §3.2.3 specials
				return r <= ' ' || r < 0x80 && strings.ContainsRune(`()<>@,;:\".[]`, r)
			}) {
				name = `"` + name + `"`
			}
			one = name + " <" + one + ">"
		}
		list = append(list, one)
	}
	return list
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
		return (strings.EqualFold(p.typ, "text") || p.message()) && strings.Contains(fold(c.decoded(p)), text)
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
