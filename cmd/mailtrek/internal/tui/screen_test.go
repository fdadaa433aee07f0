package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// still is a player of a story, at an event, with a lens and a size.
func still(t testing.TB, tr *trace.Trace, at trace.Seq, lens string, w, h int) *Player {
	t.Helper()
	p := Play(tr, Options{At: at, Lens: lens, Theme: "mono"})
	p.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return p
}

// TestGoldenScreens compares whole screens with testdata. They are reviewed
// like code: go test -update writes them anew.
func TestGoldenScreens(t *testing.T) {
	tr := tracetest.Failover()
	find := func(selector string) trace.Seq {
		sel, err := trace.ParseSelector(selector)
		if err != nil {
			t.Fatal(err)
		}
		s := sel.Next(tr, 0)
		if s == 0 {
			t.Fatalf("no event is %s", selector)
		}
		return s
	}
	events := map[string]trace.Seq{
		"refused": find("connect -> mail:25 refused"),
		"rcpt":    find("smtp RCPT at mail2"),
		"defer":   find("queue mail2 -> deferred"),
		"append":  find("mailbox ivan append"),
		"retr":    find("pop3 RETR"),
		"mx":      find("dns MX alabala.com"),
	}
	for _, c := range []struct {
		event, lens string
		w, h        int
	}{
		{"refused", "map", 60, 20}, {"rcpt", "map", 80, 24}, {"mx", "map", 120, 40}, {"append", "map", 200, 60},
		{"refused", "ladder", 80, 24}, {"refused", "ladder", 120, 40}, {"refused", "ladder", 60, 20}, {"refused", "ladder", 200, 60},
		{"rcpt", "dialogue", 80, 24}, {"rcpt", "dialogue", 120, 40}, {"rcpt", "dialogue", 60, 20},
		{"append", "message", 80, 24}, {"append", "message", 120, 40}, {"append", "message", 60, 20},
		{"defer", "postfix", 80, 24}, {"defer", "postfix", 120, 40}, {"defer", "log", 80, 24}, {"defer", "log", 120, 40},
		{"retr", "dialogue", 80, 24}, {"retr", "mailboxes", 80, 24}, {"mx", "bytes", 120, 40}, {"mx", "dns", 80, 24}, {"mx", "bytes", 60, 20},
	} {
		name := fmt.Sprintf("%s-%s-%dx%d", c.lens, c.event, c.w, c.h)
		t.Run(name, func(t *testing.T) {
			golden(t, name, still(t, tr, events[c.event], c.lens, c.w, c.h).frame())
		})
	}
	p := still(t, tr, events["rcpt"], "ladder", 200, 60)
	press(p, "s")
	golden(t, "beside-200x60", p.frame())
	p = still(t, tr, events["append"], "message", 80, 24)
	press(p, "?")
	golden(t, "help-80x24", p.frame())
	press(p, "x", "e")
	golden(t, "why-80x24", p.frame())
	golden(t, "small-40x10", still(t, tr, 1, "ladder", 40, 10).frame())
}

