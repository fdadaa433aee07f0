package node

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/imap"
	"mailtrek/sim"
	"mailtrek/sim/host"
)

// imapServer is the backend of one IMAP connection.
type imapServer struct {
	d      *Dovecot
	p      *sim.Proc
	c      *sim.Conn
	client netip.AddrPort
	last   *exchange
	method string
	failed int // attempts to log in
	guest  *guest
	pid    uint32
}

// serveIMAP serves one connection to imap-login and then imap; implicit is one
// that is inside TLS from the beginning (RFC 8314 §3.2).
func (d *Dovecot) serveIMAP(p *sim.Proc, c *sim.Conn, implicit bool) {
	d.logins++
	client, server := remote(c), local(c)
	b := &imapServer{d: d, p: p, c: c, client: client, guest: d.comes(c, "imap")}
	defer b.guest.leaves()
	s := imap.NewSession(d.imapConfig(client.Addr() == server.Addr()), b)
	session := loginSession(p.Now(), client)
	began := p.Now()
	secure := &loginTLS{d: d, p: p}
	watch := &imapWatch{Session: s, b: b, loggedIn: func() {
		b.guest.in()
		d.log(p, "imap-login", "Login: user=<%s>, method=%s, rip=%s, lip=%s, mpid=%d, %ssession=<%s>",
			s.User(), b.method, client.Addr(), server.Addr(), b.pid, secure.words(), session)
	}}
	secure.serve(c, watch, "imap-login", implicit)
	where := fmt.Sprintf("rip=%s, lip=%s, %ssession=<%s>", client.Addr(), server.Addr(), secure.words(), session)
	b.logEnd(s, secure.reason(disconnected(s.Reason())), where, session, began)
}

// imapConfig is what dovecot.conf says of IMAP.
func (d *Dovecot) imapConfig(local bool) imap.Config {
	conf := d.conf.For("imap")
	cfg := imap.Config{
		Hostname:             d.hostname(),
		Greeting:             conf.Text("login_greeting"),
		Mechanisms:           conf.Mechanisms(),
		TLS:                  map[string]imap.TLSLevel{"yes": imap.TLSYes, "required": imap.TLSRequired}[conf.Text("ssl")],
		Local:                local,
		DisablePlaintextAuth: conf.Bool("disable_plaintext_auth"),
		Separator:            d.separator(),
		SpecialUse:           map[string]string{},
	}
	switch text := conf.Text("imap_capability"); {
	case strings.HasPrefix(text, "+"):
		cfg.Capability = imap.Capability + " " + strings.TrimSpace(text[1:])
	default:
		cfg.Capability = text
	}
	// In Maildir++ levels are separated by dots, so that no name may hold the
	// other of the two separators.
	cfg.Forbidden = "."
	if cfg.Separator == '.' {
		cfg.Forbidden = "/"
	}
	for _, m := range d.inboxNamespace().Mailboxes {
		if m.SpecialUse != "" {
			cfg.SpecialUse[m.Name] = m.SpecialUse
		}
	}
	return cfg
}

// inboxNamespace is the namespace of INBOX.
func (d *Dovecot) inboxNamespace() host.Namespace {
	for _, n := range d.conf.Namespaces {
		if n.Inbox {
			return n
		}
	}
	return host.Namespace{}
}

// separator is that of the levels in names of mailboxes.
func (d *Dovecot) separator() byte {
	if sep := d.inboxNamespace().Separator; sep != "" {
		return sep[0]
	}
	return '.'
}

// imapWatch tells when a session has logged in, and whose process works on the
// mailboxes.
type imapWatch struct {
	*imap.Session
	b        *imapServer
	loggedIn func()
	told     bool
}

// Feed is the session's.
func (w *imapWatch) Feed(in []byte, more bool) []byte {
	w.b.working()
	out := w.Session.Feed(in, more)
	if !w.told && w.Session.User() != "" {
		w.told = true
		w.loggedIn()
	}
	return out
}

// Wake is the session's.
func (w *imapWatch) Wake() []byte {
	if w.b.guest.full && !w.told {
		return w.Drop(queueFull)
	}
	w.b.working()
	return w.Session.Wake()
}

// working makes this session's process the one that changes mailboxes from now
// on.
func (b *imapServer) working() { b.d.worker, b.d.workerPID = b.p, b.pid }

// logEnd writes the last line of a session: why it ended, and where it was.
func (b *imapServer) logEnd(s *imap.Session, why, where, session string, began time.Time) {
	if b.guest.turned {
		b.d.log(b.p, "imap-login", "%s: user=<%s>, method=%s, %s", why, plainText(b.last.sasl.User()), b.method, where)
		return
	}
	if b.pid == 0 {
		user, method, tried := "", "", "no auth attempts"
		if b.failed > 0 {
			user, method = plainText(b.last.sasl.User()), " method="+b.method+","
			tried = fmt.Sprintf("auth failed, %d attempts", b.failed)
		}
		secs := int(b.p.Now().Sub(began).Seconds())
		b.d.log(b.p, "imap-login", "%s (%s in %d secs): user=<%s>,%s %s", why, tried, secs, user, method, where)
		return
	}
	st := s.Stats()
	counts := host.Expand(b.d.conf.For("imap").Text("imap_logout_format"), func(key string) (string, bool) {
		v, ok := map[string]int64{
			"i": st.In, "o": st.Out, "deleted": int64(st.Deleted), "expunged": int64(st.Expunged), "trashed": int64(st.Trashed),
			"fetch_hdr_count": int64(st.HeaderCount), "fetch_hdr_bytes": st.HeaderBytes,
			"fetch_body_count": int64(st.BodyCount), "fetch_body_bytes": st.BodyBytes,
		}[key]
		return strconv.FormatInt(v, 10), ok
	})
	b.d.log(b.p, fmt.Sprintf("imap(%s)<%d><%s>", s.User(), b.pid, session), "%s %s", why, counts)
}

// Force is the answer that a fault demands (imap.Forcer).
func (b *imapServer) Force(stage string) string { return b.d.Host.Force(b.p, b.c, stage) }

// Now is the time on the server's clock.
func (b *imapServer) Now() time.Time { return b.p.Now() }

// Auth begins an exchange. LOGIN is PLAIN, whatever mechanisms there are.
func (b *imapServer) Auth(mechanism string) imap.Exchange {
	x := b.d.beginAuth(b.p, mechanism, b.client.Addr())
	if x == nil {
		return nil
	}
	b.last, b.method = x, mechanism
	return x
}

// Failed lets the time pass by which a refusal is delayed.
func (b *imapServer) Failed() {
	if b.last != nil {
		b.failed++
		b.last.fail()
	}
}

// Open opens the user's mail.
func (b *imapServer) Open(user string) (imap.Account, error) {
	b.pid = b.d.Host.NextPID()
	b.working()
	inbox, err := b.d.box(b.p, user, "imap")
	if err != nil {
		b.d.log(b.p, "imap("+user+")", "Error: %s", err)
		return nil, err
	}
	a := b.d.accounts[inbox.dir.Path]
	if a == nil {
		if a, err = newAccount(b.d, inbox); err != nil {
			return nil, err
		}
		b.d.accounts[inbox.dir.Path] = a
	}
	return a, nil
}
