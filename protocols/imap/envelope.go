package imap

import "strings"

// appendEnvelope appends the ENVELOPE of a message (RFC 3501 §7.4.2). Sender
// and Reply-To default to From.
func appendEnvelope(b []byte, text []byte, p *part) []byte {
	b = append(b, '(')
	b = p.appendHeader(b, text, "Date")
	b = append(b, ' ')
	b = p.appendHeader(b, text, "Subject")
	from := p.addresses(text, "From")
	for _, name := range []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc"} {
		list := from
		if name != "From" {
			list = p.addresses(text, name)
		}
		if len(list) == 0 && (name == "Sender" || name == "Reply-To") {
			list = from
		}
		b = appendAddresses(append(b, ' '), list)
	}
	b = append(b, ' ')
	b = p.appendHeader(b, text, "In-Reply-To")
	b = append(b, ' ')
	b = p.appendHeader(b, text, "Message-ID")
	return append(b, ')')
}

// appendHeader appends the value of the last field of a name.
func (p *part) appendHeader(b, text []byte, name string) []byte {
	for i := len(p.fields) - 1; i >= 0; i-- {
		f := p.fields[i]
		if !strings.EqualFold(f.name, name) {
			continue
		}
		if name == "Subject" {
			return appendText(b, printable(value(text, f)))
		}
		return appendString(b, oneLineOf(printable(value(text, f))))
	}
	return append(b, "NIL"...)
}

// printable puts U+FFFD in the place of NUL, which no string may hold.
func printable(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

// oneLineOf takes the line ends out of a value; the blank that follows stays.
func oneLineOf(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	return strings.ReplaceAll(s, "\n", "")
}

// addresses are those of all fields of a name.
func (p *part) addresses(text []byte, name string) []address {
	var list []address
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) && len(list) < maxAddresses {
			list = append(list, parseAddresses(printable(value(text, f)))...)
		}
	}
	return list
}

func appendAddresses(b []byte, list []address) []byte {
	if len(list) == 0 {
		return append(b, "NIL"...)
	}
	b = append(b, '(')
	for _, a := range list {
		b = append(b, '(')
		if a.name == "" {
			b = append(b, "NIL"...)
		} else {
			b = appendText(b, a.name)
		}
		b = appendNString(append(b, ' '), a.route)
		if b = append(b, ' '); a.given {
			b = appendString(b, a.mailbox)
		} else {
			b = append(b, "NIL"...)
		}
		b = appendNString(append(b, ' '), a.host)
		b = append(b, ')')
	}
	return append(b, ')')
}

// appendNString appends a string, NIL for an empty one.
func appendNString(b []byte, s string) []byte {
	if s == "" {
		return append(b, "NIL"...)
	}
	return appendString(b, s)
}
