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

// The audit is no rubber stamp: it notices when a trace is tampered with.
func TestTheAuditSees(t *testing.T) {
	for _, c := range []struct{ event, becomes, says string }{
		{"delivery sent at mx1.d2.example", "", "nothing has been decided about a@d2.example"},
		{"delivery bounced at mx1.d1.example", "", "nothing has been decided about ghost@d2.example"},
		{"daemon qmgr -> bounce at mx1.d1.example", "", "does not know that ghost@d2.example failed"},
		{"envelope at mx1.d2.example", "", "and has not"},
		{"queue mx1.d2.example -> active", "", "although it is in incoming"},
		{"queue mx1.d2.example -> gone", "", "is left in active"},
		{"mailbox a append at pc.d2.example", "", "nobody has it"},
		{"mailbox a append at mx1.d2.example", "", "takes a mail home that was in no mailbox"},
		{"log mx1.d2.example status=sent", "mailbox a append at mx1.d2.example", "two copies"},
		{"daemon qmgr -> local at mx1.d2.example", "", "without a request"},
	} {
		t.Run(c.event, func(t *testing.T) {
			s, _ := loadRandom(t, "testdata/random/whole-way.md")
			tr, _, err := playOnce(s, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := tr.At(find(t, tr, c.event))
			if c.becomes == "" {
				e.Kind = trace.Note
			} else {
				other := *tr.At(find(t, tr, c.becomes))
				other.Cause, other.Time = e.Cause, e.Time
				*e = other
			}
			a := newAudit(tr)
			a.run()
			if got := strings.Join(a.rest(), "\n"); !strings.Contains(got, c.says) {
				t.Errorf("the audit says\n%s\nwant: %s", got, c.says)
			}
		})
	}
}

// find is the first event that a selector names.
func find(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	q := sel.Next(tr, 0)
	if q == 0 {
		t.Fatalf("no event %s", selector)
	}
	return q
}
