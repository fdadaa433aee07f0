package tui

import (
	"strings"
	"testing"

	"mailtrek/lessons/explain"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestStops: breakpoints with a condition stop the play, and two keys run to
// them, forwards and backwards.
func TestStops(t *testing.T) {
	tr := tracetest.Failover()
	for _, what := range []string{"reply 4??", "host mail2", "queue mail2 -> deferred", "header Received"} {
		want := startOf(t, tr, what)
		if want == 0 {
			continue
		}
		p := still(t, tr, 1, "", 100, 30)
		typeIn(p, "B"+what)
		press(p, "p")
		for range tr.Len() {
			p.Update(tick(p.play))
		}
		if at := next(t, tr, what, 1); p.at != at || p.play != 0 {
			t.Errorf("%s: the play stops at %d, want %d", what, p.at, at)
		}
		press(p, "end", "R")
		if at := last(t, tr, what); p.at != at {
			t.Errorf("%s: running back from the end leads to %d, want %d", what, p.at, at)
		}
	}
	p := still(t, tr, 1, "", 100, 30)
	press(p, "r")
	if !strings.Contains(p.notice, "Press B") {
		t.Errorf("r without a stop says %q", p.notice)
	}
	typeIn(p, "Bsmtp RCPT")
	press(p, "r", "r", "R")
	if at := first(t, tr, "smtp RCPT"); p.at != at {
		t.Errorf("r r R: got %d, want %d", p.at, at)
	}
	if got := p.frame().Text(); !strings.Contains(got, "Stopped: smtp RCPT") {
		t.Errorf("the screen does not say why it stopped:\n%s", got)
	}
	typeIn(p, "B")
	if len(p.stops) != 0 {
		t.Error("an empty line leaves the stops")
	}
}

func next(t *testing.T, tr *trace.Trace, selector string, at trace.Seq) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return sel.Next(tr, at)
}

func last(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return sel.Prev(tr, trace.Seq(tr.Len()))
}

// TestOctets: from octet to octet through all that is said, and back the same
// way.
func TestOctets(t *testing.T) {
	tr := tracetest.Story()
	p := still(t, tr, first(t, tr, "smtp RCPT"), "bytes", 100, 30)
	from := p.at
	n := len(tr.Text(tr.At(from)))
	for i := 1; i <= n; i++ {
		press(p, ".")
		if p.at != from || p.octet != i {
			t.Fatalf("step %d: got octet %d of event %d", i, p.octet, p.at)
		}
	}
	if got := p.frame().Text(); !strings.Contains(got, "0A 00001010 '\\n'") {
		t.Errorf("the last octet is not named:\n%s", got)
	}
	press(p, ".")
	if p.at <= from || p.octet != 1 {
		t.Errorf("behind the last octet: got octet %d of event %d, want the first of a later one", p.octet, p.at)
	}
	press(p, ",")
	if p.at != from || p.octet != n {
		t.Errorf("back: got octet %d of event %d, want %d of %d", p.octet, p.at, n, from)
	}
	press(p, "right")
	if p.octet != 0 {
		t.Error("a step by event leaves the octet")
	}
}

// TestLineAndMessageSteps: lines are what is said; messages begin where they are
// born.
func TestLineAndMessageSteps(t *testing.T) {
	tr := tracetest.Failover()
	p := still(t, tr, 1, "", 100, 30)
	seen := 0
	for at := trace.Seq(0); p.at != at; {
		at = p.at
		press(p, "L")
		if p.at != at && !p.cannotBeLine() {
			seen++
		}
	}
	want := 0
	for s := trace.Seq(2); tr.Has(s); s++ {
		if e := tr.At(s); e.Kind.Said() || e.Kind == trace.Query || e.Kind == trace.Answer {
			want++
		}
	}
	if seen != want {
		t.Errorf("L stops at %d lines, the story has %d", seen, want)
	}
	births := p.story.births()
	if len(births) == 0 {
		t.Fatal("no message begins in this story")
	}
	press(p, "end", "(")
	if p.at != births[len(births)-1] {
		t.Errorf("( from the end: got %d, want %d", p.at, births[len(births)-1])
	}
}

func (p *Player) cannotBeLine() bool { return !lineStep(p.story.T.At(p.at)) }

// TestDepths: a novice is told less than the course tells, the depth of the
// RFCs more, on the screen and on the page; and the depth stays.
func TestDepths(t *testing.T) {
	tr := tracetest.Failover()
	at := first(t, tr, "reply 4??")
	if at == 0 {
		at = first(t, tr, "smtp MAIL")
	}
	p := still(t, tr, at, "", 100, 40)
	course := p.instant().why()
	press(p, "E")
	if p.look.depth != explain.Clause || len(p.instant().why().text+p.instant().why().ref) <= len(course.text+course.ref) {
		t.Errorf("RFC: got %q, want more than %q", p.instant().why(), course)
	}
	press(p, "e")
	if got := p.frame().Text(); !strings.Contains(got, "COLUMNS") || !strings.Contains(got, "kind") {
		t.Errorf("the page at the depth of the RFCs has no columns:\n%s", got)
	}
	press(p, "E")
	if got := p.frame().Text(); p.look.depth != explain.Novice || !p.whole || strings.Contains(got, "COLUMNS") {
		t.Errorf("E on the page goes on to the novice:\n%s", got)
	}
	if got := p.instant().why(); len(got.text) > len(course.text) || got.ref != "" {
		t.Errorf("novice: got %q, want no more than %q", got, course)
	}
}

// TestPlaceIsKept: a run that was not changed is kept as a place, which leads
// back to the same event and lens.
func TestPlaceIsKept(t *testing.T) {
	p, files := actor(t, "alabala", "event 17", "", "en", 100, 30)
	typeIn(p, ":lens dns")
	press(p, "S", "enter")
	f, err := scenario.ReadBranchFile(strings.NewReader(files["my-alabala.jsonl"]))
	if err != nil {
		t.Fatalf("what was saved cannot be read: %v\n%v", err, files)
	}
	if f.At != 17 || f.Lens != "dns" || f.Scenario != p.course.branch.Scenario.ID {
		t.Errorf("got %+v, want event 17 of %s through the lens dns", f, p.course.branch.Scenario.ID)
	}
	if got := p.commandHere(p.instant()); !strings.HasPrefix(got, "mailtrek play "+p.course.branch.Scenario.ID+" --at ") || !strings.HasSuffix(got, " --lens dns") {
		t.Errorf("the command line is %q", got)
	}
}
