package postfix

import (
	"cmp"
	"slices"
	"strings"
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
	activeN    int64
	waiting    []*Mail // could not be taken: the active queue is full
	transports map[string]*transport
	term       int // how many queue managers there have been
}

// job is a message in the active queue.
type job struct {
	q       *qmgr
	mail    *Mail
	queued  time.Time
	pending int // recipients about which nothing has been heard yet
	term    int // the queue manager that has it
}

// current tells whether the job is still that of the message: a queue manager
// that is gone, or an operator who moved the file, has ended it.
func (j *job) current() bool { return j.mail.job == j && j.mail.Queue == active && j.term == j.q.term }

func newQmgr(s *System) *qmgr { return &qmgr{sys: s} }

// configure takes over a new configuration.
func (q *qmgr) configure() {
	q.svc = q.sys.service("qmgr")
	q.transports = map[string]*transport{}
}

// start begins to look after the queue. Messages that an earlier queue manager
// had in the active queue start anew.
func (q *qmgr) start(cause trace.Seq) {
	q.up, q.phase, q.scanAt, q.activeN, q.waiting = true, q.sys.Host.World().Now(), 0, 0, nil
	q.term++
	q.transports = map[string]*transport{}
	for _, m := range q.sys.Mails() {
		m.job, m.queued = nil, false
		switch {
		case m.Queue == active:
			q.sys.run("qmgr", cause, m.Msg, func(p *sim.Proc) {
				if m.Queue == active && m.job == nil {
					q.sys.queue.move(p, m, incoming, "the queue manager has started")
					q.arrived(m)
				}
			})
		case m.Queue == incoming && m.ready:
			q.arrived(m)
		}
	}
	q.scan()
}

func (q *qmgr) stop() { q.up = false }

// arrived is the trigger that a message is complete in the incoming queue.
func (q *qmgr) arrived(m *Mail) {
	if !q.up || q.svc == nil {
		return
	}
	q.sys.run("qmgr", m.last, m.Msg, func(p *sim.Proc) {
		p.Sleep(qmgrTime)
		q.admit(p, m)
	})
}

// admit takes a message into the active queue and hands its recipients out.
func (q *qmgr) admit(p *sim.Proc, m *Mail) {
	if !q.up || m.Queue != incoming && m.Queue != deferred {
		return
	}
	d := q.sys.begin(p, q.svc)
	defer d.end()
	if q.activeN >= d.conf.Int("qmgr_message_active_limit") {
		if !m.queued {
			q.waiting, m.queued = append(q.waiting, m), true
		}
		return
	}
	q.sys.queue.move(p, m, active, "")
	if m.busy > 0 { // an agent of an earlier queue manager has it (qmgr_message_lock)
		d.log("%s: skipped, still being delivered", m.ID)
		q.putBack(d, m, seconds(d.conf.Duration("minimal_backoff_time")), "still being delivered")
		return
	}
	q.activeN++
	j := &job{q: q, mail: m, queued: p.Now(), term: q.term}
	m.job = j
	left := m.undelivered()
	d.log("%s: from=<%s>, size=%d, nrcpt=%d (queue active)", m.ID, m.from821(), m.size, len(m.Recipients))
	if m.forced && len(m.deferLog) > 0 {
		q.finish(d, j) // without another attempt
		return
	}
	j.pending = len(left)
	m.deferLog = nil
	for _, r := range left {
		r.result = nil
	}
	if j.pending == 0 {
		q.finish(d, j)
		return
	}
	q.assign(d, j, left)
}

// undelivered are the recipients whose fate is still open.
func (m *Mail) undelivered() []*Recipient {
	var out []*Recipient
	for _, r := range m.Recipients {
		if !r.done {
			out = append(out, r)
		}
	}
	return out
}

