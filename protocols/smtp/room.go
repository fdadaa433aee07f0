package smtp

// Room is memory that the sessions and clients of one host use one after the
// other for the content of messages: what one has done with, the next takes.
// It is for those that never run at the same time. The zero value is ready.
type Room struct {
	spare []byte
}

// roomKept is the largest buffer that is kept for the next.
const roomKept = 64 << 10

// take returns an empty buffer; without a Room, or while another has its
// buffer, one that is yet to grow.
func (r *Room) take() []byte {
	if r == nil {
		return nil
	}
	b := r.spare
	r.spare = nil
	return b[:0]
}

// put takes back a buffer that is not used any more.
func (r *Room) put(b []byte) {
	if cap(b) <= roomKept && cap(b) > cap(r.spare) {
		r.spare = b[:0]
	}
}
