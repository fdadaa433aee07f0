package tui

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// A course is one run of a scenario as the screen keeps it: its branch, its
// story, and the run that it was forked from. Going from one to another keeps
// the place: the cursor goes to the event that stands beside.

// course is a run that can be looked at.
type course struct {
	branch *scenario.Branch // nil when the trace comes from a file: its world has to be made again
	fixed  string           // why nothing can be changed: the key of the words
	story  *Story
	parent *course // the run from which it was forked; nil for the story itself
	child  *course // the last run that was forked from it
	after  trace.Seq
	what   string    // what makes it differ from its parent, in the words of a document
	pairs  *pairs    // beside its parent; nil while it is growing
	board  *keyboard // the seat under which it grows

	at        trace.Seq // where the cursor stood when one left
	breaks    map[trace.Seq]bool
	bookmarks []trace.Seq
}

// PlayBranch returns a player of a branch that was played to its end. It can be
// forked.
func PlayBranch(b *scenario.Branch, o Options) *Player {
	p := Play(b.Trace(), o)
	p.course.branch = b
	p.story.knows(b)
	return p
}

// show puts another run on the screen, at an event.
func (p *Player) show(c *course, at trace.Seq) {
	old := p.course
	old.at, old.breaks, old.bookmarks = p.at, p.breaks, p.bookmarks
	if c.breaks == nil {
		c.breaks = map[trace.Seq]bool{}
	}
	p.course, p.story, p.breaks, p.bookmarks = c, c.story, c.breaks, c.bookmarks
	p.at = min(max(at, 1), max(trace.Seq(c.story.T.Len()), 1))
	p.scroll, p.play = 0, 0
	p.only = finder{}
	if p.found.what != "" {
		p.found = newFinder(p.instant(), p.found.what)
	}
	p.renewStops()
}

// fork plays the run with interventions behind the event where the cursor is,
// and shows both beside each other.
func (p *Player) fork(what string, list ...scenario.Intervention) tea.Cmd {
	from, after := p.course, p.at
	b := from.branch.Fork(after, list...)
	if err := b.Begin(); err != nil {
		p.notice = oneLine([]byte(err.Error()))
		return nil
	}
	return p.start(&work{
		words:  func() string { return p.progress("work.fork", b) },
		part:   func() bool { return b.Advance(200) },
		giveUp: func() tea.Cmd { b.Close(); return nil },
		done: func() tea.Cmd {
			b.Close()
			if err := b.Err(); err != nil {
				p.notice = oneLine([]byte(err.Error()))
				return nil
			}
			return p.weigh(b.Trace(), func(s *Story, a *pairs) { p.adopt(b, s, a, after, what) })
		},
	})
}

// weighed is the end of a comparison that was made in the background.
type weighed struct {
	serial int
	show   func()
}

// weighAtOnce is how many events are compared before the next frame; more are
// compared in the background, and Esc gives it up.
const weighAtOnce = 20_000

// weigh lays a run that was played to its end beside the one on the screen.
// Both are complete, so nobody changes them meanwhile.
func (p *Player) weigh(now *trace.Trace, show func(*Story, *pairs)) tea.Cmd {
	was := p.story.T
	if was.Len()+now.Len() <= weighAtOnce {
		show(NewStory(now), newPairs(was, now))
		return nil
	}
	p.serial++
	serial := p.serial
	p.work = &work{serial: -serial, words: func() string { return p.look.words.T("work.weigh", "n", strconv.Itoa(now.Len())) }}
	return func() tea.Msg {
		s, a := NewStory(now), newPairs(was, now)
		return weighed{-serial, func() { show(s, a) }}
	}
}

// compared takes the end of a comparison, unless it was given up.
func (p *Player) compared(w weighed) {
	if p.work != nil && p.work.serial == w.serial {
		p.work = nil
		w.show()
	}
}

// progress says how far a branch has got that is being played.
func (p *Player) progress(key string, b *scenario.Branch) string {
	return p.look.words.T(key, "n", strconv.Itoa(b.Trace().Len()), "time", stamp(int64(b.Now())))
}

// adopt shows a branch that was played to its end as a fork of the present run,
// at the first difference.
func (p *Player) adopt(b *scenario.Branch, s *Story, a *pairs, after trace.Seq, what string) {
	s.knows(b)
	c := &course{branch: b, story: s, pairs: a, parent: p.course, after: after, what: what, breaks: map[trace.Seq]bool{}}
	for s := range p.breaks {
		if s <= a.Shared {
			c.breaks[s] = true
		}
	}
	n, _ := slices.BinarySearch(p.bookmarks, a.Shared+1)
	c.bookmarks = slices.Clone(p.bookmarks[:n])
	p.course.child = c
	p.show(c, p.at)
	if a.First == len(a.Rows) {
		p.notice = p.look.words.T("fork.same")
		return
	}
	p.compare = true
	p.toRow(a.First)
	p.compare = p.horizon == 0 // in a lesson the other run would be seen further than it may
	p.notice = p.look.words.T("fork.done", "n", strconv.Itoa(len(a.diffs)))
}

// exchange goes to the other run: from a fork to the run that it left, and back.
func (p *Player) exchange() {
	c := p.course
	switch {
	case c.parent != nil && c.pairs != nil:
		p.show(c.parent, c.pairs.beside(p.at, true))
	case c.child != nil && c.child.pairs != nil:
		p.show(c.child, c.child.pairs.beside(p.at, false))
	default:
		p.notice = p.cannot("exchange")
		return
	}
	p.notice = p.look.words.T("fork.now", "what", p.courseName())
}

// courseName is the run that is looked at, in words.
func (p *Player) courseName() string {
	if p.course.parent == nil {
		return p.look.words.T("fork.story")
	}
	return p.course.what
}

// back returns from a fork to the run that it left; false when there is none.
func (p *Player) back() bool {
	c := p.course
	if c.parent == nil {
		return false
	}
	at := c.after
	if c.pairs != nil {
		at = c.pairs.beside(p.at, true)
	}
	p.compare = false
	p.show(c.parent, at)
	p.notice = p.look.words.T(p.spoken("fork.back"), "what", c.what)
	return true
}

// drop takes the last intervention back: a fork is left for the run without
// what was done last.
func (p *Player) drop() {
	if !p.back() {
		p.notice = p.cannot("undo")
	}
}
