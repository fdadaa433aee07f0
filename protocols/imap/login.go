package imap

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

// stepLogin executes one command before login, as Dovecot's imap-login does:
// arguments are read for every command, also where it has none.
func (s *Session) stepLogin() bool {
	n, tooLong := s.firstLine(MaxLoginLine)
	if tooLong {
		s.bye("Input buffer full, aborting")
		return false
	}
	if n == 0 {
		return false
	}
	s.began = s.b.Now()
	c := &call{r: &reader{in: s.in, literal: MaxLoginLiteral, prompt: s.prompt}}
	tag, ok := c.r.tag()
	if c.tag = tag; !ok {
		c.tag = "*"
	}
	name, named := c.r.verb()
	c.name = upper(name)
	c.row = byVerb[c.name]
	if !ok || !named {
		s.wrongLogin(c)
		s.skip(c)
		return true
	}
	if c.name != "ID" {
		c.r.lists = MaxLoginLists
	}
	if c.name != "AUTHENTICATE" {
		var v verdict
		switch c.args, v = c.r.args(0); v {
		case readMore:
			s.want = len(s.in) + 1
			return false
		case readDead:
			s.bye(c.r.err)
			return false
		case readBad:
			s.plain(c, "BAD "+c.r.err)
			s.skip(c)
			return true
		}
	}
	switch {
	case s.force(c.tag, c.name):
	case c.row != nil && c.row.before != nil:
		c.row.before(s, c)
	case strings.EqualFold(c.tag, "LOGIN"):
		s.plain(c, "BAD First parameter in line is IMAP's command tag, not the command name. Add that before the command, like: a login user pass")
	default:
		s.wrongLogin(c)
	}
	s.skip(c)
	return true
}

// wrongLogin says that a command before login was not understood.
func (s *Session) wrongLogin(c *call) {
	if s.bad++; s.bad > MaxBadLogin {
		s.bye("Too many invalid IMAP commands.")
		s.reason = "Disconnected: Too many bad commands"
		return
	}
	s.plain(c, "BAD Error in IMAP command received by server.")
}

// plain ends a command before login: without times.
func (s *Session) plain(c *call, text string) { s.line(c.tag + " " + text) }

// isSecure tells whether passwords may go over the connection in the clear.
func (s *Session) isSecure() bool { return s.secured || s.cfg.Local }

// loginCapabilities are those before login.
func (s *Session) loginCapabilities() string {
	c := loginCapability
	if s.cfg.TLS != TLSNo && !s.secured {
		c += " STARTTLS"
	}
	if !s.isSecure() && (s.cfg.DisablePlaintextAuth || s.cfg.TLS == TLSRequired) {
		c += " LOGINDISABLED"
	}
	for _, m := range s.advertised() {
		c += " AUTH=" + m
	}
	return c
}

// advertised are the mechanisms announced: none that would send a password in
// the clear where that is refused, and never APOP, which is POP3's.
func (s *Session) advertised() []string {
	if s.cfg.TLS == TLSRequired && !s.isSecure() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.cfg.Mechanisms), func(m string) bool {
		return m == "APOP" || isPlaintext(m) && s.cfg.DisablePlaintextAuth && !s.isSecure()
	})
}

// isPlaintext tells whether a mechanism sends the password itself.
func isPlaintext(mechanism string) bool { return mechanism == "PLAIN" || mechanism == "LOGIN" }

func (s *Session) capabilityLoginCmd(c *call) {
	s.line("* CAPABILITY " + s.loginCapabilities())
	s.plain(c, "OK Pre-login capabilities listed, post-login capabilities have more.")
}

func (s *Session) noopLoginCmd(c *call) { s.plain(c, "OK NOOP completed.") }

func (s *Session) logoutLoginCmd(c *call) {
	s.line("* BYE Logging out")
	s.plain(c, "OK Logout completed.")
	s.close("Aborted login by logging out")
}

// idLoginCmd is ID (RFC 2971 §3.1). Before login its argument is checked.
func (s *Session) idLoginCmd(c *call) {
	if !validID(c.args) {
		s.plain(c, "BAD Invalid ID parameters")
		return
	}
	s.line(identity)
	s.plain(c, "OK ID completed.")
}

// identity is what Dovecot tells of itself (imap_id_send).
const identity = `* ID ("name" "Dovecot")`

