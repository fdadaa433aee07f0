package host

import "errors"

// ErrNoSpace is what a full disk says (ENOSPC).
var ErrNoSpace = errors.New("No space left on device")

// UsualRoom is how much a disk has left that nobody has said anything about, in
// octets.
const UsualRoom = 80 << 30

// SetRoom says how many octets the disk under the tree has left; negative is
// more than anybody needs. What is removed makes room again.
func (t *Tree) SetRoom(octets int64) {
	t.limit = 0
	if octets >= 0 {
		t.limit = t.size + octets + 1
	}
}

// Free is how many octets the disk has left.
func (t *Tree) Free() int64 {
	if t.limit == 0 {
		return UsualRoom
	}
	return max(0, t.limit-1-t.size)
}
