package node

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// DovecotConf is where Dovecot looks for its configuration.
const DovecotConf = "/etc/dovecot/dovecot.conf"

// Dovecot is Dovecot 2.3 on one host, as its dovecot.conf sets it up: LMTP, by
// which Postfix hands mail over; POP3, by which users fetch it; and the
// authentication service that Postfix's submission service asks as well. All of
// them work on Maildirs in the host's file tree.
type Dovecot struct {
	Host *Host

	conf      *host.Dovecot
	usual     usualSettings // of conf
	users     *host.AuthDBs
	problems  []host.Problem
	running   bool
	open      []*sim.Listener
	offered   []string
	boxes     map[string]*box
	inboxes   map[inboxOf]*box    // those that a fixed mail_location names
	accounts  map[string]*account // by the path of INBOX
	worker    *sim.Proc           // who changes mailboxes at the moment
	workerPID uint32
	penalty   map[netip.Addr]*penalty
	tls       *tls.Config         // of the servers, once it was needed
	tlsFailed string              // why there is none
	waiting   map[string][]*guest // those who have not logged in, by protocol, the oldest first
	online    map[online]int
	idle      []uint32 // lmtp processes that wait for the next connection
	draft     []byte   // memory for the message that LMTP takes
	logged    []byte   // memory for a line of the log
	logins    int      // connections to the login processes so far
}

// NewDovecot returns Dovecot on a host, not yet started, with what is to be
// said about its configuration.
func NewDovecot(h *Host) (*Dovecot, []host.Problem) {
	d := &Dovecot{Host: h, boxes: map[string]*box{}, accounts: map[string]*account{}, penalty: map[netip.Addr]*penalty{},
		waiting: map[string][]*guest{}, online: map[online]int{}}
	d.load()
	return d, d.problems
}

// load reads the configuration anew.
func (d *Dovecot) load() {
	text, err := d.Host.Tree.ReadFile(DovecotConf)
	d.conf, d.problems = host.ParseDovecot(DovecotConf, text)
	if err != nil {
		d.problems = append(d.problems, host.Problem{File: DovecotConf, Severity: host.Fatal, Text: "open(" + DovecotConf + ") failed: No such file or directory"})
	}
	d.tls = nil
	d.readSettings()
	d.inboxes = map[inboxOf]*box{}
	d.users = d.conf.AuthDBs(d.Host.Tree, d.Host.Name)
	d.problems = append(d.problems, d.users.Check()...)
}

// Running tells whether Dovecot is up.
func (d *Dovecot) Running() bool { return d.running }

// Conf is the configuration in force.
func (d *Dovecot) Conf() *host.Dovecot { return d.conf }

// Start opens all listeners. The error is the line that doveconf or master
// would print, and keeps Dovecot from starting.
func (d *Dovecot) Start() error {
	if d.running {
		return errors.New("doveconf: Fatal: Dovecot is already running")
	}
	for _, p := range d.problems {
		if p.Severity == host.Fatal && p.File == DovecotConf {
			return errors.New(host.FatalText(p))
		}
	}
	for _, l := range d.conf.Listeners() {
		if err := d.listen(l); err != nil {
			d.Stop()
			return err
		}
	}
	d.running = true
	return nil
}

// Stop closes the listeners; sessions that are open go on, as after "doveadm
// stop" with shutdown_clients = no.
func (d *Dovecot) Stop() {
	for _, l := range d.open {
		l.Close()
	}
	for _, path := range d.offered {
		d.Host.OfferAuth(path, nil)
	}
	d.open, d.offered, d.running = nil, nil, false
}

// Reload reads dovecot.conf and the users again.
func (d *Dovecot) Reload() error {
	if !d.running {
		return errors.New("doveadm: Fatal: Dovecot is not running")
	}
	d.Stop()
	d.load()
	return d.Start()
}

// listen opens the sockets of one listener.
func (d *Dovecot) listen(l host.Listener) error {
	s := sim.Service{Name: l.Name}
	switch l.Protocol() {
	case "pop3":
		s.Proto, s.Splitter, s.TLS = trace.POP3, pop3.NewSplitter, l.TLS
		s.Serve = func(p *sim.Proc, c *sim.Conn) { d.servePOP3(p, c, l.TLS) }
	case "imap":
		s.Proto, s.Splitter, s.TLS = trace.IMAP, imap.NewSplitter, l.TLS
		s.Serve = func(p *sim.Proc, c *sim.Conn) { d.serveIMAP(p, c, l.TLS) }
	case "lmtp":
		s.Name, s.Proto, s.Splitter, s.Serve = "lmtp", trace.LMTP, smtp.NewSplitter, d.serveLMTP
	case "auth":
		d.offerAuth(l.Path)
		return nil
	default:
		return nil
	}
	for _, addr := range d.addresses(l) {
		ls, err := d.Host.Listen(addr, s)
		if err != nil {
			return fmt.Errorf("master: Error: service(%s): %w", l.Service, err)
		}
		d.open = append(d.open, ls...)
	}
	return nil
}

// addresses are the sockets that a listener means on this host.
func (d *Dovecot) addresses(l host.Listener) []string {
	if l.Path != "" {
		return []string{l.Path}
	}
	var list []string
	for _, a := range append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, d.Host.Addrs...) {
		if l.Covers(a) {
			list = append(list, netip.AddrPortFrom(a, uint16(l.Port)).String())
		}
	}
	return list
}

// hostname is the setting hostname, or the host's own name.
func (d *Dovecot) hostname() string { return d.usual.hostname }

// log writes a line as Dovecot does. The level stands in it only when Dovecot
// logs to a file of its own; syslog has the level elsewhere.
func (d *Dovecot) log(p *sim.Proc, who, format string, args ...any) {
	line := append(append(append(make([]byte, 0, 160), who...), ": "...), d.usual.level...)
	d.record(p, fmt.Appendf(line, format, args...))
}

// record writes a line that is complete.
func (d *Dovecot) record(p *sim.Proc, line []byte) {
	p.Record(trace.Event{Kind: trace.Log, A: p.Sym("dovecot")}, line)
	d.logged = line
}

// sessionGUID is the name of an LMTP session, a GUID-128 in base64: time,
// process, host.
func sessionGUID(now time.Time, pid uint32, host [4]byte) string {
	var g [16]byte
	binary.LittleEndian.PutUint32(g[0:], uint32(now.Nanosecond()))
	binary.LittleEndian.PutUint32(g[4:], uint32(now.Unix()))
	binary.LittleEndian.PutUint32(g[8:], pid)
	copy(g[12:], host[:])
	return base64.RawStdEncoding.EncodeToString(g[:])
}

// loginSession is the name of a session of a login process: microseconds of
// time, the client's port and address.
func loginSession(now time.Time, client netip.AddrPort) string {
	usec := uint64(now.UnixMicro())
	b := make([]byte, 0, 24)
	for i := range 6 {
		b = append(b, byte(usec>>(8*i)))
	}
	b = append(b, byte(client.Port()), byte(client.Port()>>8))
	addr := client.Addr().As4()
	if client.Addr().Is4() {
		b = append(b, addr[:]...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// remote is the address of the other end, loopback for a unix socket.
func remote(c *sim.Conn) netip.AddrPort { return parseAddr(c.Info().ClientAddr) }

// local is the address of our end.
func local(c *sim.Conn) netip.AddrPort { return parseAddr(c.Info().ServerAddr) }

func parseAddr(s string) netip.AddrPort {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)
}

// plainText makes text from a client safe for one line of a log.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
}
