package trace_test

import (
	"bytes"
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestEventJSON: an event alone is the line that the whole trace has for it.
func TestEventJSON(t *testing.T) {
	tr := tracetest.Story()
	var all bytes.Buffer
	if err := tr.Write(&all); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	for _, l := range bytes.Split(all.Bytes(), []byte("\n")) {
		lines[string(l)] = true
	}
	for s := trace.Seq(1); tr.Has(s); s++ {
		if got := string(tr.EventJSON(s)); !lines[got] {
			t.Errorf("event %d: %s is no line of the trace", s, got)
		}
	}
	if got := tr.EventJSON(0); got != nil {
		t.Errorf("event 0: got %s, want nothing", got)
	}
}
