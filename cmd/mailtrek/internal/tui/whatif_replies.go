package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/protocols/dnswire"
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
func (p *Player) verbs(place string) []choice {
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
		list = []choice{{text: "*", note: p.look.words.T("reply.every")}}
		for _, kind := range []string{"MX", "A", "AAAA", "PTR", "NS", "TXT"} {
			list = append(list, choice{text: kind, note: p.meaning("record", kind)})
		}
	}
	return list
}

// meaning is the first sentence of the catalogue about a word of some kind.
func (p *Player) meaning(kind, name string) string {
	for _, w := range explain.Lookup(p.look.words.Lang(), kind, name) {
		return strings.ReplaceAll(explain.FirstSentence(w.Text), "`", "")
	}
	return ""
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
		return p.answers()
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

// answers are those of a name server in trouble. It never just breaks off: a
// question and its answer are a packet each.
func (p *Player) answers() []choice {
	terms := map[string]string{"LAME": "lame delegation", "TRUNCATED": "truncated"}
	first := []string{"SERVFAIL", "NXDOMAIN", "NODATA", "REFUSED"}
	for _, a := range dnswire.ForcedAnswers() {
		if !slices.Contains(first, a) {
			first = append(first, a)
		}
	}
	var list []choice
	for _, a := range first {
		note := p.meaning("rcode", a)
		if term := terms[a]; term != "" {
			note = p.meaning("term", term)
		}
		list = append(list, choice{text: a, note: note})
	}
	return append(list, choice{text: replySilence, note: p.look.words.T("reply.silence")})
}

// quoteReply is a reply as a fault block has it.
func quoteReply(text string) string {
	if text == replyLost || text == replySilence {
		return text
	}
	return strconv.Quote(strings.ReplaceAll(text, `"`, "'"))
}
