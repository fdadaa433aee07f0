package postfix

import (
	"slices"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/node"
)

// smtpdAuth lets smtpd(8) ask the authentication service of Dovecot behind
// smtpd_sasl_path (SASL_README).
type smtpdAuth struct {
	b       *smtpdSession
	service node.AuthService
}

// newSMTPDAuth connects to the service; nil when there is none, or none that
// Postfix has a client for.
func newSMTPDAuth(b *smtpdSession) *smtpdAuth {
	service := b.Host.Auth(b.conf.Get("smtpd_sasl_path"))
	if service == nil || b.conf.Get("smtpd_sasl_type") != "dovecot" {
		return nil
	}
	return &smtpdAuth{b, service}
}

// Mechanisms are those that the security options leave, in the service's order.
func (a *smtpdAuth) Mechanisms(f *smtp.Facts) []string {
	c := a.b.conf
	if c.Networks("smtpd_sasl_exceptions_networks", a.b.tables).Match(a.b.client.addr) {
		return nil
	}
	options := c.List("smtpd_sasl_security_options")
	if f.TLS != nil {
		options = c.List("smtpd_sasl_tls_security_options")
	}
	withheld := func(mechanism string) bool {
		switch mechanism {
		case "PLAIN", "LOGIN":
			return listHas(options, "noplaintext")
		case "ANONYMOUS":
			return listHas(options, "noanonymous")
		}
		return mechanism == "EXTERNAL" // smtpd_sasl_mechanism_filter = !external, static:rest
	}
	all := a.service.Mechanisms()
	if !slices.ContainsFunc(all, withheld) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), withheld)
}

// Start begins an exchange.
func (a *smtpdAuth) Start(_ *smtp.Facts, mechanism string) sasl.Server {
	exchange := a.service.Start(a.b.p, mechanism, a.b.client.addr)
	if exchange == nil {
		return nil
	}
	a.b.hand("auth", "", "SASL "+mechanism)
	return saslExchange{a.b, exchange}
}

// Failed is told of failures; the service itself delays its refusals.
func (a *smtpdAuth) Failed(*smtp.Facts, string, string) {}

// saslExchange is an exchange with the service on behalf of a session.
type saslExchange struct {
	b        *smtpdSession
	exchange node.AuthExchange
}

// Next passes a response on.
func (x saslExchange) Next(response []byte) (challenge []byte, done bool, err error) {
	return x.exchange.Next(x.b.p, response)
}

// User is who has logged in.
func (x saslExchange) User() string { return x.exchange.User() }
