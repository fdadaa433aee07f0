package scenario

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mailtrek/sim/trace"
)

// play loads, builds and plays a document, checks its expectations, and
// returns the finished run.
func play(t *testing.T, name string) *Run {
	t.Helper()
	s, err := loadFile(t, name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Build(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Play(0)
	r.Close()
	for _, o := range Check(s, r.Trace()) {
		if !o.OK {
			t.Error(o)
		}
	}
	return r
}

// What people type, and what it prints, is in the document beside the
// scenario.
func TestRuns(t *testing.T) {
	docs, _ := filepath.Glob("testdata/run/*.md")
	if len(docs) == 0 {
		t.Fatal("no documents")
	}
	for _, doc := range docs {
		t.Run(filepath.Base(doc), func(t *testing.T) {
			r := play(t, strings.TrimPrefix(doc, "testdata/"))
			var b strings.Builder
			tr := r.Trace()
			for q := trace.Seq(1); tr.Has(q); q++ {
				switch e := tr.At(q); e.Kind {
				case trace.Action, trace.Output, trace.Fault, trace.Note:
					fmt.Fprintf(&b, "%s %s %s %s %d\n    %s\n", e.At().Round(1e6), tr.Node(e.Node).Short, e.Kind, tr.Name(e.A), e.Code,
						strings.ReplaceAll(strings.TrimSuffix(string(tr.Text(e)), "\n"), "\n", "\n    "))
				}
			}
			golden(t, strings.TrimSuffix(doc, ".md")+".txt", b.String())
		})
	}
}

// Twice the same scenario and seed is twice the same trace, also on one
// processor; another seed is another trace.
func TestRunsAreEqual(t *testing.T) {
	first := lines(t, "run/names.md")
	if second := lines(t, "run/names.md"); !bytes.Equal(first, second) {
		t.Error("two runs differ")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if third := lines(t, "run/names.md"); !bytes.Equal(first, third) {
		t.Error("a run on one processor differs")
	}
}

func lines(t *testing.T, doc string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := trace.NewWriter(&b, play(t, doc).Trace())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestClosedRunLeavesNothing(t *testing.T) {
	s, err := loadFile(t, "run/names.md")
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	r, err := Build(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Play(30e9)
	r.Close()
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("got %d goroutines after closing, %d before building", after, before)
	}
}
