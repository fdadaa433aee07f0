package postfix

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// maxRead is how many recipients of a message are read at a time
// (qmgr_message_read).
const maxRead = 5000

// read takes as many recipients of a message into memory as there is room for.
// At first that is all the room that is free, later what the message's jobs
// have. The rest stays in the queue file (qmgr_message_read).
func (q *qmgr) read(d *daemon, m *activeMail, first bool) {
	room := m.rcptMax - m.rcptN
	if first {
		room = max(q.recipients.limit-q.recipients.n, m.rcptMax)
	}
	n := min(max(room, 1), maxRead, int64(len(m.unread)))
	list := m.unread[:n:n]
	m.unread = m.unread[n:]
	m.pending += len(list)
	m.refilled = d.p.World().Now()
	if len(m.unread) == 0 && !first || len(m.unread) > 0 && first {
		q.countUnread(m)
	}
	q.assign(d, m, list)
	if len(m.unread) == 0 {
		for _, j := range m.jobs {
			j.list.giveBack(j)
		}
	}
}

// countUnread keeps count of the messages with recipients that are not in memory.
func (q *qmgr) countUnread(m *activeMail) {
	if len(m.unread) > 0 {
		q.unreadN++
	} else {
		q.unreadN--
	}
}

// readMore is read in the course of choosing what goes next.
func (q *qmgr) readMore(p *sim.Proc, m *activeMail) {
	d := q.begin(p)
	q.read(d, m, false)
	d.end()
}

// assign resolves recipients and puts them into the queues of their
// destinations, those of one destination together.
func (q *qmgr) assign(d *daemon, m *activeMail, list []*Recipient) {
	type way struct {
		to      *Recipient
		t       *transport
		dest    *destination
		nexthop string
	}
	var room [1]way // for the usual case
	ways := room[:0]
	for _, r := range list {
		res := q.route(d, m.mail, r)
		if !m.mail.flushed && listHas(d.conf.List("defer_transports"), res.Transport) {
			res.Transport, res.Nexthop = "retry", "4.3.2 deferred transport"
		}
		if q.ownNotice(d, m, r, res) {
			continue
		}
		d.p.Record(trace.Event{Kind: trace.Daemon, A: d.p.Sym("qmgr"), B: d.p.Sym("trivial-rewrite"), C: d.p.Sym(m.mail.ID)},
			d.put("resolve ", r.Addr, ": ", res.Transport, ":", res.Nexthop))
		if t, dest := q.queueFor(d, m, r, res.Transport, res.Nexthop); dest != nil {
			ways = append(ways, way{r, t, dest, res.Nexthop})
		}
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		return cmp.Or(strings.Compare(a.t.name, b.t.name), strings.Compare(a.dest.key, b.dest.key), compareAddresses(a.to.Addr, b.to.Addr))
	})
	var entries []*entry
	for i, w := range ways {
		if first := i == 0 || ways[i-1].dest != w.dest; first && w.dest.left+w.dest.busy == 0 && strings.EqualFold(w.nexthop, w.dest.nexthop) {
			w.dest.nexthop = w.nexthop // in the letters of the first recipient
		}
		if e := w.dest.add(m, w.to); e != nil {
			entries = append(entries, e)
			w.dest.warnClogged(d)
		}
	}
	for i, w := range ways {
		if i == 0 || ways[i-1].t != w.t {
			w.t.drain(d.p)
		}
	}
	for _, e := range entries {
		e.noteWait(d.p)
	}
}

// queueFor is the destination for a recipient: that to which it is resolved, or
// the retry service with the reason why that is not tried at present. A message
// that somebody has asked for brings the dead to life (qmgr_message_resolve). A
// nil destination is a recipient that has been put off at once.
func (q *qmgr) queueFor(d *daemon, m *activeMail, r *Recipient, transport, nexthop string) (*transport, *destination) {
	t := q.transport(d, transport)
	if m.mail.wanted {
		t.alive(d.p.Cause(), "postqueue -i")
	}
	if t.dead != nil {
		return q.retryFor(d, m, r, *t.dead)
	}
	dest := t.destination(nexthop, r.Addr)
	if m.mail.wanted && dest.dead != nil {
		dest.revive(d.p, d.p.Cause(), "postqueue -i")
		dest = t.destination(nexthop, r.Addr)
	}
	if dest.dead != nil {
		return q.retryFor(d, m, r, *dest.dead)
	}
	return t, dest
}

// retryFor is the queue of the retry service for a reason. When there is no such
// service, the queue manager puts the recipient off itself
// (qmgr_defer_recipient).
func (q *qmgr) retryFor(d *daemon, m *activeMail, r *Recipient, why result) (*transport, *destination) {
	t := q.transport(d, "retry")
	if t.dead == nil {
		return t, t.destination(why.dsn+" "+why.text, r.Addr)
	}
	d.deferred(&request{mail: m.mail, queued: m.queued}, r, why)
	m.pending--
	return nil, nil
}

// putOffRecipients hands recipients that wait for something that is not tried
// any more to the retry service.
// They have yet to be given to it.
func (q *qmgr) putOffRecipients(d *daemon, m *activeMail, list []*Recipient, why result) {
	own := q.begin(d.p)
	defer own.end()
	msg := d.p.Msg()
	d.p.Handle(m.mail.Msg)
	for _, r := range list {
		if _, dest := q.retryFor(own, m, r, why); dest != nil {
			dest.add(m, r)
		}
	}
	d.p.Handle(msg)
	if m.pending == 0 {
		q.finish(own, m)
	}
}

// noteWait records that mail of a message for a destination could not go at once,
// and why.
func (e *entry) noteWait(p *sim.Proc) {
	t, dest := e.dest.t, e.dest
	if e.begun || e.peer.waits || t.choosing || complains(t.name) {
		return
	}
	e.peer.waits = true
	var why string
	switch {
	case dest.resting:
		why = "the destination has a pause, " + t.name + "_destination_rate_delay"
	case dest.busy >= dest.window:
		why = "the window of the destination is full"
	case t.paced || t.pace > 0:
		why = "the transport has a pause, " + t.name + "_transport_rate_delay"
	case t.processes > 0 && t.running >= t.processes:
		why = "all processes of the service are busy, " + strconv.FormatInt(t.processes, 10)
	default:
		why = "other mail comes first"
	}
	dest.decide(trace.SchedWait, trace.Event{C: p.Sym(e.msg.mail.ID), N: uint32(dest.window), Code: uint16(dest.busy), Msg: e.msg.mail.Msg, Cause: p.Cause()}, why)
}

// ownNotice drops what comes back to the address from which the mail system
// notifies the postmaster, before any delivery agent has it
// (qmgr_message_resolve, double_bounce_sender).
func (q *qmgr) ownNotice(d *daemon, m *activeMail, to *Recipient, res resolution) bool {
	local, _, _ := splitAddress(to.Addr)
	if res.Class != classLocal || !strings.EqualFold(local, d.conf.Get("double_bounce_sender")) {
		return false
	}
	d.sent(&request{mail: m.mail, queued: m.queued}, to, result{dsn: "2.0.0", text: "undeliverable postmaster notification discarded"})
	m.pending--
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

// describe appends in words what an agent is asked to do.
func (e *entry) describe(b []byte) []byte {
	b = append(b, "deliver to "...)
	for i, r := range e.recipients {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, r.Addr...)
	}
	return appendAll(b, " over ", e.dest.t.name, ":", e.dest.nexthop)
}
