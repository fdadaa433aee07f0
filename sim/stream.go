package sim

import "mailtrek/sim/trace"

// Streamed is a good number of events for Stream.
const Streamed = 1 << 16

// Stream lets a writer of the world's trace write what happens while it
// happens, and the trace forget what is written: a long run then needs no more
// memory for its trace late than early. Every so many events the writer is
// flushed, and all but the last so many events are forgotten. The caller closes
// the writer when the run is over. A writer that fails ends the run, as
// Config.MaxEvents does; its Close has the error. With no writer (nil) the trace
// only forgets.
func (w *World) Stream(to *trace.Writer, every int) {
	w.stream, w.spillEvery, w.spillAt = to, max(every, 1), w.Trace.Len()
}

// spill writes and forgets, when it is time for it.
func (w *World) spill() {
	n := w.Trace.Len()
	if w.spillEvery == 0 || n < w.spillAt {
		return
	}
	w.spillAt = n + w.spillEvery
	if w.stream != nil && w.stream.Flush() != nil {
		w.full = true
	}
	w.Trace.Forget(trace.Seq(max(n-w.spillEvery, 0)))
}
