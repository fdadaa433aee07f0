package scenario

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestLay: whatever the lists, the rows contain all of both in their order, and
// what is called the same is.
func TestLay(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		size, letters := 1+round%40, 1+dice.IntN(6)
		if round%50 == 49 {
			size, letters = 900, 400 // more differences than are weighed at once
		}
		a, b := randomList(dice, size, letters), randomList(dice, size, letters)
		x, y, same := 0, 0, 0
		for _, p := range lay(a, b) {
			if p.Was != 0 {
				if x++; int(p.Was) != x {
					t.Fatalf("round %d: row %v, want element %d of the first list", round, p, x)
				}
			}
			if p.Now != 0 {
				if y++; int(p.Now) != y {
					t.Fatalf("round %d: row %v, want element %d of the second list", round, p, y)
				}
			}
			if p.Same {
				if same++; a[p.Was-1] != b[p.Now-1] {
					t.Fatalf("round %d: row %v pairs %d with %d", round, p, a[p.Was-1], b[p.Now-1])
				}
			}
		}
		if x != len(a) || y != len(b) {
			t.Fatalf("round %d: got %d and %d elements, want %d and %d", round, x, y, len(a), len(b))
		}
		if want := longest(a, b); len(a)+len(b) <= maxDetour && same != want {
			t.Errorf("round %d: got %d pairs, want %d", round, same, want)
		}
	}
}

func randomList(dice *rand.Rand, n, letters int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = uint64(dice.IntN(letters))
	}
	return list
}

// longest is the length of a longest common subsequence.
func longest(a, b []uint64) int {
	row := make([]int, len(b)+1)
	for i := range a {
		corner := 0
		for j := range b {
			up := row[j+1]
			if a[i] == b[j] {
				row[j+1] = corner + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			corner = up
		}
	}
	return row[len(b)]
}

// TestMasked: what is made up anew in every run does not count, everything else
// does.
func TestMasked(t *testing.T) {
	for _, c := range []struct {
		text   string
		digits bool
		want   string
	}{
		{"250 2.0.0 Ok: queued as 4F2A1C0D93B", false, "250 2.0.0 Ok: queued as #"},
		{"450 4.2.0 try later", false, "450 4.2.0 try later"},
		{"4F2A1C0D93B: to=<ivan@alabala.com>, delay=0.12", true, "#: to=<ivan@alabala.com>, delay=."},
		{"mail2.alabala.com", false, "mail2.alabala.com"},
		{"", true, ""},
	} {
		if got := string(masked(nil, c.text, c.digits)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestAlign lays stories beside each other that have something, everything or
// nothing in common.
func TestAlign(t *testing.T) {
	for _, c := range []struct {
		name     string
		was, now *trace.Trace
		same     bool
	}{
		{"one story twice", tracetest.Story(), tracetest.Story(), true},
		{"a story and one in which an exchanger fails", tracetest.Story(), tracetest.Failover(), false},
		{"and the other way round", tracetest.Failover(), tracetest.Story(), false},
		{"nothing", trace.New(trace.Header{}), tracetest.Story(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Align(c.was, c.now)
			checkAlignment(t, c.was, c.now, a)
			if got := a.First == len(a.Rows); got != c.same {
				t.Errorf("got the first difference in row %d of %d", a.First, len(a.Rows))
			}
		})
	}
}

// checkAlignment: the rows hold every event of both runs once and in order, the
// shared part is the same to the octet, and Row finds each event.
func checkAlignment(t *testing.T, was, now *trace.Trace, a *Alignment) {
	t.Helper()
	for s := trace.Seq(1); s <= a.Shared; s++ {
		if !sameEvent(was, now, s) {
			t.Fatalf("event %d is in the shared part and differs", s)
		}
	}
	left, right := a.Shared, a.Shared
	for i, p := range a.Rows {
		if p.Same != (p.Was != 0 && p.Now != 0 && toldBy(was, p.Was) == toldBy(now, p.Now)) {
			t.Errorf("row %d, %v: what was is %q, what is %q", i, p, toldBy(was, p.Was), toldBy(now, p.Now))
		}
		if p.Was != 0 {
			if left++; p.Was != left || a.Row(left, false) != i {
				t.Fatalf("row %d: got event %d of the run that was, want %d, found in row %d", i, p.Was, left, a.Row(left, false))
			}
		}
		if p.Now != 0 {
			if right++; p.Now != right || a.Row(right, true) != i {
				t.Fatalf("row %d: got event %d of the run that is, want %d, found in row %d", i, p.Now, right, a.Row(right, true))
			}
		}
		if !p.Same && i < a.First {
			t.Errorf("row %d differs before the first difference in row %d", i, a.First)
		}
	}
	if int(left) != was.Len() || int(right) != now.Len() {
		t.Errorf("got %d and %d events, want %d and %d", left, right, was.Len(), now.Len())
	}
}

func toldBy(t *trace.Trace, s trace.Seq) string {
	if s == 0 {
		return fmt.Sprint("no event ", s)
	}
	return string(saying(nil, t, t.At(s)))
}
