package postfix

import (
	"fmt"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// anvil(8) logs the most that any client has done, every
// anvil_status_update_time and when it ends, and then begins anew.
//
// A world would never come to rest if it waited for that time alone, so the
// default of it is not waited for: the lines appear when main.cf sets it, and
// at a reload.

// anvilMax is the most that has been counted of something.
type anvilMax struct {
	n   int64
	who anvilKey
	at  time.Time
}

// note takes over a number that is greater.
func (m *anvilMax) note(n int64, who anvilKey, at time.Time) {
	if n > m.n {
		*m = anvilMax{n, who, at}
	}
}

// anvilStats is what the process of anvil(8) has seen since it last said so.
type anvilStats struct {
	up    bool   // there is a process
	pid   uint32 // its number, once it has said something
	timed bool   // the next status is on the agenda
	count anvilMax
	rates [anvilKinds]anvilMax
	cache anvilMax
}

// anvilOrder are the kinds in the order of the log, and their names there.
var anvilOrder = [...]struct {
	kind int
	name string
}{{anvilConnect, "connection rate"}, {-1, "connection count"}, {anvilMail, "message rate"}, {anvilRcpt, "recipient rate"},
	{anvilTLS, "newtls rate"}, {anvilAuth, "auth rate"}}

// anvilSees notes what a client does: kind is what was counted, -1 are
// connections at a time.
func (b *smtpdSession) anvilSees(kind int, n int64) {
	s, now := &b.System.stats, b.p.Now()
	s.up = true
	who := anvilKey{b.svc.Name, b.client.addr}
	if kind < 0 {
		s.count.note(n, who, now)
	} else {
		s.rates[kind].note(n, who, now)
	}
	s.cache.note(max(b.System.connected, 1), who, now)
	if every := b.anvilParams().status; every > 0 && !s.timed {
		s.timed = true
		w := b.p.World()
		cause := b.p.Cause()
		w.At(w.Now()+every, func() {
			if b.running && b.System.stats.timed {
				b.System.stats.timed = false
				b.run("anvil", cause, 0, func(p *sim.Proc) { b.System.anvilStatus(p) })
			}
		})
	}
}

// anvilStatus writes what anvil(8) has seen to the log, and forgets it.
func (s *System) anvilStatus(p *sim.Proc) {
	st := s.stats
	svc := s.service("anvil")
	if !st.up || svc == nil {
		return
	}
	if st.pid == 0 {
		st.pid = s.Host.NextPID()
	}
	s.stats = anvilStats{up: true, pid: st.pid}
	say := func(format string, args ...any) {
		p.Record(trace.Event{Kind: trace.Log, A: p.Sym(svc.logName), N: st.pid}, fmt.Appendf(nil, "statistics: max "+format, args...))
	}
	for _, o := range anvilOrder {
		m, unit := st.count, ""
		if o.kind >= 0 {
			m, unit = st.rates[o.kind], fmt.Sprintf("/%ds", int64(svc.conf.Duration("anvil_rate_time_unit")/time.Second))
		}
		if m.n > 0 {
			say("%s %d%s for (%s:%s) at %s", o.name, m.n, unit, m.who.service, m.who.addr, m.at.Format(time.Stamp))
		}
	}
	if st.cache.n > 0 {
		say("cache size %d at %s", st.cache.n, st.cache.at.Format(time.Stamp))
	}
}
