package sim

import "mailtrek/sim/trace"

// due is something to be done directly after an event.
type due struct {
	seq  trace.Seq
	call func()
}

// After calls f directly after the event with this number has been recorded:
// before its process goes on and before anybody can act upon the event, so that
// everything up to it is as it would have been. Several calls for one event
// happen in their order; f may record events. For an event that is there already
// f is called after the next one.
func (w *World) After(seq trace.Seq, f func()) {
	i := len(w.awaited)
	for i > 0 && w.awaited[i-1].seq > seq {
		i--
	}
	w.awaited = append(w.awaited, due{})
	copy(w.awaited[i+1:], w.awaited[i:])
	w.awaited[i] = due{seq, f}
}

// recorded does what waits for an event, or for one before it. What is recorded
// meanwhile has to wait until all of that is done.
func (w *World) recorded(seq trace.Seq) {
	if w.busy {
		return
	}
	w.busy = true
	for len(w.awaited) > 0 && w.awaited[0].seq <= seq {
		d := w.awaited[0]
		w.awaited = w.awaited[1:]
		d.call()
		seq = trace.Seq(w.Trace.Len())
	}
	w.busy = false
}

// Soon calls f at the present instant, before anything else on the agenda: as
// soon as the process that runs now waits for something. It is for what cannot
// be done from within an event.
func (w *World) Soon(f func()) { w.soon = append(w.soon, f) }
