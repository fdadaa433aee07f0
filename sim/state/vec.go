package state

import "math/bits"

// vec is a persistent vector: set returns a new vector and leaves the old one
// as it was, sharing all but the path to the changed element (a radix tree of
// 32-way nodes). Its zero value is empty; an element never set is T's zero.
//
// Folding thousands of events would copy the same path again and again. So
// every node remembers the edit that made it, and a set of the same edit
// changes the node in place. Nobody else can have seen it: an edit's number is
// given out once, and given up when a snapshot is handed out.
type vec[T any] struct {
	root  *vecNode[T]
	n     int  // one more than the greatest index ever set
	shift uint // 5 times the number of levels above the leaves
}

type vecNode[T any] struct {
	edit  edit
	kids  *[vecWidth]*vecNode[T] // above the leaves
	items *[vecWidth]T           // in the leaves
}

const (
	vecBits  = 5
	vecWidth = 1 << vecBits
	vecMask  = vecWidth - 1
)

// edit numbers a stretch of folding during which nodes may change in place.
type edit uint64

func (v vec[T]) len() int { return v.n }

// at is element i; i may be greater than any index that was set.
func (v vec[T]) at(i int) T {
	var zero T
	if i < 0 || i >= v.n {
		return zero
	}
	node := v.root
	for shift := v.shift; node != nil && shift > 0; shift -= vecBits {
		node = node.kids[i>>shift&vecMask]
	}
	if node == nil {
		return zero
	}
	return node.items[i&vecMask]
}

// set returns the vector with element i replaced by x.
func (v vec[T]) set(e edit, i int, x T) vec[T] {
	for v.root != nil && i>>(v.shift+vecBits) > 0 {
		root := &vecNode[T]{edit: e, kids: new([vecWidth]*vecNode[T])}
		root.kids[0] = v.root
		v.root, v.shift = root, v.shift+vecBits
	}
	for v.root == nil && i>>(v.shift+vecBits) > 0 {
		v.shift += vecBits
	}
	v.root = v.root.with(e, v.shift, i, x)
	v.n = max(v.n, i+1)
	return v
}

func (n *vecNode[T]) with(e edit, shift uint, i int, x T) *vecNode[T] {
	n = n.own(e, shift == 0)
	if shift == 0 {
		n.items[i&vecMask] = x
		return n
	}
	kid := &n.kids[i>>shift&vecMask]
	*kid = (*kid).with(e, shift-vecBits, i, x)
	return n
}

// own is the node itself if this edit made it, else a copy.
func (n *vecNode[T]) own(e edit, leaf bool) *vecNode[T] {
	if n != nil && n.edit == e {
		return n
	}
	m := &vecNode[T]{edit: e}
	switch {
	case leaf:
		m.items = new([vecWidth]T)
		if n != nil {
			*m.items = *n.items
		}
	default:
		m.kids = new([vecWidth]*vecNode[T])
		if n != nil {
			*m.kids = *n.kids
		}
	}
	return m
}

// set is a persistent set of small numbers that is walked in their order.
type set struct {
	words vec[uint64]
	count int
}

func (s set) has(i int) bool { return s.words.at(i/64)>>(i%64)&1 != 0 }

func (s set) with(e edit, i int) set {
	if !s.has(i) {
		s.words = s.words.set(e, i/64, s.words.at(i/64)|1<<(i%64))
		s.count++
	}
	return s
}

func (s set) without(e edit, i int) set {
	if s.has(i) {
		s.words = s.words.set(e, i/64, s.words.at(i/64)&^(1<<(i%64)))
		s.count--
	}
	return s
}

// list is the numbers from first on, at most limit of them; limit 0 is all.
func (s set) list(first, limit int) []int {
	if limit == 0 || limit > s.count {
		limit = s.count
	}
	out := make([]int, 0, limit)
	for w := first / 64; w < s.words.len() && len(out) < limit; w++ {
		word := s.words.at(w)
		if w == first/64 {
			word &= ^uint64(0) << (first % 64)
		}
		for ; word != 0 && len(out) < limit; word &= word - 1 {
			out = append(out, w*64+bits.TrailingZeros64(word))
		}
	}
	return out
}
