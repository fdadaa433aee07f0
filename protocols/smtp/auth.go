package smtp

import (
	"encoding/base64"
	"strings"

	"mailtrek/protocols/sasl"
)

// maxSASLResponse is $smtpd_sasl_response_limit; RFC 4954 §4.4 has the same
// figure for a line.
const maxSASLResponse = 12288

// exchange is an AUTH command under way.
type exchange struct {
	server    sasl.Server
	mechanism string
}

// mechanisms are those that the client may use now, none when AUTH is not
// enabled.
func (s *Session) mechanisms() []string {
	if s.cfg.Auth == nil || s.cfg.TLSAuthOnly && s.facts.TLS == nil {
		return nil
	}
	return s.cfg.Auth.Mechanisms(&s.facts)
}

// auth is AUTH (RFC 4954 §4): 334 carries a challenge, the next line a
// response, both in base64, until 235 or a failure.
func (s *Session) auth(args []word) *Reply {
	switch {
	case s.cfg.HeloRequired && s.facts.Helo == "":
		return replyHeloFirst
	case s.cfg.Discard&KeyAuth != 0 || len(s.mechanisms()) == 0:
		return replyAuthNotEnabled
	case s.facts.Mail:
		return replyInMail
	case s.facts.User != "":
		return replyAuthTwice
	case len(args) < 2 || len(args) > 3:
		return replyAuthSyntax
	}
	if r := s.b.Count(&s.facts, CountAuth); r != nil {
		return r
	}
	s.sasl = exchange{mechanism: string(args[1].text)}
	if !isBase64Text(initialResponse(args)) {
		return s.authFailed(badInitial)
	}
	if s.sasl.server = s.startSASL(); s.sasl.server == nil {
		return s.authFailed("Invalid authentication mechanism")
	}
	if len(args) == 3 {
		return s.step(args[2].text, badInitial)
	}
	return s.challenge(nil)
}

// startSASL begins the exchange if the mechanism is among those offered.
func (s *Session) startSASL() sasl.Server {
	for _, m := range s.mechanisms() {
		if strings.EqualFold(s.sasl.mechanism, m) {
			return s.cfg.Auth.Start(&s.facts, m)
		}
	}
	return nil
}

// response takes the line that answers a challenge.
func (s *Session) response(line, _ []byte, _, cut bool) {
	var r *Reply
	switch {
	case cut:
		r = replySASLTooLong
	case len(line) == 1 && line[0] == '*':
		// RFC 4954 §4: a lone asterisk cancels.
		s.b.Log("warning: " + s.cfg.Peer + ": SASL " + printable([]byte(s.sasl.mechanism)) + " authentication aborted")
		s.cfg.Auth.Failed(&s.facts, s.sasl.mechanism, "aborted")
		r = replyAuthAborted
	case !isBase64Text(line):
		r = s.authFailed(badResponse)
	default:
		r = s.step(line, badResponse)
	}
	if r != nil {
		s.sasl.server = nil
		s.idle()
		s.done(r)
	}
}

// Why a response cannot be decoded.
const (
	badInitial  = "Invalid base64 data in initial response"
	badResponse = "Invalid base64 data in continued response"
)

// step decodes a response and goes on with it; bad is the reason to give when
// that is not possible. RFC 4954 §4: "=" is an initial response of no octets.
func (s *Session) step(coded []byte, bad string) *Reply {
	if len(coded) == 1 && coded[0] == '=' {
		coded = nil
	}
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(coded)))
	n, err := base64.StdEncoding.Decode(decoded, coded)
	if err != nil {
		return s.authFailed(bad)
	}
	return s.challenge(decoded[:n])
}

// challenge gives a response to the mechanism and sends the next challenge, or
// returns the reply that ends the exchange.
func (s *Session) challenge(response []byte) *Reply {
	text, done, err := s.sasl.server.Next(response)
	if err != nil {
		return s.authFailed("")
	}
	if done {
		s.facts.User = printable([]byte(s.sasl.server.User()))
		s.facts.Mechanism = printable([]byte(s.sasl.mechanism))
		return replyAuthOK
	}
	s.become(Authenticating)
	s.reply = Reply{Code: 334, Text: base64.StdEncoding.EncodeToString(text)}
	s.answer(&s.reply)
	return nil
}

// authFailed logs a failure and makes the reply to it.
func (s *Session) authFailed(reason string) *Reply {
	user := "(unavailable)"
	if s.sasl.server != nil && s.sasl.server.User() != "" {
		user = printable([]byte(s.sasl.server.User()))
	}
	if reason == "" {
		// RFC 4954 §6: the client is not told which part was wrong.
		reason = "(reason unavailable)"
	}
	s.cfg.Auth.Failed(&s.facts, s.sasl.mechanism, reason)
	s.b.Log("warning: " + s.cfg.Peer + ": SASL " + printable([]byte(s.sasl.mechanism)) + " authentication failed: " + reason + ", sasl_username=" + user)
	return &Reply{Code: 535, Enhanced: "5.7.8", Text: "Error: authentication failed: " + reason}
}

func initialResponse(args []word) []byte {
	if len(args) == 3 {
		return args[2].text
	}
	return nil
}

// isBase64Text reports whether a text has only characters of base64; that it
// can be decoded is the mechanism's business.
func isBase64Text(b []byte) bool {
	for _, c := range b {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=') {
			return false
		}
	}
	return true
}
