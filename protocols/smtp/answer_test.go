package smtp

import (
	"fmt"
	"strings"
	"testing"
)

// TestAnswer draws the table of answers by state for each dialect: what may be
// said is answered 2yz or 3yz, what breaks the order 503 or 554.
func TestAnswer(t *testing.T) {
	states := []State{Connected, Greeted, MailGiven, RcptGiven, Chunking}
	for _, c := range []struct {
		dialect Dialect
		cfg     Config
		want    string
	}{
		{Postfix, Default("mail.example"), `
HELO     250 250 250 250 250
EHLO     250 250 250 250 250
XCLIENT  550 550 503 503 503
XFORWARD 550 550 503 503 503
STARTTLS 502 502 502 502 502
AUTH     503 503 503 503 503
MAIL     250 250 503 503 503
RCPT     503 503 250 250 503
DATA     503 503 554 354 503
BDAT     503 503 554 250 250
RSET     250 250 250 250 250
NOOP     250 250 250 250 250
VRFY     252 252 252 252 252
ETRN     250 250 503 503 503
QUIT     221 221 221 221 221
FOO      500 500 500 500 500`},
		{Dovecot, Config{Hostname: "mail.example", LMTP: true, TLS: TLSMay}, `
LHLO     250 250 250 250 250
MAIL     250 250 503 503 503
RCPT     503 503 250 250 250
DATA     503 503 503 354 503
BDAT     503 503 503 250 250
RSET     250 250 250 250 250
NOOP     250 250 250 250 250
VRFY     252 252 252 252 252
STARTTLS 220 220 220 220 220
XCLIENT  550 550 550 550 550
QUIT     221 221 221 221 221
FOO      500 500 500 500 500`},
		{Historic, Config{Hostname: "mail.example", Historic: true}, `
HELO     250 250 250 250 -
MAIL     250 250 503 503 -
SEND     250 250 503 503 -
SOML     250 250 503 503 -
SAML     250 250 503 503 -
RCPT     503 503 250 250 -
DATA     503 503 554 354 -
RSET     250 250 250 250 -
VRFY     250 250 250 250 -
EXPN     502 502 502 502 -
HELP     214 214 214 214 -
NOOP     250 250 250 250 -
QUIT     221 221 221 221 -
TURN     502 502 502 502 -
FOO      500 500 500 500 -`},
	} {
		var got strings.Builder
		verbs := []string{}
		for _, command := range Commands(c.dialect) {
			verbs = append(verbs, command.Verb)
		}
		for _, verb := range append(verbs, "FOO") {
			fmt.Fprintf(&got, "\n%-8s", verb)
			for _, state := range states {
				if r, ok := Answer(c.cfg, state, verb); ok {
					fmt.Fprintf(&got, " %d", r.Code)
				} else {
					got.WriteString(" -")
				}
			}
		}
		if got.String() != c.want {
			t.Errorf("dialect %d: got%s\nwant%s", c.dialect, got.String(), c.want)
		}
	}
	if r, ok := Answer(Default("mail.example"), Connected, "EHLO"); !ok || !strings.Contains(r.Text, "\nPIPELINING") {
		t.Errorf("EHLO: got %+v", r)
	}
	if _, ok := Answer(Default("mail.example"), Content, "NOOP"); ok {
		t.Error("a command is heard in content")
	}
}
