package tui

import (
	"flag"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

var everySingle = flag.Bool("every", false, "look at every event of the long scenarios, too")

// everySize are the sizes of TestEveryScenario: the four that the screen is
// made for, and an odd one.
var everySize = [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}, {97, 31}}

// TestEveryScenario: h lines of width w, for every lens at every event of every
// built-in scenario; of those few that have more than twelve hundred events,
// at six hundred or more, unless the flag -every is given. Sizes, languages and the chosen line take turns, and
// begin elsewhere in each scenario. A short test looks at some forty events of
// each.
func TestEveryScenario(t *testing.T) {
	for i, name := range scenarios.Names() {
		s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
		if err != nil {
			continue // a world that others build on
		}
		t.Run(strings.TrimSuffix(name, ".md"), func(t *testing.T) {
			t.Parallel()
			r, err := scenario.Build(s, scenario.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if err := r.PlayWith(nil, 0); err != nil {
				t.Fatal(err)
			}
			everyEvent(t, r.Trace(), i)
		})
	}
}

// everyEvent looks at each lens at the events of a trace.
func everyEvent(t *testing.T, tr *trace.Trace, turn int) {
	t.Helper()
	p := Play(tr, Options{Theme: "mono"})
	spare := make([]*Canvas, len(everySize)) // of each size
	most := 600
	switch {
	case *everySingle:
		most = max(tr.Len(), 1)
	case testing.Short():
		most = 40
	}
	stride := max(tr.Len()/most, 1)
	for at := 1 + turn%stride; at <= tr.Len(); at += stride {
		for lens := range lenses {
			turn++
			size := turn % len(everySize)
			p.look.words, _ = i18n.In(i18n.Languages()[turn/5%3])
			p.w, p.h = everySize[size][0], everySize[size][1]
			p.at, p.lens, p.pick = trace.Seq(at), lens, turn/3%4
			spare[size] = p.paint(spare[size]).canvas
			if y, width, ok := wrongLine(spare[size], p.w, p.h); !ok {
				t.Fatalf("%s at event %d, %dx%d, %s, line %d chosen: row %d is %d wide:\n%s",
					lenses[lens].Name, at, p.w, p.h, p.look.words.Lang(), p.pick, y, width, spare[size].Text())
			}
		}
	}
}

// wrongLine is the first line of a canvas that has not the width w; its number
// is -1 when there are not h of them.
func wrongLine(c *Canvas, w, h int) (y, width int, ok bool) {
	n := 0
	for line := range strings.SplitSeq(c.Text(), "\n") {
		if width := displaywidth.String(line); width != w {
			return n, width, false
		}
		n++
	}
	if n != h {
		return -1, n, false
	}
	return 0, 0, true
}
