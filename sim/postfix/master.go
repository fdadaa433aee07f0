package postfix

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// master(8) runs the daemons that master.cf lists, and postfix(1) controls it
// by way of the shell script postfix-script. What is over before a world
// begins, its boot, leaves no lines in the log.

const (
	mailVersion = "3.7.11"
	configDir   = "/etc/postfix"
	bootPID     = 100             // of a master that the host's boot has started
	startupTime = 2 * time.Second // until "postfix start" gives a master up that ends at once
)

// controlUsage are the commands of postfix(1), as postfix-script lists them.
const controlUsage = "Usage: postfix start (or stop, reload, abort, flush, check, status, set-permissions, upgrade-configuration, logrotate)"

// Control is postfix(1): it does what the command word says and returns what a
// terminal shows and the exit status. What postfix-script says stands in the
// mail log as well. "flush" only checks the configuration: postqueue(1) does
// the work.
func (s *System) Control(p *sim.Proc, command string) (out string, status int) {
	c := &control{System: s, p: p, pid: s.Host.NextPID()}
	if c.configured() {
		c.do(command)
	}
	return c.out.String(), c.status
}

// control is a postfix(1) command under way.
type control struct {
	*System
	p      *sim.Proc
	pid    uint32
	out    strings.Builder
	status int
}

// configured reads the configuration, as postfix(1) and then postconf(1) do
// before anything else. What is wrong in main.cf ends the command at once.
func (c *control) configured() bool {
	config, master, diags := LoadConfig(c.Host.Tree, c.env())
	diags = append(diags, config.Lint(master)...)
	for _, d := range diags {
		switch {
		case d.Note, readByOne(d.Param):
		case d.Fatal && d.File == master.File:
			where := ""
			if d.Line > 0 {
				where = "file "
			}
			fmt.Fprintf(&c.out, "/usr/sbin/postconf: fatal: %s%s\n", where, d.Text)
			c.fatal("cannot execute /usr/sbin/postconf!")
			return false
		case d.Fatal:
			fmt.Fprintf(&c.out, "postfix: fatal: %s\n", d.Text)
			c.status = 1
			return false
		default:
			fmt.Fprintf(&c.out, "/usr/sbin/postconf: warning: %s\n", d.Text)
		}
	}
	return true
}

func (c *control) do(command string) {
	switch command {
	case "start", "start-fg":
		c.start()
	case "stop", "quick-stop", "drain":
		c.stop("stopping")
	case "abort":
		c.stop("aborting")
	case "reload":
		c.reload()
	case "status":
		if !c.running {
			c.say("the Postfix mail system is not running")
			c.status = 1
			return
		}
		c.say(fmt.Sprintf("the Postfix mail system is running: PID: %d", c.masterPID))
	case "check":
		c.permissions("/etc/postfix")
	case "flush", "set-permissions", "upgrade-configuration":
	default:
		c.fatal(fmt.Sprintf("unknown command: '%s'. %s", printable(command, '?'), controlUsage))
	}
}

// start starts master(8), which ends at once when it cannot have what
// master.cf lists, such as a port.
func (c *control) start() {
	if c.running {
		c.fatal("the Postfix mail system is already running")
		return
	}
	c.say("starting the Postfix mail system")
	c.masterPID = c.Host.NextPID()
	if err := c.Start(c.p.Cause()); err != nil {
		c.masterSays(err.Error())
		c.Stop()
		c.p.Sleep(startupTime)
		c.fatal("mail system startup failed")
		return
	}
	c.masterLog("daemon started -- version " + mailVersion + ", configuration " + configDir)
}

func (c *control) stop(how string) {
	if !c.running {
		c.fatal("the Postfix mail system is not running")
		return
	}
	c.say(how + " the Postfix mail system")
	c.Stop()
	c.masterSays("terminating on signal 15")
}

// reload has master(8) read its configuration again. A master that then cannot
// have what the configuration asks for ends.
func (c *control) reload() {
	if !c.running {
		c.fatal("the Postfix mail system is not running")
		return
	}
	c.say("refreshing the Postfix mail system")
	c.masterLog("reload -- version " + mailVersion + ", configuration " + configDir)
	c.anvilStatus(c.p)
	c.stats = anvilStats{}
	if err := c.Reload(c.p.Cause()); err != nil {
		c.Stop()
		c.masterSays(err.Error())
	}
}

// say prints and logs a line of postfix-script, as postlog(1) does for it.
func (c *control) say(text string) {
	fmt.Fprintf(&c.out, "postfix/postfix-script: %s\n", text)
	c.p.Record(trace.Event{Kind: trace.Log, A: c.p.Sym("postfix/postfix-script"), N: c.pid}, []byte(text))
}

