package dnswire

import (
	"encoding/hex"
	"net/netip"
	"sort"
	"time"

	"github.com/miekg/dns"
)

// How long a resolver waits for one server (BIND's resolver-retry-interval and
// resolver-nonbackoff-tries): 0.8 s in the first three rounds over the servers,
// twice as long in each further round.
const (
	retryInterval   = 800 * time.Millisecond
	nonBackoffTries = 3
)

// ask puts one question to servers of one zone until one of them settles it.
// With recurse they are forwarders, which are to do the walking.
func (l *lookup) ask(zone string, servers []netip.Addr, q string, qt uint16, recurse bool) result {
	order := l.order(servers)
	bad := map[netip.Addr]bool{}
	wait := retryInterval
	for round := 1; len(bad) < len(order); round++ {
		if round > nonBackoffTries {
			wait *= 2
		}
		for _, server := range order {
			left := l.deadline.Sub(l.r.cfg.Now())
			if bad[server] {
				continue
			}
			if l.left <= 0 || left <= 0 {
				return result{}
			}
			m, err := l.exchange(server, q, qt, recurse, min(wait, left))
			if err == ErrTimeout {
				continue
			}
			if err == nil {
				if res := l.learn(zone, q, qt, m, recurse); res.settled() {
					return res
				}
			}
			bad[server] = true // lame, refusing, broken or not there
		}
	}
	return result{}
}

// order sorts servers by how fast they were; strangers come first, in random
// order, so that everyone gets known.
func (l *lookup) order(servers []netip.Addr) []netip.Addr {
	seen := map[netip.Addr]bool{}
	var out []netip.Addr
	for _, s := range servers {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	shuffle(len(out), l.r.cfg.Dice, func(i, j int) { out[i], out[j] = out[j], out[i] })
	sort.SliceStable(out, func(i, j int) bool { return l.r.rtt[out[i]] < l.r.rtt[out[j]] })
	return out
}

// exchange sends one question to one server and returns its reply, unpacked.
// A truncated one is asked for again over TCP (RFC 7766 §5).
func (l *lookup) exchange(server netip.Addr, q string, qt uint16, recurse bool, wait time.Duration) (*dns.Msg, error) {
	r := l.r
	for tcp := false; ; {
		id := uint16(0)
		if r.cfg.Dice != nil {
			id = uint16(r.cfg.Dice.IntN(1 << 16))
		}
		packet, err := r.query(server, id, q, qt, recurse)
		if err != nil {
			return nil, err
		}
		l.left--
		sent := r.cfg.Now()
		reply, cause, err := l.x.Exchange(server, tcp, packet, wait)
		if cause != 0 {
			l.cause = cause
		}
		if err != nil {
			r.slow(server, wait)
			return nil, err
		}
		r.took(server, r.cfg.Now().Sub(sent))
		m := new(dns.Msg)
		if !Replies(reply, id, q, qt) || m.Unpack(reply) != nil {
			return nil, ErrRefused
		}
		r.keepCookie(server, m)
		switch {
		case m.Truncated && !tcp:
			tcp = true
		case (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented) && !r.plain[server]:
			r.plain[server] = true // RFC 6891 §7: perhaps it knows no EDNS
		default:
			return m, nil
		}
		if l.left <= 0 {
			return nil, ErrTimeout
		}
	}
}

// query returns the packet that a resolver sends to a server: EDNS with DO and
// the cookie that the server completed last time. CD says that this resolver
// does not validate; the priming question comes without it, as from BIND.
func (r *Resolver) query(server netip.Addr, id uint16, q string, qt uint16, recurse bool) ([]byte, error) {
	m := dns.Msg{MsgHdr: dns.MsgHdr{Id: id, RecursionDesired: recurse, CheckingDisabled: q != "."},
		Question: []dns.Question{{Name: q, Qtype: qt, Qclass: dns.ClassINET}}}
	if !r.plain[server] {
		opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
		opt.SetUDPSize(EDNSSize)
		opt.SetDo()
		cookie := r.cookies[server]
		if cookie == "" {
			c := clientCookie(r.cfg.Secret, server)
			cookie = hex.EncodeToString(c[:])
		}
		opt.Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: cookie}}
		m.Extra = []dns.RR{opt}
	}
	return m.Pack()
}

func (r *Resolver) keepCookie(server netip.Addr, m *dns.Msg) {
	if c := cookieOf(m.IsEdns0()); len(c) > 2*clientCookieLen {
		mine := clientCookie(r.cfg.Secret, server)
		if c[:2*clientCookieLen] == hex.EncodeToString(mine[:]) {
			r.cookies[server] = c
		}
	}
}

// took notes how long a server needed, smoothed.
func (r *Resolver) took(server netip.Addr, d time.Duration) {
	d = max(d, time.Microsecond)
	if old := r.rtt[server]; old > 0 {
		d = (old*7 + d*3) / 10
	}
	r.rtt[server] = d
}

// slow notes that a server did not answer.
func (r *Resolver) slow(server netip.Addr, d time.Duration) {
	r.rtt[server] = min(r.rtt[server]+d, 10*time.Second)
}
