package lessons_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/lessons"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// The lesson in the author's guide can be taught, and its task be solved.
func TestGuideExamples(t *testing.T) {
	guide, err := fs.ReadFile(lessons.FS(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(guide), "````")
	if len(parts) != 5 {
		t.Fatalf("the guide has %d examples, want 2", len(parts)/2)
	}
	lesson := strings.TrimPrefix(parts[1], "markdown\n") + "\n" + strings.TrimPrefix(parts[3], "markdown\n")
	l, err := scenario.LoadLesson("", fstest.MapFS{"first-hello.md": {Data: []byte(lesson)}}, "first-hello.md", scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	if err := lessons.Lint(l); err != nil {
		t.Fatal(err)
	}
	p, err := lessons.NewPlay(l)
	if err != nil {
		t.Fatal(err)
	}
	i, _ := l.Stop("lines")
	if got := p.Right(i).Text; got == "" || got == "0" {
		t.Errorf("the server lists %q lines, want some", got)
	}
}

// The guide names every kind of question and every field.
func TestGuideIsComplete(t *testing.T) {
	guide, err := fs.ReadFile(lessons.FS(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range scenario.QuizKinds {
		if !strings.Contains(string(guide), "| `"+string(k)+"` |") {
			t.Errorf("the guide does not tell of the kind %s", k)
		}
	}
	for _, f := range scenario.KeyFields {
		if !strings.Contains(strings.ReplaceAll(string(guide), "\n", " "), "`"+f[0]+"` ("+f[1]+")") {
			t.Errorf("the guide does not tell of the field %s (%s)", f[0], f[1])
		}
	}
	for _, name := range scenario.Lenses {
		if !strings.Contains(string(guide), name) {
			t.Errorf("the guide does not tell of the lens %s", name)
		}
	}
}
