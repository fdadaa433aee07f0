package sim

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// Config says how a world begins.
type Config struct {
	Header trace.Header
	// Delay is the one-way delay of a link for which no other is set; the
	// default is DefaultDelay.
	Delay time.Duration
	// MaxEvents stops a run away from growing for ever; 0 is no limit.
	MaxEvents int
	// Watch is called with every event, at the instant and before anything
	// else happens; it may emit events itself.
	Watch func(trace.Seq)
}

// DefaultDelay is the one-way delay between two hosts when nothing else is said.
const DefaultDelay = 500 * time.Microsecond

// World is the simulated internet while it runs.
type World struct {
	// Trace receives the events.
	Trace *trace.Trace

	cfg     Config
	now     int64 // nanoseconds since the start
	order   uint64
	agenda  agenda
	nodes   []*Node // by trace.NodeID
	byAddr  map[netip.Addr]*Node
	spelt   map[netip.AddrPort]string // addresses of servers, as texts
	procs   map[*Proc]struct{}
	pool    []*coroutine
	flights []*flight   // to be used again
	units   []wire.Unit // likewise
	running *Proc
	awaited []due    // by the number of the event
	busy    bool     // with what waited for an event
	soon    []func() // before the agenda
	faults  faults
	full    bool
	stopped bool
	stream  *trace.Writer // see Stream

	spillEvery, spillAt int // events; 0: nothing is forgotten
	spillText           int // octets
}

// New returns a world in which nothing happens yet.
func New(cfg Config) *World {
	if cfg.Delay == 0 {
		cfg.Delay = DefaultDelay
	}
	return &World{
		Trace:  trace.New(cfg.Header),
		cfg:    cfg,
		nodes:  make([]*Node, 1),
		byAddr: map[netip.Addr]*Node{},
		spelt:  map[netip.AddrPort]string{},
		procs:  map[*Proc]struct{}{},
	}
}

// Now is the virtual time since the start of the scenario.
func (w *World) Now() time.Duration { return time.Duration(w.now) }

// Clock is the virtual wall clock, in the zone of the scenario's start.
func (w *World) Clock() time.Time { return w.Trace.Header.Start.Add(time.Duration(w.now)) }

// Dice returns a stream of dice of its own for a name, from its beginning.
func (w *World) Dice(name string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(w.Trace.Header.Seed, h))
}

// An entry is something to be done at an instant: a process to wake, a flight
// that arrives, or a function to call.
type entry struct {
	at     int64
	order  uint64
	proc   *Proc
	wait   uint64 // which wait of the process is meant
	flight *flight
	call   func()
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

func (w *World) schedule(e entry) {
	if e.at < w.now {
		e.at = w.now
	}
	w.order++
	e.order = w.order
	w.agenda.push(e)
}

// At calls f when the virtual time is d since the start, or now if that is past.
func (w *World) At(d time.Duration, f func()) { w.schedule(entry{at: int64(d), call: f}) }

// Next is the time of the next thing to be done; ok is false when the world is
// at rest.
func (w *World) Next() (d time.Duration, ok bool) {
	w.dropStale()
	if len(w.soon) > 0 && !w.full {
		return w.Now(), true
	}
	if len(w.agenda) == 0 || w.full {
		return 0, false
	}
	return time.Duration(w.agenda[0].at), true
}

// dropStale forgets timers at the head of the agenda that nobody waits for.
func (w *World) dropStale() {
	for len(w.agenda) > 0 {
		e := &w.agenda[0]
		if e.proc == nil || e.proc.parked && e.proc.waits == e.wait {
			return
		}
		w.agenda.pop()
	}
}

// step does the next thing.
func (w *World) step() {
	if len(w.soon) > 0 {
		f := w.soon[0]
		w.soon = w.soon[1:]
		f()
		return
	}
	e := w.agenda.pop()
	w.now = e.at
	switch {
	case e.proc != nil:
		e.proc.resume()
	case e.flight != nil:
		e.flight.from.d.arrive(e.flight)
	default:
		e.call()
	}
	w.spill()
}

// Run lets the world go on until it is at rest.
func (w *World) Run() {
	for {
		if _, ok := w.Next(); !ok {
			return
		}
		w.step()
	}
}

// RunUntil does everything that is due until d since the start, and leaves the
// clock there.
func (w *World) RunUntil(d time.Duration) {
	for {
		next, ok := w.Next()
		if !ok || next > d {
			break
		}
		w.step()
	}
	if int64(d) > w.now {
		w.now = int64(d)
	}
}

// Watch sets Config.Watch anew.
func (w *World) Watch(f func(trace.Seq)) { w.cfg.Watch = f }

// Full tells whether the run was ended by Config.MaxEvents.
func (w *World) Full() bool { return w.full }

// Emit records an event that no process is responsible for.
func (w *World) Emit(e trace.Event, text []byte) trace.Seq {
	if w.stopped {
		return 0
	}
	e.Time = w.now
	if w.cfg.MaxEvents > 0 && w.Trace.Len() >= w.cfg.MaxEvents {
		w.full = true
	}
	seq := w.Trace.Append(e, text)
	if len(w.awaited) > 0 {
		w.recorded(seq)
	}
	if w.cfg.Watch != nil {
		w.cfg.Watch(seq)
	}
	return seq
}

// Stop ends all processes wherever they are, so that a world that is thrown
// away half-run leaves nothing behind.
func (w *World) Stop() {
	w.agenda, w.awaited, w.soon, w.stopped = nil, nil, nil, true
	for len(w.procs) > 0 {
		for p := range w.procs {
			p.kill()
		}
	}
	for _, c := range w.pool {
		c.stop()
	}
	w.pool = nil
}
