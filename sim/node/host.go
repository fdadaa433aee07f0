// Package node glues roles to simulated processes: what runs on a host besides
// Postfix. A role is a file: the name server, the resolver, the stub resolver
// that every program uses, Dovecot's POP3, LMTP and authentication services,
// the mail user agent.
//
// A Host is what all roles of one machine share: its place in the network, its
// file tree, and the services that its programs offer each other on unix
// sockets.
package node

import (
	"errors"
	"net/netip"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/pki"
	"mailtrek/sim/trace"
)

// Host is a machine of the simulated internet with what runs on it.
type Host struct {
	*sim.Node
	// Tree holds its files.
	Tree *host.Tree
	// Stub resolves names for its programs.
	Stub *Stub
	// Room is memory that the SMTP servers and clients of the host share.
	Room smtp.Room
	// Faults are what troubles its servers; nil: nothing does.
	Faults Faults

	auth    map[string]AuthService
	policy  map[string]Policy
	command map[string]Command
	shell   Shell
	filter  map[string]*Filter
	mail    map[string]trace.MsgID // by the base name of a file in a mailbox
}

// NewHost makes a Host of a node and its files.
func NewHost(n *sim.Node, tree *host.Tree) *Host {
	tree.Clock = n.Clock
	h := &Host{Node: n, Tree: tree, auth: map[string]AuthService{}, policy: map[string]Policy{}, command: map[string]Command{}, filter: map[string]*Filter{}, mail: map[string]trace.MsgID{}}
	h.Stub = NewStub(h)
	return h
}

// PKI is where the host's programs find their certificates. names are those
// that a program gives the host besides its own.
func (h *Host) PKI(names ...string) pki.Store {
	return pki.Store{Read: h.Tree.ReadFile, Names: append([]string{h.Name}, names...), Addrs: h.Addrs}
}

// ErrAuthFailed is a wrong user or password.
var ErrAuthFailed = errors.New("authentication failed")

// AuthService is an authentication server behind a unix socket, such as
// Dovecot's private/auth.
type AuthService interface {
	// Mechanisms are the names of the SASL mechanisms, in capitals, in the
	// configured order. The caller must not change them.
	Mechanisms() []string
	// Start begins an exchange on behalf of a client; it may park the
	// process (the penalty for earlier failures). nil: no such mechanism.
	Start(p *sim.Proc, mechanism string, client netip.Addr) AuthExchange
}

// AuthExchange is one SASL exchange with an authentication server.
type AuthExchange interface {
	// Next takes the client's response (nil: none yet) and returns the next
	// challenge, or done. An error means failure; it may park the process
	// for as long as the server delays a refusal.
	Next(p *sim.Proc, response []byte) (challenge []byte, done bool, err error)
	// User is who has been authenticated, after done.
	User() string
}

// OfferAuth makes an authentication service reachable on the host by the path
// of its unix socket.
func (h *Host) OfferAuth(path string, s AuthService) { h.auth[path] = s }

// Auth is the authentication service at a path, nil if there is none.
func (h *Host) Auth(path string) AuthService { return h.auth[path] }

// AuthProblem is why there is none, in the words of connect(2): a service that has
// ended leaves its socket.
func (h *Host) AuthProblem(path string) error {
	if _, left := h.auth[path]; left {
		return sim.ErrRefused
	}
	return sim.ErrNoFile
}

// Policy is a model of a policy service (Postfix SMTPD_POLICY_README): it gets
// the attributes of a request and returns an action ("DUNNO", "DEFER_IF_PERMIT
// text", …).
type Policy func(p *sim.Proc, attributes map[string]string, now time.Time) string

// OfferPolicy puts a policy service behind a unix socket ("private/greylist").
func (h *Host) OfferPolicy(path string, s Policy) { h.policy[path] = s }

// Policy is the policy service at a path, nil if there is none.
func (h *Host) Policy(path string) Policy { return h.policy[path] }

// Command is a model of a program that a delivery would run: it gets the
// words of its command line and the message, and returns the exit status and
// what the program printed. user is who runs it, "" if that does not matter.
// Nothing is ever executed.
type Command func(p *sim.Proc, user string, argv []string, message []byte) (status int, output string)

// OfferCommand puts a model behind the path of a program.
func (h *Host) OfferCommand(path string, c Command) { h.command[path] = c }

// Command is the model of a program, nil if there is none.
func (h *Host) Command(path string) Command { return h.command[path] }

// Line is a command line that a daemon has run by sh(1).
type Line struct {
	User  string
	Text  string
	Input []byte            // its standard input
	Env   map[string]string // variables that it gets
}

// Shell runs a command line on the host and returns the exit status and what
// was printed. Nothing is ever executed outside the simulation.
type Shell func(p *sim.Proc, l Line) (status int, output string)

// OfferShell gives the host a shell for its daemons.
func (h *Host) OfferShell(s Shell) { h.shell = s }

// Shell is the shell for the daemons of the host, nil if there is none.
func (h *Host) Shell() Shell { return h.shell }

// OfferFilter puts a model of a content filter behind the path of a program
// that spawn(8) may run.
func (h *Host) OfferFilter(path string, f *Filter) { h.filter[path] = f }

// Filter is the content filter behind the path of a program, nil if there is
// none.
func (h *Host) Filter(path string) *Filter { return h.filter[path] }
