package pop3

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

// login returns a session of ivan in TRANSACTION.
func login(t *testing.T, cfg Config, m *Memory) *Session {
	t.Helper()
	s := NewSession(cfg, m)
	s.Open()
	s.Feed([]byte("USER ivan\r\nPASS ivan-secret\r\n"), false)
	if s.State() != "TRANSACTION" {
		t.Fatalf("state after login: %s", s.State())
	}
	return s
}

// TestFailureDelays measures how long a guesser waits: two seconds for each
// answer, and before it twice as long for each failure before.
func TestFailureDelays(t *testing.T) {
	_, m := serverOf(t, document{})
	s := NewSession(Config{}, m)
	s.Open()
	for i, want := range []time.Duration{2, 2 + 4, 2 + 8, 2 + 15, 2 + 15} {
		from := m.Now()
		got := string(s.Feed([]byte("USER ivan\r\nPASS x\r\n"), false))
		if !strings.HasSuffix(got, "-ERR [AUTH] Authentication failed.\r\n") {
			t.Fatalf("try %d: %q", i+1, got)
		}
		if d := m.Now().Sub(from); d != want*time.Second {
			t.Errorf("try %d took %v, want %v", i+1, d, want*time.Second)
		}
	}
	m.Sleep(time.Minute)
	from := m.Now()
	s = login(t, Config{}, m)
	if d := m.Now().Sub(from); d != 0 || s.User() != "ivan" {
		t.Errorf("a minute later the login took %v", d)
	}
}

func TestSilence(t *testing.T) {
	_, m := serverOf(t, document{})
	s := NewSession(Config{Mechanisms: []string{"LOGIN"}}, m)
	s.Open()
	m.Sleep(time.Minute)
	if d := s.Timeout(); d != 2*time.Minute {
		t.Errorf("a minute after the greeting %v are left, want 2m", d)
	}
	if got := string(s.TimedOut()); got != "-ERR Disconnected for inactivity.\r\n" || s.Next() != wire.Close {
		t.Errorf("got %q, %v", got, s.Next())
	}
	s = login(t, Config{}, m)
	if s.Timeout() != 10*time.Minute {
		t.Errorf("idle time: got %v, want 10m", s.Timeout())
	}
	if got := string(s.TimedOut()); got != "-ERR Disconnected for inactivity.\r\n" || s.Timeout() != 0 {
		t.Errorf("got %q", got)
	}
	s = NewSession(Config{Mechanisms: []string{"LOGIN"}}, m)
	s.Open()
	s.Feed([]byte("AUTH LOGIN\r\n"), false)
	if got := string(s.TimedOut()); got != "-ERR Disconnected for inactivity during authentication.\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestLock is pop3_lock_session: the second session waits, is told and cut
// off; when the first is gone, also without QUIT, the maildrop is free.
func TestLock(t *testing.T) {
	_, m := serverOf(t, document{})
	m.Lock = true
	first := login(t, Config{LockSession: true}, m)
	second := NewSession(Config{LockSession: true}, m)
	second.Open()
	from := m.Now()
	got := string(second.Feed([]byte("USER ivan\r\nPASS ivan-secret\r\n"), false))
	if want := "+OK\r\n-ERR [IN-USE] Mailbox is locked by another POP3 session.\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if second.Next() != wire.Close || m.Now().Sub(from) != 10*time.Second {
		t.Errorf("Next %v after %v", second.Next(), m.Now().Sub(from))
	}
	first.Lost()
	login(t, Config{LockSession: true}, m)
}

// TestSeen tells what a session leaves behind that breaks off or is reset.
func TestSeen(t *testing.T) {
	for _, c := range []struct {
		name, said string
		cfg        Config
		want       []bool
	}{
		{"RETR and QUIT", "RETR 1\r\nQUIT\r\n", Config{}, []bool{true, false, false, false, false}},
		{"RETR and a lost connection", "RETR 1\r\nDELE 2\r\n", Config{}, []bool{true, false, false, false, false}},
		{"TOP", "TOP 1 5\r\nQUIT\r\n", Config{}, []bool{false, false, false, false, false}},
		{"RETR and RSET", "RETR 1\r\nRSET\r\nQUIT\r\n", Config{}, []bool{false, false, false, false, false}},
		{"RETR and DELE", "RETR 1\r\nDELE 1\r\nRETR 3\r\nQUIT\r\n", Config{}, []bool{false, true, false, false}},
		{"pop3_no_flag_updates", "RETR 1\r\nQUIT\r\n", Config{NoFlagUpdates: true}, []bool{false, false, false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, m := serverOf(t, document{})
			s := login(t, c.cfg, m)
			s.Feed([]byte(c.said), false)
			s.Lost()
			if got := m.Drops["ivan"].Seen(); !slices.Equal(got, c.want) {
				t.Errorf("seen: got %v, want %v", got, c.want)
			}
		})
	}
}

// TestLast is pop3_enable_last (RFC 1460 §5).
func TestLast(t *testing.T) {
	_, m := serverOf(t, document{})
	s := login(t, Config{EnableLast: true}, m)
	for _, c := range []struct{ said, want string }{
		{"LAST\r\n", "+OK 0\r\n"}, {"RETR 3\r\nLAST\r\n", "+OK 3\r\n"},
		{"RETR 1\r\nLAST\r\n", "+OK 3\r\n"}, {"RSET\r\nLAST\r\n", "+OK 0\r\n"},
	} {
		if got := string(s.Feed([]byte(c.said), false)); !strings.HasSuffix(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.said, got, c.want)
		}
	}
}

// failing is a maildrop or an auth service in trouble.
type failing struct {
	*Memory
	open, update error
}

