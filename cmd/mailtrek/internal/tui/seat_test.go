package tui

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	tea "charm.land/bubbletea/v2"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// branches are the branches that tests have begun with; nobody changes them.
var branches = map[string]*scenario.Branch{}

// alone makes branches and lessons anew for whoever asks: two programs that run
// at the same time share nothing.
var alone bool

// branchOf is a built-in scenario, played to its end.
func branchOf(t testing.TB, id string) *scenario.Branch {
	t.Helper()
	if b := branches[id]; b != nil && !alone {
		return b
	}
	name, ok := scenarios.Find(id)
	if !ok {
		t.Fatalf("no scenario %s", id)
	}
	s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	b := scenario.NewBranch(s, scenario.Options{})
	if err := b.Begin(); err != nil {
		t.Fatal(err)
	}
	for b.Advance(1000) {
	}
	b.Close()
	branches[id] = b
	return b
}

// saved are the files that a player under test has written.
type saved map[string]string

func (s saved) save(name string, content []byte) error {
	if _, ok := s[name]; ok {
		return fmt.Errorf("%s exists", name)
	}
	s[name] = string(content)
	return nil
}

// actor is a player of a branch at the first event of a selector.
func actor(t testing.TB, id, selector, lens, lang string, w, h int) (*Player, saved) {
	t.Helper()
	b := branchOf(t, id)
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	files := saved{}
	p := PlayBranch(b, Options{At: sel.Next(b.Trace(), 0), Lens: lens, Lang: lang, Theme: "mono", Save: files.save})
	p.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return p, files
}

// act presses keys and does all the work that they ask for. A key that begins
// with "=" is text that is typed.
func act(p *Player, names ...string) {
	for _, n := range names {
		keys := []string{n}
		if text, ok := strings.CutPrefix(n, "="); ok {
			keys = nil
			for _, r := range text {
				keys = append(keys, string(r))
			}
		}
		for _, k := range keys {
			for _, cmd := p.Update(seatKey(k)); p.work != nil && cmd != nil; {
				_, cmd = p.Update(cmd())
			}
		}
	}
}

// seatKey is keyNamed with the keys that only a seat has.
func seatKey(name string) tea.KeyPressMsg {
	letter, ctrl := strings.CutPrefix(name, "ctrl+")
	switch {
	case ctrl:
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}
	case name == "f1":
		return tea.KeyPressMsg{Code: tea.KeyF1}
	}
	return keyNamed(name)
}

