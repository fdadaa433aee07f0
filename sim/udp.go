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
	s := &UDPSocket{p: p, to: to, target: p.w.target(p.node, to.Addr()), describe: describe,
		from: netip.AddrPortFrom(from, p.node.ephemeral())}
	c := trace.Conn{Proto: proto, UDP: true, Client: p.node.ID, ClientAddr: s.from.String(), ServerAddr: p.w.spell(to)}
	if s.target != nil {
		c.Server = s.target.ID
	}
	s.flow = p.w.Trace.AddConn(c)
	return s
}

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
	seq := s.p.Emit(e, data)
	if !ok {
		return seq
	}
	sent := w.Trace.Text(w.Trace.At(seq))
	w.At(w.Now()+delay, func() { s.arrive(sent, seq, delay) })
	return seq
}

// arrive is a datagram of the client at its target.
func (s *UDPSocket) arrive(data []byte, seq trace.Seq, delay time.Duration) {
	w := s.p.w
	pkt := Packet{From: s.from, To: s.to, Data: data, Event: seq, flow: s.flow, client: s.p.node.ID, socket: s}
	if !w.arriveUDP(s.p.node, s.target, pkt, s.p.msg) {
		rst := w.Emit(trace.Event{Kind: trace.Refuse, Node: s.target.ID, Peer: s.p.node.ID, Conn: s.flow, Cause: seq, Msg: s.p.msg}, nil)
		w.At(w.Now()+delay, func() { s.refused = rst; s.change.Broadcast() })
	}
}

// receive takes the reply to a datagram.
func (s *UDPSocket) receive(data []byte, event trace.Seq, from netip.AddrPort) {
	if s.in == nil {
		s.in = s.room[:0]
	}
	s.in = append(s.in, Packet{From: from, To: s.from, Data: data, Event: event, flow: s.flow})
	s.change.Broadcast()
}

// arriveUDP hands a datagram to whoever answers; false when nobody does.
func (w *World) arriveUDP(from, target *Node, pkt Packet, msg trace.MsgID) bool {
	if target.down {
		return true
	}
	h := target.udp[pkt.To]
	if h == nil || target.refused[pkt.To.Port()] {
		return false
	}
	w.Go(target, "udp", pkt.Event, msg, func(p *Proc) { h(p, pkt) })
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
	seq := p.Emit(e, data)
	if e.Flags&trace.Lost == 0 {
		text, socket, sink, from := w.Trace.Text(w.Trace.At(seq)), pkt.socket, pkt.sink, pkt.To
		w.At(w.Now()+delay, func() {
			if sink != nil {
				sink(text)
				return
			}
			socket.receive(text, seq, from)
		})
	}
	return seq
}
