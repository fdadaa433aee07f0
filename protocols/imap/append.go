package imap

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// appendCmd is APPEND (RFC 3501 §6.3.11) of one or several messages (RFC 3502).
// Every fault but one of the mailbox's name is found before a message is sent.
func (s *Session) appendCmd(c *call) {
	if !s.ownArguments(c, 1) {
		return
	}
	switch {
	case len(c.args) == 0:
		s.wrong(c, "Missing arguments")
		return
	case c.args[0].kind == argList:
		s.wrong(c, invalidArguments)
		return
	}
	text := c.args[0].text
	var box *Mailbox
	name, problem := s.name(text)
	if problem == "" {
		var err error
		if box, err = s.account.Mailbox(name); err != nil {
			problem = "[TRYCREATE] " + s.because(err, text)
		}
	}
	c.r.literal = 1 << 40 // the limit of messages is MaxAppend
	list, failed, done := s.appended(c, problem)
	switch {
	case !done:
	case failed != "":
		s.appendProblem(c, failed)
	default:
		s.appendTo(c, box, list)
	}
}

// draft is a message that APPEND brings.
type draft struct {
	text     []byte
	catenate bool // the text is to be put together (RFC 4469)
	Stored
}

// appended reads the messages. problem is what is wrong already: a client that
// waits for "+" is told at once, one that does not has its octets thrown away.
// done is false when more is needed or the command has been answered.
func (s *Session) appended(c *call, problem string) (list []draft, failed string, done bool) {
	for {
		s.appendProblem(c, problem)
		c.r.blanks()
		if c.r.unfinished() {
			c.missed = true
			return nil, "", false
		}
		if c.r.eol() && (len(list) > 0 || problem != "") {
			return list, problem, true
		}
		h, v := c.r.appendHead()
		var d draft
		if v == readOK {
			v = s.appendFacts(c.r, h, &d, &problem)
			s.appendProblem(c, problem)
		}
		switch {
		case v != readOK:
		case h.catenate:
			d.catenate = true
			v = s.catenate(c, &d, &problem)
		default:
			v = s.appendOctets(c, &d, h, &problem)
		}
		switch v {
		case readMore:
			c.missed = true
			return nil, "", false
		case readDead:
			s.bye(c.r.err)
			return nil, "", false
		case readBad: // what is left of the line may count as a command
			c.ended = !h.skip
			if c.r.err != "" && problem == "" {
				s.wrong(c, c.r.err)
				return nil, "", false
			}
			return nil, problem, true
		}
		list = append(list, d)
	}
}

// appendProblem tells once what is wrong. What the client still sends is read all
// the same.
func (s *Session) appendProblem(c *call, problem string) {
	if problem != "" && !s.refused {
		s.refused = true
		s.tagged(c, "NO "+problem)
	}
}

// appendHead is what stands before a message: "(flags) "date" {size}" or, in the
// place of the size, CATENATE.
type appendHead struct {
	flags    []arg
	date     string
	dated    bool
	size     int
	sync     bool // the client waits for "+"
	catenate bool
	skip     bool // after a fault the rest of the line is dropped
}

// appendHead reads the arguments up to the first literal. What is wrong with the
// grammar of one leaves the line behind it, which Dovecot takes for a command;
// what is wrong with their order does not.
func (r *reader) appendHead() (h appendHead, v verdict) {
	var args []arg
	for {
		r.blanks()
		switch {
		case r.unfinished():
			return h, readMore
		case r.eol() && len(args) == 0:
			h.skip = true
			return h, r.bad("Missing message size")
		case r.eol():
			h.skip = true
			return h, r.bad(invalidArguments)
		case r.in[r.pos] == '{', bytes.HasPrefix(r.in[r.pos:], []byte("~{")):
			if r.in[r.pos] == '~' {
				r.pos++ // RFC 3516 §4.4: literal8
			}
			h.size, h.sync, v = r.size()
			if v != readOK || h.order(args) {
				return h, v
			}
			// It comes too late or too early: what follows is taken for more
			// arguments, and a client that waits for "+" waits in vain.
			args = append(args, arg{kind: argLiteral})
			continue
		case r.in[r.pos] == '(' && len(args) > 0 && strings.EqualFold(args[len(args)-1].text, "CATENATE"):
			if h.catenate = h.order(args[:len(args)-1]); h.catenate {
				return h, readOK
			}
		case r.in[r.pos] == ')':
			return h, r.bad("Unexpected ')'")
		}
		a, v := r.one(0)
		if v != readOK {
			return h, v
		}
		args = append(args, a)
	}
}

// order takes flags and date out of the arguments; false: they are others.
func (h *appendHead) order(args []arg) bool {
	if len(args) > 0 && args[0].kind == argList {
		h.flags, args = args[0].list, args[1:]
	}
	if len(args) > 0 && args[0].kind == argString {
		h.date, h.dated, args = args[0].text, true, args[1:]
	}
	return len(args) == 0
}

