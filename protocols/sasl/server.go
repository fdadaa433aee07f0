package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"strings"

	gosasl "github.com/emersion/go-sasl"
)

// plainServer is PLAIN (RFC 4616); the exchange is go-sasl's.
type plainServer struct {
	gosasl.Server
	user string
}

func newPlainServer(v Verifier) Server {
	p := &plainServer{}
	p.Server = gosasl.NewPlainServer(func(identity, user, password string) error {
		p.user = user
		// RFC 4616 §2: neither authcid nor passwd is empty.
		if user == "" || password == "" {
			return ErrFailed
		}
		return v.Plain(identity, user, password)
	})
	return p
}

// Next is go-sasl's, but a failure is never "done".
func (p *plainServer) Next(response []byte) ([]byte, bool, error) {
	challenge, done, err := p.Server.Next(response)
	return challenge, done && err == nil, err
}

// User returns the authentication identity.
func (p *plainServer) User() string { return p.user }

// loginServer is LOGIN, which no RFC describes; the prompts are those that
// every server sends, because some clients compare them.
type loginServer struct {
	verifier Verifier
	user     string
	step     int
}

// Next asks for the user name, unless it came as the initial response, and
// then for the password.
func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	if l.step == 1 && len(response) == 0 {
		return []byte("Username:"), false, nil
	}
	if l.user == "" {
		l.user = string(response)
		if l.user == "" {
			return nil, false, ErrProtocol
		}
		return []byte("Password:"), false, nil
	}
	if err := l.verifier.Plain("", l.user, string(response)); err != nil {
		return nil, false, err
	}
	return nil, true, nil
}

// User returns the name given.
func (l *loginServer) User() string { return l.user }

// cramServer is CRAM-MD5 (RFC 2195).
type cramServer struct {
	verifier  Verifier
	challenge string
	user      string
	sent      bool
}

// Next sends the challenge, then compares the digest.
func (c *cramServer) Next(response []byte) ([]byte, bool, error) {
	if !c.sent {
		c.sent = true
		// RFC 2195 §2: the server speaks first; there is no initial response.
		if len(response) > 0 {
			return nil, false, ErrProtocol
		}
		return []byte(c.challenge), false, nil
	}
	text := string(response)
	space := strings.LastIndexByte(text, ' ')
	if space < 0 {
		return nil, false, ErrProtocol
	}
	c.user = text[:space]
	password, known := c.verifier.Password(c.user)
	want := cramDigest(password, c.challenge)
	if !known || !hmac.Equal([]byte(want), []byte(strings.ToLower(text[space+1:]))) {
		return nil, false, ErrFailed
	}
	return nil, true, nil
}

// User returns the name given.
func (c *cramServer) User() string { return c.user }

// cramDigest is the response of RFC 2195 §2 without the user name.
func cramDigest(password, challenge string) string {
	mac := hmac.New(md5.New, []byte(password))
	mac.Write([]byte(challenge))
	return hex.EncodeToString(mac.Sum(nil))
}
