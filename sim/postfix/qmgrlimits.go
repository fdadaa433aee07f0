package postfix

import (
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// complain logs what a queue manager that starts finds wrong in its
// configuration, and what it does about it (qmgr_post_init). Of the one that runs
// since before the story began nobody sees the log.
func (q *qmgr) complain(cause trace.Seq) {
	c := q.svc.conf
	var lines []string
	if c.Int("qmgr_message_recipient_limit") < c.Int("qmgr_message_active_limit") {
		lines = append(lines, "warning: qmgr_message_recipient_limit is smaller than qmgr_message_active_limit - adjusting qmgr_message_recipient_limit")
	}
	if c.Duration("bounce_queue_lifetime") > c.Duration("maximal_queue_lifetime") {
		lines = append(lines, "warning: bounce_queue_lifetime is larger than maximal_queue_lifetime - adjusting bounce_queue_lifetime")
	}
	if len(lines) == 0 {
		return
	}
	q.sys.run("qmgr", cause, 0, func(p *sim.Proc) {
		d := q.begin(p)
		defer d.end()
		for _, l := range lines {
			d.log("%s", l)
		}
	})
}

// lifetime is how old a message may become. Notices must not live longer than
// other mail.
func (q *qmgr) lifetime(c *Config, m *Mail) time.Duration {
	most := c.Duration("maximal_queue_lifetime")
	if m.Sender == "" {
		most = min(most, c.Duration("bounce_queue_lifetime"))
	}
	return most
}
