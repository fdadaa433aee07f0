package postfix

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// notify tells the postmaster of a server that does not keep to the protocol, or
// finds that we do not (notify_classes = protocol; smtp_cleanup_session): by a
// reply 50z or 555, one that is neither 4yz nor 5yz where it had to be, or what is
// no reply at all. There are no notices about the mail system's own mail.
func (a *smtpAgent) notify(s *clientSession) {
	sender := a.r.mail.Sender
	if s.client == nil || !s.client.Confused() || sender == "" || !contains(a.d.conf.List("notify_classes"), "protocol") ||
		strings.HasPrefix(sender, a.d.conf.Get("double_bounce_sender")+"@") {
		return
	}
	lines := a.d.transcript(s.conn.ID(), trace.Client, s.since)
	if quit := slices.Index(lines, transcriptOut+"QUIT"); quit >= 0 && !a.set.dialogue.awaitQuit {
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, transcriptIn+"221 ") })
	}
	protocol := "SMTP"
	if a.lmtp {
		protocol = "LMTP"
	}
	a.d.sendTranscript("smtp", a.d.conf.Get("error_notice_recipient"), protocol+" client: errors from "+s.relay,
		"Unexpected response from "+s.relay+".\n\n", lines, "")
}
