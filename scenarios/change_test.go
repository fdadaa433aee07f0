package scenarios_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"io/fs"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// edit is a change of the document alabala: old, which must be there once,
// becomes new.
type edit struct{ old, new string }

// played returns the trace of alabala with changes.
func played(t *testing.T, edits ...edit) *trace.Trace {
	t.Helper()
	text, err := fs.ReadFile(scenarios.FS(), "alabala/alabala.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for _, e := range edits {
		if n := strings.Count(doc, e.old); n != 1 {
			t.Fatalf("%q stands %d times in the document, want once", e.old, n)
		}
		doc = strings.Replace(doc, e.old, e.new, 1)
	}
	s, err := scenario.Load(fstest.MapFS{"alabala.md": {Data: []byte(doc)}}, "alabala.md", scenarios.Resolve)
	if err != nil {
		t.Fatalf("%v", err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Play(0)
	return r.Trace()
}

// count is the number of events that a selector names.
func count(t *testing.T, tr *trace.Trace, selector string) int {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
	if err := sel.Check(tr); err != nil {
		t.Errorf("%s: %v", selector, err)
	}
	n := 0
	for s := sel.Next(tr, 0); s != 0; s = sel.Next(tr, s) {
		n++
	}
	return n
}

// A change of one line in the document changes what happens as it would in
// reality.
func TestOneChange(t *testing.T) {
	mailOf := func(lines string) string { return "myhostname = mail.alabala.com\n" + lines }
	for _, c := range []struct {
		name  string
		edits []edit
		want  []string // selectors that name at least one event
		never []string // selectors that name none
	}{
		{"nothing", nil,
			[]string{"smtp smtp -> mail S: 250 2.0.0 *", "mailbox ivan at mail", "pop3 RETR"},
			[]string{"reply 5??", "log *status=bounced*", "connect smtp -> mail2"}},
		{"the second exchanger is preferred: it finds itself the best and returns the mail", []edit{{"@       MX   5  mail\n", "@       MX   20 mail\n"}},
			[]string{"connect smtp -> mail2", "log mail2 *mail for alabala.com loops back*", "log mail2 *sender non-delivery notification*", "mailbox elena at smtp"},
			[]string{"connect smtp -> mail", "mailbox ivan at mail"}},
		{"the domain is not at home on its server", []edit{{mailOf("mydomain = alabala.com\nmyorigin = $mydomain\nmydestination = $myhostname, $mydomain,"), mailOf("mydomain = alabala.com\nmyorigin = $mydomain\nmydestination = $myhostname,")}},
			[]string{"smtp smtp -> mail S: 554 5.7.1 <ivan@alabala.com>: Relay access denied", "log smtp *dsn=5.7.1, status=bounced*", "mailbox elena at smtp"},
			[]string{"mailbox ivan at mail"}},
		{"Elena mistypes her password", []edit{{"login     elena\npassword  elena-secret", "login     elena\npassword  elena-sekret"}},
			[]string{"reply 535"}, []string{"queue smtp", "connect smtp -> mail"}},
		{"an alias with two people", []edit{{"To: Ivan Ivanov <ivan@alabala.com>", "To: office@alabala.com"}},
			[]string{"mailbox ivan at mail", "mailbox maria at mail", "log mail *orig_to=<office@alabala.com>*"}, []string{"reply 5??"}},
		{"the receiver takes small mails only", []edit{{"message_size_limit = 10240000", "message_size_limit = 300"}},
			[]string{"smtp smtp -> mail S: 250-SIZE 300", "log smtp *message size * exceeds size limit 300 of server*", "mailbox elena at smtp"},
			[]string{"smtp DATA from smtp", "mailbox ivan at mail"}},
		{"the receiver does not talk to this client", []edit{{"message_size_limit = 10240000", "smtpd_client_restrictions = reject"}},
			[]string{"smtp smtp -> mail S: 554 5.7.1 *Client host rejected: Access denied", "log smtp *status=bounced*"},
			[]string{"mailbox ivan at mail"}},
		{"nobody of that name", []edit{{"To: Ivan Ivanov <ivan@alabala.com>", "To: igor@alabala.com"}},
			[]string{"smtp smtp -> mail S: 550 5.1.1 <igor@alabala.com>: Recipient address rejected: User unknown in local recipient table", "mailbox elena at smtp"},
			[]string{"queue mail"}},
		{"a server by another name", []edit{{mailOf("mydomain"), "myhostname = mx.alabala.com\nmydomain"}},
			[]string{"smtp smtp -> mail S: 220 mx.alabala.com ESMTP Postfix", "smtp smtp -> mail S: 250-mx.alabala.com", "header Received at mail"}, nil},
		{"nobody listens at the preferred exchanger's address", []edit{{"mail    A    10.10.10.10\n", "mail    A    10.10.10.100\n"}},
			[]string{"connect smtp -> ivan-pc:25 refused", "log smtp connect*mail.alabala.com[10.10.10.100]:25: Connection refused", "queue mail2 -> deferred"},
			[]string{"mailbox ivan at mail"}},
		{"the mailbox is a file", []edit{{"message_size_limit = 10240000\nmailbox_transport = lmtp:unix:private/dovecot-lmtp\n", "home_mailbox =\n"}},
			[]string{"log mail *relay=local*(delivered*mailbox)*", "mailbox ivan at mail"}, []string{"log mail lmtp*", "pop3 RETR"}},
		{"there is no exchanger at all", []edit{{"@       MX   5  mail\n@       MX   10 mail2\n", ""}},
			[]string{"log smtp *dsn=5.4.4*Host found but no data record of requested type*", "mailbox elena at smtp"}, []string{"connect smtp -> mail"}},
		{"submission without authentication", []edit{{"  -o smtpd_sasl_auth_enable=yes\n", ""}},
			nil, []string{"reply 235", "queue smtp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := played(t, c.edits...)
			for _, s := range c.want {
				if count(t, tr, s) == 0 {
					t.Errorf("no event is %q", s)
				}
			}
			for _, s := range c.never {
				if n := count(t, tr, s); n > 0 {
					t.Errorf("%d events are %q, want none", n, s)
				}
			}
		})
	}
}
