package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// TestWhatIf goes through every kind of change, and takes the first answer to
// every question that needs none of its own.
func TestWhatIf(t *testing.T) {
	for i, c := range changes {
		t.Run(c.id, func(t *testing.T) {
			p, _ := actor(t, "alabala", "connect smtp -> mail:25", "ladder", "en", 120, 40)
			n := p.at
			act(p, "i")
			for range i {
				act(p, "down")
			}
			act(p, "enter")
			for steps := 0; p.form != nil && steps < 6; steps++ {
				if p.form.pick.free && p.form.pick.line.text == "" {
					act(p, "down")
				}
				act(p, "enter")
			}
			if p.form != nil {
				t.Fatalf("the form does not end:\n%s", p.frame().Text())
			}
			if p.course.parent == nil {
				t.Fatalf("no fork; the screen says %q", p.notice)
			}
			checkPairs(t, p)
			a, _, _ := p.comparing()
			if a.Shared < n {
				t.Errorf("the runs share %d events, want %d", a.Shared, n)
			}
			for _, k := range []string{"right", "right", "left", "down", "down", "up", "x", "x", "d", "d", "tab", "x", "d", "esc"} {
				act(p, k)
				checkSize(t, c.id+" "+k, p.frame(), 120, 40)
			}
			if act(p, "esc"); p.course.parent != nil {
				t.Error("Esc does not lead back to the story")
			}
		})
	}
}

// TestCompareSteps: in the comparison both runs move together, and the cursor
// goes from difference to difference.
func TestCompareSteps(t *testing.T) {
	p := refused(t, "en", 120, 40)
	a, _, _ := p.comparing()
	if p.row != a.First {
		t.Errorf("the cursor is in row %d, want the first difference, %d", p.row, a.First)
	}
	seen := map[int]bool{}
	for range len(a.diffs) + 2 {
		seen[p.row] = true
		if got, want := p.at, a.event(p.row, true); got != want {
			t.Errorf("row %d: the cursor is at %d, want %d", p.row, got, want)
		}
		act(p, "down")
	}
	if len(seen) != len(a.diffs) {
		t.Errorf("the arrow down stops in %d rows, want %d", len(seen), len(a.diffs))
	}
	for range len(a.Rows) + p.story.T.Len() {
		act(p, "left")
	}
	if p.at != 1 || p.row != a.bottom() {
		t.Errorf("to the left the cursor comes to event %d, row %d", p.at, p.row)
	}
	for range len(a.Rows) + p.story.T.Len() {
		act(p, "right")
	}
	if int(p.at) != p.story.T.Len() {
		t.Errorf("to the right the cursor comes to event %d of %d", p.at, p.story.T.Len())
	}
}

// refused is what happens when the first exchanger refuses.
func refused(t *testing.T, lang string, w, h int) *Player {
	t.Helper()
	p, _ := actor(t, "alabala", "connect smtp -> mail:25", "ladder", lang, w, h)
	act(p, "i", "down", "enter", "enter", "enter")
	if p.course.parent == nil {
		t.Fatalf("no fork; the screen says %q", p.notice)
	}
	p.notice = ""
	return p
}

// seated is a seat with a few lines typed.
func seatedPlayer(t *testing.T, lang string, w, h int) *Player {
	t.Helper()
	p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", lang, w, h)
	act(p, "T", "=telnet mail:25", "enter", "enter", "=EHLO client.stranger.example", "enter", "=MAIL FROM:me@stranger.example", "enter", "=RC", "tab", "tab")
	return p
}

// TestGoldenSeat compares the screens of forks and seats, in all languages.
func TestGoldenSeat(t *testing.T) {
	for _, lang := range []string{"en", "bg", "pl"} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
			end := fmt.Sprintf("-%s-%dx%d", lang, size[0], size[1])
			p, _ := actor(t, "alabala", "connect smtp -> mail:25", "ladder", lang, size[0], size[1])
			act(p, "i")
			golden(t, "whatif"+end, p.frame())
			act(p, "esc", "T")
			golden(t, "where"+end, p.frame())
			golden(t, "compare"+end, refused(t, lang, size[0], size[1]).frame())
			p = seatedPlayer(t, lang, size[0], size[1])
			golden(t, "seat"+end, p.frame())
			if size[0] == 80 {
				act(p, "f1")
				golden(t, "seathelp"+end, p.frame())
			}
		}
	}
}

