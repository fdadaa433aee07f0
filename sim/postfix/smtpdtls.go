package postfix

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/node"
)

// serverTLS is the TLS of a server: a certificate with its key, or why there is
// none.
type serverTLS struct {
	config *tls.Config
	log    string // the warning of a server that has none
}

// serverTLS loads the certificate that a service's parameters name
// (postconf(5), smtpd_tls_chain_files before smtpd_tls_cert_file before
// smtpd_tls_eccert_file). Files are read once for a configuration.
func (s *System) serverTLS(c *Config) *serverTLS {
	certs, keys := c.List("smtpd_tls_chain_files"), c.List("smtpd_tls_chain_files")
	for _, kind := range [...]string{"smtpd_tls_", "smtpd_tls_ec", "smtpd_tls_d"} {
		if file := c.Get(kind + "cert_file"); file != "" && file != "none" && len(certs) == 0 {
			certs, keys = []string{file}, []string{c.Get(kind + "key_file")}
		}
	}
	if len(certs) == 0 {
		return &serverTLS{log: "warning: No server certs available. TLS won't be enabled"}
	}
	versions := c.tlsVersions("smtpd_tls_protocols")
	if c.Bool("smtpd_tls_wrappermode") || c.Get("smtpd_tls_security_level") == "encrypt" || c.Bool("smtpd_enforce_tls") {
		versions = c.tlsVersions("smtpd_tls_mandatory_protocols")
	}
	key := fmt.Sprintf("%s\x00%s\x00%v", certs[0], keys[0], versions)
	if have := s.tls[key]; have != nil {
		return have
	}
	t := &serverTLS{}
	cert, err := s.Host.PKI(c.Get("myhostname")).Certificate(certs[0], keys[0])
	if err != nil {
		t.log = fmt.Sprintf("warning: cannot get RSA certificate from file \"%s\": disabling TLS support", certs[0])
	} else {
		t.config = &tls.Config{Certificates: []tls.Certificate{cert}}
		versions.limit(t.config)
	}
	if s.tls == nil {
		s.tls = map[string]*serverTLS{}
	}
	s.tls[key] = t
	return t
}

// wantsTLS tells whether a service takes part in TLS at all.
func wantsTLS(c *Config) bool {
	level := c.Get("smtpd_tls_security_level")
	return c.Bool("smtpd_tls_wrappermode") || level != "" && level != "none" || level == "" && (c.Bool("smtpd_use_tls") || c.Bool("smtpd_enforce_tls"))
}

// startTLS is how the session takes part in TLS. ok is false when TLS should
// begin with the connection and cannot.
func (b *smtpdSession) startTLS() (t node.TLS, ok bool) {
	if !b.set.tls {
		return t, true
	}
	own := b.serverTLS(b.conf)
	t = node.TLS{
		Config:   func() *tls.Config { return own.config },
		Implicit: b.conf.Bool("smtpd_tls_wrappermode"), Timeout: b.conf.Duration("smtpd_starttls_timeout"),
		Done: b.tlsDone, Failed: b.tlsFailed,
	}
	if own.config == nil {
		b.log("%s", own.log)
		b.noTLS = true
		if t.Implicit {
			b.log("warning: Wrapper-mode request dropped from %s for service %s. TLS context initialization failed. For details see earlier warnings in your logs.",
				b.client, b.conf.Get("smtpd_service_name"))
			return t, false
		}
	}
	return t, true
}

// tlsDone logs a handshake, with smtpd_tls_loglevel of 1 or more.
func (b *smtpdSession) tlsDone(f wire.TLSFacts) {
	if b.conf.Int("smtpd_tls_loglevel") >= 1 {
		b.log("Anonymous TLS connection established from %s: %s", b.client, tlsSummary(f))
	}
}

// tlsFailed logs a handshake that failed.
func (b *smtpdSession) tlsFailed(err error) {
	b.handshakeFailed("SSL_accept error from "+b.client.String(), err)
}

// handshakeFailed logs a failed handshake as Postfix's TLS library does
// (tls_server.c, tls_client.c).
func (d *daemon) handshakeFailed(what string, err error) {
	words := sim.OpenSSLError(err)
	switch {
	case words != "":
		d.log("%s: -1", what)
		d.log("warning: TLS library problem: %s:", words+opensslPlace(words))
	case errors.Is(err, sim.ErrTimeout), errors.Is(err, sim.ErrReset):
		d.log("%s: %v", what, err)
	default:
		d.log("%s: lost connection", what)
	}
}

// opensslPlace is where in its source OpenSSL 3.0 finds an error, as it adds to
// its words.
func opensslPlace(words string) string {
	switch {
	case strings.Contains(words, "wrong version number"):
		return ":../ssl/record/ssl3_record.c:350"
	case strings.Contains(words, " alert "):
		var code int
		_, _ = fmt.Sscanf(words, "error:0A%06X", &code) // our own text
		return fmt.Sprintf(":../ssl/record/rec_layer_s3.c:1602:SSL alert number %d", code-1000)
	case strings.Contains(words, "unsupported protocol"):
		return ":../ssl/statem/statem_srvr.c:1664"
	}
	return ":../ssl/statem/statem_srvr.c:2220"
}

// tlsSummary is the description of a TLS connection in log lines.
func tlsSummary(f wire.TLSFacts) string {
	s := fmt.Sprintf("%s with cipher %s (%d/%d bits)", f.Version, f.Cipher, f.Bits, f.Bits)
	if f.KeyExchange != "" {
		s += " key-exchange " + f.KeyExchange
	}
	if f.Signature != "" {
		s += " server-signature " + f.Signature
	}
	return s
}

// tlsReceived is what a Received field says about TLS
// (smtpd_tls_received_header).
func tlsReceived(f *wire.TLSFacts) string {
	s := fmt.Sprintf("\n\t(using %s with cipher %s (%d/%d bits)", f.Version, f.Cipher, f.Bits, f.Bits)
	var more []string
	if f.KeyExchange != "" {
		more = append(more, "key-exchange "+f.KeyExchange)
	}
	if f.Signature != "" {
		more = append(more, "server-signature "+f.Signature)
	}
	if len(more) > 0 {
		s += "\n\t " + strings.Join(more, " ")
	}
	return s + ")\n\t(No client certificate requested)"
}

// replyNoTLS answers STARTTLS when the server has no certificate.
var replyNoTLS = &smtp.Reply{Code: 454, Enhanced: "4.7.0", Text: "TLS not available due to local problem"}
