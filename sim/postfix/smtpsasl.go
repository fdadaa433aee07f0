package postfix

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/smtp"
)

// clientSASLParams are the parameters by which smtp(8) and lmtp(8) prove who
// they are (SASL_README, "Enabling SASL authentication in the Postfix SMTP/LMTP
// client").
type clientSASLParams struct {
	enable     bool
	passwords  []string    // sasl_password_maps
	filter     *DomainList // sasl_mechanism_filter; nil lets all pass
	perSender  bool        // smtp_sender_dependent_authentication
	softBounce bool        // sasl_auth_soft_bounce
	plain      []string    // sasl_security_options
	tls        []string    // sasl_tls_security_options
	verified   []string    // sasl_tls_verified_security_options
}

// clientSASL evaluates them.
func clientSASL(c *Config, tables *Tables, lmtp bool) clientSASLParams {
	name := func(name string) string { return clientParam(lmtp, "sasl_"+name) }
	p := clientSASLParams{enable: c.Bool(name("auth_enable")), passwords: c.List(name("password_maps")),
		softBounce: c.Bool(name("auth_soft_bounce")), perSender: !lmtp && c.Bool("smtp_sender_dependent_authentication"),
		plain: c.List(name("security_options")), tls: c.List(name("tls_security_options")), verified: c.List(name("tls_verified_security_options"))}
	if words := c.List(name("mechanism_filter")); len(words) > 0 {
		p.filter = NewDomainList(words, tables, false)
	}
	return p
}

// mechanism is what the SASL library of the client knows of a mechanism: its
// properties decide whether the security options allow it.
type mechanism struct {
	name      string
	plaintext bool // what is sent is the password itself
	active    bool // somebody who takes over the connection can use it
	mutual    bool // the server proves who it is, too
}

// clientMechanisms are those of the client, the better ones first.
var clientMechanisms = [...]mechanism{{name: "CRAM-MD5", active: true}, {name: "PLAIN", plaintext: true, active: true}, {name: "LOGIN", plaintext: true, active: true}}

// allowed tells whether security options admit a mechanism (postconf(5),
// smtp_sasl_security_options).
func (m mechanism) allowed(options []string) bool {
	return !(listHas(options, "noplaintext") && m.plaintext || listHas(options, "noactive") && m.active ||
		listHas(options, "mutual_auth") && !m.mutual || listHas(options, "nodictionary") || listHas(options, "forward_secrecy"))
}

// authenticate says who we are to a server that offers AUTH, if there is a
// password for it (smtp_sasl_helo_login). It tells whether the session can go on.
func (a *smtpAgent) authenticate(s *clientSession, final bool) bool {
	set, c := &a.set.sasl, s.client
	if !set.enable || !c.Offers(smtp.KeyAuth) {
		return true
	}
	offered := a.compatible(s)
	user, password, found, err := a.credentials(s)
	switch {
	case err != nil:
		for _, spec := range set.passwords {
			if _, problem := a.d.tables.Open(spec); problem != nil {
				a.d.log("error: open database %s", strings.TrimPrefix(problem.Error(), "open database "))
			}
		}
		a.d.log("warning: %s: %s lookup error", a.r.mail.ID, a.param("sasl_password_maps"))
		return a.sessionFailed(result{dsn: "4.3.0", text: "local data error while talking to " + s.peer, relay: s.relay}, final)
	case !found:
		return true // strangers to each other
	case len(offered) == 0:
		return a.sessionFailed(result{dsn: "4.7.0", relay: s.relay, text: "SASL authentication failed: server " + s.peer +
			" offered no compatible authentication mechanisms for this type of connection security"}, final)
	}
	x := a.choose(offered, a.saslOptions(s), user, password)
	if x == nil {
		a.d.log("warning: SASL authentication failure: No worthy mechs found")
		return a.sessionFailed(a.cannotAuthenticate(s, "no mechanism available"), final)
	}
	return a.proven(s, c.Auth(x), final)
}

// compatible are the mechanisms of a server that smtp_sasl_mechanism_filter
// lets pass (smtp_sasl_helo_auth).
func (a *smtpAgent) compatible(s *clientSession) []string {
	offered := s.client.AuthMechanisms()
	list := offered
	if a.set.sasl.filter != nil {
		list = slices.DeleteFunc(slices.Clone(offered), func(m string) bool {
			in, err := a.set.sasl.filter.Match(m)
			return err != nil || !in
		})
	}
	switch {
	case len(list) > 0:
	case len(offered) > 0:
		a.d.log("warning: %s offered no supported AUTH mechanisms: '%s'", s.relay, strings.Join(offered, " "))
	default:
		a.d.log("warning: %s offered null AUTH mechanism list", s.relay)
	}
	return list
}

