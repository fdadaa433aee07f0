// Package dsn makes delivery status notifications: the multipart/report
// messages (RFC 6522) with a message/delivery-status part (RFC 3464) by which
// a mail system tells a sender that a message failed, is late, or arrived
// (RFC 3461). They have the form that Postfix's bounce(8) gives them.
package dsn

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/message"
)

// Kind says what a notification is about.
type Kind uint8

const (
	// Failure returns a message that could not be delivered.
	Failure Kind = iota
	// Delay warns that a message is late and still being tried.
	Delay
	// Success reports deliveries, when the sender asked for it.
	Success
	// Verify reports what would become of a mail that is not delivered.
	Verify
)

// Report is a notification in the making.
type Report struct {
	Kind     Kind
	Host     string // the reporting mail system
	QueueID  string // of the message that it is about
	From     string // "MAILER-DAEMON@sender.example"
	To       string // the sender of the message; never the null sender
	Sender   string // the same, as X-Postfix-Sender has it
	EnvID    string // RFC 3461 §4.4, "" if none
	Arrival  time.Time
	Now      time.Time
	Lifetime time.Duration // Delay: when the message will be given up
	HdrsOnly bool          // RFC 3461 §4.3: RET=HDRS
	// Postmaster makes it a copy for the postmaster (postconf(5),
	// notify_classes), which has no text for the sender.
	Postmaster bool
	// ReturnPath is the envelope sender, for the copy of the message.
	ReturnPath string
	// Template has the words for people, with the names in its text expanded;
	// its zero value stands for Postfix's own, of which Text is missing.
	Template Template
	// Global makes it the notification about a message with SMTPUTF8 (RFC 6533).
	Global  bool
	Message []byte // the message, lines ending in LF
	// Recipients may be none in a failure report of which nobody has kept the
	// reasons: it says so.
	Recipients []Recipient
}

// Recipient is what a Report says of one recipient.
type Recipient struct {
	Final      string // where it went
	Expanded   string // the address it was expanded from, "" if none is to be named
	ORcpt      string // RFC 3461 §4.2, "rfc822;ivan@alabala.com"; "" if none
	Action     string // failed, delayed, delivered, relayed, expanded
	Status     string // RFC 3463, "5.1.1"
	RemoteMTA  string // the host that replied, "" if none did
	Diagnostic string // "smtp; 550 5.1.1 …" or "X-Postfix; …"
	Text       string // for people
}

var subjects = [...]string{
	Failure: "Undelivered Mail Returned to Sender",
	Delay:   "Delayed Mail (still being retried)",
	Success: "Successful Mail Delivery Report",
	Verify:  "Mail Delivery Status Report",
}

// Subject is the Subject of a notification of this kind.
func (k Kind) Subject() string { return subjects[k] }

// Compose returns the notification, header and body, with lines ending in LF.
// It lacks what every mail system adds to a message: Received and Message-Id.
func (r *Report) Compose() []byte {
	var b bytes.Buffer
	boundary := fmt.Sprintf("%s.%d/%s", r.QueueID, r.Now.Unix(), r.Host)
	r.header(&b, boundary)
	fmt.Fprintf(&b, "This is a MIME-encapsulated message.\n\n--%s\n", boundary)
	charset := r.Template.Charset
	if charset == "" || strings.EqualFold(charset, "us-ascii") {
		charset = "utf-8" // what the text is about may have more
	}
	fmt.Fprintf(&b, "Content-Description: Notification\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: 8bit\n\n", charset)
	r.notification(&b)
	fmt.Fprintf(&b, "--%s\nContent-Description: Delivery report\nContent-Type: %s", boundary, r.media("message/delivery-status", "message/global-delivery-status"))
	if r.Global {
		b.WriteString("Content-Transfer-Encoding: 8bit\n")
	}
	b.WriteByte('\n')
	r.status(&b)
	fmt.Fprintf(&b, "--%s\n", boundary)
	r.original(&b)
	fmt.Fprintf(&b, "\n--%s--\n", boundary)
	return b.Bytes()
}

func (r *Report) header(b *bytes.Buffer, boundary string) {
	fmt.Fprintf(b, "Date: %s\n", message.FormatDate(r.Now))
	if r.Template.From == "" || r.Template.From == BuiltIn()[r.Kind].From {
		fmt.Fprintf(b, "From: Mail Delivery System <%s>\n", r.From)
	} else {
		fmt.Fprintf(b, "From: %s\n", r.Template.From)
	}
	subject, auto := r.Template.Subject, "auto-replied" // RFC 3834 §5
	if subject == "" {
		subject = r.Kind.Subject()
	}
	if r.Postmaster {
		auto = "auto-generated"
		if s := r.Template.PostmasterSubject; s != "" {
			subject = s
		} else if r.Template.Subject == "" {
			subject = BuiltIn()[r.Kind].PostmasterSubject
		}
	}
	fmt.Fprintf(b, "Subject: %s\nTo: %s\nAuto-Submitted: %s\nMIME-Version: 1.0\n", subject, r.To, auto)
	fmt.Fprintf(b, "Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=%q\n", boundary)
	b.WriteString("Content-Transfer-Encoding: 8bit\n\n")
}

