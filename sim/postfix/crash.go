package postfix

import (
	"time"

	"mailtrek/sim"
)

// A delivery agent that dies with a fatal error says nothing about its
// recipients. The queue manager hears the connection break; the message goes
// back into the deferred queue without a reason. master(8) starts no other
// process of the service for service_throttle_time: who connects meanwhile
// waits.

// crashed is the queue manager hearing that an agent has died over an entry.
func (t *transport) crashed(p *sim.Proc, e *entry) *daemon {
	d := t.q.begin(p)
	d.log("warning: private/%s socket: malformed response", t.name)
	for _, r := range e.recipients {
		if r.result == nil {
			r.result = &result{status: deferral, dsn: "4.3.0", at: d.p.Now()}
		}
	}
	return d
}

// unthrottled waits until master(8) may start a process of a service again, and
// returns the service as it is configured by then.
func (s *System) unthrottled(p *sim.Proc, svc *service) *service {
	for svc.throttled > p.World().Now() {
		p.Sleep(min(svc.throttled-p.World().Now(), time.Minute))
		if again := s.services[svc.Name+" "+svc.Type]; again != nil {
			svc = again
		}
	}
	return svc
}
