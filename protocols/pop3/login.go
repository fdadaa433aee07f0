package pop3

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"mailtrek/protocols/wire"
)

// plaintextRefused is the text for a password that would travel in the clear.
const plaintextRefused = "Plaintext authentication disallowed on non-secure (SSL/TLS) connections."

// internalError is Dovecot's text for failures whose cause only the log tells.
const internalError = "Internal error occurred. Refer to server log for more information."

// userCmd is USER. RFC 1939 §7 lets the server answer +OK although there is no
// such maildrop, and a careful server does, so that names cannot be guessed.
func (s *Session) userCmd(args string) bool {
	if !s.plaintextAllowed() {
		s.authError(plaintextRefused)
		return true
	}
	s.become(UserGiven)
	s.named = args
	s.ok("")
	return true
}

// passCmd is PASS. RFC 1939 §7: the argument is all that follows the blank.
func (s *Session) passCmd(args string) bool {
	if s.state != UserGiven {
		if !s.plaintextAllowed() {
			s.authError(plaintextRefused)
			return true
		}
		s.err("No username given.")
		return true
	}
	name := s.named
	s.become(Authorization)
	s.beginAuth("PLAIN", []byte("\x00"+name+"\x00"+args))
	return true
}

// apopCmd is APOP (RFC 1939 §7).
func (s *Session) apopCmd(args string) bool {
	if s.cfg.Timestamp == "" {
		s.err("APOP not enabled.")
		return true
	}
	name, digits, found := strings.Cut(args, " ")
	if !found || len(digits) != 32 {
		s.err("Invalid parameters.")
		return true
	}
	digest, err := hex.DecodeString(digits)
	if err != nil {
		s.err("Invalid characters in MD5 response.")
		return true
	}
	s.beginAuth("APOP", append([]byte(s.cfg.Timestamp+"\x00"+name+"\x00"), digest...))
	return true
}

// stlsCmd is STLS (RFC 2595 §4). Deviates from the RFC as Dovecot does: an
// argument is ignored, and a name given by USER is kept.
func (s *Session) stlsCmd(string) bool {
	switch {
	case s.secured:
		s.err("TLS is already active.")
	case s.cfg.TLS == TLSNo:
		s.err("TLS support isn't enabled.")
	default:
		s.ok("Begin TLS negotiation now.")
		s.next = wire.StartTLS
	}
	return true
}

// xclientCmd is XCLIENT and XOIP, from somebody who is no trusted proxy.
func (s *Session) xclientCmd(string) bool {
	s.ok("You are not from trusted IP - ignoring")
	return true
}

// capabilities are announced before and after login.
var capabilities = []string{"CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE"}

// capaLoginCmd is CAPA in AUTHORIZATION (RFC 2449 §5).
func (s *Session) capaLoginCmd(string) bool {
	s.ok("")
	for _, c := range capabilities {
		s.line(c)
	}
	if s.cfg.TLS != TLSNo && !s.secured {
		s.line("STLS")
	}
	// RFC 2449 §6.3: USER is absent where USER and PASS would be refused.
	// Deviates from it as Dovecot does: ssl = required alone keeps it.
	if !s.cfg.DisablePlaintextAuth || s.isSecure() {
		s.line("USER")
	}
	s.line(strings.Join(append([]string{"SASL"}, s.advertised()...), " "))
	s.line(".")
	return true
}

// quitLoginCmd is QUIT in AUTHORIZATION: there is no UPDATE (RFC 1939 §4).
func (s *Session) quitLoginCmd(string) bool {
	s.ok("Logging out")
	s.close("Aborted login by logging out")
	return true
}

// isSecure tells whether what the client sends cannot be overheard.
func (s *Session) isSecure() bool { return s.secured || s.cfg.Local }

// plaintextAllowed tells whether a password may be sent in the clear.
func (s *Session) plaintextAllowed() bool {
	return s.isSecure() || !s.cfg.DisablePlaintextAuth && s.cfg.TLS != TLSRequired
}

// enter opens the maildrop of a user who has proved to be the one, and with it
// the state TRANSACTION.
func (s *Session) enter(user string) {
	s.become(Authorization)
	if s.turnedAway(user) {
		return
	}
	s.user = user
	if s.cfg.LockSession {
		// RFC 1939 §4: the lock comes before the positive reply.
		if !s.openDrop(user) {
			return
		}
		s.ok("Logged in.")
	} else {
		s.ok("Logged in.")
		if !s.openDrop(user) {
			return
		}
	}
	s.bad = 0
	s.become(Transaction)
}

// openDrop opens the maildrop, or says why it cannot and ends the session.
func (s *Session) openDrop(user string) bool {
	drop, err := s.b.Open(user)
	switch {
	case errors.Is(err, ErrInUse):
		s.err("[IN-USE] Mailbox is locked by another POP3 session.")
		s.close("Couldn't lock POP3 session")
		return false
	case err != nil:
		s.err("[SYS/TEMP] " + internalError)
		s.close(err.Error())
		return false
	}
	s.drop = drop
	s.messages = drop.Messages()
	s.marked = make([]bool, len(s.messages))
	s.seen = make([]bool, len(s.messages))
	s.expunged = 0
	for i, m := range s.messages {
		s.stats.Messages++
		s.stats.Size += m.Size
		if m.Seen {
			s.last = i + 1
		}
	}
	return true
}

// authError replies "-ERR [AUTH] text" (RFC 3206 §4).
func (s *Session) authError(text string) { s.err("[AUTH] " + text) }

// temporaryFailure is the text when the auth service cannot tell.
func (s *Session) temporaryFailure() string {
	return fmt.Sprintf("[SYS/TEMP] Temporary authentication failure. [%s:%s]",
		s.cfg.Hostname, s.b.Now().Format("2006-01-02 15:04:05"))
}
