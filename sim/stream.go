package sim

import "mailtrek/sim/trace"

// Streamed is a good number of events for Stream.
const Streamed = 1 << 16

// Stream lets a writer of the world's trace write what happens while it
// happens, and the trace forget what is written: a long run then needs no more
// memory for its trace late than early. Every so many events the writer is
// flushed, and all but the last so many events are forgotten; very long texts
// make it happen earlier and leave fewer events. The caller closes
// the writer when the run is over. A writer that fails ends the run, as
// Config.MaxEvents does; its Close has the error. With no writer (nil) the trace
// only forgets.
func (w *World) Stream(to *trace.Writer, every int) {
	w.stream, w.spillEvery, w.spillAt, w.spillText = to, max(every, 1), w.Trace.Len(), longTexts
}

// So many octets of text are kept in memory, and so many events behind them.
const (
	longTexts  = 64 << 20
	keptOfLong = 1 << 10
)

// spill writes and forgets, when it is time for it.
func (w *World) spill() {
	n, keep := w.Trace.Len(), w.spillEvery
	switch {
	case n < w.spillAt && w.Trace.Octets() < w.spillText:
		return
	case n < w.spillAt:
		keep = min(keep, keptOfLong)
	}
	w.spillAt, w.spillText = n+w.spillEvery, w.Trace.Octets()+longTexts
	if w.stream != nil && w.stream.Flush() != nil {
		w.full = true
	}
	w.Trace.Forget(trace.Seq(max(n-keep, 0)))
}
