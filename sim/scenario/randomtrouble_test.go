package scenario_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// troubles are faults, what operators do, and what readers do, at any time.
func (g *generator) troubles() {
	for range g.IntN(8) {
		g.trouble(g.moment(25 * time.Minute))
	}
	for range g.IntN(3) * g.IntN(2) {
		g.whenever()
	}
	for range g.IntN(5) {
		g.do.may("%s %s$ %s", g.moment(25*time.Minute), pick(g, g.hosts), g.typed())
	}
	for i, h := range g.hosts {
		end := endOfTrouble + time.Duration(i)*time.Second
		g.do.may("%s %s$ postfix start", end, h)
		g.do.may("%s %s$ postsuper -H ALL", end+time.Minute, h)
	}
	for i, h := range g.dovecot {
		g.do.may("%s %s$ dovecot", endOfTrouble+time.Duration(i)*time.Second, h)
		domain := h[len("mx1."):]
		for range g.IntN(6) {
			how := pick(g, []string{"pop3", "pop3 keep", "imap", "imap offline", "imap offline", "imap disconnected", "imap online for 3m", "imap disconnected for 10m"})
			g.do.may("%s %s@pc.%s fetch %s", g.moment(70*time.Minute), pick(g, []string{"a", "b"}), domain, how)
		}
	}
}

// lasting is how long a trouble takes.
func (g *generator) lasting() time.Duration {
	if g.chance(50) {
		return time.Duration(1+g.IntN(20000)) * time.Millisecond
	}
	return time.Duration(1+g.IntN(20)) * time.Minute
}

// trouble is one that begins at a time.
func (g *generator) trouble(at time.Duration) {
	host := pick(g, g.hosts)
	switch k := g.IntN(17); {
	case k == 16: // somebody takes a service out of master.cf
		line := pick(g, services)
		words := strings.Fields(line)
		g.do.may("%s %s$ postconf -MX %s/%s; postfix reload\n%s %s$ postconf -M '%s/%s=%s'; postfix reload", at, host, words[0], words[1], at+g.lasting(), host, words[0], words[1], line)
	case k == 0 && len(g.dovecot) > 0:
		host = pick(g, g.dovecot)
		g.do.may("%s %s$ dovecot stop", at, host)
		g.do.may("%s %s$ dovecot", at+g.lasting(), host)
	case k == 1:
		g.do.may("%s %s$ postfix reload", at, host)
	case k <= 4:
		g.do.may("%s %s$ postfix %s", at, host, pick(g, []string{"stop", "stop", "abort"}))
		g.do.may("%s %s$ postfix start", at+g.lasting(), host)
	case k == 5: // the power fails
		lasts := g.lasting()
		g.faults.may("%s %s down for %s", at, host, lasts)
		g.do.may("%s %s$ postfix abort", at, host)
		g.do.may("%s %s$ postfix start", at+lasts, host)
	default:
		fault, lasts := g.fault(host), g.lasting()
		if strings.Contains(fault, ":") { // of a server, who must be asked something to notice
			at, lasts = at/4, lasts+15*time.Minute
		}
		g.faults.may("%s %s for %s", at, fault, lasts)
	}
}

// whenever is a trouble that comes with certain events, a few times.
func (g *generator) whenever() {
	host, word := pick(g, g.hosts), "every"
	event := fmt.Sprintf(pick(g, []string{"smtp DATA at %s", "smtp RCPT at %s", "queue %s -> active", "queue %s -> deferred", "envelope at %s",
		"content to %s", "delivery deferred at %s", "dns MX from %s", "line at %s S: 250 2.0.0 *", "connect to %s", "mailbox a append at %s"}), host)
	if g.chance(50) {
		host = pick(g, g.hosts)
	}
	text := g.fault(host)
	if g.chance(30) {
		word = "on"
	} else {
		text += fmt.Sprintf(" times %d", 1+g.IntN(4))
	}
	if g.chance(30) {
		text += " chance 50%"
	}
	g.faults.may("%s %s: %s for %s", word, event, text, g.lasting())
}

