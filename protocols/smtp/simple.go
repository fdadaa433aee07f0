package smtp

import (
	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/wire"
)

// rset is RSET. RFC 5321 §4.1.1.5: the transaction goes, HELO and AUTH stay.
func (s *Session) rset(args []word) *Reply {
	if len(args) != 1 {
		return replyRsetSyntax
	}
	s.reset()
	return replyOK
}

// noop is NOOP. RFC 5321 §4.1.1.9: a text behind it is ignored.
func (s *Session) noop([]word) *Reply { return replyOK }

// quit is QUIT. RFC 5321 §4.1.1.10: the server closes after its reply; an open
// transaction is thrown away.
func (s *Session) quit([]word) *Reply { return replyBye }

// xclient is XCLIENT, which no client may use here
// (smtpd_authorized_xclient_hosts is empty), and XFORWARD.
func (s *Session) xclient(args []word) *Reply {
	switch {
	case s.facts.Mail:
		return replyInMail
	case len(args) < 2:
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: " + s.facts.Where + " attribute=value..."}
	}
	if s.cfg.XForward && equalFold(args[0].text, "XFORWARD") {
		return s.xforward(args)
	}
	return replyNoXClient
}

// vrfy is VRFY. RFC 5321 §3.5.3: 252 says that the address might be good.
// Deviates from RFC 5321 §3.5.1: Postfix gives back the text that it was
// given, not a mailbox.
func (s *Session) vrfy(args []word) *Reply {
	if s.cfg.DisableVRFY {
		return replyVrfyDisabled
	}
	utf8 := false
	if n := len(args); s.utf8() && n > 1 && equalFold(args[n-1].text, "SMTPUTF8") { // RFC 6531 §3.7.4.2
		args, utf8 = args[:n-1], true
	}
	if len(args) < 2 {
		text := "Syntax: VRFY address"
		if s.cfg.UTF8 {
			text += " [SMTPUTF8]"
		}
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: text}
	}
	if r := s.b.Count(&s.facts, CountRcpt); r != nil {
		return r
	}
	given := joined(args[1:])
	addr, ok := s.address(given, false, utf8)
	if ok && addr == "" {
		s.badAddress(given)
	}
	if !ok || addr == "" {
		return replyBadRecipient
	}
	if s.cfg.StrictUTF8 && !utf8 && !isASCII(addr) {
		return replyMustDeclareUTF8
	}
	if r := s.b.Vrfy(&s.facts, addr); r != nil {
		return r
	}
	return &Reply{Code: 252, Enhanced: "2.0.0", Text: string(given)}
}

// etrn is ETRN (RFC 1985): it starts the delivery of the mail for a domain.
// Its replies have no enhanced codes.
func (s *Session) etrn(args []word) *Reply {
	switch {
	case s.cfg.HeloRequired && s.facts.Helo == "":
		return replyEtrnHeloFirst
	case s.facts.Mail:
		return replyEtrnInMail
	case len(args) != 2:
		return replyEtrnSyntax
	}
	domain := string(args[1].text)
	// RFC 1985 §5.2, §5.3: "@domain" asks for its subdomains, too, "#queue"
	// for a queue; Postfix makes no difference.
	if domain[0] == '@' || domain[0] == '#' {
		domain = domain[1:]
	}
	if !mailaddr.ValidHostname(domain) && !mailaddr.ValidLiteral(domain) {
		return replyEtrnParameter
	}
	if r := s.b.Etrn(&s.facts, domain); r != nil {
		return r
	}
	return replyEtrnStarted
}

// starttls is STARTTLS (RFC 3207): after 220 the owner of the connection runs
// the handshake and calls Secured.
func (s *Session) starttls(args []word) *Reply {
	switch {
	case len(args) != 1:
		return replyTLSSyntax
	case s.facts.TLS != nil:
		return replyTLSActive
	case s.cfg.TLS == TLSNone || s.cfg.Discard&KeyStartTLS != 0:
		return replyNotImplemented
	}
	if r := s.b.Count(&s.facts, CountTLS); r != nil {
		return r
	}
	s.answer(replyStartTLS)
	s.secure()
	return nil // it counts as success after the handshake, see Secured
}

// secure leaves the session waiting for the handshake. RFC 3207 §4.2: what was
// said before it does not count.
func (s *Session) secure() {
	s.facts.Helo = ""
	s.reset()
	s.become(Securing)
	s.next = wire.StartTLS
}
