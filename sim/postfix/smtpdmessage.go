package postfix

import (
	"errors"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/message"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/host"
)

// smtpdMessage is a message that smtpd(8) passes on to cleanup(8) while the
// client sends it.
type smtpdMessage struct {
	b   *smtpdSession
	sub *Submission
}

// Open opens a stream to cleanup at the first accepted recipient; that is when
// the queue id appears (smtpd_delay_open_until_valid_rcpt).
func (b *smtpdSession) Open(f *smtp.Facts) (smtp.Message, *smtp.Reply) {
	if b.proxied() {
		return b.openProxied(f)
	}
	sub, err := b.Submit(b.p, "smtpd", f.Sender)
	if err != nil {
		b.grave = true
		var no *Refusal
		if errors.As(err, &no) {
			return nil, &smtp.Reply{Code: no.Code, Enhanced: no.Enhanced, Text: no.Text}
		}
		return nil, &smtp.Reply{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}
	}
	sub.through(b.set.filter, b.set.overrides)
	b.msg = &smtpdMessage{b: b, sub: sub}
	b.checks.instance++
	b.logAll(sub.ID(), ": client=", b.client.String(), authLogged(f), originally(&f.Forward))
	if f.Authed && f.Auth == "" {
		sub.d.log("warning: %s: spurious null attribute value for \"sasl_sender\" -- ignored", sub.ID())
	}
	return b.msg, nil
}

// authLogged is what "client=" says about who has logged in, and for whom
// (AUTH= of MAIL).
func authLogged(f *smtp.Facts) string {
	text := ""
	if f.User != "" {
		text = ", sasl_method=" + f.Mechanism + ", sasl_username=" + f.User
	}
	if f.Authed {
		text += ", sasl_sender=" + f.Auth
	}
	return text
}

// ID is the queue id.
func (m *smtpdMessage) ID() string { return m.sub.ID() }

// Rcpt adds an accepted recipient.
func (m *smtpdMessage) Rcpt(r *smtp.Recipient) {
	m.sub.AddRecipient(&Recipient{Addr: r.Addr, Orig: r.Addr, ORcpt: r.ORCPT, Notify: r.Notify})
}

// Begin ends the envelope and writes smtpd's own header fields.
func (m *smtpdMessage) Begin(f *smtp.Facts) {
	mail := m.sub.Mail()
	mail.EnvID, mail.Ret = f.EnvID, f.Ret
	mail.Body8, mail.UTF8 = f.Body == "8BITMIME", f.UTF8
	mail.Local = m.b.rewritesHeaders()
	if f.Forward.Source != "" { // of the client behind a filter
		mail.Local = f.Forward.Source == "LOCAL"
	}
	mail.from = &origin{client: m.b.client, helo: f.Helo, proto: f.Proto, mechanism: f.Mechanism, user: f.User, server: m.b.checks.serverAddr, forward: f.Forward}
	mail.verp = f.VERP
	k := &m.b.checks
	if k.filter != "" {
		mail.filter = k.filter
	}
	for _, to := range k.bcc {
		m.sub.AddRecipient(&Recipient{Addr: to, Orig: to, Notify: smtp.NotifyNever})
	}
	m.sub.redirect = k.redirect
	m.sub.expect(f.Size)
	for _, field := range k.prepended { // above the Received field
		m.sub.Prepend(field)
	}
	m.sub.Prepend(m.b.received(f, m.sub.ID()))
}

// received is the Received field (RFC 5321 §4.4) as smtpd writes it; a message
// that goes to a filter before the queue has no queue id.
func (b *smtpdSession) received(f *smtp.Facts, id string) string {
	s := appendAll(make([]byte, 0, 512), "Received: from ", orElse(f.Helo, b.client.name), " (", b.client.name, " [")
	s = append(appendAddress(s, b.client), "])"...)
	if f.TLS != nil && b.conf.Bool("smtpd_tls_received_header") {
		s = append(s, tlsReceived(f.TLS)...)
	}
	if f.User != "" && b.conf.Bool("smtpd_sasl_authenticated_header") {
		s = appendAll(s, "\n\t(Authenticated sender: ", f.User, ")")
	}
	s = appendAll(s, "\n\tby ", b.conf.Get("myhostname"), " (", b.conf.Get("mail_name"), ") with ", f.With())
	if id != "" {
		s = appendAll(s, " id ", id)
	}
	if f.Recipients == 1 {
		s = appendAll(s, "\n\tfor <", mailaddr.Quote(f.First), ">; ")
	} else {
		s = append(s, ";\n\t"...)
	}
	return string(message.AppendDate(s, b.p.Now()))
}

// appendAddress appends a client's address as Received has it (RFC 5321 §4.1.3:
// IPv6 addresses are tagged).
func appendAddress(b []byte, c *peer) []byte {
	if c.addr.Is6() {
		b = append(b, "IPv6:"...)
	}
	return c.addr.AppendTo(b)
}

// Write takes content.
func (m *smtpdMessage) Write(p []byte) (int, error) {
	m.sub.Write(p)
	return len(p), nil
}

// Commit ends the content; the reply is cleanup's no.
func (m *smtpdMessage) Commit(*smtp.Facts) []*smtp.Reply {
	k := &m.b.checks
	defer m.b.finished()
	if k.discard {
		m.sub.body = nil // cleanup does not look at it (CLEANUP_FLAG_DISCARD)
		m.sub.Abort()
		return nil
	}
	if int64(len(m.sub.body)) > m.b.Host.Tree.Free() {
		m.b.log("warning: %s: write queue file: %s", m.sub.ID(), host.ErrNoSpace)
		m.sub.Abort()
		return []*smtp.Reply{{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}}
	}
	m.sub.Mail().held = k.hold
	if no := m.sub.Commit(); no != nil {
		if m.sub.tooBig {
			m.b.log("warning: %s: queue file size limit exceeded", m.sub.ID())
		}
		m.b.grave = m.b.grave || no.Enhanced == "4.3.0"
		return []*smtp.Reply{{Code: no.Code, Enhanced: no.Enhanced, Text: no.Text}}
	}
	return nil
}

// Abort throws the message away.
func (m *smtpdMessage) Abort() {
	m.sub.Abort()
	m.b.finished()
}

// finished forgets what belonged to the message.
func (b *smtpdSession) finished() {
	b.msg, b.proxy = nil, nil
	k := &b.checks
	k.prepended, k.redirect, k.filter, k.bcc, k.hold, k.discard = nil, "", "", nil, false, false
}

// rewritesHeaders tells whether the client is one whose headers are completed
// (local_header_rewrite_clients).
func (b *smtpdSession) rewritesHeaders() bool {
	for _, item := range b.set.localClients {
		var yes bool
		switch {
		case item == "permit_inet_interfaces":
			yes = b.checks.ownClient()
		case item == "permit_mynetworks":
			yes = b.checks.mynetworks()
		case item == "permit_sasl_authenticated":
			yes = b.checks.authenticated()
		case isTableSpec(item):
			value, _, err := b.maps([]string{item}).findKeys(networkKeys(b.client.addr.String()))
			yes = err == nil && value != ""
		}
		if yes {
			return true
		}
	}
	return false
}
