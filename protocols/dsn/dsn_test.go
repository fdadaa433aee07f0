package dsn

import (
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"
)

func report() *Report {
	at := time.Date(2026, 11, 21, 23, 57, 57, 0, time.UTC)
	return &Report{
		Host: "smtp.sender.example", QueueID: "A0F0B98E1AA", From: "MAILER-DAEMON@sender.example", To: "helena@sender.example",
		Sender: "helena@sender.example", Arrival: at, Now: at, ReturnPath: "helena@sender.example",
		Message: []byte("Subject: x\nTo: nosuchuser@alabala.com\n\nText\n"),
		Recipients: []Recipient{{Final: "nosuchuser@alabala.com", ORcpt: "rfc822;nosuchuser@alabala.com", Action: "failed", Status: "5.1.1",
			RemoteMTA: "mail.alabala.com", Diagnostic: "smtp; 550 5.1.1 <nosuchuser@alabala.com>: Recipient address rejected: User unknown in local recipient table",
			Text: "host mail.alabala.com[10.10.10.10] said: 550 5.1.1 <nosuchuser@alabala.com>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command)"}},
	}
}

// parts takes a notification apart with the standard library.
func parts(t *testing.T, b []byte) (head mail.Header, types, bodies []string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	typ, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || typ != "multipart/report" || params["report-type"] != "delivery-status" {
		t.Fatalf("Content-Type is %s %v (%v)", typ, params, err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return m.Header, types, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(p)
		types, bodies = append(types, p.Header.Get("Content-Type")), append(bodies, string(text))
	}
}

func TestFailureHasThreeParts(t *testing.T) {
	head, types, bodies := parts(t, report().Compose())
	if head.Get("Subject") != "Undelivered Mail Returned to Sender" || head.Get("To") != "helena@sender.example" {
		t.Errorf("header is %v", head)
	}
	if want := "text/plain; charset=utf-8 message/delivery-status message/rfc822"; strings.Join(types, " ") != want {
		t.Fatalf("parts are %v, want %s", types, want)
	}
	for _, want := range []string{"<nosuchuser@alabala.com>: host mail.alabala.com[10.10.10.10] said: 550 5.1.1\n    <nosuchuser@alabala.com>: Recipient address rejected: User unknown in local\n    recipient table (in reply to RCPT TO command)\n"} {
		if !strings.Contains(bodies[0], want) {
			t.Errorf("notification lacks %q:\n%s", want, bodies[0])
		}
	}
	want := `Reporting-MTA: dns; smtp.sender.example
X-Postfix-Queue-ID: A0F0B98E1AA
X-Postfix-Sender: rfc822; helena@sender.example
Arrival-Date: Sat, 21 Nov 2026 23:57:57 +0000 (UTC)

Final-Recipient: rfc822; nosuchuser@alabala.com
Original-Recipient: rfc822;nosuchuser@alabala.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.alabala.com
Diagnostic-Code: smtp; 550 5.1.1 <nosuchuser@alabala.com>: Recipient address
    rejected: User unknown in local recipient table
`
	if bodies[1] != want {
		t.Errorf("delivery status is\n%swant\n%s", bodies[1], want)
	}
	if want := "Return-Path: <helena@sender.example>\nSubject: x\nTo: nosuchuser@alabala.com\n\nText\n"; bodies[2] != want {
		t.Errorf("returned message is %q, want %q", bodies[2], want)
	}
}

func TestDelayReturnsHeadersAndSaysUntilWhen(t *testing.T) {
	r := report()
	r.Kind, r.Lifetime = Delay, 5*24*time.Hour
	known := BuiltIn()
	r.Template = known[Delay]
	r.Template.Text, _ = known.Expand(Delay, func(name string) (string, bool) {
		v, ok := map[string]string{"myhostname": "mail.example", "delay_warning_time_hours": "4", "maximal_queue_lifetime_days": "5"}[name]
		return v, ok
	})
	r.Recipients[0].Action = "delayed"
	_, types, bodies := parts(t, r.Compose())
	if types[2] != "text/rfc822-headers" || strings.Contains(bodies[2], "Text") {
		t.Errorf("third part is %s:\n%s", types[2], bodies[2])
	}
	if !strings.Contains(bodies[0], "for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.") {
		t.Errorf("notification is\n%s", bodies[0])
	}
	if !strings.Contains(bodies[1], "Will-Retry-Until: Thu, 26 Nov 2026 23:57:57 +0000 (UTC)\n") {
		t.Errorf("delivery status is\n%s", bodies[1])
	}
}

func TestWrapKeepsLongWords(t *testing.T) {
	long := strings.Repeat("x", 100)
	if got, want := Wrap("a "+long+" b"), "a\n    "+long+"\n    b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
