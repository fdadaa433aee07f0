package node

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/sasl"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Access is how a mail program shares the work with an IMAP server (RFC 1733).
type Access uint8

// The ways of access.
const (
	// Online leaves the mail on the server: the program lists the headers and
	// fetches the text of what is unread, the first part of it where there are
	// several.
	Online Access = iota
	// Disconnected keeps a copy: the program tells what the user has done since
	// last time (he has read what was copied then), fetches what is new, and
	// forgets what is gone.
	Disconnected
	// Offline takes all mail home and deletes it on the server, as POP3 does.
	Offline
)

var accessNames = [...]string{"online", "disconnected", "offline"}

// String returns "online", "disconnected" or "offline".
func (a Access) String() string { return accessNames[a%3] }

// AccessNamed is the way of access of that name.
func AccessNamed(name string) (Access, bool) {
	for i, n := range accessNames {
		if n == name {
			return Access(i), true
		}
	}
	return 0, false
}

// imapRun is a mail program at work with an IMAP server.
type imapRun struct {
	m    *MUA
	p    *sim.Proc
	conn *sim.Conn
	c    *imap.Client
	box  *imap.SelectedMailbox
	came int // messages so far
}

// FetchIMAP reads the mail of INBOX by IMAP, in one of the ways of access, and
// then stays connected for a time, told by the server of what arrives (IDLE,
// RFC 2177). It returns how many messages it has read. words is what the user
// does, for the trace; "" is made up.
func (m *MUA) FetchIMAP(p *sim.Proc, way Access, stay time.Duration, words string) (int, error) {
	if words == "" {
		words = fmt.Sprintf("%s reads mail at %s, %s", m.User, m.IMAP, way)
	}
	p.Emit(trace.Event{Kind: trace.Action, A: p.Sym(m.User), B: p.Sym("fetch")}, []byte(words))
	r := &imapRun{m: m, p: p}
	err := r.read(way, stay)
	if err != nil {
		m.tell(p, "fetch", err)
	}
	p.Handle(0)
	return r.came, err
}

// read is the whole dialogue.
func (r *imapRun) read(way Access, stay time.Duration) error {
	conn, err := r.m.dial(r.p, r.m.IMAP)
	if err != nil {
		return err
	}
	defer conn.Close()
	r.conn = conn
	if r.c, err = imap.NewClient(conn); err != nil {
		return err
	}
	if err = r.enter(); err == nil {
		err = r.work(way, stay)
	}
	var refused *imap.Error
	if err == nil || errors.As(err, &refused) && r.c.Bye == "" {
		if bye := r.c.Logout(); err == nil {
			err = bye
		}
	}
	return err
}

// enter secures the connection and logs in.
func (r *imapRun) enter() error {
	if r.m.IMAP.TLS == StartTLS {
		// RFC 8314 §4.1: settings that want TLS give nothing away without.
		if err := r.c.StartTLS(); err != nil {
			return err
		}
		if err := r.m.secure(r.conn, r.m.IMAP); err != nil {
			return err
		}
		r.c.Upgrade(r.conn)
	}
	if len(r.c.Capabilities()) == 0 { // they differ inside TLS (RFC 3501 §6.2.1)
		if _, err := r.c.Capability(); err != nil {
			return err
		}
	}
	return r.login()
}

// login proves who the user is without saying the password where the server
// knows how; else by LOGIN, which nobody may do in clear where the server has
// LOGINDISABLED (RFC 3501 §6.2.3).
func (r *imapRun) login() error {
	var offered []string
	for _, c := range r.c.Capabilities() {
		if name, ok := strings.CutPrefix(strings.ToUpper(c), "AUTH="); ok {
			offered = append(offered, name)
		}
	}
	if mechanism := sasl.Choose([]string{"CRAM-MD5"}, offered); mechanism != "" {
		return r.c.Authenticate(sasl.NewClient(mechanism, r.m.Login, r.m.Password))
	}
	if r.c.Can("LOGINDISABLED") {
		return fmt.Errorf("%s takes no password outside TLS", r.m.IMAP)
	}
	return r.c.Login(r.m.Login, r.m.Password)
}

// work opens INBOX and reads, at first what is there, then what arrives.
func (r *imapRun) work(way Access, stay time.Duration) error {
	var err error
	if r.box, err = r.c.Select("INBOX"); err != nil {
		return err
	}
	look := map[Access]func() error{Online: r.online, Disconnected: r.synchronise, Offline: r.takeHome}[way]
	if err := look(); err != nil {
		return err
	}
	until := r.p.Now().Add(stay)
	for stay > 0 {
		left := until.Sub(r.p.Now())
		if left <= 0 {
			return nil
		}
		changed, err := r.idle(left)
		if err != nil {
			return err
		}
		if changed {
			if err := look(); err != nil {
				return err
			}
		}
	}
	return nil
}

// idleLimit is after how long a client renews IDLE, so that the server does not
// think it gone (RFC 2177 §3).
const idleLimit = 29 * time.Minute

// idle waits for a message to arrive or vanish, at most so long.
func (r *imapRun) idle(left time.Duration) (changed bool, err error) {
	if !r.c.Can("IDLE") { // RFC 3501 §5.2: who asks is told
		r.p.Sleep(min(left, pollTime))
		exists := r.c.Exists
		err = r.c.Noop()
		return r.c.Exists != exists, err
	}
	exists, end := r.c.Exists, r.p.Now().Add(min(left, idleLimit))
	r.c.Expunged = nil
	i, err := r.c.StartIdle()
	if err != nil {
		return false, err
	}
	for r.c.Exists == exists && len(r.c.Expunged) == 0 && r.c.Bye == "" {
		wait := end.Sub(r.p.Now())
		if wait <= 0 {
			break
		}
		r.conn.Listen(wait)
		if err := i.Wait(); errors.Is(err, sim.ErrTimeout) {
			break
		} else if err != nil {
			return false, err
		}
	}
	changed = r.c.Exists != exists || len(r.c.Expunged) > 0
	r.conn.SetTimeout(muaTimeout)
	return changed, i.Done()
}

// pollTime is how often a program asks a server that cannot tell by itself.
const pollTime = 5 * time.Minute