// TestSeatSession types a whole session at the seat, with mistakes: what the
// margin says of each line, and what the server answers.
func TestSeatSession(t *testing.T) {
	p, files := actor(t, "alabala", "smtp RCPT at mail", "ladder", "en", 120, 40)
	was := p.at
	act(p, "T", "=telnet mail:25", "enter", "enter")
	if p.board == nil {
		t.Fatalf("nobody sits:\n%s", p.frame().Text())
	}
	for _, c := range []struct{ line, answer, margin string }{
		{"RCPT TO:<ivan@alabala.com>", "503 5.5.1", "Say EHLO first"},
		{"HELLO me", "500 5.5.2", "Did you mean HELO?"},
		{"EHLO me.example", "250-PIPELINING", "CHUNKING"},
		{"DATA", "503 5.5.1", "Say MAIL FROM:<…> first"},
		{"MAIL FROM me@stranger.example", "501 5.5.4", "colon is missing"},
		{"MAIL FROM:<me@stranger.example", "501 5.1.7", "The > after the address"},
		{"MAIL FROM:me@stranger.example", "250 2.1.0", "angle brackets"},
		{"MAIL FROM:<me@stranger.example>", "503 5.5.1", "Say RSET first"},
		{"RSET", "250 2.0.0", ""},
		{"MAIL FROM: <me@stranger.example>", "250 2.1.0", "No blank stands between"},
		{"RCPT TO:<ivan@alabala.com>", "250 2.1.5", ""},
		{"DATA", "354 ", "Now comes the message"},
		{"Subject: by hand", "", "An empty line ends it"},
		{"no field at all", "", "Line 2 is no header field"},
		{".", "250 2.0.0", "empty line between header and text was missing"},
		{"QUIT", "221 2.0.0", ""},
	} {
		act(p, "="+c.line, "enter")
		got := p.frame().Text()
		if !strings.Contains(strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(c.margin), " ")) || !strings.Contains(got, c.answer) {
			t.Errorf("behind %q the screen lacks %q or %q:\n%s", c.line, c.answer, c.margin, got)
		}
	}
	act(p, "ctrl+s", "enter", "ctrl+s", "enter")
	if !strings.Contains(p.notice, "exists") {
		t.Errorf("a file is overwritten; the screen says %q", p.notice)
	}
	document := files["my-alabala.md"]
	s, err := scenario.Load(fstest.MapFS{"my-alabala.md": {Data: []byte(document)}}, "my-alabala.md", scenarios.Resolve)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, document)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Play(0)
	for _, o := range scenario.Check(s, r.Trace()) {
		if !o.OK {
			t.Errorf("saved as a document: %s: %s", o.Expect.Text, o.Why)
		}
	}
	act(p, "esc")
	if p.board != nil || p.course.parent == nil || p.course.pairs == nil {
		t.Fatal("one still sits behind Esc")
	}
	checkPairs(t, p)
	sel, _ := trace.ParseSelector("mailbox ivan append")
	n := 0
	for s := sel.Next(p.story.T, 0); s != 0; s = sel.Next(p.story.T, s) {
		n++
	}
	if n != 4 {
		t.Errorf("got %d appends, want 4: the mail that was typed did not arrive", n)
	}
	act(p, "esc")
	if p.course.parent != nil || p.story.T.Len() != branchOf(t, "alabala").Trace().Len() {
		t.Errorf("Esc leads to event %d of %d, want to the story, near %d", p.at, p.story.T.Len(), was)
	}
	act(p, "x")
	if p.course.parent == nil {
		t.Error("x does not lead back to the fork")
	}
}

// checkPairs: every row of the comparison has its events in the two traces.
func checkPairs(t *testing.T, p *Player) {
	t.Helper()
	a, was, now := p.comparing()
	if a == nil {
		t.Fatal("there is nothing to compare")
	}
	l, r := a.Shared, a.Shared
	for i, row := range a.Rows {
		if row.Was != 0 {
			if l++; row.Was != l {
				t.Fatalf("row %d: event %d of the run that was, want %d", i, row.Was, l)
			}
		}
		if row.Now != 0 {
			if r++; row.Now != r {
				t.Fatalf("row %d: event %d of the run that is, want %d", i, row.Now, r)
			}
		}
	}
	if int(l) != was.story.T.Len() || int(r) != now.story.T.Len() {
		t.Errorf("the rows have %d and %d events, the runs %d and %d", l, r, was.story.T.Len(), now.story.T.Len())
	}
}

// TestSeatUndo: a line that is taken back is there again to be corrected, and
// the run is as it was before it.
func TestSeatUndo(t *testing.T) {
	p, _ := actor(t, "alabala", "event 30", "dialogue", "en", 100, 30)
	act(p, "T", "=telnet mail:25", "enter", "enter", "=EHLO x.example", "enter")
	n := p.story.T.Len()
	act(p, "=MAIL FORM:<a@b.example>", "enter", "ctrl+z")
	if p.story.T.Len() != n || p.board.line.text != "MAIL FORM:<a@b.example>" {
		t.Errorf("behind Ctrl-Z: %d events and the line %q, want %d", p.story.T.Len(), p.board.line.text, n)
	}
	act(p, "ctrl+u", "up", "up")
	if p.board.line.text != "EHLO x.example" {
		t.Errorf("the history gives %q", p.board.line.text)
	}
	act(p, "down", "down", "ctrl+z", "ctrl+u", "ctrl+z")
	if !strings.Contains(p.notice, "Nothing has been typed") {
		t.Errorf("the screen says %q", p.notice)
	}
	act(p, "=EHLO y.example", "enter")
	if !strings.Contains(p.frame().Text(), "EHLO y.example") {
		t.Error("nothing can be typed behind an undone line")
	}
	act(p, "ctrl+t", "ctrl+t")
	if !strings.Contains(p.notice, "passed") && !strings.Contains(p.notice, "at rest") {
		t.Errorf("Ctrl-T says %q", p.notice)
	}
}

