package sim

import (
	"fmt"
	"net/netip"
	"time"

	"mailtrek/sim/trace"
)

// Packet is a UDP datagram as its receiver gets it.
type Packet struct {
	From, To netip.AddrPort
	Data     []byte
	Event    trace.Seq // the event of its being sent

	flow   trace.ConnID
	client trace.NodeID
	socket *UDPSocket        // where a reply arrives, or
	sink   func(data []byte) // who takes it outside
}

// UDPHandler answers one datagram, in a process of its own.
type UDPHandler func(p *Proc, pkt Packet)

// Describer fills in the columns (Kind, A, B, Code, N, Proto) of the event that
// a datagram becomes.
type Describer func(t *trace.Trace, data []byte) trace.Event

// ListenUDP lets a handler answer at an address; 0.0.0.0 stands for loopback
// and all addresses of the node.
func (n *Node) ListenUDP(at netip.AddrPort, h UDPHandler) error {
	addrs := []netip.Addr{at.Addr()}
	if at.Addr().IsUnspecified() {
		addrs = append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, n.Addrs...)
	}
	for _, a := range addrs {
		ap := netip.AddrPortFrom(a, at.Port())
		if n.udp[ap] != nil {
			return fmt.Errorf("host %s: bind %s: Address already in use", n.Name, ap)
		}
		n.udp[ap] = h
		n.udpAt = append(n.udpAt, ap)
	}
	return nil
}

// CloseUDP ends what ListenUDP began at the port, on all addresses.
func (n *Node) CloseUDP(port uint16) {
	kept := n.udpAt[:0]
	for _, ap := range n.udpAt {
		if ap.Port() == port {
			delete(n.udp, ap)
		} else {
			kept = append(kept, ap)
		}
	}
	n.udpAt = kept
}

// UDPSocket is the client's end of a UDP flow, owned by one process.
type UDPSocket struct {
	p        *Proc
	from, to netip.AddrPort
	target   *Node
	describe Describer
	flow     trace.ConnID
	in       []Packet
	room     [1]Packet // of in
	refused  trace.Seq
	change   Cond
}

// OpenUDP opens a flow from the process's node to an address. describe makes
// the events' columns, in both directions.
func (p *Proc) OpenUDP(to netip.AddrPort, proto trace.Proto, describe Describer) *UDPSocket {
	from := p.node.Addr()
	if to.Addr().IsLoopback() {
		from = to.Addr()
	}
	s := p.w.socket()
	s.p, s.to, s.target, s.describe = p, to, p.w.target(p.node, to.Addr()), describe
	s.from = netip.AddrPortFrom(from, p.node.ephemeral())
	c := trace.Conn{Proto: proto, UDP: true, Client: p.node.ID, ClientAddr: p.node.source(s.from), ServerAddr: p.w.spell(to)}
	if s.target != nil {
		c.Server = s.target.ID
	}
	s.flow = p.w.Trace.AddConn(c)
	return s
}

// socket returns one that is not open.
func (w *World) socket() *UDPSocket {
	if n := len(w.sockets); n > 0 {
		s := w.sockets[n-1]
		w.sockets = w.sockets[:n-1]
		return s
	}
	return &UDPSocket{}
}

// Close ends the flow: what still comes is not heard. The socket must not be
// used any more; another flow gets its memory.
func (s *UDPSocket) Close() {
	if w := s.p.w; s.flow != 0 {
		*s = UDPSocket{}
		w.sockets = append(w.sockets, s)
	}
}

// datagram is a packet on its way: to the server, or as an answer to the
// client. What has arrived is used again for the next.
type datagram struct {
	Packet
	p      *Proc // who asks; nil: somebody outside
	target *Node
	delay  time.Duration
	handle UDPHandler
	serve  func(*Proc) // lets handle answer, and the datagram be used again
	answer bool
}

// datagram returns one that is empty.
func (w *World) datagram() *datagram {
	if n := len(w.grams); n > 0 {
		g := w.grams[n-1]
		w.grams = w.grams[:n-1]
		return g
	}
	g := &datagram{}
	g.serve = func(p *Proc) {
		pkt, handle := g.Packet, g.handle
		g.landed(w)
		handle(p, pkt)
	}
	return g
}

// landed makes a datagram ready for the next use.
func (g *datagram) landed(w *World) {
	*g = datagram{serve: g.serve}
	w.grams = append(w.grams, g)
}