// fault is a condition of a host, without its time and its end.
func (g *generator) fault(host string) string {
	other := pick(g, append([]string{"pc." + pick(g, g.domains), "res.root.example"}, g.hosts...))
	names := pick(g, []string{"ns.root.example", "res.root.example"})
	switch k := g.IntN(20); {
	case k <= 1:
		return host + " down"
	case k == 2:
		return host + ":25 refuse"
	case k == 3 && other != host:
		return fmt.Sprintf("%s <-> %s cut", host, other)
	case k == 4 && other != host:
		return fmt.Sprintf("%s -> %s loss %d%%", host, other, 10+g.IntN(70))
	case k == 5 && other != host:
		return fmt.Sprintf("%s -> %s delay %s", host, other, g.moment(20*time.Second))
	case k == 6:
		return names + " down"
	case k <= 8:
		return g.reply(names, "domain", dnsWords)
	case k == 9:
		return fmt.Sprintf("%s:25 slow %s", host, pick(g, []string{"100ms", "3s", "20s", "4m"}))
	case k == 10:
		return fmt.Sprintf("%s disk %s", host, pick(g, []string{"full", "full", "1K", "5K", "20K"}))
	case k == 11:
		return fmt.Sprintf("%s%s", host, pick(g, []string{" clock +1s", " clock +90s", " clock +20m", " clock +7h", farFuture, " clock -1s", " clock -90s", " clock -20m", " clock -2h"}))
	case k == 12 && len(g.dovecot) > 0:
		if g.chance(50) {
			return g.reply(pick(g, g.dovecot), "pop3", pop3Words)
		}
		return g.reply(pick(g, g.dovecot), "imap", imapWords)
	case k <= 14 && len(g.lmtp) > 0:
		return g.reply(pick(g, g.lmtp), "lmtp", lmtpWords)
	}
	return g.reply(host, "smtp", smtpWords)
}

// said is what a server is made to say at a stage. None of it takes a message
// or a recipient that the server then does not have: a server that lies so
// loses mail, and nobody can do anything about it.
type said struct {
	stage string
	texts []string
}

var smtpWords = []said{
	{"CONNECT", []string{"421 4.3.2 busy", "450 4.7.1 not yet", "554 5.7.1 go away", "220 hello"}},
	{"EHLO", []string{"502 5.5.1 what", "421 4.3.2 busy", "250 hello", "550 5.7.1 no"}},
	{"HELO", []string{"450 4.7.1 later", "501 5.5.1 what"}},
	{"MAIL", []string{"451 4.3.0 later", "452 4.3.1 no room", "550 5.7.1 no", "421 4.3.2 closing", "250 2.1.0 fine", "354 what"}},
	{"RCPT", []string{"450 4.2.0 later", "550 5.1.1 who", "452 4.5.3 too many", "421 4.3.2 closing", "552 5.2.2 full", "354 what"}},
	{"DATA", []string{"451 4.3.0 later", "554 5.5.1 no", "421 4.3.2 closing", "250 2.0.0 fine", "354 go on"}},
	{"END-OF-MESSAGE", []string{"451 4.3.0 later", "452 4.3.1 no room", "554 5.6.0 no", "421 4.3.2 closing", "354 more", "lost", "silence"}},
	{"QUIT", []string{"421 4.3.2 closing", "500 what", "lost"}},
	{"RSET", []string{"500 what", "421 4.3.2 closing"}},
	{"*", []string{"421 4.3.2 closing", "450 later"}},
}

var lmtpWords = append([]said{{"LHLO", []string{"421 4.3.2 busy", "250 hello", "502 5.5.1 what"}}}, smtpWords[3:7]...)

var dnsWords = []said{
	{"MX", []string{"SERVFAIL", "NXDOMAIN", "REFUSED", "FORMERR", "NOTIMP", "NODATA", "LAME", "TRUNCATED"}},
	{"A", []string{"SERVFAIL", "NXDOMAIN", "REFUSED", "NODATA", "LAME", "TRUNCATED"}},
	{"AAAA", []string{"SERVFAIL", "NXDOMAIN", "NOTIMP", "TRUNCATED"}},
	{"PTR", []string{"SERVFAIL"}},
	{"*", []string{"SERVFAIL", "REFUSED", "LAME", "TRUNCATED"}},
}

var pop3Words = []said{
	{"CONNECT", []string{"-ERR later"}}, {"PASS", []string{"-ERR [SYS/TEMP] later", "-ERR [AUTH] no", "+OK"}}, {"STAT", []string{"+OK 2 99", "-ERR what"}},
	{"LIST", []string{"-ERR what"}}, {"RETR", []string{"-ERR gone", "lost"}}, {"DELE", []string{"-ERR no", "+OK", "lost"}}, {"QUIT", []string{"-ERR some", "+OK bye", "lost"}},
}

var imapWords = []said{
	{"LOGIN", []string{"NO [UNAVAILABLE] later", "BYE later"}}, {"SELECT", []string{"NO [INUSE] later", "BAD what"}}, {"FETCH", []string{"NO later", "OK done", "BYE later"}},
	{"STORE", []string{"NO later", "OK done", "lost"}}, {"EXPUNGE", []string{"NO later", "OK done", "lost"}}, {"IDLE", []string{"BAD what"}}, {"LOGOUT", []string{"lost"}},
}

