package imap

import (
	"fmt"
	"slices"
)

// MaxContexts is how many searches of a session may be kept up to date.
const MaxContexts = 64

// A searchContext is a search whose result is kept up to date (RFC 5267 §4.3,
// CONTEXT=SEARCH): with each report of changes the client is told which messages
// have come into the result and which have left it.
type searchContext struct {
	tag   string
	uid   bool
	fits  key
	found map[uint32]bool // UIDs
}

// keep begins to keep a search up to date, unless there are too many (RFC 5267
// §4.3.1).
func (s *Session) keep(c *call, res *result, list []int) {
	if len(s.contexts) >= MaxContexts {
		res.update = false
		s.line("* NO [NOUPDATE " + string(appendString(nil, c.tag)) + "]")
		return
	}
	x := &searchContext{tag: c.tag, uid: c.uid, fits: res.fits, found: map[uint32]bool{}}
	for _, i := range list {
		x.found[s.view.list[i].m.uid] = true
	}
	s.contexts = append(s.contexts, x)
}

// context tells whether a search with this tag is kept up to date.
func (s *Session) context(tag string) int {
	return slices.IndexFunc(s.contexts, func(x *searchContext) bool { return x.tag == tag })
}

// updateContexts tells how the messages from index from on have changed the
// results. It runs before expunged messages are told, under their old numbers.
func (s *Session) updateContexts(from int, expunging bool) {
	v := s.view
	lost := v.lost
	for _, x := range s.contexts {
		var added, removed []uint32
		for i := from; i < len(v.list); i++ {
			m := v.list[i].m
			if m.gone && !expunging {
				continue
			}
			fits := !m.gone && x.fits(i)
			switch {
			case fits == x.found[m.uid]:
			case fits:
				x.found[m.uid] = true
				added = append(added, v.number(i, x.uid))
			default:
				delete(x.found, m.uid)
				removed = append(removed, v.number(i, x.uid))
			}
		}
		x.tell(s, "REMOVEFROM", removed)
		x.tell(s, "ADDTO", added)
	}
	v.lost = lost
}

// tell sends an ESEARCH response of changes. Dovecot always gives position 0:
// the client is to find the place itself (RFC 5267 §4.3.2).
func (x *searchContext) tell(s *Session, what string, list []uint32) {
	if len(list) == 0 {
		return
	}
	b := appendString([]byte("* ESEARCH (TAG "), x.tag)
	b = append(b, ')')
	if x.uid {
		b = append(b, " UID"...)
	}
	b = fmt.Appendf(b, " %s (0 %s)", what, numbers(list))
	s.line(string(b))
}

// cancelUpdateCmd is CANCELUPDATE (RFC 5267 §4.3.5).
func (s *Session) cancelUpdateCmd(c *call) {
	if len(c.args) == 0 || c.args[0].kind != argString {
		s.wrong(c, "Invalid parameters")
		return
	}
	for _, a := range c.args {
		if a.kind != argString {
			s.wrong(c, "Invalid parameter")
			return
		}
		at := s.context(a.text)
		if at < 0 {
			s.tagged(c, "NO Unknown tag.")
			return
		}
		s.contexts = slices.Delete(s.contexts, at, at+1)
	}
	s.tagged(c, "OK Updates cancelled.")
}
