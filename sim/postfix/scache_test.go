package postfix

import "testing"

// TestCachingOnDemand checks when the queue manager asks for connections to be
// taken from the cache and left there.
func TestCachingOnDemand(t *testing.T) {
	type begin struct {
		at, lastDone int64
		busy         int
	}
	for _, c := range []struct {
		name        string
		begins      []begin
		load, store bool
	}{
		{"a first delivery", []begin{{100, 0, 1}}, false, false},
		{"a burst that begins at once", []begin{{100, 0, 1}, {100, 0, 2}, {100, 0, 5}}, false, false},
		{"one after another", []begin{{100, 0, 1}, {100, 100, 1}}, true, true},
		{"one after another, a second later", []begin{{100, 0, 1}, {101, 100, 1}}, true, true},
		{"two seconds later", []begin{{100, 0, 1}, {102, 100, 1}}, false, false},
		{"a pause when others are under way", []begin{{100, 0, 1}, {100, 100, 1}, {110, 100, 2}}, true, true},
		{"a pause when nothing is under way", []begin{{100, 0, 1}, {100, 100, 1}, {110, 100, 1}}, true, false},
	} {
		var got caching
		for _, b := range c.begins {
			got.lastDone = b.lastDone
			got.selected(b.busy, b.at)
		}
		if got.load != c.load || got.store != c.store {
			t.Errorf("%s: got load %v, store %v, want %v, %v", c.name, got.load, got.store, c.load, c.store)
		}
	}
}
