package sim

import (
	"crypto/tls"
	"net/netip"

	"mailtrek/sim/trace"
)

// Delivery is what an end that is operated from outside gets from its peer.
type Delivery struct {
	Accepted bool   // the connection is open now
	Data     []byte // bytes, to be copied
	EOF      bool   // the peer's FIN
	Err      error  // ErrRefused, ErrReset, ErrTimeout
	// StartTLS asks for a TLS handshake with this configuration of the
	// server's, to be answered by External.Secured. Its clock is the virtual
	// one: a handshake in real time sets its own.
	StartTLS *tls.Config
}

// External is a connection whose client is not simulated: a person who types,
// or a real program. What it does is an intervention.
type External struct{ c *Conn }

// Connect opens a connection from a node on behalf of somebody outside. sink
// is called, from within Run, with everything that comes.
func (w *World) Connect(n *Node, from netip.Addr, to netip.AddrPort, cause trace.Seq, sink func(Delivery)) *External {
	if !from.IsValid() {
		from = n.Addr()
	}
	target := w.target(n, to.Addr())
	info := trace.Conn{Proto: trace.TCP, Client: n.ID, ClientAddr: netip.AddrPortFrom(from, n.ephemeral()).String(), ServerAddr: w.spell(to)}
	if target == nil {
		d := w.newDialogue(info)
		w.At(w.Now()+routeFailure, func() { sink(Delivery{Err: ErrUnreachable}) })
		return &External{d.ends[0]}
	}
	info.Server, info.Proto = target.ID, protoAt(target, to)
	d := w.newDialogue(info)
	d.ends[0].node, d.ends[1].node = n, target
	c := d.ends[0]
	c.sink, c.cause = sink, cause
	syn := c.emit(&trace.Event{Kind: trace.Open}, nil)
	d.sendSYN(target, to, syn, 0)
	return &External{c}
}

// Conn is the end of the connection; its Write, Close, Vanish and Abort may be
// called between two runs of the world.
func (x *External) Conn() *Conn { return x.c }

// Backlog is the number of octets written that the peer has not read.
func (x *External) Backlog() int { return x.c.unread }

// deliver hands what has come to the sink.
func (c *Conn) deliver() {
	switch {
	case c.closed:
		return
	case c.failed != nil:
		c.sink(Delivery{Err: c.failed})
		c.closed = true
		return
	}
	if len(c.in) == 0 && c.eof == 0 {
		c.sink(Delivery{Accepted: c.established})
		return
	}
	for _, s := range c.in {
		if s.event != 0 {
			c.cause = s.event
			if s.msg != 0 {
				c.msg = s.msg
			}
		}
		c.sink(Delivery{Data: s.data})
	}
	c.in = nil
	c.d.ends[1].unread = 0
	c.d.ends[1].change.Broadcast()
	if c.eof != 0 {
		c.cause = c.eof
		c.sink(Delivery{EOF: true})
	}
}

// QueryUDP sends a datagram from a node on behalf of somebody outside; sink is
// called, from within Run, with each answer.
func (w *World) QueryUDP(n *Node, from netip.Addr, to netip.AddrPort, data []byte, describe Describer, cause trace.Seq, sink func([]byte)) {
	if !from.IsValid() {
		from = n.Addr()
	}
	target := w.target(n, to.Addr())
	if target == nil {
		return
	}
	src := netip.AddrPortFrom(from, n.ephemeral())
	e := describe(w.Trace, data)
	e.Node, e.Peer, e.Side, e.Cause = n.ID, target.ID, trace.Client, cause
	e.Conn = w.Trace.AddConn(trace.Conn{Proto: e.Proto, UDP: true, Client: n.ID, Server: target.ID, ClientAddr: src.String(), ServerAddr: w.spell(to)})
	delay, ok := w.transit(n, target)
	if !ok {
		e.Flags |= trace.Lost
	}
	seq := w.Emit(e, data)
	if !ok {
		return
	}
	g := w.datagram()
	g.Packet = Packet{From: src, To: to, Data: w.Trace.Text(w.Trace.At(seq)), Event: seq, flow: e.Conn, client: n.ID, sink: sink}
	g.target, g.delay = target, delay
	g.send(w)
}
