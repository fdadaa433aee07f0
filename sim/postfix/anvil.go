package postfix

import (
	"net/netip"
	"strconv"
	"time"

	"mailtrek/protocols/smtp"
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

// anvilParams are the parameters that every connection needs, evaluated once
// for a service.
type anvilParams struct {
	unit     time.Duration // anvil_rate_time_unit
	unitText string        // as it is written
	status   time.Duration // anvil_status_update_time; 0 where it is not set
	count    int64         // smtpd_client_connection_count_limit
	limits   [anvilKinds]int64
}

// anvilParams evaluates them when the first client connects.
func (b *smtpdSession) anvilParams() *anvilParams {
	if b.svc.anvil != nil {
		return b.svc.anvil
	}
	c := b.conf
	p := &anvilParams{unit: c.Duration("anvil_rate_time_unit"), unitText: c.Get("anvil_rate_time_unit"),
		count: c.Int("smtpd_client_connection_count_limit")}
	if c.IsSet("anvil_status_update_time") {
		p.status = c.Duration("anvil_status_update_time")
	}
	for kind, of := range anvilLimits {
		p.limits[kind] = c.Int(of.param)
	}
	b.svc.anvil = p
	return p
}

// anvilClient is the entry of the session's client, with rates of the present
// unit of time.
func (b *smtpdSession) anvilClient() *anvilCount {
	now := b.p.World().Now()
	if b.rates == nil {
		key := anvilKey{b.svc.Name, b.client.addr}
		if b.rates = b.anvil[key]; b.rates == nil {
			b.rates = &anvilCount{since: now}
			if b.anvil == nil {
				b.System.anvil = anvil{}
			}
			b.System.anvil[key] = b.rates
		}
	}
	n := b.rates
	if now-n.since >= b.anvilParams().unit {
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
	n, set := b.anvilClient(), b.anvilParams()
	b.counted = true
	if n.connections++; n.connections == 1 {
		b.System.connected++
	}
	b.anvilSees(-1, n.connections)
	if set.count > 0 && n.connections > set.count {
		b.log("warning: Connection concurrency limit exceeded: %d from %s for service %s", n.connections, b.client, b.svc.Name)
		return b.tooManyConnections()
	}
	n.rates[anvilConnect]++
	b.anvilSees(anvilConnect, n.rates[anvilConnect])
	b.ask(b.p, "smtpd", "anvil", "connection from ", b.client.String(), " to service ", b.svc.Name, ": ",
		strconv.FormatInt(n.connections, 10), " at a time, ", strconv.FormatInt(n.rates[anvilConnect], 10), " within ", set.unitText)
	if limit := set.limits[anvilConnect]; limit > 0 && n.rates[anvilConnect] > limit {
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
	if !b.counted {
		return
	}
	n := b.anvilClient()
	if n.connections--; n.connections == 0 {
		b.System.connected--
	}
}

// Count counts a command and refuses one too many.
func (b *smtpdSession) Count(_ *smtp.Facts, what smtp.Counted) *smtp.Reply {
	if what == smtp.CountTLS && b.noTLS {
		return replyNoTLS
	}
	limit := b.anvilParams().limits[what]
	if limit <= 0 || b.anvilExempt() {
		return nil
	}
	n := b.anvilClient()
	n.rates[what]++
	b.anvilSees(int(what), n.rates[what])
	if n.rates[what] <= limit {
		return nil
	}
	kind := anvilLimits[what]
	b.log("warning: %s limit exceeded: %d from %s for service %s", kind.log, n.rates[what], b.client, b.svc.Name)
	text := "Error: " + kind.reply + " from " + b.client.addr.String()
	if what == smtp.CountTLS {
		return &smtp.Reply{Code: 421, Enhanced: "4.7.0", Text: b.conf.Get("myhostname") + " " + text}
	}
	return &smtp.Reply{Code: 450, Enhanced: "4.7.1", Text: text}
}
