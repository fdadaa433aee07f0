package imap

import (
	"strconv"
	"strings"
)

// catenate reads "(TEXT literal URL url …)" of APPEND and puts the message
// together (RFC 4469 §4).
func (s *Session) catenate(c *call, d *draft, problem *string) verdict {
	r := c.r
	r.pos++
	for {
		r.blanks()
		if r.pos >= len(r.in) {
			return readMore
		}
		if r.in[r.pos] == ')' {
			r.pos++
			if len(d.text) == 0 && *problem == "" {
				*problem = "Can't save a zero byte message"
			}
			return readOK
		}
		if r.eol() {
			return r.bad("Missing ')'")
		}
		a, v := r.one(1)
		if v != readOK {
			return v
		}
		r.blanks()
		if r.unfinished() {
			return readMore
		}
		switch word, _ := a.atom(); upper(word) {
		case "TEXT":
			var piece draft
			v = s.appendText(c, &piece, problem)
			d.text = append(d.text, piece.text...)
		case "URL":
			if a, v = r.one(1); v == readOK && *problem == "" {
				var text []byte
				text, *problem = s.resolve(a.text)
				d.text = append(d.text, text...)
			}
		default:
			return r.bad("Invalid arguments")
		}
		if v != readOK {
			return v
		}
		if len(d.text) > MaxAppend {
			r.err = "Literal size too large"
			return readDead
		}
	}
}

// resolve reads what a URL "/mailbox/;UID=n/;SECTION=s" of this server means
// (RFC 5092 §7).
func (s *Session) resolve(url string) (text []byte, problem string) {
	name, rest, ok := strings.Cut(strings.TrimPrefix(url, "/"), "/;UID=")
	name, _, _ = strings.Cut(name, ";UIDVALIDITY=")
	number, place, sectioned := strings.Cut(rest, "/;SECTION=")
	uid, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil {
		return nil, "[SERVERBUG] BUG: Unknown internal error"
	}
	bad := "[BADURL " + string(appendString(nil, oneLine(url))) + "] Message not found."
	name, problem = s.name(name)
	if problem != "" {
		return nil, bad
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = box.Refresh()
	}
	if err != nil {
		return nil, bad
	}
	i, found := box.find(uint32(uid))
	if !found {
		return nil, bad
	}
	raw, err := box.store.Read(box.messages[i].key)
	if err != nil {
		return nil, bad
	}
	content := content{text: toCRLF(raw)}
	if !sectioned {
		return content.text, ""
	}
	sec, ok := parseSection(place, nil, false)
	if !ok {
		return nil, bad
	}
	return content.section(&sec), ""
}
