package postfix

import (
	"strings"

	"mailtrek/sim"
)

// flush(8) knows which deferred mail waits for a destination, for those of
// fast_flush_domains, and for a single message. postqueue(1) and ETRN ask it to
// have such mail tried at once (ETRN_README). For everything in the queue,
// postqueue asks the queue manager itself.

// Flush is "postqueue -f": everything deferred is tried now, and destinations
// that were given up for a while are worth a try again. pickup(8) looks into
// maildrop, too (mail_flush_maildrop).
func (s *System) Flush(p *sim.Proc) {
	if !s.running {
		return
	}
	s.ask(p, "postqueue", "qmgr", "try all deferred mail now")
	s.qmgr.unthrottleAll(p, "postqueue -f")
	list := s.queue.in(deferred)
	for _, m := range list {
		m.flushed = true
	}
	s.qmgr.again(list)
	s.qmgr.cooled(true)
	for _, m := range s.queue.in(maildrop) {
		s.run("pickup", m.last, m.Msg, func(p *sim.Proc) {
			p.Sleep(pickupTime)
			s.pickup(p, m)
		})
	}
}

// FlushMessage is "postqueue -i ID": a deferred message goes back to the
// incoming queue and is tried now, even when its destinations are dead.
func (s *System) FlushMessage(p *sim.Proc, id string) {
	if !s.running {
		return
	}
	s.ask(p, "postqueue", "flush", "try "+id+" now")
	if m := s.queue.files[id]; m != nil && m.Queue == deferred {
		m.flushed, m.wanted = true, true
		s.refresh(p, []*Mail{m}, "postqueue -i")
	}
}

// FlushSite is "postqueue -s SITE": what is deferred for a domain is tried now.
// It tells whether flush(8) keeps a list for the domain (fast_flush_domains,
// by default relay_domains).
func (s *System) FlushSite(p *sim.Proc, domain string) bool {
	if in, err := s.config.DomainList("fast_flush_domains", s.tables).Match(domain); err != nil || !in {
		return false
	}
	s.ask(p, "postqueue", "flush", "deliver mail for "+domain)
	s.flushSite(p, domain)
	return true
}

// flushSite has the queue manager try what waits for a domain at once, and take
// no destination for dead any more.
func (s *System) flushSite(p *sim.Proc, domain string) {
	var waiting []*Mail
	for _, m := range s.queue.in(deferred) {
		for _, r := range m.undelivered() {
			if _, d, _ := splitAddress(r.Addr); strings.EqualFold(d, domain) {
				waiting = append(waiting, m)
				break
			}
		}
	}
	s.qmgr.unthrottleAll(p, "flush(8)")
	s.refresh(p, waiting, "flush")
}

// refresh moves deferred mail back to the incoming queue, one after the other,
// and then wakes the queue manager (flush_send_path).
func (s *System) refresh(p *sim.Proc, mails []*Mail, why string) {
	msg := p.Msg()
	for _, m := range mails {
		p.Handle(m.Msg)
		s.queue.move(p, m, incoming, why)
		s.ask(p, "flush", "qmgr", "try "+m.ID+" now")
	}
	p.Handle(msg)
	for _, m := range mails {
		s.qmgr.arrived(m)
	}
}
