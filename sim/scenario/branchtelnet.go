package scenario

import (
	"fmt"
	"net/netip"
	"strconv"

	"mailtrek/sim/trace"
)

// Reach is where "telnet NAME PORT" leads that is typed at a host: an address,
// a host of the scenario by its full or its short name, or "localhost"; the
// port is a number or the name of a service. Other names are for the resolver,
// and here an error.
func (b *Branch) Reach(host, name, port string) (netip.AddrPort, error) {
	p, known := telnetPorts[port]
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		p, known = uint16(n), true
	}
	if !known {
		return netip.AddrPort{}, fmt.Errorf("%q is no port", port)
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return netip.AddrPortFrom(a, p), nil
	}
	if name == "localhost" {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), p), nil
	}
	if d := b.Scenario.Host(name); d != nil && b.run != nil {
		if m := b.run.machine(d.Name); m != nil {
			return netip.AddrPortFrom(m.Node.Addr(), p), nil
		}
	}
	return netip.AddrPort{}, fmt.Errorf("%q is no host of the scenario", name)
}

// Telnet leaves a shell for a telnet that line has begun: a seat in the same
// course of events. As long as one sits there nothing is typed into the shell;
// Return leads back to it.
func (s *Seat) Telnet(line string, to netip.AddrPort) (*Seat, error) {
	t := &Seat{Host: s.Host, To: to, After: s.After, base: s.base}
	if s.Branch == nil {
		if err := t.Sit(); err != nil {
			return nil, err
		}
		s.Branch = t.Branch
		s.Lines = append(s.Lines, Typed{Text: line, Host: s.Host, From: s.After, Telnet: t, done: len(t.Branch.Done) - 1})
		return t, nil
	}
	s.Branch.Wait(seatTyping)
	s.record(line, "", false)
	s.Lines[len(s.Lines)-1].Telnet = t
	for _, iv := range s.Branch.Done {
		t.conn = max(t.conn, iv.Conn)
	}
	t.conn++
	t.Branch, t.After = s.Branch, trace.Seq(s.Branch.Trace().Len())
	t.Branch.Sink, t.Branch.play.out.Sink = t.hear, t.hear
	t.hush()
	return t, s.Branch.Do(Intervention{Do: DoOpen, Conn: t.conn, Host: t.Host, To: to})
}

// Return comes back from the telnet that the last line of a shell has begun: a
// connection that is still open is closed.
func (s *Seat) Return() {
	n := len(s.Lines)
	if n == 0 || s.Lines[n-1].Telnet == nil {
		return
	}
	t := s.Lines[n-1].Telnet
	t.Leave()
	s.Branch = t.Branch
	s.hush()
}

// Opened are the connections that interventions have opened, in their order.
func (b *Branch) Opened() []trace.ConnID {
	var out []trace.ConnID
	for _, iv := range b.Done {
		if iv.Do != DoOpen || b.play == nil {
			continue
		}
		if x := b.play.out.conns[iv.Conn]; x != nil {
			out = append(out, x.Conn().ID())
		}
	}
	return out
}
