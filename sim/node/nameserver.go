package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// NamedConf is where BIND looks for its configuration (named(8)).
const NamedConf = "/etc/bind/named.conf"

// NameServer is BIND's named on a host: it answers for its zones, and when its
// configuration allows recursion it finds out the rest.
type NameServer struct {
	h        *Host
	conf     *dnswire.NamedConf
	zones    *dnswire.ZoneSet
	secret   [16]byte
	resolver *dnswire.Resolver // nil with "recursion no"
	pending  map[string]*sim.Cond
	asked    map[datagram]bool        // what the resolver works on
	spare    []*exchanger             // to be used again
	rooms    [][]byte                 // of replies that are sent, likewise
	came     map[uint32]time.Duration // when the answers came that are in the cache, by their events
	tcp      []*sim.Listener
	networks []netip.Prefix // the host's addresses with their networks
	problems []dnswire.Problem

	questions dnswire.Questions
	describe  sim.Describer // by the questions
}

// datagram is a question as it came.
type datagram struct {
	from  netip.AddrPort
	query string
}

// StartNameServer reads the host's named.conf and zone files and begins to
// answer on UDP and TCP. The error says why named would not start; a zone that
// cannot be loaded is only missing (Problems), as in BIND.
func StartNameServer(h *Host) (*NameServer, error) {
	n := &NameServer{h: h, pending: map[string]*sim.Cond{}, asked: map[datagram]bool{}, came: map[uint32]time.Duration{}}
	n.describe = describer(&n.questions)
	for _, a := range h.Addrs {
		n.networks = append(n.networks, netip.PrefixFrom(a, min(hostNetwork, a.BitLen())))
	}
	binary.LittleEndian.PutUint64(n.secret[:8], h.Dice.Uint64())
	binary.LittleEndian.PutUint64(n.secret[8:], h.Dice.Uint64())
	if err := n.load(); err != nil {
		return nil, err
	}
	return n, n.listen()
}

// Problems is what was wrong with the files at the last load.
func (n *NameServer) Problems() []dnswire.Problem { return n.problems }

// Reload reads the files again, as "rndc reload" does; the cache is kept. When
// named.conf is broken, everything stays as it was.
func (n *NameServer) Reload() error {
	old := n.resolver
	if err := n.load(); err != nil {
		return err
	}
	if old != nil && n.resolver != nil {
		n.resolver.Inherit(old)
	}
	return nil
}

// Stop ends the server; questions under way are still answered.
func (n *NameServer) Stop() {
	n.h.CloseUDP(n.conf.Port)
	for _, l := range n.tcp {
		l.Close()
	}
	n.tcp = nil
}

// Cache is what the server remembers of what others told it.
func (n *NameServer) Cache() []dnswire.CacheEntry {
	if n.resolver == nil {
		return nil
	}
	return n.resolver.CacheEntries()
}

// FlushCache forgets it, as "rndc flush" does.
func (n *NameServer) FlushCache() {
	if n.resolver != nil {
		n.resolver.Flush()
	}
}

// load reads named.conf and what it names.
func (n *NameServer) load() error {
	conf, probs := dnswire.ReadNamedConf(NamedConf, n.read)
	if conf == nil {
		for _, p := range probs {
			if !p.Warning {
				return fmt.Errorf("named: %w", p)
			}
		}
	}
	rc := dnswire.ResolverConfig{Forwarders: conf.Forwarders, ForwardOnly: conf.ForwardOnly, Secret: n.secret,
		Now: n.h.Clock, Dice: n.h.Dice, ForwardZones: map[string]dnswire.Forward{}}
	var zones []*dnswire.Zone
	for _, c := range conf.Zones {
		if c.Type == "forward" {
			rc.ForwardZones[c.Name] = dnswire.Forward{To: c.Forwarders, Only: c.ForwardOnly}
			continue
		}
		z, zp := n.zone(c)
		probs = append(probs, zp...)
		switch {
		case z == nil:
		case c.Type == "hint":
			rc.Hints = z
		default:
			zones = append(zones, z)
		}
	}
	n.conf, n.problems = conf, probs
	n.zones = dnswire.NewZoneSet(zones...)
	rc.Zones = n.zones
	n.resolver = nil
	if conf.Recursion {
		n.resolver = dnswire.NewResolver(rc)
	}
	return nil
}

func (n *NameServer) read(path string) (string, error) {
	b, err := n.h.Tree.ReadFile(path)
	return string(b), err
}

// zone loads the file of a zone clause.
func (n *NameServer) zone(c dnswire.ZoneClause) (*dnswire.Zone, []dnswire.Problem) {
	text, err := n.read(c.File)
	if err != nil {
		return nil, []dnswire.Problem{{File: c.ConfFile, Line: c.Line, Col: c.Col, Warning: true,
			Msg: fmt.Sprintf("zone %s/IN: loading from master file %s failed: file not found", c.Name, c.File)}}
	}
	return dnswire.ParseZone(dnswire.ZoneConfig{File: c.File, Origin: c.Name, Hints: c.Type == "hint"}, text)
}

