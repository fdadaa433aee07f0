package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/x/term"

	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
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
	keys, err := readKeys()
	if err != nil {
		return tui.Options{}, err
	}
	return tui.Options{Lang: a.lang, Depth: a.depth, Keys: keys, Theme: a.theme, NoColor: a.noColor, ASCII: asciiLocale(), Save: saveNew, World: a.worldOf}, nil
}

// asciiLocale tells whether the locale names a character set that has no lines
// to draw with. Where no locale is set, nothing is known and all is hoped for.
func asciiLocale() bool {
	locale := strings.ToLower(firstSet("LC_ALL", "LC_CTYPE", "LANG"))
	return locale != "" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}

// showPlain plays a trace in lines, for screen readers, pipes and terminals
// without a screen.
func (a *app) showPlain(t *trace.Trace, at, lens string) error {
	o, err := a.startOptions(t, at, lens)
	if err != nil {
		return err
	}
	return tui.PlayPlain(t, o, a.in, a.out, a.plainWidth())
}

// plainWidth is where lines are broken: a pipe gets whole ones.
func (a *app) plainWidth() int {
	if f, ok := a.out.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return a.columns()
	}
	return 0
}

// show opens a trace on the screen.
func (a *app) show(_ context.Context, t *trace.Trace, at, lens string) error {
	o, err := a.startOptions(t, at, lens)
	if err != nil {
		return err
	}
	return tui.Run(tui.Opened(a.homeConfig(), tui.Play(t, o)), a.in, a.out)
}

// showBranch opens a branch on the screen, where it can be changed. name is how
// its scenario is found again.
func (a *app) showBranch(b *scenario.Branch, name, at, lens string) error {
	o, err := a.startOptions(b.Trace(), at, lens)
	if err != nil {
		return err
	}
	o.Source = name
	if a.plain {
		return tui.PlayBranchPlain(b, o, a.in, a.out, a.plainWidth())
	}
	return tui.Run(tui.Opened(a.homeConfig(), tui.PlayBranch(b, o)), a.in, a.out)
}

// startOptions are the options of a screen that begins at the first event of a
// selector.
func (a *app) startOptions(t *trace.Trace, at, lens string) (tui.Options, error) {
	o, err := a.screenOptions()
	if err != nil {
		return o, err
	}
	if lens != "" && !slices.Contains(tui.Lenses(), lens) {
		return o, usagef("unknown lens %q; known: %s", wire.Visible(lens), strings.Join(tui.Lenses(), ", "))
	}
	o.Lens = lens
	o.At, err = startAt(t, at)
	return o, err
}

// saveNew writes a file that must not exist yet.
func saveNew(name string, content []byte) error {
	return writeFile(name, false, func(w *bufio.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// home opens the home screen.
func (a *app) home(context.Context) error {
	if a.plain {
		return a.homePlain()
	}
	if err := a.needsTerminal("mailtrek run alabala"); err != nil {
		return err
	}
	o, err := a.screenOptions()
	if err != nil {
		return err
	}
	c := a.homeConfig()
	c.Options = o
	items, broken := a.items()
	c.Items, c.Stock = items, nil
	if broken != nil {
		c.Broken = broken.Error()
	}
	return tui.Run(tui.Home(c), a.in, a.out)
}

// homeConfig is the home screen without what it offers, which is read when it
// is first asked for.
func (a *app) homeConfig() tui.Config {
	return tui.Config{
		Load:  a.loadStory,
		Learn: func(id string) (tui.LessonConfig, error) { return a.lesson(id, false) },
		Stock: func() []tui.Item {
			items, _ := a.items()
			return items
		},
	}
}

// items are the lessons and scenarios as the home screen offers them.
func (a *app) items() ([]tui.Item, error) {
	all, broken := a.everything()
	var items []tui.Item
	for _, d := range all {
		if d.Kind != "world" {
			items = append(items, tui.Item{ID: d.ID, Title: d.Title, Note: strings.Trim(d.progress, " ()"), Summary: d.Summary, Lesson: d.Kind == "lesson", Group: d.folder, Reading: d.reading})
		}
	}
	return items, broken
}

// loadStory is how the home screen gets a scenario, a file, or a message that
// travels.
func (a *app) loadStory(name string) (tui.Loaded, error) {
	if looksLikeFile(name) && !strings.HasSuffix(name, ".md") {
		o, err := a.opened(name, mailOptions{world: "alabala"})
		return tui.Loaded{Trace: o.trace, Branch: o.branch, Source: o.source, At: o.at, Lens: o.lens}, err
	}
	b, err := a.branch(name)
	return tui.Loaded{Branch: b, Source: name}, err
}

// homePlain lists what can be played, in lines.
func (a *app) homePlain() error {
	all, broken := documents(a.lang)
	if broken != nil {
		fmt.Fprintln(a.err, "mailtrek: "+visibleLines(broken.Error()))
	}
	for _, d := range all {
		if d.Kind == "scenario" {
			fmt.Fprintf(a.out, "mailtrek play --plain %s\n    %s\n", d.ID, wire.Visible(d.Title))
		}
	}
	return nil
}
