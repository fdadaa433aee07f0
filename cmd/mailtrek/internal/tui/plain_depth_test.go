package tui

import (
	"bytes"
	"strings"
	"testing"

	"mailtrek/sim/trace/tracetest"
)

// TestPlainDepth: stops and depths by words; no key is named where there is
// none.
func TestPlainDepth(t *testing.T) {
	var out bytes.Buffer
	in := "run\nstop smtp RCPT\nrun\ndepth novice\ndepth rfc\ndepth deep\nmarked\nstop\nquit\n"
	if err := PlayPlain(tracetest.Failover(), Options{}, strings.NewReader(in), &out, 0); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"Press stop and name it", "Stopped: smtp RCPT", "(RFC 5321 §4.1.1.3)", "“RECIPIENT (RCPT)”", "novice, course and rfc", "Press mark to set one", "No stops any more"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
}
