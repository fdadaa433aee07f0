package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Dig is dig(1), run by somebody on a host: it asks the server named behind @,
// or the first of resolv.conf, and prints the reply. status is dig's exit
// status: 0 when there was a reply, 9 when there was none, 1 for wrong usage.
func (s *Stub) Dig(p *sim.Proc, args []string) (output string, status int) {
	d, err := dnswire.ParseDig(args)
	if err != nil {
		return err.Error() + "\n", 1
	}
	server := s.config().servers[0]
	if d.Server != "" {
		if server, err = s.digServer(p, d.Server); err != nil {
			return "dig: couldn't get address for '" + dnswire.EscapeText(d.Server) + "': not found\n", 1
		}
	}
	id := uint16(s.h.Dice.IntN(1 << 16))
	var cookie [8]byte
	binary.LittleEndian.PutUint64(cookie[:], s.h.Dice.Uint64())
	query, err := d.Query(id, cookie)
	if err != nil {
		return err.Error() + "\n", 10
	}
	start := p.World().Now()
	reply, trouble := s.digAsk(p, &d, server, query, id)
	var b strings.Builder
	b.WriteString(trouble)
	b.WriteString(d.Head(args))
	if reply == nil {
		b.WriteString(";; no servers could be reached\n\n")
		return b.String(), 9
	}
	b.WriteString(d.Show(reply, netip.AddrPortFrom(server, dnsPort), p.World().Now()-start, p.Now()))
	return b.String(), 0
}

// digServer returns the address of the server to ask.
func (s *Stub) digServer(p *sim.Proc, name string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return a, nil
	}
	as, err := s.Addrs(p, name)
	if err != nil {
		return netip.Addr{}, err
	}
	if len(as) == 0 {
		return netip.Addr{}, sim.ErrUnreachable
	}
	return as[0], nil
}

// digAsk sends the question, again after silence and over TCP after a truncated
// reply, and returns what dig says about it on the way.
func (s *Stub) digAsk(p *sim.Proc, d *dnswire.Dig, server netip.Addr, query []byte, id uint16) (reply []byte, trouble string) {
	var err error
	for range d.Tries {
		if d.TCP {
			reply, _, err = askTCP(p, server, query, d.Wait)
		} else {
			u := p.OpenUDP(netip.AddrPortFrom(server, dnsPort), trace.DNS, DescribeDNS)
			reply, _, err = askOnce(p, u, query, id, d.Name, d.Type, d.Wait)
			u.Close()
		}
		switch {
		case err == nil && dnswire.Truncated(reply) && !d.TCP:
			trouble += ";; Truncated, retrying in TCP mode.\n"
			d.TCP = true
			if long, _, err := askTCP(p, server, query, d.Wait); err == nil {
				reply = long
			}
			return reply, trouble
		case err == nil:
			return reply, trouble
		case errors.Is(err, sim.ErrTimeout):
			trouble += fmt.Sprintf(";; communications error to %s#%d: timed out\n", server, dnsPort)
		default:
			trouble += fmt.Sprintf(";; communications error to %s#%d: connection refused\n", server, dnsPort)
		}
	}
	return nil, trouble
}
