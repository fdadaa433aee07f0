package postfix

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
)

// tlsLevel is $smtp_tls_security_level.
type tlsLevel uint8

const (
	tlsNone    tlsLevel = iota // never
	tlsMay                     // where it is offered
	tlsEncrypt                 // or not at all
	tlsVerify                  // and the certificate names the server
	tlsSecure                  // and the certificate names the destination
)

var tlsLevels = map[string]tlsLevel{"none": tlsNone, "may": tlsMay, "encrypt": tlsEncrypt, "verify": tlsVerify, "secure": tlsSecure,
	"dane": tlsMay, "dane-only": tlsEncrypt, "fingerprint": tlsEncrypt}

// tlsLevel is the level for the destination of the request: that of
// smtp_tls_policy_maps, else smtp_tls_security_level, else what the parameters
// before Postfix 2.3 say.
func (a *smtpAgent) tlsLevel() tlsLevel {
	set := &a.set.tls
	if maps := set.policyMaps; len(maps) > 0 {
		if policy, _, err := a.d.maps(maps).Find(strings.ToLower(a.dest)); err == nil && policy != "" {
			if level, ok := tlsLevels[strings.Fields(policy)[0]]; ok {
				return level
			}
		}
	}
	word := set.level
	switch level, ok := tlsLevels[word]; {
	case ok:
		return level
	case word != "":
		a.d.log("warning: invalid TLS level \"%s\"", word)
	case set.enforce:
		return tlsEncrypt
	case set.use:
		return tlsMay
	}
	return tlsNone
}

// clientTLS is one attempt to bring a connection into TLS.
type clientTLS struct {
	a     *smtpAgent
	conn  *sim.Conn
	relay string // as in the log, "mail.alabala.com[10.10.10.10]:25"
	state tls.ConnectionState
}

// handshake is the client half of a handshake. Whether the server's
// certificate is good enough is judged afterwards: at the level may any is.
func (t *clientTLS) handshake() error {
	d := t.a.d
	t.conn.SetTimeout(d.conf.Duration(t.a.param("starttls_timeout")))
	level := t.a.tlsLevel()
	versions := t.a.set.tls.versions
	if level >= tlsEncrypt {
		versions = t.a.set.tls.mandatory
	}
	cfg := &tls.Config{
		InsecureSkipVerify: true, // judged by verdict
		VerifyConnection:   func(s tls.ConnectionState) error { t.state = s; return nil },
	}
	versions.limit(cfg)
	facts, err := t.conn.SecureClient(cfg)
	if err != nil {
		d.handshakeFailed("SSL_connect error to "+t.relay, err)
		return err
	}
	if level >= tlsVerify {
		t.complain(level)
	}
	if d.conf.Int(t.a.param("tls_loglevel")) >= 1 {
		d.log("%s TLS connection established to %s: %s", t.trust(), t.relay, tlsSummary(facts))
	}
	return nil
}

// trusted tells whether an authority of smtp_tls_CAfile or smtp_tls_CApath has
// signed the server's certificate.
func (t *clientTLS) trusted() bool {
	c := t.a.d.conf
	file := orElse(c.Get(t.a.param("tls_CAfile")), strings.TrimSuffix(c.Get(t.a.param("tls_CApath")), "/"))
	if file == "" || len(t.state.PeerCertificates) == 0 {
		return false
	}
	roots, err := t.a.d.Host.PKI().Roots(file)
	if err != nil {
		t.a.d.log("warning: cannot load Certification Authority data: %v", err)
		return false
	}
	others := x509.NewCertPool()
	for _, cert := range t.state.PeerCertificates[1:] {
		others.AddCert(cert)
	}
	_, err = t.state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: t.a.d.p.Now()})
	return err == nil
}

