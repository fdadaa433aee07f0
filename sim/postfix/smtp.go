package postfix

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// smtp is the delivery agent smtp(8), which is lmtp(8) as well: it finds the
// hosts of a next hop, tries them in the order of their preference, and hands
// the message over (smtp_connect.c, smtp_proto.c).
func (d *daemon) smtp(r *request) {
	a := &smtpAgent{d: d, r: r, lmtp: d.svc.Command == "lmtp", set: d.svc.clientParams(d.tables), dest: r.nexthop}
	if a.lmtp {
		if path, ok := strings.CutPrefix(r.nexthop, "unix:"); ok {
			a.deliverUnix(path)
			a.giveUp()
			return
		}
	}
	a.deliverInet(strings.TrimPrefix(r.nexthop, "inet:"))
	a.giveUp()
}

// smtpAgent is one delivery request in the hands of smtp(8).
type smtpAgent struct {
	d        *daemon
	r        *request
	lmtp     bool
	set      *clientParams
	sessions int64
	last     result // why the last host was of no use
	dest     string // the next hop, or the fallback relay in its place
	lastSite bool   // after dest nothing else is tried
	loops    bool   // this host itself is the best exchanger
	plain    bool   // the host is tried once more without TLS
	// retryPlain asks for that, after a handshake that failed.
	retryPlain bool
	reached    bool              // some host answered in a way that is about the mail
	load       bool              // connections may be taken from the cache
	store      bool              // and left there
	out        smtp.Mail         // the message as it is sent
	to         [1]smtp.Recipient // the room of its recipients, when there is one
	// label is the destination under which the first good connection is left in
	// the cache; "" when that has been done.
	label string
}

// giveUp reports the recipients about whom no host has decided. What may be a
// mistake in the configuration counts as a failure that may pass
// (smtp_connect_inet).
func (a *smtpAgent) giveUp() {
	left := a.r.undecided()
	if len(left) == 0 {
		return
	}
	res := a.last
	if res.dsn == "" {
		res = result{dsn: "4.3.0", text: "server unavailable or unable to receive mail"}
	}
	if res.dsn[0] == '5' {
		path := a.d.conf.Get("best_mx_transport")
		switch {
		case a.dest != strings.TrimPrefix(a.r.nexthop, "inet:"):
			a.d.log("warning: smtp_fallback_relay configuration problem")
			res.dsn = "4.3.5"
		case !a.lmtp && a.r.nexthop == a.d.conf.Get("relayhost"):
			a.d.log("warning: relayhost configuration problem")
			res.dsn = "4.3.5"
		case a.loops && path != "":
			a.passAll(left, path)
			return
		default:
			for _, to := range left {
				a.d.bounced(a.r, to, res)
			}
			return
		}
	}
	if !a.reached {
		a.r.unreachable = &res
	}
	for _, to := range left {
		a.d.deferred(a.r, to, res)
	}
}

// passAll leaves recipients to another delivery agent.
func (a *smtpAgent) passAll(left []*Recipient, spec string) {
	for _, to := range left {
		if !a.d.passTo(a.r, to, spec) {
			a.d.deferred(a.r, to, result{dsn: "4.3.0", text: "mail transport unavailable"})
		}
	}
}

// deliverUnix hands the message to a server on a unix socket.
func (a *smtpAgent) deliverUnix(path string) {
	full := path
	if !strings.HasPrefix(path, "/") {
		full = strings.TrimSuffix(a.d.conf.Get("queue_directory"), "/") + "/" + path
	}
	where := a.d.conf.Get("myhostname") + "[" + path + "]"
	a.cachePolicy(path, path)
	if a.load {
		if s := a.fromCache(a.d.scache.byDestination(a.label, a.d.p.World().Now()), a.label); s != nil {
			a.again(s, true)
			return
		}
	}
	c, err := a.d.p.DialUnix(full)
	if err != nil {
		a.last = result{dsn: "4.4.1", text: fmt.Sprintf("connect to %s: %s", where, err)}
		return
	}
	a.session(&clientSession{conn: c, relay: where, peer: where, endpoint: endpoint{service: a.d.svc.Name, path: path}}, true)
}

// deliverInet tries the next hop, then smtp_fallback_relay.
func (a *smtpAgent) deliverInet(nexthop string) {
	sites := append([]string{nexthop}, a.set.fallback...)
	for i, site := range sites {
		a.dest, a.lastSite = site, i == len(sites)-1
		a.site(site, i == 0)
		if a.lastSite || a.r.decided() {
			return
		}
	}
}

