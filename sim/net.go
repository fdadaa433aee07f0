package sim

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// Errors of connections, in the words of the system calls that report them.
var (
	ErrRefused     = errors.New("Connection refused")
	ErrTimeout     = error(timeoutError("Connection timed out"))
	ErrInterrupted = error(timeoutError("Interrupted system call")) // by Conn.Interrupt
	ErrUnreachable = errors.New("No route to host")
	ErrNoNetwork   = errors.New("Network is unreachable")
	ErrReset       = errors.New("Connection reset by peer")
	ErrClosed      = errors.New("use of closed connection")
	ErrNoFile      = errors.New("No such file or directory")
)

type timeoutError string

func (e timeoutError) Error() string   { return string(e) }
func (e timeoutError) Timeout() bool   { return true }
func (e timeoutError) Temporary() bool { return true }

// routeFailure is how long a host waits before it reports that no other host
// has an address.
const routeFailure = 3 * time.Second

// Service is what listens on an address.
type Service struct {
	// Name is the service's name in /etc/services: "smtp", "submission", "pop3".
	Name  string
	Proto trace.Proto
	// Splitter cuts a new connection's bytes into units; nil makes every
	// write a unit of its own.
	Splitter func() wire.Splitter
	// Describe makes the events of units that are wire.Raw; nil: they stay raw.
	Describe Describer
	// TLS tells that clients speak TLS from the first octet on (RFC 8314).
	TLS bool
	// Serve runs in a process of its own for each connection.
	Serve func(p *Proc, c *Conn)
}

// Listener is a service on an address of a node.
type Listener struct {
	Service
	Node *Node
	Addr string // "10.10.10.10:25", or the path of a unix socket

	at netip.AddrPort // not valid for a unix socket
}

// Listen opens a listener at "addr:port" or at the path of a unix socket. An
// unspecified address (0.0.0.0) stands for loopback and all addresses of the
// node.
func (n *Node) Listen(addr string, s Service) ([]*Listener, error) {
	if strings.HasPrefix(addr, "/") {
		return n.listenUnix(addr, s)
	}
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, fmt.Errorf("host %s: cannot listen on %q: want ADDRESS:PORT", n.Name, addr)
	}
	if !ap.Addr().IsUnspecified() {
		if !n.Has(ap.Addr()) {
			return nil, fmt.Errorf("host %s: bind %s port %d: Cannot assign requested address", n.Name, ap.Addr(), ap.Port())
		}
		return n.listenAt(nil, ap, s)
	}
	all := append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, n.Addrs...)
	var ls []*Listener
	for _, a := range all {
		if ls, err = n.listenAt(ls, netip.AddrPortFrom(a, ap.Port()), s); err != nil {
			return ls, err
		}
	}
	return ls, nil
}

func (n *Node) listenAt(ls []*Listener, at netip.AddrPort, s Service) ([]*Listener, error) {
	l := &Listener{Service: s, Node: n, Addr: n.w.spell(at), at: at}
	if n.tcp[at] != nil {
		return ls, l.inUse()
	}
	n.tcp[at] = l
	n.order = append(n.order, l)
	return append(ls, l), nil
}

func (n *Node) listenUnix(path string, s Service) ([]*Listener, error) {
	l := &Listener{Service: s, Node: n, Addr: path}
	if n.unix[path] != nil {
		return nil, l.inUse()
	}
	n.unix[path] = l
	n.order = append(n.order, l)
	return []*Listener{l}, nil
}

func (l *Listener) inUse() error {
	return fmt.Errorf("host %s: bind %s: Address already in use", l.Node.Name, l.Addr)
}

// Close ends a listener; connections that are open go on.
func (l *Listener) Close() {
	n := l.Node
	if l.at.IsValid() {
		delete(n.tcp, l.at)
	} else {
		n.unix[l.Addr] = nil // the socket stays where it is, and refuses
	}
	for i, o := range n.order {
		if o == l {
			n.order = append(n.order[:i], n.order[i+1:]...)
			break
		}
	}
}

// Listeners are the node's listeners in the order in which they were opened.
func (n *Node) Listeners() []*Listener { return n.order }

// UDPListeners are the addresses at which the node answers UDP, sorted.
func (n *Node) UDPListeners() []netip.AddrPort {
	out := append([]netip.AddrPort(nil), n.udpAt...)
	sort.Slice(out, func(i, j int) bool { return out[i].Compare(out[j]) < 0 })
	return out
}

// Dial opens a connection from the process's node to an address; timeout 0 is
// two minutes, as TCP gives up by itself. from may be the zero Addr for the
// usual source address. The process becomes the owner of the connection.
func (p *Proc) Dial(from netip.Addr, to netip.AddrPort, timeout time.Duration) (*Conn, error) {
	if timeout <= 0 {
		timeout = 127 * time.Second
	}
	n := p.node
	if !from.IsValid() {
		from = n.Addr()
		if to.Addr().IsLoopback() {
			from = to.Addr()
		}
	}
	target := p.w.target(n, to.Addr())
	if target == nil && !n.speaks(to.Addr()) {
		return nil, ErrNoNetwork
	}
	src := netip.AddrPortFrom(from, n.ephemeral())
	if target == nil {
		p.Sleep(min(timeout, routeFailure))
		if timeout < routeFailure {
			return nil, ErrTimeout
		}
		return nil, ErrUnreachable
	}
	d := p.w.newDialogue(trace.Conn{Proto: protoAt(target, to), Client: n.ID, Server: target.ID, ClientAddr: n.source(src), ServerAddr: p.w.spell(to)})
	d.ends[0].owner = p
	d.ends[0].node, d.ends[1].node = n, target
	syn := p.Emit(trace.Event{Kind: trace.Open, Peer: target.ID, Conn: d.id, Proto: d.info().Proto}, nil)
	return d.connect(p, target, to, syn, timeout)
}

