package postfix

import (
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// verify(8) knows which addresses can be delivered to. It finds out by a probe:
// a message without content that goes the way of any other, until a delivery
// agent would have to hand it over (ADDRESS_VERIFICATION_README). What comes
// of it is kept in address_verify_map.

// verified is what the cache knows of an address.
type verified struct {
	status  status // undecided while the first probe is under way
	text    string
	probed  int64 // when a probe was sent of which nothing has been heard; 0 if none is out
	updated int64 // when a probe has had its result
}

// verifyCache is address_verify_map, by address.
type verifyCache struct {
	entries map[string]*verified
	cleaned int64 // when it was last cleaned up
	pending int64 // probes under way
}

// probeTTL is how long a probe is waited for, in seconds, before another is
// sent for the same address (verify.c, PROBE_TTL).
const probeTTL = 1000

// verifyInProgress is the answer while nothing is known.
const verifyInProgress = "Address verification in progress"

// queryVerify asks verify(8) about an address (verify_query_service). ok is
// false when there is no such service.
func (d *daemon) queryVerify(addr string) (answer verified, ok bool) {
	svc := d.service(d.conf.Get("address_verify_service_name"))
	if svc == nil {
		d.missing(d.p, d.name(), d.conf.Get("address_verify_service_name"))
		return verified{}, false
	}
	d.hand("verify", "", "can mail be delivered to "+addr+"?")
	v := d.take(d.p, svc)
	defer v.end()
	return v.known(addr), true
}

// known is what the cache knows. Where that is nothing, or getting old, a
// probe is sent; the answer does not wait for it.
func (d *daemon) known(addr string) verified {
	c, now := &d.System.verified, d.p.Now().Unix()
	d.cleanVerified(now)
	old := c.entries[addr]
	answer := verified{status: undecided, text: verifyInProgress}
	if old != nil && !d.staleVerified(old, now) {
		answer = *old
	} else if old != nil {
		answer.probed = old.probed
	}
	e := trace.Event{Kind: trace.Lookup, A: d.p.Sym("verify"), B: d.p.Sym(d.verifyMap()), C: d.p.Sym(addr)}
	if answer.updated == 0 {
		e.Flags |= trace.Lost
	}
	d.p.Record(e, []byte(answer.describe()))
	if now-answer.probed > probeTTL && answer.updated+seconds(d.verifyTime(&answer, "refresh")) < now {
		answer.probed = now
		if answer.updated != 0 || d.conf.Bool("address_verify_negative_cache") {
			c.put(addr, answer)
		}
		d.probe(addr)
	}
	return answer
}

// verifyMap is the cache's name: without address_verify_map it is in memory
// only and ends with the daemon.
func (d *daemon) verifyMap() string { return orElse(d.conf.Get("address_verify_map"), "memory") }

// put enters what is known of an address.
func (c *verifyCache) put(addr string, v verified) {
	if c.entries == nil {
		c.entries = map[string]*verified{}
	}
	c.entries[addr] = &v
}

// describe is an entry in words, for the trace.
func (v *verified) describe() string {
	if v.updated == 0 {
		return v.text
	}
	return v.word() + ": " + v.text
}

func (v *verified) word() string {
	if v.status == sent {
		return "deliverable"
	}
	return "undeliverable"
}

// staleVerified tells whether an entry is too old to count.
func (d *daemon) staleVerified(v *verified, now int64) bool {
	return v.updated+seconds(d.verifyTime(v, "expire")) < now
}

// cleanVerified drops what is too old, every
// address_verify_cache_cleanup_interval.
//
// Deviates from Postfix: that happens when the daemon is next asked, not at
// the very moment.
func (d *daemon) cleanVerified(now int64) {
	c := &d.System.verified
	every := seconds(d.conf.Duration("address_verify_cache_cleanup_interval"))
	spec := d.conf.Get("address_verify_map")
	if every <= 0 || spec == "" || c.cleaned != 0 && now < c.cleaned+every {
		return
	}
	c.cleaned = now
	dropped := 0
	for _, addr := range sortedKeys(c.entries) {
		if v := c.entries[addr]; now-v.probed > probeTTL && d.staleVerified(v, now) {
			delete(c.entries, addr)
			dropped++
		}
	}
	d.log("cache %s full cleanup: retained=%d dropped=%d entries", spec, len(c.entries), dropped)
}

// isProbeSender tells whether an address is that of probes themselves
// (address_verify_sender), which is always taken.
func (d *daemon) isProbeSender(addr string) bool {
	s := d.conf.Get("address_verify_sender")
	return s != "" && strings.EqualFold(d.standard(addr), d.standard(s))
}

// probe sends a probe to an address, in a process of its own, since verify(8)
// does not wait for it (verify_post_mail_action).
func (d *daemon) probe(addr string) {
	c := &d.System.verified
	if limit := d.conf.Int("address_verify_pending_request_limit"); c.pending >= limit {
		return
	}
	c.pending++
	svc := d.svc
	d.run("verify", d.p.Cause(), 0, func(p *sim.Proc) {
		defer func() { c.pending-- }()
		p.Handle(p.World().Trace.AddMsg(trace.Msg{Name: "probe of " + addr}))
		v := d.take(p, svc)
		defer v.end()
		u, err := v.Submit(p, "verify", v.conf.Get("address_verify_sender"))
		if err != nil {
			return
		}
		m := u.Mail()
		m.Local, m.probe = true, true
		u.AddRecipient(&Recipient{Addr: addr})
		u.Prepend(v.internalReceived(m))
		u.Commit() // an address of which nothing is heard is probed again
	})
}

// internalReceived is the Received field of a message that a daemon makes.
func (d *daemon) internalReceived(m *Mail) string {
	return fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", d.conf.Get("myhostname"), d.conf.Get("mail_name"), m.ID, postfixDate(m.Arrived))
}

// probed is conclude for a probe: the log says deliverable or undeliverable,
// and verify(8) hears of it. Nobody is notified, and nothing is tried again
// (verify_append).
func (d *daemon) probed(r *request, to *Recipient, res result) {
	if res.relay == "" {
		res.relay = "none"
	}
	res.at = d.p.Now()
	line := appendAll(d.line[:0], r.mail.ID, ": to=<", mailaddr.Quote(to.Addr), ">")
	if to.Orig != to.Addr && to.Orig != "" {
		line = appendAll(line, ", orig_to=<", mailaddr.Quote(to.Orig), ">")
	}
	v := verified{status: res.status, text: res.text, updated: res.at.Unix()}
	line = r.appendDelays(appendAll(line, ", relay=", res.relay), res.at, int(d.conf.Int("delay_logging_resolution_limit")))
	d.logLine(appendAll(line, ", dsn=", res.dsn, ", status=", v.word(), " (", res.text, ")"))
	d.p.Record(trace.Event{Kind: trace.Delivery, A: d.p.Sym(r.mail.ID), B: d.p.Sym(to.Addr), C: d.p.Sym(res.relay), Code: res.status.code()},
		[]byte(res.dsn+" "+v.word()+": "+res.text))
	to.result, to.done = &res, true
	if r.mail.report {
		res.action, res.status = v.word(), sent
		r.mail.traceLog = append(r.mail.traceLog, logged{*to, res})
		return
	}
	for _, addr := range uniq(orElse(to.Orig, to.Addr), to.Addr) {
		d.updateVerify(r.mail, addr, v)
	}
}

// updateVerify tells verify(8) what has come of a probe. A good result stays
// until it expires, even when a later probe fails (verify_update_service).
func (d *daemon) updateVerify(m *Mail, addr string, v verified) {
	svc := d.service(d.conf.Get("address_verify_service_name"))
	if svc == nil || v.status != sent && !d.conf.Bool("address_verify_negative_cache") {
		return
	}
	d.hand("verify", m.ID, addr+" is "+v.describe())
	c := &d.System.verified
	if old := c.entries[addr]; old != nil && old.status == sent && v.status != sent {
		begun := d.begin(d.p, svc)
		defer begun.end()
		if !begun.staleVerified(old, v.updated) {
			return
		}
	}
	c.put(addr, v)
}

// forgetVerified ends a cache that is in memory only, with the daemon.
func (s *System) forgetVerified() {
	if s.config.Get("address_verify_map") == "" {
		s.verified = verifyCache{}
	}
}

// aliasedToMany concludes a probe of an address that stands for several: it
// exists, and no probe goes to each of them (cleanup_out_recipient).
func (u *Submission) aliasedToMany(to *Recipient) {
	u.d.probed(&request{mail: u.mail}, to, result{status: sent, dsn: "2.0.0", text: "aliased to multiple recipients"})
}

// verifyTime is address_verify_positive_expire_time and its three siblings.
func (d *daemon) verifyTime(v *verified, what string) time.Duration {
	kind := "negative"
	if v.status == sent {
		kind = "positive"
	}
	return d.conf.Duration("address_verify_" + kind + "_" + what + "_time")
}