func golden(t *testing.T, name string, c *Canvas) {
	t.Helper()
	var b strings.Builder
	for _, line := range strings.Split(c.Text(), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	path := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// press sends keys by name: single characters and the names of special keys.
func press(m tea.Model, names ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, n := range names {
		_, cmd = m.Update(keyNamed(n))
	}
	return cmd
}

func keyNamed(n string) tea.KeyPressMsg {
	k := tea.Key{Text: n}
	switch n {
	case "right":
		k = tea.Key{Code: tea.KeyRight}
	case "left":
		k = tea.Key{Code: tea.KeyLeft}
	case "down":
		k = tea.Key{Code: tea.KeyDown}
	case "up":
		k = tea.Key{Code: tea.KeyUp}
	case "shift+right":
		k = tea.Key{Code: tea.KeyRight, Mod: tea.ModShift}
	case "shift+left":
		k = tea.Key{Code: tea.KeyLeft, Mod: tea.ModShift}
	case "home":
		k = tea.Key{Code: tea.KeyHome}
	case "end":
		k = tea.Key{Code: tea.KeyEnd}
	case "pgdown":
		k = tea.Key{Code: tea.KeyPgDown}
	case "pgup":
		k = tea.Key{Code: tea.KeyPgUp}
	case "tab":
		k = tea.Key{Code: tea.KeyTab}
	case "shift+tab":
		k = tea.Key{Code: tea.KeyTab, Mod: tea.ModShift}
	case "enter":
		k = tea.Key{Code: tea.KeyEnter}
	case "esc":
		k = tea.Key{Code: tea.KeyEscape}
	case "backspace":
		k = tea.Key{Code: tea.KeyBackspace}
	case "space":
		k = tea.Key{Code: tea.KeySpace, Text: " "}
	case "ctrl+z":
		k = tea.Key{Code: 'z', Mod: tea.ModCtrl}
	case "ctrl+c":
		k = tea.Key{Code: 'c', Mod: tea.ModCtrl}
	default:
		k.Code, _ = utf8.DecodeRuneInString(n)
	}
	return tea.KeyPressMsg(k)
}

// wild is a story whose texts are as bad as mail can be.
func wild() *trace.Trace {
	b := tracetest.NewBuilder(trace.Header{Scenario: "wild", Title: "Писмо 漢字 👩‍👩‍👧 \x1b[31mred\u202e \u009b2J"})
	pc := b.Node("pc.sender.example", "pc", "10.0.0.1", "MUA")
	mx := b.Node("xn--e1afmkfd.example\x1b]0;title\x07", "mx\x1b[2J", "10.0.0.2", "MTA")
	b.Msg = b.T.AddMsg(trace.Msg{Name: "漢字 \x1b[7m"})
	b.Act(pc, "elena\x1b[5m", "submit", "submit \x1bP first")
	b.Field(pc, "mua", "Subject", "Среща 漢字漢字漢字 👩‍👩‍👧‍👦🇧🇬🏽 e\u0301 \u202eevil\u2066 \x1b[2J\u009b31m \xff\xfe")
	d := b.Open(trace.SMTP, pc, mx, "10.0.0.2:25").Accept()
	d.S("220 \x1b[2Jmx ESMTP", "220 \u009b31m")
	d.C("EHLO \x1b[2J\u202e")
	d.S("250-\x07\x08\x1b[2J", "250 SIZE\x1b 漢字")
	d.C("MAIL FROM:<елена\x1b[2J@пример.example>")
	d.S("250 2.1.0 Ok")
	d.State("MAIL given\x1b[2J")
	d.C("RCPT TO:<\u202eivan漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字@x>")
	d.S("550 5.1.1 <\x1b[31m>: User unknown 👩‍👩‍👧‍👦")
	d.C("DATA")
	d.Content(trace.Client, "From: \x1b[31mx\r\nReceived: from \x1b[2J by \u009b2J with \x07 id \x1b; now\r\nSubject: =?utf-8?B?G1syShtbMzFt?=\r\n\r\n\x1b]52;c;x\x07 漢字\r\n.\r\n")
	b.Queue(mx, "4F2A\x1b[2J", "", "incoming", 5, "\x1b[2J reason")
	b.Log(mx, "postfix/\x1b[2Jsmtpd", 5, "\x1b[2J 漢字 \u009b")
	q := b.Question(pc, mx, "\x1b[2J.example", "TXT")
	q.Answer(0, `x.example. 60 IN TXT "\027[2J evil"`)
	return b.T
}

// TestScreenSize: h lines of width w, for every lens, every event and many
// sizes, also with wide characters and with what should not reach a terminal.
func TestScreenSize(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "wild": wild()} {
		for _, size := range [][2]int{{60, 20}, {61, 23}, {80, 24}, {99, 30}, {100, 30}, {120, 40}, {200, 60}, {59, 19}, {20, 5}, {1, 1}} {
			for _, lens := range Lenses() {
				p := still(t, tr, 1, lens, size[0], size[1])
				step := 1
				if tr.Len() > 60 {
					step = 7
				}
				for s := 1; s <= tr.Len(); s += step {
					p.at = trace.Seq(s)
					checkSize(t, fmt.Sprintf("%s, %s, event %d", name, lens, s), p.frame(), size[0], size[1])
				}
			}
		}
	}
}

func checkSize(t *testing.T, what string, c *Canvas, w, h int) {
	t.Helper()
	lines := strings.Split(c.Text(), "\n")
	if len(lines) != h {
		t.Errorf("%s: got %d lines, want %d", what, len(lines), h)
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got != w {
			t.Errorf("%s, %dx%d: line %d is %d wide: %q", what, w, h, i, got, l)
		}
	}
}

// TestNothingRaw: whatever a mail contains, the output has no escape sequence
// but our own, and no control or bidi character at all.
func TestNothingRaw(t *testing.T) {
	tr := wild()
	for _, lens := range Lenses() {
		p := still(t, tr, 1, lens, 120, 40)
		for s := trace.Seq(1); tr.Has(s); s++ {
			p.at = s
			for _, page := range []string{"", "e", "?"} {
				p.whole, p.help = page == "e", page == "?"
				out := p.View().Content
				for _, r := range strings.ReplaceAll(stripOwn(out), "\n", "") {
					if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError {
						t.Fatalf("%s, event %d, page %q: %U reaches the terminal", lens, s, page, r)
					}
				}
			}
		}
	}
}

// stripOwn removes the sequences that a palette makes: ESC [ digits and
// semicolons m.
func stripOwn(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return b.String() + s
		}
		j := i + 2
		for j < len(s) && (s[j] == ';' || s[j] >= '0' && s[j] <= '9') {
			j++
		}
		b.WriteString(s[:i])
		if j < len(s) && s[j] == 'm' {
			j++
		} else {
			b.WriteString(s[i:j])
		}
		s = s[j:]
	}
}