// TestSeatSize: the screens of forks and seats have their size at every size,
// and nothing of what is typed or answered reaches the terminal raw.
func TestSeatSize(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {61, 23}, {80, 24}, {109, 30}, {110, 33}, {160, 45}, {200, 60}, {59, 19}, {20, 5}, {1, 1}} {
		w, h := size[0], size[1]
		p := refused(t, "bg", w, h)
		a, _, _ := p.comparing()
		for row := a.bottom(); row < len(a.Rows); row += 17 {
			p.toRow(row)
			checkSize(t, fmt.Sprintf("comparison, row %d", row), p.frame(), w, h)
		}
		p = seatedPlayer(t, "pl", w, h)
		checkSize(t, "seat", p.frame(), w, h)
		p.Update(tea.PasteMsg{Content: "NOOP \x1b[31m\u202e漢字 \u009b2J\r\n\x00" + strings.Repeat("ж", 300)})
		act(p, "enter")
		for range 11 {
			checkSize(t, "seat", p.frame(), w, h)
			for _, r := range strings.ReplaceAll(stripOwn(p.View().Content), "\n", "") {
				if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r == utf8.RuneError {
					t.Fatalf("%U reaches the terminal", r)
				}
			}
			act(p, "shift+tab")
		}
	}
}

// TestForkOfAFile: a trace without its scenario cannot be changed, and says so.
func TestForkOfAFile(t *testing.T) {
	p := Play(branchOf(t, "alabala").Trace(), Options{Theme: "mono"})
	p.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	for k, want := range map[string]string{"i": "cannot be changed", "T": "cannot be changed", "S": "Nothing has been changed yet"} {
		if act(p, k); !strings.Contains(p.notice, want) {
			t.Errorf("%s: the screen says %q", k, p.notice)
		}
	}
	for _, k := range []string{"x", "d", "u"} {
		if act(p, k); !strings.Contains(p.notice, "only one run") {
			t.Errorf("%s: the screen says %q", k, p.notice)
		}
	}
}

// TestWorkGivenUp: Esc gives up what takes long, and everything is as before.
func TestWorkGivenUp(t *testing.T) {
	p, _ := actor(t, "alabala", "event 30", "ladder", "en", 100, 30)
	parts := 0
	cmd := p.start(&work{
		words: func() string { return "busy" },
		part:  func() bool { parts++; return true },
		done:  func() tea.Cmd { t.Error("it is done although it was given up"); return nil },
	})
	if cmd == nil || !strings.Contains(p.frame().Text(), "busy") {
		t.Fatalf("the work is not shown:\n%s", p.frame().Text())
	}
	late := cmd()
	press(p, "right", "esc")
	before := parts
	p.Update(late)
	if p.work != nil || parts != before || p.at != 30 {
		t.Errorf("behind Esc: work %v, %d portions more, event %d", p.work != nil, parts-before, p.at)
	}
}

// TestAnswersOfNameServers: what can be chosen for a name server is what a fault
// takes, and each question and answer says what it is.
func TestAnswersOfNameServers(t *testing.T) {
	p, _ := actor(t, "alabala", "dns MX alabala.com", "dns", "en", 120, 40)
	for _, list := range [][]choice{p.verbs("ns:53"), p.replies("ns:53")} {
		for _, c := range list {
			if c.note == "" {
				t.Errorf("%s stands without a word", c.text)
			}
		}
	}
	for _, c := range p.replies("ns:53") {
		line := "ns.alabala.com:53 reply MX " + quoteReply(c.text)
		if _, err := p.course.branch.Scenario.ParseFault(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}
