package message

import "strings"

// Address is one mailbox of a field such as From, To or Cc.
type Address struct {
	Name  string // display name, decoded; a comment behind the address counts as one
	Addr  string // local@domain without white space, comments and route; "" for an empty group
	Group string // the group it stands in
	// From and To are where the address itself stands in the value, without
	// angle brackets, so that it can be rewritten in place. Both are 0 for an
	// empty group.
	From, To int
}

// Addresses reads an address list (RFC 5322 §3.4), with the obsolete forms of
// §4.4: routes, empty elements, white space and comments around the dots.
// What is no address is left out. An empty group is one Address without Addr.
func Addresses(value string) []Address {
	p := addressParser{s: value}
	for !p.done() && len(p.list) < MaxAddresses {
		p.element()
	}
	return p.list
}

// RewriteAddresses returns the value with every address replaced by what
// rewrite returns for it; names, comments and folding stay. This is how
// trivial-rewrite and the canonical maps change headers.
func RewriteAddresses(value string, rewrite func(addr string) string) string {
	var b strings.Builder
	at := 0
	for _, a := range Addresses(value) {
		if a.Addr == "" || a.From < at {
			continue
		}
		to := rewrite(a.Addr)
		if to == a.Addr {
			continue
		}
		b.WriteString(value[at:a.From])
		b.WriteString(to)
		at = a.To
	}
	return b.String() + value[at:]
}

// addressParser walks over the elements of a list.
type addressParser struct {
	s     string
	i     int
	group string
	open  int // length of list when the group began
	list  []Address
}

func (p *addressParser) done() bool { return p.i >= len(p.s) }

// element reads up to the comma, semicolon or colon that ends it.
func (p *addressParser) element() {
	var e element
	e.from = -1
	for !p.done() {
		switch c := p.s[p.i]; c {
		case ' ', '\t', '\r', '\n':
			p.i++
			e.blank = true
		case '(':
			n := skipComment(p.s[p.i:])
			e.comment = commentText(p.s[p.i : p.i+n])
			p.i += n
		case '"':
			n := skipQuoted(p.s[p.i:])
			e.word(p.s[p.i:p.i+n], p.i, quotedText(p.s[p.i:p.i+n]))
			p.i += n
		case '<':
			p.angle(&e)
		case ',', ';':
			p.i++
			p.add(e)
			if c == ';' {
				p.endGroup()
			}
			return
		case ':':
			p.i++
			p.group = strings.TrimSpace(DecodeWords(e.phrase()))
			p.open = len(p.list)
			e = element{from: -1}
		default:
			n := strings.IndexAny(p.s[p.i:], " \t\r\n(\"<,;:")
			if p.s[p.i] == '[' {
				n = literalLen(p.s[p.i:])
			}
			if n < 0 {
				n = len(p.s) - p.i
			}
			e.word(p.s[p.i:p.i+n], p.i, p.s[p.i:p.i+n])
			p.i += n
		}
	}
	p.add(e)
}

// literalLen is the length of a domain literal such as [10.1.2.3] or
// [IPv6:::1]; -1 when it does not end.
func literalLen(s string) int {
	if i := strings.IndexByte(s, ']'); i > 0 {
		return i + 1
	}
	return -1
}

// endGroup closes a group; an empty one leaves a mark.
func (p *addressParser) endGroup() {
	if p.group != "" && len(p.list) == p.open {
		p.list = append(p.list, Address{Group: p.group})
	}
	p.group = ""
}

// angle reads "<route:local@domain>".
func (p *addressParser) angle(e *element) {
	from := p.i + 1
	end := -1
	for i := from; i < len(p.s); i++ { // a ">" in quotes or a comment is none
		if p.s[i] == '"' {
			i += skipQuoted(p.s[i:]) - 1
		} else if p.s[i] == '(' {
			i += skipComment(p.s[i:]) - 1
		} else if p.s[i] == '>' {
			end = i - from
			break
		}
	}
	next := from + end + 1
	if end < 0 { // it does not end: up to the comma
		if end = strings.IndexByte(p.s[from:], ','); end < 0 {
			end = len(p.s) - from
		}
		next = from + end
	}
	inner := p.s[from : from+end]
	// RFC 5322 §4.4: a route "@a,@b:" in front is to be ignored.
	if t := strings.TrimLeft(inner, " \t\r\n"); strings.HasPrefix(t, "@") {
		if colon := strings.IndexByte(inner, ':'); colon >= 0 {
			from += colon + 1
			inner = inner[colon+1:]
		}
	}
	e.inAngle = true
	e.addr = squeeze(inner)
	e.from, e.to = from, from+len(inner)
	p.i = next
}

// squeeze takes white space and comments outside quotes out of an address.
func squeeze(s string) string {
	s = stripComments(s)
	var b strings.Builder
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '"':
			n := skipQuoted(s[i:])
			b.WriteString(s[i : i+n])
			i += n
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String()
}

// add puts what was read into the list.
func (p *addressParser) add(e element) {
	a := Address{Group: p.group}
	switch {
	case e.inAngle:
		a.Name = strings.TrimSpace(DecodeWords(e.phrase()))
		a.Addr, a.From, a.To = e.addr, e.from, e.to
	case e.from >= 0:
		a.Addr, a.From, a.To = squeeze(p.s[e.from:e.to]), e.from, e.to
	}
	if a.Addr == "" {
		return
	}
	if a.Name == "" {
		a.Name = DecodeWords(Unfold(e.comment))
	}
	p.list = append(p.list, a)
}

// element is what was read of one element: either a phrase and an address in
// angle brackets, or words that are the address.
type element struct {
	words    []string
	from, to int // of the words, or of what stands in angle brackets
	blank    bool
	comment  string
	inAngle  bool
	addr     string
}

// word adds a word. text is its meaning.
func (e *element) word(raw string, at int, text string) {
	if e.inAngle {
		return // rubbish behind the bracket
	}
	if e.from < 0 {
		e.from = at
	}
	e.to = at + len(raw)
	if e.blank && len(e.words) > 0 {
		text = " " + text
	}
	e.blank = false
	e.words = append(e.words, text)
}

// phrase is the words as a display name.
func (e *element) phrase() string { return strings.Join(e.words, "") }
