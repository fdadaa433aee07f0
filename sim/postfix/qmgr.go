package postfix

import (
	"slices"
	"strconv"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// qmgr is the queue manager, qmgr(8): it takes complete messages from the
// incoming queue into the active queue, has their recipients resolved, groups
// them by transport and next hop, hands them to delivery agents within each
// destination's concurrency, and puts what is left into the deferred queue
// until it is time to try again (SCHEDULER_README, QSHAPE_README).
type qmgr struct {
	sys        *System
	svc        *service
	up         bool
	phase      time.Duration // the deferred queue is scanned at phase + n * queue_run_delay
	scanAt     time.Duration // the next scan that is on the agenda; 0 is none
	activeN    int64         // messages in the active queue
	limit      int64         // qmgr_message_active_limit
	full       bool          // somebody has found no room
	fresh      []*Mail       // in the incoming queue: found no room
	hot        []*Mail       // in the incoming queue, with a time stamp in the future
	coolAt     time.Duration // when they are looked at
	due        []*Mail       // in the deferred queue: due, and no room yet
	oldTurn    bool          // the next message comes from the deferred queue
	flow       int64         // see slowDown
	flowMax    int64
	flowDelay  time.Duration
	recipients struct { // in memory
		n, limit, least int64
	}
	unreadN    int // messages with recipients that are not in memory
	pid        uint32
	transports map[string]*transport
	term       int // how many queue managers there have been
}

// activeMail is a message in the active queue (qmgr_message.c).
type activeMail struct {
	q        *qmgr
	mail     *Mail
	queued   time.Time
	pending  int          // recipients in memory about which nothing has been heard yet
	unread   []*Recipient // that are not in memory yet
	refilled time.Duration
	rcptN    int64 // recipients in memory that have a destination
	rcptMax  int64 // and how many may be
	jobs     []*job
	term     int     // the queue manager that has it
	one      [1]*job // the room for the usual case
}

// current tells whether the message is still where it was: a queue manager that
// is gone, or an operator who moved the file, has ended it.
func (m *activeMail) current() bool {
	return m.mail.active == m && m.mail.Queue == active && m.term == m.q.term
}

func newQmgr(s *System) *qmgr { return &qmgr{sys: s} }

// begin makes the calling process the queue manager, of which there is one at a
// time: all it does at the same moment, the same process does.
func (q *qmgr) begin(p *sim.Proc) *daemon {
	if q.pid != 0 && len(q.svc.idle) == 0 {
		d := q.sys.daemons.Next()
		*d = daemon{System: q.sys, svc: q.svc, conf: q.svc.conf, p: p, pid: q.pid, dead: true} // it is not another one that becomes idle
		return d
	}
	d := q.sys.begin(p, q.svc)
	q.pid = d.pid
	return d
}

// configure takes over a new configuration.
func (q *qmgr) configure() {
	q.svc = q.sys.service("qmgr")
	q.transports, q.pid = map[string]*transport{}, 0
	if q.svc == nil {
		return
	}
	c := q.svc.conf
	q.limit = c.Int("qmgr_message_active_limit")
	q.flowMax, q.flowDelay = c.Int("default_process_limit"), c.Duration("in_flow_delay")
	q.recipients.limit = max(c.Int("qmgr_message_recipient_limit"), q.limit)
	q.recipients.least = c.Int("qmgr_message_recipient_minimum")
}

// start begins to look after the queue. Messages that an earlier queue manager
// had in the active queue start anew.
func (q *qmgr) start(cause trace.Seq) {
	q.up, q.phase, q.scanAt, q.coolAt, q.activeN = true, q.sys.Host.World().Now(), 0, 0, 0
	q.fresh, q.due, q.full, q.oldTurn, q.flow = nil, nil, false, false, q.flowMax
	q.recipients.n, q.unreadN = 0, 0
	q.transports = map[string]*transport{}
	if q.term++; q.term > 1 {
		q.decide(trace.Event{A: q.sym(trace.SchedAnew), Cause: cause}, "")
		if q.svc != nil {
			q.complain(cause)
		}
	}
	for _, m := range q.sys.Mails() {
		m.active, m.queued = nil, false
		switch {
		case m.Queue == active:
			q.sys.run("qmgr", cause, m.Msg, func(p *sim.Proc) {
				if m.Queue == active && m.active == nil {
					q.sys.queue.move(p, m, incoming, "the queue manager has started")
					q.arrived(m)
				}
			})
		case m.Queue == incoming && m.ready:
			q.arrived(m)
		case m.Queue == deferred:
			q.sys.queue.cooling.add(m)
		}
	}
	q.scan()
	q.planCooled()
}

func (q *qmgr) stop() { q.up = false }

// admit takes a message into the active queue, where it already has a place, and
// hands its recipients out (qmgr_active_feed).
func (q *qmgr) admit(p *sim.Proc, m *Mail) {
	if m.Queue != incoming && m.Queue != deferred {
		q.released()
		return
	}
	d := q.begin(p)
	defer d.end()
	q.sys.queue.move(p, m, active, "")
	if m.busy > 0 { // an agent of an earlier queue manager has it (qmgr_message_lock)
		q.stillDelivered(d, m)
		q.released()
		return
	}
	in := &activeMail{q: q, mail: m, queued: p.Now(), term: q.term, rcptMax: q.recipients.least}
	in.jobs, m.active = in.one[:0], in
	m.late = m.warned && d.conf.Bool("confirm_delay_cleared")
	d.logAll(m.ID, ": from=<", m.from821(), ">, size=", strconv.Itoa(m.size), ", nrcpt=", strconv.Itoa(max(m.replaced, len(m.Recipients))), " (queue active)")
	if m.forced && len(m.deferLog) > 0 {
		q.finish(d, in) // without another attempt
		return
	}
	in.unread = m.undelivered()
	m.deferLog = nil
	for _, r := range in.unread {
		r.result = nil
	}
	if len(in.unread) > 0 {
		q.read(d, in, true)
	}
	q.settle(d, in)
}

// undelivered are the recipients whose fate is still open.
func (m *Mail) undelivered() []*Recipient {
	return without(m.Recipients, func(r *Recipient) bool { return r.done })
}

// without are the recipients of a list of whom something does not hold.
func without(list []*Recipient, holds func(*Recipient) bool) []*Recipient {
	first := slices.IndexFunc(list, holds)
	if first < 0 {
		return slices.Clip(list) // the usual case
	}
	var out []*Recipient
	for i, r := range list {
		if i < first || i > first && !holds(r) {
			out = append(out, r)
		}
	}
	return out
}

// settle decides about a message when all has been heard about the recipients
// in memory: more are read, or it is done with.
func (q *qmgr) settle(d *daemon, m *activeMail) {
	for m.pending == 0 && len(m.unread) > 0 && m.current() {
		q.read(d, m, false)
	}
	if m.pending == 0 {
		q.finish(d, m)
	}
}

// concluded is the report of an agent about the recipients of an entry. Nobody
// hears it when master.cf has no queue manager any more; the next one begins
// anew.
func (q *qmgr) concluded(d *daemon, m *activeMail, recipients []*Recipient) {
	if q.svc == nil {
		return
	}
	for _, r := range recipients {
		if r.result == nil {
			r.result = &result{status: deferral, dsn: "4.3.0", text: "unknown mail transport error", at: d.p.Now()}
			m.mail.remember(r, r.result)
		}
		r.done = r.done || m.mail.probe || r.result.status != deferral
	}
	m.pending -= len(recipients)
	if m.pending > 0 {
		return
	}
	own := q.begin(d.p)
	q.settle(own, m)
	own.end()
}

// dropped forgets a delivery that was not begun, because the message is not in
// the active queue any more.
func (q *qmgr) dropped(e *entry) {
	m := e.msg
	m.pending -= len(e.recipients)
	if m.pending == 0 && m.term == q.term {
		q.gone(m)
	}
}

// gone is a message that is not in the active queue any more.
func (q *qmgr) gone(m *activeMail) {
	if len(m.unread) > 0 {
		m.unread = nil
		q.unreadN--
	}
	for _, j := range m.jobs {
		j.list.retire(j)
		j.list.giveBack(j)
	}
	q.released()
}

// finish decides about a message of which all recipients have been tried:
// bounce what failed, keep what may succeed later, or remove it
// (qmgr_active_done).
func (q *qmgr) finish(from *daemon, in *activeMail) {
	if in.term != q.term {
		return
	}
	m := in.mail
	d := q.begin(from.p)
	defer d.end()
	if in.current() {
		waits := q.report(d, m)
		switch {
		case !in.current(): // meanwhile somebody has moved it
		case waits:
			q.putOff(d, m)
		default:
			d.logAll(m.ID, ": removed")
			q.sys.queue.move(d.p, m, nowhere, "")
		}
	}
	if in.term == q.term {
		q.gone(in)
	}
}

// report tells the sender what has become of a message, and whether it has to
// wait: because of a recipient, or because a notification could not be sent. One
// that is too old is returned in either case, and then needs no other
// notification (qmgr_active_done_2_generic and what follows it).
func (q *qmgr) report(d *daemon, m *Mail) (waits bool) {
	bounce := "bounce"
	if m.verp != "" && !d.conf.Bool("disable_verp_bounces") {
		bounce = "verp"
	}
	told := d.reported(m, bounce, d.flushBounces(m))
	told = d.reported(m, "trace", d.flushTrace(m)) && told
	switch {
	case told && len(m.undelivered()) == 0:
		return false
	case m.forced || q.expired(d, m):
		how := "expired"
		if m.forced {
			how = "force-expired"
		}
		d.log("%s: from=<%s>, status=%s, returned to sender", m.ID, m.from821(), how)
		return !d.reported(m, bounce, d.flushDeferred(m))
	}
	d.reported(m, "delay warning", d.warnDeferred(m))
	return true
}

// reported logs that a notification of a kind could not be sent (abounce.c).
func (d *daemon) reported(m *Mail, kind string, ok bool) bool {
	if !ok {
		d.log("%s: status=deferred (%s failed)", m.ID, kind)
	}
	return ok
}

// expired tells whether a message is too old to be tried again.
func (q *qmgr) expired(d *daemon, m *Mail) bool {
	return d.p.Now().Unix() >= m.Arrived.Unix()+seconds(q.lifetime(d.conf, m))
}

// seconds is a duration as the queue manager counts it.
func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// putOff moves a message to the deferred queue, with a time stamp in the
// future: it waits as long as it is old, but not less than
// minimal_backoff_time and not more than maximal_backoff_time
// (qmgr_active_defer; it counts in whole seconds).
func (q *qmgr) putOff(d *daemon, m *Mail) {
	now := d.p.Now().Unix()
	wait := now - m.Arrived.Unix()
	wait = min(wait, seconds(d.conf.Duration("maximal_backoff_time")))
	wait = max(wait, seconds(d.conf.Duration("minimal_backoff_time")))
	reason := ""
	for _, r := range m.undelivered() {
		reason = r.result.dsn + " " + r.result.text
	}
	q.putBack(d, m, wait, reason)
}

// putBack moves a message to the deferred queue for some seconds.
func (q *qmgr) putBack(d *daemon, m *Mail, wait int64, reason string) {
	m.active, m.flushed, m.wanted, m.due = nil, false, false, time.Unix(d.p.Now().Unix()+wait, 0)
	q.sys.queue.move(d.p, m, deferred, reason)
	q.plan(m.last)
}
