package tui

import (
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What the queue manager decides: the windows of its destinations, who waits,
// which of them are dead and until when, and when it looks at deferred mail
// next.

// scheduleWords are a decision in a few words.
func (in *Instant) scheduleWords(e *trace.Event) string {
	t, w := in.Story.T, in.Words
	what, dest, id := t.Name(e.A), t.Name(e.B), t.Name(e.C)
	n, before := itoa(int(e.N)), itoa(int(e.Code))
	switch what {
	case trace.SchedWindow:
		return joinWords(dest, w.T("sched.window"), arrow(before, n))
	case trace.SchedDead:
		return joinWords(dest, w.T("sched.dead", "in", howLong(int64(e.N)*1e9)))
	case trace.SchedAlive:
		return joinWords(dest, w.T("sched.alive"))
	case trace.SchedRest:
		return joinWords(dest, w.T("sched.rest", "in", howLong(int64(e.N)*1e6)))
	case trace.SchedWait:
		return joinWords(id, w.T("sched.wait", "dest", dest, "n", before, "of", n))
	case trace.SchedGo:
		return joinWords(id, w.T("sched.go", "dest", dest, "n", before, "of", n))
	case trace.SchedAhead:
		return w.T("sched.ahead", "id", id, "other", dest)
	case trace.SchedFull:
		return joinWords(id, w.T("sched.full", "n", n))
	case trace.SchedScan:
		return w.T("sched.scan", "in", howLong(int64(e.N)*1e6))
	case trace.SchedRoom, trace.SchedAnew:
		return w.T("sched." + what)
	}
	return joinWords(what, dest, id)
}

// scheduled adds what the queue manager has decided to what its mail tells about
// the destinations of a host.
func (in *Instant) scheduled(node trace.NodeID, find func(string) *destination) {
	for _, known := range in.Snap.Destinations(node) {
		d := find(known.Name)
		d.delivering, d.waiting, d.known = known.Busy, known.Waiting, known
		if known.Dead {
			d.suspended = true
		}
	}
}

// windowWords say how much of a destination's window is in use, who waits for
// it, and how long it is dead or has a pause.
func (in *Instant) windowWords(d *destination) []string {
	k, w := d.known, in.Words
	var words []string
	switch {
	case k.Busy > 0 && k.Window > 0:
		words = append(words, w.T("pfx.inuse", "n", itoa(k.Busy), "of", itoa(max(k.Window, k.Busy))))
	case k.Busy > 0:
		words = append(words, w.T("pfx.delivering", "n", itoa(k.Busy)))
	case k.Window > 0 && !k.Dead:
		words = append(words, w.T("pfx.inuse", "n", "0", "of", itoa(k.Window)))
	}
	if k.Waiting > 0 {
		const shown = 3
		text := w.T("pfx.waiting", "n", itoa(k.Waiting))
		for _, e := range in.Snap.WaitingFor(k, shown) {
			text += " " + e.ID
		}
		if k.Waiting > shown {
			text += " +" + itoa(k.Waiting-shown)
		}
		words = append(words, text)
	}
	until := k.Until.Nanoseconds()
	switch left := howLong(until - in.event().Time); {
	case k.Dead:
		words = append(words, w.T("pfx.deaduntil", "at", stamp(until), "in", left))
	case k.Resting:
		words = append(words, w.T("pfx.restuntil", "at", stamp(until), "in", left))
	}
	return words
}

// activeWords say when the deferred queue of a host is looked through next, and
// whether its active queue is full.
func (in *Instant) activeWords(node trace.NodeID) string {
	a := in.Snap.Active(node)
	var words []string
	if a.Full {
		words = append(words, in.Words.T("pfx.full"))
	}
	if at := a.Scan.Nanoseconds(); at >= in.event().Time && in.Snap.QueueLen(node, "deferred") > 0 {
		words = append(words, in.Words.T("pfx.scan", "at", stamp(at), "in", howLong(at-in.event().Time)))
	}
	return strings.Join(words, "  ")
}

// nextTime is when a deferred file is tried next: by the scan of the deferred
// queue that the queue manager has planned.
func (in *Instant) nextTime(e *state.Entry) (at int64, ok bool) {
	if at, ok := in.Snap.NextTry(e); ok && at.Nanoseconds() >= in.event().Time {
		return at.Nanoseconds(), true
	}
	return in.nextTry(in.tries(e))
}
