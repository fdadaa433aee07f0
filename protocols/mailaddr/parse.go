package mailaddr

import (
	"errors"
	"strings"
)

// ErrSyntax is the error for a path that holds no address, or more than one.
var ErrSyntax = errors.New("bad address syntax")

// Parse returns the internal form of the address in a path as it stands in
// MAIL or RCPT, after the colon: "<ivan@alabala.com>". The null path "<>" gives
// "". A source route "@a,@b:" is taken off (RFC 5321 appendix C).
//
// Not strict, it takes what Postfix takes: no angle brackets, blanks,
// comments. Deviates from RFC 5321 §4.1.2: a path need not have its brackets,
// and a local part need be neither dot-string nor quoted string. strict is
// the parameter strict_rfc821_envelopes = yes.
func Parse(path string, strict bool) (string, error) {
	text := path
	if len(text) >= 2 && text[0] == '<' && text[len(text)-1] == '>' {
		text = text[1 : len(text)-1]
		if isPlain(text) {
			return checkStrict(text, strict)
		}
	} else if strict {
		return "", ErrSyntax
	}
	if strings.HasPrefix(text, "@") {
		if _, after, ok := strings.Cut(text, ":"); ok {
			text = after
		}
	}
	addrs, others := parse(scan(text))
	if len(addrs) > 1 || strict && others > 0 {
		return "", ErrSyntax
	}
	if len(addrs) == 0 {
		return "", nil
	}
	return checkStrict(internal(addrs[0]), strict)
}

func checkStrict(addr string, strict bool) (string, error) {
	if strict && strings.HasPrefix(addr, "@") {
		return "", ErrSyntax
	}
	return addr, nil
}

// isPlain reports whether s holds nothing that needs a parser: words, dots and
// @ without blanks. Nearly all addresses are so.
func isPlain(s string) bool {
	for i := range len(s) {
		if special[s[i]] {
			return false
		}
	}
	return s != ""
}

// element is a token or a group of tokens in the list that parse works on.
type element struct {
	token
	group      []token
	prev, next *element
}

// kindAddr is the kind of an element that groups the tokens of an address.
const kindAddr kind = 512

// parser groups the tokens of a text into addresses, from right to left as
// Postfix does it (tok822_parse): the text between two commas, or between
// angle brackets, is an address; what stands before the brackets is a phrase;
// comments are moved aside; two words without an operator between them belong
// to two addresses.
type parser struct {
	right   *element // the element after the address under construction
	noWord  bool     // the next word to the left would need an operator first
	inGroup bool     // a ";" was seen: a ":" would begin a named group
}

// parse returns the addresses, and how many other tokens but brackets there
// are. The count includes the commas that are missing between addresses.
func parse(tokens []token) (addrs [][]token, others int) {
	head := &element{}
	tail := head
	for _, t := range tokens {
		e := &element{token: t, prev: tail}
		tail.next = e
		tail = e
	}
	end := &element{prev: tail}
	tail.next = end
	p := parser{right: end}
	at := end.prev
	for at.kind != 0 {
		at = p.step(at)
	}
	groupBetween(at, p.right, false)
	for e := head.next; e != end; e = e.next {
		switch e.kind {
		case kindAddr:
			addrs = append(addrs, e.group)
		case '<', '>':
		default:
			others++
		}
	}
	return addrs, others
}

// step looks at one element and returns the next one to look at.
func (p *parser) step(at *element) *element {
	switch at.kind {
	case kindComment:
		return p.moveComment(at)
	case ';':
		p.right = groupBetween(at, p.right, true)
		p.inGroup, p.noWord = true, false
	case ':':
		p.noWord = false
		if p.inGroup {
			groupBetween(at, p.right, false)
			for at.kind != 0 && at.kind != ',' {
				at = at.prev
			}
			p.right = at
			return at
		}
	case '>':
		return p.route(at)
	case kindAtom, kindQuoted, kindLiteral:
		if p.noWord {
			p.right = groupBetween(at, p.right, true).next
		}
		p.noWord = true
	case ',':
		p.right = groupBetween(at, p.right, false)
		p.noWord = false
	default:
		p.noWord = false
	}
	return at.prev
}

// route handles "<…>" from its right end, and skips the phrase before it.
func (p *parser) route(at *element) *element {
	p.right = groupBetween(at, p.right, true)
	for at = at.prev; at.kind != 0 && at.kind != '<'; {
		if at.kind == kindComment {
			at = p.moveComment(at)
		} else {
			at = at.prev
		}
	}
	groupBetween(at, p.right, false)
	for at.kind != 0 && at.kind != '>' && at.kind != ';' && at.kind != ',' && at.kind != ':' {
		at = at.prev
	}
	p.right = at
	p.noWord = false
	return at
}

// moveComment moves a comment to the right of the address under construction.
func (p *parser) moveComment(at *element) *element {
	prev := at.prev
	at.prev.next, at.next.prev = at.next, at.prev
	at.prev, at.next = p.right.prev, p.right
	at.prev.next, p.right.prev = at, at
	p.right = at
	return prev
}

// groupBetween makes an address of what stands between two elements and
// returns the left one. comma puts a comma in front of it.
func groupBetween(left, right *element, comma bool) *element {
	if left == right || left.next == right {
		return left
	}
	g := &element{token: token{kind: kindAddr}}
	for e := left.next; e != right; e = e.next {
		g.group = append(g.group, e.token)
	}
	link(left, g)
	link(g, right)
	if comma {
		c := &element{token: token{kind: ','}}
		link(left, c)
		link(c, g)
	}
	return left
}

func link(a, b *element) { a.next, b.prev = b, a }
