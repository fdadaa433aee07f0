package postfix

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// transport is a delivery service with its destinations (qmgr_transport.c).
type transport struct {
	q              *qmgr
	name           string
	svc            *service
	recipientLimit int64
	initial        float64
	limit          float64
	positive       feedback
	negative       feedback
	cohorts        float64
	destinations   map[string]*destination
	missingUntil   time.Duration // master.cf does not have it: when to look again
}

// transport is the transport of that name; one that master.cf does not have
// can only defer.
func (q *qmgr) transport(name string) *transport {
	if t := q.transports[name]; t != nil {
		return t
	}
	c := q.svc.conf
	t := &transport{q: q, name: name, svc: q.sys.service(name), destinations: map[string]*destination{},
		recipientLimit: c.TransportInt(name, "destination_recipient_limit"),
		initial:        float64(c.TransportInt(name, "initial_destination_concurrency")),
		limit:          float64(c.TransportInt(name, "destination_concurrency_limit")),
		positive:       parseFeedback(c.Get(name + "_destination_concurrency_positive_feedback")),
		negative:       parseFeedback(c.Get(name + "_destination_concurrency_negative_feedback")),
		cohorts:        float64(c.TransportInt(name, "destination_concurrency_failed_cohort_limit")),
	}
	q.transports[name] = t
	return t
}

// destination is the queue of what goes to one next hop over one transport,
// with a window of concurrency that opens with success and closes with failure
// (qmgr_queue.c).
type destination struct {
	t       *transport
	key     string
	nexthop string
	todo    []*entry
	busy    int
	window  float64
	success float64
	failure float64
	failed  float64 // pseudo-cohorts that failed in a row
	dead    *result // why the destination is not tried at present
	caching caching
}

// entry is some recipients of one message that go to one destination.
type entry struct {
	job        *job
	recipients []*Recipient
}

// destination is the queue for a next hop. A transport that takes one
// recipient at a time, such as local(8), has a queue for each recipient.
func (t *transport) destination(nexthop, recipient string) *destination {
	key := nexthop
	if t.recipientLimit == 1 {
		key = strings.ToLower(recipient)
	}
	if dest := t.destinations[key]; dest != nil {
		return dest
	}
	dest := &destination{t: t, key: key, nexthop: nexthop, window: min(t.initial, max(t.limit, 1))}
	t.destinations[key] = dest
	return dest
}

// add puts a recipient behind those of the same message that wait for the same
// destination, up to the limit of recipients. It tells whether the destination
// had nothing of this message yet.
func (dest *destination) add(j *job, r *Recipient, limit int64) (first bool) {
	if n := len(dest.todo); n > 0 {
		last := dest.todo[n-1]
		if last.job == j {
			if limit == 0 || int64(len(last.recipients)) < limit {
				last.recipients = append(last.recipients, r)
			} else {
				dest.todo = append(dest.todo, &entry{j, []*Recipient{r}})
			}
			return false
		}
	}
	dest.todo = append(dest.todo, &entry{j, []*Recipient{r}})
	return true
}

// dispatch starts deliveries as the window allows. What waits for a dead
// destination is put off at once, by the retry service.
func (dest *destination) dispatch() {
	for len(dest.todo) > 0 && (dest.dead != nil || dest.busy < max(1, int(dest.window))) {
		e := dest.todo[0]
		dest.todo = dest.todo[1:]
		if !e.job.current() {
			dest.t.q.dropped(e)
			continue
		}
		dest.busy++
		dest.caching.selected(dest.busy, dest.t.q.sys.Host.Clock().Unix())
		dest.deliver(e)
	}
	dest.forget()
}

// forget drops a destination with nothing to do and nothing under way, with
// its window and its caching; a dead one is remembered (qmgr_entry_done).
func (dest *destination) forget() {
	if len(dest.todo) == 0 && dest.busy == 0 && dest.dead == nil && dest.t.destinations[dest.key] == dest {
		delete(dest.t.destinations, dest.key) // the next message begins with a new window
	}
}

// deliver starts a delivery agent on an entry.
func (dest *destination) deliver(e *entry) {
	t := dest.t
	svc, nexthop := t.svc, dest.nexthop
	if dest.dead != nil {
		svc = t.q.sys.service("retry")
		nexthop = dest.dead.dsn + " delivery temporarily suspended: " + dest.dead.text
	}
	m := e.job.mail
	sys, how := t.q.sys, dest.caching
	sys.run(t.name, m.last, m.Msg, func(p *sim.Proc) {
		if !e.job.current() { // somebody has moved the file in the meantime
			dest.busy--
			t.q.dropped(e)
			dest.dispatch()
			return
		}
		over := false
		m.busy++
		defer func() {
			if !over { // the agent was killed
				m.busy--
			}
		}()
		if svc == nil || agents(svc.Command) == nil {
			t.unavailable(p)
			svc, nexthop = sys.service("retry"), "4.3.0 mail transport unavailable"
		}
		if svc == nil || agents(svc.Command) == nil {
			over, m.busy = true, m.busy-1
			dest.ended(sys.begin(p, t.q.svc), e, nil)
			return
		}
		p.Emit(trace.Event{Kind: trace.Daemon, A: p.Sym("qmgr"), B: p.Sym(svc.Command), C: p.Sym(m.ID)}, e.describe(t.name, nexthop))
		if svc = sys.unthrottled(p, svc); !e.job.current() {
			over, m.busy = true, m.busy-1
			dest.busy--
			t.q.dropped(e)
			dest.dispatch()
			return
		}
		fresh := len(svc.idle) == 0
		d := sys.begin(p, svc)
		if p.Sleep(agentTime); fresh {
			p.Sleep(spawnTime)
		}
		r := &request{mail: m, transport: svc, nexthop: nexthop, recipients: e.recipients, queued: e.job.queued, started: p.Now(), load: how.load, store: how.store}
		agents(svc.Command)(d, r)
		d.end()
		over, m.busy = true, m.busy-1
		if r.crashed = d.dead; r.crashed {
			d = t.crashed(p, e)
		}
		dest.ended(d, e, r)
	})
}

