package node

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim"
)

// serverTLS is the TLS of Dovecot's servers by ssl_cert and ssl_key; nil when
// there is none to be had. It is made once for a configuration.
func (d *Dovecot) serverTLS() *tls.Config {
	conf := d.conf.For("")
	if d.tls != nil || conf.Text("ssl") == "no" {
		return d.tls
	}
	cert, err := d.Host.PKI(d.hostname()).Certificate(conf.Text("ssl_cert"), conf.Text("ssl_key"))
	if err != nil {
		d.tlsFailed = err.Error()
		return nil
	}
	d.tls = &tls.Config{Certificates: []tls.Certificate{cert}}
	switch conf.Text("ssl_min_protocol") {
	case "TLSv1.3":
		d.tls.MinVersion = tls.VersionTLS13
	case "TLSv1", "TLSv1.1", "ANY", "LATEST", "SSLv3":
		d.tls.MinVersion = tls.VersionTLS12 // what OpenSSL of Debian 12 leaves of it
	}
	return d.tls
}

// loginTime is how long a login process has patience with a handshake
// (CLIENT_LOGIN_TIMEOUT_MSECS).
const loginTime = 3 * time.Minute

// loginTLS is the TLS of one connection to a login process, and what its log
// lines say about it.
type loginTLS struct {
	d      *Dovecot
	p      *sim.Proc
	inside bool
	failed error
}

// serve serves a session of a login process; implicit is one that is inside TLS
// from the beginning.
func (t *loginTLS) serve(c *sim.Conn, s wire.Session, who string, implicit bool) {
	_ = ServeTLS(t.p, c, s, TLS{Config: t.d.serverTLS, Implicit: implicit, Timeout: loginTime,
		Done: func(wire.TLSFacts) { t.inside = true },
		Failed: func(err error) {
			t.failed = err
			if t.d.tls == nil {
				t.d.log(t.p, who, "Error: Failed to initialize SSL server context: Can't load SSL certificate (ssl_cert setting): %s", t.d.tlsFailed)
			}
		},
	}) // how it ended, the session knows better
}

// words are what a log line says about the TLS of a connection, "" without:
// "TLS, ", or why there is none.
func (t *loginTLS) words() string {
	switch {
	case t.failed != nil:
		return "TLS handshaking: " + t.why() + ", "
	case t.inside:
		return "TLS, "
	}
	return ""
}

// reason is why a session ended, when its handshake failed.
func (t *loginTLS) reason(usual string) string {
	if t.failed == nil {
		return usual
	}
	if sim.OpenSSLError(t.failed) == "" {
		return "Disconnected: Connection closed"
	}
	return "Disconnected: Connection closed: " + t.why()
}

// why is a failed handshake in Dovecot's words.
func (t *loginTLS) why() string {
	if words := sim.OpenSSLError(t.failed); words != "" {
		return fmt.Sprintf("SSL_accept() failed: %s", words)
	}
	if errors.Is(t.failed, io.EOF) {
		return "Connection closed"
	}
	return t.failed.Error()
}