// credentials looks up name and password: with
// smtp_sender_dependent_authentication for the sender, then for the host, then
// for the destination as it was given (smtp_sasl_passwd_lookup).
func (a *smtpAgent) credentials(s *clientSession) (user, password string, found bool, err error) {
	maps := a.d.maps(a.set.sasl.passwords)
	if sender := a.r.sender(); a.set.sasl.perSender && sender != "" {
		m, err := maps.FindAddress(sender, a.d.conf.forms(a.d.isLocalDomain))
		if err != nil {
			return "", "", false, err
		}
		if m.Found {
			a.d.consulted(a.d.name(), m.Spec, sender, AddressMatch{Value: "(a name and a password)", Key: m.Key, Spec: m.Spec, Found: true})
			user, password, _ = strings.Cut(m.Value, ":")
			return user, password, true, nil
		}
	}
	for _, key := range uniq(hostOf(s.relay), a.dest) {
		value, spec, err := maps.Find(strings.ToLower(key))
		if err != nil {
			return "", "", false, err
		}
		if spec != "" {
			a.d.consulted(a.d.name(), spec, key, AddressMatch{Value: "(a name and a password)", Key: key, Spec: spec, Found: true})
			user, password, _ = strings.Cut(value, ":")
			return user, password, true, nil
		}
	}
	return "", "", false, nil
}

// saslOptions are the security options for a session: in clear, in TLS, or in
// TLS with a certificate that is known to be the server's.
func (a *smtpAgent) saslOptions(s *clientSession) []string {
	switch set := &a.set.sasl; {
	case !s.conn.Secured():
		return set.plain
	case a.tlsLevel() >= tlsVerify: // and has passed the verdict
		return set.verified
	default:
		return set.tls
	}
}

// choose begins an exchange with the best mechanism that both sides know and
// the options allow; nil when there is none.
func (a *smtpAgent) choose(offered, options []string, user, password string) sasl.Client {
	best := -1
	for _, o := range offered { // of two that are as good, the one that the server names first
		i := slices.IndexFunc(clientMechanisms[:], func(m mechanism) bool { return strings.EqualFold(m.name, o) })
		if i >= 0 && clientMechanisms[i].allowed(options) &&
			(best < 0 || clientMechanisms[best].plaintext && !clientMechanisms[i].plaintext) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return sasl.NewClient(clientMechanisms[best].name, user, password)
}

// proven draws the conclusion from an exchange. A refusal counts as one that
// may pass unless smtp_sasl_auth_soft_bounce says no (smtp_sasl_authenticate).
func (a *smtpAgent) proven(s *clientSession, err error, final bool) bool {
	var failure *smtp.Error
	switch {
	case err == nil:
		return true
	case errors.As(err, &failure) && failure.Reply != nil:
		res := result{dsn: failure.DSN(), text: failure.Error(), relay: s.relay, remoteMTA: hostOf(s.relay), diagnostic: "smtp; " + failure.Reply.String()}
		if a.set.sasl.softBounce {
			res.dsn = softDSN(res.dsn)
		}
		return a.sessionFailed(res, final)
	case failure != nil && failure.Stage == smtp.StageAuth && !failure.Lost && !failure.TimedOut:
		return a.sessionFailed(a.cannotAuthenticate(s, failure.Error()), final)
	}
	a.siteFailed(err, s.relay, final)
	return false
}

// cannotAuthenticate is an exchange that the client itself gave up.
func (a *smtpAgent) cannotAuthenticate(s *clientSession, why string) result {
	return result{dsn: "4.7.0", relay: s.relay, diagnostic: "X-SASL; " + why,
		text: fmt.Sprintf("SASL authentication failed; cannot authenticate to server %s: %s", s.peer, why)}
}

// sessionFailed is a host with which no session came about (smtp_sess_fail). It
// returns false: the session cannot go on.
func (a *smtpAgent) sessionFailed(res result, final bool) bool {
	if res.dsn[0] == '5' && (final || !a.softBounce()) {
		a.reached = true
		for _, to := range a.r.undecided() {
			a.d.bounced(a.r, to, res)
		}
		return false
	}
	a.last = res
	if !final {
		a.d.log("%s: %s", a.r.mail.ID, res.text)
	}
	return false
}
