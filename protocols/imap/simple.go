package imap

import (
	"slices"
	"strings"
	"time"
)

// capabilityCmd is CAPABILITY after login (RFC 3501 §6.1.1).
func (s *Session) capabilityCmd(c *call) {
	s.line("* CAPABILITY " + s.cfg.Capability)
	s.tagged(c, "OK Capability completed.")
}

// noopCmd is NOOP (RFC 3501 §6.1.2).
func (s *Session) noopCmd(c *call) { s.sync(c, 0, "OK NOOP completed.") }

// logoutCmd is LOGOUT (RFC 3501 §6.1.3).
func (s *Session) logoutCmd(c *call) {
	s.line("* BYE Logging out")
	s.tagged(c, "OK Logout completed.")
	s.stats.LoggedOut = true
	s.close("Logged out")
}

// idCmd is ID (RFC 2971 §3.1).
func (s *Session) idCmd(c *call) {
	s.line(identity)
	s.tagged(c, "OK ID completed.")
}

// enableCmd is ENABLE (RFC 5161 §3.1).
func (s *Session) enableCmd(c *call) {
	enabled := ""
	for _, a := range c.args {
		word, ok := a.atom()
		if !ok {
			s.wrong(c, "Invalid arguments")
			return
		}
		switch word = upper(word); word {
		case "CONDSTORE":
			s.useCondstore()
			enabled += " " + word
		case "IMAP4REV2":
			if s.hasRev2() {
				s.rev2 = true
				enabled += " IMAP4rev2"
			}
		case "QRESYNC":
			// RFC 7162 §3.2.3: it includes CONDSTORE.
			s.useCondstore()
			s.qresync = true
			enabled += " " + word
		}
	}
	if enabled != "" {
		s.line("* ENABLED" + enabled)
	}
	s.tagged(c, "OK Enabled.")
}

// hasRev2 tells whether IMAP4rev2 is announced. Dovecot 2.3 does not have it; a
// server whose imap_capability asks for it answers a client that has enabled it
// as RFC 9051 has it: searches by ESEARCH (§6.4.4), no RECENT (appendix E), LIST
// when a mailbox is opened (§6.3.2).
func (s *Session) hasRev2() bool {
	return slices.Contains(strings.Fields(upper(s.cfg.Capability)), "IMAP4REV2")
}

// namespaceCmd is NAMESPACE (RFC 2342 §5): one personal namespace.
func (s *Session) namespaceCmd(c *call) {
	s.line(`* NAMESPACE (("" "` + string(s.cfg.Separator) + `")) NIL NIL`)
	s.tagged(c, "OK Namespace completed.")
}

// urlAuthCmd is what URLAUTH (RFC 4467) is without imap_urlauth_host.
func (s *Session) urlAuthCmd(c *call) { s.wrong(c, "URLAUTH disabled") }

// metadataCmd is what GETMETADATA and SETMETADATA are without imap_metadata.
func (s *Session) metadataCmd(c *call) {
	s.tagged(c, "NO [CANNOT] Generic mailbox attributes not enabled")
}

func (s *Session) xStateCmd(c *call) { s.wrong(c, "Command is disabled for now") }

// idleCmd is IDLE (RFC 2177 §3).
func (s *Session) idleCmd(c *call) {
	s.idleTag, s.idleAt = c.tag, s.b.Now()
	s.line("+ idling")
	if s.view != nil && !s.report(0) {
		return
	}
	s.become(Idling)
}

// stepIdle reads the line that ends IDLE.
func (s *Session) stepIdle() bool {
	n, tooLong := s.firstLine(MaxLine)
	if tooLong {
		s.bye("Too long argument")
		return false
	}
	if n == 0 {
		return false
	}
	line := chomp(s.in[:n])
	s.in = s.in[n:]
	s.unwatch()
	s.become(s.rest())
	took := s.b.Now().Sub(s.began)
	if strings.EqualFold(line, "DONE") {
		s.taggedLine(s.idleTag, "OK Idle completed.", took)
	} else {
		s.taggedLine(s.idleTag, "BAD Expected DONE.", took)
	}
	return true
}

// Watch arranges that wake is called when something changes that the session
// tells unasked: in the selected mailbox during IDLE, and what NOTIFY has set at
// any time. It tells whether there is anything. wake must not call the session;
// its owner calls Wake soon.
func (s *Session) Watch(wake func()) bool {
	s.wakeOwner = wake
	if s.state != Idling && (s.notify == nil || s.state != Authenticated && s.state != Selected) {
		return false
	}
	if s.view != nil && s.view.watcher == nil {
		s.view.watcher = &watcher{wake}
		s.view.box.watchers = append(s.view.box.watchers, s.view.watcher)
	}
	return true
}

// unwatch ends Watch.
func (s *Session) unwatch() {
	if s.view == nil || s.view.watcher == nil {
		return
	}
	s.view.box.unwatch(s.view.watcher)
	s.view.watcher = nil
}

// WakeAt is when the next sign of life is due in IDLE.
func (s *Session) WakeAt() time.Time {
	if s.state != Idling {
		return s.began.Add(2 * IdleTime) // never: the session ends before
	}
	return s.idleAt.Add(StillHere)
}

// Wake returns what the session has to say unasked: the changes of the mailbox,
// or a sign of life.
func (s *Session) Wake() []byte {
	s.out = s.out[:0]
	switch {
	case s.next != 0:
	case s.state == Idling:
		s.wakeIdle()
	case s.notify != nil && len(s.in) == 0 && (s.state == Authenticated || s.state == Selected):
		s.wakeNotify()
	}
	s.stats.Out += int64(len(s.out))
	return s.out
}

func (s *Session) wakeIdle() {
	if s.view != nil && !s.report(0) {
		return
	}
	if s.notify != nil {
		s.tellOthers()
	}
	if now := s.b.Now(); len(s.out) == 0 && now.Sub(s.idleAt) >= StillHere {
		s.idleAt = now
		s.line("* OK Still here")
	}
}
