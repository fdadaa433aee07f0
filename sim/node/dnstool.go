package node

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/trace"

	"github.com/miekg/dns"
)

// DNSTool is somebody on a host at dig(1), host(1) or nslookup(1). The
// questions really go over the network; what comes back is written as BIND does.
type DNSTool struct {
	Stub     *Stub
	P        *sim.Proc
	Out, Err io.Writer
	Input    func() (line string, ok bool)        // the standard input
	Open     func(name string) (text, why string) // a file, or why it cannot be read
	name     string
	v4, v6   bool
}

// toolServer is a name server that is asked, as the user has named it.
type toolServer struct {
	at netip.AddrPort
	as string
}

// inquiry is a question with the servers that it is put to.
type inquiry struct {
	dnswire.Dig
	servers []toolServer
	wait    time.Duration // 0: 5 s over UDP, 10 s over TCP
	checkRA bool          // who offers no recursion is no help
	source  netip.Addr
	heading string // above the news that nobody answers
	again   bool   // it has been asked with less
}

// BIND's times to wait for an answer (UDP_TIMEOUT, TCP_TIMEOUT).
const (
	toolUDPWait = 5 * time.Second
	toolTCPWait = 10 * time.Second
)

func (t *DNSTool) printf(format string, a ...any) { fmt.Fprintf(t.Out, format, a...) }

// fatal is the complaint with which a tool ends.
func (t *DNSTool) fatal(format string, a ...any) {
	fmt.Fprintf(t.Err, t.name+": "+format+"\n", a...)
}

// servers are those that the user has named, or those of resolv.conf; ok is
// false when there is none of that name.
func (t *DNSTool) servers(named string, port uint16) (out []toolServer, ok bool) {
	if named != "" {
		as := t.addresses(named)
		for _, a := range as {
			out = append(out, toolServer{netip.AddrPortFrom(a, port), named})
		}
		if len(out) == 0 {
			t.fatal("couldn't get address for '%s': not found", dnswire.EscapeText(named))
		}
		return out, len(out) > 0
	}
	for _, a := range t.Stub.config().servers {
		if t.takes(a) {
			out = append(out, toolServer{netip.AddrPortFrom(a, port), a.String()})
		}
	}
	if len(out) == 0 {
		a := netip.IPv6Loopback()
		if !t.v6 {
			a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		}
		out = []toolServer{{netip.AddrPortFrom(a, port), a.String()}}
	}
	return out, true
}

// takes tells whether an address is of a family that may be used.
func (t *DNSTool) takes(a netip.Addr) bool { return !(t.v4 && a.Is6()) && !(t.v6 && a.Is4()) }

// addresses are those of a server's name.
func (t *DNSTool) addresses(name string) []netip.Addr {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}
	}
	as, _ := t.Stub.Addrs(t.P, name)
	return slices.DeleteFunc(slices.Clone(as), func(a netip.Addr) bool { return !t.takes(a) })
}

// candidates are the names that are tried one after the other while there is
// NXDOMAIN: the name itself, and with few dots the name in each domain of the
// search list before it (resolv.conf(5)).
func candidates(name string, search []string, ndots int) []string {
	var out []string
	if !strings.HasSuffix(name, ".") && strings.Count(name, ".") < ndots {
		for _, d := range search {
			out = append(out, name+"."+strings.Trim(d, "."))
		}
	}
	return append(out, name)
}

// put asks the servers of an inquiry until one answers, and says what happens
// on the way. rs has one reply, or the messages of a transfer; it is empty when
// nobody answers.
func (t *DNSTool) put(q *inquiry) (rs []*dnswire.Reply) {
	if q.TCP || q.Type == dns.TypeAXFR {
		rs = t.putTCP(q)
	} else {
		rs = t.putUDP(q)
	}
	if len(rs) != 1 || q.again || q.Transfer() {
		return rs
	}
	next := *q
	switch packet := rs[0].Packet; {
	case dnswire.Truncated(packet) && !q.Ignore && !q.TCP:
		t.comment(q, "Truncated, retrying in TCP mode.")
		next.TCP = true
	case q.EDNS > 0 && badVersion(packet):
		t.comment(q, "BADVERS, retrying with EDNS version 0.")
		next.EDNS, next.again = 0, true
	default:
		return rs
	}
	rs = t.put(&next)
	q.TCP = next.TCP
	return rs
}

