package pop3

import "strings"

// Forcer is a Backend that can put words into the session's mouth, to show how
// a client takes them.
type Forcer interface {
	// Force is asked before the greeting, with the stage "CONNECT", and before
	// a command that is known is carried out, with its verb. A reply such as
	// "-ERR [SYS/TEMP] try later" (RFC 3206 §4) is given instead, and nothing
	// else happens; instead of the greeting it ends the session. The empty
	// string lets the session go on.
	Force(stage string) string
}

// force asks the backend for a reply that stands in for the real one, and gives
// it.
func (s *Session) force(stage string) bool {
	f, ok := s.b.(Forcer)
	if !ok {
		return false
	}
	r := f.Force(stage)
	if r == "" {
		return false
	}
	s.line(strings.Map(oneLine, r))
	if stage == "CONNECT" {
		s.close("Disconnected")
	}
	return true
}

// oneLine keeps a reply on its line.
func oneLine(r rune) rune {
	if r == '\r' || r == '\n' || r == 0 {
		return ' '
	}
	return r
}
