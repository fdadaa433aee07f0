package node

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/pop3"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// lockWait is how long a session waits for the lock of another one
// (POP3_LOCK_TIMEOUT of Dovecot).
const lockWait = 10 * time.Second

// popServer is the backend of one POP3 connection.
type popServer struct {
	d      *Dovecot
	p      *sim.Proc
	c      *sim.Conn
	client netip.AddrPort
	last   *exchange
	method string
	failed int // attempts to log in
	guest  *guest
}

// servePOP3 serves one connection to pop3-login and then pop3; implicit is one
// that is inside TLS from the beginning (RFC 8314 §3.1).
func (d *Dovecot) servePOP3(p *sim.Proc, c *sim.Conn, implicit bool) {
	d.logins++
	client, server := remote(c), local(c)
	b := &popServer{d: d, p: p, c: c, client: client, guest: d.comes(c, "pop3")}
	defer b.guest.leaves()
	cfg := d.POP3Config(client.Addr() == server.Addr())
	for _, m := range cfg.Mechanisms {
		if m == "APOP" {
			cfg.Timestamp = pop3.Timestamp(1, d.logins, p.Now(), d.random(), d.hostname())
		}
	}
	s := pop3.NewSession(cfg, b)
	session := loginSession(p.Now(), client)
	began := p.Now()
	pid := uint32(0)
	secure := &loginTLS{d: d, p: p}
	watch := &loginWatch{Session: s, guest: b.guest, loggedIn: func() {
		b.guest.in()
		pid = d.Host.NextPID()
		d.log(p, "pop3-login", "Login: user=<%s>, method=%s, rip=%s, lip=%s, mpid=%d, %ssession=<%s>",
			s.User(), b.method, client.Addr(), server.Addr(), pid, secure.words(), session)
	}}
	secure.serve(c, watch, "pop3-login", implicit)
	where := fmt.Sprintf("rip=%s, lip=%s, %ssession=<%s>", client.Addr(), server.Addr(), secure.words(), session)
	b.logEnd(s, secure.reason(disconnected(s.Reason())), where, session, pid, began)
}

// logEnd writes the last line of a session: why it ended, and where it was.
func (b *popServer) logEnd(s *pop3.Session, why, where, session string, pid uint32, began time.Time) {
	if b.guest.turned {
		b.d.log(b.p, "pop3-login", "%s: user=<%s>, method=%s, %s", why, plainText(b.last.sasl.User()), b.method, where)
		return
	}
	if pid == 0 {
		user, method, tried := "", "", "no auth attempts"
		if b.failed > 0 {
			user, method = plainText(b.last.sasl.User()), " method="+b.method+","
			tried = fmt.Sprintf("auth failed, %d attempts", b.failed)
		}
		secs := int(b.p.Now().Sub(began).Seconds())
		b.d.log(b.p, "pop3-login", "%s (%s in %d secs): user=<%s>,%s %s", why, tried, secs, user, method, where)
		return
	}
	st := s.Stats()
	deleted := host.Expand(b.d.conf.For("pop3").Text("pop3_logout_format"), func(key string) (string, bool) {
		v, ok := map[string]int64{
			"t": int64(st.Top), "p": st.TopBytes, "r": int64(st.Retr), "b": st.RetrBytes,
			"d": int64(st.Deleted), "m": int64(st.Messages), "s": st.Size,
		}[key]
		return strconv.FormatInt(v, 10), ok
	})
	b.d.log(b.p, fmt.Sprintf("pop3(%s)<%d><%s>", s.User(), pid, session), "%s %s", why, deleted)
}

// disconnected puts "Disconnected: " before a reason that lacks it; after too
// many bad commands Dovecot says it twice.
func disconnected(reason string) string {
	if !strings.HasSuffix(reason, "Too many bad commands") && strings.HasPrefix(reason, "Disconnected") {
		return reason
	}
	return "Disconnected: " + reason
}

// loginWatch tells when a session has logged in.
type loginWatch struct {
	*pop3.Session
	guest    *guest
	loggedIn func()
	told     bool
}

// Feed is the session's.
func (w *loginWatch) Feed(in []byte, more bool) []byte {
	out := w.Session.Feed(in, more)
	if !w.told && w.Session.User() != "" {
		w.told = true
		w.loggedIn()
	}
	return out
}

func (d *Dovecot) random() (r [16]byte) {
	for i := range r {
		r[i] = byte(d.Host.Dice.IntN(256))
	}
	return r
}

// Force is the reply that a fault demands (pop3.Forcer).
func (b *popServer) Force(stage string) string { return b.d.Host.Force(b.p, b.c, stage) }

