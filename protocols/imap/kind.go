package imap

import (
	"slices"
	"strconv"
	"strings"
)

// kind is what the Content fields of a part say (RFC 2045 §5, RFC 2183). They
// count only where there is a Content-Type or a MIME-Version, or inside a
// multipart.
type kind struct {
	mime     bool
	typed    bool   // there is a Content-Type
	typ, sub string // as written; "text", "plain" where nothing is said
	params   []param
	encoding string
	rfc822   bool // a message with its part inside
	multi    bool // a multipart
	digest   bool
}

// param is a parameter of a structured field.
type param struct{ name, value string }

// maxBoundary is how much of a boundary is looked at.
const maxBoundary = 80

func (p *part) multipart() bool { return p.multi }

func (p *part) message() bool { return p.rfc822 }

// isText tells whether the part is a text.
func (k *kind) isText() bool { return strings.EqualFold(k.typ, "text") }

// settle reads the Content fields when the header is complete, and returns the
// boundary of a multipart.
func (p *part) settle(text []byte) (boundary string) {
	p.typ, p.sub = "text", "plain"
	for _, f := range p.fields {
		switch {
		case strings.EqualFold(f.name, "MIME-Version"):
			p.mime = true
		case strings.EqualFold(f.name, "Content-Type") && !p.typed:
			p.mime, p.typed = true, true
			p.contentType(value(text, f))
		case strings.EqualFold(f.name, "Content-Transfer-Encoding") && p.encoding == "":
			t := &tokens{s: value(text, f)}
			t.skip()
			if word, at := t.token(); at == ended {
				p.encoding = word
			}
		}
	}
	if !p.mime {
		p.encoding = ""
	}
	if !p.typed && p.parent != nil && p.parent.digest {
		p.typ, p.sub, p.rfc822 = "message", "rfc822", true // RFC 2046 §5.1.5
	}
	if !p.multi {
		return ""
	}
	for _, x := range p.params {
		if strings.EqualFold(x.name, "boundary") {
			return x.value[:min(len(x.value), maxBoundary)]
		}
	}
	return ""
}

// contentType reads the field Content-Type. One that is broken behind the type
// says nothing of parameters, one without a subtype nothing at all.
func (k *kind) contentType(v string) {
	t := &tokens{s: v}
	t.skip()
	k.typ, k.sub = "", ""
	typ, at := t.token()
	if at != follows || typ == "" {
		if at == ended {
			k.typ = typ
		}
		return
	}
	if !t.at('/') {
		return
	}
	t.pos++
	if t.skip() != follows {
		return
	}
	sub, at := t.token()
	if at == broken || sub == "" || at == follows && !t.at(';') {
		return
	}
	k.typ, k.sub = typ, sub
	k.params = t.params()
	switch {
	case strings.EqualFold(typ, "multipart"):
		k.multi, k.digest = true, strings.EqualFold(sub, "digest")
	case strings.EqualFold(typ, "message") && strings.EqualFold(sub, "rfc822"):
		k.rfc822 = true
	}
}

// params reads "; name=value" up to the end. What belongs to none is passed
// over.
func (t *tokens) params() []param {
	var list []param
	for t.pos < len(t.s) && len(list) < 256 {
		if x, ok := t.param(); ok {
			list = append(list, x)
		} else if t.pos < len(t.s) {
			t.pos++
		}
	}
	return continued(list)
}

func (t *tokens) param() (x param, ok bool) {
	if !t.at(';') {
		return x, false
	}
	t.pos++
	if t.skip() != follows {
		return x, false
	}
	name, at := t.token()
	if at != follows || !t.at('=') {
		return x, false
	}
	t.pos++
	x.name = name
	switch at = t.skip(); {
	case at != follows:
	case t.at('"'):
		x.value, at = t.quoted()
	case t.at('='): // name==?utf-8?b?...?=
		x.value, _ = t.take(func(c byte) bool { return c != ';' && !isBlank(c) })
	default:
		x.value, at = t.token()
	}
	return x, at != broken
}

// spread is one of "name*0", "name*1*", … (RFC 2231 §3, §4).
type spread struct {
	param
	index    int
	extended bool
}

// continued joins values that are spread over several parameters. They come
// behind the others, by name; with an extended one among them the name keeps its
// star.
func continued(list []param) []param {
	var out []param
	var pieces []spread
	index := 0
	for _, p := range list {
		x, ok := spreadOf(p, index)
		if index = x.index; ok {
			pieces = append(pieces, x)
		} else {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(pieces, func(a, b spread) int {
		if n := strings.Compare(a.name, b.name); n != 0 {
			return n
		}
		return a.index - b.index
	})
	for len(pieces) > 0 {
		n := 1
		for n < len(pieces) && strings.EqualFold(pieces[n].name, pieces[0].name) {
			n++
		}
		out = append(out, joined(pieces[:n])...)
		pieces = pieces[n:]
	}
	return out
}

// spreadOf reads the name of a parameter. One with nothing behind its star has,
// as in Dovecot, the number of the one before.
func spreadOf(p param, before int) (x spread, ok bool) {
	x.index = before
	name, rest, star := strings.Cut(p.name, "*")
	if !star {
		return x, false
	}
	x.param = param{name, p.value}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if rest != "" {
		x.index, _ = strconv.Atoi(rest[:min(digits, 9)])
	}
	rest = rest[digits:]
	if x.extended = rest == "*" || rest == "" && digits == 0; x.extended {
		rest = ""
	}
	return x, rest == ""
}

// joined makes one parameter of the pieces of a name, unless one is missing.
func joined(pieces []spread) []param {
	extended, whole := false, true
	for i, x := range pieces {
		extended = extended || x.extended
		whole = whole && x.index == i
	}
	if !whole {
		var list []param
		for _, x := range pieces {
			name := x.name + "*" + strconv.Itoa(x.index)
			if x.extended {
				name += "*"
			}
			list = append(list, param{name, x.value})
		}
		return list
	}
	all := param{name: pieces[0].name}
	if extended {
		all.name += "*"
		if !pieces[0].extended {
			all.value = "''"
		}
	}
	for _, x := range pieces {
		if extended && !x.extended {
			x.value = strings.ReplaceAll(x.value, "%", "%25")
		}
		all.value += x.value
	}
	return []param{all}
}
