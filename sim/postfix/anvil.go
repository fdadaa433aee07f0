package postfix

import (
	"fmt"
	"net/netip"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// anvil is anvil(8): what clients do at a time and per anvil_rate_time_unit,
// for each service and client address.
type anvil map[anvilKey]*anvilCount

// anvilKey is a client of a service.
type anvilKey struct {
	service string
	addr    netip.Addr
}

// anvilCount is what anvil knows of one client of one service.
type anvilCount struct {
	connections int64
	since       time.Duration
	rates       [anvilKinds]int64
}

// What anvil counts beside connections at a time. The first kinds are those of
// smtp.Counted.
const (
	anvilMail = iota
	anvilRcpt
	anvilTLS
	anvilAuth
	anvilConnect
	anvilKinds
)

// anvilLimits are the parameters and words for each kind.
var anvilLimits = [anvilKinds]struct{ param, log, reply string }{
	anvilMail:    {"smtpd_client_message_rate_limit", "Message delivery request rate", "too much mail"},
	anvilRcpt:    {"smtpd_client_recipient_rate_limit", "Recipient address rate", "too many recipients"},
	anvilTLS:     {"smtpd_client_new_tls_session_rate_limit", "New TLS session rate", "too many new TLS sessions"},
	anvilAuth:    {"smtpd_client_auth_rate_limit", "AUTH command rate", "too many AUTH commands"},
	anvilConnect: {"smtpd_client_connection_rate_limit", "Connection rate", "too many connections"},
}

// anvilClient is the entry of the session's client, with rates of the present
// unit of time.
func (b *smtpdSession) anvilClient() *anvilCount {
	key := anvilKey{b.svc.Name, b.client.addr}
	n := b.anvil[key]
	if n == nil {
		n = &anvilCount{since: b.p.World().Now()}
		if b.anvil == nil {
			b.System.anvil = anvil{}
		}
		b.System.anvil[key] = n
	}
	if now := b.p.World().Now(); now-n.since >= b.conf.Duration("anvil_rate_time_unit") {
		n.since, n.rates = now, [anvilKinds]int64{}
	}
	return n
}

// anvilExempt tells whether smtpd_client_event_limit_exceptions lists the
// client.
func (b *smtpdSession) anvilExempt() bool {
	return b.conf.Networks("smtpd_client_event_limit_exceptions", b.tables).Match(b.client.addr)
}

// anvilConnect counts a connection and refuses one too many.
func (b *smtpdSession) anvilConnect() *smtp.Reply {
	if b.anvilExempt() {
		return nil
	}
	b.rouse(b.p, "anvil")
	n := b.anvilClient()
	b.counted = true
	n.connections++
	b.anvilSees(-1, n.connections)
	if limit := b.conf.Int("smtpd_client_connection_count_limit"); limit > 0 && n.connections > limit {
		b.log("warning: Connection concurrency limit exceeded: %d from %s for service %s", n.connections, b.client, b.svc.Name)
		return b.tooManyConnections()
	}
	n.rates[anvilConnect]++
	b.anvilSees(anvilConnect, n.rates[anvilConnect])
	b.p.Record(trace.Event{Kind: trace.Daemon, A: b.p.Sym("smtpd"), B: b.p.Sym("anvil")}, fmt.Appendf(nil,
		"connection from %s to service %s: %d at a time, %d within %s", b.client, b.svc.Name, n.connections, n.rates[anvilConnect], b.conf.Get("anvil_rate_time_unit")))
	if limit := b.conf.Int("smtpd_client_connection_rate_limit"); limit > 0 && n.rates[anvilConnect] > limit {
		b.log("warning: Connection rate limit exceeded: %d from %s for service %s", n.rates[anvilConnect], b.client, b.svc.Name)
		return b.tooManyConnections()
	}
	return nil
}

func (b *smtpdSession) tooManyConnections() *smtp.Reply {
	host := b.conf.Get("myhostname")
	return &smtp.Reply{Code: 421, Enhanced: "4.7.0", Text: host + " Error: too many connections from " + b.client.addr.String()}
}

// anvilDisconnect gives the connection back. An entry without connections is
// kept for its rates until its unit of time is over.
func (b *smtpdSession) anvilDisconnect() {
	if b.counted {
		b.anvilClient().connections--
	}
}

// Count counts a command and refuses one too many.
func (b *smtpdSession) Count(_ *smtp.Facts, what smtp.Counted) *smtp.Reply {
	if what == smtp.CountTLS && b.noTLS {
		return replyNoTLS
	}
	kind := anvilLimits[what]
	limit := b.conf.Int(kind.param)
	if limit <= 0 || b.anvilExempt() {
		return nil
	}
	n := b.anvilClient()
	n.rates[what]++
	b.anvilSees(int(what), n.rates[what])
	if n.rates[what] <= limit {
		return nil
	}
	b.log("warning: %s limit exceeded: %d from %s for service %s", kind.log, n.rates[what], b.client, b.svc.Name)
	text := "Error: " + kind.reply + " from " + b.client.addr.String()
	if what == smtp.CountTLS {
		return &smtp.Reply{Code: 421, Enhanced: "4.7.0", Text: b.conf.Get("myhostname") + " " + text}
	}
	return &smtp.Reply{Code: 450, Enhanced: "4.7.1", Text: text}
}
