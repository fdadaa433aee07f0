package trace

import "hash/maphash"

// symbols finds the symbol of a name. It is a hash table of symbols alone: the
// names stand in the trace's list, so that a run with a million of them has
// eight octets here for each, which hold no pointer.
type symbols struct {
	slots []slot // a power of two, at most half of them in use
	n     int
}

// slot is a symbol and the hash of its name; symbol 0 is a free slot.
type slot struct {
	hash uint32
	id   Sym
}

// seed makes the hashes of this process. No order depends on them.
var seed = maphash.MakeSeed()

func hash(name string) uint32 { return uint32(maphash.String(seed, name)) }

// find returns the symbol of a name with that hash; 0 when it has none.
func find[T string | []byte](t *symbols, h uint32, name T, names []string) Sym {
	if t.n == 0 {
		return 0
	}
	for i := int(h) & (len(t.slots) - 1); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := t.slots[i]; s.id == 0 || s.hash == h && names[s.id] == string(name) {
			return s.id
		}
	}
}

// add adds a symbol whose name, with that hash, has none yet.
func (t *symbols) add(h uint32, id Sym) {
	if 2*(t.n+1) > len(t.slots) {
		old := t.slots
		t.slots = make([]slot, max(256, 2*len(old)))
		for _, s := range old {
			if s.id != 0 {
				t.put(s)
			}
		}
	}
	t.put(slot{h, id})
	t.n++
}

func (t *symbols) put(s slot) {
	i := int(s.hash) & (len(t.slots) - 1)
	for t.slots[i].id != 0 {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i] = s
}

// drop takes a symbol out, and moves up what stands behind it.
func (t *symbols) drop(h uint32, id Sym) {
	if t.n == 0 {
		return
	}
	last := len(t.slots) - 1
	i := int(h) & last
	for t.slots[i].id != id {
		if t.slots[i].id == 0 {
			return
		}
		i = (i + 1) & last
	}
	t.n--
	for j := (i + 1) & last; t.slots[j].id != 0; j = (j + 1) & last {
		if home := int(t.slots[j].hash) & last; (j-home)&last >= (j-i)&last {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = slot{}
}
