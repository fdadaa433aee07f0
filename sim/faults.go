package sim

import (
	"math/rand/v2"
	"time"

	"mailtrek/sim/trace"
)

// Link is the condition of the way from one node to another.
type Link struct {
	Delay time.Duration // one way; 0 is the world's usual delay
	Loss  float64       // the chance, 0 to 1, that a packet vanishes
	Cut   bool          // nothing passes
}

type faults struct {
	links map[[2]trace.NodeID]Link
	dice  *rand.Rand
}

// selfDelay is the delay on the loopback interface.
const selfDelay = 20 * time.Microsecond

// SetLink sets the condition of the way from a to b, in this direction only.
func (w *World) SetLink(a, b *Node, l Link) {
	if w.faults.links == nil {
		w.faults.links = map[[2]trace.NodeID]Link{}
	}
	w.faults.links[[2]trace.NodeID{a.ID, b.ID}] = l
}

// LinkOf is the condition of the way from a to b.
func (w *World) LinkOf(a, b *Node) Link {
	return w.faults.links[[2]trace.NodeID{a.ID, b.ID}]
}

// transit throws the dice for one packet from a to b: how long it takes, and
// whether it arrives.
func (w *World) transit(a, b *Node) (time.Duration, bool) {
	if a == b {
		return selfDelay, true
	}
	if a.down || b.down || a.silent || b.silent {
		return 0, false
	}
	if len(w.faults.links) == 0 {
		return w.cfg.Delay, true
	}
	l, ok := w.faults.links[[2]trace.NodeID{a.ID, b.ID}]
	if !ok {
		return w.cfg.Delay, true
	}
	if l.Delay == 0 {
		l.Delay = w.cfg.Delay
	}
	if l.Cut {
		return 0, false
	}
	if l.Loss > 0 {
		if w.faults.dice == nil {
			w.faults.dice = w.Dice("link loss")
		}
		if w.faults.dice.Float64() < l.Loss {
			return 0, false
		}
	}
	return l.Delay, true
}

// near tells whether an answer of a's system to b comes sooner than a process
// at b has done its next step: nothing is said of the way between them.
func (w *World) near(a, b *Node) bool {
	if a == b {
		return true
	}
	_, out := w.faults.links[[2]trace.NodeID{a.ID, b.ID}]
	_, back := w.faults.links[[2]trace.NodeID{b.ID, a.ID}]
	return !out && !back && w.cfg.Delay <= DefaultDelay && !a.down && !b.down && !a.silent && !b.silent
}

// SetDown makes a host vanish from the network, or come back: packets from and
// to it are lost. Its processes go on.
func (n *Node) SetDown(down bool) { n.down = down }

// Down tells whether the host is off the network.
func (n *Node) Down() bool { return n.down }

// Refuse makes a host answer connections to a port with a reset, or lets the
// listener there answer again.
func (n *Node) Refuse(port uint16, refuse bool) { n.refused[port] = refuse }

// SetSlow makes the servers at a port take so long for each reply; 0 is as
// usual.
func (n *Node) SetSlow(port uint16, d time.Duration) {
	if n.slow == nil {
		n.slow = map[uint16]time.Duration{}
	}
	n.slow[port] = d
}

// Slow is how long the servers at a port take for each reply.
func (n *Node) Slow(port uint16) time.Duration { return n.slow[port] }

func (n *Node) refuses(port uint16) bool { return n.refused[port] }
