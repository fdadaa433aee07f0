package trace_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"mailtrek/sim/trace"
)

// A mail is some 170 events, and a run has up to a million: a field more must
// not make room for padding.
func TestAnEventTakes56Octets(t *testing.T) {
	if got := reflect.TypeFor[trace.Event]().Size(); got != 56 {
		t.Errorf("an event takes %d octets, want 56", got)
	}
}

// Texts of all lengths come back as they were, whatever piece of memory they
// stand in.
func TestTextsOfAllLengths(t *testing.T) {
	tr := trace.New(trace.Header{})
	long := []byte(strings.Repeat("0123456789abcdef", 5000))
	var want [][]byte
	for _, n := range []int{1, 65535, 1, 65536, 1, 65537, 3, 0, 80000, 7, 40000, 40000, 2, 1 << 10} {
		for _, add := range []func(trace.Event, []byte) trace.Seq{tr.Append, tr.AppendShared} {
			add(trace.Event{}, long[:n])
			want = append(want, long[:n])
		}
	}
	for i, text := range want {
		if got := tr.Text(tr.At(trace.Seq(i + 1))); !bytes.Equal(got, text) {
			t.Errorf("text %d: got %d octets, want %d", i+1, len(got), len(text))
		}
	}
}