// site finds the hosts of a next hop and tries them.
func (a *smtpAgent) site(nexthop string, first bool) {
	host, port := splitNexthop(nexthop)
	if port == 0 {
		port = a.set.port
	}
	targets, failure := a.find(host, port)
	if failure != nil {
		a.last = *failure
		return
	}
	if limit := a.set.addressLimit; limit > 0 && len(targets) > limit {
		targets = targets[:limit]
	}
	if first {
		a.cachePolicy(strings.Trim(host, "[]"), nexthop)
	}
	best := targets[0].pref
	a.sessions = 0
	if a.load {
		targets = a.reuse(targets)
	}
	for i, t := range targets {
		if a.r.decided() {
			return
		}
		a.try(t, a.lastSite && i == len(targets)-1, a.load && t.pref != best)
		most := a.set.sessionLimit
		if a.r.decided() || most > 0 && a.sessions >= most {
			return
		}
	}
}

// param is the name of a parameter of this client.
func (a *smtpAgent) param(name string) string { return clientParam(a.lmtp, name) }

// try connects to one host and, if it answers, holds the dialogue. final tells
// that no host is left after it.
// cached tells to look in the cache first.
func (a *smtpAgent) try(t target, final, cached bool) {
	d := a.d
	peer, at := t.peer(), a.endpoint(t)
	where := t.relay(peer)
	if cached {
		if s := a.fromCache(a.d.scache.byEndpoint(at), where); s != nil {
			s.rename(t)
			a.again(s, a.another(final))
			return
		}
	}
	c, err := d.p.Dial(a.set.bind, netip.AddrPortFrom(t.addr, t.port), a.set.connectTimeout)
	if err != nil {
		d.log("connect to %s: %s", where, err)
		a.last = result{dsn: "4.4.1", text: fmt.Sprintf("connect to %s: %s", where, err)}
		return
	}
	a.session(&clientSession{conn: c, relay: where, peer: peer, endpoint: at}, final)
	if a.retryPlain {
		a.retryPlain, a.plain = false, true
		a.try(t, final, false)
		a.plain = false
	}
}

// another counts a session in which a mail is to be handed over: one that failed
// before does not count. The last that smtp_mx_session_limit allows is final, too
// (smtp_connect.c, smtp_connect_inet).
func (a *smtpAgent) another(final bool) bool {
	a.sessions++
	return final || a.lastSite && a.sessions == a.set.sessionLimit
}

// session holds the dialogue on a connection that has just been opened.
func (a *smtpAgent) session(s *clientSession, final bool) {
	defer s.close()
	s.agent = a
	if a.greet(s, final) {
		a.transfer(s, a.another(final))
	}
	a.notify(s)
}

// again holds the dialogue on a connection that was in the cache.
func (a *smtpAgent) again(s *clientSession, final bool) {
	defer s.close()
	s.agent = a
	s.since = trace.Seq(a.d.p.World().Trace.Len())
	a.transfer(s, final)
	a.notify(s)
}

// greet brings a session to the point where it can take a mail. It tells
// whether that has worked.
func (a *smtpAgent) greet(s *clientSession, final bool) bool {
	if a.set.tls.wrapperMode && !a.wrap(s.conn, s.relay, s.peer, final) {
		return false
	}
	if a.store {
		s.expires = a.d.p.Now().Add(a.set.cache.reuse).Unix()
	}
	cfg, ok := a.clientConfig(s, final)
	if !ok {
		return false
	}
	c := smtp.NewClient(s.conn, cfg)
	s.client = c
	if err := c.Greet(); err != nil {
		a.siteFailed(err, s.relay, final)
		if f := new(smtp.Error); errors.As(err, &f) && (f.Reply != nil || f.Own()) {
			_ = c.Quit()
		}
		return false
	}
	a.offers(s, cfg.Discard)
	if !a.secure(c, s.conn, s.relay, s.peer, final) {
		_ = c.Quit() // what there is to say about this host has been said
		return false
	}
	if !a.authenticate(s, final) {
		s.expires = 0
		_ = c.Quit()
		return false
	}
	if s.conn.Secured() {
		s.expires = 0 // another process could not go on with the TLS of this one
	}
	return true
}

