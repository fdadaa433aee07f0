package postfix

import (
	"encoding/json"
	"fmt"
	"strings"

	"mailtrek/sim"
)

// showq(8) lists the queue: postqueue(1) connects to its socket public/showq,
// and showq looks into the folders of the queue. While the mail system is down,
// the superuser's postqueue runs showq itself.

// askShowq records the question of postqueue(1) and what showq found.
func (s *System) askShowq(p *sim.Proc) {
	var found []string
	for _, dir := range listed {
		if n := len(s.queue.in(dir)); n > 0 {
			found = append(found, fmt.Sprintf("%d in %s", n, dir))
		}
	}
	s.ask(p, "postqueue", "showq", "list the queue")
	s.ask(p, "showq", "postqueue", orElse(strings.Join(found, ", "), "the queue is empty"))
}

// listed are the queues in the order in which showq(8) goes through them.
var listed = []string{maildrop, active, incoming, deferred, hold}

// Mailq is what "postqueue -p" and mailq print.
func (s *System) Mailq(p *sim.Proc) string {
	s.askShowq(p)
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
	if m.Queue == maildrop && m.submitted != nil {
		for _, to := range m.submitted.Recipients {
			fmt.Fprintf(b, "%-10s %8s %-20s %s\n", "", "", "", to)
		}
		return
	}
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
func (s *System) MailqJSON(p *sim.Proc) string {
	s.askShowq(p)
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
