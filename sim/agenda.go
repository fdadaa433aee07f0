package sim

import "time"

// The agenda is what is still to be done: a heap of what has its time, and a
// queue of what happens at the present instant. What happens at one time
// happens in the order in which it was scheduled; whatever stands on the heap
// for the present instant was scheduled before time came that far, and so
// before everything in the queue.
//
// A process that waits, waits nearly always for something with a time limit
// that never comes. Its limit is therefore an alarm on its coroutine, of which
// at most one entry stands on the heap: one that comes too early, because the
// process waits for something else by now, goes back to where it belongs.

// entry is something to be done at a later time.
type entry struct {
	at    int64
	order uint64
	what  happening
}

// ready is something to be done at the present instant: a process to wake, or
// something that happens.
type ready struct {
	proc *Proc
	wait uint64 // which wait of the process is meant
	what happening
}

// happening is the alarm of a coroutine, a flight or a datagram that arrives, or
// a function to call.
type happening interface{ happen() }

// call is a function to call.
type call func()

func (f call) happen() { f() }

// happen is the alarm of a coroutine: its process goes on, see World.work.
func (c *coroutine) happen() { c.alarm.queued.order = 0 }

// alarm is when the present wait of a process ends, whether or not anything
// happens; order is 0 when it has no end. The entry of the heap has the time
// and order queued.
type alarm struct {
	at     int64
	order  uint64
	queued struct {
		at    int64
		order uint64 // 0: none
	}
}

// before is the order of the agenda: by time, and at one time by the order of
// scheduling.
func (e *entry) before(o *entry) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// agenda is a binary heap of entries, the next one first.
type agenda []entry

func (a *agenda) push(e entry) {
	h := append(*a, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	*a = h
}

func (a *agenda) pop() entry {
	h := *a
	first, last := h[0], h[len(h)-1]
	h[len(h)-1] = entry{}
	h = h[:len(h)-1]
	*a = h
	if len(h) == 0 {
		return first
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= len(h) {
			break
		}
		if right := down + 1; right < len(h) && h[right].before(&h[down]) {
			down = right
		}
		if !h[down].before(&last) {
			break
		}
		h[i] = h[down]
		i = down
	}
	h[i] = last
	return first
}

// instant is the queue of what happens at the present instant.
type instant struct {
	list []ready
	next int
}

func (q *instant) empty() bool { return q.next == len(q.list) }

func (q *instant) push(r ready) {
	if q.empty() {
		q.list, q.next = q.list[:0], 0
	}
	q.list = append(q.list, r)
}

func (q *instant) pop() ready {
	r := q.list[q.next]
	q.list[q.next] = ready{}
	q.next++
	return r
}

// schedule puts something on the agenda, at the present instant when its time
// is past.
func (w *World) schedule(e entry) {
	if e.at <= w.now {
		w.instant.push(ready{what: e.what})
		return
	}
	w.order++
	e.order = w.order
	w.agenda.push(e)
}

// limit ends the present wait of a process when d has passed.
func (w *World) limit(p *Proc, d time.Duration) {
	at, a := w.now+int64(d), &p.on.alarm
	if at <= w.now {
		w.instant.push(ready{proc: p, wait: p.waits})
		return
	}
	w.order++
	a.at, a.order = at, w.order
	if a.queued.order == 0 || at < a.queued.at {
		w.ring(p.on)
	}
}

// ring puts the alarm of a coroutine on the agenda.
func (w *World) ring(c *coroutine) {
	a := &c.alarm
	a.queued.at, a.queued.order = a.at, a.order
	w.agenda.push(entry{at: a.at, order: a.order, what: c})
}

// At calls f when the virtual time is d since the start, or now if that is past.
func (w *World) At(d time.Duration, f func()) { w.schedule(entry{at: int64(d), what: call(f)}) }

// place is where the next thing to be done stands.
type place uint8

const (
	nowhere place = iota
	inSoon
	onHeap
	inInstant
)

// Next is the time of the next thing to be done; ok is false when the world is
// at rest.
func (w *World) Next() (d time.Duration, ok bool) {
	where, at, _ := w.next()
	return time.Duration(at), where != nowhere
}

// next finds the next thing to be done, its time, and the process whose turn it
// is; nil when it is something else's. It forgets what nobody waits for any more.
func (w *World) next() (where place, at int64, turn *Proc) {
	for {
		switch {
		case w.full:
			return nowhere, 0, nil
		case len(w.soon) > 0:
			return inSoon, w.now, nil
		case len(w.agenda) > 0 && (w.instant.empty() || w.agenda[0].at <= w.now):
			at := w.agenda[0].at
			c, alarm := w.agenda[0].what.(*coroutine)
			if !alarm {
				return onHeap, at, nil
			}
			if !w.tooEarly(c) {
				return onHeap, at, c.proc
			}
		case w.instant.empty():
			return nowhere, 0, nil
		default:
			r := &w.instant.list[w.instant.next]
			if p := r.proc; p == nil || p.parked && p.waits == r.wait {
				return inInstant, w.now, p
			}
			w.instant.pop()
		}
	}
}

// tooEarly takes the first entry, an alarm of c, off the heap unless it is time
// for it.
func (w *World) tooEarly(c *coroutine) bool {
	a := &c.alarm
	if w.agenda[0].order == a.order {
		return false
	}
	if e := w.agenda.pop(); e.order == a.queued.order {
		a.queued.order = 0
		if a.order != 0 {
			w.ring(c)
		}
	}
	return true
}

// work does what is due, one thing after the other, and returns false when
// nothing is, until w.until. It is the loop of the world, and that of a process
// that waits (self): whoever parks goes on with the work on the stack it has,
// and so runs the others without handing control back first. It returns true
// when the turn is its own, and false when it is that of a process which works
// below it on the stack.
func (w *World) work(self *Proc) bool {
	for {
		next, at, p := w.next()
		if next == nowhere || at > w.until || at > w.now && w.Trace.Len() >= w.pause {
			return false
		}
		works := p != nil && p.works
		if works && p != self {
			return false
		}
		w.take(next)
		if p != nil && !works {
			p.resume()
		}
		if w.spillEvery > 0 {
			w.spill()
		}
		if works {
			return true
		}
	}
}

// take takes the next thing off the agenda, and does it unless it is a
// process's turn.
func (w *World) take(next place) {
	switch next {
	case inSoon:
		f := w.soon[0]
		w.soon = w.soon[1:]
		f()
	case onHeap:
		e := w.agenda.pop()
		w.now = e.at
		e.what.happen()
	case inInstant:
		if r := w.instant.pop(); r.proc == nil {
			r.what.happen()
		}
	}
}
