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
	for pieces := 0; ; pieces++ {
		r.blanks()
		if r.pos >= len(r.in) {
			return readMore
		}
		if r.in[r.pos] == ')' {
			r.pos++
			if pieces == 0 {
				if r.unfinished() {
					return readMore
				}
				r.lineEnd()
				return r.bad("Empty CATENATE list")
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
			if r.in[r.pos] != '{' && r.in[r.pos] != '~' {
				return invalidPiece(r)
			}
			piece := draft{catenate: true}
			v = s.appendText(c, &piece, problem)
			d.text = append(d.text, piece.text...)
		case "URL":
			if a, v = r.one(1); v == readOK && *problem == "" {
				var text []byte
				text, *problem = s.resolve(a.text)
				d.text = append(d.text, text...)
			}
		default:
			return invalidPiece(r)
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

// invalidPiece drops the argument behind a word that CATENATE does not know, or
// of a literal only its size: Dovecot takes what follows for a command.
func invalidPiece(r *reader) verdict {
	var v verdict
	if r.in[r.pos] == '{' {
		_, _, v = r.size()
	} else if !r.eol() {
		_, v = r.one(1)
	}
	if v == readMore || v == readDead {
		return v
	}
	return r.bad("Invalid arguments")
}

// place is what a URL of this server means (RFC 5092 §7):
// "/mailbox;UIDVALIDITY=v/;UID=n/;SECTION=s/;PARTIAL=o.n".
type place struct {
	mailbox  string
	validity uint64 // 0: any
	uid      uint64
	section  string
	partial  string
	whole    bool // no section
}

// parsePlace reads a URL. bad is what is wrong with one that begins as such.
func parsePlace(url string) (p place, ok bool, bad string) {
	if strings.HasPrefix(strings.ToLower(url), "imap:") {
		return p, true, "Invalid IMAP URL: Relative URL required"
	}
	name, rest, ok := cutFold(strings.TrimPrefix(url, "/"), "/;UID=")
	if !ok {
		return p, false, ""
	}
	var validity string
	if p.mailbox, validity, ok = cutFold(name, ";UIDVALIDITY="); ok {
		if p.validity, _ = strconv.ParseUint(validity, 10, 32); p.validity == 0 {
			return p, true, "Invalid IMAP URL: Invalid UIDVALIDITY"
		}
	}
	rest, partial, ok := cutFold(rest, "/;PARTIAL=")
	if ok {
		p.partial = "<" + partial + ">"
	}
	number, section, sectioned := cutFold(rest, "/;SECTION=")
	p.section, p.whole = section, !sectioned
	var err error
	if p.uid, err = strconv.ParseUint(number, 10, 32); err != nil {
		return p, false, ""
	}
	if p.uid == 0 {
		return p, true, "Invalid IMAP URL: UID cannot be zero"
	}
	return p, true, ""
}

// cutFold is strings.Cut in any case.
func cutFold(s, sep string) (before, after string, found bool) {
	if i := strings.Index(upper(s), sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// resolve reads what a URL means. As in Dovecot a text that is none at all is
// answered with whatever was wrong last in the session.
func (s *Session) resolve(url string) (text []byte, problem string) {
	p, ok, bad := parsePlace(url)
	if !ok {
		if s.lastProblem != "" {
			return nil, s.lastProblem
		}
		return nil, "[SERVERBUG] BUG: Unknown internal error"
	}
	code := "[BADURL " + oneLine(url) + "] "
	if bad != "" {
		return nil, code + bad
	}
	name, problem := s.name(p.mailbox)
	if problem != "" {
		return nil, code + problem
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = box.Refresh()
	}
	if err != nil {
		return nil, code + s.because(err, name)
	}
	if p.validity != 0 && p.validity != uint64(box.validity) {
		return nil, code + "Invalid UIDVALIDITY"
	}
	i, found := box.find(uint32(p.uid))
	if !found {
		return nil, code + "Message not found"
	}
	raw, err := box.store.Read(box.messages[i].key)
	if err != nil {
		return nil, code + "Message not found"
	}
	content := content{text: toCRLF(raw)}
	sec, ok := parseSection(p.section, nil, false)
	if !ok {
		return nil, code + "Invalid IMAP URL: Invalid section"
	}
	if wrong := sec.parsePartial(p.partial); wrong != "" {
		return nil, code + "Invalid IMAP URL: Invalid partial"
	}
	if p.whole {
		return sec.cut(content.text), ""
	}
	return sec.cut(content.section(&sec)), ""
}
