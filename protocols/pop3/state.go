package pop3

// State is a state of the server's half.
//
//	        greeting
//	           |
//	           v      USER            AUTH
//	    AUTHORIZATION ----> user given      (SASL exchange)
//	     |     ^   |           |  PASS            |
//	QUIT |     |   +-----------+------------------+
//	     |     | refused       | accepted, maildrop opened (and locked)
//	     |     +---------------+
//	     |                     v
//	     |                TRANSACTION   STAT LIST RETR DELE NOOP RSET
//	     |                     |        TOP UIDL CAPA
//	     |                     | QUIT
//	     |                     v
//	     |                  UPDATE      messages marked are deleted
//	     v                     |
//	   closed <----------------+   (a lost connection comes here without
//	                                UPDATE: nothing is deleted)
type State uint8

const (
	// Authorization is the state after the greeting (RFC 1939 §4).
	Authorization State = iota
	// UserGiven is AUTHORIZATION after USER: PASS is expected.
	UserGiven
	// SASL is AUTHORIZATION inside an exchange of AUTH (RFC 5034 §4).
	SASL
	// Transaction is the state after login (RFC 1939 §5).
	Transaction
	// Update is the state that QUIT enters: deletions happen (RFC 1939 §6).
	Update
	// Closed is the end.
	Closed
)

// String names the state as a learner reads it.
func (s State) String() string {
	switch s {
	case Authorization:
		return "AUTHORIZATION"
	case UserGiven:
		return "AUTHORIZATION, user given"
	case SASL:
		return "AUTHORIZATION, SASL exchange"
	case Transaction:
		return "TRANSACTION"
	case Update:
		return "UPDATE"
	}
	return "closed"
}

// become is the one place where the state changes.
func (s *Session) become(st State) {
	if st == Authorization {
		s.named = ""
		s.exchange = nil
	}
	s.state = st
}
