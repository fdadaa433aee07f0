package scenario

import (
	"strings"
	"testing"
)

// What sed 4.9 made of the same text and the same scripts.
func TestSed(t *testing.T) {
	const zone = "@ MX 5 mail.alabala.com\n@ MX 10 mail2\nmail A 10.10.10.10\n"
	for _, c := range []struct{ script, want string }{
		{`s/mail.alabala.com/mail/`, "@ MX 5 mail\n@ MX 10 mail2\nmail A 10.10.10.10\n"},
		{`s/com$/com./`, "@ MX 5 mail.alabala.com.\n@ MX 10 mail2\nmail A 10.10.10.10\n"},
		{`s|10|20|g`, "@ MX 5 mail.alabala.com\n@ MX 20 mail2\nmail A 20.20.20.20\n"},
		{`s/\([0-9]*\) mail/<\1> &/`, "@ MX <5> 5 mail.alabala.com\n@ MX <10> 10 mail2\nmail A 10.10.10.10\n"},
		{`/MX/d`, "mail A 10.10.10.10\n"},
		{`1s/5/(5)/`, "@ MX (5) mail.alabala.com\n@ MX 10 mail2\nmail A 10.10.10.10\n"},
		{`s/(5)\|X$/7/`, zone},
		{`$a mail2 A 10.10.10.20`, zone + "mail2 A 10.10.10.20\n"},
		{`2i ; the second`, "@ MX 5 mail.alabala.com\n; the second\n@ MX 10 mail2\nmail A 10.10.10.10\n"},
		{`/^mail/c mail A 10.1.1.1`, "@ MX 5 mail.alabala.com\n@ MX 10 mail2\nmail A 10.1.1.1\n"},
		{`s/A/$1\/x/`, "@ MX 5 mail.alabala.com\n@ MX 10 mail2\nmail $1/x 10.10.10.10\n"},
		{`s/MX/mx/I`, "@ mx 5 mail.alabala.com\n@ mx 10 mail2\nmail A 10.10.10.10\n"},
	} {
		e, bad := newSedEdit(c.script)
		if bad != "" {
			t.Errorf("%s: %s", c.script, bad)
			continue
		}
		if got := sedText([]*sedEdit{e}, zone); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.script, got, c.want)
		}
	}
	for script, want := range map[string]string{
		`s/x/y`: "unterminated `s' command", `k`: "unknown command: `k'", `/x`: "unterminated address regex", `5`: "missing command",
		`s/\(/y/`: "Invalid regular expression", `s/a/b/z`: "unknown option to `s'", `dx`: "extra characters after command", `a`: "expected \\ after `a', `c' or `i'",
	} {
		if _, bad := newSedEdit(script); bad != want {
			t.Errorf("%s: got %q, want %q", script, bad, want)
		}
	}
}

// Files are changed by the operator; a user may change what is at home.
func TestEditFiles(t *testing.T) {
	s, err := loadFile(t, "good/base.md")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Build(s, Options{Live: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := r.Hosts()[0]
	run := func(user, line, input string) *Ran {
		ran := r.Command(h, user, line, []byte(input), 0)
		r.Play(0)
		return ran
	}
	run("", "tee /etc/x", "one\ntwo\n")
	run("", "tee -a /etc/x", "three\n")
	if ran := run("", `sed -i -e s/two/2/ -e '$d' /etc/x && cat /etc/x`, ""); ran.Output != "one\n2\n" || ran.Status != 0 {
		t.Errorf("got status %d and\n%s", ran.Status, ran.Output)
	}
	if ran := run("maria", "sed -i s/one/1/ /etc/x", ""); ran.Status != 1 || !strings.Contains(ran.Output, "Permission denied") {
		t.Errorf("a user changed /etc/x: status %d, %s", ran.Status, ran.Output)
	}
	if ran := run("", "sed s/a/b/ /etc/none", ""); ran.Status != 2 || ran.Output != "sed: can't read /etc/none: No such file or directory\n" {
		t.Errorf("got status %d, %s", ran.Status, ran.Output)
	}
}