// listen opens the sockets that listen-on asks for.
func (n *NameServer) listen() error {
	addrs := append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, n.h.Addrs...)
	for _, a := range addrs {
		if !n.conf.ListenOn.Allows(a, n.networks) {
			continue
		}
		at := netip.AddrPortFrom(a, n.conf.Port)
		if err := n.h.ListenUDP(at, n.udp); err != nil {
			return err
		}
		ls, err := n.h.Listen(at.String(), sim.Service{Name: "domain", Proto: trace.DNS, Serve: n.stream,
			Splitter: func() wire.Splitter { return &dnsSplitter{} }, Describe: DescribeDNS})
		n.tcp = append(n.tcp, ls...)
		if err != nil {
			return err
		}
	}
	return nil
}

// hostNetwork is the size of the network that a simulated host believes to be
// its own, for "localnets".
const hostNetwork = 16

// udp answers one datagram. Who asks again before there is an answer, from the
// same port with the same id, gets one answer to both (BIND drops the "duplicate
// query" of a client that it already works for).
func (n *NameServer) udp(p *sim.Proc, pkt sim.Packet) {
	if len(n.asked) > 0 && n.asked[datagram{pkt.From, string(pkt.Data)}] {
		return
	}
	req := dnswire.Request{From: pkt.From.Addr(), Port: pkt.From.Port()}
	if last := len(n.rooms) - 1; last >= 0 {
		req.Room, n.rooms = n.rooms[last], n.rooms[:last]
	} else {
		req.Room = make([]byte, 0, dnswire.MaxUDP)
	}
	reply, describe := n.answer(p, req, pkt.Data)
	if d := n.h.Slow(n.conf.Port); d > 0 {
		p.Sleep(d)
	}
	if reply != nil {
		pkt.Reply(p, reply, describe)
	}
	n.rooms = append(n.rooms, req.Room)
}

// tcpIdle is how long a connection may be silent, BIND's tcp-idle-timeout.
const tcpIdle = 30 * time.Second

// stream answers the questions of a TCP connection one after the other.
func (n *NameServer) stream(p *sim.Proc, c *sim.Conn) {
	defer c.Close()
	from := netip.Addr{}
	if ap, err := netip.ParseAddrPort(c.Info().ClientAddr); err == nil {
		from = ap.Addr()
	}
	for {
		c.SetTimeout(tcpIdle)
		query, err := readTCP(c)
		if err != nil {
			return
		}
		replies := n.replies(p, dnswire.Request{From: from, TCP: true}, query)
		p.Sleep(c.Slow())
		if len(replies) == 0 {
			return
		}
		for _, reply := range replies {
			if writeTCP(c, reply) != nil {
				return
			}
		}
	}
}

// replies is what a question over TCP is answered with: one message, or those
// of a zone that is transferred.
func (n *NameServer) replies(p *sim.Proc, req dnswire.Request, query []byte) [][]byte {
	req.Now, req.Dice = p.Now(), n.h.Dice
	if reply, handled := n.forced(p, req, query); handled {
		if reply == nil {
			return nil
		}
		return [][]byte{reply}
	}
	if n.conf.AllowQuery.Allows(req.From, n.networks) && n.conf.AllowTransfer.Allows(req.From, n.networks) {
		if messages := (&dnswire.Server{Zones: n.zones, Secret: n.secret}).Transfer(req, query); messages != nil {
			return messages
		}
	}
	reply := n.find(p, req, query)
	if reply == nil {
		return nil
	}
	return [][]byte{reply}
}

// answer is the reply to a question, with what makes the columns of its event:
// what a fault demands, or the truth.
func (n *NameServer) answer(p *sim.Proc, req dnswire.Request, query []byte) ([]byte, sim.Describer) {
	req.Now, req.Dice = p.Now(), n.h.Dice
	if reply, handled := n.forced(p, req, query); handled {
		return reply, describeForced
	}
	return n.find(p, req, query), n.describe
}

// find computes the reply to a question; finding out may take time.
func (n *NameServer) find(p *sim.Proc, req dnswire.Request, query []byte) []byte {
	from := req.From
	if !n.conf.AllowQuery.Allows(from, n.networks) {
		return (&dnswire.Server{Secret: n.secret}).Answer(req, query)
	}
	if n.resolver == nil || !n.conf.AllowRecursion.Allows(from, n.networks) {
		return (&dnswire.Server{Zones: n.zones, Secret: n.secret}).Answer(req, query)
	}
	return n.recurse(p, req, query)
}

