package postfix

import (
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// transport is a delivery service of master.cf with the mail that waits for it:
// by destination, and by message (qmgr_transport.c).
type transport struct {
	q    *qmgr
	name string
	svc  *service

	recipientLimit int64 // recipients in one delivery
	initial, limit int   // of a destination's window; no limit is 0
	positive       feedback
	negative       feedback
	cohorts        float64
	rateDelay      time.Duration // between two deliveries to a destination
	pace           time.Duration // before every delivery of the transport
	debug          bool          // destination_concurrency_feedback_debug
	jobs           jobList
	destinations   map[string]*destination

	processes int64   // how many agents there may be at a time; no limit is 0
	running   int64   // and are
	ready     int     // destinations that have mail, and room in their window
	paced     bool    // the pace holds the next delivery back
	choosing  bool    // what goes next is being chosen
	dead      *result // why no agent can be had at present
}

// transport is the transport of that name; one that master.cf does not have
// can only defer.
func (q *qmgr) transport(d *daemon, name string) *transport {
	if t := q.transports[name]; t != nil {
		return t
	}
	c := q.svc.conf
	t := &transport{q: q, name: name, svc: q.sys.service(name), destinations: map[string]*destination{},
		recipientLimit: c.TransportInt(name, "destination_recipient_limit"),
		initial:        int(c.TransportInt(name, "initial_destination_concurrency")),
		limit:          int(c.TransportInt(name, "destination_concurrency_limit")),
		cohorts:        float64(c.TransportInt(name, "destination_concurrency_failed_cohort_limit")),
		rateDelay:      c.TransportDuration(name, "destination_rate_delay"),
		pace:           c.TransportDuration(name, "transport_rate_delay"),
		debug:          c.Bool("destination_concurrency_feedback_debug") && !complains(name),
	}
	if t.rateDelay > 0 {
		t.limit = 1
	}
	if t.limit > 0 {
		t.initial = min(t.initial, t.limit)
	}
	t.positive = t.feedbackOf(d, "destination_concurrency_positive_feedback")
	t.negative = t.feedbackOf(d, "destination_concurrency_negative_feedback")
	t.jobs.configure(c, name)
	if t.svc != nil {
		if t.processes = int64(t.svc.MaxProc); t.processes < 0 {
			t.processes = c.Int("default_process_limit")
		}
	}
	q.transports[name] = t
	return t
}

// complains tells whether a transport is one of those that only say why mail is
// not delivered. Their destinations are reasons.
func complains(name string) bool { return name == "retry" || name == "error" }

// drain gives out mail as long as there is some that may go: as windows,
// processes and pauses allow (qmgr_active_drain).
func (t *transport) drain(p *sim.Proc) {
	for !t.choosing && t.ready > 0 && t.dead == nil && (t.processes == 0 || t.running < t.processes) {
		if t.svc == nil || agents(t.svc.Command) == nil {
			t.unavailable(p)
			return
		}
		if t.pace > 0 {
			t.wait(p)
			return
		}
		if !t.next(p) {
			return
		}
	}
}

// next begins the delivery whose turn it is; false is none.
func (t *transport) next(p *sim.Proc) bool {
	t.choosing = true
	e := t.jobs.take(p)
	t.choosing = false
	if e != nil {
		e.dest.begin(e)
	}
	return e != nil
}

// wait holds the next delivery back, and with it the transport until that
// delivery is over (qmgr_transport_alloc).
func (t *transport) wait(p *sim.Proc) {
	if t.paced {
		return
	}
	t.paced = true
	cause := t.q.decide(trace.Event{A: p.Sym(trace.SchedRest), B: p.Sym(t.name), N: millis(t.pace), Cause: p.Cause()}, t.name+"_transport_rate_delay")
	t.q.later(t.pace, cause, func(p *sim.Proc) {
		if !t.next(p) {
			t.paced = false
			t.drain(p)
		}
	})
}

// later does something in a while, unless the queue manager has ended by then.
func (q *qmgr) later(d time.Duration, cause trace.Seq, f func(p *sim.Proc)) {
	w, term := q.sys.Host.World(), q.term
	w.At(w.Now()+d, func() {
		if q.up && q.term == term {
			q.sys.run("qmgr", cause, 0, f)
		}
	})
}

// unavailable is a transport that has no agents. For transport_retry_time the
// queue manager does not ask for one again, and all that waits is put off
// (qmgr_transport_throttle, qmgr_defer_transport).
func (t *transport) unavailable(p *sim.Proc) {
	q := t.q
	d := q.begin(p)
	defer d.end()
	d.log("warning: connect to transport private/%s: No such file or directory", t.name)
	t.dead = &result{dsn: "4.3.0", text: "mail transport unavailable"}
	retry := d.conf.Duration("transport_retry_time")
	cause := q.decide(trace.Event{A: d.p.Sym(trace.SchedDead), B: p.Sym(t.name), N: uint32(retry / time.Second), Cause: p.Cause()}, t.dead.text)
	dead := t.dead
	q.later(retry, cause, func(*sim.Proc) {
		if t.dead == dead {
			t.alive(cause, "transport_retry_time is over")
		}
	})
	for _, key := range sortedKeys(t.destinations) {
		t.destinations[key].putOff(d, *t.dead)
	}
	if t.name != "retry" {
		q.transport(d, "retry").drain(p)
	}
}

// alive lets a transport be tried again.
func (t *transport) alive(cause trace.Seq, why string) {
	if t.dead != nil {
		t.dead = nil
		t.q.decide(trace.Event{A: t.q.sym(trace.SchedAlive), B: t.q.sym(t.name), Cause: cause}, why)
	}
}

// unthrottleAll makes every transport and every destination worth a try again
// (qmgr_enable_all).
func (q *qmgr) unthrottleAll(p *sim.Proc, why string) {
	for _, name := range sortedKeys(q.transports) {
		t := q.transports[name]
		t.alive(p.Cause(), why)
		for _, key := range sortedKeys(t.destinations) {
			t.destinations[key].revive(p, p.Cause(), why)
		}
	}
}
