package main

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// Where a simulated address is served: on loopback, by rule, so that one can
// compute it.

// addressMap gives each simulated address its real one.
type addressMap struct {
	other map[netip.Addr]netip.Addr
	tcp   map[netip.AddrPort]string // where a simulated address is served by TCP
	flat  bool                      // 127.b.c.d cannot be bound: everything is on 127.0.0.1 with free ports
}

func newAddressMap() *addressMap {
	return &addressMap{other: map[netip.Addr]netip.Addr{}, tcp: map[netip.AddrPort]string{}}
}

// real is the loopback address of a simulated one: 127.b.c.d for 10.b.c.d, the
// next free 127.1.0.n for any other.
func (m *addressMap) real(sim netip.Addr) netip.Addr {
	if m.flat {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if sim.Is4() && sim.As4()[0] == 10 {
		a := sim.As4()
		a[0] = 127
		return netip.AddrFrom4(a)
	}
	if r, ok := m.other[sim]; ok {
		return r
	}
	n := len(m.other) + 1
	r := netip.AddrFrom4([4]byte{127, 1, byte(n >> 8), byte(n)})
	m.other[sim] = r
	return r
}

// target is the real address and port to bind, port 0 for a free one.
func (v *server) target(m *addressMap, p place) string {
	port := int(p.sim.Port()) + portOffset
	if v.opts.ports == "free" || m.flat || port > 65535 {
		port = 0
	}
	return netip.AddrPortFrom(m.real(p.sim.Addr()), uint16(port)).String()
}

// bind opens a listener with listen; where this system has only 127.0.0.1, it
// falls back to that.
func (v *server) bind(m *addressMap, p place, listen func(addr string) error) error {
	addr := v.target(m, p)
	err := listen(addr)
	if errors.Is(err, syscall.EADDRNOTAVAIL) && !m.flat {
		m.flat = true
		addr = v.target(m, p)
		err = listen(addr)
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use, perhaps by another 'mailtrek serve'; --ports free takes free ports", addr)
	}
	return err
}
