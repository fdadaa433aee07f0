package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Each broken lesson is answered by all its problems, with their places.
func TestBrokenLessons(t *testing.T) {
	names, _ := filepath.Glob("testdata/lesson/*.md")
	for _, name := range names {
		base := strings.TrimSuffix(filepath.Base(name), ".md")
		if base == "tiny" || strings.Contains(base, ".") {
			continue
		}
		t.Run(base, func(t *testing.T) {
			_, err := LoadLesson("", os.DirFS("testdata/lesson"), base+".md", nil)
			var problems Errors
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want problems", err)
			}
			golden(t, filepath.Join("testdata", "lesson", base+".err"), problems.Error()+"\n")
		})
	}
}

// A scenario is no lesson, and a lesson no scenario.
func TestLessonOrScenario(t *testing.T) {
	fsys := os.DirFS("testdata/lesson")
	for name, want := range map[string]bool{"tiny.md": false, "said.md": true, "none.md": false} {
		if got := IsLesson(fsys, name); got != want {
			t.Errorf("IsLesson(%s) is %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"said.md":  "a document with a scenario is a lesson",
		"plain.md": "a step block belongs in a lesson",
	} {
		_, err := Load(fsys, name, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("loading %s as a scenario: got %v, want %q", name, err, want)
		}
	}
}

// What the text of a quiz is cut into.
func TestSplitQuiz(t *testing.T) {
	for _, c := range []struct {
		name, md string
		options  bool
		want     []string // question, reveal, options…
	}{
		{"a list", "One.\n\nTwo?\n\n- a\n- `b`\n  c\n\nThree.\n\nFour.", true, []string{"One.\n\nTwo?", "Three.\n\nFour.", "a", "`b` c"}},
		{"numbers", "Two?\n\n1. a\n2. b", true, []string{"Two?", "", "a", "b"}},
		{"a loose list", "Two?\n\n* a\n\n* b\n\n---\n\nThree.", true, []string{"Two?", "Three.", "a", "b"}},
		{"only a list", "- a\n- b", true, []string{"", "", "a", "b"}},
		{"no list", "Two?\n\nThree.", true, []string{"Two?\n\nThree.", ""}},
		{"no options", "One\ntwo?\n\nThree.\n\n- four\n", false, []string{"One\ntwo?", "Three.\n\n- four"}},
		{"code behind", "One?\n\n```\ncode\n```\n", false, []string{"One?", "```\ncode\n```"}},
		{"text code behind", "One?\n\n```text\ncode\n```\n", false, []string{"One?", "```text\ncode\n```"}},
		{"nothing", "", true, []string{"", ""}},
	} {
		q, list, reveal := splitQuiz(c.md, c.options)
		if got := append([]string{q, reveal}, list...); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// No text crashes the reader of lessons.
func FuzzLesson(f *testing.F) {
	names, _ := filepath.Glob("testdata/lesson/*.md")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	tiny, err := os.ReadFile("testdata/lesson/tiny.md")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"tiny.md": {Data: tiny}, "fuzz.md": {Data: []byte(text)}, "fuzz.bg.md": {Data: []byte(text)}}
		l, err := LoadLesson("", fsys, "fuzz.md", nil)
		var problems Errors
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("the error is no list of problems: %v", err)
		}
		if err == nil && (len(l.Stops) == 0 || len(l.Stops) != len(l.Texts[0].Stops)) {
			t.Fatalf("%d stops, %d texts", len(l.Stops), len(l.Texts[0].Stops))
		}
	})
}
