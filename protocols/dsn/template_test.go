package dsn

import (
	"strings"
	"testing"
)

const templateFile = `# what our users read
failure_template = <<EOF
Charset: UTF-8
From: MAILER-DAEMON (Mail Gateway)
Subject: Undelivered: $mail_name
Postmaster-Subject: Copy

Здравей, $mail_name at ${host}, $$5.
EOF

foo_template = <<END
From: x

y
END
delay_template = <<EOF
From: Поща

x
EOF
success_template = <<EOF
Subject: y
EOF
verify_template = <<EOF
Bad: z

text
EOF
delay_template = <<EOF
never ends
`

func TestTemplatesReplaceThoseThatAreInOrder(t *testing.T) {
	got := BuiltIn()
	warnings := got.ParseTemplates("/etc/postfix/bounce.cf", templateFile)
	want := `/etc/postfix/bounce.cf, line 16: unknown template name: foo_template -- ignoring this template
/etc/postfix/bounce.cf: non-ASCII "From" header value in delay template -- ignoring this template
/etc/postfix/bounce.cf: missing message text in success template -- ignoring this template
/etc/postfix/bounce.cf: unknown "Bad" header label in verify template -- ignoring this template
/etc/postfix/bounce.cf, line 31: missing "EOF" end marker`
	if strings.Join(warnings, "\n") != want {
		t.Errorf("warnings are\n%s\nwant\n%s", strings.Join(warnings, "\n"), want)
	}
	if f := got[Failure]; f.Charset != "UTF-8" || f.From != "MAILER-DAEMON (Mail Gateway)" || f.Subject != "Undelivered: $mail_name" || f.PostmasterSubject != "Copy" {
		t.Errorf("failure template is %+v", f)
	}
	for _, k := range []Kind{Delay, Success, Verify} {
		if got[k] != BuiltIn()[k] {
			t.Errorf("%s template has changed: %+v", k.Name(), got[k])
		}
	}
}

func TestTemplateNamesAreExpanded(t *testing.T) {
	templates := BuiltIn()
	templates.ParseTemplates("f", templateFile)
	known := map[string]string{"mail_name": "Postfix", "host": "mx"}
	lookup := func(name string) (string, bool) { v, ok := known[name]; return v, ok }
	if got, err := templates.Expand(Failure, lookup); err != nil || got != "Здравей, Postfix at mx, $5.\n" {
		t.Errorf("expanded to %q, %v", got, err)
	}
	if _, err := templates.Expand(Delay, lookup); err == nil || err.Error() != "undefined $name in delay template: This is the mail system at host $myhostname." {
		t.Errorf("error is %v", err)
	}
}

// A file that says what Postfix has built in changes nothing.
func TestTemplatesPrintAsTheyAreRead(t *testing.T) {
	before := BuiltIn()
	var after Templates
	if w := after.ParseTemplates("f", before.String()); w != nil || after != before {
		t.Errorf("warnings %q; read back as\n%s\nwant\n%s", w, after.String(), before.String())
	}
}