// transfer hands the mail over (smtp_xfer).
func (a *smtpAgent) transfer(s *clientSession, final bool) {
	c, relay := s.client, s.relay
	a.r.ready, a.r.reused = a.d.p.Now(), s.reused
	defer func() { a.r.reused = 0 }()
	left := a.r.undecided()
	if limit := c.SizeLimit(); limit > 0 && int64(a.r.mail.size) > limit {
		// RFC 1870 §6.1: what the server has announced to be too big is not sent.
		// Deviates from RFC 5321 §4.1.1.10: Postfix then leaves without QUIT.
		a.tooBig(left, limit, relay, s.peer)
		if s.expires != 0 {
			a.leave(s)
		}
		return
	}
	m := a.mail(s, left)
	m.Keep = func() bool { return a.lasts(s) }
	var heard []trace.Seq // by which reply a recipient has been decided about
	m.Heard = func(i int) {
		if heard == nil {
			heard = make([]trace.Seq, len(left))
		}
		heard[i] = a.d.p.Cause()
	}
	res, err := c.Send(m)
	report := func(i int) {
		cause := a.d.p.Cause()
		if heard != nil {
			a.d.p.Because(heard[i])
		}
		a.outcome(left[i], res.Outcomes[i], relay, final, c.Offers(smtp.KeyDSN))
		a.d.p.Because(cause)
	}
	if err != nil {
		// Who had a verdict before the connection broke keeps it.
		for i := range left {
			if o := res.Outcomes[i]; o.Err == nil || error(o.Err) != err {
				a.reached = true
				report(i)
			}
		}
		a.siteFailed(err, relay, final)
		if f := new(smtp.Error); errors.As(err, &f) && f.Own() {
			_ = c.Quit()
		}
		return
	}
	a.reached = true
	a.brokenLines(res)
	// Refusals of recipients were heard, and are reported, before the verdict
	// on the message.
	for _, early := range []bool{true, false} {
		for i := range left {
			o := res.Outcomes[i]
			if early == (o.Err != nil && o.Err.Stage == smtp.StageRcpt) {
				report(i)
			}
		}
	}
	a.leave(s)
}

// siteFailed draws the conclusion from a host that broke off, refused to talk,
// or refused the message as a whole.
func (a *smtpAgent) siteFailed(err error, relay string, final bool) {
	res := result{dsn: "4.4.2", text: err.Error(), relay: relay}
	var failure *smtp.Error
	if errors.As(err, &failure) {
		res.dsn = failure.DSN()
		if failure.Stage == smtp.StageGreeting && failure.Reply != nil && a.set.dialogue.hard5xx {
			res.dsn = failure.Reply.DSN()
		}
		if failure.Reply != nil {
			res.remoteMTA, res.diagnostic = hostOf(relay), "smtp; "+failure.Reply.String()
		}
	}
	a.sessionFailed(res, final)
}

// outcome reports what a host said about one recipient. A host that put it off
// leaves it to the next one, if there is any.
func (a *smtpAgent) outcome(to *Recipient, o smtp.Outcome, relay string, final, dsnOffered bool) {
	if o.Err == nil {
		dsn := o.Reply.Enhanced
		if dsn == "" {
			dsn = "2.0.0"
		}
		a.d.sent(a.r, to, result{dsn: dsn, text: o.Reply.String(), relay: relay, remoteMTA: hostOf(relay), passed: dsnOffered})
		return
	}
	res := result{dsn: o.Err.DSN(), text: o.Err.Error(), relay: relay}
	if o.Err.Reply != nil {
		res.remoteMTA, res.diagnostic = hostOf(relay), "smtp; "+o.Err.Reply.String()
	}
	switch {
	case !o.Err.Temporary() && (final || !a.softBounce()):
		a.d.bounced(a.r, to, res)
	case final:
		a.d.deferred(a.r, to, res)
	default:
		a.last = res
		a.d.log("%s: %s", a.r.mail.ID, res.text)
	}
}

// softBounce tells whether failures for good are none, with soft_bounce = yes:
// then another host is tried, as after one that may pass (smtp_trouble.c).
func (a *smtpAgent) softBounce() bool { return a.d.conf.Bool("soft_bounce") && !a.r.mail.probe }

// hostOf is the host in "mail.alabala.com[10.10.10.10]:25".
func hostOf(relay string) string {
	host, _, _ := strings.Cut(relay, "[")
	return host
}
