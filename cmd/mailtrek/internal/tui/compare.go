package tui

import (
	"sort"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// pairs are two runs beside each other, with the rows that differ.
type pairs struct {
	*scenario.Alignment
	diffs []int // the rows that are not the same
}

func newPairs(was, now *trace.Trace) *pairs {
	a := &pairs{Alignment: scenario.Align(was, now)}
	for i, row := range a.Rows {
		if !row.Same {
			a.diffs = append(a.diffs, i)
		}
	}
	return a
}

// beside is the event of the other run in the row of s, or the last one before;
// now tells of which run s is.
func (a *pairs) beside(s trace.Seq, now bool) trace.Seq {
	return a.event(a.rowOf(s, now), !now)
}

// rowOf is the row of an event of a run. The rows of the part that both share
// have negative numbers: -1 is the last of them.
func (a *pairs) rowOf(s trace.Seq, now bool) int {
	if s <= a.Shared {
		return int(s) - int(a.Shared) - 1
	}
	return a.Row(s, now)
}

// bottom is the first row.
func (a *pairs) bottom() int { return min(-int(a.Shared), 0) }

// event is the event of a run in a row, or the last one before.
func (a *pairs) event(row int, now bool) trace.Seq {
	for ; row >= 0; row-- {
		s := a.Rows[row].Was
		if now {
			s = a.Rows[row].Now
		}
		if s != 0 {
			return s
		}
	}
	return trace.Seq(max(int(a.Shared)+row+1, 1))
}

// differs is the first row from i on that differs, len(Rows) if there is none;
// or, backwards, the last one up to i, and -1.
func (a *pairs) differs(i, step int) int {
	n := sort.SearchInts(a.diffs, i)
	if step > 0 {
		if n < len(a.diffs) {
			return a.diffs[n]
		}
		return len(a.Rows)
	}
	if n < len(a.diffs) && a.diffs[n] == i {
		return i
	}
	if n > 0 {
		return a.diffs[n-1]
	}
	return -1
}

// comparing are the runs that stand beside each other, and whether the fork is
// the one whose lenses are shown; nil when there is only one run.
func (p *Player) comparing() (a *pairs, was, now *course) {
	switch c := p.course; {
	case c.parent != nil && c.pairs != nil:
		return c.pairs, c.parent, c
	case c.child != nil && c.child.pairs != nil:
		return c.child.pairs, c, c.child
	}
	return nil, nil, nil
}

// toggleCompare shows both runs beside each other, or no more.
func (p *Player) toggleCompare() {
	a, _, now := p.comparing()
	if a == nil {
		p.notice = p.cannot("compare")
		return
	}
	if p.horizon > 0 {
		p.notice = p.look.words.T("learn.nocompare")
		return
	}
	if p.compare = !p.compare; p.compare {
		p.row = a.rowOf(p.at, p.course == now)
	}
}

// toRow puts the cursor of both runs into a row of the alignment.
func (p *Player) toRow(row int) {
	a, _, now := p.comparing()
	if a == nil {
		return
	}
	p.row = min(max(row, a.bottom()), len(a.Rows)-1)
	p.at = a.event(p.row, p.course == now)
}

// stepRows moves in both runs: row by row, or from difference to difference.
// It tells whether the key was one that does.
func (p *Player) stepRows(k tea.KeyPressMsg) bool {
	a, _, now := p.comparing()
	if a == nil || !p.compare {
		return false
	}
	if p.at != a.event(p.row, p.course == now) { // one has moved by other keys
		p.row = a.rowOf(p.at, p.course == now)
	}
	w := p.look.words
	switch {
	case key.Matches(k, keys.Next):
		if p.row+1 >= len(a.Rows) {
			p.notice = w.T("step.end")
			return true
		}
		p.toRow(p.row + 1)
	case key.Matches(k, keys.Back):
		if p.row <= a.bottom() {
			p.notice = w.T("step.start")
			return true
		}
		p.toRow(p.row - 1)
	case key.Matches(k, keys.Command):
		i := a.differs(max(p.row+1, 0), +1)
		if i >= len(a.Rows) {
			p.notice = w.T("compare.last")
			return true
		}
		p.toRow(i)
	case key.Matches(k, keys.CommandBack):
		i := -1
		if p.row > 0 {
			i = a.differs(p.row-1, -1)
		}
		if i < 0 {
			p.notice = w.T("compare.first")
			return true
		}
		p.toRow(i)
	default:
		return false
	}
	p.play = 0
	return true
}
