package pop3

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// stepAuthCommand executes AUTH, whose arguments begin at n of the input. It
// is read apart from other commands because an initial response may be longer
// than a command line (RFC 5034 §4).
func (s *Session) stepAuthCommand(n int) bool {
	rest := s.in[n:]
	end := bytes.IndexAny(rest, " \r\n")
	if end < 0 && len(rest) > MaxLoginLine || end > MaxLoginLine {
		s.err("Input buffer full, aborting")
		s.close("Disconnected: Input buffer full")
		return false
	}
	if end < 0 {
		return false
	}
	line := bytes.IndexByte(rest, '\n')
	if line < 0 && len(rest)-end > MaxAuthLine || line-end > MaxAuthLine {
		s.close("Disconnected: Authentication response too large")
		return false
	}
	if line < 0 {
		return false
	}
	args := string(chomp(rest[:line]))
	s.in = rest[line+1:]
	if !s.force("AUTH") {
		byVerb["AUTH"].before(s, args)
	}
	s.bad = 0
	return true
}

// authCmd is AUTH (RFC 5034 §4). Without an argument it lists the mechanisms,
// as drafts before RFC 1734 had it and old clients of Microsoft still ask.
func (s *Session) authCmd(args string) bool {
	name, initial, _ := strings.Cut(args, " ")
	if name == "" {
		s.ok("")
		for _, m := range s.advertised() {
			s.line(m)
		}
		s.line(".")
		return true
	}
	name = upper(name)
	switch {
	case s.cfg.TLS == TLSRequired && !s.isSecure():
		s.authError("Authentication not allowed until SSL/TLS is enabled.")
		return true
	case name == "APOP" || !slices.Contains(s.cfg.Mechanisms, name):
		s.authError("Unsupported authentication mechanism.")
		return true
	case isPlaintext(name) && !s.isSecure() && s.cfg.DisablePlaintextAuth:
		s.authError("Plaintext authentication disabled.")
		return true
	}
	if initial == "" {
		s.beginAuth(name, nil)
		return true
	}
	response, ok := []byte{}, true
	if initial != "=" { // RFC 5034 §4: "=" is an initial response of no octets.
		response, ok = decodeResponse(initial)
	}
	if !ok {
		s.authError("Invalid base64 data in initial response")
		return true
	}
	s.beginAuth(name, response)
	return true
}

// beginAuth begins an exchange.
func (s *Session) beginAuth(mechanism string, initial []byte) {
	if s.cfg.TLS == TLSRequired && !s.isSecure() {
		s.authError("Authentication not allowed until SSL/TLS is enabled.")
		return
	}
	ex := s.b.Auth(mechanism)
	if ex == nil {
		s.authError("Unsupported authentication mechanism.")
		return
	}
	s.become(SASL)
	s.exchange = ex
	s.respond(initial)
}

// stepAuth reads one response of an exchange.
func (s *Session) stepAuth() bool {
	end := bytes.IndexByte(s.in, '\n')
	if end < 0 && len(s.in) > MaxAuthLine || end > MaxAuthLine {
		s.close("Disconnected: Authentication response too large")
		return false
	}
	if end < 0 {
		return false
	}
	line := cString(chomp(s.in[:end]))
	s.in = s.in[end+1:]
	if line == "*" {
		// RFC 5034 §4: the client cancels.
		s.become(Authorization)
		s.err("Authentication aborted by client.")
		return true
	}
	response, ok := decodeResponse(line)
	if !ok {
		s.become(Authorization)
		if strings.Trim(line, base64Alphabet+"=") != "" {
			s.authError("Invalid base64 in response")
		} else {
			s.authError("Invalid base64 data in continued response")
		}
		return true
	}
	s.respond(response)
	return true
}

// respond gives a response to the exchange and tells the client what came of
// it.
func (s *Session) respond(response []byte) {
	challenge, done, err := s.exchange.Next(response)
	var temporary interface{ Temporary() bool }
	switch {
	case errors.As(err, &temporary) && temporary.Temporary():
		s.become(Authorization)
		s.err(s.temporaryFailure())
	case err != nil:
		s.become(Authorization)
		s.b.Failed()
		s.authError("Authentication failed.")
	case done:
		s.enter(s.exchange.User())
	default:
		s.line("+ " + base64.StdEncoding.EncodeToString(challenge))
	}
}

// advertised are the mechanisms that CAPA and AUTH list: none that would send
// a password in the clear where that is refused, and never APOP, which is a
// command of its own.
func (s *Session) advertised() []string {
	if s.cfg.TLS == TLSRequired && !s.isSecure() {
		return nil
	}
	var names []string
	for _, m := range s.cfg.Mechanisms {
		hidden := isPlaintext(m) && s.cfg.DisablePlaintextAuth && !s.isSecure()
		if m != "APOP" && !hidden {
			names = append(names, m)
		}
	}
	return names
}

// isPlaintext tells whether a mechanism sends the password itself.
func isPlaintext(mechanism string) bool { return mechanism == "PLAIN" || mechanism == "LOGIN" }

// base64Alphabet is that of RFC 4648 §4.
const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// decodeResponse decodes a response. An empty line is a response of no octets,
// not the absence of one.
func decodeResponse(line string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(line)
	if err != nil || strings.ContainsAny(line, "\r\n") {
		return nil, false
	}
	if b == nil {
		b = []byte{}
	}
	return b, true
}
