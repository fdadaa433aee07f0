package postfix

import (
	"fmt"
	"strings"

	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// Ways in which a delivery agent does not deliver into a mailbox itself: it
// passes the recipient on to another agent, or runs a command.

// passTo hands a recipient to another delivery agent, "transport:nexthop"; a
// next hop that is missing is the one of the request (deliver_pass.c). That
// agent reports the outcome. It tells whether there is such an agent.
func (d *daemon) passTo(r *request, to *Recipient, spec string) bool {
	p := d.p
	name, nexthop, _ := strings.Cut(spec, ":")
	if nexthop == "" {
		nexthop = r.nexthop
	}
	d.logAll(r.mail.ID, ": passing <", to.Addr, "> to transport=", name)
	svc := d.service(name)
	if svc == nil || agents(svc.Command) == nil {
		d.missing(p, d.name(), name)
		return false
	}
	p.Emit(trace.Event{Kind: trace.Daemon, A: p.Sym(d.name()), B: p.Sym(svc.Command), C: p.Sym(r.mail.ID)}, d.put("pass ", to.Addr, " to ", spec))
	to.result = nil
	a := d.take(p, svc)
	p.Sleep(agentTime)
	next := &request{mail: r.mail, transport: svc, nexthop: nexthop, recipients: []*Recipient{to}, queued: r.queued, started: p.Now()}
	agents(svc.Command)(a, next)
	a.end()
	return true
}

// passed hands a recipient on as PARAMETER_maps says of the name, else as the
// parameter says. It tells whether one of them says anything.
func (e *expansion) passed(to *Recipient, name, param string) bool {
	d := e.d
	spec := d.conf.Get(param)
	if specs := d.conf.List(param + "_maps"); len(specs) > 0 {
		value, table, err := d.tables.Maps(specs).Find(strings.ToLower(name))
		if err != nil {
			e.done(to, deferral, result{dsn: "4.3.0", text: "error looking up alias " + name})
			return true
		}
		d.consulted("local", strings.Join(specs, " "), name, AddressMatch{Value: value, Key: name, Spec: table, Found: table != ""})
		if table != "" {
			spec = value
		}
	}
	if spec == "" {
		return false
	}
	c := to
	if to != e.top {
		c = e.expanded(to, to.Addr)
	}
	if !d.passTo(e.r, c, spec) {
		e.done(to, deferral, result{dsn: "4.3.0", text: "mail transport unavailable"})
		return true
	}
	if c.result != nil {
		e.outcomes = append(e.outcomes, *c.result)
	}
	return true
}

// homeless defers mail for a user whose home directory is not there, with
// require_home_directory.
func (e *expansion) homeless(to *Recipient, u host.User) bool {
	if !e.d.conf.Bool("require_home_directory") {
		return false
	}
	info, err := e.d.Host.Tree.Stat(u.Home)
	switch {
	case err != nil:
		e.done(to, deferral, result{dsn: "4.3.0", text: fmt.Sprintf("cannot access home directory %s: No such file or directory", u.Home)})
	case !info.Dir:
		e.done(to, deferral, result{dsn: "4.3.0", text: fmt.Sprintf("cannot access home directory %s: Not a directory", u.Home)})
	}
	return err != nil || !info.Dir
}

// mailboxCommand delivers by a command in place of a mailbox, if
// mailbox_command_maps or mailbox_command names one.
func (e *expansion) mailboxCommand(to *Recipient, u host.User) bool {
	d := e.d
	line := ""
	if specs := d.conf.List("mailbox_command_maps"); len(specs) > 0 {
		value, table, err := d.tables.Maps(specs).Find(u.Name)
		if err != nil {
			e.done(to, deferral, result{dsn: "4.3.0", text: "mail system configuration error"})
			return true
		}
		d.consulted("local", strings.Join(specs, " "), u.Name, AddressMatch{Value: value, Key: u.Name, Spec: table, Found: table != ""})
		line = value
	}
	if line == "" {
		line = d.conf.Get("mailbox_command")
	}
	if line == "" {
		return false
	}
	e.command(to, line, u.Name, true)
	return true
}