// send lets a datagram travel.
func (g *datagram) send(w *World) { w.schedule(entry{at: w.now + int64(g.delay), what: g}) }

// Send sends a datagram and returns its event.
func (s *UDPSocket) Send(data []byte) trace.Seq {
	e := s.describe(s.p.w.Trace, data)
	e.Conn, e.Side = s.flow, trace.Client
	if s.target != nil {
		e.Peer = s.target.ID
	}
	w := s.p.w
	delay, ok := time.Duration(0), false
	if s.target != nil {
		delay, ok = w.transit(s.p.node, s.target)
	}
	if !ok {
		e.Flags |= trace.Lost
	}
	seq := s.p.emit(&e, data)
	if !ok {
		return seq
	}
	g := w.datagram()
	g.Packet = Packet{From: s.from, To: s.to, Data: w.Trace.Text(&e), Event: seq, flow: s.flow, client: s.p.node.ID, socket: s}
	g.p, g.target, g.delay = s.p, s.target, delay
	g.send(w)
	return seq
}

// happen is a datagram at its target, or an answer back at the client.
func (g *datagram) happen() {
	s, w := g.socket, g.target.w
	switch {
	case g.answer && g.sink != nil:
		g.sink(g.Data)
	case g.answer:
		s.receive(g.Packet)
	case !w.asked(g) && g.p != nil:
		rst := w.Emit(trace.Event{Kind: trace.Refuse, Node: g.target.ID, Peer: g.client, Conn: g.flow, Cause: g.Event, Msg: g.p.msg}, nil)
		flow := g.flow
		w.At(w.Now()+g.delay, func() { s.refuse(rst, flow) })
	}
	if g.handle == nil {
		g.landed(w)
	}
}

// refuse tells that nobody answers.
func (s *UDPSocket) refuse(rst trace.Seq, flow trace.ConnID) {
	if s.flow == flow {
		s.refused = rst
		s.change.Broadcast()
	}
}

// receive takes the reply to a datagram, unless the flow is over.
func (s *UDPSocket) receive(pkt Packet) {
	if s.flow != pkt.flow {
		return
	}
	if s.in == nil {
		s.in = s.room[:0]
	}
	s.in = append(s.in, Packet{From: pkt.From, To: s.from, Data: pkt.Data, Event: pkt.Event, flow: s.flow})
	s.change.Broadcast()
}

// asked hands a datagram to whoever answers; false when nobody does.
func (w *World) asked(g *datagram) bool {
	if g.target.down {
		return true
	}
	h := g.target.udp[g.To]
	if h == nil || g.target.refused[g.To.Port()] {
		return false
	}
	g.handle = h
	var msg trace.MsgID
	if g.p != nil {
		msg = g.p.msg
	}
	w.Go(g.target, "udp", g.Event, msg, g.serve)
	return true
}

// Recv waits for a datagram. It returns ErrTimeout after d, ErrRefused when
// nobody answers at the port.
func (s *UDPSocket) Recv(d time.Duration) (Packet, error) {
	until := s.p.w.now + int64(d)
	for len(s.in) == 0 {
		if s.refused != 0 {
			s.p.Because(s.refused)
			return Packet{}, ErrRefused
		}
		left := time.Duration(until - s.p.w.now)
		if left <= 0 {
			return Packet{}, ErrTimeout
		}
		s.change.Wait(s.p, left)
	}
	pkt := s.in[0]
	s.in = s.in[1:]
	s.p.Because(pkt.Event)
	return pkt, nil
}

// Flow is the number of the flow in the trace.
func (s *UDPSocket) Flow() trace.ConnID { return s.flow }

// Reply sends a datagram back to where pkt came from.
func (pkt *Packet) Reply(p *Proc, data []byte, describe Describer) trace.Seq {
	w := p.w
	e := describe(w.Trace, data)
	e.Conn, e.Peer, e.Side = pkt.flow, pkt.client, trace.Server
	client := w.nodes[pkt.client]
	delay, ok := w.transit(p.node, client)
	if !ok || client.down {
		e.Flags |= trace.Lost
	}
	seq := p.emit(&e, data)
	if e.Flags&trace.Lost == 0 {
		g := w.datagram()
		g.Packet = Packet{From: pkt.To, Data: w.Trace.Text(&e), Event: seq, flow: pkt.flow, socket: pkt.socket, sink: pkt.sink}
		g.target, g.answer, g.delay = client, true, delay
		g.send(w)
	}
	return seq
}
