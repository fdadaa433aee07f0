package trace

// A table holds the nodes, connections or messages of a trace, numbered from 1.
// Its rows stand in chunks that never move and that can be forgotten.
type table[T any] struct {
	chunks []*rows[T]
	n      int
	none   T
}

const rowBits = 8

type rows[T any] [1 << rowBits]row[T]

// row is an entry and the last event before it.
type row[T any] struct {
	of   T
	born Seq
}

func (t *table[T]) add(of T, born Seq) int {
	if t.n>>rowBits == len(t.chunks) {
		t.chunks = append(t.chunks, new(rows[T]))
	}
	t.chunks[t.n>>rowBits][t.n&(1<<rowBits-1)] = row[T]{of, born}
	t.n++
	return t.n
}

// at is the entry with a number; nothing is known of 0 and of what is forgotten.
func (t *table[T]) at(id int) *T {
	if r := t.row(id); r != nil {
		return &r.of
	}
	return &t.none
}

func (t *table[T]) row(id int) *row[T] {
	if id == 0 || t.chunks[(id-1)>>rowBits] == nil {
		return nil
	}
	return &t.chunks[(id-1)>>rowBits][(id-1)&(1<<rowBits-1)]
}

// upTo tells whether entry id exists after event s.
func (t *table[T]) upTo(id int, s Seq) bool {
	if id > t.n {
		return false
	}
	r := t.row(id)
	return r == nil || r.born <= s
}

// forget forgets the chunks none of whose entries is in use.
func (t *table[T]) forget(inUse []bool) {
	for i, c := range t.chunks[:t.n>>rowBits] {
		if c != nil && !inUse[i] {
			t.chunks[i] = nil
		}
	}
}