func (f *failing) Open(user string) (Maildrop, error) {
	if f.open != nil {
		return nil, f.open
	}
	d, err := f.Memory.Open(user)
	return &failingDrop{d, f.update}, err
}

type failingDrop struct {
	Maildrop
	update error
}

func (d *failingDrop) Update(deleted, seen []int) error { return d.update }

func TestStorageTrouble(t *testing.T) {
	_, m := serverOf(t, document{})
	script := "USER ivan\r\nPASS ivan-secret\r\nDELE 1\r\nQUIT\r\n"
	for _, c := range []struct {
		name string
		b    *failing
		want string
	}{
		{"open", &failing{m, errors.New("disk"), nil},
			"+OK\r\n+OK Logged in.\r\n-ERR [SYS/TEMP] " + internalError + "\r\n"},
		{"update", &failing{m, nil, errors.New("disk")},
			"+OK\r\n+OK Logged in.\r\n+OK Marked to be deleted.\r\n-ERR [SYS/TEMP] " + internalError + "\r\n"},
	} {
		s := NewSession(Config{}, c.b)
		s.Open()
		if got := string(s.Feed([]byte(script), false)); got != c.want || s.Next() != wire.Close {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTLS(t *testing.T) {
	_, m := serverOf(t, document{})
	say := func(cfg Config, secured bool, in string) (string, wire.Next) {
		s := NewSession(cfg, m)
		if secured {
			s.Secured(wire.TLSFacts{})
		}
		s.Open()
		return string(s.Feed([]byte(in), false)), s.Next()
	}
	for _, c := range []struct {
		name    string
		cfg     Config
		secured bool
		in      string
		want    string
		next    wire.Next
	}{
		{"off", Config{}, false, "STLS\r\n", "-ERR TLS support isn't enabled.\r\n", wire.Continue},
		{"on", Config{TLS: TLSYes}, false, "STLS\r\n", "+OK Begin TLS negotiation now.\r\n", wire.StartTLS},
		{"clear text behind", Config{TLS: TLSYes}, false, "STLS\r\nCAPA\r\n", "+OK Begin TLS negotiation now.\r\n", wire.Close},
		{"port 995", Config{TLS: TLSYes}, true, "STLS\r\n", "-ERR TLS is already active.\r\n", wire.Continue},
		{"required", Config{TLS: TLSRequired, Mechanisms: []string{"PLAIN", "CRAM-MD5"}}, false,
			"USER ivan\r\nAUTH CRAM-MD5\r\n", "-ERR [AUTH] " + plaintextRefused +
				"\r\n-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.\r\n", wire.Continue},
		{"required, same host", Config{TLS: TLSRequired, Local: true}, false, "USER ivan\r\n", "+OK\r\n", wire.Continue},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, next := say(c.cfg, c.secured, c.in); got != c.want || next != c.next {
				t.Errorf("got %q, %v; want %q, %v", got, next, c.want, c.next)
			}
		})
	}
}

func TestExpunged(t *testing.T) {
	_, m := serverOf(t, document{})
	s := login(t, Config{}, m)
	other := login(t, Config{}, m)
	other.Feed([]byte("DELE 3\r\nQUIT\r\n"), false)
	in := strings.Repeat("RETR 3\r\n", 23)
	got := string(s.Feed([]byte(in), false))
	if n := strings.Count(got, "-ERR Message 3 expunged.\r\n"); n != 22 || !strings.HasSuffix(got, "-ERR Too many bad commands.\r\n") {
		t.Errorf("a client that asks again and again was answered %d times: %q", n, got)
	}
}

// TestContents sends messages as they may lie in a file.
func TestContents(t *testing.T) {
	for _, c := range []struct{ stored, retr, top string }{
		{"", "\r\n", "\r\n"},
		{"A: b\n\nx\ny\n", "A: b\r\n\r\nx\r\ny\r\n", "A: b\r\n\r\nx\r\n"},
		{"A: b\r\n\r\nx\ny", "A: b\r\n\r\nx\r\ny\r\n", "A: b\r\n\r\nx\r\n"},
		{"A: b\n", "A: b\r\n", "A: b\r\n"},
		{"A: b\n\n.\n..\n", "A: b\r\n\r\n..\r\n...\r\n", "A: b\r\n\r\n..\r\n"},
		{"A: b\n\n\x00\x1b\xff\r\r\n", "A: b\r\n\r\n\x00\x1b\xff\r\r\n", "A: b\r\n\r\n\x00\x1b\xff\r\r\n"},
	} {
		m := &Memory{Passwords: map[string]string{"ivan": "ivan-secret"}, Drops: map[string]*MemoryDrop{"ivan": {}}}
		m.Drops["ivan"].Append(c.stored)
		s := login(t, Config{}, m)
		_, got, _ := strings.Cut(string(s.Feed([]byte("RETR 1\r\n"), false)), "\r\n")
		if want := c.retr + ".\r\n"; got != want {
			t.Errorf("RETR of %q: got %q, want %q", c.stored, got, want)
		}
		if got, want := string(s.Feed([]byte("TOP 1 1\r\n"), false)), "+OK\r\n"+c.top+".\r\n"; got != want {
			t.Errorf("TOP of %q: got %q, want %q", c.stored, got, want)
		}
	}
}

func TestCommandTable(t *testing.T) {
	for _, c := range Commands() {
		if c.Verb != upper(c.Verb) || c.RFC == "" || c.Summary == "" || len(c.States()) == 0 {
			t.Errorf("incomplete row: %+v", c)
		}
		if len(c.Verb) > maxVerb {
			t.Errorf("%s is longer than a verb can be", c.Verb)
		}
		if !c.Legal(c.States()[0]) || c.Legal(Closed) {
			t.Errorf("%s: Legal disagrees with States", c.Verb)
		}
	}
}
