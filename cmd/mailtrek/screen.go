package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/x/term"

	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// needsTerminal refuses politely to draw a screen where there is none.
func (a *app) needsTerminal(instead string) error {
	f, ok := a.out.(*os.File)
	if ok && term.IsTerminal(f.Fd()) {
		return nil
	}
	return fmt.Errorf("this needs a terminal, and standard output is none; '%s' prints text", wire.Visible(instead))
}

// screenOptions are the global flags as the screen takes them.
func (a *app) screenOptions() (tui.Options, error) {
	if a.theme != "" && !slices.Contains(tui.Themes(), a.theme) {
		return tui.Options{}, usagef("unknown theme %q; known: %s", wire.Visible(a.theme), strings.Join(tui.Themes(), ", "))
	}
	return tui.Options{Lang: a.lang, Theme: a.theme, NoColor: a.noColor, ASCII: a.plain}, nil
}

// show opens a trace on the screen.
func (a *app) show(_ context.Context, t *trace.Trace, at, lens string) error {
	o, err := a.screenOptions()
	if err != nil {
		return err
	}
	if lens != "" && !slices.Contains(tui.Lenses(), lens) {
		return usagef("unknown lens %q; known: %s", wire.Visible(lens), strings.Join(tui.Lenses(), ", "))
	}
	o.Lens = lens
	if o.At, err = startAt(t, at); err != nil {
		return err
	}
	return tui.Run(tui.Play(t, o), a.in, a.out)
}

// home opens the home screen.
func (a *app) home(context.Context) error {
	if err := a.needsTerminal("mailtrek run alabala"); err != nil {
		return err
	}
	o, err := a.screenOptions()
	if err != nil {
		return err
	}
	all, broken := a.everything()
	c := tui.Config{Options: o, Load: a.loadTrace, Learn: func(id string) (tui.LessonConfig, error) { return a.lesson(id, false) }}
	if broken != nil {
		c.Broken = broken.Error()
	}
	for _, d := range all {
		if d.Kind != "world" {
			c.Items = append(c.Items, tui.Item{ID: d.ID, Title: d.Title + d.progress, Summary: d.Summary, Lesson: d.Kind == "lesson"})
		}
	}
	return tui.Run(tui.Home(c), a.in, a.out)
}

// loadTrace is how the home screen gets the trace of a scenario, of a file, or of
// a message that travels.
func (a *app) loadTrace(name string) (*trace.Trace, error) {
	if looksLikeFile(name) && !strings.HasSuffix(name, ".md") {
		return a.opened(name, mailOptions{world: "alabala"})
	}
	s, err := a.load(name)
	if err != nil {
		return nil, err
	}
	return a.runScenario(s, nil, 0)
}
