package imap

import (
	"strconv"
	"strings"
)

// site is a part of a message and where it stands.
type site struct {
	c      *content
	p      *part
	parent *site
	index  int // among its siblings, from 1
	depth  int // 0 is the message itself
}

// children are the sites of the parts in a part.
func (x *site) children() []*site {
	var list []*site
	for i, p := range x.p.parts {
		list = append(list, &site{c: x.c, p: p, parent: x, index: i + 1, depth: x.depth + 1})
	}
	return list
}

// has tells whether a part, or one in it, fits.
func (x *site) has(fits partKey) bool {
	if fits(x) {
		return true
	}
	for _, child := range x.children() {
		if child.has(fits) {
			return true
		}
	}
	return false
}

// partKey tells whether a part is meant.
type partKey func(x *site) bool

// mimePart is the key MIMEPART, which Dovecot has of its own: a message with a
// part to which all inner keys apply.
func (p *searchParser) mimePart() key {
	if len(p.args) == 0 {
		return p.fail("Missing MIMEPART key")
	}
	fits := p.partKey(false)
	s := p.s
	return func(i int) bool {
		c, err := s.load(i)
		if err != nil {
			return false
		}
		c.parse()
		return (&site{c: c, p: c.root, index: 1}).has(fits)
	}
}

// noPart notes what is wrong inside MIMEPART.
func (p *searchParser) noPart(text string) partKey {
	p.fail(text)
	return func(*site) bool { return false }
}

// partKeys reads all keys of a list.
func (p *searchParser) partKeys(related bool) partKey {
	if len(p.args) == 0 {
		return p.noPart("No MIMEPART keys inside list")
	}
	var list []partKey
	for len(p.args) > 0 && p.problem == "" {
		list = append(list, p.partKey(related))
	}
	return func(x *site) bool {
		for _, k := range list {
			if !k(x) {
				return false
			}
		}
		return true
	}
}

// partKey reads one key; related tells that it stands behind PARENT or CHILD.
func (p *searchParser) partKey(related bool) partKey {
	if p.depth++; p.depth > MaxDepth {
		return p.noPart("Too many nested search keys")
	}
	defer func() { p.depth-- }()
	if len(p.args) == 0 {
		return p.noPart("Missing MIMEPART key")
	}
	a := p.args[0]
	p.args = p.args[1:]
	if a.kind == argList {
		inner := &searchParser{s: p.s, args: a.list, common: p.common, depth: p.depth}
		k := inner.partKeys(related)
		if inner.problem != "" {
			return p.noPart(inner.problem)
		}
		return k
	}
	name := upper(a.text)
	switch name {
	case "NOT":
		k := p.partKey(related)
		return func(x *site) bool { return !k(x) }
	case "OR":
		k, other := p.partKey(related), p.partKey(related)
		return func(x *site) bool { return k(x) || other(x) }
	case "EXISTS":
		if !related {
			return p.noPart("EXISTS key can only be used with PARENT or CHILD")
		}
		return func(*site) bool { return true }
	case "PARENT":
		k := p.partKey(true)
		return func(x *site) bool { return x.parent != nil && k(x.parent) }
	case "CHILD":
		k := p.partKey(true)
		return func(x *site) bool {
			for _, child := range x.children() {
				if k(child) {
					return true
				}
			}
			return false
		}
	case "DEPTH", "INDEX", "SIZE":
		return p.partNumber(name)
	case "DISPOSITION":
		return p.partDisposition()
	case "FILENAME":
		return p.partFilename()
	}
	return p.partText(name)
}

// partNumber reads [MIN n | MAX n | n], for SIZE [LARGER n | SMALLER n | n].
func (p *searchParser) partNumber(name string) partKey {
	text, ok := p.parameter(name)
	how := upper(text)
	bounded := how == "MIN" || how == "MAX"
	if name == "SIZE" {
		bounded = how == "LARGER" || how == "SMALLER"
	}
	if ok && bounded {
		text, ok = p.parameter(name)
	}
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 0 {
		what := map[string]string{"DEPTH": "level", "INDEX": "number", "SIZE": "value"}[name]
		return p.noPart("Invalid MIMEPART " + name + " " + what)
	}
	value := func(x *site) int {
		switch {
		case name == "DEPTH":
			return x.depth
		case name == "INDEX":
			return x.index
		case x.p.multipart():
			return 0 // a multipart has no size of its own
		}
		return x.p.end - x.p.body
	}
	return func(x *site) bool {
		v := value(x)
		switch how {
		case "MIN":
			return v >= n
		case "MAX":
			return v <= n
		case "LARGER":
			return v > n
		case "SMALLER":
			return v < n
		}
		return v == n
	}
}