// Now is the time on the server's clock.
func (b *popServer) Now() time.Time { return b.p.Now() }

// Auth begins an exchange. USER and PASS are PLAIN, whatever mechanisms there are.
func (b *popServer) Auth(mechanism string) pop3.Exchange {
	x := b.d.beginAuth(b.p, mechanism, b.client.Addr())
	if x == nil {
		return nil
	}
	b.last, b.method = x, mechanism
	return x
}

// Failed lets the time pass by which a refusal is delayed.
func (b *popServer) Failed() {
	if b.last != nil {
		b.failed++
		b.last.fail()
	}
}

// Open opens the user's INBOX.
func (b *popServer) Open(user string) (pop3.Maildrop, error) {
	box, err := b.d.box(b.p, user, "pop3")
	if err != nil {
		b.d.log(b.p, "pop3("+user+")", "Error: %s", err)
		return nil, err
	}
	lock := b.d.conf.For("pop3").Bool("pop3_lock_session")
	deadline := b.p.Now().Add(lockWait)
	for lock && box.locked {
		if left := deadline.Sub(b.p.Now()); left <= 0 || !box.free.Wait(b.p, left) && box.locked {
			return nil, pop3.ErrInUse
		}
	}
	list, err := box.list(b.p)
	if err != nil {
		return nil, err
	}
	box.locked = box.locked || lock
	return &maildrop{s: b, box: box, list: list, lock: lock}, nil
}

// maildrop is an INBOX in the hands of one POP3 session.
type maildrop struct {
	s    *popServer
	box  *box
	list []host.UIDEntry
	lock bool
}

// Messages lists the messages as they were when the session began.
func (m *maildrop) Messages() []pop3.Message {
	format := m.s.d.conf.For("pop3").Text("pop3_uidl_format")
	list := make([]pop3.Message, len(m.list))
	for i, e := range m.list {
		list[i] = pop3.Message{Size: e.Size, UID: m.uid(format, e), Seen: strings.ContainsRune(e.Flags, host.FlagSeen)}
	}
	return list
}

// uid is the unique id of a message by pop3_uidl_format.
func (m *maildrop) uid(format string, e host.UIDEntry) string {
	if format == "%08Xu%08Xv" {
		return pop3.UID(e.UID, m.box.uids.Validity)
	}
	return host.Expand(format, func(key string) (string, bool) {
		switch key {
		case "u":
			return strconv.FormatUint(uint64(e.UID), 10), true
		case "v":
			return strconv.FormatUint(uint64(m.box.uids.Validity), 10), true
		case "f":
			return e.Name, true
		}
		return "", false
	})
}

// Content reads a message. From then on the session's process is busy with it.
func (m *maildrop) Content(i int) ([]byte, error) {
	e, ok := m.box.current(m.list[i])
	if !ok {
		return nil, pop3.ErrExpunged
	}
	m.list[i] = e
	if msg := m.box.message(e.MaildirEntry); msg != 0 {
		m.s.p.Handle(msg)
	}
	return m.box.dir.Read(e.MaildirEntry)
}

// Update deletes messages and marks others as seen.
func (m *maildrop) Update(deleted, seen []int) error {
	p := m.s.p
	cause, msg := p.Cause(), p.Msg()
	gone := map[int]bool{}
	for _, i := range deleted {
		gone[i] = true
		e, ok := m.box.current(m.list[i])
		if !ok {
			continue
		}
		if err := m.box.dir.Expunge(e.MaildirEntry); err != nil {
			return err
		}
		m.record(cause, "delete", e, nil)
		m.box.host.Left(e.Name)
	}
	for _, i := range seen {
		e, ok := m.box.current(m.list[i])
		if !ok || gone[i] || strings.ContainsRune(e.Flags, host.FlagSeen) {
			continue
		}
		flagged, err := m.box.dir.SetFlags(e.MaildirEntry, e.Flags+string(host.FlagSeen))
		if err != nil {
			return err
		}
		e.MaildirEntry, m.list[i].MaildirEntry = flagged, flagged
		m.record(cause, "flags", e, []byte(flagged.Flags))
	}
	m.box.touched(p)
	p.Handle(msg)
	return nil
}

func (m *maildrop) record(cause trace.Seq, what string, e host.UIDEntry, text []byte) {
	m.s.p.Because(cause)
	m.s.p.Handle(m.box.message(e.MaildirEntry))
	m.box.emit(m.s.p, what, m.box.dir.FilePath(e.MaildirEntry), e.UID, text)
}

// Close releases the lock.
func (m *maildrop) Close() {
	if m.lock {
		m.box.locked = false
		m.box.free.Broadcast()
	}
}
