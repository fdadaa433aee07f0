package postfix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Flush is "postqueue -f": everything deferred is tried now, and destinations
// that were given up for a while are worth a try again. pickup(8) looks into
// maildrop, too (mail_flush_maildrop).
func (s *System) Flush() {
	if !s.running {
		return
	}
	s.qmgr.unthrottleAll()
	for _, m := range s.queue.in(deferred) {
		s.qmgr.retry(m)
	}
	for _, m := range s.queue.in(maildrop) {
		s.run("pickup", m.last, m.Msg, func(p *sim.Proc) {
			p.Sleep(pickupTime)
			s.pickup(p, m)
		})
	}
}

// FlushMessage is "postqueue -i ID": a deferred message goes back to the
// incoming queue and is tried now.
func (s *System) FlushMessage(p *sim.Proc, id string) {
	m := s.queue.files[id]
	if m == nil || m.Queue != deferred || !s.running {
		return
	}
	s.qmgr.unthrottleAll()
	msg := p.Msg()
	p.Handle(m.Msg)
	s.queue.move(p, m, incoming, "postqueue -i")
	p.Handle(msg)
	s.qmgr.arrived(m)
}

// FlushSite is "postqueue -s SITE": what is deferred for a domain is tried now.
// It tells whether flush(8) keeps a list for the domain (fast_flush_domains,
// by default relay_domains).
func (s *System) FlushSite(domain string) bool {
	if !slices.ContainsFunc(s.config.List("fast_flush_domains"), func(d string) bool { return strings.EqualFold(d, domain) }) {
		return false
	}
	s.qmgr.flushSite(domain)
	return true
}

// superOp is what postsuper(1) can do to a message.
type superOp struct {
	done   string // in the line about one message
	total  string // in the line about all
	from   []string
	to     string
	reason string
}

var superOps = map[byte]superOp{
	'e': {"expired", "Force-expired", []string{maildrop, incoming, active, deferred, hold}, "", "postsuper -e"},
	'h': {"placed on hold", "Placed on hold", []string{maildrop, incoming, active, deferred}, hold, "postsuper -h"},
	'H': {"released from hold", "Released from hold", []string{hold}, deferred, "postsuper -H"},
	'd': {"removed", "Deleted", []string{maildrop, incoming, active, deferred, hold}, nowhere, "postsuper -d"},
	'r': {"requeued", "Requeued", []string{incoming, active, deferred, hold}, maildrop, "postsuper -r"},
}

// Super is postsuper(1): op is 'h' (hold), 'H' (release), 'd' (delete), 'r'
// (requeue), 'e' (expire) or 'f' (expire and release), id a queue id or "ALL", in one of the queues named, or in any
// that the operation is for. It returns what the command prints.
func (s *System) Super(p *sim.Proc, op byte, id string, queues ...string) []string {
	if op == 'f' {
		return append(s.Super(p, 'e', id, queues...), s.Super(p, 'H', id, queues...)...)
	}
	o := superOps[op]
	pid := s.Host.NextPID()
	var printed []string
	say := func(m *Mail, line string) {
		e := trace.Event{Kind: trace.Log, A: p.Sym("postfix/postsuper"), N: pid}
		if m != nil {
			e.Msg = m.Msg
		}
		p.Record(e, []byte(line))
		printed = append(printed, "postsuper: "+line)
	}
	n := 0
	for _, m := range s.Mails() {
		if op == 'e' && m.forced {
			continue
		}
		if !slices.Contains(o.from, m.Queue) || id != "ALL" && m.ID != id || len(queues) > 0 && !slices.Contains(queues, m.Queue) {
			continue
		}
		if m.Queue == incoming && !m.ready {
			continue // it is still being written
		}
		n++
		if id != "ALL" {
			say(m, m.ID+": "+o.done)
		}
		if op == 'e' {
			m.forced = true
			continue
		}
		s.super(p, m, o)
	}
	plural := "s"
	if n == 1 {
		plural = ""
	}
	say(nil, fmt.Sprintf("%s: %d message%s", o.total, n, plural))
	return printed
}

