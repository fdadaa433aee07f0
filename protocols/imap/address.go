package imap

import (
	"strings"

	mail "mailtrek/protocols/message"
)

// address is an address as ENVELOPE tells it (RFC 3501 §7.4.2). A group begins
// with one that has only a mailbox and ends with one that has nothing.
type address struct {
	name, route, mailbox, host string
	given                      bool // there is a mailbox, maybe an empty one
	group                      bool // begin or end of one
}

// What Dovecot puts where an address lacks something.
const (
	missingMailbox = "MISSING_MAILBOX"
	missingDomain  = "MISSING_DOMAIN"
	syntaxError    = "SYNTAX_ERROR"
	invalidRoute   = "INVALID_ROUTE"
)

// maxAddresses is the number of addresses read from one field.
const maxAddresses = 10240

// addressReader reads an address list (RFC 5322 §3.4) as Dovecot's
// message-address does: something is made of what is none, too.
type addressReader struct {
	tokens
	list []address
	a    address // the one that is read
}

// parseAddresses reads an address list.
func parseAddresses(value string) []address {
	r := &addressReader{tokens: tokens{s: value}}
	if r.skip() != follows {
		return nil
	}
	for len(r.list) < maxAddresses {
		if r.address() == ended || !r.at(',') {
			break
		}
		r.pos++
		if p := r.skip(); p != follows {
			if p == broken {
				r.complete()
			}
			break
		}
	}
	return r.list
}

func (r *addressReader) add() {
	r.list = append(r.list, r.a)
	r.a = address{}
}

// complete adds the address with names for what it lacks.
func (r *addressReader) complete() {
	if !r.a.given {
		r.a.mailbox, r.a.given = missingMailbox, true
	}
	if r.a.host == "" {
		r.a.host = missingDomain
	}
	r.add()
}

func (r *addressReader) address() progress {
	start := r.pos
	if name, p := r.phrase(); p == follows && r.at(':') {
		return r.members(name)
	}
	r.pos = start
	return r.single()
}

// members reads the rest of a group behind its name.
func (r *addressReader) members(name string) progress {
	r.pos++
	p := r.skip()
	r.a = address{mailbox: name, given: true, group: true}
	r.add()
	for p == follows && !r.at(';') && len(r.list) < maxAddresses {
		r.single()
		if !r.at(',') {
			break
		}
		r.pos++
		if r.skip() != follows {
			p = broken
		}
	}
	if p != broken {
		if p = broken; r.at(';') {
			r.pos++
			p = r.skip()
		}
	}
	r.a = address{group: true}
	r.add()
	if p == ended {
		return ended
	}
	return follows
}

// single reads one mailbox: a name with an address in angle brackets, or an
// address alone.
func (r *addressReader) single() progress {
	start := r.pos
	if name, p := r.phrase(); p == follows && r.at('<') {
		r.a.name = name
		if r.angle() == broken {
			r.a.host = syntaxError
		}
		r.complete()
		return r.left()
	}
	r.pos = start
	p := r.bare()
	r.complete()
	return p
}

// bare reads an address without angle brackets. Words without "@" are a mailbox
// if it is one, else a name.
func (r *addressReader) bare() progress {
	r.comment = ""
	quoted := r.at('"')
	local, p := r.localPart()
	if p != broken {
		r.a.mailbox, r.a.given = local, true
	}
	alone := true
	if p != ended && r.at('@') {
		var host string
		alone = false
		if host, p = r.domain(); p != broken {
			r.a.host = host
		}
	}
	if r.comment != "" {
		r.a.name = r.comment
		return p
	}
	if !alone {
		return p
	}
	if words, _ := r.phrase(); words != "" {
		r.a.name, r.a.mailbox, r.a.given = local+" "+words, "", false
	} else if quoted {
		r.a.name, r.a.mailbox, r.a.given = r.a.mailbox, "", false
	}
	return broken
}

// localPart reads what stands before "@": a quoted string, or atoms with any
// number of dots between them.
func (r *addressReader) localPart() (string, progress) {
	if r.at('"') {
		return r.quoted()
	}
	text, p := "", broken
	for {
		for r.at('.') {
			r.pos++
			text += "."
			if r.pos == len(r.s) {
				return text, ended
			}
			p = follows
		}
		if r.at('@') {
			return text, p
		}
		var word string
		word, p = r.atom()
		if text += word; p != follows || !r.at('.') {
			return text, p
		}
	}
}

// angle reads "<@route:mailbox@host>".
func (r *addressReader) angle() progress {
	r.pos++
	if r.skip() != follows {
		return broken
	}
	if r.at('@') {
		if r.route() == follows && r.at(':') {
			r.pos++
		} else if r.a.route = invalidRoute; r.pos >= len(r.s) {
			return broken
		}
		if r.skip() != follows {
			return broken
		}
	}
	if !r.at('>') {
		local, p := r.localPart()
		if p != broken {
			r.a.mailbox, r.a.given = local, true
		}
		if p != follows {
			return broken
		}
		if r.at('@') {
			if local, p = r.domain(); p != broken {
				r.a.host = local
			}
			if p != follows {
				return broken
			}
		}
	}
	if !r.at('>') {
		return broken
	}
	r.pos++
	return r.skip()
}

// route reads "@a,@b" (RFC 5322 §4.4 obs-domain-list).
func (r *addressReader) route() progress {
	text := ""
	for r.at('@') {
		if text != "" {
			text += ","
		}
		host, p := r.domain()
		if p != follows {
			return p
		}
		text += "@" + host
		for r.skip() == follows && r.at(',') {
			r.pos++
		}
	}
	if r.pos >= len(r.s) {
		return ended
	}
	r.a.route = text
	return follows
}

// writtenAddresses writes the addresses of a field anew, as a search sees them.
func writtenAddresses(value string) string {
	var b strings.Builder
	separate, open := "", false
	for _, a := range parseAddresses(value) {
		switch {
		case a.group && !open:
			b.WriteString(separate + maybeQuoted(a.mailbox, true) + ": ")
			separate, open = "", true
		case a.group:
			b.WriteByte(';')
			separate, open = ", ", false
		default:
			b.WriteString(separate)
			separate = ", "
			if a.name != "" {
				b.WriteString(maybeQuoted(a.name, true) + " ")
			}
			b.WriteByte('<')
			if a.route != "" {
				b.WriteString(a.route + ":")
			}
			b.WriteString(maybeQuoted(a.mailbox, false) + "@" + a.host + ">")
		}
	}
	return mail.DecodeWords(b.String())
}

// maybeQuoted puts a text in quotes unless it is an atom; dots need them in a
// name, in a mailbox they do not. Encoded words stay as they are.
func maybeQuoted(s string, name bool) string {
	if name && strings.Contains(s, "=?") {
		return s
	}
	plain := s != "" || name
	for i := 0; i < len(s) && plain; i++ {
		plain = isAtext(s[i]) || s[i] == '.' && !name
	}
	if plain {
		return s
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, `'`, `\'`).Replace(s) + `"`
}
