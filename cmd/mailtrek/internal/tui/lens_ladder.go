package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The ladder lens is a sequence diagram: a column for each host, an arrow for
// what travels between two of them, a word beside the lifeline for what
// happens inside one. The last row is the cursor; the story grows downwards.

// rung is one row: an arrow from one host to another, or a note at one.
type rung struct {
	first, last trace.Seq // the events that the row stands for
	from, to    trace.NodeID
	label       label
}

const (
	// ladderColumn is the width that a column wants; what a screen has beyond
	// its edges may lack a few.
	ladderColumn = 22
	// ladderReach is how far back the rows of a screen are looked for.
	ladderReach = 6000
)

func drawLadder(in *Instant, r Region) {
	hosts, hidden := in.ladderHosts(max((r.W+8)/ladderColumn, 2))
	if len(hosts) == 0 {
		drawNothing(in, r, "dlg.none")
		return
	}
	l := ladder{in: in, r: r, hosts: hosts}
	l.columns()
	l.head()
	if len(hidden) > 0 {
		l.r.H--
	}
	all, left := in.rungs(hosts, l.r.H-3+in.Scroll)
	rows := scrollBack(all, l.r.H-3, in.Scroll)
	if len(hidden) > 0 {
		in.ladderHidden(hidden, left, r.Sub(0, l.r.H, r.W, 1))
	}
	for i, row := range rows {
		l.rung(3+i, row)
	}
	for y := 3 + len(rows); y < l.r.H; y++ {
		l.lifelines(y)
	}
}

// ladder draws rungs on a region.
type ladder struct {
	in    *Instant
	r     Region
	hosts []trace.NodeID
	at    []int // the columns of their lifelines
}

// x is the column of a host's lifeline.
func (l *ladder) x(id trace.NodeID) int {
	i := slices.Index(l.hosts, id)
	if i < 0 {
		return -1
	}
	return l.at[i]
}

// ladderHidden names the hosts without a column, and says how much of theirs
// is left out between the rows that are shown.
func (in *Instant) ladderHidden(hidden []trace.NodeID, left int, r Region) {
	var names []string
	for _, id := range hidden {
		names = append(names, in.Story.short(id))
	}
	said := in.Words.T("ladder.hidden", "hosts", strings.Join(names, " "))
	if left > 0 {
		said += " " + in.Words.T("ladder.left", "n", strconv.Itoa(left))
	}
	r.PutMax(1, 0, r.W-2, Quiet, said)
}

func (l *ladder) lifelines(y int) {
	for _, id := range l.hosts {
		l.r.Put(l.x(id), y, Rule, l.in.Glyphs.V)
	}
}

// rung draws one row.
func (l *ladder) rung(y int, row rung) {
	if y >= l.r.H {
		return
	}
	l.lifelines(y)
	now := row.first <= l.in.At && l.in.At <= row.last
	st := row.label.style
	if now {
		st |= Bold
		l.r.Put(0, y, Accent, l.in.Glyphs.Cursor)
	}
	a, b := l.x(row.from), l.x(row.to)
	switch {
	case a < 0:
		return
	case row.to == 0 || a == b || b < 0:
		l.note(y, a, st, row.label)
	default:
		l.arrow(y, a, b, st, row.label)
	}
}

// noteRoom is what a lifeline needs at its right for its notes; with less they
// stand at its left, all of them.
const noteRoom = 30

// note writes beside a lifeline.
func (l *ladder) note(y, x int, st Style, text label) {
	s := " " + l.in.Glyphs.Dot + " " + text.text
	if text.sign != "" {
		s = " " + text.sign + " " + text.text
	}
	room := l.r.W - x - 2
	if room < noteRoom && x-2 > room {
		s = clip(strings.TrimPrefix(s, " "), x-4) + " "
		l.r.Put(x-textWidth(s), y, st, s)
		return
	}
	l.r.PutMax(x+1, y, room, st, s+" ")
}

// arrow draws from column a to column b with the words in its middle.
func (l *ladder) arrow(y, a, b int, st Style, text label) {
	g := l.in.Glyphs
	left, right := min(a, b), max(a, b)
	line := st &^ Bold
	l.r.Fill(left+1, y, right, line, g.H)
	if a < b {
		l.r.Put(a, y, line, g.Start)
		l.r.Put(right-1, y, st, g.Right)
	} else {
		l.r.Put(a, y, line, g.End)
		l.r.Put(left+1, y, st, g.Left)
	}
	words := text.text
	if text.sign != "" {
		words = text.sign + " " + words
	}
	if words == "" {
		return
	}
	room := right - left - 7
	if textWidth(words) > room {
		room += 3 // only the head is left of the line
	}
	s := " " + clip(words, room) + " "
	x := left + 1 + (right-left-textWidth(s))/2
	if a < b {
		x = min(x, right-1-textWidth(s)) // never on the head
	}
	l.r.Put(x, y, st, s)
}