// disposition reads the field Content-Disposition (RFC 2183).
func (x *site) disposition() (kind string, params []param) {
	kind, params, _ = x.p.disposition(x.c.text)
	return kind, params
}

func (p *searchParser) partDisposition() partKey {
	how, ok := p.parameter("DISPOSITION")
	switch {
	case ok && strings.EqualFold(how, "TYPE"):
		want, _ := p.decoded("DISPOSITION")
		return func(x *site) bool { kind, _ := x.disposition(); return kind != "" && strings.EqualFold(kind, want) }
	case ok && strings.EqualFold(how, "PARAM"):
		name, _ := p.parameter("DISPOSITION")
		want, _ := p.decoded("DISPOSITION")
		return func(x *site) bool { _, params := x.disposition(); return hasParam(params, name, want) }
	}
	return p.noPart("Invalid MIMEPART DISPOSITION key type")
}

// hasParam tells whether a parameter's value contains a text.
func hasParam(list []param, name, want string) bool {
	for _, q := range list {
		if strings.EqualFold(q.name, name) && strings.Contains(fold(q.value), fold(want)) {
			return true
		}
	}
	return false
}

func (p *searchParser) partFilename() partKey {
	how, ok := p.parameter("FILENAME")
	compare := map[string]func(a, b string) bool{
		"IS": func(a, b string) bool { return a == b }, "CONTAINS": strings.Contains,
		"BEGINS": strings.HasPrefix, "ENDS": strings.HasSuffix,
	}[upper(how)]
	if !ok || compare == nil {
		return p.noPart("Invalid MIMEPART FILENAME match type")
	}
	want, _ := p.decoded("FILENAME")
	return func(x *site) bool {
		_, params := x.disposition()
		for _, q := range params {
			if strings.EqualFold(q.name, "filename") && compare(fold(q.value), fold(want)) {
				return true
			}
		}
		return false
	}
}

// partText reads the keys that compare a text. Those about an envelope mean that
// of a message inside; Dovecot finds nothing by BODY, TEXT and HEADER.
func (p *searchParser) partText(name string) partKey {
	second := ""
	switch name {
	case "TYPE", "SUBTYPE", "ENCODING", "MD5", "DESCRIPTION", "ID", "LANGUAGE", "LOCATION", "BODY", "TEXT",
		"BCC", "CC", "FROM", "IN-REPLY-TO", "MESSAGE-ID", "REPLY-TO", "SENDER", "SUBJECT", "TO":
	case "PARAM", "HEADER":
		second, _ = p.parameter(name)
	default:
		return p.noPart("Unknown MIMEPART key " + name)
	}
	want, ok := p.decoded(name)
	if !ok {
		return p.noPart("")
	}
	contains := func(field string) partKey {
		return func(x *site) bool {
			v := x.p.header(x.c.text, field)
			return v != "" && strings.Contains(fold(v), fold(want))
		}
	}
	switch name {
	case "TYPE":
		return func(x *site) bool { return strings.EqualFold(x.p.typ, want) }
	case "SUBTYPE":
		return func(x *site) bool { return strings.EqualFold(x.p.sub, want) }
	case "ENCODING":
		return func(x *site) bool { return strings.EqualFold(x.p.encoding, want) }
	case "PARAM":
		return func(x *site) bool { return hasParam(x.p.params, second, want) }
	case "MD5", "DESCRIPTION", "ID", "LANGUAGE", "LOCATION":
		return contains("Content-" + name)
	case "BODY", "TEXT", "HEADER":
		return func(*site) bool { return false }
	}
	envelope := contains(name)
	return func(x *site) bool { return x.parent != nil && x.parent.p.message() && envelope(x) }
}
