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
	b = appendString(b, p.typ)
	b = appendString(append(b, ' '), p.sub)
	b = appendParams(append(b, ' '), p.params, strings.EqualFold(p.typ, "text"))
	b = appendNString(append(b, ' '), p.header(text, "Content-ID"))
	b = appendNString(append(b, ' '), p.header(text, "Content-Description"))
	encoding := p.encoding
	if encoding == "" {
		encoding = "7bit" // RFC 2045 §6.1
	}
	b = appendString(append(b, ' '), encoding)
	b = strconv.AppendInt(append(b, ' '), int64(p.end-p.body), 10)
	switch {
	case strings.EqualFold(p.typ, "text"):
		b = strconv.AppendInt(append(b, ' '), int64(p.lines), 10)
	case p.message() && len(p.parts) == 1:
		b = appendEnvelope(append(b, ' '), text, p.parts[0])
		b = appendStructure(append(b, ' '), text, p.parts[0], extended)
		b = strconv.AppendInt(append(b, ' '), int64(p.lines), 10)
	}
	if extended {
		b = appendNString(append(b, ' '), p.header(text, "Content-MD5"))
		b = appendExtension(b, text, p)
	}
	return append(b, ')')
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
	sub := p.sub
	if sub == "" {
		sub = "x-unknown"
	}
	b = appendString(append(b, ' '), sub)
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
	if v := p.header(text, "Content-Disposition"); v != "" {
		t := &tokens{s: v}
		b = appendString(append(b, '('), t.word())
		b = appendParams(append(b, ' '), t.params(), false)
		b = append(b, ')')
	} else {
		b = append(b, "NIL"...)
	}
	b = append(b, ' ')
	if v := p.header(text, "Content-Language"); v != "" {
		b = append(b, '(')
		for i, tag := range strings.Split(v, ",") {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendString(b, strings.TrimSpace(tag))
		}
		b = append(b, ')')
	} else {
		b = append(b, "NIL"...)
	}
	return appendNString(append(b, ' '), p.header(text, "Content-Location"))
}
