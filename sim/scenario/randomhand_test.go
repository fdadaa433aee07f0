package scenario_test

import (
	"fmt"
	"strings"
	"time"
)

// byHand is somebody who speaks SMTP himself, with telnet: transactions that are
// begun and not ended, begun anew, given in pieces; and a connection that may end
// anywhere.
func (g *generator) byHand(sending *section, at time.Duration) {
	domain := pick(g, g.domains)
	from := pick(g, append([]string{"pc." + domain, "mx1." + domain}, g.hosts...))
	lines := []string{pick(g, []string{"EHLO " + from, "EHLO " + from, "HELO " + from, "NOOP"})}
	for range 1 + g.IntN(3) {
		lines = append(lines, g.transaction()...)
	}
	lines = append(lines, "QUIT")
	if g.chance(25) {
		lines = lines[:1+g.IntN(len(lines))]
	}
	sending.may("%s %s$ telnet mx1.%s 25 <<END\n%s\nEND", at, from, domain, strings.Join(lines, "\n"))
}

// transaction is what may become one.
func (g *generator) transaction() (lines []string) {
	chunks := g.chance(30)
	mail := fmt.Sprintf("MAIL FROM:<%s>", pick(g, []string{"", "a@" + pick(g, g.domains), "ghost@" + pick(g, g.domains)}))
	if g.chance(30) {
		mail += pick(g, []string{" SIZE=300", " SIZE=99999999", " BODY=8BITMIME", " RET=HDRS ENVID=x", " SMTPUTF8"})
	}
	lines = append(lines, mail)
	for _, to := range g.some(1 + g.IntN(4)) {
		rcpt := fmt.Sprintf("RCPT TO:<%s>", to)
		if g.chance(20) {
			rcpt += pick(g, []string{" NOTIFY=SUCCESS,FAILURE", " NOTIFY=DELAY ORCPT=rfc822;x@y", " NOTIFY=FAILURE"})
		}
		lines = append(lines, rcpt)
	}
	if g.chance(25) {
		lines = append(lines, pick(g, []string{"RSET", "VRFY a", "NOOP", "ETRN " + pick(g, g.domains), mail, "WHAT", "EHLO again"}))
	}
	text := []string{fmt.Sprintf("Subject: m%d", 1+g.IntN(3)), "", "By hand", pick(g, []string{"VIRUS", "JUNK", "Good bye", "Füchse"})}
	if !chunks {
		return append(append(append(lines, "DATA"), text...), ".")
	}
	for i := 0; i < len(text); i += 2 {
		last := ""
		if i+2 >= len(text) && g.chance(90) {
			last = " LAST"
		}
		lines = append(lines, fmt.Sprintf("BDAT %d%s", len(text[i])+len(text[i+1])+4, last), text[i], text[i+1])
	}
	if g.chance(15) {
		lines = append(lines, "BDAT 0 LAST")
	}
	return lines
}
