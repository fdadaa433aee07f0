package tui

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// lessonPlay is the first lesson with its runs; it is built once, for it does
// not change.
var lessonPlay = func() func(t testing.TB) *lessons.Play {
	var p *lessons.Play
	return func(t testing.TB) *lessons.Play {
		t.Helper()
		if p != nil && !alone {
			return p
		}
		l, err := scenario.LoadLesson("", lessons.FS(), lessons.Names()[0], scenarios.Resolve)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = lessons.NewPlay(l); err != nil {
			t.Fatal(err)
		}
		return p
	}
}()

// pupil is somebody who begins the first lesson at a screen of that size.
func pupil(t testing.TB, lang string, w, h int) *Learner {
	t.Helper()
	p := lessonPlay(t)
	l := Learn(LessonConfig{Options: Options{Lang: lang, Theme: "mono"}, Play: p, Progress: lessons.NewProgress(p.Lesson.ID)})
	l.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return l
}

// answer presses the keys of the right answer.
func (l *Learner) answerRightly() {
	right := l.play.Right(l.g.Stop)
	switch l.stop().Quiz.Kind {
	case scenario.Several, scenario.Order:
		for _, i := range right.Options {
			press(l, strconv.Itoa(i+1))
		}
	case scenario.Choice, scenario.Next:
		press(l, strconv.Itoa(right.Options[0]+1))
	case scenario.MatchKind:
		for l.player.at < right.Event {
			press(l, "right")
		}
		for l.player.at > right.Event {
			press(l, "left")
		}
	default:
		for _, r := range right.Text {
			press(l, string(r))
		}
	}
	press(l, "enter")
}

// solve types the solution of the task.
func (l *Learner) solve() {
	press(l, "enter")
	for _, iv := range l.play.Solution(l.g.Stop) {
		l.types("ssh " + iv.Host)
		l.types(iv.Line)
	}
}

func (l *Learner) types(line string) {
	for _, r := range line {
		press(l, string(r))
	}
	press(l, "enter")
}

// TestWholeLesson walks through the lesson with the keyboard alone, in each
// language and at several sizes: every question answered by what the run says,
// the task solved from the seat. In the end all points are reached.
func TestWholeLesson(t *testing.T) {
	for _, lang := range []string{"en", "bg", "pl"} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
			if lang != "en" && size[0] == 200 {
				continue
			}
			t.Run(fmt.Sprintf("%s-%dx%d", lang, size[0], size[1]), func(t *testing.T) {
				walkLesson(t, pupil(t, lang, size[0], size[1]))
			})
		}
	}
}

func walkLesson(t *testing.T, l *Learner) {
	for n := 0; n < 1000; n++ {
		checkSize(t, fmt.Sprintf("stop %d", l.g.Stop+1), l.frame(), l.w, l.h)
		stop := l.g.Stop
		if limit := l.limit(); limit > 0 {
			press(l, "right")
			if l.ask != nil && l.ask.focus && !l.ask.typing() {
				press(l, "end")
			}
			if l.player.at > limit {
				t.Fatalf("stop %d: the play can be seen up to event %d before the answer, want %d", stop+1, l.player.at, limit)
			}
		}
		switch open := l.play.Open(l.g, stop); {
		case open && l.ask != nil:
			l.answerRightly()
		case open:
			l.solve()
		}
		if l.play.Open(l.g, stop) {
			t.Fatalf("stop %d (%s) is still open; screen\n%s", stop+1, l.stop().ID, l.frame().Text())
		}
		checkSize(t, fmt.Sprintf("stop %d, done", l.g.Stop+1), l.frame(), l.w, l.h)
		if stop == len(l.play.Lesson.Stops)-1 {
			break
		}
		press(l, "enter")
		if l.g.Stop != stop+1 {
			t.Fatalf("Enter leads from stop %d to %d", stop+1, l.g.Stop+1)
		}
	}
	if points, of := l.play.Score(l.g); points != of {
		t.Errorf("got %d points, want all %d", points, of)
	}
}

