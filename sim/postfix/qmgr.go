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
}

// job is a message in the active queue.
type job struct {
	mail    *Mail
	queued  time.Time
	pending int // recipients about which nothing has been heard yet
}

func newQmgr(s *System) *qmgr { return &qmgr{sys: s} }

// configure takes over a new configuration.
func (q *qmgr) configure() {
	q.svc = q.sys.service("qmgr")
	q.transports = map[string]*transport{}
}

// start begins to look after the queue. Messages that an earlier queue manager
// had in the active queue start anew.
func (q *qmgr) start(cause trace.Seq) {
	w := q.sys.Host.World()
	q.up, q.phase, q.scanAt, q.activeN, q.waiting = true, w.Now(), 0, 0, nil
	for _, m := range q.sys.Mails() {
		switch {
		case m.Queue == active:
			w.Go(q.sys.Host.Node, "qmgr", cause, m.Msg, func(p *sim.Proc) {
				q.sys.queue.move(p, m, incoming, "the queue manager has started")
				q.arrived(m)
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
	q.sys.Host.World().Go(q.sys.Host.Node, "qmgr", m.last, m.Msg, func(p *sim.Proc) {
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
		q.waiting = append(q.waiting, m)
		return
	}
	q.activeN++
	q.sys.queue.move(p, m, active, "")
	j := &job{mail: m, queued: p.Now()}
	left := m.undelivered()
	d.log("%s: from=<%s>, size=%d, nrcpt=%d (queue active)", m.ID, m.Sender, m.size, len(left))
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
		res, err := q.sys.resolve(r.Addr)
		if err != nil {
			res = resolution{Transport: "retry", Nexthop: "4.3.0 address resolver failure"}
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
		r.done = r.result.status != deferral
	}
	j.pending -= len(recipients)
	if j.pending == 0 {
		q.finish(d, j)
	}
}

// finish decides about a message of which all recipients have been tried:
// bounce what failed, keep what may succeed later, or remove it
// (qmgr_active_done).
func (q *qmgr) finish(from *daemon, j *job) {
	m := j.mail
	d := q.sys.begin(from.p, q.svc)
	defer d.end()
	left := m.undelivered()
	d.flushBounces(m)
	d.flushTrace(m)
	switch {
	case len(left) == 0:
	case q.expired(d, m):
		d.log("%s: from=<%s>, status=expired, returned to sender", m.ID, m.Sender)
		for _, r := range left {
			r.done, r.result.status = true, bounced
		}
		left = nil
		d.flushDeferred(m)
	default:
		d.warnDeferred(m)
	}
	q.activeN--
	if len(left) > 0 {
		q.putOff(d, m)
	} else {
		d.log("%s: removed", m.ID)
		q.sys.queue.move(d.p, m, nowhere, "")
	}
	q.admitWaiting()
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
	m.due = time.Unix(now+wait, 0)
	reason := ""
	for _, r := range m.undelivered() {
		reason = r.result.dsn + " " + r.result.text
	}
	q.sys.queue.move(d.p, m, deferred, reason)
	q.plan()
}

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
		due := max(now+m.due.Add(-scanTolerance).Sub(w.Clock()), now)
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
	now := q.sys.Host.World().Clock()
	for _, m := range q.sys.queue.in(deferred) {
		if m.due.Unix() <= now.Add(scanTolerance).Unix() {
			q.retry(m)
		}
	}
	q.plan()
}

// retry takes a deferred message back into the active queue.
func (q *qmgr) retry(m *Mail) {
	q.sys.Host.World().Go(q.sys.Host.Node, "qmgr", m.last, m.Msg, func(p *sim.Proc) { q.admit(p, m) })
}

// admitWaiting lets messages in that found the active queue full.
func (q *qmgr) admitWaiting() {
	if len(q.waiting) == 0 {
		return
	}
	m := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.arrived(m)
}