// DialUnix opens a connection to a unix socket of the process's own node.
func (p *Proc) DialUnix(path string) (*Conn, error) {
	l, left := p.node.unix[path]
	switch {
	case l == nil && left:
		return nil, ErrRefused
	case l == nil:
		return nil, ErrNoFile
	}
	d := p.w.newDialogue(trace.Conn{Proto: l.Proto, Client: p.node.ID, Server: p.node.ID, ServerAddr: path})
	d.ends[0].owner = p
	d.ends[0].node, d.ends[1].node = p.node, p.node
	syn := p.Emit(trace.Event{Kind: trace.Open, Peer: p.node.ID, Conn: d.id, Proto: l.Proto}, nil)
	d.ends[0].established = true
	p.Because(d.accept(l, syn, p.msg))
	return d.ends[0], nil
}

// speaks tells whether a node has an address of the version of IP that another
// address is of; without one there is no route.
func (n *Node) speaks(to netip.Addr) bool {
	return slices.ContainsFunc(n.Addrs, func(a netip.Addr) bool { return a.Is4() == to.Is4() })
}

// target is the node that an address means to a node; nil when there is none.
func (w *World) target(from *Node, to netip.Addr) *Node {
	if to.IsLoopback() {
		return from
	}
	return w.NodeAt(to)
}

// protoAt is the protocol spoken at an address: that of the listener, or the
// usual one of the port when nobody listens.
func protoAt(n *Node, to netip.AddrPort) trace.Proto {
	if l := n.tcp[to]; l != nil {
		return l.Proto
	}
	switch to.Port() {
	case 25, 587, 465:
		return trace.SMTP
	case 24:
		return trace.LMTP
	case 110, 995:
		return trace.POP3
	case 143, 993:
		return trace.IMAP
	case 53:
		return trace.DNS
	}
	return trace.TCP
}

// connect waits for what becomes of a SYN.
func (d *dialogue) connect(p *Proc, target *Node, at netip.AddrPort, syn trace.Seq, timeout time.Duration) (*Conn, error) {
	c := d.ends[0]
	d.sendSYN(target, at, syn, 0)
	for !c.established && c.failed == nil {
		if !c.change.Wait(p, timeout) {
			p.Emit(trace.Event{Kind: trace.Timeout, Peer: target.ID, Conn: d.id, Proto: d.info().Proto, A: p.Sym("connect")}, nil)
			c.failed = ErrTimeout
			return nil, ErrTimeout
		}
	}
	p.Because(c.cause)
	if c.failed != nil {
		return nil, c.failed
	}
	return c, nil
}

// handshake is the beginning of a connection: its SYN on the way to the target,
// or the answer on the way back.
type handshake struct {
	d      *dialogue
	target *Node
	at     netip.AddrPort
	syn    trace.Seq
	delay  time.Duration
	ack    trace.Seq // 0: the SYN is on its way
}

// sendSYN lets a SYN travel; one that is lost is sent again after 1, 2, 4 … s.
func (d *dialogue) sendSYN(target *Node, at netip.AddrPort, syn trace.Seq, try int) {
	w, c := d.w, d.ends[0]
	if try == 0 {
		d.msg = w.Trace.At(syn).Msg
	}
	delay, ok := w.transit(c.node, target)
	if !ok {
		if try < 7 {
			w.At(w.Now()+time.Second<<try, func() {
				if c.failed == nil && !c.established {
					d.sendSYN(target, at, syn, try+1)
				}
			})
		}
		return
	}
	d.opening = handshake{d: d, target: target, at: at, syn: syn, delay: delay}
	w.schedule(entry{at: w.now + int64(delay), what: &d.opening})
}

// happen is the SYN at its target, or the answer back at the client.
func (h *handshake) happen() {
	if h.ack == 0 {
		h.arrive()
		return
	}
	c := h.d.ends[0]
	c.established, c.cause = true, h.ack
	c.wakeUp()
}

// arrive is the SYN at its target: accepted, refused, or lost in silence.
func (h *handshake) arrive() {
	d := h.d
	w, c := d.w, d.ends[0]
	if h.target.down || c.failed != nil {
		return
	}
	l := h.target.tcp[h.at]
	if l == nil || h.target.refuses(h.at.Port()) {
		rst := w.Emit(trace.Event{Kind: trace.Refuse, Node: h.target.ID, Peer: c.node.ID, Conn: d.id, Proto: d.about.Proto, Cause: h.syn, Msg: d.msg}, nil)
		w.At(w.Now()+h.delay, func() { c.fail(ErrRefused, rst) })
		return
	}
	h.ack = d.accept(l, h.syn, d.msg)
	w.schedule(entry{at: w.now + int64(h.delay), what: h})
}

// accept starts the service's process on a new connection.
func (d *dialogue) accept(l *Listener, syn trace.Seq, msg trace.MsgID) trace.Seq {
	w, c, s := d.w, d.ends[0], d.ends[1]
	ack := w.Emit(trace.Event{Kind: trace.Accept, Node: l.Node.ID, Peer: c.node.ID, Conn: d.id, Proto: l.Proto, Cause: syn, Msg: msg}, nil)
	if l.Splitter != nil {
		d.splitter, d.describe = l.Splitter(), l.Describe
	}
	s.established, s.listener = true, l
	s.owner = w.Go(l.Node, l.Name, ack, msg, serve)
	s.owner.serves = s
	return ack
}

// serve is the body of a service's process.
func serve(p *Proc) { p.serves.listener.Serve(p, p.serves) }