// super does it to one message.
func (s *System) super(p *sim.Proc, m *Mail, o superOp) {
	cause, msg := p.Cause(), p.Msg()
	p.Handle(m.Msg)
	p.Because(m.last)
	s.queue.move(p, m, o.to, o.reason)
	switch o.to {
	case deferred:
		s.qmgr.plan() // the time stamp stays
	case maildrop:
		l := &LocalMail{User: s.config.Get("mail_owner"), Sender: m.Sender, Message: m.Content}
		if users, _ := s.Host.Tree.Users(); users != nil {
			if u, ok := users.Lookup(l.User); ok {
				l.UID = u.UID
			}
		}
		for _, r := range m.undelivered() {
			l.Recipients = append(l.Recipients, r.Addr)
		}
		m.submitted, m.requeued = l, m.ID
		s.planPickup(m)
	}
	p.Because(cause)
	p.Handle(msg)
}

// listed are the queues in the order in which showq(8) goes through them.
var listed = []string{maildrop, active, incoming, deferred, hold}

// Mailq is what "postqueue -p" and mailq print.
func (s *System) Mailq() string {
	var b strings.Builder
	n, octets := 0, 0
	for _, dir := range listed {
		for _, m := range s.queue.in(dir) {
			if n == 0 {
				b.WriteString("-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n")
			}
			n++
			octets += m.size
			mark := map[string]string{active: "*", hold: "!"}[dir]
			if m.forced {
				mark += "#"
			}
			sender := m.Sender
			if sender == "" {
				sender = "MAILER-DAEMON"
			}
			fmt.Fprintf(&b, "%-11s %7d %-20.20s %s\n", m.ID+mark, m.size, m.Arrived.Format("Mon Jan _2 15:04:05 2006"), sender)
			m.listRecipients(&b)
			b.WriteString("\n")
		}
	}
	if n == 0 {
		return "Mail queue is empty\n"
	}
	plural := "s"
	if n == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "-- %d Kbytes in %d Request%s.\n", octets/1024, n, plural)
	return b.String()
}

// listRecipients lists whom a message has not reached yet, and why: recipients
// with the same reason in a row share it.
func (m *Mail) listRecipients(b *strings.Builder) {
	last := ""
	for _, r := range m.undelivered() {
		why := r.reason()
		if why == "" && len(m.deferLog) > 0 {
			why = "reason unavailable" // of this attempt nothing is known yet
		}
		if why != "" && why != last {
			last = why
			fmt.Fprintf(b, "%*s(%s)\n", max(0, 76-len(why)), "", why)
		}
		fmt.Fprintf(b, "%-10s %8s %-20s %s\n", "", "", "", r.Addr)
	}
}

// reason is why a recipient was deferred at the last attempt.
func (r *Recipient) reason() string {
	if r.result == nil || r.result.status != deferral {
		return ""
	}
	return r.result.text
}

// MailqJSON is what "postqueue -j" prints: an object a line (postqueue(1), JSON
// OBJECT FORMAT).
func (s *System) MailqJSON() string {
	type recipient struct {
		Address string `json:"address"`
		Reason  string `json:"delay_reason,omitempty"`
	}
	var b strings.Builder
	for _, dir := range listed {
		for _, m := range s.queue.in(dir) {
			list := []recipient{}
			for _, r := range m.undelivered() {
				list = append(list, recipient{r.Addr, r.reason()})
			}
			sender := m.Sender
			if sender == "" {
				sender = "MAILER-DAEMON"
			}
			recipients, _ := json.Marshal(list) // strings always can
			quoted, _ := json.Marshal(sender)
			spaced := strings.ReplaceAll(strings.ReplaceAll(string(recipients), `":"`, `": "`), `","delay_reason`, `", "delay_reason`)
			fmt.Fprintf(&b, "{\"queue_name\": %q, \"queue_id\": %q, \"arrival_time\": %d, \"message_size\": %d, \"forced_expire\": %t, \"sender\": %s, \"recipients\": %s}\n",
				dir, m.ID, m.Arrived.Unix(), m.size, m.forced, quoted, strings.ReplaceAll(spaced, "},{", "}, {"))
		}
	}
	return b.String()
}
