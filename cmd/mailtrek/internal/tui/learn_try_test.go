package tui

import (
	"bytes"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/lessons"
)

// at goes to a stop of the lesson by its id.
func (l *Learner) at(t *testing.T, id string) {
	t.Helper()
	i, ok := l.play.Lesson.Stop(id)
	if !ok {
		t.Fatalf("no stop %s", id)
	}
	l.to(i)
}

// tries presses keys, and lets the work that they begin be done.
func (l *Learner) tries(names ...string) {
	for _, n := range names {
		keys := []string{n}
		if text, ok := strings.CutPrefix(n, "="); ok {
			keys = strings.Split(text, "")
		}
		for _, k := range keys {
			for _, cmd := l.Update(seatKey(k)); l.player.work != nil && cmd != nil; {
				_, cmd = l.Update(cmd())
			}
		}
	}
}

// TestLessonHorizon: nothing of the story is shown behind the event before the
// next question that is open, by no key, and the time line has no marks there.
func TestLessonHorizon(t *testing.T) {
	l := pupil(t, "en", 120, 40)
	for i := range l.play.Lesson.Stops {
		l.to(i)
		limit := l.limit()
		if limit == 0 {
			continue
		}
		for _, k := range []string{"right", "end", "]", "}", "down", "n"} {
			if l.ask != nil && l.ask.focus {
				l.ask.focus = false
			}
			press(l, k)
			if l.player.at > limit {
				t.Errorf("stop %s: %s leads to event %d, and the last that may be seen is %d", l.stop().ID, k, l.player.at, limit)
			}
		}
		const n = 100
		f := frame{in: l.player.instant(), horizon: l.player.horizon}
		c := NewCanvas(n+8, 1)
		f.timeline(c.All())
		row := []rune(c.Text())
		for x := f.seen(n) + 2; x < n; x++ {
			if g := l.look.glyphs; strings.ContainsAny(string(row[x]), g.Cross+g.Bang+g.Dot) {
				t.Errorf("stop %s: the time line has %q behind what may be seen:\n%s", l.stop().ID, row[x], c.Text())
				break
			}
		}
	}
}

// TestLessonTryOut: any seat and any change work at a stop that asks nothing;
// at a question that hides what comes they say why not; the fork is left by Esc,
// and the lesson goes on.
func TestLessonTryOut(t *testing.T) {
	l := pupil(t, "en", 120, 40)
	l.at(t, "first-question")
	l.tries("esc", "T")
	if l.player.away() || !strings.Contains(l.notice, "Answer the question first") {
		t.Errorf("at an open question T says %q", l.notice)
	}
	l.at(t, "resolve")
	l.tries("T", "=telnet smtp.sender.example:25", "enter", "enter")
	if l.player.board == nil {
		t.Fatalf("nobody sits; the screen is\n%s", l.frame().Text())
	}
	l.tries("=EHLO x", "enter", "=QUIT", "enter")
	if text := l.frame().Text(); !strings.Contains(text, "221 2.0.0 Bye") {
		t.Errorf("at the seat the screen is\n%s", text)
	}
	l.tries("esc")
	if !l.player.away() || l.player.compare {
		t.Errorf("behind the seat: away %v, both runs beside each other %v", l.player.away(), l.player.compare)
	}
	l.tries("d")
	if l.player.compare {
		t.Error("the run as it will be can be seen before the questions about it are answered")
	}
	l.tries("esc")
	if l.player.away() || l.player.at > l.limit() {
		t.Errorf("back in the lesson: away %v, at event %d, limit %d", l.player.away(), l.player.at, l.limit())
	}
	l.tries("i", "=out of reach", "enter")
	if l.player.form == nil {
		t.Errorf("what if asks nothing; the screen is\n%s", l.frame().Text())
	}
	l.tries("esc", "esc")
	if text := l.frame().Text(); !strings.Contains(text, "What is to be done") && l.player.away() {
		t.Errorf("behind the form the screen is\n%s", text)
	}
}

// TestLessonTelnet: from the shell of a task one talks to a server by hand; a
// mistake is explained, a line is taken back, and what was done is there again
// the next day.
func TestLessonTelnet(t *testing.T) {
	l := pupil(t, "en", 120, 40)
	l.at(t, "repair")
	l.tries("enter", "=telnet mail.alabala.com 25", "enter")
	if l.seat.tel == nil {
		t.Fatalf("no connection; the screen is\n%s", l.frame().Text())
	}
	l.tries("=DATA", "enter")
	if text := l.frame().Text(); !strings.Contains(text, "503 5.5.1") || !strings.Contains(text, "Say EHLO first") {
		t.Errorf("behind DATA the screen is\n%s", text)
	}
	l.tries("ctrl+z")
	if text := l.frame().Text(); strings.Contains(text, "503 5.5.1") {
		t.Errorf("DATA was not taken back; the screen is\n%s", text)
	}
	l.tries("=HELO me", "enter", "=QUIT", "enter", "enter")
	if l.seat.tel != nil || !l.seat.in {
		t.Error("behind the end of the connection Enter does not lead to the shell")
	}
	l.tries("=rndc reload", "enter")
	data, err := l.g.Encode()
	if err != nil {
		t.Fatal(err)
	}
	g, err := lessons.DecodeProgress(l.g.Lesson, data)
	if err != nil {
		t.Fatal(err)
	}
	next := Learn(LessonConfig{Options: Options{Lang: "en", Theme: "mono"}, Play: l.play, Progress: g})
	next.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	press(next, "enter")
	if text := next.frame().Text(); !strings.Contains(text, "C: HELO me") || !strings.Contains(text, "rndc reload") {
		t.Errorf("the next day the screen is\n%s", text)
	}
}

// TestLessonPlainTryOut is the same line by line, with the twin of a lens.
func TestLessonPlainTryOut(t *testing.T) {
	p := lessonPlay(t)
	for _, lang := range []string{"en", "bg", "pl"} {
		g := lessons.NewProgress(p.Lesson.ID)
		in := "next\nlens map\nseat smtp.sender.example:25\nEHLO x\nMAIL FROM:a@b\n~may\n~.\nreturn\nwhat if smtp.sender.example down for 2m\nreturn\nnext\nnext\nseat smtp.sender.example:25\nlens dns\nquit\n"
		var out bytes.Buffer
		if err := LearnPlain(LessonConfig{Options: Options{Lang: lang}, Play: p, Progress: g}, strings.NewReader(in), &out, 80, "x"); err != nil {
			t.Fatal(err)
		}
		w := l10n(lang)
		said := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range []string{
			"smtp.sender.example", "S: 250 2.1.0 Ok", w.T("learn.plain.back", "n", "2"), "smtp.sender.example down for 2m",
			w.T("learn.closed.plain"), w.T("learn.stop", "n", "4", "of", itoa(len(p.Lesson.Stops))),
		} {
			if !strings.Contains(said, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: the lesson did not say %q; it said\n%s", lang, want, out.String())
			}
		}
	}
}