// appendFacts makes flags and date of a head. After a problem they do not matter
// any more.
func (s *Session) appendFacts(r *reader, h appendHead, d *draft, problem *string) verdict {
	now := s.b.Now()
	d.Date = now
	if *problem != "" {
		return readOK
	}
	var fault string
	if d.Flags, d.Keywords, fault = flagArgs(h.flags); fault != "" {
		if no, ok := strings.CutPrefix(fault, "NO "); ok {
			*problem = no
			return readOK
		}
		return r.bad(strings.TrimPrefix(fault, "BAD "))
	}
	if !h.dated {
		return readOK
	}
	date, ok := parseDateTime(h.date)
	if !ok {
		return r.bad("Invalid internal date")
	}
	if !date.IsZero() && !date.After(now.Add(maxFuture)) {
		d.Date = date // what is to come cannot have come
	}
	return readOK
}

// maxFuture is how far in the future the date of a message may lie.
const maxFuture = 2 * time.Hour

// appendText reads a literal with its size.
func (s *Session) appendText(c *call, d *draft, problem *string) verdict {
	var h appendHead
	var v verdict
	if h.size, h.sync, v = c.r.size(); v != readOK {
		return v
	}
	return s.appendOctets(c, d, h, problem)
}

// appendOctets reads the octets of a literal.
func (s *Session) appendOctets(c *call, d *draft, h appendHead, problem *string) verdict {
	switch {
	case h.size > MaxAppend:
		c.r.err = "Literal size too large"
		return readDead
	case h.size == 0 && *problem == "" && !d.catenate:
		*problem = "Can't save a zero byte message"
	}
	if *problem != "" && h.sync {
		return readBad
	}
	if h.sync {
		c.r.met()
	}
	if len(c.r.in)-c.r.pos < h.size {
		return readMore
	}
	d.text = c.r.in[c.r.pos : c.r.pos+h.size]
	c.r.pos += h.size
	return readOK
}

// appendTo saves the messages and tells their UIDs (RFC 4315 §3).
func (s *Session) appendTo(c *call, box *Mailbox, list []draft) {
	if err := box.number(); err != nil {
		s.tagged(c, "NO "+s.because(err, box.Name))
		return
	}
	var new []*message
	var uids []uint32
	for _, d := range list {
		d.Saved = s.b.Now()
		m, err := box.save(d.text, d.Stored)
		if err != nil {
			box.enter(new)
			s.tagged(c, "NO "+s.because(err, box.Name))
			return
		}
		new = append(new, m)
		uids = append(uids, m.uid)
	}
	box.enter(new)
	s.stats.Appended += len(list)
	text := "OK [APPENDUID " + strconv.FormatUint(uint64(box.validity), 10) + " " + numbers(uids).String() + "] Append completed."
	mode := syncFast
	if s.view != nil && s.view.box == box {
		mode = 0
	}
	s.sync(c, mode, text)
}

// parseDateTime reads "20-Nov-2026 10:00:00 +0200" (RFC 3501 §9 date-time). As
// Dovecot, it takes any zone that it cannot read for that of Greenwich, and does
// not look whether there is such a day or hour: then the time is zero.
func parseDateTime(text string) (t time.Time, ok bool) {
	const form = "02-Jan-2006 15:04:05 "
	if len(text) > 1 && text[1] == '-' {
		text = " " + text
	}
	if len(text) < len(form) {
		return t, false
	}
	clock, zone := text[:len(form)], text[len(form):]
	month, err := time.Parse("Jan", clock[3:6])
	if err != nil || clock[2] != '-' || clock[6] != '-' || clock[11] != ' ' || clock[14] != ':' || clock[17] != ':' || clock[20] != ' ' {
		return t, false
	}
	var n [5]int
	for i, field := range []string{clock[:2], clock[7:11], clock[12:14], clock[15:17], clock[18:20]} {
		if i == 0 {
			field = strings.TrimPrefix(field, " ")
		}
		v, err := strconv.ParseUint(field, 10, 16)
		if err != nil {
			return t, false
		}
		n[i] = int(v)
	}
	if n[4] == 60 {
		n[4]-- // a leap second
	}
	t = time.Date(n[1], month.Month(), n[0], n[2], n[3], n[4], 0, time.UTC)
	if t.Day() != n[0] || t.Hour() != n[2] || t.Minute() != n[3] || t.Second() != n[4] {
		return time.Time{}, true
	}
	return t.Add(-zoneOf(zone)), true
}

// zoneOf reads "+0200".
func zoneOf(text string) time.Duration {
	if text = strings.TrimSuffix(text, " "); len(text) != 5 || text[0] != '+' && text[0] != '-' {
		return 0
	}
	n, err := strconv.ParseUint(text[1:], 10, 16)
	if err != nil {
		return 0
	}
	d := time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute
	if text[0] == '-' {
		return -d
	}
	return d
}
