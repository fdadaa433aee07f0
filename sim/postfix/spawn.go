package postfix

import (
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// spawn(8) is inetd(8) within Postfix: for each connection to its service it
// runs the command that master.cf names, with the connection as standard input
// and output. Policy servers are usually run by it (SMTPD_POLICY_README).
//
// Nothing is executed here: a "service" block models the policy server behind
// a socket, a "command" block the program itself.

// spawned is a service of spawn(8) and the command that it runs.
type spawned struct {
	svc  *service
	argv []string
}

// spawnAt is the spawn service behind an endpoint: "private/greylist" or
// "inet:127.0.0.1:10023".
func (s *System) spawnAt(endpoint string) (spawned, bool) {
	svc := s.service(strings.TrimPrefix(endpoint, "private/"))
	if at, ok := strings.CutPrefix(endpoint, "inet:"); ok {
		svc = s.services[at+" inet"]
	}
	if svc == nil || svc.Command != "spawn" || !s.running {
		return spawned{}, false
	}
	return spawned{svc, svc.argv()}, true
}

// argv is the command in the arguments of a service, "argv=PROGRAM WORD…".
func (s *service) argv() []string {
	for i, a := range s.Args {
		if v, ok := strings.CutPrefix(a, "argv="); ok {
			return append([]string{v}, s.Args[i+1:]...)
		}
	}
	return nil
}

// attribute is the value of an attribute among the arguments of a service,
// such as "user".
func (s *service) attribute(name string) string {
	for _, a := range s.Args {
		if v, ok := strings.CutPrefix(a, name+"="); ok {
			return v
		}
		if strings.HasPrefix(a, "argv=") {
			break
		}
	}
	return ""
}

// program is the command's name.
func (c spawned) program() string {
	if len(c.argv) == 0 {
		return ""
	}
	return c.argv[0]
}

// model is what a "command" block says of the program, or of the script that it
// reads.
func (c spawned) model(h *node.Host) node.Command {
	for _, word := range c.argv {
		if strings.HasPrefix(word, "/") {
			if m := h.Command(word); m != nil {
				return m
			}
		}
	}
	return nil
}

// filter is the content filter that a block makes of the program, and the
// server to which it hands mail back: what the block says, or the last words of
// the command line, "localhost 10026" (FILTER_README).
func (c spawned) filter(h *node.Host) (f *node.Filter, to string) {
	for _, word := range c.argv {
		if f == nil {
			f = h.Filter(word)
		}
	}
	if f == nil {
		return nil, ""
	}
	if f.To != "" {
		return f, f.To
	}
	last := c.argv[len(c.argv)-1]
	host, port, ok := strings.Cut(last, ":")
	if !ok && len(c.argv) > 1 {
		host, port = c.argv[len(c.argv)-2], last
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	return f, host + ":" + port
}

// connect records that a client of the service connects, and that spawn(8) runs
// the command for it.
func (c spawned) connect(d *daemon, path, id string) {
	p := d.p
	p.Record(trace.Event{Kind: trace.Daemon, A: p.Sym(d.name()), B: p.Sym("spawn"), C: p.Sym(id)}, []byte("connect to "+path))
	p.Record(trace.Event{Kind: trace.Daemon, A: p.Sym("spawn"), B: p.Sym(path), C: p.Sym(id)}, []byte("run "+strings.Join(c.argv, " ")))
}

// run runs the command, which gets the input, on behalf of spawn(8). ok is
// false when there is no such program, or it ends with an error.
func (c spawned) run(d *daemon, input []byte) (output string, ok bool) {
	s := d.take(d.p, c.svc)
	defer s.end()
	model := c.model(d.Host)
	if model == nil {
		child := *s
		child.pid = d.Host.NextPID()
		child.log("fatal: spawn_comand: execvp %s: No such file or directory", c.program())
		d.p.Sleep(fatalPause)
		s.log("warning: command %s exit status 1", c.program())
		return "", false
	}
	d.p.Sleep(commandTime)
	status, output := model(d.p, c.svc.attribute("user"), c.argv, input)
	if status != 0 {
		s.log("warning: command %s exit status %d", c.program(), status)
	}
	return output, status == 0
}

// spawnPolicy asks a policy server that spawn(8) runs and that only a "command"
// block models: what it prints is an answer, "action=DUNNO". A server that ends
// without one is asked as often as smtpd_policy_service_try_limit says.
func (l *list) spawnPolicy(c spawned, path string) (action string, ok bool) {
	d := l.d
	for try := int64(1); try <= max(l.conf.Int("smtpd_policy_service_try_limit"), 1); try++ {
		if try > 1 {
			d.p.Sleep(l.conf.Duration("smtpd_policy_service_retry_delay"))
		}
		c.connect(d, path, l.session.queueID())
		output, ok := c.run(d, nil)
		for line := range strings.Lines(output) {
			if v, found := strings.CutPrefix(strings.TrimSpace(line), "action="); found {
				return v, true
			}
		}
		if ok {
			d.log("warning: premature end-of-input on %s while reading input attribute name", path)
		}
	}
	d.log("warning: problem talking to server %s: Connection reset by peer", path)
	return "", false
}

// spawnListen serves a client of the network whose service is a command: what
// that prints goes over the connection.
func (s *System) spawnListen(p *sim.Proc, c *sim.Conn, svc *service) {
	defer c.Close()
	cmd := spawned{svc, svc.argv()}
	d := s.take(p, svc)
	p.Record(trace.Event{Kind: trace.Daemon, A: p.Sym("master"), B: p.Sym("spawn")}, []byte("run "+strings.Join(cmd.argv, " ")))
	if f, to := cmd.filter(s.Host); f != nil {
		f.Serve(s.Host, p, c, to)
		d.end()
		return
	}
	d.end()
	output, _ := cmd.run(d, nil)
	_, _ = c.Write([]byte(output)) // a client that has gone misses nothing
}
