package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// typeIn types a text and presses Enter.
func typeIn(m tea.Model, text string) tea.Cmd {
	press(m, strings.Split(text, "")...)
	return press(m, "enter")
}

// TestPalette types commands and looks at what became of them.
func TestPalette(t *testing.T) {
	tr := tracetest.Failover()
	for _, c := range []struct {
		typed string
		done  func(p *Player) bool
	}{
		{":at dns MX alabala.com", func(p *Player) bool { return p.at == first(t, tr, "dns MX alabala.com") }},
		{":dns MX", func(p *Player) bool { return p.at == first(t, tr, "dns MX") }},
		{":42", func(p *Player) bool { return p.at == 42 }},
		{":event 42", func(p *Player) bool { return p.at == 42 }},
		{":+30s", func(p *Player) bool { return p.at == (&Story{T: tr}).since(30e9) }},
		{":time 30s", func(p *Player) bool { return p.at == (&Story{T: tr}).since(30e9) }},
		{":time 09:00:30", func(p *Player) bool { return p.at == (&Story{T: tr}).since(30e9) }},
		{":lens dns", func(p *Player) bool { return lenses[p.lens].Name == "dns" }},
		{":postfix", func(p *Player) bool { return lenses[p.lens].Name == "postfix" }},
		{":theme light", func(p *Player) bool { return p.look.palette.name == "light" }},
		{":colour", func(p *Player) bool { return p.look.palette.name == "colour-blind" }},
		{":lang bg", func(p *Player) bool { return p.look.words.Lang() == "bg" }},
		{":depth rfc", func(p *Player) bool { return p.look.depth == explain.Clause }},
		{":only smtp RCPT", func(p *Player) bool { return p.only.what == "smtp RCPT" }},
		{":stop reply 4??", func(p *Player) bool { return len(p.stops) == 1 && p.stops[0].what == "reply 4??" }},
		{":host mail2", func(p *Player) bool { return tr.At(p.at).Node == tr.NodeNamed("mail2.alabala.com") || p.at > 10 }},
		{":hop-back", func(p *Player) bool { return p.at < 10 }},
		{":save", func(p *Player) bool { return p.palette != nil && p.notice != "" }}, // not here, and it says why
		{":explain RCPT", func(p *Player) bool { return p.whole && p.entry == "RCPT" }},
		{":speed 60", func(p *Player) bool { return speeds[p.speed] == 60 }},
		{":bookmark", func(p *Player) bool { return len(p.bookmarks) == 1 }},
		{":copy json", func(p *Player) bool { return strings.Contains(p.notice, `{"seq":10`) }},
		{":zzzz", func(p *Player) bool { return p.palette != nil && strings.Contains(p.notice, "zzzz") }},
		{":event 99999", func(p *Player) bool { return p.palette != nil && strings.Contains(p.notice, "events 1 to") }},
	} {
		t.Run(c.typed, func(t *testing.T) {
			p := still(t, tr, 10, "ladder", 100, 30)
			typeIn(p, c.typed)
			if !c.done(p) {
				t.Errorf("%s does not do it: event %d, lens %s, notice %q\n%s", c.typed, p.at, lenses[p.lens].Name, p.notice, p.frame().Text())
			}
		})
	}
}

// TestPaletteCompletes: Tab goes on, what was done last stands first, and Esc
// leaves.
func TestPaletteCompletes(t *testing.T) {
	p := still(t, tracetest.Failover(), 10, "", 100, 30)
	press(p, ":", "t", "h", "e", "tab")
	if got := p.palette.line.text; got != "theme " {
		t.Errorf("Tab behind the: got %q, want \"theme \"", got)
	}
	press(p, "m", "o", "enter")
	if p.palette != nil || p.look.palette.name != "mono" {
		t.Errorf("theme mo Enter: got the theme %s", p.look.palette.name)
	}
	press(p, ":")
	if got := p.suggest("")[0].line; got != "theme mono" {
		t.Errorf("the first suggestion is %q, want what was done last", got)
	}
	press(p, "esc", "/", "r", "e", "p", "l", "y", "tab")
	if p.palette == nil || p.palette.line.text != "find reply" {
		t.Fatal("Tab in the prompt of / does not go on in the palette")
	}
	if got := p.frame().Text(); !strings.Contains(got, "reply 250") && !strings.Contains(got, "find reply") {
		t.Errorf("the palette does not show what may follow:\n%s", got)
	}
	press(p, "esc")
	if p.palette != nil {
		t.Error("Esc does not leave the palette")
	}
}

// TestPaletteShowsReasons: what cannot be done is there, with the reason.
func TestPaletteShowsReasons(t *testing.T) {
	p := still(t, tracetest.Failover(), 10, "", 100, 30)
	for _, s := range p.named() {
		if s.note == "" || strings.HasPrefix(s.note, "do.") || strings.HasPrefix(s.note, "order.") {
			t.Errorf("%s says nothing about itself: %q", s.line, s.note)
		}
		switch s.line {
		case "seat", "what-if", "exchange", "again", "marked", "wrote":
			if s.why == "" {
				t.Errorf("%s can be done, although it cannot", s.line)
			}
		case "next", "explain", "theme":
			if s.why != "" {
				t.Errorf("%s cannot be done: %s", s.line, s.why)
			}
		}
	}
	w, _ := i18n.In("en")
	for _, l := range Lenses() {
		if w.T("here."+l) == "here."+l {
			t.Errorf("the help says nothing about the lens %s", l)
		}
	}
}

// TestFuzzy: the better a text fits, the more it is worth.
func TestFuzzy(t *testing.T) {
	for _, c := range []struct{ typed, better, worse string }{
		{"dns", "dns", "dns MX"}, {"dns", "dns MX", "lens dns"}, {"dns", "lens dns", "idnsx"}, {"thl", "theme light", "host mail2"},
		{"light th", "theme light", "theme dark"}, {"mail", "host mail2", "thumailx"},
	} {
		if b, w := fuzzy(c.typed, c.better), fuzzy(c.typed, c.worse); b <= w {
			t.Errorf("%q fits %q with %d and %q with %d, want more for the first", c.typed, c.better, b, c.worse, w)
		}
	}
	if got := fuzzy("xyz", "theme"); got != 0 {
		t.Errorf("xyz fits theme with %d, want 0", got)
	}
}

// TestSizeOfPages: palette, help, explanations and copies keep the size of the
// screen at every size and in every language.
func TestSizeOfPages(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Failover(), "wild": wild()} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {97, 31}, {120, 40}, {200, 60}} {
			for _, lang := range []string{"en", "bg", "pl"} {
				for _, keys := range [][]string{{":"}, {":", "a", "t", "space"}, {"?"}, {"?", "J", "J"}, {"e"}, {"E", "e", "J"}, {"E", "E", "e"}, {"y"}, {".", "."}, {"B"}} {
					p := Play(tr, Options{At: 12, Lang: lang, Theme: "mono"})
					p.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
					press(p, keys...)
					checkSize(t, name+" "+lang+" "+strings.Join(keys, " "), p.frame(), size[0], size[1])
				}
			}
		}
	}
}
