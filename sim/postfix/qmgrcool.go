package postfix

import "time"

// coolTime is the time that it takes until a message is looked at again of which
// an agent had still been at work (qmgr_active_feed).
const coolTime = 60 * time.Second

// stillDelivered puts a message back into the incoming queue that a delivery
// agent of an earlier queue manager still has open. It gets a time stamp in the
// future, before which no scan of that queue touches it.
func (q *qmgr) stillDelivered(d *daemon, m *Mail) {
	d.log("%s: skipped, still being delivered", m.ID)
	m.cool = d.p.Now().Unix() + seconds(coolTime)
	q.sys.queue.move(d.p, m, incoming, "still being delivered")
	q.hot = append(q.hot, m)
	q.planCooled()
}

// planCooled puts the next look that finds a message cool onto the agenda:
// without new mail nobody looks before master(8) wakes the queue manager up.
func (q *qmgr) planCooled() {
	if !q.up || q.svc == nil || len(q.hot) == 0 || q.svc.Wakeup <= 0 {
		return
	}
	first := q.hot[0].cool
	for _, m := range q.hot {
		first = min(first, m.cool)
	}
	w := q.sys.Host.World()
	since := w.Now() - q.phase + max(0, time.Unix(first, 0).Add(-scanTolerance).Sub(q.sys.Host.Clock()))
	at := q.phase + (since/q.svc.Wakeup+1)*q.svc.Wakeup
	if q.coolAt > w.Now() && q.coolAt <= at {
		return
	}
	q.coolAt = at
	w.At(at, func() {
		if q.up && q.coolAt == at {
			q.cooled(false)
			q.planCooled() // somebody may have set the clock back
		}
	})
}

// tooHot tells whether a message of the incoming queue has a time stamp in the
// future.
func (q *qmgr) tooHot(m *Mail) bool {
	return m.cool > q.sys.Host.Clock().Add(scanTolerance).Unix()
}

// cooled has a look at the messages that had to cool down: those whose time has
// come, or all when the queue is flushed.
func (q *qmgr) cooled(all bool) {
	list := q.hot
	q.hot = nil
	for _, m := range list {
		if m.Queue != incoming {
			continue
		}
		if all {
			m.cool = 0
		}
		if q.tooHot(m) {
			q.hot = append(q.hot, m)
			continue
		}
		q.arrived(m)
	}
}
