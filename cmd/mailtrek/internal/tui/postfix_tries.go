package tui

import (
	"strconv"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The tries of a queue file: when qmgr(8) took it up, how it ended, and how
// long it then waited. The waits grow with the age of the file, between
// minimal_backoff_time and maximal_backoff_time.

// try is one time that a queue file was in the active queue.
type try struct {
	start, end trace.Seq // end 0: not over yet
	from, to   int64     // their times
	reason     string    // why it was put off
	queue      string    // where it went; empty when it is gone
	wait       int64     // from its end to the next try; 0 when there is none
}

// tries are those of a queue file in the whole story. What begins behind the
// cursor lies ahead.
func (in *Instant) tries(e *state.Entry) []try {
	t := in.Story.T
	var out []try
	for _, s := range in.Story.fileMoves(e.Node, e.ID) {
		if s < e.Born {
			continue
		}
		ev := t.At(s)
		if n := len(out); t.Name(ev.C) == "active" {
			if n > 0 && out[n-1].end != 0 {
				out[n-1].wait = ev.Time - out[n-1].to
			}
			out = append(out, try{start: s, from: ev.Time})
		} else if t.Name(ev.B) == "active" && n > 0 {
			last := &out[n-1]
			last.end, last.to, last.reason, last.queue = s, ev.Time, string(t.Text(ev)), t.Name(ev.C)
		}
		if ev.C == 0 {
			break // a later file may have the same id
		}
	}
	return out
}

// nextTry is the time of the next try of a queue file that waits; ok is false
// when the story has none.
func (in *Instant) nextTry(tries []try) (at int64, ok bool) {
	for _, y := range tries {
		if y.start > in.At {
			return y.from, true
		}
	}
	return 0, false
}

// tried counts the tries that are over.
func (in *Instant) tried(tries []try) int {
	n := 0
	for _, y := range tries {
		if y.end != 0 && y.end <= in.At {
			n++
		}
	}
	return n
}

// retried is the queue file whose tries are shown: that of the event's message
// on the host, or the one that has been put off most often.
func (in *Instant) retried(node trace.NodeID) *state.Entry {
	var best *state.Entry
	for _, e := range in.Snap.Entries(in.Story.msg(in.At)) {
		if e.Node == node && (best == nil || e.Attempts >= best.Attempts) {
			best = e
		}
	}
	if best != nil && best.Attempts > 0 {
		return best
	}
	for _, q := range []string{"active", "deferred"} {
		for _, e := range in.Snap.Queue(node, q, 100) {
			if best == nil || e.Attempts > best.Attempts {
				best = e
			}
		}
	}
	if best == nil || best.Attempts == 0 {
		return nil
	}
	return best
}

// drawTries draws the tries along the time, and the last of them in words. It
// returns the number of rows.
func drawTries(in *Instant, e *state.Entry, r Region) int {
	tries := in.tries(e)
	if r.H < 3 || len(tries) == 0 {
		return 0
	}
	x := r.Put(0, 0, Quiet, in.Words.T("pfx.tries")+" ")
	x = r.Put(x, 0, Local, e.ID)
	r.PutMax(x+2, 0, r.W-x-2, Plain, in.triesWords(e, tries))
	in.drawTryBar(tries, r.Sub(0, 1, r.W, 1))
	first, last := tries[0].from, in.lastTime(tries)
	r.Put(0, 2, Quiet, stamp(first))
	r.PutRight(r.W, 2, Quiet, stamp(last))
	rows := in.tryRows(tries)
	room := r.H - 3
	rows = rows[max(len(rows)-room, 0):]
	for i, row := range rows {
		st := Quiet
		if i == len(rows)-1 {
			st = Plain
		}
		r.PutMax(2, 3+i, r.W-2, st, row)
	}
	return 3 + len(rows)
}

// lastTime is the time of the last try of a queue file, and at least now.
func (in *Instant) lastTime(tries []try) int64 {
	y := tries[len(tries)-1]
	return max(y.from, y.to, in.event().Time, tries[0].from+1)
}

// drawTryBar draws the tries on a line: what is over, where one is, and what
// lies ahead.
func (in *Instant) drawTryBar(tries []try, r Region) {
	g := in.Glyphs
	first, span := tries[0].from, in.lastTime(tries)-tries[0].from
	place := func(at int64) int { return int(float64(at-first) / float64(span) * float64(r.W-1)) }
	here := place(min(max(in.event().Time, first), first+span))
	r.Fill(0, 0, here, Quiet, g.Played)
	r.Fill(here, 0, r.W, Rule, g.Ahead)
	for _, y := range tries {
		mark, st := g.Bang, Warn
		switch {
		case y.start > in.At:
			mark, st = g.Dot, Rule
		case y.end == 0 || y.end > in.At:
			mark, st = g.Dot, Accent
		case y.queue == "":
			mark, st = g.Dot, Good
		}
		r.Put(place(y.from), 0, st, mark)
	}
	r.Put(here, 0, Accent, g.Cursor)
}

// triesWords say how often it was tried, how long it waited, and when comes the
// next try.
func (in *Instant) triesWords(e *state.Entry, tries []try) string {
	words := in.Words.T("pfx.tried", "n", itoa(in.tried(tries)))
	if e.Queue == "deferred" {
		if next, ok := in.nextTime(e); ok {
			words += "  " + in.Words.T("pfx.next", "at", stamp(next), "in", howLong(next-in.event().Time))
		} else {
			words += "  " + in.Words.T("pfx.nonext")
		}
	}
	return words
}

// tryRows are the tries up to now, each with its end and the wait behind it.
func (in *Instant) tryRows(tries []try) []string {
	var rows []string
	for i, y := range tries {
		if y.start > in.At {
			break
		}
		row := itoa(i+1) + "  " + stamp(y.from)
		switch {
		case y.end == 0 || y.end > in.At:
			row += "  " + in.Words.T("pfx.underway")
		case y.queue == "":
			row += "  " + in.Words.T("pfx.over")
		default:
			if y.wait > 0 {
				row += "  " + in.Words.T("pfx.waits", "in", howLong(y.wait))
			}
			row += "  " + y.reason
		}
		rows = append(rows, row)
	}
	return rows
}

// howLong is a length of time in a few characters: "0.4 s", "0:09:50",
// "5 d 01:00".
func howLong(ns int64) string {
	s := max(ns, 0) / 1e9
	switch {
	case s < 60:
		return strconv.FormatInt(s, 10) + "." + strconv.FormatInt(max(ns, 0)/1e8%10, 10) + " s"
	case s < 86400:
		return strconv.FormatInt(s/3600, 10) + ":" + pad2(s/60%60) + ":" + pad2(s%60)
	}
	return strings.TrimPrefix(stamp(ns), "+")
}