// TestLessonPlain is the same line by line.
func TestLessonPlain(t *testing.T) {
	p := lessonPlay(t)
	for _, lang := range []string{"en", "bg", "pl"} {
		var script strings.Builder
		for i := range p.Lesson.Stops {
			s := &p.Lesson.Stops[i]
			switch right := p.Right(i); {
			case s.Quiz != nil && len(right.Options) > 0:
				for _, o := range right.Options {
					fmt.Fprintf(&script, "%d ", o+1)
				}
				script.WriteString("\n")
			case s.Quiz != nil && right.Event > 0:
				fmt.Fprintf(&script, "goto %d\n%d\n", right.Event, right.Event)
			case s.Quiz != nil:
				script.WriteString(right.Text + "\n")
			case s.Task != nil:
				for _, iv := range p.Solution(i) {
					fmt.Fprintf(&script, "ssh %s\n%s\n", iv.Host, iv.Line)
				}
			}
			script.WriteString("next\n")
		}
		g := lessons.NewProgress(p.Lesson.ID)
		var out bytes.Buffer
		if err := LearnPlain(LessonConfig{Options: Options{Lang: lang}, Play: p, Progress: g}, strings.NewReader(script.String()), &out, 80, "mailtrek learn x"); err != nil {
			t.Fatal(err)
		}
		if points, of := p.Score(g); points != of {
			t.Errorf("%s: got %d points, want all %d; the lesson said\n%s", lang, points, of, out.String())
		}
		w := l10n(lang)
		if got, want := strings.Count(out.String(), "* "+w.T("learn.right")), len(p.Lesson.Stops); got < 10 || got > want {
			t.Errorf("%s: %d answers were right; the lesson said\n%s", lang, got, out.String())
		}
		if strings.Count(out.String(), "* "+w.T("learn.solved")) != 1 {
			t.Errorf("%s: the task was not said to be solved; the lesson said\n%s", lang, out.String())
		}
		for i, line := range strings.Split(out.String(), "\n") {
			if textWidth(line) > 160 || strings.ContainsAny(line, "\x1b\r\x07\u009b") {
				t.Errorf("%s, line %d is too wide or has a control character: %q", lang, i+1, line)
			}
		}
	}
}

func l10n(lang string) *i18n.Words { w, _ := i18n.In(lang); return w }

// TestLessonPlainAnswers: what is no answer is said to be none, and the other
// commands do what they say.
func TestLessonPlainAnswers(t *testing.T) {
	p := lessonPlay(t)
	g := lessons.NewProgress(p.Lesson.ID)
	var out bytes.Buffer
	in := "next\nnext\nnext\nx\n9\n1 2\n\n1\nback\nnext\nshow\nevents\ngoto 3\ngoto 5000\nscore\nhint\nreset\nquit\nnever read\n"
	if err := LearnPlain(LessonConfig{Play: p, Progress: g, Save: func(*lessons.Progress) error { return nil }}, strings.NewReader(in), &out, 80, "mailtrek learn x"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"“x” is no answer", "“9” is no answer", "“1 2” is no answer", "“” is no answer", "x No.", "o This is the answer:", "= 2",
		"up to event 3 of", "0 of 30 points", "There are no more hints.", "Begun anew.", "Left at stop 1 of", "go on with: mailtrek learn x",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the lesson did not say %q; it said\n%s", want, out.String())
		}
	}
	if len(g.Done) != 0 || g.Stop != 0 {
		t.Errorf("after reset the progress is %+v", g)
	}
}

// withoutLenses puts a mark in the place of every lens, so that screens of
// lessons show what belongs to lessons.
func withoutLenses(t *testing.T) {
	for i := range lenses {
		draw, name := lenses[i].Draw, lenses[i].Name
		lenses[i].Draw = func(_ *Instant, r Region) { r.Put(0, 0, Quiet, "("+name+")") }
		t.Cleanup(func() { lenses[i].Draw = draw })
	}
}

// TestLessonScreens compares screens of the lesson with testdata, whatever the
// lenses show in them.
func TestLessonScreens(t *testing.T) {
	withoutLenses(t)
	for _, lang := range []string{"en", "bg", "pl"} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
			l := pupil(t, lang, size[0], size[1])
			shot := func(name string) {
				t.Helper()
				golden(t, fmt.Sprintf("learn-%s-%s-%dx%d", name, lang, size[0], size[1]), l.frame())
			}
			at := func(id string) {
				i, ok := l.play.Lesson.Stop(id)
				if !ok {
					t.Fatalf("no stop %s", id)
				}
				l.to(i)
			}
			at("walk")
			shot("question")
			l.answerRightly()
			shot("answered")
			at("ttl")
			press(l, "6", "0", "enter")
			shot("wrong")
			at("backup")
			shot("step")
			at("repair")
			press(l, "h", "h")
			shot("hints")
			press(l, "enter")
			l.types("cat /etc/bind/alabala.com.zone")
			l.types("host -t mx alabala.com")
			shot("seat")
		}
	}
}

