package scenarios

import (
	"regexp"
	"strings"
	"testing"

	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// Commands that are sent ahead (PIPELINING) are answered later, one by one: the
// sentence for an answer speaks of the recipient that the answer names.
func TestReasonsNameTheirRecipient(t *testing.T) {
	address := regexp.MustCompile(`[a-z]+@[a-z.]+[a-z]`)
	for _, name := range []string{"course/16-many-recipients.md", "lab/unknown-and-known.md"} {
		tr, found := play(t, FS(), name).Trace(), 0
		for s := trace.Seq(1); tr.Has(s); s++ {
			e := tr.At(s)
			if e.Kind != trace.Line || e.Side != trace.Server || e.Code < 400 || tr.Name(e.A) != "RCPT" {
				continue
			}
			found++
			said := string(tr.Text(e))
			for _, lang := range explain.Languages() {
				for _, who := range address.FindAllString(explain.Why(tr, s, lang).Text, -1) {
					if !strings.Contains(said, "<"+who+">") {
						t.Errorf("%s, event %d, %s: the sentence names %s, but the reply is %s", name, s, lang, who, said)
					}
				}
			}
		}
		if found == 0 {
			t.Errorf("%s refuses nobody", name)
		}
	}
}

// What became of a recipient comes from the reply that decided about him, not
// from the one that was read last.
func TestDeliveriesComeFromTheirReply(t *testing.T) {
	for _, name := range []string{"course/16-many-recipients.md", "lab/unknown-and-known.md"} {
		tr, found := play(t, FS(), name).Trace(), 0
		for s := trace.Seq(1); tr.Has(s); s++ {
			e := tr.At(s)
			if e.Kind != trace.Delivery || !strings.Contains(tr.Name(e.C), ":25") && !strings.Contains(tr.Name(e.C), "lmtp") {
				continue
			}
			found++
			because := tr.At(e.Cause)
			said := strings.TrimSpace(string(tr.Text(because)))
			if because.Kind != trace.Line || because.Side != trace.Server || !strings.Contains(string(tr.Text(e)), said) {
				t.Errorf("%s, event %d: %s is delivered (%s) because of %q", name, s, tr.Name(e.B), tr.Text(e), said)
			}
		}
		if found < 3 {
			t.Errorf("%s: %d deliveries, want more", name, found)
		}
	}
}
