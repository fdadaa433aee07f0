package imap

// State is a state of the server's half (RFC 3501 §3).
//
//	          greeting
//	             |
//	             v       AUTHENTICATE
//	     NOT AUTHENTICATED ---------> (SASL exchange)
//	      |      |                          |
//	      |      | LOGIN accepted           | accepted
//	      |      v                          v
//	      |    AUTHENTICATED <--------------+
//	      |      |        ^
//	      |      | SELECT | CLOSE, UNSELECT,
//	LOGOUT|      | EXAMINE| SELECT of what does not exist
//	      |      v        |
//	      |    SELECTED --+        IDLE … DONE in both
//	      |      |
//	      |      | LOGOUT
//	      v      v
//	     logout, closed
type State uint8

const (
	// NotAuthenticated is the state after the greeting.
	NotAuthenticated State = iota
	// SASL is inside an exchange of AUTHENTICATE.
	SASL
	// Authenticated is the state after login, without a mailbox.
	Authenticated
	// Selected is the state with a mailbox open.
	Selected
	// Idling is Authenticated or Selected inside IDLE (RFC 2177).
	Idling
	// Logout is the end.
	Logout
)

// String names the state as a learner reads it.
func (s State) String() string {
	switch s {
	case NotAuthenticated:
		return "NOT AUTHENTICATED"
	case SASL:
		return "NOT AUTHENTICATED, SASL exchange"
	case Authenticated:
		return "AUTHENTICATED"
	case Selected:
		return "SELECTED"
	case Idling:
		return "IDLE"
	}
	return "LOGOUT"
}

// become is the one place where the state changes.
func (s *Session) become(st State) {
	if st == NotAuthenticated {
		s.exchange = nil
	}
	s.state = st
}

// rest is the state between commands after login.
func (s *Session) rest() State {
	if s.view != nil {
		return Selected
	}
	return Authenticated
}
