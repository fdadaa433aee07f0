package scenario

import (
	"math/rand/v2"
	"strings"

	"mailtrek/sim/trace"
)

// triggerUsage is how a fault says that it waits for an event.
const triggerUsage = "[TIME] on SELECTOR: FAULT [for TIME], such as: on smtp DATA at mail: smtp <-> mail cut for 2m; or every SELECTOR: FAULT"

// triggered reads "on SELECTOR: FAULT [for TIME]", or "every SELECTOR: …". The
// last colon with a blank behind it, outside of quotes, ends the selector.
func (b *builder) triggered(f *Fault, rest word) *Fault {
	key, _, _ := strings.Cut(rest.raw, " ")
	f.Every = key == "every"
	i := lastColon(rest.raw)
	if i < 0 || len(strings.TrimSpace(rest.raw[:i])) <= len(key) {
		b.src.errorAt(rest.cut(0, len(key)), triggerUsage, "the line says no event and no fault")
		return nil
	}
	selector := strings.TrimLeft(rest.raw[len(key):i], " \t")
	begin := i - len(selector)
	s, err := trace.ParseSelector(strings.TrimRight(selector, " \t"))
	if err == nil {
		err = s.Check(b.cast())
		if !b.top {
			b.known = nil // the documents above may add hosts
		}
	}
	if err != nil {
		b.selectorProblem(rest.cut(begin, i), err)
		return nil
	}
	words := line{text: rest.raw[i+1:], off: rest.off + i + 1}.words()
	f.On, f.Text = s, rest.text
	if len(words) < 2 {
		b.noFault(rest.cut(i+1, len(rest.raw)))
		return nil
	}
	if !b.wholeFault(f, words) {
		return nil
	}
	return f
}

// lastColon is where the last colon stands that has a blank behind it and is
// not in double quotes; -1 when there is none.
func lastColon(s string) int {
	last, quoted := -1, false
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ':' && s[i+1] == ' ' && !quoted:
			last = i
		}
	}
	return last
}

// plan puts a fault on the agenda: at its time, or at the event that it waits
// for. One that has neither, or whose time has passed, begins now.
func (r *Run) plan(f *Fault, cause trace.Seq) {
	switch {
	case f.On != nil:
		r.waiting = append(r.waiting, &waiter{f: f})
		r.World.Watch(r.watch)
	case f.Timed && f.At > r.World.Now():
		r.World.At(f.At, func() { r.begin(f, cause) })
	default:
		r.begin(f, cause)
	}
}

// begin lets a fault happen now, if chance wants it, and ends it in time.
func (r *Run) begin(f *Fault, cause trace.Seq) {
	if f.Chance > 0 && f.Kind != Reply && r.dice().Float64() >= f.Chance {
		return
	}
	r.Inflict(f, cause)
	r.lasts(f)
}

// dice are those that faults throw.
func (r *Run) dice() *rand.Rand {
	if r.chance == nil {
		r.chance = r.World.Dice("faults")
	}
	return r.chance
}

// lasts ends a fault that has begun after its time.
func (r *Run) lasts(f *Fault) {
	if f.Lasts > 0 {
		r.World.At(r.World.Now()+f.Lasts, func() { r.Inflict(f.ending(), 0) })
	}
}

// waiter is a fault that waits for an event.
type waiter struct {
	f     *Fault
	times int  // it has begun
	over  bool // it waits no longer
	busy  bool // with an event; what the fault itself records is none for it
}

// watch looks for the events that faults wait for. Such a fault happens once,
// or every time, at the instant of the event, before anybody can act upon it.
func (r *Run) watch(q trace.Seq) {
	for _, w := range r.waiting {
		f := w.f
		if w.over || w.busy || r.World.Now() < f.At || !f.On.Match(r.World.Trace, q) {
			continue
		}
		w.times++
		w.over = !f.Every || f.Kind != Reply && w.times == f.Times
		w.busy = true
		r.begin(f, q)
		w.busy = false
	}
}
