package trace

import (
	"strings"
	"unicode/utf8"
)

// pattern is a text in which "*" stands for any characters and "?" for one.
// ASCII letters match in either case. The zero pattern matches everything.
type pattern struct {
	set  bool
	glob bool
	text string
}

// Glob tells whether s is as the pattern says, in the way of a selector: "*"
// stands for any characters, "?" for one, and case does not matter in ASCII.
func Glob(pattern, s string) bool { return newPattern(pattern).match(s) }

func newPattern(s string) pattern {
	return pattern{set: true, glob: strings.ContainsAny(s, "*?"), text: s}
}

// literal is a pattern without wildcards.
func literal(s string) pattern { return pattern{set: true, text: s} }

func (p pattern) match(s string) bool {
	if !p.set {
		return true
	}
	if !p.glob {
		return equalFold(p.text, s)
	}
	return globMatch(p.text, s)
}

// within tells whether the pattern matches some part of s.
func (p pattern) within(s string) bool {
	if !p.set {
		return true
	}
	if p.glob {
		return globMatch("*"+p.text+"*", s)
	}
	for i := 0; i+len(p.text) <= len(s); i++ {
		if equalFold(p.text, s[i:i+len(p.text)]) {
			return true
		}
	}
	return false
}

func (p pattern) symbol(t *Trace, s Sym) bool { return !p.set || p.match(t.Name(s)) }

func (p pattern) node(t *Trace, id NodeID) bool {
	return !p.set || id != 0 && matchNode(p, t.Node(id))
}

func matchNode(p pattern, n *Node) bool {
	if p.match(n.Name) || p.match(n.Short) {
		return true
	}
	for _, a := range n.Addrs {
		if p.match(a) {
			return true
		}
	}
	return false
}

func matchMsg(p pattern, t *Trace, id MsgID) bool {
	return id != 0 && (p.match(t.Msg(id).Name) || !p.glob && p.text == itoa(uint64(id)))
}

// globMatch goes back only to the last "*", so its cost is at most the product
// of the two lengths.
func globMatch(p, s string) bool {
	star, mark, i := -1, 0, 0
	for j := 0; j < len(s); {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && p[i] == '?':
			_, n := utf8.DecodeRuneInString(s[j:])
			i, j = i+1, j+n
		case i < len(p) && lower(p[i]) == lower(s[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.TrimLeft(p[i:], "*") == ""
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
