package tui

import (
	"slices"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// A filter leaves only the events that a selector names: the steps go past all
// others. Breakpoints and bookmarks are events that the user has marked.

// filtered sets the filter that was typed; the cursor goes to an event that it
// names.
func (p *Player) filtered(what string) {
	in := p.instant()
	only := newFinder(in, what)
	if only.match(p.at) {
		p.only = only
		return
	}
	s := only.next(p.at)
	if s == 0 {
		s = only.prev(p.at)
	}
	if s == 0 {
		p.notice = only.none(in, "find.none")
		return
	}
	p.only, p.at = only, s
}

// none says that nothing was found, with the word that was perhaps meant.
func (f *finder) none(in *Instant, key string) string {
	said := in.Words.T(key, "what", f.what)
	if f.near != "" {
		said += " " + in.Words.T("find.near", "word", f.near)
	}
	return said
}

// leave is Esc: away from the filter, then to the home screen.
func (p *Player) leave() {
	if p.only.match != nil {
		p.only = finder{}
		p.notice = p.look.words.T("filter.off")
		return
	}
	if p.back() {
		return
	}
	p.left = p.home
}

// step moves the cursor; false when the key is none that does.
func (p *Player) step(k tea.KeyPressMsg) bool {
	folds := p.story.Folds
	by := func(step state.Step) (next, prev func(trace.Seq) trace.Seq) {
		return func(s trace.Seq) trace.Seq { return folds.Next(step, s) }, func(s trace.Seq) trace.Seq { return folds.Prev(step, s) }
	}
	next, prev := p.story.next, p.story.prev
	on, back := key.Matches(k, keys.Next), key.Matches(k, keys.Back)
	switch {
	case on || back:
	case key.Matches(k, keys.Command, keys.CommandBack):
		next, prev = by(state.ByCommand)
		on = key.Matches(k, keys.Command)
	case key.Matches(k, keys.Hop, keys.HopBack):
		next, prev = by(state.ByHop)
		on = key.Matches(k, keys.Hop)
	case key.Matches(k, keys.Line, keys.LineBack):
		next = func(s trace.Seq) trace.Seq { return p.beyond(s, "line", +1) }
		prev = func(s trace.Seq) trace.Seq { return p.beyond(s, "line-back", -1) }
		on = key.Matches(k, keys.Line)
	case key.Matches(k, keys.Message, keys.MessageBack):
		next, prev = p.story.messageAfter, p.story.messageBefore
		on = key.Matches(k, keys.Message)
	case key.Matches(k, keys.Phase, keys.PhaseBack):
		next, prev = by(state.ByStage)
		on = key.Matches(k, keys.Phase)
	case key.Matches(k, keys.Start):
		p.toEnd(1)
		return true
	case key.Matches(k, keys.End):
		p.toEnd(trace.Seq(p.story.T.Len()))
		return true
	case key.Matches(k, keys.Cause):
		p.move(p.story.T.At(p.at).Cause, "step.nocause")
		p.play = 0
		return true
	default:
		return false
	}
	p.play = 0
	if on {
		p.walk(next, trace.Seq(p.story.T.Len()), "step.end")
	} else {
		p.walk(prev, 1, "step.start")
	}
	return true
}

// next and prev are the events beside one, 0 behind the ends.
func (s *Story) next(at trace.Seq) trace.Seq {
	if s.T.Has(at + 1) {
		return at + 1
	}
	return 0
}

func (s *Story) prev(at trace.Seq) trace.Seq { return at - 1 }

// walk goes on to the next event that the filter names; where there is none, it
// stays and says so, and without a filter it goes to the end.
func (p *Player) walk(next func(trace.Seq) trace.Seq, end trace.Seq, why string) {
	s := next(p.at)
	if p.only.match == nil {
		if s == 0 {
			s = end
		}
		p.move(s, why)
		return
	}
	for s != 0 && !p.only.match(s) {
		s = next(s)
	}
	if s == 0 {
		p.notice = p.look.words.T("find.nomore", "what", p.only.what)
		return
	}
	p.at = s
}

// toEnd goes to the first or the last event that the filter names.
func (p *Player) toEnd(end trace.Seq) {
	p.play = 0
	if p.only.match == nil || p.only.match(end) {
		p.move(end, "")
		return
	}
	find := p.only.next
	if end != 1 {
		find = p.only.prev
	}
	if s := find(end); s != 0 {
		p.at = s
	}
}

// toggleBookmark marks the event, or no more.
func (p *Player) toggleBookmark() {
	said := "mark.set"
	if i, ok := slices.BinarySearch(p.bookmarks, p.at); ok {
		said = "mark.off"
		p.bookmarks = slices.Delete(p.bookmarks, i, i+1)
	} else {
		p.bookmarks = slices.Insert(p.bookmarks, i, p.at)
	}
	p.notice = p.look.words.T(said, "n", strconv.Itoa(int(p.at)))
}

// toBookmark goes to the next bookmark, behind the last to the first.
func (p *Player) toBookmark() {
	if len(p.bookmarks) == 0 {
		p.notice = p.cannot("marked")
		return
	}
	i, _ := slices.BinarySearch(p.bookmarks, p.at+1)
	i %= len(p.bookmarks)
	p.at, p.play = p.bookmarks[i], 0
	p.notice = p.look.words.T("mark.at", "n", strconv.Itoa(i+1), "of", strconv.Itoa(len(p.bookmarks)))
}
