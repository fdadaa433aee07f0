package scenarios

import (
	"bytes"
	"io/fs"
	"runtime"
	"testing"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// play plays a document to its end.
func play(t *testing.T, fsys fs.FS, name string) *scenario.Run {
	t.Helper()
	s, err := scenario.Load(fsys, name, Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Play(0)
	r.Close()
	return r
}

func jsonl(t *testing.T, r *scenario.Run) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.NewWriter(&b, r.Trace()).Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every story comes to the end that its document expects, and to the same
// trace each time, also on one processor.
func TestStories(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			r := play(t, FS(), name)
			for _, o := range scenario.Check(r.Scenario, r.Trace()) {
				if !o.OK {
					t.Error(o)
				}
			}
			first := jsonl(t, r)
			if !bytes.Equal(first, jsonl(t, play(t, FS(), name))) {
				t.Error("two runs differ")
			}
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			if !bytes.Equal(first, jsonl(t, play(t, FS(), name))) {
				t.Error("a run on one processor differs")
			}
		})
	}
}
