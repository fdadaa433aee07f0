package scenario_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// byHand is somebody who speaks SMTP himself, with telnet: transactions that are
// begun and not ended, begun anew, given in pieces; and a connection that may end
// anywhere.
func (g *generator) byHand(sending *section, at time.Duration) {
	domain := pick(g, g.domains)
	from := pick(g, append([]string{"pc." + domain, "mx1." + domain}, g.hosts...))
	lines := []string{pick(g, []string{"EHLO " + from, "EHLO " + from, "HELO " + from, "NOOP"})}
	for range 1 + g.IntN(3) {
		lines = append(lines, g.transaction(true)...)
	}
	lines = append(lines, "QUIT")
	if g.chance(25) {
		lines = lines[:1+g.IntN(len(lines))]
	}
	sending.may("%s %s$ telnet mx1.%s 25 <<END\n%s\nEND", at, from, domain, strings.Join(lines, "\n"))
}

// transaction is what may become one, with parameters of DSN or without.
func (g *generator) transaction(dsn bool) (lines []string) {
	chunks := g.chance(30)
	mail := fmt.Sprintf("MAIL FROM:<%s>", pick(g, []string{"", "a@" + pick(g, g.domains), "ghost@" + pick(g, g.domains)}))
	if g.chance(30) {
		mail += pick(g, []string{" SIZE=300", " SIZE=99999999", " BODY=8BITMIME", " RET=HDRS ENVID=x", " SMTPUTF8"})
	}
	lines = append(lines, mail)
	for _, to := range g.some(1 + g.IntN(4)) {
		rcpt := fmt.Sprintf("RCPT TO:<%s>", to)
		if dsn && g.chance(20) {
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

// client is a program outside, that does not wait for replies, may speak in
// pieces which have nothing to do with lines, and ends well or not.
func (g *generator) client(seq trace.Seq) (list []scenario.Intervention) {
	n := 1 + g.IntN(len(g.domains))
	lines := []string{"EHLO outside.example"}
	for range 1 + g.IntN(2) {
		lines = append(lines, g.transaction(false)...)
	}
	if g.chance(80) {
		lines = append(lines, "QUIT")
	}
	text, polite := []byte(strings.Join(lines, "\r\n")+"\r\n"), g.chance(60)
	list = append(list, scenario.Intervention{After: seq, Do: scenario.DoOpen, Conn: 1, Host: "pc." + g.domains[n-1],
		From: netip.AddrFrom4([4]byte{10, 0, byte(n), 100}), To: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(n), 10}), 25)})
	if polite {
		seq += trace.Seq(20 + g.IntN(40)) // in most cases it has been greeted by then
	}
	for len(text) > 0 && !(len(list) > 1 && g.chance(5)) {
		seq += trace.Seq(1 + g.IntN(30))
		size := min(1+g.IntN(200), len(text))
		if polite {
			size = bytes.LastIndexByte(text[:size], '\n') + 1
			if size == 0 {
				size = bytes.IndexByte(text, '\n') + 1
			}
		}
		list = append(list, scenario.Intervention{After: seq, Do: scenario.DoBytes, Conn: 1, Data: text[:size]})
		text = text[size:]
	}
	end := scenario.Intervention{After: seq + trace.Seq(1+g.IntN(50)), Conn: 1}
	if end.Do = scenario.DoClose; g.chance(30) {
		end.Do = scenario.DoAbort
	}
	return append(list, end)
}

// edit is a file that somebody changes, and no program hears of it.
func (g *generator) edit(seq trace.Seq, host string) scenario.Intervention {
	to := pick(g, []string{"a", "b", "ghost", "list"}) + "@" + pick(g, g.domains)
	file := pick(g, [][2]string{{"/etc/aliases", "postmaster: a\nlist: " + to + "\nfwd: b\n"}, {"/home/a/.forward", "\\a, " + to + "\n"}, {"/home/b/.forward", "b\n"}, {"/home/b/.forward", ""}, {"/etc/lists/incl", to + "\n"}})
	return scenario.Intervention{After: seq, Do: scenario.DoEdit, Host: host, Path: file[0], Data: []byte(file[1])}
}
