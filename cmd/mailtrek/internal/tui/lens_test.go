package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// lensEvents are the events at which each lens has most to tell, in a built-in
// scenario.
var lensEvents = []struct{ lens, scenario, selector string }{
	{"map", "alabala", "smtp RCPT at mail"},
	{"ladder", "04-failover", "queue mail2 -> deferred"},
	{"dialogue", "alabala", "smtp RCPT at mail"},
	{"postfix", "04-failover", "queue mail2 -> deferred"},
	{"message", "alabala", "mailbox ivan append"},
	{"dns", "05-equal-exchangers", "mailbox append"},
	{"mailboxes", "25-imap-on-two-devices", "imap STORE"},
	{"log", "09-unknown-user", "reply 550"},
	{"bytes", "alabala", "dns MX alabala.com"},
}

// traceOf runs a built-in scenario.
func traceOf(t testing.TB, id string) *trace.Trace {
	t.Helper()
	name, ok := scenarios.Find(id)
	if !ok {
		t.Fatalf("no scenario %s", id)
	}
	s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.PlayWith(nil, 0); err != nil {
		t.Fatal(err)
	}
	return r.Trace()
}

// TestLensScreens compares every lens at four sizes and in three languages with
// testdata/screens. The reasons below the lens are not theirs, so the lens is
// drawn alone, in the room that it has on a screen of that size.
func TestLensScreens(t *testing.T) {
	traces := map[string]*trace.Trace{}
	for _, c := range lensEvents {
		if traces[c.scenario] == nil {
			traces[c.scenario] = traceOf(t, c.scenario)
		}
		tr := traces[c.scenario]
		sel, err := trace.ParseSelector(c.selector)
		if err != nil {
			t.Fatal(err)
		}
		at := sel.Next(tr, 0)
		if at == 0 {
			t.Fatalf("no event of %s is %s", c.scenario, c.selector)
		}
		for _, lang := range i18n.Languages() {
			for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
				name := fmt.Sprintf("lens-%s-%s-%dx%d", c.lens, lang, size[0], size[1])
				p := Play(tr, Options{At: at, Lens: c.lens, Theme: "mono", Lang: lang})
				p.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				canvas := NewCanvas(size[0], lensHeight(size[0], size[1]))
				lenses[p.lens].Draw(p.instant(), canvas.All())
				golden(t, name, canvas)
			}
		}
	}
}

// lensHeight is the number of rows that a lens has on a screen.
func lensHeight(w, h int) int {
	switch {
	case h < 24:
		return h - 3 - 5
	case h >= 34 || w < 100:
		return h - 3 - 8
	}
	return h - 3 - 7
}
