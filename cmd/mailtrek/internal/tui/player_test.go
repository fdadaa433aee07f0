package tui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestKeyTour presses every key and looks at where the cursor is and what the
// screen says.
func TestKeyTour(t *testing.T) {
	tr := tracetest.Failover()
	last := trace.Seq(tr.Len())
	f := state.New(tr)
	for _, c := range []struct {
		name string
		from trace.Seq
		keys []string
		at   trace.Seq
		says string
	}{
		{"next", 1, []string{"right", "space", "l"}, 4, "event 4 of"},
		{"back", 9, []string{"left", "h", "backspace"}, 6, "event 6 of"},
		{"back at the beginning", 1, []string{"left"}, 1, "the beginning of the story"},
		{"next at the end", last, []string{"right"}, last, "the end of the story"},
		{"command", 10, []string{"down"}, f.Next(state.ByCommand, 10), ""},
		{"command back", 50, []string{"up"}, f.Prev(state.ByCommand, 50), ""},
		{"hop", 10, []string{"]"}, f.Next(state.ByHop, 10), ""},
		{"hop by arrow", 10, []string{"shift+right"}, f.Next(state.ByHop, 10), ""},
		{"hop back", 150, []string{"["}, f.Prev(state.ByHop, 150), ""},
		{"stage", 10, []string{"pgdown"}, f.Next(state.ByStage, 10), ""},
		{"stage back", 150, []string{"{"}, f.Prev(state.ByStage, 150), ""},
		{"no further hop", last - 1, []string{"]"}, last, ""},
		{"end and start", 10, []string{"end", "home"}, 1, ""},
		{"cause", 100, []string{"c"}, tr.At(100).Cause, ""},
		{"no cause", 2, []string{"c"}, 2, "Nothing in the story caused"},
		{"by number", 1, []string{"g", "4", "2", "enter"}, 42, ""},
		{"number out of range", 7, []string{"g", "9", "9", "9", "9", "enter"}, 7, "There are events 1 to"},
		{"by time", 1, []string{"g", "3", "0", "s", "enter"}, (&Story{T: tr}).since(30e9), ""},
		{"after the end", 5, []string{"g", "9", "h", "enter"}, 5, "ends before 9h"},
		{"find a selector", 1, append(strings.Split("/smtp RCPT at mail2", ""), "enter"), first(t, tr, "smtp RCPT at mail2"), ""},
		{"find again and back", 1, append(strings.Split("/smtp RCPT", ""), "enter", "n", "N"), first(t, tr, "smtp RCPT"), ""},
		{"find nothing", 3, append(strings.Split("/zzzz", ""), "enter"), 3, "No event matches"},
		{"find a misspelt selector", 3, append(strings.Split("/smpt zzz", ""), "enter"), 3, "Did you mean “smtp”?"},
		{"find not asked", 3, []string{"n"}, 3, "Nothing has been searched"},
		{"prompt given up", 3, []string{"/", "a", "esc"}, 3, "event 3 of"},
		{"breakpoint", 3, []string{"b"}, 3, "stop at event 3"},
		{"bookmark", 3, []string{"m"}, 3, "Bookmark at event 3"},
		{"to the next bookmark and around", 3, []string{"m", "right", "right", "m", "'", "'"}, 5, "Bookmark 2 of 2"},
		{"no bookmark", 3, []string{"'"}, 3, "no bookmark yet"},
		{"filter", 1, append(strings.Split("fsmtp RCPT", ""), "enter"), first(t, tr, "smtp RCPT"), "only: smtp RCPT"},
		{"filtered steps", 1, append(strings.Split("fsmtp RCPT at mail2", ""), "enter", "home", "end", "left"), first(t, tr, "smtp RCPT at mail2"), "No further match"},
		{"filter cleared", 1, append(strings.Split("fsmtp RCPT", ""), "enter", "esc", "home", "right"), 2, "event 2 of"},
		{"filter of nothing", 3, append(strings.Split("fzzzz", ""), "enter"), 3, "No event matches"},
		{"copy", 3, []string{"y"}, 3, "d the dialogue"},
		{"copied", 3, []string{"y", "s"}, 3, "Copied: "},
		{"help and away", 3, []string{"?", "x"}, 3, "event 3 of"},
		{"explanation", 3, []string{"e"}, 3, "Why event 3"},
		{"theme", 3, []string{"t"}, 3, "Theme: dark"},
		{"speed", 3, []string{"+"}, 3, "8 events a second"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := still(t, tr, c.from, "ladder", 100, 30)
			press(p, c.keys...)
			if p.at != c.at {
				t.Errorf("after %v from %d: got event %d, want %d", c.keys, c.from, p.at, c.at)
			}
			if got := p.frame().Text(); !strings.Contains(got, c.says) {
				t.Errorf("after %v the screen does not say %q:\n%s", c.keys, c.says, got)
			}
		})
	}
}

func first(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return sel.Next(tr, 1)
}

