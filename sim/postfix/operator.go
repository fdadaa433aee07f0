package postfix

import (
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// superOp is what postsuper(1) can do to a message.
type superOp struct {
	done   string // in the line about one message
	total  string // in the line about all
	from   []string
	to     string
	reason string
}

var superOps = map[byte]superOp{
	'e': {"expired", "Force-expired", []string{incoming, active, deferred, hold}, "", "postsuper -e"},
	'h': {"placed on hold", "Placed on hold", []string{incoming, active, deferred}, hold, "postsuper -h"},
	'H': {"released from hold", "Released from hold", []string{hold}, deferred, "postsuper -H"},
	'd': {"removed", "Deleted", []string{maildrop, incoming, active, deferred, hold}, nowhere, "postsuper -d"},
	'r': {"requeued", "Requeued", []string{incoming, active, deferred, hold}, maildrop, "postsuper -r"},
}

// SuperAction is one thing that postsuper(1) is to do: Op is 'h' (hold), 'H'
// (release), 'd' (delete), 'r' (requeue), 'e' (expire) or 'f' (expire and
// release), ID a queue id or "ALL".
type SuperAction struct {
	Op byte
	ID string
}

// Super is postsuper(1), in one of the queues named, or in any that an operation
// is for. It returns what the command prints: a line for each message that an id
// named, then the totals in an order of their own.
func (s *System) Super(p *sim.Proc, actions []SuperAction, queues ...string) []string {
	var each []SuperAction
	for _, a := range actions {
		if a.Op == 'f' {
			each = append(each, SuperAction{'e', a.ID}, SuperAction{'H', a.ID})
		} else {
			each = append(each, a)
		}
	}
	pid := s.Host.NextPID()
	var printed []string
	say := func(m *Mail, line string) {
		e := trace.Event{Kind: trace.Log, A: p.Sym("postfix/postsuper"), N: pid}
		if m != nil {
			e.Msg = m.Msg
		}
		if s.Logs() {
			p.Record(e, []byte(line))
		}
		printed = append(printed, "postsuper: "+line)
	}
	done := map[byte]int{}
	for _, a := range each {
		done[a.Op] += s.superEach(p, a, queues, say)
	}
	for _, op := range []byte("rdehH") {
		n, asked := done[op]
		if !asked {
			continue
		}
		plural := "s"
		if n == 1 {
			plural = ""
		}
		say(nil, fmt.Sprintf("%s: %d message%s", superOps[op].total, n, plural))
	}
	return printed
}

// superEach does one thing to every message that it is for.
func (s *System) superEach(p *sim.Proc, a SuperAction, queues []string, say func(*Mail, string)) (n int) {
	o := superOps[a.Op]
	for _, m := range s.Mails() {
		if a.Op == 'e' && m.forced {
			continue
		}
		if !slices.Contains(o.from, m.Queue) || a.ID != "ALL" && m.ID != a.ID || len(queues) > 0 && !slices.Contains(queues, m.Queue) {
			continue
		}
		if m.Queue == incoming && !m.ready {
			continue // it is still being written
		}
		n++
		if a.ID != "ALL" {
			say(m, m.ID+": "+o.done)
		}
		if a.Op == 'e' {
			m.forced = true
			continue
		}
		s.super(p, m, o)
	}
	return n
}

// super does it to one message.
func (s *System) super(p *sim.Proc, m *Mail, o superOp) {
	cause, msg := p.Cause(), p.Msg()
	p.Handle(m.Msg)
	p.Because(m.last)
	s.queue.move(p, m, o.to, o.reason)
	switch o.to {
	case deferred:
		s.qmgr.plan(m.last) // the time stamp stays
	case maildrop:
		l := &LocalMail{User: s.config.Get("mail_owner"), Sender: m.Sender, Message: m.Content}
		if users, _ := s.Host.Tree.Users(); users != nil {
			if u, ok := users.Lookup(l.User); ok {
				l.UID = u.UID
			}
		}
		for _, r := range m.undelivered() {
			l.Recipients = append(l.Recipients, r.Addr)
		}
		m.submitted, m.requeued = l, m.ID
		s.planPickup(m)
	}
	p.Because(cause)
	p.Handle(msg)
}

// Logs tells whether somebody keeps what the programs of an operator say: where
// postlogd(8) has the log file (maillog_file), it must be running.
func (s *System) Logs() bool { return s.running || s.config.Get("maillog_file") == "" }

// LogTool writes what a program such as postqueue(1) says of a trouble to the
// mail log. While the mail system is down nobody does where postlogd(8) keeps
// the log file (maillog_file).
func (s *System) LogTool(p *sim.Proc, program, text string) {
	if s.Logs() {
		p.Record(trace.Event{Kind: trace.Log, A: p.Sym("postfix/" + program), N: s.Host.NextPID()}, []byte(printable(text, '?')))
	}
}

// LogAs writes a line to the mail log under any name, as postlog(1) does for root,
// who can write the log file even while nobody else keeps it (see Logs).
func (s *System) LogAs(p *sim.Proc, name, text string) {
	p.Record(trace.Event{Kind: trace.Log, A: p.Sym(printable(name, '?')), N: s.Host.NextPID()}, []byte(printable(text, '?')))
}

// TLSSummary is what Postfix says of a TLS session: protocol, cipher, and how the
// keys came about.
func TLSSummary(f wire.TLSFacts) string { return tlsSummary(f) }

// LookupFailure is why a name has no records of a type, as Postfix says it.
func LookupFailure(name, typ string, err error) string { return nameError(name, typ, err).text }

// HasPort tells whether master.cf has a service at a port.
func (s *System) HasPort(port int) bool { return s.listens(port, func(string) bool { return true }) }

// HasPortEverywhere tells whether it has one there at every address of the host.
func (s *System) HasPortEverywhere(port int) bool {
	return s.listens(port, func(host string) bool { return host == "" && s.config.Get("inet_interfaces") == "all" })
}

func (s *System) listens(port int, at func(host string) bool) bool {
	for _, svc := range s.services {
		if svc.Type != "inet" {
			continue
		}
		host, name := svc.Endpoint()
		if n, ok := PortNumber(name); ok && n == port && at(host) {
			return true
		}
	}
	return false
}

// HasSocket tells whether master.cf has a service with a socket in the folder
// "public" or "private" of the queue directory.
func (s *System) HasSocket(class, name string) bool {
	svc := s.service(name)
	return svc != nil && svc.Private == (class == "private")
}

// Kick is postkick(1): it sends a daemon a request. What master(8) and qmgr(8)
// know to do at one is done: pickup looks into maildrop, and qmgr, for F and D,
// into the deferred queue.
func (s *System) Kick(p *sim.Proc, name, request string) {
	s.ask(p, "postkick", name, "request "+printable(request, '?'))
	switch {
	case name == "pickup":
		s.pickupAll(p.Cause(), nil)
	case name == "qmgr" && strings.ContainsAny(request, "FD"):
		s.Flush(p)
	}
}