// badVersion tells whether a server does not speak that version of EDNS
// (RFC 6891 §6.1.3).
func badVersion(packet []byte) bool {
	var m dns.Msg
	return m.Unpack(packet) == nil && m.Rcode == dns.RcodeBadVers
}

// comment is a remark of dig, unless it was told to make none.
func (t *DNSTool) comment(q *inquiry, format string, a ...any) {
	if q.Comments {
		t.printf(";; "+format+"\n", a...)
	}
}

// packet makes the question; ok is false when the name is none.
func (t *DNSTool) packet(q *inquiry) (b []byte, ok bool) {
	id := uint16(t.Stub.h.Dice.IntN(1 << 16))
	var cookie [8]byte
	binary.LittleEndian.PutUint64(cookie[:], t.Stub.h.Dice.Uint64())
	b, err := q.Query(id, cookie)
	if err != nil {
		t.fatal("%s", err)
	}
	return b, err == nil
}

// putUDP asks over UDP: the first server several times, the others once.
func (t *DNSTool) putUDP(q *inquiry) []*dnswire.Reply {
	packet, ok := t.packet(q)
	if !ok {
		return nil
	}
	if q.source.IsValid() && !slices.Contains(t.P.Node().Addrs, q.source) && !q.source.IsLoopback() {
		for range q.Tries {
			s := q.servers[0]
			t.printf(";; UDP setup with %s(%s) for %s failed: address not available.\n;; no servers could be reached\n", at(s), dnswire.EscapeText(s.as), dnswire.EscapeText(q.Name))
		}
		return nil
	}
	t.sending(q, packet)
	tries := q.Tries
	for i := 0; i < len(q.servers); i++ {
		s := q.servers[i]
		start := t.P.World().Now()
		reply, err := t.datagram(s, packet, q)
		if err != nil {
			t.printf(";; communications error to %s: %s\n", at(s), whyNot(err))
			if tries > 1 {
				tries--
				i--
			}
			continue
		}
		if i+1 < len(q.servers) && t.useless(q, s, reply) {
			continue
		}
		return []*dnswire.Reply{t.reply(s, reply, start, false)}
	}
	t.printf("%s;; no servers could be reached\n", q.heading)
	return nil
}

// useless tells whether an answer is a reason to ask the next server.
func (t *DNSTool) useless(q *inquiry, s toolServer, reply []byte) bool {
	why := ""
	switch {
	case q.NoServfail && dnswire.RCode(reply) == dns.RcodeServerFailure:
		why = "SERVFAIL reply"
	case q.checkRA && !q.NoRD && len(reply) > 3 && reply[3]&0x80 == 0:
		why = "recursion not available"
	default:
		return false
	}
	t.comment(q, "Got %s from %s, trying next server", why, dnswire.EscapeText(s.as))
	return true
}

// sending shows the question, for +qr.
func (t *DNSTool) sending(q *inquiry, packet []byte) {
	if q.ShowQuery {
		t.printf("%s%s", q.heading, q.ShowSent(packet))
		q.heading = ""
	}
}

func (t *DNSTool) reply(s toolServer, packet []byte, start time.Duration, tcp bool) *dnswire.Reply {
	return &dnswire.Reply{Packet: packet, Server: s.at, As: s.as, Took: t.P.World().Now() - start, Now: t.P.Now(), TCP: tcp}
}

// datagram asks once over UDP.
func (t *DNSTool) datagram(s toolServer, packet []byte, q *inquiry) ([]byte, error) {
	u := t.P.OpenUDP(s.at, trace.DNS, DescribeDNS)
	defer u.Close()
	u.Send(packet)
	wait := q.wait
	if wait == 0 {
		wait = toolUDPWait
	}
	until := t.P.World().Now() + wait
	for {
		pkt, err := u.Recv(until - t.P.World().Now())
		if err != nil {
			if errors.Is(err, sim.ErrTimeout) {
				giveUp(t.P, u)
			}
			return nil, err
		}
		if answers(pkt.Data, packet) {
			return pkt.Data, nil
		}
	}
}