// reply is a fault that demands one of the words at a port.
func (g *generator) reply(host, port string, words []said) string {
	w := pick(g, words)
	text := `"` + pick(g, w.texts) + `"`
	switch {
	case g.chance(15) || text == `"silence"`:
		text = "silence"
	case port != "domain" && g.chance(20) || text == `"lost"`:
		text = "lost"
	}
	fault := fmt.Sprintf("%s:%s reply %s %s", host, port, w.stage, text)
	if g.chance(20) {
		fault += " from " + pick(g, append([]string{"pc." + pick(g, g.domains)}, g.hosts...))
	}
	if w.stage == "RCPT" && g.chance(50) {
		fault += " about " + pick(g, []string{"a@*", "b@*", "*@d1.example", "list@*"})
	}
	if g.chance(60) {
		fault += fmt.Sprintf(" times %d", 1+g.IntN(3))
	}
	if g.chance(30) {
		fault += fmt.Sprintf(" chance %d%%", 20+g.IntN(60))
	}
	return fault
}

// strike adds troubles at events of a run of the same document without them:
// in the middle of whatever happens there, at that very event or a little later.
func (g *generator) strike(t *trace.Trace) {
	if t.Len() == 0 {
		return
	}
	var struck []scenario.Intervention
	if g.chance(25) {
		_, seq := g.event(t)
		struck = g.client(seq)
	}
	for range 1 + g.IntN(3)*(1+g.IntN(2)*g.IntN(3)) {
		e, seq := g.event(t)
		at := e.At()
		if at == 0 || at >= endOfTrouble-25*time.Minute {
			continue
		}
		exact := g.chance(50)
		if !exact && g.chance(50) {
			at += time.Duration(g.IntN(1500)) * time.Microsecond
		}
		host := t.Node(e.Node).Name
		if !slices.Contains(g.hosts, host) || g.chance(20) {
			host = pick(g, g.hosts)
		}
		if g.chance(35) {
			if fault := g.fault(host); exact {
				g.faults.may("on event %d: %s for %s", seq, fault, g.lasting())
			} else {
				g.faults.may("%s %s for %s", at, fault, g.lasting())
			}
			continue
		}
		if exact && g.chance(10) {
			struck = append(struck, g.zoneEdit(seq))
			continue
		}
		if exact && g.chance(10) {
			struck = append(struck, g.edit(seq, host))
			continue
		}
		if exact && g.chance(15) { // the power fails
			lasts := g.lasting()
			g.faults.may("on event %d: %s down for %s", seq, host, lasts)
			struck = append(struck, scenario.Intervention{After: seq, Do: scenario.DoCommand, Host: host, Line: "postfix abort"})
			g.do.may("%s %s$ postfix start", at+lasts, host)
			continue
		}
		command, lasts := g.blow(host), time.Duration(1+g.IntN(100000))*time.Millisecond
		if exact {
			struck = append(struck, scenario.Intervention{After: seq, Do: scenario.DoCommand, Host: host, Line: command})
		} else {
			g.do.may("%s %s$ %s", at, host, command)
		}
		switch command {
		case "postfix stop", "postfix abort":
			g.do.may("%s %s$ postfix start", at+lasts, host)
		case "dovecot stop":
			g.do.may("%s %s$ dovecot", at+lasts, host)
		}
	}
	slices.SortStableFunc(struck, func(a, b scenario.Intervention) int { return int(a.After) - int(b.After) })
	for _, iv := range struck {
		var line bytes.Buffer
		if err := scenario.WriteInterventions(&line, []scenario.Intervention{iv}); err == nil {
			g.doc.struck.may("%s", bytes.TrimSpace(line.Bytes()))
		}
	}
}

// event is one of a trace; most of them are such that somebody answers for a
// message from there on, or no longer does.
func (g *generator) event(t *trace.Trace) (*trace.Event, trace.Seq) {
	seq := trace.Seq(1 + g.IntN(t.Len()))
	for try := 0; try < 20 && !interesting(t.At(seq).Kind); try++ {
		seq = trace.Seq(1 + g.IntN(t.Len()))
	}
	return t.At(seq), seq
}

func interesting(k trace.Kind) bool {
	switch k {
	case trace.Line, trace.Content, trace.Queue, trace.Delivery, trace.Mailbox, trace.Envelope, trace.Daemon, trace.Accept, trace.Close:
		return true
	}
	return false
}
