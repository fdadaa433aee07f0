package pop3

// Admitter is a Backend that may turn away a user who has proved to be the one.
type Admitter interface {
	// Admit is asked after a login that was good. What it returns is why the
	// user may not come in; it is told behind -ERR [IN-USE] (RFC 2449 §8.1.2)
	// and ends the session. The empty string lets the user in.
	Admit(user string) string
}

// turnedAway asks the backend whether a user may come in, and says so if not.
func (s *Session) turnedAway(user string) bool {
	a, ok := s.b.(Admitter)
	if !ok {
		return false
	}
	why := a.Admit(user)
	if why == "" {
		return false
	}
	s.err("[IN-USE] " + why)
	s.close(why)
	return true
}

// Drop ends a session from the server's side, for the reason that the client is
// told with -ERR.
func (s *Session) Drop(why string) []byte {
	s.out = s.out[:0]
	if s.state != Closed {
		s.err(why)
		s.close(why)
	}
	return s.out
}
