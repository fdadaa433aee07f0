package postfix

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// System is Postfix on one host: what master(8) starts from master.cf, the
// queue, and what the daemons share. A host has at most one.
type System struct {
	Host *node.Host

	config *Config
	read   readSettings // see Settings
	master *MasterCF
	tables *Tables
	// services are the services of master.cf with their own configuration.
	services  map[string]*service
	unix      map[string]*service // those of type unix by their names alone
	rewrite   *service            // of these, that of trivial-rewrite(8); nil when master.cf has none
	open      []*sim.Listener
	tls       map[string]*serverTLS // by their files
	queue     *queue
	qmgr      *qmgr
	running   bool
	masterPID uint32
	stopped   bool        // and will read its configuration when it starts
	procs     []*sim.Proc // of the daemons, some of them over
	daemons   sim.Slab[daemon]
	scache    scache
	diags     []Diag
	stats     anvilStats
	anvil     anvil                    // clients and what they do, by service
	connected int64                    // of these, those with connections
	passed    map[string]time.Duration // postscreen: until when a client has passed
	verified  verifyCache
	rebuilt   map[string]time.Duration // when a table was built, by its file
	probing   *Config                  // the configuration in force for a probe that is resolved
	clock     func() time.Time         // of the host
	line      []byte                   // the log line or other text under way, see put
}

// service is a line of master.cf while the mail system runs.
type service struct {
	*Service
	conf       *Config
	logName    string // "postfix/submission/smtpd"
	life       lifetime
	idle       []idleProc
	coming     coming
	backlog    []*pending
	tables     []openedTable // see opens
	born, last time.Duration // of a daemon without processes of its own, see uses
	alive      bool
	at         *Tables       // and the tables as it has read them
	limits     limits        // of one that listens to the network
	throttled  time.Duration // until then master(8) starts no process of it
	client     *clientParams // see there
	sound      bool          // smtpd has found nothing wrong with its configuration
	dialogue   *smtp.Config  // see smtpdSession.sessionConfig
	anvil      *anvilParams  // see there
	filter     *statusFilter // see there
	smtpd      *smtpdParams  // see there
}

// New returns the mail system of a host, not yet started. The tables that
// main.cf names are built from their sources, as an administrator would have
// done; problems of the configuration come back in Postfix's own words.
func New(h *node.Host) (*System, []Diag) {
	s := &System{Host: h, masterPID: bootPID, clock: h.Clock}
	s.queue = newQueue(s)
	s.load()
	s.diags = append(s.diags, BootTables(s.config, h.Tree)...)
	return s, s.diags
}

// Config is the configuration in force.
func (s *System) Config() *Config { return s.config }

// Settings is the configuration as its files have it now, which programs such as
// sendmail(1) read each time, whatever the daemons have in force.
func (s *System) Settings() *Config {
	main, err := s.Host.Tree.ReadFile(MainFile)
	master, err2 := s.Host.Tree.ReadFile(MasterFile)
	k := &s.read
	if err != nil || err2 != nil || k.config == nil || string(main) != k.main || string(master) != k.master {
		k.config, _, _ = LoadConfig(s.Host.Tree, s.env())
		k.main, k.master = string(main), string(master)
	}
	return k.config
}

// readSettings are Settings and the files that they are from.
type readSettings struct {
	config       *Config
	main, master string
}