// TestLessonSeat: what was done in a task is there again the next day, lines
// can be taken back, and words are completed.
func TestLessonSeat(t *testing.T) {
	l := pupil(t, "en", 120, 40)
	i, _ := l.play.Lesson.Stop("repair")
	l.to(i)
	press(l, "enter")
	for _, s := range []string{"po", "stq", "tab"} {
		if s == "tab" {
			press(l, s)
			continue
		}
		for _, r := range s {
			press(l, string(r))
		}
	}
	if got, want := l.seat.line.text, "postqueue "; got != want {
		t.Errorf("completed to %q, want %q", got, want)
	}
	l.seat.line.text = ""
	l.types("sed -i s/mail.alabala.com$/mail/ /etc/bind/alabala.com.zone")
	l.types("rndc reload")
	before := l.frame().Text()
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
	if got := next.frame().Text(); got != before {
		t.Errorf("the next day the screen is\n%s\nwant\n%s", got, before)
	}
	press(next, "up")
	if got, want := next.seat.line.text, "rndc reload"; got != want {
		t.Errorf("the line before is %q, want %q", got, want)
	}
	press(l, "ctrl+z")
	if text := l.frame().Text(); strings.Contains(text, "rndc reload") || !strings.Contains(text, "sed -i") {
		t.Errorf("after taking one line back:\n%s", text)
	}
	l.types("telnet mail.alabala.com 25 <<END")
	l.types("HELO x")
	l.types("QUIT")
	l.types("END")
	if text := l.frame().Text(); !strings.Contains(text, "250 mail.alabala.com") || l.seat.here != nil {
		t.Errorf("a here-document for telnet:\n%s", text)
	}
	l.types("ssh nowhere.example")
	if !strings.Contains(l.notice, "nowhere.example") {
		t.Errorf("an unknown host is answered by %q", l.notice)
	}
	l.types("ssh res")
	l.types("exit")
	if got, want := l.seat.shell.Host, "ns.alabala.com"; got != want {
		t.Errorf("exit leads to %s, want %s", got, want)
	}
}

// TestLensesOfLessons: a document can choose every lens of the screen, and no
// other.
func TestLensesOfLessons(t *testing.T) {
	if got, want := strings.Join(scenario.Lenses, " "), strings.Join(Lenses(), " "); got != want {
		t.Errorf("lessons know the lenses %s, the screen has %s", got, want)
	}
}

// TestLessonHome: a lesson is opened from the home screen, and Esc leads back.
func TestLessonHome(t *testing.T) {
	p := lessonPlay(t)
	a := Home(Config{
		Learn: func(id string) (LessonConfig, error) {
			return LessonConfig{Play: p, Progress: lessons.NewProgress(id)}, nil
		},
		Items: []Item{{ID: "alabala", Title: "A mail"}, {ID: p.Lesson.ID, Title: p.Lesson.Title, Lesson: true}},
	})
	a.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	a.Update(press(a, "enter")())
	if a.learner == nil {
		t.Fatalf("the lesson is not opened; the screen is\n%s", a.frame().Text())
	}
	if got := a.View().Content; !strings.Contains(got, "Where to?") {
		t.Errorf("the screen of the lesson is\n%s", got)
	}
	press(a, "enter", "?", "?", "x", "esc")
	if a.learner != nil {
		t.Error("Esc does not lead back")
	}
}

// TestLessonWords: every word that a lesson asks for is in the catalogue.
func TestLessonWords(t *testing.T) {
	w := l10n("en")
	for _, row := range learnKeys.rows() {
		if w.T(row.text) == row.text {
			t.Errorf("no text for %q", row.text)
		}
	}
	l := pupil(t, "en", 60, 20)
	for i := range l.play.Lesson.Stops {
		l.to(i)
		for _, focus := range []bool{false, true} {
			if l.ask != nil {
				l.ask.focus = focus
			}
			if l.seat != nil {
				l.seat.in = focus
			}
			for _, b := range l.row() {
				if w.T(b.word) == b.word {
					t.Errorf("stop %d: no text for %q", i+1, b.word)
				}
			}
		}
	}
	for _, k := range scenario.QuizKinds {
		if key := "learn.incomplete." + string(k); k != scenario.Choice && k != scenario.Next && k != scenario.MatchKind && w.T(key) == key {
			t.Errorf("no text for %q", key)
		}
	}
}

// TestLessonNothingRaw: what a document and a keyboard bring reaches the
// terminal without control characters.
func TestLessonNothingRaw(t *testing.T) {
	md := "Text \x1b[2J with `co\x1bde\u009b` and *em\u202eph\x07asis*\n\n- item \x1b]0;x\x07\n\n    raw \x1bP code\n\n> quo\x08te\n"
	c := NewCanvas(60, 20)
	for y, line := range layProse(md, 58, &unicodeGlyphs) {
		c.All().putProse(1, y, line)
	}
	for _, r := range strings.ReplaceAll(c.Text(), "\n", "") {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e {
			t.Errorf("%U reaches the terminal", r)
		}
	}
	l := pupil(t, "en", 80, 24)
	i, _ := l.play.Lesson.Stop("repair")
	l.to(i)
	press(l, "enter")
	l.Update(tea.PasteMsg{Content: "echo '\x1b[2J\u009b31m'"})
	press(l, "enter")
	for _, r := range strings.ReplaceAll(stripOwn(l.View().Content), "\n", "") {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			t.Errorf("%U reaches the terminal", r)
		}
	}
	if l.player.at != trace.Seq(l.player.story.T.Len()) {
		t.Errorf("the cursor is at %d, want the last event", l.player.at)
	}
}
