package lessons

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Answer is what a learner says. Which field counts depends on the kind of the
// question.
type Answer struct {
	Options []int     `json:"options,omitempty"` // from 0; of order in the learner's order
	Text    string    `json:"text,omitempty"`    // number, text
	Event   trace.Seq `json:"event,omitempty"`   // match: where the learner went
}

// Judge tells whether an answer to the question of a stop is right.
func (p *Play) Judge(stop int, a Answer) bool {
	q := p.Lesson.Stops[stop].Quiz
	if q == nil {
		return false
	}
	k := p.keys[stop]
	switch q.Kind {
	case scenario.Several:
		got := slices.Clone(a.Options)
		slices.Sort(got)
		return slices.Equal(slices.Compact(got), k.Options)
	case scenario.Choice, scenario.Next, scenario.Order:
		return slices.Equal(a.Options, k.Options)
	case scenario.Number:
		n, ok := number(a.Text)
		return ok && near(n, k.Number)
	case scenario.TextKind:
		return slices.Contains(k.Values, plain(a.Text))
	case scenario.MatchKind:
		return k.Match.Match(p.Trace(stop), a.Event)
	}
	return false
}

// Right is the right answer to the question of a stop.
func (p *Play) Right(stop int) Answer {
	k := p.keys[stop]
	return Answer{Options: slices.Clone(k.Options), Text: k.Value, Event: k.Event}
}

// number reads a number as people write it: a comma for the point, a unit
// behind it.
func number(s string) (float64, bool) {
	s = strings.TrimSpace(strings.ReplaceAll(s, ",", "."))
	s = strings.TrimSpace(strings.TrimRightFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }))
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// near compares numbers: a whole one exactly, another as far as it is worth
// reading from a screen.
func near(got, want float64) bool {
	if want == math.Trunc(want) {
		return got == want
	}
	return math.Abs(got-want) <= max(0.01*math.Abs(want), 0.001) || got == math.Round(want)
}
