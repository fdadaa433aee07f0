package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// loadRandom reads a document of testdata/random and, if there are any, the
// interventions beside it.
func loadRandom(t *testing.T, file string) (*scenario.Scenario, []scenario.Intervention) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(file)
	s, err := scenario.Load(fstest.MapFS{name: {Data: text}}, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	var list []scenario.Intervention
	if f, err := os.Open(strings.TrimSuffix(file, ".md") + ".jsonl"); err == nil {
		defer f.Close()
		if list, err = scenario.ReadInterventions(f); err != nil {
			t.Fatal(err)
		}
	}
	return s, list
}

// The shortest documents of worlds in which something was lost or came twice:
// it does not happen again.
func TestNothingIsLostAgain(t *testing.T) {
	docs, _ := filepath.Glob("testdata/random/*.md")
	if len(docs) == 0 {
		t.Fatal("no documents")
	}
	for _, file := range docs {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, list := loadRandom(t, file)
			a, rested, err := playAudited(s, list)
			if err != nil {
				t.Fatal(err)
			}
			a.run()
			if a.rest(); !rested {
				t.Error("the world does not come to rest")
			}
			for _, p := range append(a.problems, compare(a)...) {
				t.Error(p)
			}
		})
	}
}

// find is the first event that a selector names, or the second one.
func find(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	selector, second := strings.CutPrefix(selector, "second ")
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	q := sel.Next(tr, 0)
	if second && q != 0 {
		q = sel.Next(tr, q)
	}
	if q == 0 {
		t.Fatalf("no event %s", selector)
	}
	return q
}
