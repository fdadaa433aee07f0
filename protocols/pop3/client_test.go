package pop3

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"

	mailsasl "mailtrek/protocols/sasl"
)

// script is a connection to a server that says what a document says.
type script struct {
	server io.Reader
	wrote  strings.Builder
}

func (s *script) Read(p []byte) (int, error) {
	return s.server.Read(p[:min(len(p), 5)]) // replies arrive in small pieces
}

func (s *script) Write(p []byte) (int, error) { return s.wrote.Write(p) }

// command calls the method of the client that sends the line.
func command(c *Client, line string) error {
	f := strings.Fields(line + " ")
	if len(f) == 0 {
		_, err := c.Do(line)
		return err
	}
	number := func(i int) int {
		if i >= len(f) {
			return -1
		}
		n, err := strconv.Atoi(f[i])
		if err != nil || strconv.Itoa(n) != f[i] || n < 0 {
			return -1
		}
		return n
	}
	var err error
	switch exact := line == strings.Join(f, " "); {
	case f[0] == "USER" && line == "USER "+strings.Join(f[1:], " "):
		err = c.User(strings.Join(f[1:], " "))
	case f[0] == "PASS" && len(f) == 2:
		err = c.Pass(f[1])
	case line == "STAT":
		_, _, err = c.Stat()
	case line == "LIST":
		_, err = c.List()
	case f[0] == "LIST" && number(1) >= 0 && len(f) == 2 && exact:
		_, err = c.ListOne(number(1))
	case line == "UIDL":
		_, err = c.UIDL()
	case f[0] == "UIDL" && number(1) >= 0 && len(f) == 2 && exact:
		_, err = c.UIDLOne(number(1))
	case f[0] == "RETR" && number(1) >= 0 && len(f) == 2 && exact:
		_, err = c.Retr(number(1))
	case f[0] == "TOP" && len(f) == 3 && number(1) >= 0 && number(2) >= 0 && exact:
		_, err = c.Top(number(1), number(2))
	case f[0] == "DELE" && number(1) >= 0 && len(f) == 2 && exact:
		err = c.Dele(number(1))
	case line == "CAPA":
		_, err = c.Capa()
	case line == "NOOP":
		err = c.Noop()
	case line == "RSET":
		err = c.Rset()
	case line == "STLS":
		err = c.STLS()
	case line == "QUIT":
		err = c.Quit()
	default:
		var reply string
		reply, err = c.Do(line)
		if err == nil && strings.HasPrefix(reply, "-ERR") {
			err = &Error{Command: line, Line: reply}
		}
		body := strings.HasPrefix(reply, "+OK") && (upper(f[0]) == "CAPA" || strings.TrimSpace(upper(line)) == "AUTH" ||
			strings.TrimSpace(upper(line)) == "LIST" || strings.TrimSpace(upper(line)) == "UIDL" || upper(f[0]) == "TOP" || upper(f[0]) == "RETR")
		for line := ""; body && err == nil && line != "."; {
			line, err = c.readLine()
		}
	}
	return err
}

// TestClientRecorded lets our client say what the recorded client said, hears
// the recorded server, and compares what was written and which commands
// failed.
func TestClientRecorded(t *testing.T) {
	for _, folder := range []string{"testdata/recorded", "testdata/asked"} {
		for _, d := range documents(t, folder) {
			for _, name := range d.sessions() {
				t.Run(folder+"/"+d.name+name, func(t *testing.T) { hear(t, d, name) })
			}
		}
	}
}

func hear(t *testing.T, d document, name string) {
	conn := &script{server: strings.NewReader(d.text(name, false))}
	c, err := NewClient(conn)
	if err != nil {
		t.Fatalf("greeting: %v", err)
	}
	said := strings.SplitAfter(d.text(name, true), "\r\n")
	for i, line := range said[:len(said)-1] {
		if strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n\x00") {
			return // our client refuses to send such lines
		}
		err := command(c, strings.TrimSuffix(line, "\r\n"))
		var refused *Error
		switch {
		case errors.Is(err, io.EOF) && i == len(said)-2:
			// The server had closed already.
		case err != nil && !errors.As(err, &refused):
			t.Fatalf("%q: %v", line, err)
		case refused != nil && !strings.HasPrefix(refused.Line, "-ERR"):
			t.Errorf("%q: a reply %q is no refusal", line, refused.Line)
		}
	}
	if got, want := conn.wrote.String(), d.text(name, true); got != want {
		t.Errorf("the client wrote\n%swant\n%s", got, want)
	}
	if rest, _ := io.ReadAll(c.r); len(rest) > 0 && !strings.HasPrefix(string(rest), "-ERR Too many") {
		t.Errorf("not read: %q", rest)
	}
}

// duplex joins a client to a session without a network.
type duplex struct {
	s   *Session
	buf []byte
}

func (d *duplex) Write(p []byte) (int, error) {
	d.buf = append(d.buf, d.s.Feed(p, false)...)
	return len(p), nil
}

