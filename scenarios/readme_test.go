package scenarios

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/sim/scenario"
)

// The document in the author's guide does what it says.
func TestGuideExample(t *testing.T) {
	guide, err := fs.ReadFile(FS(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(guide), "````markdown\n")
	example, _, closed := strings.Cut(rest, "````\n")
	if !ok || !closed {
		t.Fatal("the guide has no example")
	}
	r := play(t, fstest.MapFS{"hello.md": {Data: []byte(example)}}, "hello.md")
	outcomes := scenario.Check(r.Scenario, r.Trace())
	if len(outcomes) == 0 {
		t.Error("the example expects nothing")
	}
	for _, o := range outcomes {
		if !o.OK {
			t.Error(o)
		}
	}
}