// env is what the host supplies to a configuration.
func (s *System) env() Env {
	env := Env{Hostname: s.Host.Name, Interfaces: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	for _, a := range s.Host.Addrs {
		env.Interfaces = append(env.Interfaces, netip.PrefixFrom(a, 16))
	}
	return env
}

// load reads the configuration anew, as at start and reload.
func (s *System) load() {
	s.config, s.master, s.diags = LoadConfig(s.Host.Tree, s.env())
	s.diags = append(s.diags, s.config.Lint(s.master)...)
	s.tables = NewTables(s.Host.Tree, s.passwd)
	s.services, s.unix, s.tls, s.rebuilt = map[string]*service{}, map[string]*service{}, nil, nil
	for i := range s.master.Services {
		line := &s.master.Services[i]
		conf := s.config.Service(line)
		svc := newService(line, conf)
		s.services[line.Name+" "+line.Type] = svc
		if line.Type == "unix" {
			s.unix[line.Name] = svc
		}
	}
	s.rewrite = s.service("rewrite")
	if s.qmgr == nil {
		s.qmgr = newQmgr(s)
	}
	s.tables.readFiles(s.config, s.master.Services)
	s.qmgr.configure()
}

// latestTables are the tables as a process that begins now opens them.
func (s *System) latestTables() *Tables {
	s.tables = s.tables.latest()
	return s.tables
}

// passwd looks a name up among the host's users, for unix:passwd.byname.
func (s *System) passwd(name string) (line string, ok bool) {
	users, _ := s.Host.Tree.Users()
	if users == nil {
		return "", false
	}
	u, ok := users.Lookup(name)
	if !ok {
		return "", false
	}
	return u.Name + ":x:" + strconv.Itoa(u.UID) + ":" + strconv.Itoa(u.GID) + ":" + u.Gecos + ":" + u.Home + ":" + u.Shell, true
}

// service is the unix service of that name; nil when master.cf has none.
func (s *System) service(name string) *service { return s.unix[name] }

// run starts a process of the mail system, which dies when the mail system is
// stopped.
func (s *System) run(name string, cause trace.Seq, msg trace.MsgID, body func(*sim.Proc)) {
	s.enlist(s.Host.World().Go(s.Host.Node, name, cause, msg, body))
}

// enlist makes a process one of the mail system's.
func (s *System) enlist(p *sim.Proc) {
	if len(s.procs) == cap(s.procs) { // before the list grows
		s.procs = slices.DeleteFunc(s.procs, (*sim.Proc).Dead)
	}
	s.procs = append(s.procs, p)
}

// daemon is a process of the mail system that serves one request.
type daemon struct {
	*System
	svc  *service
	conf *Config
	pid  uint32
	p    *sim.Proc
	// tables are the lookup tables as the process has opened them.
	tables *Tables
	// unmapped is cleanup(8) with receive_override_options = no_address_mappings:
	// addresses are brought to standard form, and no more.
	unmapped bool
	message  string // the queue id of the message that cleanup(8) has in hand
	proxy    proxying
	resolved string        // the address that trivial-rewrite has resolved last
	routes   heardRoutes   // of smtpd(8)
	dead     bool          // it has ended with an error
	epoch    int           // which processes of the service it is one of, see limits
	born     time.Duration // when the process began
	served   int64         // how many requests it has served before
}

// name is the daemon's name in daemon graphs and causes: the service where it
// has one of its own ("relay"), else the program.
func (d *daemon) name() string { return d.svc.Command }

// log writes a line to the mail log.
func (d *daemon) log(format string, args ...any) {
	d.logLine(fmt.Appendf(d.line[:0], format, args...))
}

// logAll is log for the lines that every mail makes: what it is given, put
// together.
func (d *daemon) logAll(parts ...string) { d.logLine(d.put(parts...)) }

// put makes one text of several, in memory that is used again: the next log line
// or text takes its place.
func (s *System) put(parts ...string) []byte {
	s.line = appendAll(s.line[:0], parts...)
	return s.line
}

// maxLogLine is how much of a message of its own a daemon logs (msg_logger(3)).
const maxLogLine = 2000

// logLine is log for a line that was made of d.line, whose memory is used again.
func (d *daemon) logLine(line []byte) {
	line = line[:min(len(line), maxLogLine)]
	if !plainASCII(line) {
		line = append(line[:0], printable(string(line), '?')...) // msg_vprintf
	}
	d.line = line
	d.p.Record(trace.Event{Kind: trace.Log, A: d.p.Sym(d.svc.logName), N: d.pid}, line)
}

// hand records that a daemon hands something over to another.
func (d *daemon) hand(to, id, what string) {
	d.p.Emit(trace.Event{Kind: trace.Daemon, A: d.p.Sym(d.name()), B: d.p.Sym(to), C: d.p.Sym(id)}, []byte(what))
}

// missing logs that a service is not in master.cf, in the words of a client
// that cannot connect to it.
func (s *System) missing(p *sim.Proc, who, name string) {
	p.Record(trace.Event{Kind: trace.Log, A: p.Sym("postfix/" + who)},
		fmt.Appendf(nil, "warning: connect to private/%s: No such file or directory", name))
}
