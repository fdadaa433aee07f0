package scenario

import (
	"strconv"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// replyUsage is how a fault demands a reply.
const replyUsage = `HOST:PORT reply STAGE "TEXT" [from HOST] [about PATTERN] [times N] [chance P%] [for TIME]`

// servicePorts are the names that may stand for a port. LMTP has its own,
// wherever its socket is.
var servicePorts = []struct {
	name  string
	port  uint16
	proto trace.Proto
}{
	{"smtp", 25, trace.SMTP}, {"submission", 587, trace.SMTP}, {"smtps", 465, trace.SMTP}, {"submissions", 465, trace.SMTP},
	{"pop3", 110, trace.POP3}, {"pop3s", 995, trace.POP3}, {"imap", 143, trace.IMAP}, {"imaps", 993, trace.IMAP},
	{"domain", 53, trace.DNS}, {"lmtp", lmtpPort, trace.LMTP},
}

// lmtpPort is what a fault calls the port of every LMTP listener.
const lmtpPort = 24

// portOf reads a port: a number or a name of servicePorts.
func portOf(s string) (uint16, bool) {
	for _, p := range servicePorts {
		if p.name == s {
			return p.port, true
		}
	}
	port, err := strconv.ParseUint(s, 10, 16)
	return uint16(port), err == nil && port != 0
}

// protoOf is the protocol usual at a port; NoProto when none is.
func protoOf(port uint16) trace.Proto {
	for _, p := range servicePorts {
		if p.port == port {
			return p.proto
		}
	}
	return trace.NoProto
}

// stagesOf are the stages at which a server of a protocol can be made to give
// a reply.
func stagesOf(proto trace.Proto) []string {
	words := []string{"*", "CONNECT"}
	switch proto {
	case trace.SMTP:
		for _, c := range smtp.Commands(smtp.Postfix) {
			words = append(words, c.Verb)
		}
		words = append(words, "END-OF-MESSAGE")
	case trace.LMTP:
		for _, c := range smtp.Commands(smtp.Dovecot) {
			words = append(words, c.Verb)
		}
		words = append(words, "END-OF-MESSAGE")
	case trace.POP3:
		for _, c := range pop3.Commands() {
			words = append(words, c.Verb)
		}
	case trace.IMAP:
		for _, c := range imap.Commands() {
			if !strings.Contains(c.Verb, " ") { // FETCH is UID FETCH, too
				words = append(words, c.Verb)
			}
		}
	case trace.DNS:
		words = []string{"*", "A", "AAAA", "MX", "NS", "PTR", "CNAME", "TXT", "SOA", "SRV", "DS", "DNSKEY", "ANY"}
	}
	return words
}

// forcedReply reads what follows "reply": the stage and the text.
func (b *builder) forcedReply(f *Fault, rest []word) bool {
	proto := protoOf(f.Port)
	if known := stagesOf(proto); proto != trace.NoProto {
		stage := ""
		for _, k := range known {
			if strings.EqualFold(k, rest[0].text) || rest[0].text == "." && k == "END-OF-MESSAGE" {
				stage = k
			}
		}
		if stage == "" && proto == trace.DNS {
			if _, ok := dnswire.TypeOf(rest[0].text); ok {
				stage = strings.ToUpper(rest[0].text)
			}
		}
		if stage == "" {
			b.src.errorAt(rest[0], oneOf(known), "nothing can be replied at %q by %s%s", rest[0].text, proto, didYouMean(strings.ToUpper(rest[0].text), known))
			return false
		}
		f.Stage = stage
	} else {
		f.Stage = strings.ToUpper(rest[0].text)
	}
	text := rest[1]
	for _, r := range text.text {
		if r < ' ' || r == 0x7f {
			b.src.errorAt(text, "printable text", "a reply has no control characters")
			return false
		}
	}
	f.Reply = text.text
	if text.raw == node.Lost && proto != trace.DNS || text.raw == node.Silence {
		return true
	}
	if why, want := badReply(proto, text.text); why != "" {
		b.src.errorAt(text, want, "%s", why)
		return false
	}
	return true
}

// badReply says why a text is no reply of a protocol, and what is.
func badReply(proto trace.Proto, text string) (why, want string) {
	first, _, _ := strings.Cut(text, " ")
	switch proto {
	case trace.SMTP, trace.LMTP:
		if code, err := strconv.Atoi(first); err != nil || len(first) != 3 || code < 200 || code > 599 {
			return "the reply has no code", `a code and a text, such as "450 4.2.0 try later"; or lost or silence`
		}
	case trace.POP3:
		if first != "+OK" && first != "-ERR" {
			return "the reply says neither +OK nor -ERR", `"-ERR [SYS/TEMP] try later"; or lost or silence`
		}
	case trace.IMAP:
		if first != "OK" && first != "NO" && first != "BAD" && first != "BYE" {
			return "the answer says neither OK nor NO, BAD or BYE", `"NO [UNAVAILABLE] try later"; or lost or silence`
		}
	case trace.DNS:
		known := dnswire.ForcedAnswers()
		for _, k := range known {
			if k == text {
				return "", ""
			}
		}
		return "no name server answers " + strconv.Quote(text) + didYouMean(strings.ToUpper(text), known), oneOf(known) + ", or silence"
	}
	return "", ""
}
