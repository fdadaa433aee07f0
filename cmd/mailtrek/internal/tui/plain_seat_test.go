package tui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
)

// plainly is what the linear player of a scenario answers to lines.
func plainly(t *testing.T, id, lang string, files saved, lines ...string) string {
	t.Helper()
	var out bytes.Buffer
	o := Options{Lang: lang, Save: files.save}
	if err := PlayBranchPlain(branchOf(t, id), o, strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, 0); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPlainSeat: a session by hand, a shell, and a change, all in lines.
func TestPlainSeat(t *testing.T) {
	files := saved{}
	got := plainly(t, "alabala", "en", files,
		"goto 20", "seat mail:25 from ext", "EHLO x", "DATA", "MAIL FROM:a@b", "~may", "~complete RC", "~lf RSET", "~undo", "~why", "~lens log", "~save my.md", "~~x", "~undo", "QUIT", "~.",
		"compare", "other", "return", "shell mail", "mailq", "nonsense", "ssh smtp", "telnet mail 25", "NOOP", "~.", "cat <<E", "text", "E", "~wait", "~.", "return",
		"what if mail.alabala.com:25 refuse", "return", "what", "command", "mail.alabala.com", "mailq", "return", "what", "1", "cancel", "what if nonsense", "seat nowhere:1", "quit")
	for _, want := range []string{
		"S: 220 mail.alabala.com ESMTP Postfix", "503 5.5.1", "Say MAIL FROM:<…> first", "angle brackets", "may be said now: RCPT TO:<forward-path>", "RCPT TO:<",
		"lone LF", "Taken back", "Saved as my.md.", "I can break rules, too", "221 2.0.0 Bye", "Type compare for what differs", "was: nothing", "now: ", "Mail queue is empty", "nonsense: not found",
		"You sit at smtp", "S: 250 2.0.0 Ok", "what if", "Rows that differ", "Nothing was changed", "For instance: what if", "Nothing of that name takes connections here: nowhere:1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it was not said: %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
	if !strings.Contains(files["my.md"], "telnet 10.10.10.10 25 <<END") {
		t.Errorf("the saved document is\n%s", files["my.md"])
	}
	for _, r := range strings.ReplaceAll(got, "\n", "") {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			t.Fatalf("%U reaches the terminal", r)
		}
	}
}

// TestPlainWords: the linear seat has all its texts in each language.
func TestPlainWords(t *testing.T) {
	for _, lang := range []string{"bg", "pl"} {
		got := plainly(t, "alabala", lang, saved{}, "help", "seat", "seat mail:25 from ext", "~help", "QUIT", "~.", "compare", "return", "what", "cancel", "quit")
		w, _ := i18n.In(lang)
		for _, key := range []string{"plain.does.seat", "plain.does.whatif", "plain.seat.help", "plain.end.closed", "plain.form.gone"} {
			if !strings.Contains(got, w.T(key)) {
				t.Errorf("%s: %s was not said; said was\n%s", lang, key, got)
			}
		}
	}
}

// TestShellOfASeat: telnet, ssh and exit at the shell of a seat; Ctrl-C and
// Ctrl-D; undo of a whole telnet.
func TestShellOfASeat(t *testing.T) {
	p, _ := actor(t, "alabala", "event 60", "ladder", "en", 100, 30)
	act(p, "T", "=shell of mail.alabala", "enter")
	if p.board == nil || !p.board.seat.IsShell() {
		t.Fatalf("nobody sits at a shell:\n%s", p.frame().Text())
	}
	act(p, "=telnet mail.alabala.com 25", "enter")
	if p.board.under == nil {
		t.Fatalf("telnet does not connect the keyboard:\n%s", p.frame().Text())
	}
	act(p, "=EHLO me", "enter", "=QUIT", "enter", "enter")
	if p.board.under != nil || !p.board.seat.IsShell() {
		t.Fatalf("behind the end Enter does not lead to the shell:\n%s", p.frame().Text())
	}
	if text := p.frame().Text(); !strings.Contains(text, "S: 221 2.0.0 Bye") {
		t.Errorf("the shell does not show what the telnet has shown:\n%s", text)
	}
	act(p, "=mailq", "enter", "ctrl+z", "ctrl+c")
	if p.board.line.text != "" || p.notice != "" {
		t.Errorf("Ctrl-C leaves the line %q and says %q", p.board.line.text, p.notice)
	}
	act(p, "ctrl+z")
	if n := len(p.board.seat.Lines); n != 0 {
		t.Errorf("behind the undo of the telnet there are %d lines:\n%s", n, p.frame().Text())
	}
	act(p, "ctrl+u", "=ssh smtp", "enter", "=hostname", "enter")
	if text := p.frame().Text(); !strings.Contains(text, "smtp.sender.example") {
		t.Errorf("ssh leads nowhere:\n%s", text)
	}
	act(p, "ctrl+d")
	if got, want := p.board.seat.Host, "mail.alabala.com"; got != want {
		t.Errorf("Ctrl-D leads to %s, want %s", got, want)
	}
	act(p, "ctrl+c")
	if p.board == nil || !strings.Contains(p.notice, "once more") {
		t.Errorf("Ctrl-C without a line says %q", p.notice)
	}
	act(p, "ctrl+d")
	if p.board != nil {
		t.Error("Ctrl-D at the first shell does not leave the seat")
	}
}

// TestPaste: a thousand lines that are pasted are typed one after the other;
// what is behind the last line end stays to be edited.
func TestPaste(t *testing.T) {
	p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", "en", 80, 24)
	act(p, "T", "=telnet mail:25", "enter", "enter")
	var text strings.Builder
	text.WriteString("EHLO me\nMAIL FROM:<me@stranger.example>\r\nRCPT TO:<ivan@alabala.com>\nDATA\nSubject: much\n\tfolded\n\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	text.WriteString(".\nQUI")
	_, cmd := p.Update(tea.PasteMsg{Content: text.String()})
	for n := 0; cmd != nil && n < 100_000; n++ {
		_, cmd = p.Update(cmd())
	}
	if got, want := p.board.line.text, "QUI"; got != want {
		t.Errorf("in the line stands %q, want %q", got, want)
	}
	if got, want := len(p.board.seat.Lines), 4+3+1000+1; got != want {
		t.Errorf("%d lines were typed, want %d", got, want)
	}
	if text := p.frame().Text(); !strings.Contains(text, "queued as") {
		t.Errorf("the message was not taken:\n%s", text)
	}
	p.Update(tea.PasteMsg{Content: strings.Repeat("x", editLimit+1)})
	if !strings.Contains(p.notice, "4096") {
		t.Errorf("of a line that is too long the screen says %q", p.notice)
	}
}

// TestMarginOfMistakes: what the margin says of mistakes in POP3, IMAP and with
// passwords.
func TestMarginOfMistakes(t *testing.T) {
	for _, c := range []struct {
		place string
		lines []string
		want  string
	}{
		{"mail:25", []string{"EHLO"}, "Say who you are"},
		{"mail:25", []string{""}, "no command"},
		{"mail:25", []string{"EHLO me", "MAIL FROM:<>", "RCPT TO:<ivan@alabala.com>", "DATA", "Subject: x", "", "QUIT"}, "is text of the message"},
		{"mail:143", []string{"CAPABILITY"}, "tag"},
		{"mail:143", []string{"a1 FETCH 1 FLAGS"}, "SELECTED"},
		{"mail:143", []string{"a1 LOGIN {9}", "iv"}, "waits for"},
		{"mail:110", []string{"USER ivan", "PASS ivan-secret"}, "for everybody to read"},
		{"mail:110", []string{"USER ivan", "PASS ivan-secret", "DELE 1"}, "only marked"},
	} {
		p, _ := actor(t, "alabala", "mailbox ivan append", "ladder", "en", 120, 40)
		act(p, "T", "=telnet "+c.place, "enter", "enter")
		if p.board == nil {
			t.Errorf("%s: nobody sits:\n%s", c.place, p.frame().Text())
			continue
		}
		for _, l := range c.lines {
			act(p, "="+l, "enter")
		}
		if got := p.margin(p.instant()).text; !strings.Contains(got, c.want) {
			t.Errorf("%s, %q: the margin says %q, want %q in it\n%s", c.place, c.lines, got, c.want, p.frame().Text())
		}
	}
}