// TestLenses: Tab and the digits lead through all lenses.
func TestLenses(t *testing.T) {
	p := still(t, tracetest.Story(), 60, "", 100, 30)
	for i := range lenses {
		press(p, strconv.Itoa(i+1))
		if p.lens != i {
			t.Errorf("key %d: got lens %d", i+1, p.lens)
		}
	}
	press(p, "tab")
	if p.lens != 0 {
		t.Errorf("Tab behind the last lens: got %d, want 0", p.lens)
	}
	press(p, "shift+tab")
	if want := len(lenses) - 1; p.lens != want {
		t.Errorf("Shift-Tab before the first lens: got %d, want %d", p.lens, want)
	}
}

// TestPlay: ticks move the cursor to the next breakpoint or to the end.
func TestPlay(t *testing.T) {
	p := still(t, tracetest.Story(), 1, "", 100, 30)
	p.breaks[5] = true
	if cmd := press(p, "p"); cmd == nil {
		t.Fatal("p starts no clock")
	}
	for range 10 {
		p.Update(tick(p.play))
	}
	if p.at != 5 || p.play != 0 {
		t.Errorf("got event %d, playing %v; want a stop at the breakpoint 5", p.at, p.play != 0)
	}
	press(p, "p")
	old := p.play
	press(p, "p", "p")
	p.Update(tick(old))
	if p.at != 5 {
		t.Errorf("a tick of an earlier run moved the cursor to %d", p.at)
	}
	p.at = trace.Seq(p.story.T.Len())
	p.Update(tick(p.play))
	if p.play != 0 {
		t.Error("the play goes on behind the end")
	}
}

// TestCopy: each choice gives a text without control characters, and the
// selector leads to the event.
func TestCopy(t *testing.T) {
	tr := tracetest.Failover()
	at := first(t, tr, "smtp RCPT at mail2")
	for key, want := range map[string]string{
		"y": "RCPT TO:<ivan@alabala.com>", "d": "C: DATA\nS: 250 2.1.0 Ok\n", "w": "RFC 5321", "s": "smtp RCPT at mail2",
	} {
		p := still(t, tr, at, "", 100, 30)
		cmd := press(p, "y", key)
		if cmd == nil {
			t.Fatalf("y %s copies nothing", key)
		}
		if got := clipboard(t, cmd); !strings.Contains(got, want) || strings.ContainsAny(got, "\r\x1b") {
			t.Errorf("y %s: got %q, want it to contain %q", key, got, want)
		}
	}
	for s := trace.Seq(1); tr.Has(s); s++ {
		source := still(t, tr, s, "", 100, 30).instant().selectorHere()
		if got := startOf(t, tr, source); got != s {
			t.Errorf("the selector %q of event %d leads to %d", source, s, got)
		}
	}
}

func startOf(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return sel.Next(tr, 0)
}

// TestQuit: q and Ctrl-C leave from everywhere but a prompt, which q is typed
// into.
func TestQuit(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"ctrl+c"}, {"?", "q"}, {"e", "q"}, {"/", "ctrl+c"}, {"p", "q"}} {
		p := still(t, tracetest.Story(), 1, "", 100, 30)
		cmd := press(p, keys...)
		if cmd == nil {
			t.Errorf("%v does not leave", keys)
		} else if _, ok := cmd().(tea.QuitMsg); !ok {
			t.Errorf("%v: got %T, want a QuitMsg", keys, cmd())
		}
	}
	p := still(t, tracetest.Story(), 1, "", 100, 30)
	if cmd := press(p, "/", "q"); cmd != nil || p.prompt == nil || p.prompt.text != "q" {
		t.Error("q in a prompt is not typed")
	}
}

// TestHome: lessons come first; Enter plays a scenario, Esc comes back, what
// cannot be loaded is said.
func TestHome(t *testing.T) {
	load := func(id string) (Loaded, error) {
		if id == "alabala" {
			return Loaded{Trace: tracetest.Story()}, nil
		}
		return Loaded{}, errors.New("no scenario is called \"" + id + "\"")
	}
	a := Home(Config{Load: load, Items: []Item{
		{ID: "01-smtp", Title: "The first lesson", Lesson: true},
		{ID: "alabala", Title: "A mail", Summary: "From here to there."}, {ID: "gone", Title: "Another"},
	}})
	a.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	golden(t, "home-80x24", a.frame())
	a.Update(press(a, "down", "enter")())
	if a.player == nil {
		t.Fatal("Enter plays nothing")
	}
	press(a, "right", "esc")
	if a.player != nil {
		t.Fatal("Esc does not lead back")
	}
	a.Update(press(a, "down", "enter")())
	if got := a.frame().Text(); !strings.Contains(got, `no scenario is called "gone"`) {
		t.Errorf("a failure is not said:\n%s", got)
	}
	press(a, "end", "enter")
	press(a, strings.Split("alabala", "")...)
	a.Update(press(a, "enter")())
	if a.player == nil {
		t.Error("the file of a typed name is not opened")
	}
}

