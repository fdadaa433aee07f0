package imap

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// authenticateCmd is AUTHENTICATE (RFC 3501 §6.2.2) with an initial response
// (RFC 4959 §3). Mechanism and response are words, not arguments: Dovecot reads
// them before its parser does.
func (s *Session) authenticateCmd(c *call) {
	from := c.r.pos
	for !c.r.eol() {
		c.r.pos++
	}
	name, initial, given := strings.Cut(string(c.r.in[from:c.r.pos]), " ")
	mechanism := upper(name)
	switch {
	case name == "":
		s.wrongLogin(c)
	case s.cfg.TLS == TLSRequired && !s.isSecure():
		s.plain(c, "NO [PRIVACYREQUIRED] Authentication not allowed until SSL/TLS is enabled.")
	case mechanism == "APOP" || !slices.Contains(s.cfg.Mechanisms, mechanism):
		s.plain(c, "NO [ALERT] Unsupported authentication mechanism.")
	case isPlaintext(mechanism) && !s.isSecure() && s.cfg.DisablePlaintextAuth:
		s.plain(c, "NO [PRIVACYREQUIRED] Plaintext authentication disabled.")
	default:
		s.beginAuth(c, mechanism, initial, given && initial != "")
	}
}

// beginAuth begins an exchange.
func (s *Session) beginAuth(c *call, mechanism, initial string, given bool) {
	var response []byte
	if given {
		response = []byte{}
		if initial != "=" { // RFC 4959 §3: "=" is a response of no octets.
			var ok bool
			if response, ok = decodeResponse(initial); !ok {
				s.plain(c, "BAD Invalid base64 data in initial response")
				return
			}
		}
	}
	ex := s.b.Auth(mechanism)
	if ex == nil {
		s.plain(c, "NO [ALERT] Unsupported authentication mechanism.")
		return
	}
	s.authTag, s.exchange = c.tag, ex
	s.become(SASL)
	s.respond(response)
}

// stepAuth reads one response of an exchange.
func (s *Session) stepAuth() bool {
	n, tooLong := s.firstLine(MaxAuthLine)
	if tooLong {
		s.bye("Authentication response too large")
		return false
	}
	if n == 0 {
		return false
	}
	line := chomp(s.in[:n])
	s.in = s.in[n:]
	if line == "*" {
		// RFC 3501 §6.2.2: the client cancels.
		s.become(NotAuthenticated)
		s.line(s.authTag + " BAD Authentication aborted by client.")
		return true
	}
	response, ok := decodeResponse(line)
	if !ok {
		s.become(NotAuthenticated)
		if strings.Trim(line, base64Alphabet+"=") != "" {
			s.line(s.authTag + " NO [ALERT] Invalid base64 in response")
		} else {
			s.line(s.authTag + " BAD Invalid base64 data in continued response")
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
		s.become(NotAuthenticated)
		s.line(s.authTag + " NO [UNAVAILABLE] Temporary authentication failure. [" + s.cfg.Hostname + ":" + s.b.Now().Format("2006-01-02 15:04:05") + "]")
	case err != nil:
		s.become(NotAuthenticated)
		s.b.Failed()
		s.line(s.authTag + " NO [AUTHENTICATIONFAILED] Authentication failed.")
	case done:
		s.enter(s.authTag)
	default:
		s.line("+ " + base64.StdEncoding.EncodeToString(challenge))
	}
}

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
