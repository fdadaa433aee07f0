package imap

// Admitter is a Backend that may turn away a user who has proved to be the one.
type Admitter interface {
	// Admit is asked after a login that was good. What it returns is why the
	// user may not come in; it is told behind NO [LIMIT] and ends the session.
	// The empty string lets the user in.
	Admit(user string) string
}

// turnedAway asks the backend whether a user may come in, and says so if not.
func (s *Session) turnedAway(tag, user string) bool {
	a, ok := s.b.(Admitter)
	if !ok {
		return false
	}
	why := a.Admit(user)
	if why == "" {
		return false
	}
	s.line(tag + " NO [LIMIT] " + why)
	s.close(why)
	return true
}

// Drop ends a session from the server's side, for the reason that the client is
// told with BYE.
func (s *Session) Drop(why string) []byte {
	s.out = s.out[:0]
	if s.next == 0 {
		s.line("* BYE " + why)
		s.close(why)
	}
	return s.out
}
