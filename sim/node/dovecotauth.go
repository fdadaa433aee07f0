package node

import (
	"crypto/md5"
	"crypto/subtle"
	"net/netip"
	"strings"
	"time"

	"mailtrek/protocols/sasl"
	"mailtrek/sim"
	"mailtrek/sim/host"
)

// queueDir is the directory to which Postfix's names of sockets are relative.
const queueDir = "/var/spool/postfix/"

// offerAuth makes the authentication service reachable, by the socket's path
// and by the name that Postfix has for it ("private/auth").
func (d *Dovecot) offerAuth(path string) {
	for _, name := range []string{path, strings.TrimPrefix(path, queueDir)} {
		d.Host.OfferAuth(name, authService{d})
		d.offered = append(d.offered, name)
	}
}

// authService is what Postfix sees of Dovecot (smtpd_sasl_type = dovecot).
type authService struct{ d *Dovecot }

// Mechanisms are auth_mechanisms without those for POP3 alone.
func (a authService) Mechanisms() []string { return a.d.usual.mechanisms }

// Start begins an exchange.
func (a authService) Start(p *sim.Proc, mechanism string, client netip.Addr) AuthExchange {
	x := a.d.beginAuth(p, mechanism, client)
	if x == nil {
		return nil
	}
	return smtpExchange{x}
}

// smtpExchange is an exchange of Postfix, which has no delay of its own: a
// refusal comes late here.
type smtpExchange struct{ *exchange }

// Next goes on with the exchange and delays a refusal.
func (x smtpExchange) Next(p *sim.Proc, response []byte) ([]byte, bool, error) {
	x.p = p
	challenge, done, err := x.exchange.Next(response)
	if err != nil {
		x.fail()
		err = ErrAuthFailed
	}
	return challenge, done, err
}

// exchange is one SASL exchange with the authentication service.
type exchange struct {
	d      *Dovecot
	p      *sim.Proc
	client netip.Addr
	sasl   sasl.Server
	proof  []byte   // what the client gave, to recognise a repeated mistake
	room   [64]byte // of proof
	done   bool
	user   string
}

// beginAuth begins an exchange of a configured mechanism; a client whose
// earlier ones failed waits first. nil: there is no such mechanism.
func (d *Dovecot) beginAuth(p *sim.Proc, mechanism string, client netip.Addr) *exchange {
	x := &exchange{d: d, p: p, client: client}
	x.proof = x.room[:0]
	for _, m := range d.conf.For("").Mechanisms() {
		if m == mechanism && m == "APOP" {
			x.sasl = &apopServer{verifier: verifier{d.users}}
		} else if m == mechanism {
			x.sasl = sasl.NewServer(m, verifier{d.users}, sasl.ServerOptions{Hostname: d.hostname(), Nonce: d.nonce(p.Now())})
		}
	}
	if x.sasl == nil {
		return nil
	}
	var wait time.Duration
	if had := d.penalty[client]; had != nil {
		wait = had.wait(p.Now())
	}
	p.Sleep(wait)
	return x
}

// nonce makes a challenge's random part.
func (d *Dovecot) nonce(now time.Time) string {
	const digits = "0123456789"
	b := make([]byte, 16, 32)
	for i := range b {
		b[i] = digits[d.Host.Dice.IntN(len(digits))]
	}
	return string(now.AppendFormat(append(b, '.'), "20060102150405"))
}

// Next takes a response.
func (x *exchange) Next(response []byte) ([]byte, bool, error) {
	x.proof = append(append(x.proof, 0), response...)
	challenge, done, err := x.sasl.Next(response)
	if err != nil && x.sasl.User() != "" {
		x.user, _ = x.d.users.Normalize(x.sasl.User()) // the answer FAIL says who was refused
	}
	if err != nil || !done {
		return challenge, false, err
	}
	x.done = true
	x.user, _ = x.d.users.Normalize(x.sasl.User())
	delete(x.d.penalty, x.client)
	return challenge, true, nil
}

// User is who has been authenticated, or refused: the name after
// auth_username_format.
func (x *exchange) User() string { return x.user }

// fail notes a failure and lets auth_failure_delay pass.
func (x *exchange) fail() {
	x.p.Sleep(x.d.conf.For("").Duration("auth_failure_delay"))
	x.d.penaltyOf(x.client).add(x.p.Now(), string(x.proof))
}

// verifier checks passwords against the passdb.
type verifier struct{ users *host.AuthDBs }

// Plain checks a password in clear. Nobody may act as somebody else: that
// would need a master passdb.
func (v verifier) Plain(identity, user, password string) error {
	name, ok := v.users.Normalize(user)
	if !ok || identity != "" && identity != user {
		return sasl.ErrFailed
	}
	want, any, ok := v.users.Password(name)
	if !ok || !any && subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 {
		return sasl.ErrFailed
	}
	return nil
}

// Password is the password of a user in clear.
func (v verifier) Password(user string) (string, bool) {
	name, ok := v.users.Normalize(user)
	if !ok {
		return "", false
	}
	password, _, ok := v.users.Password(name)
	return password, ok
}

// apopServer is APOP (RFC 1939 §7) as an exchange of one response: timestamp
// NUL user NUL digest.
type apopServer struct {
	verifier sasl.Verifier
	user     string
}

// Next checks the digest: MD5 of the timestamp followed by the password.
func (a *apopServer) Next(response []byte) ([]byte, bool, error) {
	parts := strings.SplitN(string(response), "\x00", 3)
	if len(parts) != 3 {
		return nil, false, sasl.ErrProtocol
	}
	a.user = parts[1]
	password, ok := a.verifier.Password(a.user)
	sum := md5.Sum([]byte(parts[0] + password))
	if !ok || subtle.ConstantTimeCompare(sum[:], []byte(parts[2])) != 1 {
		return nil, false, sasl.ErrFailed
	}
	return nil, true, nil
}

// User is the name that the client gave.
func (a *apopServer) User() string { return a.user }

// penalty is what the anvil process of Dovecot remembers of an address from
// which authentication failed: how often, with which credentials, when.
type penalty struct {
	level int
	last  time.Time
	tried map[string]bool
}

// Limits of the penalty (AUTH_PENALTY_… of Dovecot's auth-penalty.h).
const (
	penaltyFirst = 2 * time.Second
	penaltyMost  = 15 * time.Second
	penaltyLevel = 4
)

func (d *Dovecot) penaltyOf(client netip.Addr) *penalty {
	if d.penalty[client] == nil {
		d.penalty[client] = &penalty{}
	}
	return d.penalty[client]
}

// wait is how long the next attempt waits: 4, 8, then 15 s, and nothing once
// as much time has passed since the last failure.
func (x *penalty) wait(now time.Time) time.Duration {
	if x.level == 0 {
		return 0
	}
	d := min(penaltyFirst<<x.level, penaltyMost)
	if now.Sub(x.last) >= d {
		*x = penalty{}
		return 0
	}
	return d
}

// add notes a failure; the same credentials again do not count.
func (x *penalty) add(now time.Time, proof string) {
	if x.tried[proof] {
		return
	}
	if x.tried == nil {
		x.tried = map[string]bool{}
	}
	x.tried[proof] = true
	x.level, x.last = min(x.level+1, penaltyLevel), now
}