func (d *duplex) Read(p []byte) (int, error) {
	if len(d.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(p, d.buf)
	d.buf = d.buf[n:]
	return n, nil
}

// connect returns a client of a session on the maildrop of the recordings.
func connect(t *testing.T, cfg Config, m *Memory) (*Client, *Session) {
	t.Helper()
	s := NewSession(cfg, m)
	c, err := NewClient(&duplex{s: s, buf: append([]byte(nil), s.Open()...)})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func TestFetchAndDelete(t *testing.T) {
	_, m := serverOf(t, document{})
	want := strings.ReplaceAll(m.Drops["ivan"].Contents()[1], "\n", "\r\n")
	c, s := connect(t, Config{}, m)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.Login("ivan", "ivan-secret"))
	n, size, err := c.Stat()
	must(err)
	if n != 5 || size != 2493 {
		t.Errorf("STAT: got %d %d, want 5 2493", n, size)
	}
	got, err := c.Retr(2)
	must(err)
	if string(got) != want {
		t.Errorf("RETR 2: got %q, want %q", got, want)
	}
	must(c.Dele(2))
	must(c.Quit())
	if left := m.Drops["ivan"].Contents(); len(left) != 4 {
		t.Errorf("after QUIT %d messages are left, want 4", len(left))
	}
	st := s.Stats()
	if st != (Stats{Retr: 1, RetrBytes: st.RetrBytes, Deleted: 1, Messages: 5, Size: 2493}) || st.RetrBytes < 314 {
		t.Errorf("stats: got %+v", st)
	}
	if s.Reason() != "Logged out" {
		t.Errorf("reason: got %q", s.Reason())
	}
}

// brokenLogin is a SASL client that gives up at the first challenge.
type brokenLogin struct{}

func (brokenLogin) Start() (string, []byte, error) { return "LOGIN", nil, nil }
func (brokenLogin) Next(ch []byte) ([]byte, error) { return nil, errors.New("no such question") }

func TestClientAuth(t *testing.T) {
	cfg := Config{Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"},
		Timestamp: "<1896.697170952@dbc.mtview.ca.us>"}
	for _, c := range []struct {
		name string
		auth func(*Client) error
		ok   bool
	}{
		{"PLAIN", func(c *Client) error { return c.Auth(sasl.NewPlainClient("", "ivan", "ivan-secret")) }, true},
		{"PLAIN wrong", func(c *Client) error { return c.Auth(sasl.NewPlainClient("", "ivan", "x")) }, false},
		{"PLAIN too long for a line", func(c *Client) error {
			return c.Auth(sasl.NewPlainClient("", "ivan", strings.Repeat("x", 300)))
		}, false},
		{"CRAM-MD5", func(c *Client) error { return c.Auth(mailsasl.NewClient("CRAM-MD5", "ivan", "ivan-secret")) }, true},
		{"LOGIN", func(c *Client) error { return c.Auth(sasl.NewLoginClient("ivan", "ivan-secret")) }, true},
		{"LOGIN given up", func(c *Client) error { return c.Auth(brokenLogin{}) }, false},
		{"APOP", func(c *Client) error { return c.APOP("ivan", "ivan-secret") }, true},
		{"APOP wrong", func(c *Client) error { return c.APOP("ivan", "x") }, false},
		{"unknown", func(c *Client) error { return c.Auth(sasl.NewExternalClient("")) }, false},
		{"a line end in a name", func(c *Client) error { return c.User("ivan\r\nPASS x") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, m := serverOf(t, document{})
			client, s := connect(t, cfg, m)
			err := c.auth(client)
			if (err == nil) != c.ok {
				t.Errorf("got %v, want success %v", err, c.ok)
			}
			want := "AUTHORIZATION"
			if c.ok {
				want = "TRANSACTION"
			}
			if s.State() != want {
				t.Errorf("state: got %s, want %s", s.State(), want)
			}
		})
	}
}

func TestErrorCodes(t *testing.T) {
	for _, c := range []struct {
		line, code string
		temporary  bool
	}{
		{"-ERR [IN-USE] Mailbox is locked by another POP3 session.", "IN-USE", true},
		{"-ERR [SYS/TEMP] Internal error occurred.", "SYS/TEMP", true},
		{"-ERR [SYS/PERM] x", "SYS/PERM", false},
		{"-ERR [auth] Authentication failed.", "AUTH", false},
		{"-ERR [", "", false},
		{"-ERR Unknown command.", "", false},
		{"rubbish", "", false},
	} {
		e := &Error{Line: c.line}
		if e.Code() != c.code || e.Temporary() != c.temporary {
			t.Errorf("%q: got %q, %v; want %q, %v", c.line, e.Code(), e.Temporary(), c.code, c.temporary)
		}
	}
}

// TestImpoliteServer hears what no server should say.
func TestImpoliteServer(t *testing.T) {
	for name, said := range map[string]string{
		"no greeting":        "",
		"half a greeting":    "+OK rea",
		"SMTP greeting":      "220 mail.example ESMTP\r\n",
		"endless line":       "+OK " + strings.Repeat("x", maxReplyLine) + "\r\n",
		"closed after login": "+OK\r\n+OK\r\n+OK\r\n",
		"rubbish in LIST":    "+OK\r\n+OK\r\n+OK\r\n+OK\r\none 5\r\n.\r\n",
		"negative number":    "+OK\r\n+OK\r\n+OK\r\n+OK\r\n-1 5\r\n.\r\n",
		"LIST without end":   "+OK\r\n+OK\r\n+OK\r\n+OK\r\n1 5\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := NewClient(&script{server: strings.NewReader(said)})
			if err == nil {
				err = c.Login("ivan", "x")
			}
			if err == nil {
				_, err = c.List()
			}
			if err == nil {
				t.Error("no error")
			}
		})
	}
}
