package scenarios_test

import (
	"bytes"
	"testing"
	"unicode"

	"mailtrek/sim/export"
	"mailtrek/sim/trace"
)

// checkVisible looks for control characters in the forms that are printed.
func checkVisible(t *testing.T, tr *trace.Trace) {
	t.Helper()
	if n := count(t, tr, "content"); n == 0 {
		t.Error("no mail was sent; the test shows nothing")
	}
	for _, format := range []string{"text", "transcript", "jsonl"} {
		var b bytes.Buffer
		if err := export.Write(&b, tr, format); err != nil {
			t.Fatal(err)
		}
		for i, r := range b.String() {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%s: character %U at %d: %q", format, r, i, b.String()[max(0, i-30):min(b.Len(), i+30)])
				break
			}
		}
	}
}
