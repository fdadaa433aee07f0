package scenarios

import (
	"io/fs"
	"strings"
	"testing"

	"mailtrek/sim/scenario"
)

// Every line of a fault that the author's guide shows can be read.
func TestGuideFaults(t *testing.T) {
	guide, err := fs.ReadFile(FS(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Load(FS(), "alabala/alabala.md", Resolve)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "**fault**")
	_, rest, _ = strings.Cut(rest, "```text\n")
	block, _, _ := strings.Cut(rest, "```")
	lines := strings.Split(strings.TrimSpace(block), "\n")
	if len(lines) < 10 {
		t.Fatalf("got only %d lines", len(lines))
	}
	for _, l := range lines {
		if _, err := s.ParseFault(l); err != nil {
			t.Errorf("%s\n%v", l, err)
		}
	}
}
