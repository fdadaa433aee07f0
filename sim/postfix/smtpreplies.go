package postfix

import (
	"strings"

	"mailtrek/protocols/smtp"
)

// What smtp(8) makes of the lines that a server sends, before they are replies
// (smtp_chat_resp).

// maxShownReply and maxShownLong are how much of a line the log shows.
const (
	maxShownReply = 100
	maxShownLong  = 30
)

// Odd says that a line is no reply. With PIPELINING the client may take the next
// replies for those to other commands.
func (s *clientSession) Odd(line string) {
	a := s.agent
	protocol, words := "ESMTP", "discard_ehlo_keyword_address_maps"
	if a.lmtp {
		protocol, words = "LMTP", "discard_lhlo_keyword_address_maps"
	}
	a.d.log("warning: %s: non-%s response from %s: %s", a.r.mail.ID, protocol, s.relay, line[:min(len(line), maxShownReply)])
	if a.d.conf.Bool("helpful_warnings") {
		_, addr, _ := strings.Cut(s.peer, "[")
		a.d.log("warning: to prevent loss of mail, turn off command pipelining for %s with the %s parameter", strings.TrimSuffix(addr, "]"), a.param(words))
	}
}

// Cut says that a line is too long to be read to its end.
func (s *clientSession) Cut(line string) {
	s.agent.d.log("warning: %s: response longer than %d: %s...", s.relay, smtp.MaxReplyLine, line[:maxShownLong])
}

// filter is smtp_reply_filter, or lmtp_reply_filter: what is read in place of a
// line. ok is false when the table cannot be asked.
func (s *clientSession) filter(line string) (now string, ok bool) {
	a := s.agent
	d, table := a.d, a.set.replyFilter[0]
	now, spec, err := d.maps([]string{table}).Find(line)
	if err != nil {
		if _, problem := d.tables.Open(table); problem != nil {
			d.log("warning: %s is unavailable. %v", table, problem)
		}
		d.log("warning: %s: table %s lookup error for %s", a.r.mail.ID, table, line)
		return line, false
	}
	if spec == "" {
		return line, true
	}
	d.consulted(d.name(), spec, line, AddressMatch{Value: now, Key: line, Spec: spec, Found: true})
	d.log("%s: replacing server reply \"%s\" with \"%s\"", s.relay, line, now)
	return now, true
}
