package tui

import (
	"strings"
)

// Where the lifelines of a ladder stand. Two neighbours that hold a dialogue
// get the room that its lines need; between others, a question and an answer of
// the DNS pass, which are short, or arrows that cross several columns anyway.

const (
	// ladderGap is the least distance of two lifelines, ladderTalk the one from
	// which on the lines of a dialogue are hardly ever cut, ladderWide the
	// widest of all.
	ladderGap, ladderTalk, ladderWide = 16, 40, 60
	// ladderEdge is from the edge of the screen to the first lifeline and from
	// the last one.
	ladderEdge = 9
)

// columns shares the width out among the gaps between the lifelines.
func (l *ladder) columns() {
	gaps := make([]int, len(l.hosts)-1)
	left := l.r.W - 2*ladderEdge
	var talk, all []int
	for i := range gaps {
		gaps[i] = min(ladderGap, max((l.r.W-2*ladderEdge)/len(gaps), 1))
		left -= gaps[i]
		all = append(all, i)
		if l.in.Story.talks(l.hosts[i], l.hosts[i+1]) {
			talk = append(talk, i)
		}
	}
	left = widen(gaps, talk, left, ladderTalk)
	left = widen(gaps, all, left, ladderTalk)
	left = widen(gaps, all, left, ladderWide)
	x := ladderEdge + max(left, 0)/2
	l.at = []int{x}
	for _, g := range gaps {
		x += g
		l.at = append(l.at, x)
	}
}

// widen gives room to some of the gaps, evenly and up to a width each, and
// returns what is left of it.
func widen(gaps, some []int, room, most int) int {
	for grown := true; grown && room > 0; {
		grown = false
		for _, i := range some {
			if room > 0 && gaps[i] < most {
				gaps[i]++
				room--
				grown = true
			}
		}
	}
	return room
}

// head writes the names and roles of the hosts.
func (l *ladder) head() {
	e := l.in.event()
	dot := " · "
	if l.in.Glyphs.ASCII {
		dot = " "
	}
	names, roles := make([][]string, len(l.hosts)), make([][]string, len(l.hosts))
	for i, id := range l.hosts {
		n := l.in.Story.T.Node(id)
		names[i] = []string{l.in.Story.short(id), n.Name}
		for k := range n.Roles {
			roles[i] = append(roles[i], strings.Join(n.Roles[:k+1], dot))
		}
	}
	for i, t := range l.abreast(names) {
		st := Plain
		if id := l.hosts[i]; id == e.Node || id == e.Peer {
			st = Title
		}
		l.r.Put(t.x, 0, st, t.text)
	}
	for _, t := range l.abreast(roles) {
		l.r.Put(t.x, 1, Quiet, t.text)
	}
	l.lifelines(2)
}

// placed is a text and the column where it begins.
type placed struct {
	x    int
	text string
}

// end is the column behind the text.
func (t placed) end() int { return t.x + textWidth(t.text) }

// abreast centres a text on each lifeline, of the choices for it, which grow,
// the longest that leaves two columns to its neighbours.
func (l *ladder) abreast(choices [][]string) []placed {
	out, level := make([]placed, len(choices)), make([]int, len(choices))
	put := func(i, n int) placed {
		if n >= len(choices[i]) {
			return placed{x: l.at[i]}
		}
		text := clip(choices[i][n], ladderGap-2)
		if n > 0 {
			text = choices[i][n]
		}
		w := textWidth(text)
		return placed{max(min(l.at[i]-w/2, l.r.W-w-1), 1), text}
	}
	for i := range choices {
		out[i] = put(i, 0)
	}
	grow := func(names bool) (grown bool) {
		for i := range choices {
			if level[i]+1 >= len(choices[i]) || l.in.Story.isNames(l.hosts[i]) != names {
				continue
			}
			t := put(i, level[i]+1)
			if i > 0 && t.x < out[i-1].end()+2 || i+1 < len(out) && t.end()+2 > out[i+1].x || t.end() > l.r.W {
				continue
			}
			out[i], level[i], grown = t, level[i]+1, true
		}
		return grown
	}
	for grow(false) {
	}
	for grow(true) { // name servers last
	}
	return out
}
