package postfix

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// destination is the queue of what goes to one next hop over one transport,
// with a window of concurrency: how many deliveries there may be at a time. It
// opens with success and closes with failure, and a destination that only fails
// is dead for a while (qmgr_queue.c; SCHEDULER_README).
type destination struct {
	t       *transport
	key     string
	nexthop string
	waiting []*entry // not begun; those that were taken from the middle are nil
	left    int      // how many of them are not
	busy    int
	window  int
	success float64
	failure float64
	failed  float64 // pseudo-cohorts that failed in a row
	dead    *result // why the destination is not tried at present
	resting bool    // a pause between two deliveries
	ready   bool    // there is mail, and room in the window
	blocks  uint    // see job.blocked
	told    bool    // an event has named it
	warned  int64   // until then nothing is said about its share of the active queue
	caching caching
}

// destination is the queue for a recipient with that next hop. A transport that
// takes one recipient at a time, such as local(8), has a queue for each, no
// matter what extension the address has (qmgr_message_resolve).
func (t *transport) destination(nexthop, recipient string) *destination {
	key := nexthop
	if t.recipientLimit == 1 && !complains(t.name) {
		local, _, _ := splitAddress(recipient)
		user, _ := SplitExtension(local, t.q.svc.conf.Get("recipient_delimiter"), t.q.svc.conf.Bool("owner_request_special"))
		key = user + "@" + nexthop
	}
	key = strings.ToLower(key)
	if dest := t.destinations[key]; dest != nil {
		return dest
	}
	dest := &destination{t: t, key: key, nexthop: nexthop, window: t.initial}
	t.destinations[key] = dest
	return dest
}

// name is the destination in events: "smtp:alabala.com".
func (dest *destination) name() string { return dest.t.name + ":" + dest.key }

// decide records a decision about the destination.
func (dest *destination) decide(what string, e trace.Event, why string) trace.Seq {
	if complains(dest.t.name) {
		return e.Cause
	}
	dest.told = true
	q := dest.t.q
	e.A, e.B = q.sym(what), q.sym(dest.name())
	return q.decide(e, why)
}

// changed keeps the transport's count of destinations that have something to do.
func (dest *destination) changed() {
	ready := dest.left > 0 && dest.open() && dest.busy < dest.window
	if ready == dest.ready {
		return
	}
	dest.ready = ready
	if ready {
		dest.t.ready++
	} else {
		dest.t.ready--
	}
}

// open tells whether mail may go to the destination at all.
func (dest *destination) open() bool { return dest.dead == nil && !dest.resting }

// tidy forgets a destination with which nothing is going on: the next message
// begins with a new window (qmgr_queue_done).
func (dest *destination) tidy() {
	if dest.left > 0 || dest.busy > 0 || dest.resting {
		return
	}
	if dest.dead != nil && int64(len(dest.t.destinations)) <= 2*dest.t.q.recipients.limit {
		return
	}
	dest.caching = caching{}
	delete(dest.t.destinations, dest.key)
}

// begin starts a delivery agent on an entry.
func (dest *destination) begin(e *entry) {
	t := dest.t
	dest.busy++
	t.running++
	dest.changed()
	sys, m, cause := t.q.sys, e.msg.mail, e.msg.mail.last
	dest.caching.selected(dest.busy, sys.Host.Clock().Unix())
	if e.peer.waits {
		cause = e.turn
	}
	if e.peer.waits && len(e.peer.entries) == 0 {
		e.peer.waits = false
		cause = dest.decide(trace.SchedGo, trace.Event{C: t.q.sym(m.ID), N: uint32(dest.window), Code: uint16(dest.busy), Msg: m.Msg, Cause: e.turn}, "")
	}
	asked := trace.Event{Kind: trace.Daemon, N: uint32(dest.window), Code: uint16(dest.busy)}
	how := dest.caching
	sys.run(t.name, cause, m.Msg, func(p *sim.Proc) {
		if !e.msg.current() { // somebody has moved the file in the meantime
			dest.over(p, e)
			t.q.dropped(e)
			t.drain(p)
			return
		}
		asks := asked
		asks.A, asks.B, asks.C = p.Sym("qmgr"), p.Sym(t.svc.Command), p.Sym(m.ID)
		sys.line = e.describe(sys.line[:0])
		p.Emit(asks, sys.line)
		d := t.begun(p, t.svc, e)
		if d == nil {
			dest.over(p, e)
			t.q.dropped(e)
			t.drain(p)
			return
		}
		over := false
		m.busy++
		defer func() {
			if !over { // the agent was killed
				m.busy--
			}
		}()
		svc := d.svc
		p.Sleep(agentTime)
		r := &request{mail: m, transport: svc, nexthop: dest.nexthop, recipients: e.recipients, queued: e.msg.queued, started: p.Now(), load: how.load, store: how.store}
		agents(svc.Command)(d, r)
		d.end()
		over, m.busy = true, m.busy-1
		if m.cool != 0 && slices.ContainsFunc(e.recipients, func(to *Recipient) bool { return to.done }) {
			m.cool = p.Now().Unix() // who is done with is marked in the file, which has a new time stamp then
		}
		if r.crashed = d.dead; r.crashed && t.q.svc != nil {
			d = t.crashed(p, e)
		}
		dest.ended(d, e, r)
	})
}