// answers tells whether a packet answers a question: it has the same id and
// question, in whatever case (RFC 5452 §9.1); a reply without a question does,
// too.
func answers(packet, query []byte) bool {
	if len(packet) < 12 || packet[0] != query[0] || packet[1] != query[1] || packet[2]&0x80 == 0 {
		return false
	}
	end := 12
	for binary.BigEndian.Uint16(query[4:]) == 1 && end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end = min(end+5, len(query))
	return binary.BigEndian.Uint16(packet[4:]) == 0 || len(packet) >= end && bytes.EqualFold(packet[12:end], query[12:end])
}

// at is a server in the words of BIND.
func at(s toolServer) string { return fmt.Sprintf("%s#%d", s.at.Addr(), s.at.Port()) }

// whyNot is an error of the network in the words of BIND.
func whyNot(err error) string {
	switch {
	case errors.Is(err, sim.ErrTimeout):
		return "timed out"
	case errors.Is(err, sim.ErrRefused):
		return "connection refused"
	case errors.Is(err, sim.ErrUnreachable):
		return "host unreachable"
	case errors.Is(err, sim.ErrNoNetwork):
		return "network unreachable"
	case errors.Is(err, sim.ErrReset):
		return "connection reset"
	}
	return "end of file"
}

// putTCP asks over TCP; a connection that fails is tried again with all servers.
func (t *DNSTool) putTCP(q *inquiry) []*dnswire.Reply {
	packet, ok := t.packet(q)
	if !ok {
		return nil
	}
	t.sending(q, packet)
	wait := q.wait
	if wait == 0 {
		wait = toolTCPWait
	}
	for range q.Tries {
		connected := false
		for i, s := range q.servers {
			start := t.P.World().Now()
			c, err := t.P.Dial(q.source, s.at, wait)
			if err != nil {
				t.printf(";; Connection to %s(%s) for %s failed: %s.\n", at(s), dnswire.EscapeText(s.as), dnswire.EscapeText(q.Name), whyNot(err))
				continue
			}
			rs, err := t.stream(c, s, packet, q, start, wait)
			c.Close()
			if err == nil && i+1 < len(q.servers) && t.useless(q, s, rs[0].Packet) {
				continue
			}
			if err == nil {
				return rs
			}
			connected = true
			t.printf(";; communications error to %s: %s\n", at(s), whyNot(err))
		}
		heading := ""
		if connected {
			heading = q.heading
		}
		t.printf("%s;; no servers could be reached\n", heading)
	}
	return nil
}

// stream asks on a connection and reads the reply, or all messages of a
// transfer.
func (t *DNSTool) stream(c *sim.Conn, s toolServer, packet []byte, q *inquiry, start, wait time.Duration) (rs []*dnswire.Reply, err error) {
	if err = writeTCP(c, packet); err != nil {
		return nil, err
	}
	for soas := 0; ; {
		c.SetTimeout(wait)
		b, err := readTCP(c)
		if err != nil {
			return nil, err
		}
		if !answers(b, packet) {
			return nil, io.ErrUnexpectedEOF
		}
		rs = append(rs, t.reply(s, b, start, true))
		if !q.Transfer() {
			return rs, nil
		}
		var m dns.Msg
		if m.Unpack(b) != nil || len(m.Answer) == 0 || m.Answer[0].Header().Rrtype != dns.TypeSOA && len(rs) == 1 {
			return rs, nil
		}
		for _, rr := range m.Answer {
			if rr.Header().Rrtype == dns.TypeSOA {
				soas++
			}
		}
		if soas > 1 || q.Type == dns.TypeIXFR && len(m.Answer) == 1 && len(rs) == 1 {
			return rs, nil
		}
	}
}
