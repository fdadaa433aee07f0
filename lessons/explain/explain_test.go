package explain

import (
	"strings"
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestEveryEvent looks at all events of the stories: a sentence that names
// what it is about, no placeholder left open, in every language.
func TestEveryEvent(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover()} {
		for _, lang := range Languages() {
			for s := trace.Seq(1); tr.Has(s); s++ {
				e := Why(tr, s, lang)
				if e.Text == "" || e.Key == "unknown" {
					t.Errorf("%s, %s, event %d (%s): key %q, text %q", name, lang, s, tr.At(s).Kind, e.Key, e.Text)
				}
				if strings.ContainsAny(e.Text, "{}") || strings.Contains(e.Text, " ?") {
					t.Errorf("%s, %s, event %d: %q has a value that was not found", name, lang, s, e.Text)
				}
			}
		}
	}
}
