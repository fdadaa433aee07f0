// Package sasl holds the mechanisms by which a mail client proves who it is
// (Simple Authentication and Security Layer, RFC 4422): a server sends
// challenges, a client responses, and after the last one the server knows a
// user name or refuses.
//
// SMTP (AUTH, RFC 4954), POP3 (AUTH, RFC 5034) and IMAP (AUTHENTICATE,
// RFC 9051 §6.2.2) carry the same exchanges in base64 lines of their own;
// this package sees the decoded octets only and does no input or output. It
// stands on github.com/emersion/go-sasl where that has the mechanism.
//
//	PLAIN          RFC 4616   one response: identity NUL user NUL password
//	LOGIN          draft-murchison-sasl-login   user, then password
//	CRAM-MD5       RFC 2195   HMAC-MD5 of a challenge, keyed with the password
//	SCRAM-SHA-256  RFC 5802, RFC 7677   both sides prove that they know it
package sasl

import (
	"errors"
	"strings"

	gosasl "github.com/emersion/go-sasl"
)

// Server is the server half of one exchange.
type Server interface {
	// Next takes a response and returns the next challenge. The first call
	// has the initial response, or nil when the client sent none. done means
	// success; an error means that the exchange has failed for good.
	Next(response []byte) (challenge []byte, done bool, err error)
	// User is the name that the client gave, "" while it is unknown; it may
	// be logged after a failure, too.
	User() string
}

// Client is the client half of one exchange, the interface of go-sasl: Start
// returns the mechanism and the initial response (nil for none), Next answers
// a challenge.
type Client = gosasl.Client

// Verifier knows the users' passwords.
type Verifier interface {
	// Plain checks a password in clear. identity is the name to act as, or
	// "" for the user's own.
	Plain(identity, user, password string) error
	// Password returns the password of user for mechanisms that prove its
	// knowledge without sending it; false when there is no such user.
	Password(user string) (string, bool)
}

var (
	// ErrFailed is the one error for a wrong name or password: a server does
	// not tell which it was (RFC 4422 §6.3).
	ErrFailed = errors.New("authentication failed")
	// ErrProtocol means that a response does not have the mechanism's form.
	ErrProtocol = errors.New("malformed authentication response")
)

// ServerOptions are what challenges are made of.
type ServerOptions struct {
	// Hostname is the server's name in the challenge of CRAM-MD5.
	Hostname string
	// Nonce makes a challenge unlike any before: the caller takes it from its
	// dice, printable ASCII without comma or "<>@".
	Nonce string
	// Iterations is the work factor of SCRAM; 0 means 4096 (RFC 7677 §4).
	Iterations int
}

// NewServer begins an exchange with the mechanism of that name (in any case),
// or returns nil when it is unknown.
func NewServer(mechanism string, v Verifier, o ServerOptions) Server {
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		return newPlainServer(v)
	case "LOGIN":
		return &loginServer{verifier: v}
	case "CRAM-MD5":
		return &cramServer{verifier: v, challenge: "<" + o.Nonce + "@" + o.Hostname + ">"}
	case "SCRAM-SHA-256":
		return newScramServer(v, o)
	}
	return nil
}

// Mechanisms are the names that NewServer knows.
func Mechanisms() []string {
	return []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"}
}
