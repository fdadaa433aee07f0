package sasl

import (
	"strings"

	gosasl "github.com/emersion/go-sasl"
)

// NewClient begins the client half of an exchange, or returns nil when the
// mechanism is unknown. It speaks PLAIN, LOGIN and CRAM-MD5.
func NewClient(mechanism, user, password string) Client {
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		return gosasl.NewPlainClient("", user, password)
	case "LOGIN":
		return &loginClient{answers: []string{user, password}}
	case "CRAM-MD5":
		return &cramClient{user: user, password: password}
	}
	return nil
}

// Choose returns the first of the client's mechanisms that the server offers
// and NewClient knows, "" when there is none.
func Choose(wanted, offered []string) string {
	for _, w := range wanted {
		for _, o := range offered {
			if strings.EqualFold(w, o) && NewClient(w, "", "") != nil {
				return strings.ToUpper(w)
			}
		}
	}
	return ""
}

// loginClient is LOGIN as mail programs do it: no initial response, then the
// name and the password, whatever the prompts say.
type loginClient struct {
	answers []string
}

func (c *loginClient) Start() (string, []byte, error) { return "LOGIN", nil, nil }

func (c *loginClient) Next([]byte) ([]byte, error) {
	if len(c.answers) == 0 {
		return nil, gosasl.ErrUnexpectedServerChallenge
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return []byte(answer), nil
}

// cramClient is CRAM-MD5 (RFC 2195).
type cramClient struct {
	user, password string
	done           bool
}

func (c *cramClient) Start() (string, []byte, error) { return "CRAM-MD5", nil, nil }

func (c *cramClient) Next(challenge []byte) ([]byte, error) {
	if c.done {
		return nil, gosasl.ErrUnexpectedServerChallenge
	}
	c.done = true
	return []byte(c.user + " " + cramDigest(c.password, string(challenge))), nil
}
