package sim

import (
	"io"
	"net"
	"net/netip"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// Conn is one end of a simulated connection. It is a net.Conn, so that
// crypto/tls and the like run on it: Read parks the process that owns it.
//
// One Read never returns bytes of more than one unit, and it makes the unit's
// event the cause of what the owner does next.
type Conn struct {
	d           *dialogue
	side        wire.Side
	node        *Node
	owner       *Proc     // nil: the end is operated from outside (External)
	listener    *Listener // of a server
	sink        func(Delivery)
	in          []segment
	room        []segment // in, before anything was read of it: its memory is used again
	unread      int
	eof         trace.Seq // the peer's FIN
	failed      error
	established bool
	closed      bool
	late        bool // something was written to a peer nearby that had closed
	reset       bool // that has been answered with an RST
	poked       bool // by Interrupt
	change      Cond
	arrival     int64     // of the last segment sent
	lost        []*flight // to be sent again, in this order
	limit       int64     // read deadline in virtual nanoseconds; -1 is none
	calm        bool      // when limit passes, nobody gives up
	cause       trace.Seq
	msg         trace.MsgID
	forced      bool           // what is said next is what a fault demands
	inside      bool           // what is said is inside TLS
	tls         *secured       // set when a handshake begins here
	plain       []segment      // what the peer has said inside TLS and we have not read
	outside     *wire.TLSFacts // of a client's handshake outside
}

// window is how many unread octets an end accepts before its peer has to wait.
const window = 1 << 20

// ID is the number of the connection in the trace.
func (c *Conn) ID() trace.ConnID { return c.d.id }

// Node is the host at this end.
func (c *Conn) Node() *Node { return c.node }

// Peer is the host at the other end.
func (c *Conn) Peer() *Node { return c.d.ends[1-c.side].node }

// Info describes the connection.
func (c *Conn) Info() *trace.Conn { return c.d.info() }

// SetOwner hands the connection to another process.
func (c *Conn) SetOwner(p *Proc) { c.owner = p }

// SetSplitter changes how the bytes are cut into units from now on.
func (c *Conn) SetSplitter(s wire.Splitter) { c.d.splitter = s }

// Pending tells whether bytes have arrived that were not read.
func (c *Conn) Pending() bool {
	if c.tls != nil {
		return c.pendingSealed()
	}
	return len(c.in) > 0
}

// emit records an event of this end.
func (c *Conn) emit(e *trace.Event, text []byte) trace.Seq {
	c.own(e)
	if c.owner != nil {
		return c.owner.emit(e, text)
	}
	if e.Cause == 0 {
		e.Cause = c.cause
	}
	e.Msg = c.msg
	c.cause = c.d.w.emit(e, text)
	return c.cause
}

// own says of an event that it is of this end.
func (c *Conn) own(e *trace.Event) {
	e.Node, e.Peer, e.Conn, e.Proto = c.node.ID, c.Peer().ID, c.d.id, c.d.about.Proto
	e.Side = trace.Client
	if c.side == wire.Server {
		e.Side = trace.Server
	}
}

// because is the event that this end acts upon.
func (c *Conn) because() trace.Seq {
	if c.owner != nil {
		return c.owner.cause
	}
	return c.cause
}

// wakeUp tells the owner that something has changed.
func (c *Conn) wakeUp() {
	if c.sink != nil {
		c.deliver()
		return
	}
	c.change.Broadcast()
}

// SetForced tells that a fault demands what is written next; its events get
// that flag (trace.Forced).
func (c *Conn) SetForced() { c.forced = true }

// TakeForced tells whether SetForced was called, and forgets it.
func (c *Conn) TakeForced() bool {
	was := c.forced
	c.forced = false
	return was
}

// Closed tells whether this end has closed the connection.
func (c *Conn) Closed() bool { return c.closed }

// Slow is how long the server at this end takes for each reply, by a fault.
func (c *Conn) Slow() time.Duration {
	if len(c.node.slow) == 0 {
		return 0
	}
	at, _ := netip.ParseAddrPort(c.Info().ServerAddr)
	return c.node.slow[at.Port()]
}

// Interrupt makes the Read that waits now, or the next one that would, return
// ErrInterrupted: its owner has something else to do.
func (c *Conn) Interrupt() {
	c.poked = true
	c.wakeUp()
}

// fail ends the connection from below.
func (c *Conn) fail(err error, because trace.Seq) {
	if c.failed == nil && !c.closed {
		c.failed, c.cause = err, because
		c.wakeUp()
	}
}

// Read reads from the peer. It returns io.EOF behind its FIN, ErrReset,
// ErrTimeout after the read deadline.
func (c *Conn) Read(b []byte) (int, error) {
	if c.inside && c.tls != nil {
		opened, err := c.readOpened(len(b))
		return copy(b, opened), err
	}
	return c.readRaw(b)
}

// readRaw reads what comes over the wire.
func (c *Conn) readRaw(b []byte) (int, error) {
	if err := c.await(); err != nil {
		return 0, err
	}
	s := &c.in[0]
	n := copy(b, s.data)
	s.data = s.data[n:]
	c.took(s, n)
	return n, nil
}

// ReadUnit reads what has come of one unit, without copying it. The bytes are
// good until the next ReadUnit, and the caller must not change them.
func (c *Conn) ReadUnit() ([]byte, error) {
	if c.inside && c.tls != nil {
		return c.readOpened(16 << 10)
	}
	if err := c.await(); err != nil {
		return nil, err
	}
	s := &c.in[0]
	b := s.data
	s.data = nil
	c.took(s, len(b))
	return b, nil
}

// Broken tells whether the connection itself has failed: it was reset, or what
// was sent was never acknowledged (RFC 9293 §3.8.3). A Read that merely came to
// its deadline leaves it whole.
func (c *Conn) Broken() bool { return c.failed != nil }

// givesUp records that a client has waited long enough for its server. What a
// server does when its deadline is over is its own affair: not every one ends
// the session.
func (c *Conn) givesUp() {
	if c.side == wire.Client && !c.calm {
		c.emit(&trace.Event{Kind: trace.Timeout, A: c.d.w.Trace.Intern("read")}, nil)
	}
}

// await parks the owner until there is something to read.
func (c *Conn) await() error {
	for len(c.in) == 0 {
		switch {
		case c.closed:
			return ErrClosed
		case c.eof != 0: // an RST behind the FIN changes nothing for who reads
			c.owner.Because(c.eof)
			return io.EOF
		case c.failed != nil:
			c.owner.Because(c.cause)
			return c.failed
		case c.poked:
			c.poked = false
			return ErrInterrupted
		}
		wait := time.Duration(-1)
		if c.limit >= 0 {
			if wait = time.Duration(c.limit - c.d.w.now); wait <= 0 {
				c.givesUp()
				return ErrTimeout
			}
		}
		c.change.Wait(c.owner, wait)
	}
	return nil
}

// took notes that n octets of the first segment were read.
func (c *Conn) took(s *segment, n int) {
	c.heard(s.event, s.msg)
	if len(s.data) == 0 {
		c.in = c.in[1:]
	}
	if c.tls == nil {
		c.makeRoom(n)
	}
}

// Discard forgets what has arrived and was not read.
func (c *Conn) Discard() {
	n := 0
	for _, s := range c.in {
		n += len(s.data)
	}
	c.in = nil
	c.makeRoom(n)
}

// heard makes an event the one that the owner acts upon.
func (c *Conn) heard(event trace.Seq, msg trace.MsgID) {
	if event != 0 {
		c.owner.Because(event)
		if msg != 0 {
			c.owner.Handle(msg)
		}
	}
}

// makeRoom lets a peer go on that waits for its octets to be read.
func (c *Conn) makeRoom(n int) {
	if peer := c.d.ends[1-c.side]; peer.unread > 0 {
		peer.unread -= n
		if peer.unread < window {
			peer.change.Broadcast()
		}
	}
}

// Write sends to the peer. It waits when the peer does not keep up.
func (c *Conn) Write(b []byte) (int, error) {
	for c.unread >= window && c.owner != nil && c.failed == nil && !c.closed {
		c.change.Wait(c.owner, -1)
	}
	switch {
	case c.closed || c.d.w.stopped:
		return 0, ErrClosed
	case c.failed != nil:
		return 0, c.failed
	case len(b) == 0:
		return 0, nil
	}
	if c.inside && c.tls != nil {
		return c.writeSealed(b)
	}
	c.unread += len(b)
	f := c.d.w.flight()
	f.segs = c.d.record(c, b, f.segs)
	c.d.send(c, f)
	return len(b), nil
}

// Close sends a FIN.
func (c *Conn) Close() error { return c.close("") }

// Vanish sends the FIN that the system sends when the process behind the
// connection dies.
func (c *Conn) Vanish() error { return c.close("lost") }

func (c *Conn) close(how string) error {
	if c.closed || c.d.w.stopped {
		return ErrClosed
	}
	if c.owner != nil && c.owner.killed {
		how = "lost"
	}
	if c.failed == nil {
		c.d.flushHeld(c)
		if c.inside && c.tls != nil && how == "" {
			_ = c.tls.conn.CloseWrite() // RFC 8446 §6.1: close_notify; nothing depends on it
		}
	}
	if c.failed == nil && !c.late { // else the RST is there before the process has done what it still does
		fin := c.emit(&trace.Event{Kind: trace.Close, A: c.d.w.Trace.Intern(how)}, nil)
		f := c.d.w.flight()
		f.fin = fin
		c.d.send(c, f)
	}
	c.shut()
	return nil
}

// refuse answers octets that come when the end is closed already: the process
// does not read them any more, and the system sends an RST (RFC 9293 §3.10.7.4;
// RFC 1122 §4.2.2.13).
func (c *Conn) refuse(f *flight) {
	peer := c.d.ends[1-c.side]
	if len(f.segs) == 0 || c.reset || peer.failed != nil {
		return
	}
	c.reset = true
	last := &f.segs[len(f.segs)-1]
	rst := trace.Event{Kind: trace.Reset, Cause: last.event, Msg: last.msg}
	c.own(&rst)
	seq := c.d.w.emit(&rst, nil)
	if delay, ok := c.d.w.transit(c.node, peer.node); ok {
		c.d.w.At(c.d.w.Now()+delay, func() { peer.fail(ErrReset, seq) })
	}
}

// shut forgets what is unread, so that a peer that waits may go on.
func (c *Conn) shut() {
	if c.room != nil {
		clear(c.room[:cap(c.room)])
		c.d.w.rooms = append(c.d.w.rooms, c.room[:0])
	}
	c.closed, c.in, c.room = true, nil, nil
	peer := c.d.ends[1-c.side]
	peer.unread = 0
	peer.change.Broadcast()
}

// Abort sends an RST.
func (c *Conn) Abort() {
	if c.closed || c.d.w.stopped {
		return
	}
	rst := c.emit(&trace.Event{Kind: trace.Reset}, nil)
	c.shut()
	peer := c.d.ends[1-c.side]
	if delay, ok := c.d.w.transit(c.node, peer.node); ok {
		c.d.w.At(c.d.w.Now()+delay, func() { peer.fail(ErrReset, rst) })
	}
}

// LocalAddr is the address of this end.
func (c *Conn) LocalAddr() net.Addr {
	if c.side == wire.Server {
		return addr(c.Info().ServerAddr)
	}
	return addr(c.Info().ClientAddr)
}

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr {
	if c.side == wire.Server {
		return addr(c.Info().ClientAddr)
	}
	return addr(c.Info().ServerAddr)
}

// SetDeadline sets the virtual time at which Read gives up.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline sets the time of the host at which Read gives up; the zero time
// is never.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.limit, c.calm = -1, false
	if !t.IsZero() {
		c.limit = int64(t.Sub(c.d.w.Trace.Header.Start) - c.node.ahead)
	}
	return nil
}

// SetWriteDeadline does nothing: a Write waits only for a peer that reads.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// SetTimeout makes Read give up when d of virtual time passes in silence from
// now; 0 is never.
func (c *Conn) SetTimeout(d time.Duration) {
	c.limit, c.calm = -1, false
	if d > 0 {
		c.limit = c.d.w.now + int64(d)
	}
}

// Listen is SetTimeout for an owner who does not expect anything: that d passes
// in silence is no failure, and the trace says nothing of it.
func (c *Conn) Listen(d time.Duration) {
	c.SetTimeout(d)
	c.calm = true
}

type addr string

func (a addr) Network() string {
	if len(a) > 0 && a[0] == '/' {
		return "unix"
	}
	return "tcp"
}
func (a addr) String() string { return string(a) }
