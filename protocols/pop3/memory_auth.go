package pop3

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"strings"
)

var errDenied = errors.New("authentication failed")

// memoryExchange is what the exchanges of Memory share.
type memoryExchange struct {
	m    *Memory
	user string
}

// User is the name given.
func (e *memoryExchange) User() string { return e.user }

// settle compares what the client proved with what it should have.
func (e *memoryExchange) settle(user string, right bool) (bool, error) {
	if _, known := e.m.Passwords[user]; !known || !right {
		return false, errDenied
	}
	e.user = user
	e.m.failures = 0
	return true, nil
}

// plainExchange is PLAIN (RFC 4616): authzid NUL authcid NUL password.
type plainExchange struct{ memoryExchange }

func (e *plainExchange) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return nil, false, nil
	}
	f := strings.Split(string(response), "\x00")
	if len(f) != 3 {
		return nil, false, errDenied
	}
	done, err := e.settle(f[1], e.m.Passwords[f[1]] == f[2])
	return nil, done, err
}

// loginExchange is LOGIN: two questions, two answers.
type loginExchange struct {
	memoryExchange
	name string
}

func (e *loginExchange) Next(response []byte) ([]byte, bool, error) {
	switch {
	case len(response) == 0 && e.name == "":
		return []byte("Username:"), false, nil
	case e.name == "":
		e.name = string(response)
		return []byte("Password:"), false, nil
	}
	done, err := e.settle(e.name, e.m.Passwords[e.name] == string(response))
	return nil, done, err
}

// cramExchange is CRAM-MD5 (RFC 2195): a challenge, its keyed digest.
type cramExchange struct {
	memoryExchange
	asked bool
}

func (e *cramExchange) Next(response []byte) ([]byte, bool, error) {
	if !e.asked {
		e.asked = true
		return []byte(e.m.Challenge), false, nil
	}
	name, digits, _ := strings.Cut(string(response), " ")
	mac := hmac.New(md5.New, []byte(e.m.Passwords[name]))
	mac.Write([]byte(e.m.Challenge))
	done, err := e.settle(name, digits == hex.EncodeToString(mac.Sum(nil)))
	return nil, done, err
}

// apopExchange is APOP (RFC 1939 §7): the digest of timestamp and password.
type apopExchange struct{ memoryExchange }

func (e *apopExchange) Next(response []byte) ([]byte, bool, error) {
	f := strings.SplitN(string(response), "\x00", 3)
	if len(f) != 3 {
		return nil, false, errDenied
	}
	sum := md5.Sum([]byte(f[0] + e.m.Passwords[f[1]]))
	done, err := e.settle(f[1], string(sum[:]) == f[2])
	return nil, done, err
}
