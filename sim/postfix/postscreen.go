package postfix

import (
	"fmt"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
)

// greetProbe is how often postscreen looks whether a client talks before it is
// greeted.
const greetProbe = 100 * time.Millisecond

// postscreen is postscreen(8): it waits before it greets, and a client that
// talks first is no mail server (POSTSCREEN_README). Who passes is handed to
// the smtpd service of type pass; who has passed is remembered.
func (s *System) postscreen(p *sim.Proc, c *sim.Conn, svc *service) {
	d := s.take(p, svc)
	defer d.end()
	remote, local := addrPort(c.RemoteAddr().String()), addrPort(c.LocalAddr().String())
	g := &screening{daemon: d, c: c, client: fmt.Sprintf("[%s]:%d", remote.Addr(), remote.Port())}
	d.log("CONNECT from %s to [%s]:%d", g.client, local.Addr(), local.Port())
	key := remote.Addr().String()
	switch until, known := s.passed[key]; {
	case listHas(d.conf.List("postscreen_access_list"), "permit_mynetworks") && d.conf.Networks("mynetworks", s.tables).Match(remote.Addr()):
		d.log("ALLOWLISTED %s", g.client)
	case known && p.World().Now() < until:
		d.log("PASS OLD %s", g.client)
	case !g.quiet():
		if action := d.conf.Get("postscreen_greet_action"); action == "enforce" || action == "drop" {
			g.refuse(action)
			return
		}
	default:
		d.log("PASS NEW %s", g.client)
		if s.passed == nil {
			s.passed = map[string]time.Duration{}
		}
		s.passed[key] = p.World().Now() + d.conf.Duration("postscreen_greet_ttl")
	}
	pass := s.services["smtpd pass"]
	if pass == nil {
		s.missing(p, "postscreen", "smtpd")
		fmt.Fprintf(c, "421 4.3.2 No system resources\r\n")
		c.Close()
		return
	}
	d.hand("smtpd", "", "connection from "+g.client)
	s.smtpd(p, c, pass)
}

// screening is one client in front of postscreen.
type screening struct {
	*daemon
	c      *sim.Conn
	client string
	waited string // how long it was silent
}

// quiet is the test before the greeting: half a greeting, then
// postscreen_greet_wait of silence.
func (g *screening) quiet() bool {
	if g.conf.Get("postscreen_greet_action") == "ignore" && !g.conf.IsSet("postscreen_greet_action") {
		return true
	}
	begin := g.p.World().Now()
	if banner := g.conf.Get("postscreen_greet_banner"); banner != "" {
		fmt.Fprintf(g.c, "220-%s\r\n", banner)
	}
	for left := g.conf.Duration("postscreen_greet_wait"); left > 0; left -= greetProbe {
		if g.c.Pending() {
			g.waited = string(appendDelay(nil, g.p.World().Now()-begin, int(g.conf.Int("delay_logging_resolution_limit"))))
			return false
		}
		g.p.Sleep(min(greetProbe, left))
	}
	return true
}

// refuse holds the dialogue with a client that has failed: with "enforce" it may
// say whom it writes to, and is then refused.
func (g *screening) refuse(action string) {
	if action == "drop" {
		fmt.Fprintf(g.c, "521 5.5.1 Protocol error\r\n")
		g.log("DISCONNECT %s", g.client)
		g.c.Close()
		return
	}
	node.Serve(g.p, g.c, newScreenSession(g.conf, g.client, g.waited, g.log))
	g.log("DISCONNECT %s", g.client)
}
