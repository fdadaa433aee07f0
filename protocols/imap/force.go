package imap

import "strings"

// Forcer is a Backend that can put words into the session's mouth, to show how
// a client takes them.
type Forcer interface {
	// Force is asked before the greeting, with the stage "CONNECT", and before
	// a command that is known is carried out, with its verb ("UID FETCH"). An
	// answer such as "NO [UNAVAILABLE] try later" (RFC 5530 §3) is given behind
	// the command's tag instead, and nothing else happens; one that begins with
	// BYE is given without a tag and ends the session, as does any instead of
	// the greeting. The empty string lets the session go on.
	Force(stage string) string
}

// force asks the backend for an answer that stands in for the real one, and
// gives it.
func (s *Session) force(tag, stage string) bool {
	f, ok := s.b.(Forcer)
	if !ok {
		return false
	}
	r := oneLine(f.Force(stage))
	switch {
	case r == "":
		return false
	case len(r) >= 4 && strings.EqualFold(r[:4], "BYE "):
		s.bye(r[4:])
	case stage == "CONNECT":
		s.line("* " + r)
		s.close("Disconnected")
	default:
		s.line(tag + " " + r)
	}
	return true
}
