package smtp

import (
	"bytes"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// mail is MAIL. RFC 5321 §3.3: it begins a transaction. Deviates from RFC 5321
// §4.1.4: a second MAIL is refused and leaves the first as it is, but HELO
// before it is asked for only with smtpd_helo_required.
func (s *Session) mail(args []word) *Reply {
	f := &s.facts
	switch {
	case s.cfg.HeloRequired && f.Helo == "":
		return replyHeloFirst
	case f.Mail:
		return replyNestedMail
	case s.state == Chunking:
		return replyMailAfterBDAT
	case len(args) < 3 || !equalFold(args[1].text, "FROM:"):
		return replyMailSyntax
	}
	return s.beginMail(args)
}

// beginMail reads the path and the parameters of MAIL and begins the
// transaction. Until it has begun a failure leaves the size of SIZE= behind,
// as in Postfix: a MAIL without SIZE= is measured by it.
func (s *Session) beginMail(args []word) *Reply {
	f := &s.facts
	if r := s.b.Count(f, CountMail); r != nil {
		return r
	}
	if args[2].open {
		return replyBadSender
	}
	f.Envelope = Envelope{Size: f.Size}
	for _, a := range args[3:] {
		f.UTF8 = f.UTF8 || s.utf8() && equalFold(a.text, "SMTPUTF8")
	}
	sender, ok := s.address(args[2].text, s.cfg.StrictEnvelopes, f.UTF8)
	if !ok {
		return s.dropMail(replyBadSender, true)
	}
	f.Sender, f.Path, f.Named = sender, unbracket(args[2].text, sender), true
	if r := s.mailParams(args[3:]); r != nil {
		return s.dropMail(r, true)
	}
	if s.cfg.SizeLimit > 0 && f.Size > s.cfg.SizeLimit {
		// RFC 1870 §6.1: the declared size tells that it is in vain.
		s.logReject(replySizeLimit.String())
		return s.dropMail(replySizeLimit, true)
	}
	if r := s.b.Mail(f); r != nil {
		return s.dropMail(r, false)
	}
	if s.cfg.StrictUTF8 && !f.UTF8 && !isASCII(sender) {
		return s.dropMail(replyMustDeclareUTF8, true)
	}
	if s.cfg.Relayed {
		f.Line = string(s.line)
	}
	f.Mail = true
	s.become(MailGiven)
	return replyMailOK
}

// dropMail forgets a MAIL that failed. keepSize tells whether it failed so
// early that its SIZE= sticks.
func (s *Session) dropMail(r *Reply, keepSize bool) *Reply {
	size := s.facts.Size
	s.facts.Envelope = Envelope{}
	if keepSize {
		s.facts.Size = size
	}
	return r
}

// mailParams reads the parameters of MAIL (RFC 5321 §4.1.2, Mail-parameters).
func (s *Session) mailParams(params []word) *Reply {
	f := &s.facts
	envid, auth := false, false
	for _, p := range params {
		if equalFold(p.text, "BODY=8BITMIME") { // RFC 6152 §3
			f.Body = "8BITMIME"
		} else if equalFold(p.text, "BODY=7BIT") {
			f.Body = "7BIT"
		} else if v, ok := cutFold(p.text, "SIZE="); ok { // RFC 1870 §3
			if r := s.mailSize(v); r != nil {
				return r
			}
		} else if s.utf8() && equalFold(p.text, "SMTPUTF8") { // RFC 6531 §3.4
			continue
		} else if v, ok := cutFold(p.text, "XVERP"); ok && s.cfg.VERP != "" && (len(v) == 0 || v[0] == '=') {
			if r := s.mailVERP(v); r != nil {
				return r
			}
		} else if v, ok := cutFold(p.text, "AUTH="); ok { // RFC 4954 §5
			if auth {
				return replyAuthParams
			}
			if !bytes.Equal(v, []byte("<>")) {
				f.Auth, f.Authed, auth = printable(v), true, true
			}
		} else if v, ok := cutFold(p.text, "RET="); ok { // RFC 3461 §4.3
			if s.cfg.Discard&KeyDSN != 0 {
				return replyNoDSN
			}
			if f.Ret != RetNone {
				return replyBadRet
			}
			if f.Ret, ok = ParseRet(string(v)); !ok {
				return replyBadRet
			}
		} else if v, ok := cutFold(p.text, "ENVID="); ok { // RFC 3461 §4.4
			if s.cfg.Discard&KeyDSN != 0 {
				return replyNoDSN
			}
			id, ok := mailaddr.UnXText(string(v))
			id, _, _ = strings.Cut(id, "\x00") // Postfix reads no further
			if envid || !ok || !allPrintable(id) {
				return replyBadEnvID
			}
			f.EnvID, envid = id, true
		} else {
			// RFC 5321 §4.1.1.11: 555 for a parameter that is not known.
			return &Reply{Code: 555, Enhanced: "5.5.4", Text: "Unsupported option: " + string(p.text)}
		}
	}
	return nil
}

func (s *Session) mailSize(v []byte) *Reply {
	n, ok := parseCount(v)
	if !ok {
		return replyBadSize
	}
	s.facts.Size = n
	if n < 0 {
		return replySizeOverflow
	}
	return nil
}

// mailVERP reads what follows XVERP: nothing, or "=" and two delimiters
// (Postfix VERP_README).
func (s *Session) mailVERP(v []byte) *Reply {
	f := &s.facts
	if f.Sender == "" {
		return &Reply{Code: 503, Enhanced: "5.5.4", Text: "Error: XVERP requires non-null sender"}
	}
	if f.VERP = s.cfg.VERP; len(v) > 0 {
		f.VERP = string(v[1:])
	}
	if !ValidVERP(f.VERP, s.cfg.VERPFilter) {
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Error: XVERP needs two characters from " + s.cfg.VERPFilter}
	}
	return nil
}

// ValidVERP tells whether these are two delimiters of which the filter has both
// (verp_sender.c, verp_delims_verify).
func ValidVERP(delimiters, filter string) bool {
	return len(delimiters) == 2 && strings.IndexByte(filter, delimiters[0]) >= 0 && strings.IndexByte(filter, delimiters[1]) >= 0
}

// utf8 tells whether SMTPUTF8 is offered.
func (s *Session) utf8() bool { return s.cfg.UTF8 && s.cfg.Discard&KeyUTF8 == 0 }

// address takes the address out of a path, and logs one that is none.
func (s *Session) address(path []byte, strict, utf8 bool) (string, bool) {
	text := string(path)
	addr, err := mailaddr.Parse(text, strict)
	if err == nil && (addr == "" || s.b.Address(&s.facts, addr, utf8)) {
		return addr, true
	}
	s.badAddress(path)
	return "", false
}

func (s *Session) badAddress(path []byte) {
	s.b.Log("warning: Illegal address syntax from " + s.cfg.Peer + " in " + s.facts.Where + " command: " + printable(path))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// allPrintable reports whether a text is neither empty nor has anything but
// printable ASCII.
func allPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
