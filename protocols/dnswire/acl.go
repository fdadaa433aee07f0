package dnswire

import (
	"net/netip"
	"strings"
)

// ACL is an address match list of named.conf: the first element that matches
// decides, nothing matching is no.
type ACL struct{ elems []aclElem }

type aclElem struct {
	not    bool
	word   string // "any", "none", "localhost", "localnets", or "" for prefix or sub
	prefix netip.Prefix
	sub    *ACL // braces or the name of an acl
}

func anyACL() ACL { return ACL{elems: []aclElem{{word: "any"}}} }

// Allows tells whether an address matches; own are the addresses of the host
// with the size of their networks, for localhost and localnets.
func (a ACL) Allows(from netip.Addr, own []netip.Prefix) bool {
	yes, _ := a.match(from.Unmap(), own)
	return yes
}

func (a ACL) match(from netip.Addr, own []netip.Prefix) (yes, decided bool) {
	for _, e := range a.elems {
		hit := false
		switch e.word {
		case "any":
			hit = true
		case "none":
			return false, true
		case "localhost":
			hit = from.IsLoopback()
			for _, o := range own {
				hit = hit || o.Addr() == from
			}
		case "localnets":
			hit = from.IsLoopback()
			for _, o := range own {
				hit = hit || o.Contains(from)
			}
		default:
			if e.sub != nil {
				hit, _ = e.sub.match(from, own)
			} else {
				hit = e.prefix.Contains(from)
			}
		}
		if hit {
			return !e.not, true
		}
	}
	return false, false
}

// text writes the list as it stands between braces.
func (a ACL) text() string {
	var b strings.Builder
	for i, e := range a.elems {
		if i > 0 {
			b.WriteByte(' ')
		}
		if e.not {
			b.WriteByte('!')
		}
		switch {
		case e.word != "":
			b.WriteString(e.word)
		case e.sub != nil:
			b.WriteString("{ " + e.sub.text() + " }")
		case e.prefix.IsSingleIP():
			b.WriteString(e.prefix.Addr().String())
		default:
			b.WriteString(e.prefix.String())
		}
		b.WriteByte(';')
	}
	return b.String()
}

// acl reads the address match list of a statement's block.
func (p *confParser) acl(st confStmt) ACL {
	var out ACL
	if !st.block {
		p.bad(st.words[0], "'%s': { addresses } expected", st.words[0].text)
		return out
	}
	for _, e := range st.body {
		if len(e.words) == 0 && e.block {
			sub := p.acl(confStmt{words: st.words, body: e.body, block: true})
			out.elems = append(out.elems, aclElem{sub: &sub})
			continue
		}
		if len(e.words) == 0 {
			continue
		}
		t := e.words[0]
		var el aclElem
		word := t.text
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			el.not, word = true, rest
			if word == "" {
				word = e.word(1)
				if e.block {
					sub := p.acl(confStmt{words: st.words, body: e.body, block: true})
					out.elems = append(out.elems, aclElem{not: true, sub: &sub})
					continue
				}
			}
		}
		if p.aclWord(&el, word) {
			out.elems = append(out.elems, el)
		} else {
			p.bad(t, "undefined ACL '%s': an address, a prefix, any, none, localhost, localnets or the name of an acl expected", shown(word))
		}
	}
	return out
}

func (p *confParser) aclWord(el *aclElem, word string) bool {
	switch word {
	case "any", "none", "localhost", "localnets":
		el.word = word
		return true
	}
	if sub, ok := p.acls[word]; ok {
		el.sub = &sub
		return true
	}
	if a, err := netip.ParseAddr(word); err == nil && a.Zone() == "" {
		el.prefix = netip.PrefixFrom(a, a.BitLen())
		return true
	}
	// BIND takes 10/8 as well as 10.0.0.0/8.
	base, bits, ok := strings.Cut(word, "/")
	if ok && strings.IndexByte(base, ':') < 0 {
		for strings.Count(base, ".") < 3 {
			base += ".0"
		}
		word = base + "/" + bits
	}
	pre, err := netip.ParsePrefix(word)
	el.prefix = pre.Masked()
	return err == nil
}
