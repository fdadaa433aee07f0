package scenarios

import (
	"os"
	"strings"
	"testing"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Every kind of fault does what the documents in testdata/faults expect, and a
// reply that a fault demands says so and leads from the client's word over the
// fault to the reply.
func TestFaults(t *testing.T) {
	docs := os.DirFS("testdata/faults")
	list, err := os.ReadDir("testdata/faults")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		t.Run(strings.TrimSuffix(f.Name(), ".md"), func(t *testing.T) {
			r := play(t, docs, f.Name())
			for _, o := range scenario.Check(r.Scenario, r.Trace()) {
				if !o.OK {
					t.Error(o)
				}
			}
			forcedByFaults(t, r.Trace())
			if again := play(t, docs, f.Name()); again.Trace().Hash() != r.Trace().Hash() {
				t.Error("two runs differ")
			}
		})
	}
}

func forcedByFaults(t *testing.T, tr *trace.Trace) {
	t.Helper()
	for q := trace.Seq(1); tr.Has(q); q++ {
		e := tr.At(q)
		if e.Flags&trace.Forced == 0 {
			continue
		}
		fault := e
		for fault.Cause != 0 && fault.Kind != trace.Fault && fault.Time == e.Time {
			fault = tr.At(fault.Cause)
		}
		if fault.Kind != trace.Fault || tr.Name(fault.A) != "forced" || fault.Conn != e.Conn {
			t.Errorf("event %d is forced, but no fault of its connection led to it", q)
			continue
		}
		if asked := tr.At(fault.Cause); asked.Conn != e.Conn || e.Kind == trace.Line && asked.Side != trace.Client && asked.Kind != trace.Accept {
			t.Errorf("event %d is forced by %d, which was not asked for by the client", q, e.Cause)
		}
	}
}