// ended draws the conclusions from a delivery: the window, what goes next, and
// what becomes of the message (qmgr_deliver_update).
func (dest *destination) ended(d *daemon, e *entry, r *request) {
	q := dest.t.q
	if e.msg.term == q.term && !r.crashed {
		switch {
		case r.unreachable == nil:
			dest.succeeded(d)
		case dest.open():
			dest.failedOnce(d, *r.unreachable)
		}
	}
	dest.over(d.p, e)
	dest.caching.lastDone = d.p.Now().Unix()
	dest.t.drain(d.p)
	q.concluded(d, e.msg, e.recipients)
}

// over takes an entry that was under way off the destination.
func (dest *destination) over(p *sim.Proc, e *entry) {
	t := dest.t
	dest.busy--
	t.running--
	t.paced = false
	e.done()
	if t.rateDelay > 0 && !dest.resting {
		dest.resting = true
		dest.revive(p, p.Cause(), "a rate delay takes its place")
		dest.rest(p)
	}
	dest.changed()
	dest.unblock()
	dest.tidy()
}

// rest is the pause between two deliveries to a destination
// (transport_destination_rate_delay).
func (dest *destination) rest(p *sim.Proc) {
	t, cause := dest.t, p.Cause()
	if dest.left > 0 {
		cause = dest.decide(trace.SchedRest, trace.Event{N: millis(t.rateDelay), Cause: cause}, t.name+"_destination_rate_delay")
	}
	t.q.later(t.rateDelay, cause, func(p *sim.Proc) {
		dest.resting, dest.window = false, 1
		dest.changed()
		dest.unblock()
		dest.tidy()
		t.drain(p)
	})
}

// failedOnce narrows the window after a failure to reach the destination; after
// as many as a cohort of deliveries in a row it is declared dead for
// minimal_backoff_time (qmgr_queue_throttle).
func (dest *destination) failedOnce(d *daemon, why result) {
	t, was := dest.t, dest.window
	dest.failed += 1 / float64(dest.window)
	if t.cohorts > 0 && dest.failed >= t.cohorts {
		dest.dies(d, why)
		return
	}
	f := t.negative.of(dest.window)
	dest.debug(d.p, "qmgr_queue_throttle: feedback "+shortFloat(f))
	dest.failure -= f
	for f > 0 && dest.failure-f/2 < 0 {
		dest.window--
		dest.success = 0
		dest.failure++
	}
	dest.window = max(dest.window, 1)
	dest.debugWindow(d.p, "qmgr_queue_throttle")
	dest.moved(d, was, "a delivery has failed: "+why.text+"; failed in a row, in cohorts: "+shortFloat(dest.failed)+" of "+shortFloat(t.cohorts))
}