// TestSeatComplete: what Tab makes of the beginning of a line.
func TestSeatComplete(t *testing.T) {
	for _, c := range []struct {
		seat, typed string
		before      []string // lines that were typed
		want        string   // the line behind Tab, or
		offered     string   // a proposal
	}{
		{"telnet mail:25", "EH", nil, "EHLO ", ""},
		{"telnet mail:25", "EHLO ", nil, "EHLO client.stranger.example", ""},
		{"telnet mail:25", "R", []string{"EHLO x.example"}, "RSET", ""},
		{"telnet mail:25", "ma", []string{"EHLO x.example"}, "MAIL FROM:<", ""},
		{"telnet mail:25", "MAIL FROM:<i", []string{"EHLO x.example"}, "", "MAIL FROM:<ivan@alabala.com>"},
		{"telnet mail:110", "US", nil, "USER ", ""},
		{"telnet mail:110", "USER e", nil, "USER elena", ""},
		{"operator’s shell of mail.alabala.com", "postq", nil, "postqueue ", ""},
		{"operator’s shell of mail.alabala.com", "postconf myho", nil, "postconf myhostname", ""},
		{"operator’s shell of mail.alabala.com", "cat /etc/postfix/ma", nil, "", "cat /etc/postfix/main.cf"},
		{"operator’s shell of mail.alabala.com", "zz", nil, "zz", ""},
	} {
		t.Run(c.seat+" "+c.typed, func(t *testing.T) {
			p, _ := actor(t, "alabala", "event 30", "dialogue", "en", 100, 30)
			act(p, "T", "="+c.seat, "enter")
			if p.board == nil {
				act(p, "enter")
			}
			for _, l := range c.before {
				act(p, "="+l, "enter")
			}
			act(p, "="+c.typed, "tab")
			if c.want != "" && p.board.line.text != c.want {
				t.Errorf("got %q, want %q", p.board.line.text, c.want)
			}
			found := c.offered == ""
			for i, o := range p.board.offer {
				if o.text == c.offered {
					found = true
					for range i + 1 {
						act(p, "tab")
					}
					if act(p, "enter"); p.board.line.text != o.text {
						t.Errorf("a proposal that is taken gives %q", p.board.line.text)
					}
					break
				}
			}
			if !found {
				t.Errorf("%q is not offered: %v", c.offered, p.board.offer)
			}
		})
	}
}

// TestSeatShellSession: commands, a here-document, and a status.
func TestSeatShellSession(t *testing.T) {
	p, files := actor(t, "alabala", "event 30", "log", "en", 120, 40)
	act(p, "T", "=operator’s shell of mail.alabala.com", "enter")
	act(p, "=postconf -h myhostname", "enter", "=sendmail ivan <<END", "enter", "=Subject: hi", "enter", "enter", "=END", "enter", "=mailq", "enter", "=postsuper -h", "enter")
	got := p.frame().Text()
	for _, want := range []string{"root@mail:~# postconf -h myhostname", "mail.alabala.com", "> Subject: hi", "exit status"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen lacks %q:\n%s", want, got)
		}
	}
	act(p, "ctrl+s", "ctrl+u", "=run.jsonl", "enter")
	f, err := scenario.ReadBranchFile(strings.NewReader(files["run.jsonl"]))
	if err != nil || f.Scenario != "alabala" || len(f.Done) != 4 {
		t.Errorf("saved as a branch: %v, %d interventions of %q", err, len(f.Done), f.Scenario)
	}
	act(p, "esc")
	checkPairs(t, p)
}

