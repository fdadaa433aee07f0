package smtp

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// command carries out a command line; rest is what has arrived behind it.
func (s *Session) command(line, rest []byte, bare, cut bool) {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	s.line = line
	if s.cfg.LMTP {
		s.lmtpCommand(line)
		return
	}
	if cut {
		s.b.Log("warning: " + s.cfg.Peer + ": request longer than " + strconv.Itoa(s.cfg.LineLimit) + ": " + printable(line[:min(30, len(line))]) + "...")
	}
	if bare && s.cfg.BareLF >= BareLFNote {
		if s.rejectBareLF() {
			return
		}
	}
	if s.cfg.UTF8 && !utf8.Valid(line) {
		s.failed(replyBadUTF8)
		return
	}
	s.words = appendWords(s.words[:0], line)
	if len(s.words) == 0 {
		s.failed(replyBadSyntax)
		return
	}
	for _, verb := range s.cfg.Noop {
		if bytes.EqualFold(s.words[0].text, []byte(verb)) {
			s.answer(replyOK)
			s.countJunk()
			return
		}
	}
	s.dispatch(rest)
}

// dispatch finds the command in the table and runs it, after the checks that
// are common to all.
func (s *Session) dispatch(rest []byte) {
	s.cmd = s.find(s.words[0].text)
	s.counts[s.cmd].all++
	if s.cmd == len(s.table) {
		s.facts.Where = "UNKNOWN"
		if s.isForbidden(s.words[0].text) {
			s.b.Log("warning: non-SMTP command from " + s.cfg.Peer + ": " + escaped(s.line[:min(100, len(s.line))]))
			s.answer(replyForbidden)
			s.close()
			return
		}
	}
	quit := s.cmd < len(s.table) && s.table[s.cmd].Verb == "QUIT"
	if s.denied != nil && !quit {
		// RFC 5321 §3.1: after a 554 greeting, 503 to all but QUIT.
		if s.denied.Code/10%10 == 2 && s.denied.Code%10 == 1 {
			s.answer(s.denied)
			return
		}
		s.failed(&Reply{Code: 503, Enhanced: "5.7.0", Text: "Error: access denied for " + s.cfg.Peer})
		return
	}
	if s.cmd == len(s.table) {
		s.failed(replyUnknown)
		return
	}
	c := &s.table[s.cmd]
	if s.cfg.TLS == TLSEncrypt && s.facts.TLS == nil && c.flags&preTLS == 0 {
		s.failed(replyMustTLS)
		return
	}
	s.facts.Where = c.Verb
	if (s.facts.Proto != "ESMTP" || c.flags&lastInGroup != 0) && !s.facts.BadPipelining && (len(rest) > 0 || s.more) {
		s.illPipelining(rest)
		if s.cfg.ForbidPipelining {
			s.answer(replySynchronization)
			s.close()
			return
		}
	}
	if r := s.force(); r != nil {
		s.done(r)
	} else if r := c.run(s, s.words); r != nil {
		s.done(r)
	}
	if quit {
		s.close()
	}
}

// done sends the reply to the command under way and counts it.
func (s *Session) done(r *Reply) {
	ok := r.Positive() || s.pardon
	s.pardon = false
	s.answer(r)
	s.settle(ok)
}

// settle counts the command under way as success or error.
func (s *Session) settle(ok bool) {
	if ok {
		s.counts[s.cmd].ok++
	} else {
		s.errors++
	}
	if s.table[s.cmd].flags&junk != 0 {
		s.countJunk()
	}
	s.checkErrors()
}

func (s *Session) countJunk() {
	if s.cfg.JunkCommands > 0 && s.junk > s.cfg.JunkCommands {
		s.errors++
	}
	s.junk++
	s.checkErrors()
}

// failed sends a reply to what is not even a command.
func (s *Session) failed(r *Reply) {
	s.answer(r)
	s.errors++
	s.checkErrors()
}

// checkErrors finds out whether the client has made too many errors. The 421
// follows by itself after the usual delay; a command that comes first is not
// carried out.
func (s *Session) checkErrors() {
	s.ended = s.ended || s.cfg.HardErrors > 0 && s.errors >= s.cfg.HardErrors && s.state != Closed
}

