package postfix

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// scache is scache(8): it keeps open connections between the deliveries of
// smtp(8) and lmtp(8), which are processes of their own, for a short time
// (CONNECTION_CACHE_README). It finds them by the server's address, and by the
// destination for which the server has been good.
type scache struct {
	sessions []*clientSession // oldest first
	bindings []binding        // oldest first
}

// binding says that a server has been good for a destination.
type binding struct {
	label    string
	endpoint endpoint
	until    time.Duration
}

// endpoint is a server by its address: a connection serves the service that has
// opened it, whose parameters were in force.
type endpoint struct {
	service string
	addr    netip.AddrPort
	path    string // of a socket of the host, in place of an address
}

// clientSession is a connection to a server, and what is known about it.
type clientSession struct {
	conn     *sim.Conn
	client   *smtp.Client
	agent    *smtpAgent // who uses it
	relay    string     // the host in the log, "mail.alabala.com[10.10.10.10]:25"
	peer     string     // and in texts, "mail.alabala.com[10.10.10.10]"
	endpoint endpoint
	// expires is when the connection is too old for another mail, in whole
	// seconds; 0 is a connection that ends with this mail.
	expires int64
	reused  int
	keeper  *sim.Proc // scache(8), while it keeps the connection
	since   trace.Seq // what was said before concerned another mail
}

// close ends a connection that nobody keeps.
func (s *clientSession) close() {
	if s.keeper == nil {
		s.conn.Close()
		if s.client != nil {
			s.client.Release()
			s.client = nil
		}
	}
}

// rename gives a connection that was found by its address the name under which
// it was looked for.
func (s *clientSession) rename(t target) {
	s.peer = t.peer()
	s.relay = t.relay(s.peer)
	s.client.Rename(s.peer)
}

// peer is the host as texts name it.
func (t target) peer() string { return bracketed(t.host, t.addr) }

// relay is the host as the log names it.
func (t target) relay(peer string) string { return peer + ":" + strconv.Itoa(int(t.port)) }

// save keeps a connection for the time idle; under a label, too, if it is the
// first good one for that destination.
func (c *scache) save(d *daemon, s *clientSession, label string, idle time.Duration) {
	now := d.p.World().Now()
	c.bindings = slices.DeleteFunc(c.bindings, func(b binding) bool {
		return b.until <= now || b.label == label && b.endpoint == s.endpoint
	})
	if label != "" {
		c.bindings = append(c.bindings, binding{label, s.endpoint, now + idle})
	}
	c.sessions = append(c.sessions, s)
	s.keeper = d.p.World().Go(d.Host.Node, "scache", d.p.Cause(), 0, func(p *sim.Proc) {
		defer func() {
			if s.keeper == p { // nobody has asked for it, or we are stopped
				c.remove(s)
				s.conn.Close()
			}
		}()
		p.Sleep(idle)
	})
	s.conn.SetOwner(s.keeper)
	d.enlist(s.keeper)
}

// remove takes a connection out of the cache.
func (c *scache) remove(s *clientSession) {
	c.sessions = slices.DeleteFunc(c.sessions, func(x *clientSession) bool { return x == s })
}

// byEndpoint is the connection to a server that has waited longest; nil if
// there is none.
func (c *scache) byEndpoint(at endpoint) *clientSession {
	for _, s := range c.sessions {
		if s.endpoint == at {
			return s
		}
	}
	return nil
}

// byDestination is a connection to a server that has been good for a
// destination.
func (c *scache) byDestination(label string, now time.Duration) *clientSession {
	for _, b := range c.bindings {
		if b.label == label && b.until > now {
			if s := c.byEndpoint(b.endpoint); s != nil {
				return s
			}
		}
	}
	return nil
}

// drop ends what is in the cache, as the daemon does when it ends.
func (c *scache) drop() {
	for _, s := range slices.Clone(c.sessions) {
		s.keeper.Kill()
	}
	c.sessions, c.bindings = nil, nil
}

// endpoint is where a connection of this service to a target leads.
func (a *smtpAgent) endpoint(t target) endpoint {
	return endpoint{service: a.d.svc.Name, addr: netip.AddrPortFrom(t.addr, t.port)}
}