// dies puts the destination onto the list of the dead. What waits for it is put
// off at once.
func (dest *destination) dies(d *daemon, why result) {
	t := dest.t
	reason := result{dsn: why.dsn, text: "delivery temporarily suspended: " + why.text}
	dest.dead, dest.caching.load, dest.caching.store = &reason, false, false
	dest.debugWindow(d.p, "qmgr_queue_throttle")
	backoff := d.conf.Duration("minimal_backoff_time")
	cause := dest.decide(trace.SchedDead, trace.Event{Code: uint16(dest.window), N: uint32(backoff / time.Second), Cause: d.p.Cause()}, why.dsn+" "+why.text)
	// The queue manager's clock has whole seconds only (event_request_timer), and
	// timers come before what else happens in their second.
	t.q.later(backoff-time.Duration(d.p.Now().Nanosecond()+1), cause, func(p *sim.Proc) {
		if dest.dead == &reason {
			dest.revive(p, cause, "minimal_backoff_time is over")
			t.drain(p)
		}
	})
	dest.changed()
	dest.putOff(d, reason)
	t.q.transport(d, "retry").drain(d.p)
}

// revive takes the destination off the list of the dead. With deliveries still
// under way its window is as wide as these need.
func (dest *destination) revive(p *sim.Proc, cause trace.Seq, why string) {
	if dest.dead == nil {
		return
	}
	dest.dead, dest.failed, dest.success, dest.failure = nil, 0, 0, 0
	if dest.window = dest.t.initial; dest.busy > 0 {
		dest.window = dest.busy
	}
	dest.debugWindow(p, "qmgr_queue_unthrottle")
	dest.decide(trace.SchedAlive, trace.Event{N: uint32(dest.window), Cause: cause}, why)
	dest.changed()
	dest.tidy()
}

// succeeded widens the window after a delivery that reached the destination
// (qmgr_queue_unthrottle).
func (dest *destination) succeeded(d *daemon) {
	t, was := dest.t, dest.window
	dest.failed = 0
	if dest.dead != nil {
		dest.revive(d.p, d.p.Cause(), "a delivery has succeeded")
		return
	}
	if (t.limit == 0 || dest.window < t.limit) && dest.window < dest.busy+t.initial {
		f := t.positive.of(dest.window)
		if t.debug {
			dest.debug(d.p, "qmgr_queue_unthrottle: feedback "+shortFloat(f))
		}
		dest.success += f
		for dest.success+f/2 >= 1 {
			dest.window++
			dest.success--
			dest.failure = 0
		}
		if t.limit > 0 {
			dest.window = min(dest.window, t.limit)
		}
	}
	dest.debugWindow(d.p, "qmgr_queue_unthrottle")
	dest.moved(d, was, "a delivery has succeeded")
}

// moved records that the window is another one, if there is more to deliver to
// the destination: else it is forgotten.
func (dest *destination) moved(d *daemon, was int, why string) {
	if dest.window == was || dest.left == 0 && dest.busy <= 1 {
		return
	}
	dest.decide(trace.SchedWindow, trace.Event{Code: uint16(was), N: uint32(dest.window), Cause: d.p.Cause()}, why)
}

// debug logs how the window moves (destination_concurrency_feedback_debug).
func (dest *destination) debug(p *sim.Proc, line string) {
	if q := dest.t.q; dest.t.debug {
		d := q.begin(p)
		d.log("%s", line)
		d.end()
	}
}

func (dest *destination) debugWindow(p *sim.Proc, function string) {
	if !dest.t.debug {
		return
	}
	window := dest.window
	if dest.dead != nil {
		window = 0
	}
	dest.debug(p, function+": queue "+dest.key+": limit "+strconv.Itoa(dest.t.limit)+" window "+strconv.Itoa(window)+
		" success "+shortFloat(dest.success)+" failure "+shortFloat(dest.failure)+" fail_cohorts "+shortFloat(dest.failed))
}

// putOff hands what waits for the destination to the retry service, with the
// reason why it is not tried (qmgr_defer_todo).
func (dest *destination) putOff(d *daemon, why result) {
	list := dest.waiting
	dest.waiting = nil
	for _, e := range list {
		if e == nil || e.begun {
			continue
		}
		e.begun = true
		e.job().selected++
		dest.left--
		e.done()
		if e.msg.current() {
			dest.t.q.putOffRecipients(d, e.msg, e.recipients, why)
		} else {
			dest.t.q.dropped(e)
		}
	}
	dest.changed()
	dest.unblock()
	dest.tidy()
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