// assign resolves recipients and puts them into the queues of their
// destinations, those of one destination together.
func (q *qmgr) assign(d *daemon, j *job, left []*Recipient) {
	type way struct {
		to   *Recipient
		t    *transport
		dest *destination
	}
	ways := make([]way, 0, len(left))
	for _, r := range left {
		res := q.route(d, j.mail, r)
		if listHas(d.conf.List("defer_transports"), res.Transport) {
			res.Transport, res.Nexthop = "retry", "4.3.2 deferred transport"
		}
		if q.ownNotice(d, j, r, res) {
			continue
		}
		d.p.Record(trace.Event{Kind: trace.Daemon, A: d.p.Sym("qmgr"), B: d.p.Sym("trivial-rewrite"), C: d.p.Sym(j.mail.ID)},
			[]byte("resolve "+r.Addr+": "+res.Transport+":"+res.Nexthop))
		t := q.transport(res.Transport)
		ways = append(ways, way{r, t, t.destination(res.Nexthop, r.Addr)})
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		return cmp.Or(strings.Compare(a.t.name, b.t.name), strings.Compare(a.dest.key, b.dest.key), compareAddresses(a.to.Addr, b.to.Addr))
	})
	var touched []*destination
	for _, w := range ways {
		if w.dest.add(j, w.to, w.t.recipientLimit) {
			touched = append(touched, w.dest)
		}
	}
	for _, dest := range touched {
		dest.dispatch()
	}
	if j.pending == 0 {
		q.finish(d, j)
	}
}

// ownNotice drops what comes back to the address from which the mail system
// notifies the postmaster, before any delivery agent has it
// (qmgr_message_resolve, double_bounce_sender).
func (q *qmgr) ownNotice(d *daemon, j *job, to *Recipient, res resolution) bool {
	local, _, _ := splitAddress(to.Addr)
	if res.Class != classLocal || !strings.EqualFold(local, d.conf.Get("double_bounce_sender")) {
		return false
	}
	d.sent(&request{mail: j.mail, queued: j.queued}, to, result{dsn: "2.0.0", text: "undeliverable postmaster notification discarded"})
	j.pending--
	return true
}

// route finds transport and next hop of a recipient: those of a content filter,
// else those that trivial-rewrite(8) resolves the address to
// (qmgr_message_resolve). The resolver may give the address another form,
// without routing through this host, "%" and the like.
func (q *qmgr) route(d *daemon, m *Mail, r *Recipient) resolution {
	if m.filter != "" && !m.probe {
		_, domain, _ := splitAddress(r.Addr)
		res := resolution{}
		res.setTransport(m.filter, orElse(orElse(q.svc.conf.Get("default_filter_nexthop"), domain), q.svc.conf.Get("myhostname")))
		return res
	}
	res, err := q.sys.resolveFor(d, m, r.Addr)
	switch {
	case err != nil:
		return resolution{Transport: "retry", Nexthop: "4.3.0 address resolver failure"}
	case res.Recipient != "":
		r.Addr = res.Recipient
	}
	return res
}

