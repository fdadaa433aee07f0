package pop3

import (
	"io"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// An rfcCase says what an example of an RFC presupposes.
type rfcCase struct {
	cfg    Config
	before string   // what was said before the example begins
	sizes  []int    // of mrose's messages
	locked bool     // another session is open
	skip   string   // why our server answers otherwise
	users  []string // name, password
}

var rfcCases = map[string]rfcCase{
	"rfc1939-4-greeting":              {},
	"rfc1939-4-quit-in-authorization": {},
	"rfc1939-5-noop":                  {before: "USER mrose\r\nPASS tanstaaf\r\n"},
	"rfc1939-5-stat":                  {before: "USER mrose\r\nPASS tanstaaf\r\n", sizes: []int{120, 200}},
	"rfc1939-5-rset":                  {before: "USER mrose\r\nPASS tanstaaf\r\nDELE 1\r\n", sizes: []int{120, 200}},
	"rfc1939-7-apop":                  {cfg: Config{Timestamp: "<1896.697170952@dbc.mtview.ca.us>"}, sizes: []int{369}},
	"rfc2449-8-resp-code-in-use": {cfg: Config{Timestamp: "<1896.697170952@dbc.mtview.ca.us>", LockSession: true},
		locked: true},
	"rfc2449-5-capa":                 {skip: "a server with KERBEROS_V4, LOGIN-DELAY, EXPIRE and IMPLEMENTATION; Dovecot announces none of them"},
	"rfc5034-6-stls-then-auth-plain": {skip: "a server with DIGEST-MD5, GSSAPI and IMPLEMENTATION, and without TOP; TestRFC5034 plays the commands"},
	"rfc6856-3.3-login":              {users: []string{"karen", "password"}, sizes: []int{120, 200}},
	"rfc6856-3.3-lang-es":            {skip: "Dovecot has no LANG"},
	"rfc6856-3.3-lang-list":          {skip: "Dovecot has no LANG"},
	"rfc6856-3.3-lang-list-unable":   {before: "USER mrose\r\nPASS tanstaaf\r\n"},
	"rfc6856-3.3-lang-more":          {skip: "Dovecot has no LANG"},
}

// server prepares what the example presupposes.
func (c rfcCase) server() *Session {
	m := &Memory{Passwords: map[string]string{"mrose": "tanstaaf"}, Drops: map[string]*MemoryDrop{}, Lock: c.cfg.LockSession}
	if c.users != nil {
		m.Passwords[c.users[0]] = c.users[1]
	}
	d := &MemoryDrop{}
	for _, n := range c.sizes {
		d.Append(strings.Repeat("x", n-2) + "\r\n")
	}
	m.Drops["mrose"] = d
	if c.locked {
		d.locked = true
	}
	return NewSession(c.cfg, m)
}

// outcome is what a client acts upon: the status indicator, and a response
// code; the lines of a listing exactly.
func outcome(line string) string {
	for _, status := range []string{"+OK", "-ERR [IN-USE]", "-ERR [AUTH]", "-ERR"} {
		if strings.HasPrefix(line, status) {
			return status
		}
	}
	return line
}

// TestRFC plays the examples of the RFCs both ways. The text behind the
// status indicator is free.
func TestRFC(t *testing.T) {
	for _, d := range documents(t, "testdata/rfc") {
		c, known := rfcCases[d.name]
		if !known {
			t.Errorf("%s is not in the table", d.name)
		}
		t.Run(d.name, func(t *testing.T) {
			rfcClient(t, d)
			if c.skip != "" {
				t.Skip(c.skip)
			}
			s := c.server()
			greeting := string(s.Open())
			feed(s, c.before, 0)
			if !strings.HasPrefix(d.text("", false), "+OK") && strings.HasPrefix(d.name, "rfc1939-4-gre") {
				t.Fatal("the example has no greeting")
			}
			got := feed(s, d.text("", true), 0)
			if len(d.turns) > 0 && !d.turns[0].client {
				got = greeting + got
			}
			g, w := strings.Split(got, "\r\n"), strings.Split(d.text("", false), "\r\n")
			if len(g) != len(w) {
				t.Fatalf("got %q, want %q", g, w)
			}
			for i := range g {
				if outcome(g[i]) != outcome(w[i]) {
					t.Errorf("got %q, want %q", g[i], w[i])
				}
			}
		})
	}
}

// rfcClient lets our client say the example's commands and hear its replies.
func rfcClient(t *testing.T, d document) {
	said := d.text("", false)
	if len(d.turns) > 0 && d.turns[0].client {
		said = "+OK POP3 server ready\r\n" + said
	}
	c, err := NewClient(&script{server: strings.NewReader(said)})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(d.text("", true)) {
		if err := command(c, strings.TrimSuffix(line, "\r\n")); err != nil && !strings.Contains(err.Error(), "-ERR") {
			t.Errorf("client: %q: %v", line, err)
		}
		if strings.HasPrefix(line, "LANG\r\n") && strings.Contains(said, "\r\n.\r\n") {
			for line := ""; line != "."; {
				if line, err = c.readLine(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if rest, _ := io.ReadAll(c.r); len(rest) > 0 {
		t.Errorf("client: not read: %q", rest)
	}
}

// TestRFC5034 is the example of RFC 5034 §6 with the names of our server:
// PLAIN appears only inside TLS, and its initial response logs in.
func TestRFC5034(t *testing.T) {
	m := &Memory{Passwords: map[string]string{"test": "test"}}
	s := NewSession(Config{TLS: TLSYes, DisablePlaintextAuth: true, Mechanisms: []string{"PLAIN", "CRAM-MD5"}}, m)
	s.Open()
	if got := string(s.Feed([]byte("CAPA\r\n"), false)); !strings.Contains(got, "\r\nSASL CRAM-MD5\r\n") || !strings.Contains(got, "\r\nSTLS\r\n") {
		t.Errorf("CAPA in the clear: %q", got)
	}
	s.Feed([]byte("STLS\r\n"), false)
	if s.Next() != wire.StartTLS {
		t.Fatalf("STLS: Next is %v", s.Next())
	}
	s.Secured(wire.TLSFacts{})
	if got := string(s.Feed([]byte("CAPA\r\n"), false)); !strings.Contains(got, "\r\nSASL PLAIN CRAM-MD5\r\n") || strings.Contains(got, "STLS") {
		t.Errorf("CAPA inside TLS: %q", got)
	}
	if got := string(s.Feed([]byte("AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\r\n"), false)); got != "+OK Logged in.\r\n" {
		t.Errorf("AUTH PLAIN: %q", got)
	}
}
