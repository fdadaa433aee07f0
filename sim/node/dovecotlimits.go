package node

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"mailtrek/sim"
)

// The limits of Dovecot's login: how many connections may be open before they
// log in (default_process_limit, since each has a login process of its own), and
// how many a user may have from one address (mail_max_userip_connections).

// online is a user at one address, in one protocol.
type online struct {
	protocol, user string
	from           netip.Addr
}

// guest is one connection to a login process.
type guest struct {
	d      *Dovecot
	c      *sim.Conn
	from   netip.Addr
	proto  string
	full   bool   // it has to make room for others
	key    online // once logged in
	turned bool   // away, for mail_max_userip_connections
}

// queueFull is what a client is told that has to make room.
const queueFull = "Connection queue full"

// comes takes note of a connection. When there are too many that have not logged
// in, the oldest has to go.
func (d *Dovecot) comes(c *sim.Conn, proto string) *guest {
	g := &guest{d: d, c: c, from: remote(c).Addr(), proto: proto}
	waiting := append(d.waiting[proto], g)
	if limit := d.conf.For("").Number("default_process_limit"); limit > 0 && len(waiting) > limit {
		waiting[0].full = true
		waiting[0].c.Interrupt()
		waiting = waiting[1:]
	}
	d.waiting[proto] = waiting
	return g
}

// in takes note that the user has logged in.
func (g *guest) in() {
	if i := slices.Index(g.d.waiting[g.proto], g); i >= 0 {
		g.d.waiting[g.proto] = slices.Delete(g.d.waiting[g.proto], i, i+1)
	}
}

// leaves takes note that the connection is over.
func (g *guest) leaves() {
	g.in()
	if g.key.user == "" {
		return
	}
	if g.d.online[g.key]--; g.d.online[g.key] == 0 {
		delete(g.d.online, g.key)
	}
}

// admit counts a user who has logged in; otherwise it returns why that is one
// too many.
func (g *guest) admit(user string) string {
	key := online{g.proto, user, g.from}
	if limit := g.d.conf.For(g.proto).Number("mail_max_userip_connections"); limit > 0 && g.d.online[key] >= limit {
		g.turned = true
		return fmt.Sprintf("Maximum number of connections from user+IP exceeded (mail_max_userip_connections=%d)", limit)
	}
	g.d.online[key]++
	g.key = key
	return ""
}

// Admit counts a user who has logged in (imap.Admitter).
func (b *imapServer) Admit(user string) string { return b.guest.admit(user) }

// Admit counts a user who has logged in (pop3.Admitter).
func (b *popServer) Admit(user string) string { return b.guest.admit(user) }

// Watch is for Wake: a session of POP3 never speaks unasked, but for being told
// to make room.
func (w *loginWatch) Watch(func()) bool { return false }

// WakeAt is never.
func (w *loginWatch) WakeAt() time.Time { return time.Time{} }

// Wake is what the session has to say when it has to make room.
func (w *loginWatch) Wake() []byte {
	if !w.guest.full || w.told {
		return nil
	}
	return w.Drop(queueFull)
}
