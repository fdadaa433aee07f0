package trace

// Forget lets go of the events before s, of their texts, and of the names and
// connections that only they refer to, so that a long run can be written while
// it goes on and needs no more memory late than early. What was forgotten cannot
// be looked at or written any more: Has is false for it. Nodes and messages
// stay.
//
// A symbol or a connection that no event kept refers to is good until the
// second Forget after it was made.
func (t *Trace) Forget(s Seq) {
	gone := min(int(s)-1, t.n)
	if gone <= t.gone {
		return
	}
	for i := t.gone >> chunkBits; i < gone>>chunkBits; i++ {
		t.chunks[i] = nil
	}
	before := t.gone
	t.gone = gone
	used := make([]bool, len(t.names))
	conns := make([]bool, len(t.conns.chunks))
	arena := t.open // the first one that is needed
	for i := t.n; i > t.gone; i-- {
		e := t.At(Seq(i))
		used[e.A], used[e.B], used[e.C] = true, true, true
		if e.Conn != 0 {
			conns[(e.Conn-1)>>rowBits] = true
		}
		if e.Len > 0 {
			arena = min(arena, int(e.Arena))
		}
	}
	for i := arena - 1; i >= 0 && t.arenas[i] != nil; i-- {
		t.arenas[i] = nil
	}
	for i, c := range t.conns.chunks {
		if c != nil && int(c[0].born) >= before {
			conns[i] = true
		}
	}
	t.conns.forget(conns)
	t.forgetNames(used)
}

// forgetNames makes the symbols of names that are not used free for others.
func (t *Trace) forgetNames(used []bool) {
	used[0] = true
	clear(t.recent[:])
	for _, id := range t.young {
		used[id] = true
	}
	t.young = t.young[:0]
	for _, id := range t.spare {
		used[id] = true // they are no names
	}
	for id := range used {
		if !used[id] {
			t.syms.drop(hash(t.names[id]), Sym(id))
			t.names[id] = ""
			t.spare = append(t.spare, Sym(id))
		}
	}
}
