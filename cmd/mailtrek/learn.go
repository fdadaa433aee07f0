package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/lessons"
	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

func newLearn(a *app) *cobra.Command {
	var reset bool
	c := &cobra.Command{
		Use:   "learn [LESSON]",
		Short: "a lesson: prose beside the play, with questions and tasks",
		Long: `A lesson goes through a scenario, event by event, and asks before it shows.
Without a name you go on with the first lesson that is not done. Progress is
kept; --reset begins a lesson anew. With --plain it is conducted line by line,
also through a pipe.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("mailtrek learn: one lesson, not %d", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return lessonIDs(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			return a.learn(name, reset)
		},
	}
	c.Flags().BoolVar(&reset, "reset", false, "begin the lesson anew; what was reached in it is forgotten")
	return c
}

func (a *app) learn(name string, reset bool) error {
	if name == "" {
		name = nextLesson()
	}
	if !a.plain {
		if err := a.needsTerminal("mailtrek learn --plain " + name); err != nil {
			return err
		}
	}
	c, err := a.lesson(name, reset)
	if err != nil {
		return err
	}
	if a.plain {
		return tui.LearnPlain(c, a.in, a.out, a.columns(), "mailtrek learn "+wire.Visible(name))
	}
	return tui.Run(tui.Learn(c), a.in, a.out)
}

// columns is the width of the terminal, or 80.
func (a *app) columns() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// lesson loads a lesson, plays its scenarios and reads its progress.
func (a *app) lesson(name string, reset bool) (c tui.LessonConfig, err error) {
	l, err := a.loadLesson(name)
	if err != nil {
		return c, err
	}
	if c.Options, err = a.screenOptions(); err != nil {
		return c, err
	}
	if c.Play, err = lessons.NewPlay(l); err != nil {
		return c, err
	}
	words, _ := i18n.In(a.lang)
	c.Progress, err = readProgress(l.ID)
	c.Save = func(p *lessons.Progress) error {
		if err := writeProgress(p); err != nil {
			return errors.New(words.T("learn.unkept", "why", err.Error()))
		}
		return nil
	}
	var bad *unreadable
	switch {
	case errors.As(err, &bad) && bad.aside != "":
		c.Notice = words.T("learn.aside", "why", wire.Visible(bad.cause.Error()), "file", wire.Visible(filepath.Base(bad.aside)))
	case errors.As(err, &bad):
		c.Notice, c.Save = words.T("learn.unread", "why", wire.Visible(bad.cause.Error())), nil
	}
	if reset {
		c.Progress = lessons.NewProgress(l.ID)
		if c.Save != nil {
			err = c.Save(c.Progress)
			return c, err
		}
	}
	return c, nil
}

// loadLesson reads the lesson of that id, or in that file.
func (a *app) loadLesson(name string) (*scenario.Lesson, error) {
	if doc, ok := lessons.Find(name); ok {
		return scenario.LoadLesson("", lessons.FS(), doc, scenarios.Resolve)
	}
	if !looksLikeFile(name) {
		near := ""
		if n := wire.Nearest(name, lessonIDs()); n != "" {
			near = "; did you mean " + n + "?"
		}
		return nil, usagef("unknown lesson %q%s; 'mailtrek list lessons' shows them all", wire.Visible(name), near)
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s: no such file", wire.Visible(name))
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return scenario.LoadLesson(filepath.ToSlash(filepath.Dir(name)), root.FS(), filepath.Base(name), scenarios.Resolve)
}

// isLesson tells whether an argument means a lesson rather than a scenario.
func isLesson(name string) bool {
	if _, ok := lessons.Find(name); ok {
		return true
	}
	if _, ok := scenarios.Find(name); ok || !looksLikeFile(name) {
		return false
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return false
	}
	defer root.Close()
	return scenario.IsLesson(root.FS(), filepath.Base(name))
}

func lessonIDs() []string {
	var ids []string
	for _, n := range lessons.Names() {
		ids = append(ids, strings.TrimSuffix(n, ".md"))
	}
	return ids
}

// nextLesson is the first lesson in which something is left to do, or the first.
func nextLesson() string {
	ids := lessonIDs()
	for _, id := range ids {
		if p, err := readProgressOnly(id); err != nil || p == nil || p.Open > 0 {
			return id
		}
	}
	return ids[0]
}

// glanceAt is what a list says about the progress in a lesson.
type glanceAt struct{ Done, Of, Open int }

// readProgressOnly looks at the progress in a lesson and changes nothing; nil
// when it was never begun.
func readProgressOnly(id string) (*glanceAt, error) {
	name, err := progressFile(id)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil
	}
	p, err := lessons.DecodeProgress(id, data)
	if err != nil {
		return nil, err
	}
	doc, ok := lessons.Find(id)
	if !ok {
		return nil, fmt.Errorf("no lesson %s", id)
	}
	l, err := scenario.LoadLesson("", lessons.FS(), doc, scenarios.Resolve)
	if err != nil {
		return nil, err
	}
	p.Fit(l)
	g := &glanceAt{}
	g.Done, g.Of = (&lessons.Play{Lesson: l}).Count(p)
	g.Open = g.Of - g.Done
	return g, nil
}

// lessonList are the lessons, with title and summary in a language.
func (a *app) lessonList() ([]listed, error) {
	words, _ := i18n.In(a.lang)
	return glances(lessons.Names(), func(name string) (listed, error) {
		h, err := scenario.GlanceLesson(lessons.FS(), name, a.lang)
		if err != nil {
			return listed{}, err
		}
		return listed{Kind: "lesson", ID: h.ID, Title: h.Title, Summary: h.Summary, progress: "  (" + progressWords(h.ID, words) + ")"}, nil
	})
}

// progressWords are how far one is in a lesson, for a list.
func progressWords(id string, words *i18n.Words) string {
	g, err := readProgressOnly(id)
	if err != nil || g == nil {
		return words.T("learn.none")
	}
	return words.T("learn.done", "n", strconv.Itoa(g.Done), "of", strconv.Itoa(g.Of))
}

// judgeLesson checks a lesson: that it can be taught, and its tasks solved.
func (a *app) judgeLesson(v verdict) (verdict, error) {
	l, err := a.loadLesson(v.Document)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return v, err
	case err == nil:
		err = lessons.Lint(l)
	}
	if err != nil {
		v.Problem = err.Error()
		return v, nil
	}
	for _, w := range l.Warnings {
		v.Warnings = append(v.Warnings, w.String())
	}
	quizzes, tasks := 0, 0
	for i := range l.Stops {
		if l.Stops[i].Quiz != nil {
			quizzes++
		}
		if l.Stops[i].Task != nil {
			tasks++
		}
	}
	v.OK = true
	v.Lesson = fmt.Sprintf("a lesson with %d stops; questions with one key: %d; tasks solved by their solution: %d; languages: %d", len(l.Stops), quizzes, tasks, len(l.Texts))
	return v, nil
}
