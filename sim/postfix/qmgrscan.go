package postfix

import (
	"slices"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// The queue manager fills the active queue from two sides, new mail from the
// incoming queue and what is due again from the deferred queue (qmgr(8),
// "STRATEGIES"). While there is room it takes one message from each in turn.
// When the active queue is full, what comes waits where it is, and the room
// that becomes free goes to new mail first (qmgr_loop).

// arrived is the trigger that a message is complete in the incoming queue.
func (q *qmgr) arrived(m *Mail) {
	if !q.up || q.svc == nil {
		return
	}
	term := q.term
	q.sys.run("qmgr", m.last, m.Msg, func(p *sim.Proc) {
		p.Sleep(qmgrTime)
		if q.up && q.term == term && m.Queue == incoming && !m.queued && !q.tooHot(m) {
			q.offer(p, m)
		}
		if len(q.hot) > 0 {
			q.cooled(false)
		}
	})
}

// offer takes a new message into the active queue, if there is room.
func (q *qmgr) offer(p *sim.Proc, m *Mail) {
	if q.activeN >= q.limit || len(q.fresh) > 0 {
		q.noRoom(m)
		q.fresh, m.queued = append(q.fresh, m), true
		q.feed()
		return
	}
	q.activeN++
	q.flow = q.flowMax
	q.oldTurn = q.activeN < q.limit
	q.admit(p, m)
}

// again puts deferred messages in line for the active queue.
func (q *qmgr) again(list []*Mail) {
	if !q.up || q.svc == nil {
		return
	}
	for _, m := range list {
		if !m.queued {
			q.due, m.queued = append(q.due, m), true
		}
	}
	q.feed()
	if len(q.due) > 0 && q.activeN >= q.limit {
		q.noRoom(q.due[0])
	}
}

// feed takes messages into the active queue as long as there is room.
func (q *qmgr) feed() {
	for q.up && q.activeN < q.limit {
		m := q.next()
		if m == nil {
			break
		}
		q.activeN++
		q.oldTurn = q.oldTurn && q.activeN < q.limit
		term := q.term
		q.sys.run("qmgr", m.last, m.Msg, func(p *sim.Proc) {
			if q.up && q.term == term {
				q.admit(p, m)
			}
		})
	}
	if len(q.fresh) == 0 {
		q.flow = q.flowMax
		if len(q.due) == 0 && q.full {
			q.full = false
			q.decide(trace.Event{A: q.sym(trace.SchedRoom)}, "")
		}
	}
}

// next is the next message for the active queue: from one side and from the
// other in turn.
func (q *qmgr) next() *Mail {
	for range 2 {
		list := &q.fresh
		if q.oldTurn {
			list = &q.due
		}
		q.oldTurn = !q.oldTurn
		for len(*list) > 0 {
			m := (*list)[0]
			*list = (*list)[1:]
			m.queued = false
			if list == &q.fresh {
				q.flow = min(q.flow+1, q.flowMax)
			}
			if m.Queue == incoming || m.Queue == deferred {
				return m
			}
		}
	}
	return nil
}

// noRoom notes that a message finds the active queue full.
func (q *qmgr) noRoom(m *Mail) {
	q.full = true
	q.decide(trace.Event{A: q.sym(trace.SchedFull), C: q.sym(m.ID), N: uint32(q.activeN), Msg: m.Msg, Cause: m.last},
		"the active queue is full (qmgr_message_active_limit)")
}

// released is a message that has left the active queue.
func (q *qmgr) released() {
	q.activeN--
	q.feed()
}

// slowDown is how long cleanup(8) waits before it receives a message. It takes a
// token for each, of which there are as many as default_process_limit; the queue
// manager gives one back for each message that it takes up, or all when nothing
// waits for it. Without a token cleanup pauses for in_flow_delay
// (mail_flow_get, qmgr_loop).
func (q *qmgr) slowDown() time.Duration {
	if q.flow <= 0 && len(q.fresh) > 0 {
		return q.flowDelay
	}
	q.flow--
	return 0
}

// ClockChanged tells the mail system that somebody has set the clock of its
// host: deferred messages may be due, or not yet.
func (s *System) ClockChanged() {
	s.qmgr.plan(0)
	s.qmgr.planCooled()
}

// plan puts the next scan of the deferred queue that can find something onto
// the agenda. Scans that find nothing would change nothing.
func (q *qmgr) plan(cause trace.Seq) {
	if !q.up || q.svc == nil || len(q.sys.queue.cooling) == 0 {
		return
	}
	w := q.sys.Host.World()
	now := w.Now()
	every := max(q.svc.conf.Duration("queue_run_delay"), time.Second)
	first := max(now+q.sys.queue.cooling[0].due.Add(-scanTolerance).Sub(q.sys.Host.Clock()), now)
	at := q.phase + (first-q.phase+every-1)/every*every
	if at <= now {
		at += every
	}
	if q.scanAt > now && q.scanAt <= at {
		return
	}
	q.scanAt = at
	q.decide(trace.Event{A: q.sym(trace.SchedScan), N: millis(at - now), Code: uint16(min(every/time.Second, 1<<16-1)), Cause: cause}, at.String())
	w.At(at, func() {
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
	now := q.sys.Host.Clock().Add(scanTolerance).Unix()
	var list []*Mail
	for len(q.sys.queue.cooling) > 0 && q.sys.queue.cooling[0].due.Unix() <= now {
		m := q.sys.queue.cooling[0]
		q.sys.queue.cooling.remove(m)
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *Mail) int { return a.place - b.place })
	q.again(list)
	q.plan(0)
}

// decide records a decision of the queue manager.
func (q *qmgr) decide(e trace.Event, why string) trace.Seq {
	e.Kind, e.Node = trace.Schedule, q.sys.Host.ID
	return q.sys.Host.World().Emit(e, []byte(why))
}

func (q *qmgr) sym(s string) trace.Sym { return q.sys.Host.World().Trace.Intern(s) }

// millis is a duration in milliseconds, as events have it.
func millis(d time.Duration) uint32 { return uint32(min(d.Milliseconds(), 1<<32-1)) }