// notification is the part that a person reads.
func (r *Report) notification(b *bytes.Buffer) {
	if !r.Postmaster {
		b.WriteString(r.Template.Text)
	}
	b.WriteByte('\n')
	if len(r.Recipients) == 0 && r.Kind == Failure { // bounce_diagnostic_log
		b.WriteString("\t--- Delivery report unavailable ---\n\n")
	}
	for _, to := range r.Recipients {
		who := "<" + to.Final + ">"
		if to.Expanded != "" {
			who += " (expanded from <" + to.Expanded + ">)"
		}
		b.WriteString(Wrap(who+": "+to.Text) + "\n\n")
	}
}

const assistance = `For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

`

const failureText = `I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

` + assistance

const delayText = `####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than $delay_warning_time_hours hour(s).
It will be retried until it is $maximal_queue_lifetime_days day(s) old.

` + assistance

const successText = `Your message was successfully delivered to the destination(s)
listed below. If the message was delivered to mailbox you will
receive no further notifications. Otherwise you may still receive
notifications of mail delivery errors from other systems.

`

// status is the part that a program reads (RFC 3464 §2).
func (r *Report) status(b *bytes.Buffer) {
	fmt.Fprintf(b, "Reporting-MTA: dns; %s\n", r.Host)
	if r.EnvID != "" {
		fmt.Fprintf(b, "Original-Envelope-Id: %s\n", r.EnvID)
	}
	fmt.Fprintf(b, "X-Postfix-Queue-ID: %s\n", r.QueueID)
	if r.Sender != "" {
		fmt.Fprintf(b, "X-Postfix-Sender: %s; %s\n", r.addressType(r.Sender), r.Sender)
	}
	fmt.Fprintf(b, "Arrival-Date: %s\n\n", message.FormatDate(r.Arrival))
	for _, to := range r.Recipients {
		fmt.Fprintf(b, "Final-Recipient: %s; %s\n", r.addressType(to.Final), to.Final)
		if to.ORcpt != "" {
			fmt.Fprintf(b, "Original-Recipient: %s\n", to.ORcpt)
		}
		fmt.Fprintf(b, "Action: %s\nStatus: %s\n", to.Action, to.Status)
		if to.RemoteMTA != "" {
			fmt.Fprintf(b, "Remote-MTA: dns; %s\n", to.RemoteMTA)
		}
		if to.Diagnostic != "" {
			b.WriteString(Wrap("Diagnostic-Code: "+to.Diagnostic) + "\n")
		}
		if r.Kind == Delay && to.Action == "delayed" && r.Lifetime > 0 {
			fmt.Fprintf(b, "Will-Retry-Until: %s\n", message.FormatDate(r.Arrival.Add(r.Lifetime)))
		}
		b.WriteByte('\n')
	}
}

// media is the line end of a Content-Type field: a type, or what it is for mail
// with SMTPUTF8 (RFC 6533 §4).
func (r *Report) media(plain, global string) string {
	if r.Global {
		return global + "\n"
	}
	return plain + "\n"
}

// addressType is the type of an address in a notification (RFC 6533 §3).
func (r *Report) addressType(addr string) string {
	if r.Global && strings.IndexFunc(addr, func(c rune) bool { return c > 0x7e }) >= 0 {
		return "utf-8"
	}
	return "rfc822"
}

// original is the part with the message, or with its header alone.
func (r *Report) original(b *bytes.Buffer) {
	whole := r.Kind == Failure && !r.HdrsOnly
	if whole {
		b.WriteString("Content-Description: Undelivered Message\nContent-Type: " + r.media("message/rfc822", "message/global"))
	} else {
		what := "Undelivered Message Headers"
		if r.Kind == Success || r.Kind == Verify {
			what = "Message Headers"
		}
		fmt.Fprintf(b, "Content-Description: %s\nContent-Type: %s", what, r.media("text/rfc822-headers", "message/global-headers"))
	}
	fmt.Fprintf(b, "Content-Transfer-Encoding: 8bit\n\nReturn-Path: <%s>\n", r.ReturnPath)
	msg := r.Message
	if !whole {
		if i := bytes.Index(msg, []byte("\n\n")); i >= 0 {
			msg = msg[:i+1]
		}
	}
	b.Write(msg)
}

// wrapWidth is how long a line of a notification gets.
const wrapWidth = 79

// Wrap breaks a text at blanks into lines of at most 79 characters, where a
// word allows it; lines after the first are indented by four blanks.
func Wrap(s string) string { return WrapAt(s, wrapWidth) }

// WrapAt is Wrap with lines of another width.
func WrapAt(s string, most int) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Split(s, " ") {
		switch {
		case i == 0:
		case width+1+len(word) > most:
			b.WriteString("\n    ")
			width = 4
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