// names tells whether the certificate belongs to the server (verify) or to the
// destination (secure: the next hop or a host below it).
func (t *clientTLS) names(level tlsLevel) bool {
	if len(t.state.PeerCertificates) == 0 {
		return false
	}
	cert := t.state.PeerCertificates[0]
	if level == tlsVerify {
		return cert.VerifyHostname(hostOf(t.relay)) == nil
	}
	domain, _ := splitNexthop(t.a.r.nexthop)
	domain = strings.ToLower(strings.Trim(domain, "[]"))
	for _, name := range cert.DNSNames {
		if name = strings.ToLower(name); name == domain || strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}

// complain says what is wrong with a certificate that has to be good
// (tls_verify.c, tls_log_verify_error).
func (t *clientTLS) complain(level tlsLevel) {
	certs := t.state.PeerCertificates
	switch {
	case len(certs) == 0:
	case !t.trusted() && len(certs) == 1 && bytes.Equal(certs[0].RawIssuer, certs[0].RawSubject):
		t.a.d.log("certificate verification failed for %s: self-signed certificate", t.relay)
	case !t.trusted():
		t.a.d.log("certificate verification failed for %s: untrusted issuer /CN=%s", t.relay, printable(certs[len(certs)-1].Issuer.CommonName, '?'))
	case !t.names(level):
		t.a.d.log("server certificate verification failed for %s: num=62:hostname mismatch", t.relay)
	}
}

// trust is the word of the log for how far a certificate can be believed.
func (t *clientTLS) trust() string {
	switch level := t.a.tlsLevel(); {
	case !t.trusted():
		return "Untrusted"
	case level >= tlsVerify && t.names(level):
		return "Verified"
	}
	return "Trusted"
}

// verdict is what a level has against a certificate, "" for nothing.
func (t *clientTLS) verdict(level tlsLevel) string {
	if level >= tlsVerify && (!t.trusted() || !t.names(level)) {
		return "Server certificate not verified"
	}
	return ""
}

// wrap begins TLS before the greeting (smtp_tls_wrappermode). It tells whether
// the session can go on.
func (a *smtpAgent) wrap(conn *sim.Conn, relay, peer string, final bool) bool {
	t := &clientTLS{a: a, conn: conn, relay: relay}
	if t.handshake() != nil {
		return a.noTLS("4.7.5", "Cannot start TLS: handshake failure", relay, final)
	}
	if no := t.verdict(a.tlsLevel()); no != "" {
		return a.noTLS("4.7.5", no, relay, final)
	}
	return true
}

// secure brings a session into TLS as far as the level wants it (smtp_proto.c,
// smtp_helo and smtp_start_tls). It tells whether the session can go on.
func (a *smtpAgent) secure(c *smtp.Client, conn *sim.Conn, relay, peer string, final bool) bool {
	level := a.tlsLevel()
	switch {
	case level == tlsNone || a.plain || conn.Secured():
		return true
	case !c.Offers(smtp.KeyStartTLS) && level == tlsMay:
		return true
	case !c.Offers(smtp.KeyStartTLS):
		return a.noTLS("4.7.4", "TLS is required, but was not offered by host "+peer, relay, final)
	}
	t := &clientTLS{a: a, conn: conn, relay: relay}
	no := ""
	err := c.StartTLS(func(io.ReadWriter) (io.ReadWriter, error) {
		err := t.handshake()
		if err == nil {
			if no = t.verdict(level); no != "" {
				err = smtp.ErrDistrusted
			}
		}
		return conn, err
	})
	var failure *smtp.Error
	switch {
	case no != "":
		return a.noTLS("4.7.5", no, relay, final)
	case err == nil:
	case errors.As(err, &failure) && failure.Stage == smtp.StageStartTLS && failure.Reply != nil:
		if level > tlsMay {
			return a.noTLS(softDSN(failure.Reply.DSN()), fmt.Sprintf("TLS is required, but host %s refused to start TLS: %s", peer, failure.Reply), relay, final)
		}
		return true
	case !conn.Secured() && failure != nil && failure.Stage == smtp.StageStartTLS && !failure.Lost && !failure.TimedOut:
		if level == tlsMay && a.waited() >= a.d.conf.Duration("minimal_backoff_time") {
			a.retryPlain = true // the mail has waited long enough for TLS
			return false
		}
		return a.noTLS("4.7.5", "Cannot start TLS: handshake failure", relay, final)
	default:
		a.siteFailed(err, relay, final)
		return false
	}
	return true
}

// waited is how long the mail had been in the queue when this attempt began.
func (a *smtpAgent) waited() time.Duration { return a.d.p.Now().Sub(a.r.mail.Arrived) }

// softDSN is a status code as one of a failure that may pass.
func softDSN(dsn string) string { return "4" + dsn[1:] }

// noTLS is a host with which there is no TLS where there has to be. It returns
// false: the session cannot go on.
func (a *smtpAgent) noTLS(dsn, text, relay string, final bool) bool {
	return a.sessionFailed(result{dsn: dsn, text: text, relay: relay}, final)
}
