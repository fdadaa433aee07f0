package sim

import "strings"

// texts makes short strings that live about as long as the trace, many in one
// piece of memory.
type texts struct{ b strings.Builder }

// textPiece is how much is allocated at once.
const textPiece = 4096

// join returns the text a followed by b.
func (t *texts) join(a string, b []byte) string {
	n := len(a) + len(b)
	if t.b.Cap()-t.b.Len() < n {
		t.b = strings.Builder{}
		t.b.Grow(max(textPiece, n))
	}
	t.b.WriteString(a)
	t.b.Write(b)
	all := t.b.String() // what is written later stands behind it
	return all[len(all)-n:]
}

// Slab hands out zero values that are made several at once: one piece of work
// for the allocator instead of many. The values of a piece are let go of
// together, which suits what is small, lives shortly, and holds on to nothing
// that is large when it is over.
type Slab[T any] struct{ left []T }

// pieces is how many values of a slab are made at once.
const pieces = 16

// Next returns the next value.
func (s *Slab[T]) Next() *T {
	if len(s.left) == 0 {
		s.left = make([]T, pieces)
	}
	v := &s.left[0]
	s.left = s.left[1:]
	return v
}
