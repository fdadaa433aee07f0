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
		s.tagged(c, "NO "+failed)
	default:
		s.appendTo(c, box, list)
	}
}

// literalHead moves behind the size of a literal that does not wait, if the line
// ends in one: Dovecot has read it with the arguments that were wrong.
func (r *reader) literalHead() {
	end := bytes.IndexByte(r.in[r.pos:], '\n')
	if end < 0 {
		return
	}
	line := string(bytes.TrimRight(r.in[r.pos:r.pos+end], "\r"))
	if _, sync, ok := literalAt(line); ok && !sync {
		r.pos += end + 1
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
	for first := true; ; first = false {
		c.r.blanks()
		if c.r.unfinished() {
			c.missed = true
			return nil, "", false
		}
		if c.r.eol() && !first {
			return list, problem, true
		}
		d, fault, v := s.appendHead(c.r)
		if fault == invalidArguments {
			c.r.literalHead()
		}
		if fault != "" && problem == "" {
			if word, no := strings.CutPrefix(fault, "NO "); no {
				return nil, word, true
			}
			s.wrong(c, fault)
			return nil, "", false
		}
		if fault != "" {
			return nil, problem, true
		}
		switch {
		case v != readOK:
		case d.catenate:
			v = s.catenate(c, &d, &problem)
		default:
			v = s.appendText(c, &d, &problem)
		}
		switch v {
		case readMore:
			c.missed = true
			return nil, "", false
		case readDead:
			s.bye(c.r.err)
			return nil, "", false
		case readBad: // what is left of the line counts as a command
			c.ended = true
			if c.r.err != "" {
				s.wrong(c, c.r.err)
				return nil, "", false
			}
			return nil, problem, true
		}
		list = append(list, d)
	}
}

// appendHead reads flags, date and the beginning of a literal.
func (s *Session) appendHead(r *reader) (d draft, fault string, v verdict) {
	d.Date = s.b.Now()
	for {
		r.blanks()
		switch {
		case r.unfinished():
			return d, "", readMore
		case r.eol():
			return d, "Missing message size", readOK
		case r.in[r.pos] == '{':
			return d, "", readOK
		case bytes.HasPrefix(r.in[r.pos:], []byte("~{")):
			r.pos++ // RFC 3516 §4.4: literal8
			return d, "", readOK
		case r.in[r.pos] == ')':
			return d, "Unexpected ')'", readOK
		}
		a, v := r.one(0)
		if v == readBad {
			return d, r.err, readOK
		}
		if v != readOK {
			return d, "", v
		}
		switch a.kind {
		case argList:
			r.blanks()
			if r.unfinished() {
				return d, "", readMore
			}
			if r.eol() || r.in[r.pos] == '(' {
				return d, invalidArguments, readOK
			}
			var words []string
			if d.Flags, words, fault = flagArgs(a.list); fault != "" {
				return d, strings.TrimPrefix(fault, "BAD "), readOK
			}
			d.Keywords = append(d.Keywords, words...)
		case argString:
			r.blanks()
			const word = "CATENATE"
			if rest := r.in[r.pos:]; len(rest) == 0 {
				return d, "", readMore
			} else if rest[0] != '{' && rest[0] != '~' && !strings.EqualFold(word[:min(len(word), len(rest))], string(rest[:min(len(word), len(rest))])) {
				return d, invalidArguments, readOK
			}
			now := d.Date
			date, ok := parseDateTime(a.text)
			if !ok {
				return d, "Invalid internal date", readOK
			}
			if d.Date = date; date.IsZero() || date.After(now) {
				d.Date = now // what is to come cannot have come
			}
		default:
			d.catenate = strings.EqualFold(a.text, "CATENATE")
			if r.blanks(); d.catenate && r.pos < len(r.in) && r.in[r.pos] == '(' {
				return d, "", readOK
			}
			if r.unfinished() {
				return d, "", readMore
			}
			return d, invalidArguments, readOK
		}
	}
}

// appendText reads the literal of a message.
func (s *Session) appendText(c *call, d *draft, problem *string) verdict {
	n, sync, v := c.r.size()
	if v != readOK {
		return v
	}
	switch {
	case n > MaxAppend:
		c.r.err = "Literal size too large"
		return readDead
	case n == 0 && *problem == "" && !d.catenate:
		*problem = "Can't save a zero byte message"
	}
	if *problem != "" && sync {
		return readBad
	}
	if sync {
		c.r.met()
	}
	if len(c.r.in)-c.r.pos < n {
		return readMore
	}
	d.text = c.r.in[c.r.pos : c.r.pos+n]
	c.r.pos += n
	return readOK
}

// appendTo saves the messages and tells their UIDs (RFC 4315 §3).
func (s *Session) appendTo(c *call, box *Mailbox, list []draft) {
	if err := box.Refresh(); err != nil {
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
