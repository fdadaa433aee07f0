package trace

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestSymbols compares the table with a map, in any order of adding, dropping
// and finding; the hashes collide often.
func TestSymbols(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{""}
		var have symbols
		want := map[string]Sym{}
		for range rapid.IntRange(1, 2000).Draw(t, "steps") {
			name := fmt.Sprint("n", rapid.IntRange(0, 600).Draw(t, "name"))
			h := uint32(len(name)*7 + int(name[len(name)-1]))
			if got := find(&have, h, name, names); got != want[name] {
				t.Fatalf("find %s = %d, want %d", name, got, want[name])
			}
			switch id, ok := want[name]; {
			case !ok:
				id = Sym(len(names))
				names = append(names, name)
				have.add(h, id)
				want[name] = id
			case rapid.Bool().Draw(t, "drop"):
				have.drop(h, id)
				delete(want, name)
			}
		}
		for name, id := range want {
			h := uint32(len(name)*7 + int(name[len(name)-1]))
			if got := find(&have, h, name, names); got != id {
				t.Fatalf("find %s = %d, want %d", name, got, id)
			}
		}
		if have.n != len(want) {
			t.Fatalf("%d symbols, want %d", have.n, len(want))
		}
	})
}