// TestSeatMistakes: what the margin says of mistakes in POP3 and IMAP, of a
// lone LF, and in a shell.
func TestSeatMistakes(t *testing.T) {
	for _, c := range []struct {
		seat   string
		lines  []string
		margin string
	}{
		{"telnet mail:110", []string{"STAT"}, "STAT is out of turn"},
		{"telnet mail:110", []string{"UESR ivan"}, "Did you mean USER?"},
		{"telnet mail:110", []string{"USER ivan", "PASS ivan-secret", "RETR"}, "written so: RETR msg"},
		{"telnet smtp:143", []string{"LOGIN elena elena-secret"}, "begins with a tag of your own choice: a1 LOGIN"},
		{"telnet smtp:143", []string{"a1 SELECT INBOX"}, "SELECT is out of turn"},
		{"telnet smtp:143", []string{"a1 LOGIN elena elena-secret", "a2 SELCT INBOX"}, "Did you mean SELECT?"},
		{"telnet mail:25", []string{"\nEHLO x.example"}, "ended in a lone LF"},
		{"telnet mail:25", []string{"EHLO x.example", "MAIL FROM:<a@b.example>", "RCPT TO:<ivan@alabala.com>", "DATA", "Subject: x", "", ".x"}, "begins with a dot"},
		{"telnet mail:25", []string{"EHLO x.example", "VRFY"}, "written so: VRFY string"},
		{"operator’s shell of mail.alabala.com", []string{"postqueue -z"}, "It is used so: postqueue"},
	} {
		p, _ := actor(t, "alabala", "event 60", "dialogue", "en", 130, 40)
		act(p, "T", "="+c.seat, "enter")
		if p.board == nil {
			act(p, "enter")
		}
		for _, l := range c.lines {
			if bare, ok := strings.CutPrefix(l, "\n"); ok {
				act(p, "="+bare, "ctrl+j")
				continue
			}
			act(p, "="+l, "enter")
		}
		if got := p.margin(p.instant()).text; !strings.Contains(got, c.margin) {
			t.Errorf("%s, behind %q: got %q, want %q", c.seat, c.lines[len(c.lines)-1], got, c.margin)
		}
	}
}

// TestSeatTLS: STARTTLS is followed by a handshake, and what is typed then
// travels inside.
func TestSeatTLS(t *testing.T) {
	p, _ := actor(t, "20-sealed", "event 20", "dialogue", "en", 130, 40)
	act(p, "T", "=telnet mail:25", "enter", "enter")
	if p.board == nil {
		t.Fatal("nobody sits")
	}
	act(p, "=EHLO x.example", "enter", "=STARTTLS", "enter", "=EHLO x.example", "enter")
	sealed := 0
	for s := trace.Seq(1); p.story.T.Has(s); s++ {
		if e := p.story.T.At(s); e.Conn == p.board.seat.Conn() && e.Flags&trace.Sealed != 0 && e.Kind == trace.Line {
			sealed++
		}
	}
	if sealed < 3 {
		t.Errorf("got %d lines inside TLS, want some:\n%s", sealed, p.frame().Text())
	}
	n := p.story.T.Len()
	if act(p, "=NOOP", "enter", "ctrl+z"); p.story.T.Len() != n {
		t.Errorf("behind Ctrl-Z there are %d events, want %d", p.story.T.Len(), n)
	}
}

// TestWeighedInBackground: what is long is compared in the background, and can
// be given up.
func TestWeighedInBackground(t *testing.T) {
	p := refused(t, "en", 100, 30)
	p.exchange()
	now := trace.New(p.story.T.Header)
	for range weighAtOnce {
		now.Append(trace.Event{Kind: trace.Note}, nil)
	}
	shown := 0
	show := func(*Story, *pairs) { shown++ }
	cmd := p.weigh(now, show)
	if cmd == nil || !strings.Contains(p.frame().Text(), "comparing 20000 events") {
		t.Fatalf("the comparison is not shown:\n%s", p.frame().Text())
	}
	late := cmd()
	act(p, "esc")
	p.Update(late)
	if shown != 0 || p.work != nil {
		t.Error("what was given up is shown")
	}
	p.Update(p.weigh(now, show)())
	if shown != 1 || p.work != nil {
		t.Error("the comparison never ends")
	}
}
