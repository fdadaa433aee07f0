package scenarios_test

import (
	"bytes"
	"testing"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// A trace that is written while it grows, and forgotten behind the writer, is
// the same as one that is written in the end.
func TestStreamed(t *testing.T) {
	for _, id := range ids(t) {
		t.Run(id, func(t *testing.T) {
			var whole, streamed bytes.Buffer
			play := func(begin func(*scenario.Run)) *trace.Trace {
				r := build(t, id, scenario.Options{})
				defer r.Close()
				if begin != nil {
					begin(r)
				}
				r.Play(0)
				return r.Trace()
			}
			if err := play(nil).Write(&whole); err != nil {
				t.Fatal(err)
			}
			var w *trace.Writer
			rest := play(func(r *scenario.Run) {
				w = trace.NewWriter(&streamed, r.Trace())
				r.World.Stream(w, 64)
			})
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(whole.Bytes(), streamed.Bytes()) {
				t.Errorf("%d octets whole, %d streamed; %s", whole.Len(), streamed.Len(), firstDifference(whole.Bytes(), streamed.Bytes()))
			}
			if rest.Len() > 2*1024 && rest.Has(1) {
				t.Error("nothing was forgotten")
			}
		})
	}
}

// firstDifference is the first line that differs.
func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return "got " + string(y[i]) + ", want " + string(x[i])
		}
	}
	return "one is longer"
}
