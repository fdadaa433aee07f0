package sim

import (
	"math"
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
	instant instant
	clock   struct { // the last time that Clock was asked for
		at   int64
		time time.Time
	}
	nodes  []*Node // by trace.NodeID
	byAddr map[netip.Addr]*Node
	spelt  map[netip.AddrPort]string // addresses of servers, as texts
	spoken [16]struct {              // the last one with such a port
		addr netip.AddrPort
		text string
	}
	procs   []*Proc
	newborn Slab[Proc]
	texts   texts
	pool    []*coroutine
	flights []*flight   // to be used again
	units   []wire.Unit // likewise
	rooms   [][]segment // likewise
	grams   []*datagram
	sockets []*UDPSocket
	running *Proc
	awaited []due    // by the number of the event
	busy    bool     // with what waited for an event
	soon    []func() // before the agenda
	faults  faults
	full    bool
	stopped bool
	until   int64         // nanoseconds: work goes on until then
	pause   int           // events: work goes on to the instant that has so many
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
	}
}

// Now is the virtual time since the start of the scenario.
func (w *World) Now() time.Duration { return time.Duration(w.now) }

// Clock is the virtual wall clock, in the zone of the scenario's start.
func (w *World) Clock() time.Time {
	if w.clock.at != w.now || w.clock.time.IsZero() {
		w.clock.at, w.clock.time = w.now, w.Trace.Header.Start.Add(time.Duration(w.now))
	}
	return w.clock.time
}

// Dice returns a stream of dice of its own for a name, from its beginning.
func (w *World) Dice(name string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(w.Trace.Header.Seed, h))
}

// Run lets the world go on until it is at rest.
func (w *World) Run() { w.RunOn(math.MaxInt64, math.MaxInt) }

// RunUntil does everything that is due until d since the start, and leaves the
// clock there.
func (w *World) RunUntil(d time.Duration) {
	w.RunOn(d, math.MaxInt)
	if int64(d) > w.now {
		w.now = int64(d)
	}
}

// RunOn does what is due until d since the start, but begins with no later
// instant once there are so many events. The clock stays where that leads.
func (w *World) RunOn(d time.Duration, events int) {
	before, pause := w.until, w.pause
	w.until, w.pause = int64(d), events
	w.work(nil)
	w.until, w.pause = before, pause
}

// Watch sets Config.Watch anew.
func (w *World) Watch(f func(trace.Seq)) { w.cfg.Watch = f }

// Full tells whether the run was ended by Config.MaxEvents.
func (w *World) Full() bool { return w.full }

// Emit records an event that no process is responsible for.
func (w *World) Emit(e trace.Event, text []byte) trace.Seq { return w.emit(&e, text) }

// emit is Emit for an event in memory, to which it gives its time.
func (w *World) emit(e *trace.Event, text []byte) trace.Seq {
	if w.stopped {
		return 0
	}
	e.Time = w.now
	return w.emitted(w.Trace.Add(e, text))
}

// emitShared is Emit for a text that the trace need not copy. It stands apart so
// that the texts of all others may live on their makers' stacks.
func (w *World) emitShared(e trace.Event, text []byte) trace.Seq {
	if w.stopped {
		return 0
	}
	e.Time = w.now
	return w.emitted(w.Trace.AppendShared(e, text))
}

// emitted tells of an event to those who want to know.
func (w *World) emitted(seq trace.Seq) trace.Seq {
	if w.cfg.MaxEvents > 0 && w.Trace.Len() > w.cfg.MaxEvents {
		w.full = true
	}
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
	w.agenda, w.instant, w.awaited, w.soon, w.stopped = nil, instant{}, nil, nil, true
	for len(w.procs) > 0 {
		w.procs[len(w.procs)-1].kill()
	}
	for _, c := range w.pool {
		c.stop()
	}
	w.pool = nil
}
