package imap

import (
	"strconv"
	"strings"
)

// appendStructure appends BODY or, with extended, BODYSTRUCTURE (RFC 3501
// §7.4.2).
func appendStructure(b, text []byte, p *part, extended bool) []byte {
	b = append(b, '(')
	if p.multipart() {
		return append(appendMultipart(b, text, p, extended), ')')
	}
	typ, sub := p.typ, p.sub
	switch {
	case p.message():
		typ, sub = "message", "rfc822"
	case strings.EqualFold(typ, "multipart"), strings.EqualFold(typ, "message") && strings.EqualFold(sub, "rfc822"):
		typ, sub = "application", "octet-stream" // of which the parts were not read
	}
	b = appendString(b, typ)
	b = appendString(append(b, ' '), sub)
	b = appendParams(append(b, ' '), p.params, p.isText())
	b = p.appendContent(b, text, "Content-ID")
	b = p.appendContent(b, text, "Content-Description")
	encoding := p.encoding
	if encoding == "" {
		encoding = "7bit" // RFC 2045 §6.1
	}
	b = appendString(append(b, ' '), encoding)
	b = strconv.AppendInt(append(b, ' '), int64(p.end-p.body), 10)
	switch {
	case p.isText():
		b = strconv.AppendInt(append(b, ' '), int64(p.lines), 10)
	case p.message() && len(p.parts) == 1:
		b = appendEnvelope(append(b, ' '), text, p.parts[0])
		b = appendStructure(append(b, ' '), text, p.parts[0], extended)
		b = strconv.AppendInt(append(b, ' '), int64(p.lines), 10)
	}
	if extended {
		b = p.appendContent(b, text, "Content-MD5")
		b = appendExtension(b, text, p)
	}
	return append(b, ')')
}

// appendContent appends the value of a field that is told as it is.
func (p *part) appendContent(b, text []byte, name string) []byte {
	b = append(b, ' ')
	if f, ok := p.find(name); ok && p.mime {
		return appendString(b, oneLineOf(printable(value(text, f))))
	}
	return append(b, "NIL"...)
}

func appendMultipart(b, text []byte, p *part, extended bool) []byte {
	for _, child := range p.parts {
		b = appendStructure(b, text, child, extended)
	}
	if len(p.parts) == 0 {
		// RFC 3501 §9 body-type-mpart wants one part at least.
		b = append(b, `("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0`...)
		if extended {
			b = append(b, " NIL NIL NIL NIL"...)
		}
		b = append(b, ')')
	}
	b = appendString(append(b, ' '), p.sub)
	if extended {
		b = appendParams(append(b, ' '), p.params, false)
		b = appendExtension(b, text, p)
	}
	return b
}

// appendParams appends parameters; a text has a charset in any case.
func appendParams(b []byte, list []param, isText bool) []byte {
	charset := !isText
	for _, x := range list {
		charset = charset || strings.EqualFold(x.name, "charset")
	}
	if len(list) == 0 && charset {
		return append(b, "NIL"...)
	}
	b = append(b, '(')
	for i, x := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendString(b, x.name)
		b = appendString(append(b, ' '), x.value)
	}
	if !charset {
		if len(list) > 0 {
			b = append(b, ' ')
		}
		b = append(b, `"charset" "us-ascii"`...)
	}
	return append(b, ')')
}

// appendExtension appends disposition, language and location.
func appendExtension(b, text []byte, p *part) []byte {
	b = append(b, ' ')
	if kind, params, ok := p.disposition(text); ok {
		b = appendString(append(b, '('), kind)
		b = appendParams(append(b, ' '), params, false)
		b = append(b, ')')
	} else {
		b = append(b, "NIL"...)
	}
	b = append(b, ' ')
	if tags := p.languages(text); len(tags) > 0 {
		b = append(b, '(')
		for i, tag := range tags {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendString(b, tag)
		}
		b = append(b, ')')
	} else {
		b = append(b, "NIL"...)
	}
	return p.appendContent(b, text, "Content-Location")
}

// disposition reads the field Content-Disposition (RFC 2183).
func (p *part) disposition(text []byte) (kind string, params []param, ok bool) {
	f, found := p.find("Content-Disposition")
	if !found || !p.mime {
		return "", nil, false
	}
	t := &tokens{s: value(text, f)}
	t.skip()
	kind, at := t.token()
	if at == broken {
		return "", nil, false
	}
	return kind, t.params(), true
}

// languages reads the field Content-Language (RFC 3282 §2).
func (p *part) languages(text []byte) []string {
	f, found := p.find("Content-Language")
	if !found || !p.mime {
		return nil
	}
	var list []string
	t := &tokens{s: value(text, f)}
	for t.skip(); len(list) < maxAddresses; t.skip() {
		tag, at := t.atom()
		if at == broken {
			break
		}
		list = append(list, tag)
		if !t.at(',') {
			break
		}
		t.pos++
	}
	return list
}
