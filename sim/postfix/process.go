package postfix

import (
	"cmp"
	"slices"
	"time"

	"mailtrek/sim"
)

// The processes of a service. master(8) listens for a service as long as none
// of its processes is free. When somebody connects it starts one, and only one:
// from then on it counts as free, and master looks at the listener again only
// when that process has taken a request (master_avail.c). So those who wait get
// their processes one after the other; one that finishes meanwhile takes the
// request that has waited longest, and the new one, when it has come up, finds
// nothing to do and stays. Nobody asks anything of a process for max_idle, and
// it ends.

// idleProc is a process of a service that waits for work.
type idleProc struct {
	pid    uint32
	tables *Tables // as it has read them; nil: it has served nobody yet
	routes heardRoutes
	born   time.Duration
	since  time.Duration
	served int64 // requests
}

// lifetime is how long a process of a service lives.
type lifetime struct {
	idle      time.Duration // max_idle
	connected time.Duration // ipc_idle: others stay connected with it
	requests  int64         // max_use
}

// newService is a service with nothing going on.
func newService(line *Service, conf *Config) *service {
	return &service{Service: line, conf: conf, limits: newLimits(line, conf), logName: conf.Get("syslog_name") + "/" + line.Command,
		life: lifetime{idle: conf.Duration("max_idle"), connected: conf.Duration("ipc_idle"), requests: conf.Int("max_use")}}
}

// coming is a process that master(8) has started and that is not up yet.
type coming struct {
	pid uint32 // 0: there is none
	up  time.Duration
}

// pending is a request that waits for a process.
type pending struct {
	sim.Cond
	found idleProc
	ok    bool
}

// take makes the calling process one of a service's, as soon as there is one
// that is free; end gives it back.
func (s *System) take(p *sim.Proc, svc *service) *daemon {
	svc.settle(p.World().Now())
	d := s.daemon(p, svc)
	found, ok := s.idler(d, svc)
	if !ok {
		found = s.await(p, svc)
	}
	d.becomes(found)
	return d
}

// begin is take for what has a process already or cannot wait: a process that is
// not there is there at once.
func (s *System) begin(p *sim.Proc, svc *service) *daemon {
	d := s.daemon(p, svc)
	found, ok := s.idler(d, svc)
	if !ok {
		found = idleProc{pid: s.Host.NextPID(), born: p.World().Now()}
	}
	d.becomes(found)
	return d
}

// daemon is a daemon that has no process yet.
func (s *System) daemon(p *sim.Proc, svc *service) *daemon {
	d := s.daemons.Next()
	*d = daemon{System: s, svc: svc, conf: svc.conf, p: p}
	return d
}

// becomes gives the daemon its process.
func (d *daemon) becomes(found idleProc) {
	d.conf, d.epoch = d.svc.conf, d.svc.limits.epoch
	d.svc.limits.busy++
	if d.pid, d.born, d.tables, d.routes, d.served = found.pid, found.born, found.tables, found.routes, found.served; d.tables == nil {
		d.tables = d.latestTables()
		d.opensTables()
		d.warnStale()
	}
}

// end gives the process back: it takes the request that has waited longest, or
// becomes idle. When it has served max_use requests, it ends.
func (d *daemon) end() {
	d.svc.limits.busy--
	if d.served++; !d.p.Killed() && !d.dead && d.served < d.svc.life.requests && d.epoch == d.svc.limits.epoch {
		d.svc.release(idleProc{pid: d.pid, tables: d.tables, routes: d.routes, born: d.born, since: d.p.World().Now(), served: d.served})
		return
	}
	d.svc.vacant()
}

func (svc *service) release(proc idleProc) {
	if len(svc.backlog) == 0 {
		svc.idle = append(svc.idle, proc)
		return
	}
	w := svc.backlog[0]
	w.found, w.ok = proc, true
	w.Broadcast()
	svc.leave(w)
}

// leave takes a request out of the backlog. The next one looks after the process
// that is being started.
func (svc *service) leave(w *pending) {
	n := slices.Index(svc.backlog, w)
	if n < 0 {
		return
	}
	if svc.backlog = slices.Delete(svc.backlog, n, n+1); n == 0 && len(svc.backlog) > 0 {
		svc.backlog[0].Broadcast()
	}
}

// await waits until master(8) has started a process of the service, or one of
// those that are busy has finished.
func (s *System) await(p *sim.Proc, svc *service) idleProc {
	w := &pending{}
	svc.backlog = append(svc.backlog, w)
	defer func() {
		if svc.leave(w); w.ok && p.Killed() {
			svc.release(w.found)
		}
	}()
	for !w.ok {
		now := p.World().Now()
		if svc.coming.pid == 0 && !svc.full() {
			s.starts(p, svc)
		}
		switch {
		case svc.backlog[0] != w, svc.coming.pid == 0:
			w.Wait(p, -1)
		case now < svc.coming.up:
			w.Wait(p, svc.coming.up-now)
		default:
			return svc.up()
		}
	}
	return w.found
}

// rouse waits until a daemon is up that serves many at a time and has no
// processes of its own in the simulation.
func (s *System) rouse(p *sim.Proc, name string) {
	svc := s.service(name)
	if svc == nil {
		return
	}
	if !svc.resident(p.World().Now()) {
		p.Sleep(startTime(svc.Command) + s.hot(p.Now()))
	}
	s.uses(svc, p.World().Now())
}

// up is the process that was being started.
func (svc *service) up() idleProc {
	proc := idleProc{pid: svc.coming.pid, born: svc.coming.up, since: svc.coming.up}
	svc.coming = coming{}
	return proc
}

// settle brings the idle processes up to date: one that was being started and
// that nobody needs any more has come up. Those that have waited longer than
// max_idle are gone; the last in the list is the one that waits least.
func (svc *service) settle(now time.Duration) {
	if svc.coming.pid != 0 && now >= svc.coming.up && len(svc.backlog) == 0 {
		svc.idle = append(svc.idle, svc.up())
		slices.SortFunc(svc.idle, func(a, b idleProc) int { return cmp.Compare(a.since, b.since) })
	}
	if n := len(svc.idle); n > 0 && now-svc.idle[n-1].since > svc.life.idle {
		svc.idle = svc.idle[:0]
	}
}
