package postfix

import (
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/dsn"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// smtpd(8) sends the postmaster the transcript of a session in which it had to
// say no, if notify_classes has the class of the error (smtpd_chat_notify).

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
	case strings.HasPrefix(words, "<"), enhanced == "5.7.1", enhanced == "4.7.1", strings.Contains(words, "exceeds fixed limit"):
		return "policy"
	case strings.HasPrefix(words, "Error: queue file write error"):
		return "resource"
	case enhanced == "4.3.1":
		return "" // on a full disk there is no room for a notice about it
	case enhanced == "4.3.0", enhanced == "4.3.5":
		return "software"
	}
	return "protocol"
}

// said is in front of what a side has said.
var said = [...]string{trace.Client: "In" + ":  ", trace.Server: "Out" + ": "}

// transcript are the lines of the session, "In:  QUIT", and the classes of the
// errors since the last message that was accepted.
func (b *smtpdSession) transcript() (lines, classes []string) {
	t := b.p.World().Trace
	id := b.conn.ID()
	for q := trace.Seq(t.Len()); t.Has(q); q-- {
		e := t.At(q)
		if e.Conn != id {
			continue
		}
		if e.Kind == trace.Open {
			break
		}
		if e.Kind != trace.Line {
			continue
		}
		text := strings.TrimRight(string(t.Text(e)), "\r\n")
		if e.Side == trace.Client {
			lines = append(lines, said[trace.Client]+text)
		} else {
			lines = append(lines, said[trace.Server]+text)
		}
	}
	slices.Reverse(lines)
	for _, line := range lines {
		reply, ok := strings.CutPrefix(line, said[trace.Server])
		if strings.HasPrefix(reply, "250 ") && strings.Contains(reply, "queued as") {
			classes = nil
		} else if class := errorClass(reply); ok && class != "" {
			classes = append(classes, class)
		}
	}
	return lines, classes
}

// notify tells the postmaster of the errors of a session that is over.
func (b *smtpdSession) notify(session *smtp.Session) {
	wanted := b.conf.List("notify_classes")
	more := slices.ContainsFunc([]string{"bounce", "data", "policy", "protocol"}, func(c string) bool { return contains(wanted, c) })
	if !session.Failed() || !more && !b.grave {
		return
	}
	lines, classes := b.transcript()
	if !slices.ContainsFunc(classes, func(c string) bool { return contains(wanted, c) }) {
		return
	}
	p := b.p
	before := p.Msg()
	defer p.Handle(before)
	p.Handle(p.World().Trace.AddMsg(trace.Msg{Name: "notice about a session", Parent: before}))
	host := b.conf.Get("myhostname")
	u, err := b.Submit(p, "smtpd", b.conf.Get("double_bounce_sender")+"@"+host)
	if err != nil {
		return
	}
	u.client = "bounce" // mail of the mail system's own gets no blind copies
	u.Mail().Local = true
	u.AddRecipient(&Recipient{Addr: b.conf.Get("error_notice_recipient")})
	u.Prepend(fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", host, b.conf.Get("mail_name"), u.ID(), postfixDate(u.Mail().Arrived)))
	var text strings.Builder
	fmt.Fprintf(&text, "Date: %s\nFrom: Mail Delivery System <MAILER-DAEMON@%s>\nTo: Postmaster <postmaster>\nSubject: %s SMTP server: errors from %s\n\nTranscript of session follows.\n\n",
		postfixDate(u.Mail().Arrived), host, b.conf.Get("mail_name"), b.client)
	for _, line := range lines {
		text.WriteString(" " + strings.ReplaceAll(dsn.WrapAt(line, transcriptWidth), "\n", "\n ") + "\n")
	}
	text.WriteString("\n\nFor other details, see the local mail logfile\n")
	u.Write([]byte(text.String()))
	_ = u.Commit() // nobody hears of a notice that cannot be sent
}

// transcriptWidth is how long a line of a transcript gets.
const transcriptWidth = 78
