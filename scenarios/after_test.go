package scenarios

import (
	"bytes"
	"testing"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// interventions are one of each kind that may follow an event, at a host.
func interventions(host string) []scenario.Intervention {
	return []scenario.Intervention{
		{Do: scenario.DoFault, Line: host + " down for 1m"},
		{Do: scenario.DoEdit, Host: host, Path: "/etc/motd", Data: []byte("Welcome\n")},
		{Do: scenario.DoCommand, Host: host, User: "root", Line: "postqueue -p"},
		{Do: scenario.DoEnd},
	}
}

// What is done directly after an event leaves everything up to it as it was,
// in every built-in story, wherever the event stands.
func TestAfterKeepsThePrefix(t *testing.T) {
	for _, name := range Names() {
		plain := play(t, FS(), name)
		if plain.Trace().Len() < 20 || len(plain.Scenario.Actions) == 0 {
			continue
		}
		host := plain.Trace().Node(plain.Trace().At(trace.Seq(plain.Trace().Len() / 2)).Node).Name
		for i, iv := range interventions(host) {
			n := plain.Trace().Len()
			if name == "course/22-mailbox-full.md" && iv.Do == scenario.DoEdit {
				n = n * 4 / 5 // later on the disk is full, and nothing can be edited
			}
			iv.After = []trace.Seq{trace.Seq(n / 2), trace.Seq(n - n/5), 3, trace.Seq(n)}[i]
			r, err := scenario.Build(plain.Scenario, scenario.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.PlayWith([]scenario.Intervention{iv}, 0); err != nil {
				t.Errorf("%s: %s after event %d: %v", name, iv.Do, iv.After, err)
			}
			r.Close()
			samePrefix(t, name, plain.Trace(), r.Trace(), iv)
		}
	}
}

// samePrefix compares two traces up to an intervention's event, and looks for
// what the intervention left behind it.
func samePrefix(t *testing.T, name string, a, b *trace.Trace, iv scenario.Intervention) {
	t.Helper()
	for s := trace.Seq(1); s <= iv.After; s++ {
		if !b.Has(s) {
			t.Errorf("%s: %s after event %d: the run ends with event %d", name, iv.Do, iv.After, b.Len())
			return
		}
		x, y := a.At(s), b.At(s)
		if *x != *y || !bytes.Equal(a.Text(x), b.Text(y)) || a.Name(x.A) != b.Name(y.A) || a.Name(x.B) != b.Name(y.B) {
			t.Errorf("%s: %s after event %d: event %d differs", name, iv.Do, iv.After, s)
			return
		}
	}
	if iv.Do == scenario.DoEnd {
		return
	}
	if next := iv.After + 1; !b.Has(next) || b.At(next).Kind != trace.Fault && b.At(next).Kind != trace.Action {
		t.Errorf("%s: %s after event %d: the next event is not it", name, iv.Do, iv.After)
	}
}
