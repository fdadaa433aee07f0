package smtp

import (
	"bytes"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// rcptTo is RCPT. RFC 5321 §3.3: one recipient for each. The queue file is
// opened with the first that is accepted.
func (s *Session) rcptTo(args []word) *Reply {
	f := &s.facts
	switch {
	case !f.Mail:
		return replyNeedMail
	case s.state == Chunking:
		return replyRcptAfterBDAT
	case len(args) < 3 || !equalFold(args[1].text, "TO:"):
		return replyRcptSyntax
	}
	if r := s.b.Count(f, CountRcpt); r != nil {
		return r
	}
	if args[2].open {
		return replyBadRecipient
	}
	addr, ok := s.address(args[2].text, s.cfg.StrictEnvelopes, f.UTF8)
	if ok && addr == "" {
		s.badAddress(args[2].text)
	}
	if !ok || addr == "" {
		return replyBadRecipient
	}
	s.rcpt = Recipient{Addr: addr}
	if r := s.rcptParams(args[3:]); r != nil {
		return r
	}
	if r := s.countRecipients(); r != nil {
		return r
	}
	if s.cfg.StrictUTF8 && !f.UTF8 && !isASCII(addr) {
		return replyMustDeclareUTF8
	}
	s.rcpt.Given = unbracket(args[2].text, addr)
	if s.rcpt.ORCPT == "" {
		// RFC 3461 §5.2.1: a relay may add the address of RCPT as ORCPT.
		s.rcpt.ORCPT = "rfc822;" + s.rcpt.Given
	}
	verdict := s.b.Rcpt(f, &s.rcpt)
	if verdict != nil && verdict.Code/100 != 2 {
		return verdict
	}
	r := s.accept()
	if verdict != nil && r == replyRcptOK {
		return verdict // RFC 5321 §3.4: 251 tells of a new address
	}
	return r
}

// accept takes the recipient into the message, which it opens if need be.
func (s *Session) accept() *Reply {
	f := &s.facts
	if s.msg == nil {
		m, r := s.b.Open(f)
		if r != nil {
			return r
		}
		s.msg = m
	}
	if r := s.passOn(s.line); r != nil {
		return r
	}
	if f.Recipients++; f.First == "" {
		f.First = s.rcpt.Addr
	}
	s.msg.Rcpt(&s.rcpt)
	s.become(RcptGiven)
	return replyRcptOK
}

// passOn gives a command to the server to which the message goes on, if it does.
func (s *Session) passOn(line []byte) *Reply {
	if !s.cfg.Relayed {
		return nil
	}
	if m, ok := s.msg.(Relayed); ok {
		return m.Pass(string(line))
	}
	return nil
}

// countRecipients enforces $smtpd_recipient_limit. RFC 5321 §4.5.3.1.10: 452
// for those beyond, which is no error of the client's at first.
func (s *Session) countRecipients() *Reply {
	if s.cfg.RecipientLimit == 0 || s.facts.Recipients < s.cfg.RecipientLimit {
		return nil
	}
	s.pardon = s.overshoot < s.cfg.RecipientOvershoot
	s.overshoot++
	if s.cfg.Historic {
		// RFC 821 §4.2.2: 552; RFC 5321 §4.5.3.1.10 made it 452.
		return &Reply{Code: 552, Text: "Recipient storage full, try again in another transaction"}
	}
	return replyTooManyRcpts
}

// rcptParams reads the parameters of RCPT (RFC 3461 §4.1, §4.2).
func (s *Session) rcptParams(params []word) *Reply {
	for _, p := range params {
		if v, ok := cutFold(p.text, "NOTIFY="); ok {
			if s.cfg.Discard&KeyDSN != 0 {
				return replyNoDSN
			}
			n, ok := ParseNotify(string(v))
			if s.rcpt.Notify != 0 || !ok {
				s.logUnknownNotify(string(v))
				return replyBadNotify
			}
			s.rcpt.Notify = n
		} else if v, ok := cutFold(p.text, "ORCPT="); ok {
			if s.cfg.Discard&KeyDSN != 0 {
				return replyNoDSN
			}
			orcpt, ok := parseORCPT(string(v))
			if s.rcpt.ORCPT != "" || !ok {
				return replyBadORCPT
			}
			s.rcpt.ORCPT = orcpt
		} else {
			return &Reply{Code: 555, Enhanced: "5.5.4", Text: "Unsupported option: " + string(p.text)}
		}
	}
	return nil
}

// logUnknownNotify logs the words of NOTIFY= that are none.
func (s *Session) logUnknownNotify(v string) {
	for word := range strings.FieldsFuncSeq(v, isListSeparator) {
		if _, ok := ParseNotify(word); !ok {
			s.b.Log(`warning: unknown DSN NOTIFY command value "` + printable([]byte(word)) + `" in "` + printable([]byte(v)) + `"`)
		}
	}
}

// parseORCPT decodes "rfc822;xtext" (RFC 3461 §4.2) or "utf-8;utf-8-addr-xtext"
// (RFC 6533 §3).
func parseORCPT(v string) (string, bool) {
	kind, coded, ok := strings.Cut(v, ";")
	if !ok || kind == "" {
		return "", false
	}
	var addr string
	if strings.EqualFold(kind, "utf-8") {
		addr, ok = mailaddr.UnUText(coded)
	} else {
		addr, ok = mailaddr.UnXText(coded)
	}
	return kind + ";" + addr, ok
}

// unbracket returns a path without its angle brackets; in the usual case that
// is the address, which is already at hand.
func unbracket(path []byte, addr string) string {
	if n := len(path); n >= 2 && path[0] == '<' && path[n-1] == '>' {
		path = path[1 : n-1]
	}
	if bytes.Equal(path, []byte(addr)) {
		return addr
	}
	return string(path)
}