// recurse lets the resolver answer. Of equal questions that arrive while the
// first is being worked on, the others wait for it and then find the answer in
// the cache, as BIND's clients share one fetch.
func (n *NameServer) recurse(p *sim.Proc, req dnswire.Request, query []byte) []byte {
	var x *exchanger
	if last := len(n.spare) - 1; last >= 0 {
		x, n.spare = n.spare[last], n.spare[:last]
	} else {
		x = &exchanger{}
	}
	*x = exchanger{n: n, p: p, key: query[min(len(query), 12):]} // behind the header: the question
	if !req.TCP {
		x.from, x.query = netip.AddrPortFrom(req.From, req.Port), query
	}
	if first := n.pending[string(x.key)]; first != nil {
		x.begin()
		first.Wait(p, dnswire.ResolveTimeout)
		req.Now = p.Now()
	}
	asked := p.Cause()
	reply, brought := n.resolver.Answer(x, req, query)
	x.finish()
	if x.done == nil && brought != 0 {
		n.fromCache(p, query, asked, trace.Seq(brought))
	}
	n.spare = append(n.spare, x)
	return reply
}

// fromCache records that an answer was in the cache. The event is caused by the
// question, so that the stories of two mails stay apart; which event had brought
// the answer stands in N.
func (n *NameServer) fromCache(p *sim.Proc, query []byte, asked, brought trace.Seq) {
	h, _ := n.questions.Columns(query)
	age := p.World().Now() - n.came[uint32(brought)]
	buf := append(append(make([]byte, 0, 128), dnswire.TypeName(h.Type)...), ' ')
	key := p.World().Trace.InternBytes(append(buf, h.Name...))
	text := append(append(buf[:0], "learned "...), age.Round(time.Millisecond).String()...)
	text = strconv.AppendUint(append(text, " ago from event "...), uint64(brought), 10)
	p.Emit(trace.Event{Kind: trace.Lookup, Cause: asked, Proto: trace.DNS, A: p.Sym("named"), B: p.Sym("cache"),
		C: key, N: uint32(brought)}, text)
}

// exchanger sends a resolver's questions over the simulated network. With the
// first of them it makes known that the client's question is being worked on.
type exchanger struct {
	n    *NameServer
	p    *sim.Proc
	key  []byte
	done *sim.Cond // nil: nothing was sent

	from  netip.AddrPort // the client, and the datagram that it has sent
	query []byte
	noted bool
}

// begin notes that the answer takes time, so that the client may ask again.
func (x *exchanger) begin() {
	if x.query != nil && !x.noted {
		x.n.asked[datagram{x.from, string(x.query)}], x.noted = true, true
	}
}

// finish lets those go on who wait for the same answer.
func (x *exchanger) finish() {
	if x.noted {
		delete(x.n.asked, datagram{x.from, string(x.query)})
	}
	if x.done == nil {
		return
	}
	if x.n.pending[string(x.key)] == x.done {
		delete(x.n.pending, string(x.key))
	}
	x.done.Broadcast()
}

// Exchange implements dnswire.Exchanger.
func (x *exchanger) Exchange(to netip.Addr, tcp bool, query []byte, wait time.Duration) ([]byte, uint32, error) {
	if x.done == nil {
		x.begin()
		x.done = &sim.Cond{}
		x.n.pending[string(x.key)] = x.done
	}
	if tcp {
		reply, seq, err := askTCP(x.p, to, query, wait)
		x.n.remember(x.p, uint32(seq))
		return reply, uint32(seq), exchangeError(err)
	}
	h, _ := x.n.questions.Columns(query)
	u := x.p.OpenUDP(netip.AddrPortFrom(to, dnsPort), trace.DNS, x.n.describe)
	reply, seq, err := askOnce(x.p, u, query, h.ID, h.Name, h.Type, wait)
	u.Close()
	x.n.remember(x.p, uint32(seq))
	return reply, uint32(seq), exchangeError(err)
}

// remembered is how long nothing stays in a cache (BIND's max-cache-ttl is a
// week), and manyCame how many answers are remembered before the old ones go.
const (
	remembered = 8 * 24 * time.Hour
	manyCame   = 4096
)

// remember notes when an answer came; its event may be forgotten before the
// cache has forgotten the answer.
func (n *NameServer) remember(p *sim.Proc, seq uint32) {
	now := p.World().Now()
	if len(n.came)%manyCame == manyCame-1 {
		maps.DeleteFunc(n.came, func(_ uint32, at time.Duration) bool { return now-at > remembered })
	}
	n.came[seq] = now
	if t := p.World().Trace; t.Has(trace.Seq(seq)) {
		n.came[seq] = t.At(trace.Seq(seq)).At() // when it was sent
	}
}

func exchangeError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sim.ErrTimeout):
		return dnswire.ErrTimeout
	}
	return dnswire.ErrRefused
}
