package smtp

import (
	"strconv"
	"strings"
)

// helo is HELO. RFC 5321 §4.1.1.1: one line, no extensions. Deviates from RFC
// 5321 §4.1.1.1: any text will do for the name, and the reply has no greeting.
func (s *Session) helo(args []word) *Reply {
	if len(args) < 2 {
		return replyHeloSyntax
	}
	if r := s.greet(args); r != nil {
		return r
	}
	s.reply = Reply{Code: 250, Text: s.cfg.Hostname}
	return &s.reply
}

// ehlo is EHLO. RFC 5321 §4.1.4: it also resets, as RSET does.
func (s *Session) ehlo(args []word) *Reply {
	if len(args) < 2 {
		return replyEhloSyntax
	}
	if r := s.greet(args); r != nil {
		return r
	}
	s.facts.Proto = "ESMTP"
	text := s.extensions()
	if s.slow() {
		for range strings.Count(text, "\n") { // Postfix delays every line
			s.hesitate()
		}
	}
	if s.cfg.Discard != 0 && s.cfg.Discard&(KeySilent|KeyEnhanced) == 0 {
		s.b.Log("discarding EHLO keywords: " + s.cfg.Discard.String())
	}
	s.reply = Reply{Code: 250, Text: text}
	return &s.reply
}

// greet does what HELO and EHLO have in common.
func (s *Session) greet(args []word) *Reply {
	name := printable(joined(args[1:]))
	if r := s.b.Helo(&s.facts, name); r != nil {
		return r
	}
	s.facts.Helo = neuter(name)
	s.reset()
	return nil
}

// neuter makes a name harmless for log lines, as smtpd does with the name in
// HELO.
func neuter(name string) string {
	if !strings.ContainsAny(name, " <>()\\\";@") {
		return name
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" <>()\\\";@", r) {
			return '?'
		}
		return r
	}, name)
}

// extensions is the reply to EHLO: the host's name, then a keyword a line, in
// Postfix's order, without those of $smtpd_discard_ehlo_keywords.
func (s *Session) extensions() string {
	b := append(make([]byte, 0, usualReply), s.cfg.Hostname...)
	offer := func(k Keywords, line string) {
		if s.cfg.Discard&k == 0 {
			b = append(append(b, '\n'), line...)
		}
	}
	offer(KeyPipelining, "PIPELINING")
	offer(KeySize, "SIZE")
	if s.cfg.SizeLimit > 0 && s.cfg.Discard&KeySize == 0 {
		b = strconv.AppendInt(append(b, ' '), s.cfg.SizeLimit, 10)
	}
	if !s.cfg.DisableVRFY {
		offer(KeyVRFY, "VRFY")
	}
	offer(KeyETRN, "ETRN")
	if s.cfg.TLS != TLSNone && s.facts.TLS == nil {
		offer(KeyStartTLS, "STARTTLS")
	}
	if m := s.mechanisms(); len(m) > 0 {
		offer(KeyAuth, "AUTH "+strings.Join(m, " "))
		if s.cfg.BrokenAuthClients {
			offer(KeyAuth, "AUTH="+strings.Join(m, " "))
		}
	}
	if s.cfg.VERP != "" {
		offer(KeyVERP, "XVERP")
	}
	if s.cfg.XForward {
		offer(KeyXForward, "XFORWARD "+forwardNames)
	}
	offer(KeyEnhanced, "ENHANCEDSTATUSCODES")
	offer(Key8BitMIME, "8BITMIME")
	offer(KeyDSN, "DSN")
	if s.cfg.UTF8 {
		offer(KeyUTF8, "SMTPUTF8")
	}
	offer(KeyChunking, "CHUNKING")
	return string(b)
}
