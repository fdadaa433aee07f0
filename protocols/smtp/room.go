package smtp

// Room is memory that the sessions and clients of one host use one after the
// other, for themselves and for the content of messages: what one has done with
// (Session.Release, Client.Release), the next takes. It is for those that never run
// at the same time. The zero value is ready.
type Room struct {
	spare    []byte
	sessions []*Session
	clients  []*Client
}

// idleKept is how many sessions and clients that are done are kept.
const idleKept = 16

// session returns one to be filled in, with the buffers of one that is done if
// there is one.
func (r *Room) session() *Session {
	if r == nil || len(r.sessions) == 0 {
		return &Session{}
	}
	last := len(r.sessions) - 1
	s := r.sessions[last]
	r.sessions = r.sessions[:last]
	in, out, counts := s.in[:0], s.out[:0], s.counts[:0]
	*s = Session{}
	s.in, s.out, s.counts = in, out, counts
	return s
}

// client is the same for clients, which moreover remember what was said to
// others.
func (r *Room) client() *Client {
	if r == nil || len(r.clients) == 0 {
		return &Client{replies: new([lastStage + 1]knownReply)}
	}
	last := len(r.clients) - 1
	c := r.clients[last]
	r.clients = r.clients[:last]
	in, out, waiting, replies, lesson := c.in[:0], c.out[:0], c.waiting[:0], c.replies, c.lesson
	*c = Client{}
	c.in, c.out, c.waiting, c.replies, c.lesson = in, out, waiting, replies, lesson
	return c
}

// Release gives the session's memory to the next one that has the same Room. It
// must not be used afterwards.
func (s *Session) Release() {
	if r := s.cfg.Room; r != nil && len(r.sessions) < idleKept && cap(s.in) <= roomKept && cap(s.out) <= roomKept {
		r.sessions = append(r.sessions, s)
	}
}

// Release gives the client's memory to the next one that has the same Room. It
// must not be used afterwards.
func (c *Client) Release() {
	if r := c.cfg.Room; r != nil && len(r.clients) < idleKept && cap(c.in) <= roomKept && cap(c.out) <= roomKept {
		r.clients = append(r.clients, c)
	}
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

// knownReply is the last reply at a stage, and the octets of which it was made;
// none when they are too many. Servers repeat themselves, to everybody: the same
// octets as last time are the same reply.
type knownReply struct {
	whole string
	Reply
}

// learned makes k the reply that these octets mean.
func (k *knownReply) learned(whole string, r Reply) *Reply {
	if len(whole) > replyLimit {
		whole = ""
	}
	*k = knownReply{whole, r}
	return &k.Reply
}

// lesson is what some client has learned of a reply to EHLO.
type lesson struct {
	text    string
	discard Keywords
	offered
}
