package postfix

import (
	"slices"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// errorClass is the class of notify_classes to which a reply of smtpd belongs;
// "" for one that is no error.
func errorClass(reply string) string {
	code, text, _ := strings.Cut(reply, " ")
	enhanced, words, _ := strings.Cut(text, " ")
	switch {
	case len(code) != 3 || code[0] != '4' && code[0] != '5':
		return ""
	case strings.Contains(words, "User unknown"), strings.HasPrefix(words, "Error: message file too big"), strings.HasPrefix(words, "Error: too many hops"):
		return "bounce"
	case strings.Contains(words, "Temporary lookup failure"):
		return "data"
	case strings.HasPrefix(words, "<"), enhanced == "4.6.0", enhanced == "5.7.1", enhanced == "4.7.1", strings.Contains(words, "exceeds fixed limit"):
		return "policy"
	case strings.HasPrefix(words, "Error: queue file write error"), enhanced == "4.3.1":
		return "resource"
	case enhanced == "4.3.0", enhanced == "4.3.5":
		return "software"
	}
	return "protocol"
}

// faults are the classes of the errors in a transcript since the last message
// that was accepted.
func faults(lines []string) (classes []string) {
	for _, line := range lines {
		reply, ok := strings.CutPrefix(line, transcriptOut)
		if strings.HasPrefix(reply, "250 ") && strings.Contains(reply, "queued as") {
			classes = nil
		} else if class := errorClass(reply); ok && class != "" {
			classes = append(classes, class)
		}
	}
	return classes
}

// notify tells the postmaster of the errors of a session that is over.
func (b *smtpdSession) notify(session *smtp.Session) {
	if !session.Failed() || !b.set.mailNotices && !b.grave {
		return
	}
	lines := b.transcript(b.conn.ID(), trace.Server, 0)
	classes := faults(lines)
	wanted := b.conf.List("notify_classes")
	if !slices.ContainsFunc(classes, func(c string) bool { return contains(wanted, c) }) {
		return
	}
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	if int64(size) > b.Host.Tree.Free() {
		return // on a full disk there is no room for a notice about it
	}
	rcpt := b.conf.Get("error_notice_recipient")
	if slices.Contains(classes, "bounce") {
		rcpt = b.conf.Get("bounce_notice_recipient")
	}
	end := "\n"
	if b.reason != "" {
		end = "\nSession aborted, reason: " + b.reason + "\n"
	}
	b.sendTranscript("smtpd", rcpt, "SMTP server: errors from "+b.client.String(), "", lines, end)
}