// TestHomeList: scenarios stand under their folder with what the selected one
// is about below or beside; words that are typed leave those that have them.
func TestHomeList(t *testing.T) {
	opened := ""
	a := Home(Config{
		Load: func(id string) (Loaded, error) {
			opened = id
			return Loaded{Trace: tracetest.Story()}, nil
		},
		Items: []Item{
			{ID: "mx-failover", Title: "The first exchanger does not answer", Group: "lab", Summary: "Nobody is at home."},
			{ID: "alabala", Title: "A mail", Summary: "From here to there."},
			{ID: "07-null-mx", Title: "A domain that takes no mail", Group: "course", Summary: "An answer at once.", Reading: "A *null MX* says **no**.\n\n```\n@ MX 0 .\n```\n"},
			{ID: "mine", Title: "Something else", Group: "own"},
			{ID: "01-dns-mx", Title: "DNS and MX routing", Lesson: true, Note: "3 of 14 done", Summary: "How a server finds the next."},
		},
	})
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		a.Update(tea.WindowSizeMsg{Width: size.w, Height: size.h})
		a.at = 2
		golden(t, fmt.Sprintf("home-list-%dx%d", size.w, size.h), a.frame())
	}
	press(a, "home", "pgdown", "pgup", "/", "m", "x", "space", "t", "a", "k")
	if got := a.frame().Text(); strings.Contains(got, "A mail") || !strings.Contains(got, "takes no mail") {
		t.Errorf("the words “mx tak” leave\n%s", got)
	}
	press(a, "down")
	a.Update(press(a, "up", "enter")())
	if opened != "07-null-mx" || a.player == nil {
		t.Errorf("Enter opens %q of those that were found", opened)
	}
	press(a, "esc", "z", "z")
	if got := a.frame().Text(); !strings.Contains(got, "Nothing here has “mx takzz”") {
		t.Errorf("that nothing is found is said so:\n%s", got)
	}
	press(a, "esc")
	if got := a.frame().Text(); !strings.Contains(got, "DNS and MX routing") || a.find != nil {
		t.Errorf("Esc shows all again, not\n%s", got)
	}
}

// TestHomeBroken: what is left out is said in one line, until a key is pressed.
func TestHomeBroken(t *testing.T) {
	a := Home(Config{Items: []Item{{ID: "alabala", Title: "A mail"}}, Broken: "b.md:3:1: no such block\nc.md:1:1: no front matter"})
	a.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if got := a.frame().Text(); !strings.Contains(got, "b.md:3:1: no such block c.md:1:1") || !strings.Contains(got, "A mail") {
		t.Errorf("the screen does not show what is there and what is not:\n%s", got)
	}
	press(a, "down")
	if got := a.frame().Text(); strings.Contains(got, "b.md") {
		t.Errorf("the error stays:\n%s", got)
	}
}

// TestHomeFailure: a document with mistakes is told of with place, line and what
// was expected, on a page that the next key closes.
func TestHomeFailure(t *testing.T) {
	a := Home(Config{Items: []Item{{ID: "alabala", Title: "A mail"}}})
	a.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	why := "b.md:6:4: \"mainn.cf\" is no kind of block\n    6 | ```mainn.cf smtp\n      |    ^~~~~~~~\n        expected one of host, hosts, link, zone, main.cf, master.cf, aliases, file or mail\x1b[31m\n\n1 error"
	a.loading = "b.md"
	a.Update(loaded{id: "b.md", err: errors.New(why)})
	got := a.frame().Text()
	for _, want := range []string{"b.md cannot be opened", "b.md:6:4:", "    6 | ```mainn.cf smtp", "      |    ^~~~~~~~", "        expected one of host", "or mail␛[31m", "1 error"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	press(a, "down")
	if got := a.frame().Text(); strings.Contains(got, "b.md") || !strings.Contains(got, "A mail") || a.at != 0 {
		t.Errorf("a key does not close the page, or does more:\n%s", got)
	}
	a.loading = "nope.md"
	a.Update(loaded{id: "nope.md", err: errors.New("nope.md: no such file")})
	if got := a.frame().Text(); !strings.Contains(got, "nope.md: no such file") || !strings.Contains(got, "A mail") {
		t.Errorf("a short reason stands below the list, not:\n%s", got)
	}
}

// TestWords: every key that the code asks for has an English text.
func TestWords(t *testing.T) {
	w, _ := i18n.In("en")
	var asked []string
	for _, l := range Lenses() {
		asked = append(asked, "lens."+l)
	}
	for _, g := range append(keys.groups(), homeKeys.rows()) {
		for _, row := range g {
			asked = append(asked, row.text)
		}
	}
	for _, b := range append(append(keys.row(true), keys.row(false)...), homeKeys.row()...) {
		asked = append(asked, b.word)
	}
	for k := state.Submit; k <= state.Do; k++ {
		asked = append(asked, "stage."+k.String())
	}
	for p := state.Unopened; p <= state.Reset; p++ {
		asked = append(asked, "dlg.phase."+p.String())
	}
	for _, key := range asked {
		if w.T(key) == key {
			t.Errorf("no text for %q", key)
		}
	}
}
