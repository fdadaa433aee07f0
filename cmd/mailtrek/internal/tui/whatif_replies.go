package tui

import (
	"strconv"
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// protoOf is the protocol that is spoken at a port.
func protoOf(port string) trace.Proto {
	switch port {
	case "25", "465", "587":
		return trace.SMTP
	case "24":
		return trace.LMTP
	case "110", "995":
		return trace.POP3
	case "143", "993":
		return trace.IMAP
	case "53":
		return trace.DNS
	}
	return trace.NoProto
}

// portOf is the port of HOST:PORT.
func portOf(place string) string { return place[strings.LastIndexByte(place, ':')+1:] }

// verbs are the stages at which a server can be made to say something else.
func (w *facts) verbs(place string) []choice {
	list := []choice{{text: "CONNECT"}}
	switch protoOf(portOf(place)) {
	case trace.SMTP:
		for _, c := range smtp.Commands(smtp.Postfix) {
			list = append(list, choice{text: c.Verb, note: c.RFC})
		}
		list = append(list, choice{text: "END-OF-MESSAGE", note: "RFC 5321 §4.1.1.4"})
	case trace.POP3:
		for _, c := range pop3.Commands() {
			list = append(list, choice{text: c.Verb, note: c.RFC})
		}
	case trace.IMAP:
		for _, c := range imap.Commands() {
			if !strings.Contains(c.Verb, " ") {
				list = append(list, choice{text: c.Verb, note: c.RFC})
			}
		}
	case trace.DNS:
		list = nil
		for _, kind := range []string{"*", "MX", "A", "AAAA", "PTR", "NS", "TXT"} {
			list = append(list, choice{text: kind, note: "RFC 1035 §3.2.2"})
		}
	}
	return list
}

// Words that stand for no reply at all: the connection breaks, or nothing is
// said. They are not quoted.
const (
	replyLost    = "lost"
	replySilence = "silence"
)

// replies are what servers say when something is wrong.
func (p *Player) replies(place string) []choice {
	var texts []string
	switch protoOf(portOf(place)) {
	case trace.POP3:
		texts = []string{"-ERR [SYS/TEMP] Try again later", "-ERR [IN-USE] Mailbox is locked"}
	case trace.IMAP:
		texts = []string{"NO [UNAVAILABLE] Try again later", "NO [INUSE] Mailbox in use", "BYE Server shutting down"}
	case trace.DNS:
		texts = []string{"SERVFAIL", "NXDOMAIN", "REFUSED"}
	default:
		texts = []string{
			"450 4.2.0 Try again later", "421 4.3.2 Service not available, closing transmission channel",
			"451 4.3.0 Error: queue file write error", "452 4.3.1 Insufficient system storage",
			"550 5.1.1 User unknown", "552 5.2.2 Mailbox full", "554 5.7.1 Service unavailable; Client host blocked",
		}
	}
	var list []choice
	for _, t := range texts {
		list = append(list, choice{text: t})
	}
	w := p.look.words
	return append(list, choice{text: replyLost, note: w.T("reply.lost")}, choice{text: replySilence, note: w.T("reply.silence")})
}

// quoteReply is a reply as a fault block has it.
func quoteReply(text string) string {
	if text == replyLost || text == replySilence {
		return text
	}
	return strconv.Quote(strings.ReplaceAll(text, `"`, "'"))
}
