package node

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/trace"

	"github.com/miekg/dns"
)

// Stub is the stub resolver that the programs of a host share: libresolv, which
// asks the name servers of /etc/resolv.conf and does no walking of its own.
type Stub struct {
	h    *Host
	text string
	conf resolvConf
	told dnswire.Told

	questions dnswire.Questions
	describe  sim.Describer // by the questions

	hostsText string
	hosts     []hostsLine

	spare [][]byte // memory of questions that are answered
}

// hostsLine is a line of /etc/hosts (hosts(5)).
type hostsLine struct {
	addr  netip.Addr
	names []string
}

// NewStub returns the stub resolver of a host. The files of the host are read
// when they are needed, as libresolv does.
func NewStub(h *Host) *Stub {
	s := &Stub{h: h}
	s.describe = describer(&s.questions)
	return s
}

// resolvConf is what /etc/resolv.conf says (resolv.conf(5)).
type resolvConf struct {
	servers  []netip.Addr
	timeout  time.Duration
	attempts int
	search   []string // domains in which BIND's programs look for a short name
	ndots    int      // how many dots make a name that is tried as it is first
}

// Limits of resolv.conf(5).
const (
	maxNameservers  = 3
	defaultTimeout  = 5 * time.Second
	maxTimeout      = 30 * time.Second
	defaultAttempts = 2
	maxAttempts     = 5
	maxNdots        = 15
)