// cachePolicy decides what this delivery does with the cache: for destinations
// that are listed, always; for others what the queue manager asks for
// (smtp_cache_policy). A master.cf without scache(8) has no cache.
func (a *smtpAgent) cachePolicy(domain, nexthop string) {
	a.load, a.store, a.label = false, false, ""
	set := &a.set.cache
	if set.idle <= 0 || a.d.service(a.d.conf.Get("connection_cache_service_name")) == nil {
		return
	}
	if len(set.destinations) > 0 {
		listed, _ := NewDomainList(set.destinations, a.d.tables, false).Match(domain)
		a.load, a.store = listed, listed
	}
	if !a.load && set.onDemand {
		a.load, a.store = a.r.load, a.r.store
	}
	if a.load || a.store {
		a.label = a.d.svc.Name + " to " + nexthop
	}
}

// fromCache takes a connection from the cache, if one was found there, and asks
// with RSET whether the server is still at the other end (smtp_reuse_common).
func (a *smtpAgent) fromCache(s *clientSession, what string) *clientSession {
	if s == nil {
		a.d.hand("scache", a.r.mail.ID, "find a connection of "+what+": none")
		return nil
	}
	a.d.hand("scache", a.r.mail.ID, "find a connection of "+what+": "+s.relay)
	a.d.scache.remove(s)
	s.keeper = nil
	s.conn.SetOwner(a.d.p)
	a.d.p.Emit(trace.Event{Kind: trace.Daemon, A: a.d.p.Sym("scache"), B: a.d.p.Sym(a.d.name()), C: a.d.p.Sym(a.r.mail.ID)},
		fmt.Appendf(nil, "the connection to %s, which has carried %d", s.relay, s.reused+1))
	s.reused++
	alive, found := false, a.d.p.Cause()
	defer func() {
		if !alive {
			s.conn.Close()
			a.d.p.Because(found) // how the connection ended belongs to another mail
		}
	}()
	alive = s.client.Reset() == nil
	if !alive {
		return nil
	}
	return s
}

// reuse hands the mail over connections that are in the cache: to a server that
// has been good for the destination, and to the best exchangers. It returns the
// hosts that are left to be tried (smtp_reuse_session).
func (a *smtpAgent) reuse(targets []target) []target {
	best := targets[0].pref
	if s := a.fromCache(a.d.scache.byDestination(a.label, a.d.p.World().Now()), a.label); s != nil {
		targets = a.visited(targets, s)
		a.again(s, len(targets) == 0)
	}
	for i := 0; i < len(targets) && targets[i].pref == best && !a.r.decided(); {
		t := targets[i]
		s := a.fromCache(a.d.scache.byEndpoint(a.endpoint(t)), t.relay(t.peer()))
		if s == nil {
			i++
			continue
		}
		s.rename(t)
		targets = a.visited(targets, s)
		a.again(s, i >= len(targets))
	}
	return targets
}

// visited counts a session and takes its host off the list; with it all the
// others when there have been as many as the parameters allow.
func (a *smtpAgent) visited(targets []target, s *clientSession) []target {
	a.sessions++
	if a.sessions == a.set.sessionLimit || a.sessions == int64(a.set.addressLimit) {
		return nil
	}
	for i, t := range targets {
		if a.endpoint(t) == s.endpoint {
			return slices.Delete(slices.Clone(targets), i, i+1)
		}
	}
	return targets
}

// lasts tells whether a connection may carry another mail.
func (a *smtpAgent) lasts(s *clientSession) bool {
	most := a.set.cache.mails
	return s.expires >= a.d.p.Now().Unix() && (most <= 0 || s.reused < most)
}

// leave ends a session that was good: with QUIT, which may have gone with the
// dot, or by leaving the connection in the cache (smtp_cleanup_session).
func (a *smtpAgent) leave(s *clientSession) {
	label := a.label
	a.label = ""
	switch {
	case s.client.Done() || s.client.Confused():
	case s.expires == 0 || !a.lasts(s):
		_ = s.client.Quit() // the mail has its verdict
	default:
		what := "keep the connection to " + s.relay + " for " + a.set.cache.idle.String()
		if label != "" {
			what += ", for " + label
		}
		a.d.hand("scache", a.r.mail.ID, what)
		a.d.scache.save(a.d, s, label, a.set.cache.idle)
	}
}
