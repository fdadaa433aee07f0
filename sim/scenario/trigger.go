package scenario

import (
	"strings"

	"mailtrek/sim/trace"
)

// triggerUsage is how a fault says that it waits for an event.
const triggerUsage = "[TIME] on SELECTOR: FAULT [for TIME], such as: on smtp DATA at mail: smtp <-> mail cut for 2m"

// triggered reads "on SELECTOR: FAULT [for TIME]". The last colon with a blank
// behind it ends the selector.
func (b *builder) triggered(f *Fault, rest word) {
	i := strings.LastIndex(rest.raw, ": ")
	if i < 0 || len(strings.TrimSpace(rest.raw[:i])) <= len("on") {
		b.src.errorAt(rest.cut(0, len("on")), triggerUsage, "the line says no event and no fault")
		return
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
		return
	}
	words := line{text: rest.raw[i+1:], off: rest.off + i + 1}.words()
	f.On, f.Text = s, rest.text
	words, lasts, ok := b.lasting(words)
	if !ok {
		return
	}
	if len(words) < 2 {
		b.src.errorAt(rest.cut(i+1, len(rest.raw)), faultUsage("HOST")+"; "+faultUsage("HOST:PORT")+"; "+faultUsage("A -> B"), "the line says no fault")
		return
	}
	if f.undo, ok = b.oneFault(f, words); ok {
		f.Lasts = lasts
		b.s.Faults = append(b.s.Faults, *f)
	}
}

// watch returns what looks for the events that faults wait for; nil when none
// does. Such a fault happens once, at the instant of the event, before anybody
// can act upon it.
func (r *Run) watch() func(trace.Seq) {
	var waiting []*Fault
	for i := range r.Scenario.Faults {
		if f := &r.Scenario.Faults[i]; f.On != nil {
			waiting = append(waiting, f)
		}
	}
	if waiting == nil {
		return nil
	}
	return func(q trace.Seq) {
		for i, f := range waiting {
			if f == nil || r.World.Now() < f.At || !f.On.Match(r.World.Trace, q) {
				continue
			}
			waiting[i] = nil
			r.Inflict(f, q)
			if f.Lasts > 0 {
				end := *f
				end.Kind, end.Text = f.undo, "the end of: "+f.Text
				r.World.At(r.World.Now()+f.Lasts, func() { r.Inflict(&end, 0) })
			}
		}
	}
}
