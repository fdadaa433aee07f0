package sim

import (
	"net/netip"
	"time"
)

// Ping sends an echo request (ICMP) to an address and waits for the answer: rtt
// is how long both took. It fails with ErrNoNetwork where there is no route,
// with ErrUnreachable where nobody has the address, which takes the neighbours
// three seconds to find out, and with ErrTimeout. No event tells of it: it is no
// part of the mail.
func (p *Proc) Ping(to netip.Addr, timeout time.Duration) (rtt time.Duration, err error) {
	n, w := p.node, p.w
	target := w.target(n, to)
	switch {
	case target == nil && !n.speaks(to):
		return 0, ErrNoNetwork
	case target == nil && timeout < routeFailure:
		p.Sleep(timeout)
		return 0, ErrTimeout
	case target == nil:
		p.Sleep(routeFailure)
		return 0, ErrUnreachable
	}
	there, ok := w.transit(n, target)
	back, returned := w.transit(target, n)
	if !ok || !returned || there+back > timeout {
		p.Sleep(timeout)
		return 0, ErrTimeout
	}
	p.Sleep(there + back)
	return there + back, nil
}