func validID(args []arg) bool {
	if len(args) == 0 || args[0].kind == argNil {
		return true
	}
	if args[0].kind != argList {
		return false
	}
	for i, a := range args[0].list {
		switch {
		case a.kind == argString, a.kind == argLiteral, a.kind == argNil && i%2 == 1:
		default:
			return false
		}
	}
	return true
}

// enableLoginCmd is ENABLE. RFC 5161 §3.1 knows it only after login.
func (s *Session) enableLoginCmd(c *call) {
	s.line("* ENABLED")
	s.plain(c, "OK ENABLE ignored in non-authenticated state.")
}

// startTLSCmd is STARTTLS (RFC 3501 §6.2.1).
func (s *Session) startTLSCmd(c *call) {
	switch {
	case s.secured:
		s.plain(c, "BAD TLS is already active.")
	case s.cfg.TLS == TLSNo:
		s.plain(c, "BAD TLS support isn't enabled.")
	default:
		s.plain(c, "OK Begin TLS negotiation now.")
		s.next = wire.StartTLS
	}
}

// loginCmd is LOGIN (RFC 3501 §6.2.3).
func (s *Session) loginCmd(c *call) {
	if len(c.args) != 2 || c.args[0].kind == argList || c.args[1].kind == argList {
		s.wrongLogin(c)
		return
	}
	if !s.isSecure() && (s.cfg.DisablePlaintextAuth || s.cfg.TLS == TLSRequired) {
		s.line("* BAD [ALERT] Plaintext authentication not allowed without SSL/TLS, but your client did it anyway. If anyone was listening, the password was exposed.")
		s.plain(c, "NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
		return
	}
	ex := s.b.Auth("PLAIN")
	if ex == nil {
		s.plain(c, "NO [ALERT] Unsupported authentication mechanism.")
		return
	}
	s.authTag, s.exchange = c.tag, ex
	s.respond([]byte("\x00" + c.args[0].text + "\x00" + c.args[1].text))
}

// enter opens the mail of the user who has logged in.
func (s *Session) enter(tag string) {
	user := s.exchange.User()
	if s.turnedAway(tag, user) {
		return
	}
	account, err := s.b.Open(user)
	s.exchange = nil
	s.user = user
	if err != nil {
		s.line(tag + " NO [UNAVAILABLE] " + internalError)
		s.close("Disconnected: Internal login failure")
		return
	}
	s.account, s.bad = account, 0
	s.become(Authenticated)
	s.line(tag + " OK [CAPABILITY " + s.cfg.Capability + "] Logged in")
}

// internalError is what the client is told when only the log knows more.
const internalError = "Internal error occurred. Refer to server log for more information."

// failure is internalError with where and when to look in the log.
func (s *Session) failure() string {
	return fmt.Sprintf("%s [%s]", internalError, s.b.Now().UTC().Format("2006-01-02 15:04:05"))
}

// Lost tells that the client is gone without LOGOUT.
func (s *Session) Lost() []byte {
	s.close("Connection closed")
	return nil
}

// Timeout is the time left to log in, or the idle time after login.
func (s *Session) Timeout() time.Duration {
	switch s.state {
	case NotAuthenticated, SASL:
		return max(s.opened.Add(LoginTime).Sub(s.b.Now()), 1)
	case Logout:
		return 0
	case Authenticated, Selected:
		if s.notify == nil {
			return IdleTime
		}
		return max(s.began.Add(IdleTime).Sub(s.b.Now()), 1)
	case Idling:
		return max(s.began.Add(IdleTime).Sub(s.b.Now()), 1)
	}
	return IdleTime
}

// TimedOut says the last words to a silent client.
func (s *Session) TimedOut() []byte {
	s.out = s.out[:0]
	if s.state == Logout {
		return nil
	}
	before := s.state == NotAuthenticated || s.state == SASL
	s.bye("Disconnected for inactivity.")
	s.reason = "Disconnected: Inactivity"
	if !before {
		s.reason = fmt.Sprintf("Disconnected: Inactivity - no input for %d secs", int(IdleTime/time.Second))
	}
	return s.out
}

// chomp cuts the line end of a line.
func chomp(line []byte) string {
	return strings.TrimSuffix(string(bytes.TrimSuffix(line, []byte{'\n'})), "\r")
}