func (c *control) fatal(text string) {
	c.say("fatal: " + text)
	c.status = 1
}

// masterLog writes a line of master(8) to the mail log.
func (c *control) masterLog(text string) { c.logMaster(c.p, text) }

// masterSays is masterLog for the last words of a master. Where postlogd(8)
// writes the log file (maillog_file), it has ended with its master and nobody
// writes them down (MAILLOG_README).
func (c *control) masterSays(text string) {
	if c.config.Get("maillog_file") == "" {
		c.masterLog(text)
	}
}

// logMaster writes a line of master(8) to the mail log.
func (s *System) logMaster(p *sim.Proc, text string) {
	p.Record(trace.Event{Kind: trace.Log, A: p.Sym("postfix/master"), N: s.masterPID}, []byte(printable(text, '?')))
}

// ask records that a program of the mail system asks a daemon for something, or
// a daemon answers.
func (s *System) ask(p *sim.Proc, from, to string, what ...string) {
	p.Record(trace.Event{Kind: trace.Daemon, A: p.Sym(from), B: p.Sym(to)}, s.put(what...))
}

// Running tells whether the mail system is up.
func (s *System) Running() bool { return s.running }

// Start is master(8) beginning: it opens the listeners and lets the queue
// manager look at what lies in the queue. An error is the first fatal problem.
func (s *System) Start(cause trace.Seq) error {
	if s.running {
		return fmt.Errorf("fatal: the Postfix mail system is already running")
	}
	if s.stopped {
		s.load()
		s.stopped = false
	}
	return s.start(cause)
}

// listening are the programs that serve clients of the network.
var listening = []string{"smtpd", "postscreen", "spawn"}

func (s *System) start(cause trace.Seq) error {
	for _, d := range s.diags {
		if d.Fatal && !readByOne(d.Param) {
			return d
		}
	}
	for i := range s.master.Services {
		line := &s.master.Services[i]
		if line.Type == "inet" && slices.Contains(listening, line.Command) {
			if err := s.listen(s.services[line.Name+" inet"]); err != nil {
				return err
			}
		}
	}
	s.running = true
	s.qmgr.start(cause)
	s.pickupAll(cause, nil)
	return nil
}

// Stop is the end of master(8), and of all its daemons with it, wherever
// they are. What lies in the queue stays; what was only half written there goes.
func (s *System) Stop() {
	s.close()
	for _, p := range s.procs {
		p.Kill()
	}
	s.procs, s.stopped, s.stats = nil, true, anvilStats{}
	for _, svc := range s.services {
		svc.idle, svc.coming = nil, coming{}
	}
	s.queue.sweep()
}

// close ends what a reload ends as well: the listeners and the queue manager.
func (s *System) close() {
	for _, l := range s.open {
		l.Close()
	}
	s.open, s.running = nil, false
	s.qmgr.stop()
	s.scache.drop()
	s.forgetVerified()
}

// Reload makes master(8) read the configuration anew, and a new queue
// manager begins. Daemons that are busy finish what they are at.
func (s *System) Reload(cause trace.Seq) error {
	if !s.running {
		return fmt.Errorf("fatal: the Postfix mail system is not running")
	}
	s.close()
	s.load()
	return s.start(cause)
}

// dies ends a daemon that cannot go on, in its first task: master(8) says so,
// and starts no other process of the service before service_throttle_time is
// over.
func (d *daemon) dies(why string) {
	d.log("fatal: %s", why)
	d.p.Sleep(fatalPause)
	program := d.conf.Get("daemon_directory") + "/" + d.svc.Command
	d.logMaster(d.p, fmt.Sprintf("warning: process %s pid %d exit status 1", program, d.pid))
	d.logMaster(d.p, "warning: "+program+": bad command startup -- throttling")
	d.svc.throttled = d.p.World().Now() + d.conf.Duration("service_throttle_time")
	d.dead = true
}

// fatalPause is how long a daemon that ends with an error holds on, so that it
// is not started again and again (msg_fatal in daemons).
const fatalPause = time.Second

// admitted waits until master(8) may start a process of the service for a
// client that has connected; the client hears nothing meanwhile. It returns the
// service as it is configured by then, or nil when the client has gone.
func (s *System) admitted(p *sim.Proc, c *sim.Conn, svc *service) *service {
	var b [512]byte
	for svc.throttled > p.World().Now() {
		c.SetReadDeadline(p.Now().Add(svc.throttled - p.World().Now()))
		_, err := c.Read(b[:])
		c.SetReadDeadline(time.Time{})
		if err != nil && !errors.Is(err, sim.ErrTimeout) {
			return nil
		}
		if again := s.services[svc.Name+" "+svc.Type]; again != nil {
			svc = again
		}
	}
	return svc
}
