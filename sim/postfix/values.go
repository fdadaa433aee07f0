package postfix

// values are the evaluated parameters of a configuration by name: a hash table
// whose hash looks at four octets of the name. A mail asks for some 150 values,
// and each name is a constant somewhere, so that comparing it costs nothing.
type values struct {
	slots []namedValue // a power of two, at most half of them in use
	n     int
}

type namedValue struct {
	name string
	*value
}

// slot is where the search for a name begins.
func (t *values) slot(name string) int {
	n := len(name)
	if n == 0 {
		return 0
	}
	h := uint32(n) | uint32(name[0])<<8 | uint32(name[n/2])<<16 | uint32(name[n-1])<<24
	h = (h ^ uint32(name[n/3])<<3) * 0x9E3779B1
	return int(h>>16) & (len(t.slots) - 1)
}

// find returns the value of that name; nil when there is none yet.
func (t *values) find(name string) *value {
	if t.n == 0 {
		return nil
	}
	for i := t.slot(name); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.value == nil || s.name == name {
			return s.value
		}
	}
}

// add adds a value under a name that has none, or gives it another.
func (t *values) add(name string, v *value) {
	if 2*(t.n+1) > len(t.slots) {
		old := t.slots
		t.slots, t.n = make([]namedValue, max(64, 2*len(old))), 0
		for _, s := range old {
			if s.value != nil {
				t.add(s.name, s.value)
			}
		}
	}
	i := t.slot(name)
	for t.slots[i].value != nil && t.slots[i].name != name {
		i = (i + 1) & (len(t.slots) - 1)
	}
	if t.slots[i].value == nil {
		t.n++
	}
	t.slots[i] = namedValue{name, v}
}