// parseResolvConf reads resolv.conf. As in libresolv, what it does not
// understand is passed over; without a server it is the host itself.
func parseResolvConf(text string) resolvConf {
	c := resolvConf{timeout: defaultTimeout, attempts: defaultAttempts, ndots: 1}
	for _, line := range strings.Split(text, "\n") {
		w := strings.Fields(line)
		if len(w) < 2 || line[0] == '#' || line[0] == ';' {
			continue
		}
		switch w[0] {
		case "nameserver":
			if a, err := netip.ParseAddr(w[1]); err == nil && len(c.servers) < maxNameservers {
				c.servers = append(c.servers, a)
			}
		case "domain", "search":
			c.search = w[1:]
		case "options":
			for _, o := range w[1:] {
				name, arg, _ := strings.Cut(o, ":")
				n, err := strconv.Atoi(arg)
				switch {
				case err == nil && name == "ndots":
					c.ndots = min(max(n, 0), maxNdots)
				case err != nil || n < 1:
				case name == "timeout":
					c.timeout = min(time.Duration(min(n, 30))*time.Second, maxTimeout)
				case name == "attempts":
					c.attempts = min(n, maxAttempts)
				}
			}
		}
	}
	if len(c.servers) == 0 {
		c.servers = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return c
}

// config returns the resolver configuration as the file stands now.
func (s *Stub) config() resolvConf {
	text, _ := s.h.Tree.ReadFile("/etc/resolv.conf")
	if len(s.conf.servers) == 0 || string(text) != s.text {
		s.text = string(text)
		s.conf = parseResolvConf(s.text)
	}
	return s.conf
}

// Lookup asks for the records of a name and type on behalf of a process, which
// waits for the answer. The events of question and answer bear the process's
// cause and message, and the answer becomes the cause of what it does next. The
// error is a *dnswire.LookupError.
func (s *Stub) Lookup(p *sim.Proc, name string, typ uint16) (*dnswire.Answer, error) {
	id := uint16(p.Node().Dice.IntN(1 << 16))
	var room []byte
	if n := len(s.spare); n > 0 {
		room, s.spare = s.spare[n-1], s.spare[:n-1]
	}
	query, err := dnswire.AppendQuery(room, id, name, typ)
	if err != nil {
		return nil, err
	}
	reply, got, err := s.ask(p, query, id, name, typ)
	s.spare = append(s.spare, query[:0])
	if err != nil {
		return nil, err
	}
	a, err := s.told.ParseAnswer(reply, id, name, typ)
	if err != nil {
		return nil, learnt(err, got)
	}
	a.Cause = uint32(got)
	return a, nil
}

// learnt notes in an error by which event it came.
func learnt(err error, by trace.Seq) error {
	var le *dnswire.LookupError
	if errors.As(err, &le) {
		le.Cause = uint32(by)
	}
	return err
}

// ask tries each server in turn, and all of them again, as res_send(3) does: a
// server that is silent or fails (SERVFAIL, NOTIMP, REFUSED) is followed by the
// next. What the last of them said is the answer if no other is better.
func (s *Stub) ask(p *sim.Proc, query []byte, id uint16, name string, typ uint16) ([]byte, trace.Seq, error) {
	conf := s.config()
	var failed []byte
	var got trace.Seq
	var open [maxNameservers]*sim.UDPSocket // of servers that are silent: asked again from the same port
	defer func() {
		for _, u := range open {
			if u != nil {
				u.Close()
			}
		}
	}()
	for range conf.attempts {
		for i, server := range conf.servers {
			u := open[i]
			if open[i] = nil; u == nil {
				u = p.OpenUDP(netip.AddrPortFrom(server, dnsPort), trace.DNS, s.describe)
			}
			// libresolv: the later servers get a longer time, shared out.
			wait := conf.timeout << i
			if i > 0 {
				wait /= time.Duration(len(conf.servers))
			}
			reply, event, err := askOnce(p, u, query, id, name, typ, max(wait, time.Second))
			if errors.Is(err, sim.ErrTimeout) {
				open[i] = u
				continue
			}
			u.Close()
			if err != nil {
				continue
			}
			if dnswire.Truncated(reply) {
				if long, seq, err := askTCP(p, server, query, wait); err == nil && dnswire.Replies(long, id, name, typ) {
					reply, event = long, seq
				}
			}
			switch dnswire.RCode(reply) {
			case dns.RcodeServerFailure, dns.RcodeNotImplemented, dns.RcodeRefused:
				failed, got = reply, event
				continue
			}
			return reply, event, nil
		}
	}
	if failed != nil {
		return failed, got, nil
	}
	return nil, 0, &dnswire.LookupError{Failure: dnswire.Timeout, Name: name, Type: typ}
}

// askOnce sends a question and waits for the reply to it; other packets are
// passed over (RFC 5452 §9.1).
func askOnce(p *sim.Proc, u *sim.UDPSocket, query []byte, id uint16, name string, typ uint16, wait time.Duration) ([]byte, trace.Seq, error) {
	u.Send(query)
	until := p.World().Now() + wait
	for {
		pkt, err := u.Recv(until - p.World().Now())
		if err != nil {
			if errors.Is(err, sim.ErrTimeout) {
				giveUp(p, u)
			}
			return nil, 0, err
		}
		if dnswire.Repeats(pkt.Data, query) || dnswire.Replies(pkt.Data, id, name, typ) {
			return pkt.Data, pkt.Event, nil
		}
	}
}

// giveUp records that nobody answered in time.
func giveUp(p *sim.Proc, u *sim.UDPSocket) {
	p.Emit(trace.Event{Kind: trace.Timeout, Conn: u.Flow(), Proto: trace.DNS, Side: trace.Client,
		Peer: p.World().Trace.Conn(u.Flow()).Server, A: p.Sym("dns")}, nil)
}

// askTCP asks over TCP, after a truncated answer.
func askTCP(p *sim.Proc, server netip.Addr, query []byte, wait time.Duration) ([]byte, trace.Seq, error) {
	until := p.World().Now() + wait
	c, err := p.Dial(netip.Addr{}, netip.AddrPortFrom(server, dnsPort), wait)
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	if err := writeTCP(c, query); err != nil {
		return nil, 0, err
	}
	c.SetTimeout(until - p.World().Now())
	reply, err := readTCP(c)
	return reply, p.Cause(), err
}

// NameOf returns the name of an address, from /etc/hosts or else from the DNS.
func (s *Stub) NameOf(p *sim.Proc, addr netip.Addr) (string, error) {
	if name := s.HostsName(addr); name != "" {
		return name, nil
	}
	ans, err := s.Lookup(p, dnswire.ReverseName(addr), dns.TypePTR)
	if err != nil {
		return "", err
	}
	return ans.Names()[0], nil
}

// HostsName returns the name of an address in /etc/hosts, "" when it has none.
func (s *Stub) HostsName(addr netip.Addr) (name string) {
	s.fromHosts(func(a netip.Addr, names []string) bool {
		if a == addr && name == "" {
			name = names[0]
		}
		return false
	})
	return name
}

// fromHosts returns the addresses of the lines of /etc/hosts (hosts(5)) that
// match.
func (s *Stub) fromHosts(match func(a netip.Addr, names []string) bool) []netip.Addr {
	text, err := s.h.Tree.ReadFile("/etc/hosts")
	if err != nil {
		text = []byte("127.0.0.1 localhost\n")
	}
	if string(text) != s.hostsText {
		s.hostsText = string(text)
		s.hosts = parseHosts(s.hostsText)
	}
	var out []netip.Addr
	for _, l := range s.hosts {
		if match(l.addr, l.names) {
			out = append(out, l.addr)
		}
	}
	return out
}

func parseHosts(text string) []hostsLine {
	var lines []hostsLine
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		w := strings.Fields(line)
		if len(w) < 2 {
			continue
		}
		if a, err := netip.ParseAddr(w[0]); err == nil {
			lines = append(lines, hostsLine{a, w[1:]})
		}
	}
	return lines
}

func hasName(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, strings.TrimSuffix(name, ".")) {
			return true
		}
	}
	return false
}
