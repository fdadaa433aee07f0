package postfix

import "time"

// stillDelivered puts a message back into the incoming queue that a delivery
// agent of an earlier queue manager still has open (qmgr_active_feed). It gets a
// time stamp in the future, before which no scan of that queue touches it.
func (q *qmgr) stillDelivered(d *daemon, m *Mail) {
	d.log("%s: skipped, still being delivered", m.ID)
	m.cool = d.p.Now().Unix() + seconds(d.conf.Duration("minimal_backoff_time"))
	q.sys.queue.move(d.p, m, incoming, "still being delivered")
	q.hot = append(q.hot, m)
	if q.svc.Wakeup <= 0 {
		return
	}
	// Without new mail nobody looks before master(8) wakes the queue manager up.
	w := q.sys.Host.World()
	since := w.Now() - q.phase + time.Unix(m.cool, 0).Add(-scanTolerance).Sub(d.p.Now())
	w.At(q.phase+(since/q.svc.Wakeup+1)*q.svc.Wakeup, func() {
		if q.up {
			q.cooled(false)
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