// unavailable notes that master.cf has no such transport. The queue manager
// does not try again, or say so, for transport_retry_time.
func (t *transport) unavailable(p *sim.Proc) {
	if now := p.World().Now(); t.missingUntil == 0 || now >= t.missingUntil {
		d := t.q.sys.begin(p, t.q.svc)
		d.log("warning: connect to transport private/%s: No such file or directory", t.name)
		d.end()
		t.missingUntil = now + d.conf.Duration("transport_retry_time")
	}
}

// describe says in words what an agent is asked to do.
func (e *entry) describe(transport, nexthop string) []byte {
	b := []byte("deliver to ")
	for i, r := range e.recipients {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, r.Addr...)
	}
	return append(b, " over "+transport+":"+nexthop...)
}

// ended draws the conclusions from a delivery: the window, and what becomes of
// the message.
func (dest *destination) ended(d *daemon, e *entry, r *request) {
	dest.busy--
	dest.caching.lastDone = d.p.Now().Unix()
	if dest.dead == nil {
		if r != nil && r.unreachable != nil {
			dest.throttle(r.unreachable)
		} else {
			dest.open()
		}
	}
	dest.forget() // a bounce that comes of this delivery finds it gone
	dest.t.q.concluded(d, e.job, e.recipients)
	dest.dispatch()
}

// throttle narrows the window after a failure to reach the destination; after
// as many as a cohort of deliveries in a row it is declared dead for
// minimal_backoff_time (qmgr_queue_throttle).
func (dest *destination) throttle(why *result) {
	t := dest.t
	dest.failed += 1 / dest.window
	if t.cohorts > 0 && dest.failed >= t.cohorts {
		dest.dead, dest.caching.load, dest.caching.store = why, false, false
		w := t.q.sys.Host.World()
		w.At(w.Now()+t.q.svc.conf.Duration("minimal_backoff_time"), dest.revive)
		return
	}
	f := t.negative.of(dest.window)
	dest.failure -= f
	for dest.failure-f/2 < 0 {
		dest.window--
		dest.success = 0
		dest.failure++
	}
	dest.window = max(dest.window, 1)
}

// revive forgets that a destination was dead.
func (dest *destination) revive() {
	dest.dead, dest.failed, dest.success, dest.failure = nil, 0, 0, 0
	dest.window = dest.t.initial
	dest.dispatch()
}

// open widens the window after a delivery that reached the destination
// (qmgr_queue_unthrottle).
func (dest *destination) open() {
	t := dest.t
	dest.failed = 0
	if t.limit > 0 && dest.window >= t.limit || dest.window > float64(dest.busy)+t.initial {
		return
	}
	f := t.positive.of(dest.window)
	dest.success += f
	for dest.success+f/2 >= 1 {
		dest.window++
		dest.success--
		dest.failure = 0
	}
}

// caching is what the queue manager wants delivery agents to do with
// connections to a destination (qmgr_entry.c; CONNECTION_CACHE_README,
// "Connection cache policy").
type caching struct {
	load     bool  // an open connection may be taken from the cache
	store    bool  // and be left there
	lastDone int64 // when a delivery has ended, in whole seconds
}

// selected decides when a delivery begins, with busy under way, itself
// included. Connections are stored from the moment that one delivery follows
// upon another, which a burst within the initial concurrency does not bring
// about; and no longer when deliveries come one by one, more than a second
// apart. Those that are in the cache then are still taken from there.
func (c *caching) selected(busy int, now int64) {
	backToBack := c.lastDone+1 >= now
	switch {
	case !c.store:
		if backToBack {
			c.load, c.store = true, true
		}
	case busy <= 1 && !backToBack:
		c.store = false
	}
}

// feedback is default_destination_concurrency_positive_feedback and its like:
// a number, or a number divided by the window or its square root.
type feedback struct {
	base float64
	by   string // "", "concurrency", "sqrt_concurrency"
}

// unthrottleAll makes every destination worth a try again (postqueue -f).
func (q *qmgr) unthrottleAll() {
	for _, name := range sortedKeys(q.transports) {
		t := q.transports[name]
		for _, key := range sortedKeys(t.destinations) {
			t.destinations[key].revive()
		}
	}
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// parseFeedback reads "1", "0.5", "1/concurrency" or "1/sqrt_concurrency".
func parseFeedback(s string) feedback {
	num, by, _ := strings.Cut(s, "/")
	base, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
	if err != nil || base < 0 || base > 1 {
		base = 1
	}
	return feedback{base, strings.TrimSpace(by)}
}

// of is the feedback at a window.
func (f feedback) of(window float64) float64 {
	switch f.by {
	case "concurrency":
		return f.base / max(window, 1)
	case "sqrt_concurrency":
		return f.base / math.Sqrt(max(window, 1))
	}
	return f.base
}
