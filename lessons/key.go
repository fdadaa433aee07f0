package lessons

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Key is what is right, as computed from a trace.
type Key struct {
	Options []int           // choice, next: one; several: at least one; order: all in their order
	Value   string          // number, text: as it is shown
	Values  []string        // text: all that is taken for right, in lower case
	Number  float64         // number
	Event   trace.Seq       // match: the first of the right events
	Match   *trace.Selector // match
}

// Key is what is right at a stop; the zero Key where nothing is asked.
func (p *Play) Key(stop int) Key { return p.keys[stop] }

// key computes what is right. A question that has no answer, or two where one
// is asked for, is a problem.
func (p *Play) key(stop int, q *scenario.Quiz) (Key, *scenario.Problem) {
	place := p.Places[stop]
	t := p.Traces[place.Scenario]
	switch q.Kind {
	case scenario.Choice, scenario.Several:
		return chosen(p.Lesson.Scenarios[place.Scenario], t, q)
	case scenario.Next:
		return nextKey(t, place, q)
	case scenario.Order:
		return orderKey(t, place, q)
	case scenario.MatchKind:
		first := q.Match.Next(t, 0)
		if first == 0 {
			return Key{}, q.Problem("no event of the run is right", "a selector that names an event")
		}
		return Key{Event: first, Match: q.Match}, nil
	}
	return valueKey(t, place, q)
}

// chosen finds the options whose statements hold.
func chosen(s *scenario.Scenario, t *trace.Trace, q *scenario.Quiz) (Key, *scenario.Problem) {
	asked := *s
	asked.Expects = nil
	for i := range q.Options {
		asked.Expects = append(asked.Expects, *q.Options[i].Is)
	}
	var k Key
	for i, o := range scenario.Check(&asked, t) {
		if o.OK {
			k.Options = append(k.Options, i)
		}
	}
	switch n := len(k.Options); {
	case n == 0:
		return k, q.Problem("none of the options holds in the run", "one that does")
	case n > 1 && q.Kind == scenario.Choice:
		return k, q.Options[k.Options[1]].Problem("in the run this option holds, and another one too", "a quiz of the kind several, or only one option that holds")
	}
	return k, nil
}

// nextKey finds the option that is the event asked about.
func nextKey(t *trace.Trace, place Place, q *scenario.Quiz) (Key, *scenario.Problem) {
	var k Key
	for i, o := range q.Options {
		if o.Event.Match(t, place.Asked) {
			k.Options = append(k.Options, i)
		}
	}
	switch len(k.Options) {
	case 0:
		return k, q.Problem(fmt.Sprintf("none of the options is event %d, before which the play stops", place.Asked), "one that is")
	case 1:
		return k, nil
	}
	return k, q.Options[k.Options[1]].Problem("this option is what comes next, and another one too", "only one such option")
}

// orderKey sorts the options by when they happen: the first time after the play
// has stopped.
func orderKey(t *trace.Trace, place Place, q *scenario.Quiz) (Key, *scenario.Problem) {
	var k Key
	when := make([]trace.Seq, len(q.Options))
	for i, o := range q.Options {
		from := trace.Seq(0)
		if place.Asked > 0 {
			from = place.Asked - 1
		}
		if when[i] = o.Event.Next(t, from); when[i] == 0 {
			return k, o.Problem("this does not happen in the run, from where the play stops", "a selector that names an event")
		}
		if j := slices.Index(when[:i], when[i]); j >= 0 {
			return k, o.Problem(fmt.Sprintf("this is the same event as option %d", j+1), "another event")
		}
		k.Options = append(k.Options, i)
	}
	slices.SortFunc(k.Options, func(a, b int) int { return int(when[a]) - int(when[b]) })
	return k, nil
}

// valueKey finds a number or a text.
func valueKey(t *trace.Trace, place Place, q *scenario.Quiz) (Key, *scenario.Problem) {
	var k Key
	if q.Key.Count != nil {
		n := 0
		for s := q.Key.Count.Next(t, 0); s != 0; s = q.Key.Count.Next(t, s) {
			n++
		}
		k.Value = strconv.Itoa(n)
	} else {
		s := resolve(t, q.Key.Of, max(place.At, place.Asked))
		if s == 0 {
			return k, q.Problem(fmt.Sprintf("in the run no event is %q", q.Key.Of.Text), "a selector that names an event")
		}
		values := field(t, s, q.Key.Field, place.Asked)
		if len(values) == 0 {
			return k, q.Problem(fmt.Sprintf("event %d has no %s", s, q.Key.Field), "an event that has one")
		}
		k.Value = values[0]
		for _, v := range values {
			k.Values = append(k.Values, plain(v))
		}
	}
	if q.Kind == scenario.TextKind {
		if k.Values == nil {
			k.Values = []string{k.Value}
		}
		return k, nil
	}
	n, err := strconv.ParseFloat(k.Value, 64)
	if err != nil {
		return k, q.Problem(fmt.Sprintf("%q is no number", k.Value), "a quiz of the kind text")
	}
	k.Number = n
	return k, nil
}

// plain is a text as answers are compared: without case, quotes, brackets and
// the dot at the end of a name.
func plain(s string) string {
	s = strings.Trim(strings.Join(strings.Fields(strings.ToLower(s)), " "), "\"'`<>")
	return strings.TrimSuffix(s, ".")
}
