package lessons_test

import (
	"testing"

	"mailtrek/lessons"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// load reads a built-in lesson.
func load(t testing.TB, name string) *scenario.Lesson {
	t.Helper()
	l, err := scenario.LoadLesson("", lessons.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Every built-in lesson can be taught: all stops have a place, all questions
// exactly one key, and every task can be solved, and not otherwise.
func TestLessonsAreSound(t *testing.T) {
	if len(lessons.Names()) == 0 {
		t.Fatal("there are no lessons")
	}
	for _, name := range lessons.Names() {
		l := load(t, name)
		for _, w := range l.Warnings {
			t.Errorf("%s", w)
		}
		if err := lessons.Lint(l); err != nil {
			t.Errorf("%s:\n%v", name, err)
		}
	}
}
