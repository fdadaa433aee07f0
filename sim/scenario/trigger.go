package scenario

import (
	"strings"

	"mailtrek/sim/trace"
)

// triggerUsage is how a fault says that it waits for an event.
const triggerUsage = "[TIME] on SELECTOR: FAULT [for TIME], such as: on smtp DATA at mail: smtp <-> mail cut for 2m"

// triggered reads "on SELECTOR: FAULT [for TIME]". The last colon with a blank
// behind it ends the selector.
func (b *builder) triggered(f *Fault, rest word) *Fault {
	i := strings.LastIndex(rest.raw, ": ")
	if i < 0 || len(strings.TrimSpace(rest.raw[:i])) <= len("on") {
		b.src.errorAt(rest.cut(0, len("on")), triggerUsage, "the line says no event and no fault")
		return nil
	}
	selector := strings.TrimLeft(rest.raw[len("on"):i], " \t")
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
	words, lasts, ok := b.lasting(words)
	if !ok {
		return nil
	}
	if len(words) < 2 {
		b.src.errorAt(rest.cut(i+1, len(rest.raw)), faultUsage("HOST")+"; "+faultUsage("HOST:PORT")+"; "+faultUsage("A -> B"), "the line says no fault")
		return nil
	}
	f.Lasts = lasts
	if f.undo, ok = b.oneFault(f, words); !ok {
		return nil
	}
	return f
}

// plan puts a fault on the agenda: at its time, or at the event that it waits
// for. One that has neither, or whose time has passed, begins now.
func (r *Run) plan(f *Fault, cause trace.Seq) {
	switch {
	case f.On != nil:
		r.waiting = append(r.waiting, f)
		r.World.Watch(r.watch)
	case f.Timed && f.At > r.World.Now():
		r.World.At(f.At, func() { r.begin(f, cause) })
	default:
		r.begin(f, cause)
	}
}

// begin lets a fault happen now, and ends it in time.
func (r *Run) begin(f *Fault, cause trace.Seq) {
	r.Inflict(f, cause)
	r.lasts(f)
}

// lasts ends a fault that has begun after its time.
func (r *Run) lasts(f *Fault) {
	if f.Lasts > 0 {
		end := *f
		end.Kind, end.Text = f.undo, "the end of: "+f.Text
		r.World.At(r.World.Now()+f.Lasts, func() { r.Inflict(&end, 0) })
	}
}

// watch looks for the events that faults wait for. Such a fault happens once,
// at the instant of the event, before anybody can act upon it.
func (r *Run) watch(q trace.Seq) {
	for i := 0; i < len(r.waiting); i++ {
		f := r.waiting[i]
		if f == nil || r.World.Now() < f.At || !f.On.Match(r.World.Trace, q) {
			continue
		}
		r.waiting[i] = nil
		r.begin(f, q)
	}
}
