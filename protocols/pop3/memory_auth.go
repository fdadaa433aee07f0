package pop3

import (
	"crypto/md5"
	"strings"

	"mailtrek/protocols/sasl"
)

// Plain checks a password for package sasl.
func (m *Memory) Plain(identity, user, password string) error {
	if right, known := m.Passwords[user]; !known || password != right {
		return sasl.ErrFailed
	}
	return nil
}

// Password returns the password of user for package sasl.
func (m *Memory) Password(user string) (string, bool) {
	p, known := m.Passwords[user]
	return p, known
}

// begin begins an exchange; nil when the mechanism is unknown.
func (m *Memory) begin(mechanism string) Exchange {
	if mechanism == "APOP" {
		return &APOPExchange{Verifier: m}
	}
	server := sasl.NewServer(mechanism, m, sasl.ServerOptions{Hostname: "mail.example", Nonce: m.Nonce})
	if server == nil {
		return nil
	}
	return server
}

// APOPExchange is the server's half of APOP (RFC 1939 §7), which Dovecot
// treats as a mechanism of one response: timestamp, user and digest.
type APOPExchange struct {
	Verifier sasl.Verifier
	user     string
}

// Next compares the digest with that of timestamp and password.
func (e *APOPExchange) Next(response []byte) (challenge []byte, done bool, err error) {
	f := strings.SplitN(string(response), "\x00", 3)
	if len(f) != 3 {
		return nil, false, sasl.ErrProtocol
	}
	e.user = f[1]
	password, known := e.Verifier.Password(e.user)
	if sum := md5.Sum([]byte(f[0] + password)); !known || string(sum[:]) != f[2] {
		return nil, false, sasl.ErrFailed
	}
	return nil, true, nil
}

// User is the name given.
func (e *APOPExchange) User() string { return e.user }
