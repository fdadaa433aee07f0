package postfix

import (
	"fmt"
	"time"

	"mailtrek/sim"
)

// The processes of a service that listens to the network are limited: by the
// column maxproc of master.cf, or by default_process_limit. When all of them are
// busy, those who connect wait in the queue of the listener and hear nothing.
// master(8) says so, and makes the service one under stress: its next processes
// run with "-o stress=yes", those there are end with their session, and it lasts
// until the limit has not been reached for a while (STRESS_README; master_avail.c).

// limits are what master(8) knows of the processes of such a service.
type limits struct {
	most     int           // processes; 0 is without limit
	busy     int           // those that serve somebody
	epoch    int           // changes when the processes are to be replaced
	stressed time.Duration // until then; 0 is not at all
	warned   time.Duration // when the log has said so last
	full     bool          // and whether it has
}

// stressLasts is how long a service stays under stress after its limit was
// reached; busyPause is how long the log does not speak of it again.
const (
	stressLasts = 1000 * time.Second
	busyPause   = 1000 * time.Second
)

// newLimits are those of a service in whose use there is nothing yet.
func newLimits(line *Service, conf *Config) limits {
	switch {
	case line.Type != "inet", line.Command == "postscreen":
		return limits{} // postscreen(8) is one process for all clients; it has been seen to wait as without stress
	case line.MaxProc >= 0:
		return limits{most: line.MaxProc}
	}
	return limits{most: int(conf.Int("default_process_limit"))}
}

// full tells whether master(8) may start no other process.
func (svc *service) full() bool {
	l := &svc.limits
	return l.most > 0 && l.busy+len(svc.idle) >= l.most
}

// starts has master(8) start a process. The one that reaches the limit is the
// first under stress.
func (s *System) starts(p *sim.Proc, svc *service) {
	l, now := &svc.limits, p.World().Now()
	switch last := l.most > 0 && l.busy+len(svc.idle)+1 >= l.most; {
	case last:
		if l.stressed == 0 {
			s.replace(svc, "yes")
		}
		l.stressed = now + stressLasts
		if !l.full || now-l.warned > busyPause {
			l.full, l.warned = true, now
			s.logFull(p, svc)
		}
	case l.stressed != 0 && now > l.stressed:
		l.stressed = 0
		s.replace(svc, "")
	}
	svc.coming = coming{s.Host.NextPID(), now + startTime(svc.Command) + s.hot(p.Now())}
}

// replace gives a service another value of stress: the processes there are end
// when they have nothing to do.
func (s *System) replace(svc *service, stress string) {
	conf := s.config.Service(svc.Service)
	if stress != "" {
		conf.over["stress"] = Entry{Name: "stress", Value: stress}
	}
	svc.conf, svc.idle = conf, svc.idle[:0]
	svc.client, svc.dialogue, svc.anvil, svc.smtpd, svc.filter = nil, nil, nil, nil, nil
	svc.limits.epoch++
}

// logFull is what master(8) says of a service with all its processes busy.
func (s *System) logFull(p *sim.Proc, svc *service) {
	host, port := svc.Endpoint()
	if n, ok := PortNumber(port); ok {
		port = fmt.Sprint(n)
	}
	if host != "" {
		port = "[" + host + "]:" + port
	}
	s.logMaster(p, fmt.Sprintf("warning: service \"%s\" (%s) has reached its process limit \"%d\": new clients may experience noticeable delays", svc.Name, port, svc.limits.most))
	s.logMaster(p, "warning: to avoid this condition, increase the process count in master.cf or reduce the service time per client")
	s.logMaster(p, "warning: see http://www.postfix.org/STRESS_README.html for examples of stress-adapting configuration settings")
}

// vacant tells who waits that a process has ended, so that another may start.
func (svc *service) vacant() {
	if len(svc.backlog) > 0 && svc.coming.pid == 0 {
		svc.backlog[0].Broadcast()
	}
}
