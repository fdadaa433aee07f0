package explain

import (
	"strings"
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestDepths: a novice is told the beginning of what the course tells, the depth
// of the RFCs all of it and more; in every language, for every event.
func TestDepths(t *testing.T) {
	shorter, longer := 0, 0
	for _, tr := range []*trace.Trace{tracetest.Story(), tracetest.Failover()} {
		for _, lang := range Languages() {
			for s := trace.Seq(1); tr.Has(s); s++ {
				course := Why(tr, s, lang)
				if got := WhyAt(Course, tr, s, lang); got != course {
					t.Errorf("%s, event %d: at the depth of the course got %q, want %q", lang, s, got.Text, course.Text)
				}
				novice := WhyAt(Novice, tr, s, lang)
				if novice.Text == "" || novice.Ref != "" || len(novice.Text) > len(course.Text) || !strings.HasPrefix(course.Text, FirstSentence(novice.Text)) {
					t.Errorf("%s, event %d: a novice is told %q (%s) of %q", lang, s, novice.Text, novice.Ref, course.Text)
				}
				clause := WhyAt(Clause, tr, s, lang)
				if !strings.HasPrefix(clause.Text, course.Text) || !strings.HasPrefix(clause.Ref, course.Ref) {
					t.Errorf("%s, event %d: at the depth of the RFCs got %q (%s), which leaves out something of %q (%s)", lang, s, clause.Text, clause.Ref, course.Text, course.Ref)
				}
				if len(novice.Text) < len(course.Text) {
					shorter++
				}
				if len(clause.Text)+len(clause.Ref) > len(course.Text)+len(course.Ref) {
					longer++
				}
			}
		}
	}
	if shorter < 100 || longer < 100 {
		t.Errorf("only %d explanations are shorter for a novice, and %d longer at the depth of the RFCs", shorter, longer)
	}
}

// TestFirstSentence: what ends a sentence, and what does not.
func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two.":                          "One.",
		"Code 5.1.1 says so. And more.":      "Code 5.1.1 says so.",
		"The text `a. B` stays. More.":       "The text `a. B` stays.",
		"RFC 5321 sec. 4 is it. {host} too.": "RFC 5321 sec. 4 is it.",
		"Първо. Второ.":                      "Първо.",
		"no end":                             "no end",
		"":                                   "",
		"Is it so? Yes!":                     "Is it so?",
	} {
		if got := FirstSentence(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestParts: codes are taken apart, alone and in an event.
func TestParts(t *testing.T) {
	for asked, want := range map[string]string{
		"550 5.1.1": "5yz x5z 5.x.x x.1.x x.1.1", "354": "3yz x5z", "4.7.1": "4.x.x x.7.x x.7.1", "RCPT": "", "5.1.1 550": "5yz x5z 5.x.x x.1.x x.1.1",
	} {
		var got []string
		for _, p := range Apart("en", asked) {
			got = append(got, p.Sign)
			if p.Text == "" {
				t.Errorf("%s: %s says nothing", asked, p.Sign)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", asked, got, want)
		}
	}
	tr := tracetest.Failover()
	found := 0
	for s := trace.Seq(1); tr.Has(s); s++ {
		e := tr.At(s)
		parts := Parts(tr, s, "en")
		if e.Kind == trace.Line && e.Proto == trace.SMTP && e.Side == trace.Server && len(parts) < 2 {
			t.Errorf("event %d, %q: got %d parts of its code", s, tr.Text(e), len(parts))
		}
		if e.Kind == trace.Delivery && len(parts) > 0 {
			found++
		}
	}
	if found == 0 {
		t.Error("no fate of a recipient has a code that is taken apart")
	}
}
