package postfix_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// testdata/qmgr has a document for each rule of the queue manager's scheduling,
// in the world of testdata/effect/tiny.md.

// ruled plays a document of testdata/qmgr.
func ruled(t testing.TB, name string) (*scenario.Scenario, *scenario.Run) {
	t.Helper()
	files := fstest.MapFS{}
	for _, path := range []string{"testdata/effect/tiny.md", name} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = &fstest.MapFile{Data: text}
	}
	s, err := scenario.Load(files, filepath.Base(name), scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Play(0)
	r.Close()
	return s, r
}

func TestScheduling(t *testing.T) {
	names, _ := filepath.Glob("testdata/qmgr/*.md")
	if len(names) == 0 {
		t.Fatal("there are no documents")
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s, r := ruled(t, name)
			if len(s.Expects) == 0 {
				t.Error("nothing is expected")
			}
			for _, o := range scenario.Check(s, r.Trace()) {
				if !o.OK {
					t.Error(o)
				}
			}
		})
	}
}