// compareAddresses orders the recipients of one destination: by domain, then
// by local part (qmgr_message_sort_compare).
func compareAddresses(a, b string) int {
	i, j := strings.LastIndexByte(a, '@'), strings.LastIndexByte(b, '@')
	switch {
	case i < 0 && j >= 0:
		return 1
	case i >= 0 && j < 0:
		return -1
	case i >= 0:
		if c := strings.Compare(strings.ToLower(a[i:]), strings.ToLower(b[j:])); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

// concluded is the report of an agent about the recipients of an entry.
func (q *qmgr) concluded(d *daemon, j *job, recipients []*Recipient) {
	for _, r := range recipients {
		if r.result == nil {
			r.result = &result{status: deferral, dsn: "4.3.0", text: "unknown mail transport error", at: d.p.Now()}
			j.mail.remember(r, *r.result)
		}
		r.done = r.done || j.mail.probe || r.result.status != deferral
	}
	j.pending -= len(recipients)
	if j.pending == 0 {
		q.finish(d, j)
	}
}

// dropped forgets a delivery that was not begun, because the job is over.
func (q *qmgr) dropped(e *entry) {
	j := e.job
	j.pending -= len(e.recipients)
	if j.pending == 0 && j.term == q.term {
		q.activeN--
		q.admitWaiting()
	}
}

// finish decides about a message of which all recipients have been tried:
// bounce what failed, keep what may succeed later, or remove it
// (qmgr_active_done).
func (q *qmgr) finish(from *daemon, j *job) {
	if j.term != q.term {
		return
	}
	m := j.mail
	d := q.sys.begin(from.p, q.svc)
	defer d.end()
	if j.current() {
		told := d.flushBounces(m)
		told = d.flushTrace(m) && told
		switch {
		case len(m.undelivered()) == 0:
		case m.forced || q.expired(d, m):
			how := "expired"
			if m.forced {
				how = "force-expired"
			}
			d.log("%s: from=<%s>, status=%s, returned to sender", m.ID, m.from821(), how)
			told = d.flushDeferred(m) && told
		default:
			d.warnDeferred(m)
		}
		switch {
		case !j.current(): // meanwhile somebody has moved it
		case len(m.undelivered()) > 0 || !told:
			if !told {
				d.log("%s: status=deferred (bounce failed)", m.ID)
			}
			q.putOff(d, m)
		default:
			d.log("%s: removed", m.ID)
			q.sys.queue.move(d.p, m, nowhere, "")
		}
	}
	if j.term == q.term {
		q.activeN--
		q.admitWaiting()
	}
}

// expired tells whether a message is too old to be tried again.
func (q *qmgr) expired(d *daemon, m *Mail) bool {
	limit := "maximal_queue_lifetime"
	if m.Sender == "" {
		limit = "bounce_queue_lifetime"
	}
	return d.p.Now().Unix() >= m.Arrived.Unix()+seconds(d.conf.Duration(limit))
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
	m.job, m.due = nil, time.Unix(d.p.Now().Unix()+wait, 0)
	q.sys.queue.move(d.p, m, deferred, reason)
	q.plan()
}

// ClockChanged tells the mail system that somebody has set the clock of its
// host: deferred messages may be due, or not yet.
func (s *System) ClockChanged() { s.qmgr.plan() }

// plan puts the next scan that can find something onto the agenda.
func (q *qmgr) plan() {
	if !q.up || q.svc == nil {
		return
	}
	w := q.sys.Host.World()
	every := max(q.svc.conf.Duration("queue_run_delay"), time.Second)
	now := w.Now()
	var first time.Duration = -1
	for _, m := range q.sys.queue.in(deferred) {
		due := max(now+m.due.Add(-scanTolerance).Sub(q.sys.Host.Clock()), now)
		if first < 0 || due < first {
			first = due
		}
	}
	if first < 0 {
		return
	}
	n := (first - q.phase + every - 1) / every
	at := q.phase + n*every
	if at <= now {
		at += every
	}
	if q.scanAt > now && q.scanAt <= at {
		return
	}
	q.scanAt = at
	q.sys.Host.World().At(at, func() {
		if q.up && q.scanAt == at {
			q.scan()
		}
	})
}

// scanTolerance is how much too early a scan may find a message due
// (qmgr_active_feed).
const scanTolerance = time.Second

// scan looks for deferred messages whose time has come.
func (q *qmgr) scan() {
	now := q.sys.Host.Clock()
	for _, m := range q.sys.queue.in(deferred) {
		if m.due.Unix() <= now.Add(scanTolerance).Unix() {
			q.retry(m)
		}
	}
	q.plan()
}

// retry takes a deferred message back into the active queue.
func (q *qmgr) retry(m *Mail) {
	q.sys.run("qmgr", m.last, m.Msg, func(p *sim.Proc) { q.admit(p, m) })
}

// admitWaiting lets messages in that found the active queue full.
func (q *qmgr) admitWaiting() {
	for len(q.waiting) > 0 {
		m := q.waiting[0]
		q.waiting, m.queued = q.waiting[1:], false
		if m.Queue == incoming || m.Queue == deferred {
			q.arrived(m)
			return
		}
	}
}
