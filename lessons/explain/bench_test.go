package explain

import (
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// BenchmarkRead reads the files of one language, as the first question does.
func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		readBook("bg")
	}
}

// BenchmarkAbout asks about all events of a story in turn.
func BenchmarkAbout(b *testing.B) {
	tr := tracetest.Story()
	s := trace.Seq(0)
	for b.Loop() {
		if s++; !tr.Has(s) {
			s = 1
		}
		About(tr, s, "bg")
	}
}
