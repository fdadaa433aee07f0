package imap

import (
	"bytes"
	"slices"
	"strings"
)

// address is an address as ENVELOPE tells it (RFC 3501 §7.4.2). A group begins
// with one that has only a mailbox and ends with one that has nothing.
type address struct{ name, route, mailbox, host string }

// What Dovecot puts where an address lacks something.
const (
	missingMailbox = "MISSING_MAILBOX"
	missingDomain  = "MISSING_DOMAIN"
	syntaxError    = "SYNTAX_ERROR"
)

// maxAddresses is the number of addresses read from one field.
const maxAddresses = 10240

// parseAddresses reads an address list (RFC 5322 §3.4).
func parseAddresses(value string) []address {
	t := &tokens{s: value}
	var list []address
	group := false
	for len(list) < maxAddresses {
		t.comment = ""
		c := t.peek()
		switch c {
		case 0:
			if group {
				list = append(list, address{})
			}
			return list
		case ',':
			t.pos++
			continue
		case ';':
			t.pos++
			if group {
				list = append(list, address{})
			}
			group = false
			continue
		}
		words := t.phrase()
		switch t.peek() {
		case ':':
			t.pos++
			group = true
			list = append(list, address{mailbox: strings.Join(words, " ")})
		case '<':
			t.pos++
			a := t.angle()
			a.name = strings.Join(words, " ")
			list = append(list, a)
		case '@':
			t.pos++
			t.comment = ""
			a := address{mailbox: strings.Join(words, ""), host: t.domain()}
			t.peek()
			a.name = t.comment
			list = append(list, a.complete())
		default:
			before := t.pos
			if next := t.peek(); len(words) > 0 && next != 0 && next != ',' && next != ';' {
				// What follows is no address: the words are taken for its name,
				// and the rest is not read.
				return append(list, address{name: strings.Join(words, " ")}.complete())
			}
			a := address{mailbox: strings.Join(words, " ")}
			a.name = t.comment
			list = append(list, a.complete())
			if len(words) == 0 {
				t.pos = before + 1 // what can begin no address
			}
		}
	}
	return list
}

func (a address) complete() address {
	if a.mailbox == "" {
		a.mailbox = missingMailbox
	}
	if a.host == "" {
		a.host = missingDomain
	}
	return a
}

// phrase reads words up to something else.
func (t *tokens) phrase() []string {
	var words []string
	for {
		switch c := t.peek(); {
		case c == '"':
			words = append(words, t.quoted())
		case c != 0 && !strings.ContainsRune(`<>@,;:\[]`, rune(c)):
			words = append(words, t.atom())
			t.comment = ""
		default:
			return words
		}
	}
}

// atom reads an atom in which dots may stand.
func (t *tokens) atom() string {
	from := t.pos
	for t.pos < len(t.s) && t.s[t.pos] > ' ' && !strings.ContainsRune(`()<>@,;:\"[]`, rune(t.s[t.pos])) {
		t.pos++
	}
	if t.pos == from {
		t.pos++
	}
	return t.s[from:t.pos]
}

// domain reads a domain or an address in brackets.
func (t *tokens) domain() string {
	if t.peek() == '[' {
		end := strings.IndexByte(t.s[t.pos:], ']')
		if end < 0 {
			end = len(t.s) - t.pos - 1
		}
		d := t.s[t.pos : t.pos+end+1]
		t.pos += end + 1
		return d
	}
	d := ""
	for c := t.peek(); c != 0 && !strings.ContainsRune(`<>@,;:\"[]`, rune(c)); c = t.peek() {
		if d != "" && !strings.HasSuffix(d, ".") && c != '.' {
			break
		}
		d += t.atom()
	}
	return d
}

// angle reads the rest of "<@route:mailbox@host>".
func (t *tokens) angle() address {
	var a address
	if t.peek() == '@' {
		for t.take('@') {
			if a.route != "" {
				a.route += ","
			}
			a.route += "@" + t.domain()
			t.take(',')
		}
		t.take(':')
	}
	a.mailbox = strings.Join(t.phrase(), "")
	if t.take('@') {
		a.host = t.domain()
	}
	if !t.take('>') {
		a.host = syntaxError
		if i := strings.IndexByte(t.s[t.pos:], ','); i >= 0 {
			t.pos += i
		} else {
			t.pos = len(t.s)
		}
	}
	return a.complete()
}

// appendEnvelope appends the ENVELOPE of a message (RFC 3501 §7.4.2). Sender
// and Reply-To default to From.
func appendEnvelope(b []byte, text []byte, p *part) []byte {
	b = append(b, '(')
	b = p.appendHeader(b, text, "Date")
	b = append(b, ' ')
	b = p.appendHeader(b, text, "Subject")
	from := p.addresses(text, "From")
	for _, name := range []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc"} {
		list := p.addresses(text, name)
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

// appendHeader appends the value of the last field of a name, as a literal if
// it is folded, which Dovecot decides before it unfolds it.
func (p *part) appendHeader(b, text []byte, name string) []byte {
	for _, f := range slices.Backward(p.fields) {
		if !strings.EqualFold(f.name, name) {
			continue
		}
		v := unfolded(text, f)
		if v != "" && bytes.ContainsRune(bytes.Trim(text[f.value:f.end], " \t\r\n"), '\n') {
			return appendLiteral(b, v)
		}
		return appendNString(b, v)
	}
	return appendNString(b, "")
}

// addresses are those of all fields of a name.
func (p *part) addresses(text []byte, name string) []address {
	var list []address
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) && len(list) < maxAddresses {
			list = append(list, parseAddresses(unfolded(text, f))...)
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
		for _, v := range []string{a.route, a.mailbox, a.host} {
			b = appendNString(append(b, ' '), v)
		}
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