// rungs are the last rows up to the instant, at most h, the first one first,
// and how many there would be besides if all hosts had a column.
func (in *Instant) rungs(hosts []trace.NodeID, h int) (rows []rung, left int) {
	stop := trace.Seq(1)
	if in.At > ladderReach {
		stop = in.At - ladderReach
	}
	for s := in.At; s >= stop && len(rows) < h; s-- {
		e := in.Story.T.At(s)
		row, ok := in.rungOf(s, e)
		if !ok {
			continue
		}
		if !slices.Contains(hosts, row.from) || row.to != 0 && !slices.Contains(hosts, row.to) {
			left++
			continue
		}
		if n := len(rows); e.Flags&trace.More != 0 && n > 0 && in.sameReply(&rows[n-1], e) {
			rows[n-1].first = s
			if rows[n-1].last != in.At { // at the cursor stands the line that it is on
				rows[n-1].label = row.label
			}
			continue
		}
		rows = append(rows, row)
	}
	slices.Reverse(rows)
	for i := range rows {
		if n := int(rows[i].last - rows[i].first); n > 0 {
			rows[i].label.text += " (" + in.Words.T("ladder.more", "n", strconv.Itoa(n+1)) + ")"
		}
	}
	return rows, left
}

// sameReply tells whether e is the line before those that a row stands for.
func (in *Instant) sameReply(row *rung, e *trace.Event) bool {
	next := in.Story.T.At(row.first)
	return row.from == e.Node && next.Conn == e.Conn && next.Kind == e.Kind && next.Side == e.Side
}

// rungOf tells how an event is drawn; ok is false for one that is not, unless
// the cursor stands on it.
func (in *Instant) rungOf(s trace.Seq, e *trace.Event) (row rung, ok bool) {
	row = rung{first: s, last: s, from: e.Node, to: e.Peer, label: in.labelOf(e)}
	switch e.Kind {
	case trace.Log, trace.State, trace.Field, trace.Lookup, trace.Envelope, trace.Note, trace.Output, trace.Accept:
		return row, s == in.At
	case trace.Close:
		return row, s == in.At || e.Side == trace.Client
	}
	if e.Node == e.Peer {
		row.to = 0
		if e.Kind.Said() {
			row.label.text = e.Side.String() + ": " + row.label.text
		}
	}
	return row, e.Node != 0
}

// ladderHosts chooses the hosts that get a column, in the order in which they
// appear in the story. Where there is no room for all, it is those of the stage
// of the story, then of the stages around it, so that the columns stay for as
// long as a stage lasts.
func (in *Instant) ladderHosts(room int) (shown, hidden []trace.NodeID) {
	all := in.Story.hosts
	if len(all) <= room {
		return all, nil
	}
	first, last := in.Story.stage(in.At)
	chosen := in.Story.cast(first, last, room)
	for reach := trace.Seq(100); len(chosen) < room && reach <= 1600; reach *= 2 {
		from := trace.Seq(1)
		if first > reach {
			from = first - reach
		}
		for _, id := range in.Story.cast(from, last+reach, room) {
			if !slices.Contains(chosen, id) && len(chosen) < room {
				chosen = append(chosen, id)
			}
		}
	}
	e := in.event()
	for i, id := range []trace.NodeID{e.Peer, e.Node} { // those of the event itself in any case
		if id != 0 && !slices.Contains(chosen, id) {
			chosen[max(len(chosen)-1-i, 0)] = id
		}
	}
	for _, id := range all {
		if slices.Contains(chosen, id) {
			shown = append(shown, id)
		} else {
			hidden = append(hidden, id)
		}
	}
	return shown, hidden
}

// stageReach is how many events of a stage are looked at.
const stageReach = 3000

// stage is the first and the last event of the stage at an event.
func (s *Story) stage(at trace.Seq) (first, last trace.Seq) {
	first, last = 1, trace.Seq(s.T.Len())
	if st, ok := s.Folds.StageAt(at); ok {
		first = st.First
	}
	if next := s.Folds.Next(state.ByStage, at); next != 0 {
		last = next - 1
	}
	if at > stageReach {
		first = max(first, at-stageReach)
	}
	return first, min(last, at+stageReach)
}

// cast are the hosts that take part in events, the busiest ones first, at most
// n. Name servers count less than those who handle mail.
func (s *Story) cast(first, last trace.Seq, n int) []trace.NodeID {
	weight := make([]int, s.T.Nodes()+1)
	for i := first; i <= last && s.T.Has(i); i++ {
		e := s.T.At(i)
		w := 1000
		if e.Kind == trace.Query || e.Kind == trace.Answer {
			w = 1
		}
		weight[e.Node] += w
		weight[e.Peer] += w
	}
	cast := slices.Clone(s.hosts)
	slices.SortStableFunc(cast, func(a, b trace.NodeID) int { return weight[b] - weight[a] })
	for len(cast) > 0 && (len(cast) > n || weight[cast[len(cast)-1]] == 0) {
		cast = cast[:len(cast)-1]
	}
	return cast
}
