package pop3

import "strconv"

// Stats counts what a session did, for the line that Dovecot logs at its end
// (pop3_logout_format, by default top=%t/%p, retr=%r/%b, del=%d/%m, size=%s).
type Stats struct {
	Top, Retr           int   // commands that sent a message
	TopBytes, RetrBytes int64 // octets they sent
	Deleted             int   // messages deleted at QUIT
	Messages            int   // messages at the beginning
	Size                int64 // their octets
}

// Stats returns the counts so far.
func (s *Session) Stats() Stats { return s.stats }

// count returns number and size of the messages that are not marked.
func (s *Session) count() (n int, size int64) {
	for i, m := range s.messages {
		if !s.marked[i] {
			n++
			size += m.Size
		}
	}
	return n, size
}

// capaCmd is CAPA in TRANSACTION: what concerns login is gone.
func (s *Session) capaCmd(string) bool {
	s.ok("")
	for _, c := range capabilities {
		s.line(c)
	}
	s.line(".")
	return true
}

// statCmd is STAT. RFC 1939 §5: messages marked as deleted are not counted.
func (s *Session) statCmd(string) bool {
	n, size := s.count()
	s.ok(strconv.Itoa(n) + " " + strconv.FormatInt(size, 10))
	return true
}

// listCmd is LIST: the scan listing of all messages or of one.
func (s *Session) listCmd(args string) bool {
	if args != "" {
		i, _, ok := s.messageNumber(args, false)
		if ok {
			s.ok(s.scanLine(i))
		}
		return ok
	}
	n, _ := s.count()
	s.ok(strconv.Itoa(n) + " messages:")
	for i := range s.messages {
		if !s.marked[i] {
			s.line(s.scanLine(i))
		}
	}
	s.line(".")
	return true
}

func (s *Session) scanLine(i int) string {
	return strconv.Itoa(i+1) + " " + strconv.FormatInt(s.messages[i].Size, 10)
}

// uidlCmd is UIDL: the unique-id listing of all messages or of one.
func (s *Session) uidlCmd(args string) bool {
	if args != "" {
		i, _, ok := s.messageNumber(args, false)
		if ok {
			s.ok(s.uidLine(i))
		}
		return ok
	}
	s.ok("")
	for i := range s.messages {
		if !s.marked[i] {
			s.line(s.uidLine(i))
		}
	}
	s.line(".")
	return true
}

func (s *Session) uidLine(i int) string { return strconv.Itoa(i+1) + " " + s.messages[i].UID }

// deleCmd is DELE. RFC 1939 §5: the message keeps its number and is deleted
// in UPDATE.
func (s *Session) deleCmd(args string) bool {
	i, _, ok := s.messageNumber(args, false)
	if !ok {
		return false
	}
	s.marked[i] = true
	s.anyMarked = true
	s.ok("Marked to be deleted.")
	return true
}

// noopCmd is NOOP.
func (s *Session) noopCmd(string) bool {
	s.ok("")
	return true
}

// rsetCmd is RSET: marks are taken back, also those of RETR.
func (s *Session) rsetCmd(string) bool {
	clear(s.marked)
	clear(s.seen)
	s.anyMarked = false
	s.last = 0
	s.ok("")
	return true
}

// lastCmd is LAST (RFC 1460 §5).
func (s *Session) lastCmd(string) bool {
	s.ok(strconv.Itoa(s.last))
	return true
}

// quitCmd is QUIT in TRANSACTION: the session enters UPDATE (RFC 1939 §6).
func (s *Session) quitCmd(string) bool {
	s.become(Update)
	deleted := indexes(s.marked)
	seen := s.seen
	for _, i := range deleted {
		seen[i] = false // a mark on what goes away would be wasted
	}
	if err := s.drop.Update(deleted, indexes(seen)); err != nil {
		// RFC 1939 §6: the server must not claim that it has deleted.
		s.err("[SYS/TEMP] " + internalError)
		s.close("Storage error during logout.")
		return true
	}
	s.stats.Deleted = len(deleted)
	if s.anyMarked {
		s.ok("Logging out, messages deleted.")
	} else {
		s.ok("Logging out.")
	}
	s.close("Logged out")
	return true
}
