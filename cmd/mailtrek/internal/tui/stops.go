package tui

import (
	"slices"
	"strconv"

	"mailtrek/sim/trace"
)

// A stop is a breakpoint with a condition: a selector, such as "reply 4??",
// "host mail2", "queue mail -> deferred" or "header Received". The play stops
// where it names an event, and two keys run to the next such place at once,
// forwards or backwards. Breakpoints at single events count as well.

// stopMarks is how many places of stops the time line marks at most.
const stopMarks = 500

// setStop adds a stop, or takes it away when there is one like it.
func (p *Player) setStop(what string) {
	w := p.look.words
	if i := slices.IndexFunc(p.stops, func(f finder) bool { return f.what == what }); i >= 0 {
		p.stops = slices.Delete(p.stops, i, i+1)
		p.markStops()
		p.notice = w.T("stops.off", "what", what)
		return
	}
	stop := newFinder(p.instant(), what)
	n := p.count(stop)
	if n == 0 && stop.near != "" {
		p.notice = stop.none(p.instant(), "find.none")
		return
	}
	p.stops = append(p.stops, stop)
	p.markStops()
	p.notice = w.T("stops.on", "what", what, "n", strconv.Itoa(n), "key", p.look.keys.first(inPlay, keys.Until))
}

// clearStops takes all breakpoints away.
func (p *Player) clearStops() {
	p.stops = nil
	clear(p.breaks)
	p.markStops()
	p.notice = p.look.words.T("stops.none")
}

// visible is the last event that may be seen.
func (p *Player) visible() trace.Seq {
	if p.horizon > 0 {
		return p.horizon
	}
	return trace.Seq(p.story.T.Len())
}

// count is how many events that may be seen a finder names.
func (p *Player) count(f finder) int {
	n := 0
	for s := f.next(0); s != 0 && s <= p.visible(); s = f.next(s) {
		n++
	}
	return n
}

// markStops makes the marks of the time line anew.
func (p *Player) markStops() {
	p.stopped = nil
	for _, f := range p.stops {
		for s := f.next(0); s != 0 && s <= p.visible() && len(p.stopped) < stopMarks; s = f.next(s) {
			p.stopped = append(p.stopped, s)
		}
	}
}

// renewStops makes the stops fit another run.
func (p *Player) renewStops() {
	for i := range p.stops {
		p.stops[i] = newFinder(p.instant(), p.stops[i].what)
	}
	p.markStops()
}

// stopsHere tells whether the play stops at the present event, and why.
func (p *Player) stopsHere() (why string, ok bool) {
	if p.breaks[p.at] {
		return p.look.words.T("break.hit"), true
	}
	for _, f := range p.stops {
		if f.match(p.at) {
			return p.look.words.T("stops.hit", "what", f.what), true
		}
	}
	return "", false
}

// until runs to the next place where the play stops, or to the one before.
func (p *Player) until(back bool) {
	if why := p.cannot("until"); why != "" {
		p.notice = why
		return
	}
	to := trace.Seq(0)
	take := func(s trace.Seq) {
		if s != 0 && (to == 0 || s < to != back) {
			to = s
		}
	}
	for s := range p.breaks {
		if s > p.at && !back || s < p.at && back {
			take(s)
		}
	}
	for _, f := range p.stops {
		if back {
			take(f.prev(p.at))
		} else {
			take(f.next(p.at))
		}
	}
	p.play = 0
	if to == 0 {
		p.notice = p.look.words.T("until.nomore")
		return
	}
	p.at = to
	p.notice, _ = p.stopsHere()
}
