package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"time"

	"mailtrek/sim/trace"
)

// Node is a host of the world: its addresses, its listeners and its dice. What
// runs on it is the business of other packages.
type Node struct {
	ID    trace.NodeID
	Name  string
	Addrs []netip.Addr // the first is the usual source address
	// Dice is the node's own stream of chance.
	Dice *rand.Rand

	w       *World
	tcp     map[netip.AddrPort]*Listener
	unix    map[string]*Listener // by path
	udp     map[netip.AddrPort]UDPHandler
	order   []*Listener
	udpAt   []netip.AddrPort
	port    uint16
	pid     uint32
	down    bool
	silent  bool
	refused map[uint16]bool
	slow    map[uint16]time.Duration
	usual   struct { // see source
		addr netip.Addr
		text string
	}
	ahead time.Duration // its wall clock, of the world's
}

// AddNode adds a host. Its addresses must be valid and its own.
func (w *World) AddNode(n trace.Node) (*Node, error) {
	node := &Node{
		Name: n.Name, Dice: w.Dice(n.Name), w: w,
		tcp: map[netip.AddrPort]*Listener{}, unix: map[string]*Listener{}, udp: map[netip.AddrPort]UDPHandler{}, refused: map[uint16]bool{},
		port: 32768, pid: 100,
	}
	node.port += uint16(node.Dice.IntN(20000))
	for _, s := range n.Addrs {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("host %s: %q is not an IP address", n.Name, s)
		}
		if other := w.byAddr[a]; other != nil {
			return nil, fmt.Errorf("host %s: %s already belongs to %s", n.Name, a, other.Name)
		}
		w.byAddr[a] = node
		node.Addrs = append(node.Addrs, a)
	}
	node.ID = w.Trace.AddNode(n)
	w.nodes = append(w.nodes, node)
	return node, nil
}

// Node is the node of that full or short name; nil when there is none.
func (w *World) Node(name string) *Node { return w.nodes[w.Trace.NodeNamed(name)] }

// Nodes are all nodes in the order in which they were added.
func (w *World) Nodes() []*Node { return w.nodes[1:] }

// NodeByID is the node with a number in the trace; nil when there is none.
func (w *World) NodeByID(id trace.NodeID) *Node {
	if int(id) >= len(w.nodes) {
		return nil
	}
	return w.nodes[id]
}

// NodeAt is the node that has an address; nil when there is none.
func (w *World) NodeAt(a netip.Addr) *Node { return w.byAddr[a] }

// spell is the text of a server's address, made once.
func (w *World) spell(a netip.AddrPort) string {
	last := &w.spoken[a.Port()%uint16(len(w.spoken))]
	if last.text != "" && last.addr == a {
		return last.text
	}
	s, ok := w.spelt[a]
	if !ok {
		s = a.String()
		if len(w.spelt) < maxSpelt {
			w.spelt[a] = s
		}
	}
	last.addr, last.text = a, s
	return s
}

// source is an address of the node with a client's port, as text. Nearly always
// it is the same address.
func (n *Node) source(a netip.AddrPort) string {
	if n.usual.addr != a.Addr() || n.usual.text == "" {
		text := netip.AddrPortFrom(a.Addr(), 0).String()
		n.usual.addr, n.usual.text = a.Addr(), text[:len(text)-1]
	}
	var port [5]byte
	return n.w.texts.join(n.usual.text, strconv.AppendUint(port[:0], uint64(a.Port()), 10))
}

// maxSpelt bounds what spell remembers: a client may try any number of ports.
const maxSpelt = 4096

// Clock is the host's own wall clock, which a fault may have set wrong.
func (n *Node) Clock() time.Time {
	if n.ahead == 0 {
		return n.w.Clock()
	}
	return n.w.Clock().Add(n.ahead)
}

// SetClock sets the host's clock so far ahead of the true time, or behind it.
// What runs for a certain time goes on undisturbed.
func (n *Node) SetClock(ahead time.Duration) { n.ahead = ahead }

// World is the world that the node belongs to.
func (n *Node) World() *World { return n.w }

// Addr is the usual source address.
func (n *Node) Addr() netip.Addr {
	if len(n.Addrs) == 0 {
		return netip.Addr{}
	}
	return n.Addrs[0]
}

// Has tells whether the address belongs to the node, loopback included.
func (n *Node) Has(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	for _, own := range n.Addrs {
		if own == a {
			return true
		}
	}
	return false
}

// NextPID hands out a process id.
func (n *Node) NextPID() uint32 {
	n.pid += 1 + uint32(n.Dice.IntN(3))
	return n.pid
}

// ephemeral hands out a client port.
func (n *Node) ephemeral() uint16 {
	n.port++
	if n.port < 32768 || n.port > 60998 {
		n.port = 32768
	}
	return n.port
}