func (s *Session) tooManyErrors() {
	s.ended = false
	s.answer(&Reply{Code: 421, Enhanced: "4.7.0", Text: s.cfg.Hostname + " Error: too many errors"})
	s.b.Log("too many errors after " + s.facts.Where + " from " + s.cfg.Peer)
	s.close()
}

// answer sends a reply, late when the client has made many errors. 421 and 521
// end the session (RFC 5321 §3.8).
func (s *Session) answer(r *Reply) {
	if s.slow() && s.cfg.ErrorSleep > 0 {
		s.hesitate()
	}
	if s.cfg.Historic && r.Enhanced != "" {
		plain := *r
		plain.Enhanced = "" // RFC 2034 came in 1996
		r = &plain
	}
	if r.Code >= 400 && (s.cfg.RejectFooter != "" || s.cfg.SoftBounce) {
		r = s.dress(r)
	}
	s.out = r.Append(s.out)
	if r.Code == 421 || r.Code == 521 {
		s.close()
	}
}

// slow tells whether the client has made so many errors that it has to wait.
func (s *Session) slow() bool { return s.cfg.SoftErrors > 0 && s.errors >= s.cfg.SoftErrors }

// hesitate waits before a line of a reply.
func (s *Session) hesitate() {
	s.hesitated = true
	s.b.Sleep(s.cfg.ErrorSleep)
}

// Hesitated tells whether a reply came late since it was asked last.
func (s *Session) Hesitated() bool {
	did := s.hesitated
	s.hesitated = false
	return did
}

// dress applies $soft_bounce and $smtpd_reject_footer.
func (s *Session) dress(r *Reply) *Reply {
	d := *r
	if s.cfg.SoftBounce && d.Code/100 == 5 {
		d.Code -= 100
		if len(d.Enhanced) > 0 && d.Enhanced[0] == '5' {
			d.Enhanced = "4" + d.Enhanced[1:]
		}
	}
	if f := s.cfg.RejectFooter; len(f) > 1 && f[:2] == `\c` {
		d.Text += f[2:]
	} else if f != "" {
		d.Text += "\n" + f
	}
	return &d
}

// aheadShown is how much of what a client has sent too early stands in the log.
const aheadShown = 100

// illPipelining notes that the client did not wait (RFC 2920 §3.1).
func (s *Session) illPipelining(rest []byte) {
	s.facts.BadPipelining = true
	if p, ok := s.b.(Peeker); ok && s.more && len(rest) < aheadShown {
		rest = append(rest[:len(rest):len(rest)], p.Ahead(aheadShown-len(rest))...)
	}
	s.b.Log("improper command pipelining after " + s.facts.Where + " from " + s.cfg.Peer + ": " + escaped(rest[:min(aheadShown, len(rest))]))
}

// rejectBareLF deals with a command line that ended in LF alone, and reports
// whether the session is over.
func (s *Session) rejectBareLF() bool {
	if s.cfg.BareLF == BareLFNote {
		return false
	}
	s.logReject("bare <LF> received")
	s.answer(s.bareLFReply())
	s.close()
	return true
}

func (s *Session) bareLFReply() *Reply {
	return &Reply{Code: s.cfg.BareLFCode, Enhanced: "5.5.2", Text: s.cfg.Hostname + " Error: bare <LF> received"}
}

// isForbidden tells whether a word that is no command makes the session end:
// it looks like a header field, or is in $smtpd_forbidden_commands.
func (s *Session) isForbidden(verb []byte) bool {
	if i := bytes.IndexByte(verb, ':'); i > 0 && allPrintable(string(verb[:i])) && bytes.IndexByte(verb[:i], ' ') < 0 {
		return true
	}
	if s.cfg.Forbidden != nil {
		return s.cfg.Forbidden(string(verb))
	}
	c := verb[0] | 0x20
	return c < 'a' || c > 'z' || equalFold(verb, "CONNECT") || equalFold(verb, "GET") || equalFold(verb, "POST")
}

// force asks the backend for a reply that stands in for the real one.
func (s *Session) force() *Reply {
	if s.forcer == nil {
		return nil
	}
	return s.forcer.Force(&s.facts)
}
