package postfix

import (
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/dsn"
	"mailtrek/sim/trace"
)

// smtpd(8) and smtp(8) send the postmaster the transcript of a session in which
// something was wrong, if notify_classes has the class of it (smtpd_chat_notify,
// smtp_chat_notify).

// transcript is what was said on a connection after an event, each line behind
// "In:  " or "Out: ", as the end at a side has seen it. Of the content of a
// message only the dot counts.
func (d *daemon) transcript(conn trace.ConnID, side trace.Side, since trace.Seq) (lines []string) {
	t := d.p.World().Trace
	for q := trace.Seq(t.Len()); q > since && t.Has(q); q-- {
		e := t.At(q)
		if e.Conn != conn {
			continue
		}
		if e.Kind == trace.Open {
			break
		}
		text := strings.TrimRight(string(t.Text(e)), "\r\n")
		switch {
		case e.Kind == trace.Content && side == trace.Client:
			text = "."
		case e.Kind == trace.Content, e.Kind == trace.Auth && side == trace.Server && e.Side != side:
			lines = append(lines, "")
			continue
		case e.Kind != trace.Line && (e.Kind != trace.Auth || side == trace.Server):
			continue
		}
		if e.Side == side {
			lines = append(lines, transcriptOut+text)
		} else {
			lines = append(lines, transcriptIn+text)
		}
	}
	slices.Reverse(lines)
	if side == trace.Server {
		lines = answered(lines)
	}
	return lines
}

// answered puts what was sent in one go where the server has read it: in front
// of its answer. An empty line stands for what is not shown.
func answered(lines []string) []string {
	out := make([]string, 0, len(lines))
	var unread []string
	whole := true // the last line of the server was the end of a reply
	take := func() {
		if unread[0] != "" {
			out = append(out, unread[0])
		}
		unread = unread[1:]
	}
	for _, line := range lines {
		reply, ours := strings.CutPrefix(line, transcriptOut)
		switch {
		case line == "" && len(unread) > 0 && (unread[len(unread)-1] == "" || strings.HasPrefix(unread[len(unread)-1], transcriptIn+"BDAT")):
			continue // a content has one answer, and a chunk shares it with its command
		case !ours:
			unread = append(unread, line)
			continue
		case whole && len(unread) > 0:
			take()
		}
		out = append(out, line)
		whole = len(reply) < 4 || reply[3] != '-'
	}
	for len(unread) > 0 {
		take()
	}
	return out
}

// What is in front of a line of a transcript.
const (
	transcriptIn  = "In" + ":  "
	transcriptOut = "Out" + ": "
)

// transcriptWidth is how long a line of a transcript gets.
const transcriptWidth = 78

// sendTranscript tells the postmaster of a session, in the name of a daemon.
// intro stands in front of the transcript, end behind it; the header names
// error_notice_recipient, whoever gets it.
func (d *daemon) sendTranscript(daemon, rcpt, subject, intro string, lines []string, end string) {
	p := d.p
	before := p.Msg()
	defer p.Handle(before)
	p.Handle(p.World().Trace.AddMsg(trace.Msg{Name: "notice about a session", Parent: before}))
	host := d.conf.Get("myhostname")
	u, err := d.Submit(p, daemon, d.conf.Get("double_bounce_sender")+"@"+host)
	if err != nil {
		return
	}
	u.client = "bounce" // mail of the mail system's own gets no blind copies
	u.Mail().Local = true
	u.AddRecipient(&Recipient{Addr: rcpt})
	u.Prepend(fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", host, d.conf.Get("mail_name"), u.ID(), postfixDate(u.Mail().Arrived)))
	var text strings.Builder
	fmt.Fprintf(&text, "Date: %s\nFrom: Mail Delivery System <MAILER-DAEMON@%s>\nTo: Postmaster <%s>\nSubject: %s %s\n\n%sTranscript of session follows.\n\n",
		postfixDate(u.Mail().Arrived), host, d.conf.Get("error_notice_recipient"), d.conf.Get("mail_name"), subject, intro)
	for _, line := range lines {
		text.WriteString(" " + strings.ReplaceAll(dsn.WrapAt(line, transcriptWidth), "\n", "\n ") + "\n")
	}
	text.WriteString(end + "\nFor other details, see the local mail logfile\n")
	u.Write([]byte(text.String()))
	_ = u.Commit() // nobody hears of a notice that cannot be sent
}
