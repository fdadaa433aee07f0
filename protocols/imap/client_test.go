package imap

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/sasl"
)

// pipe joins a client to a session: what is written is fed, what the session
// says can be read.
type pipe struct {
	s   *Session
	out bytes.Buffer
}

func (p *pipe) Write(b []byte) (int, error) {
	p.out.Write(p.s.Feed(b, false))
	return len(b), nil
}

func (p *pipe) Read(b []byte) (int, error) {
	if p.out.Len() == 0 {
		return 0, io.EOF
	}
	return p.out.Read(b)
}

// newPipe connects a client to a server with the mailbox of the recordings.
func newPipe(t *testing.T) (*Client, *Memory) {
	t.Helper()
	m := &Memory{Time: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC), Passwords: map[string]string{"ivan": `se"cret`}, Hostname: "h", Challenge: "1.2"}
	var list []MemoryMessage
	for _, text := range mailbox(t) {
		list = append(list, MemoryMessage{Text: text, Date: m.Time})
	}
	m.Accounts = map[string]*MemoryAccount{"ivan": NewMemoryAccount(validity, list...)}
	p := &pipe{s: NewSession(Config{Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, Forbidden: "."}, m)}
	p.out.Write(p.s.Open())
	c, err := NewClient(p)
	if err != nil {
		t.Fatal(err)
	}
	return c, m
}

func TestClient(t *testing.T) {
	c, m := newPipe(t)
	var refused *Error
	if err := c.Login("ivan", "wrong"); !errors.As(err, &refused) || refused.Code() != "AUTHENTICATIONFAILED" {
		t.Fatalf("wrong password: got %v, want AUTHENTICATIONFAILED", err)
	}
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	check("LOGIN", c.Login("ivan", `se"cret`))
	if !c.Can("IDLE") || !c.Can("UIDPLUS") {
		t.Errorf("capabilities after login: %v", c.Capabilities())
	}
	box, err := c.Select("INBOX")
	check("SELECT", err)
	if box.Exists != 5 || box.Recent != 5 || box.UIDNext != 6 || box.UIDValidity != validity || box.Unseen != 1 || box.ReadOnly {
		t.Errorf("SELECT: got %+v", box)
	}
	got, err := c.Fetch("1", false, "(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[])")
	check("FETCH", err)
	if len(got) != 1 || string(got[0].Sections["BODY[]"]) != mailbox(t)[0] || got[0].Size != int64(len(mailbox(t)[0])) ||
		string(got[0].Sections["BODY[HEADER.FIELDS (SUBJECT)]"]) != "Subject: First message\r\n\r\n" || got[0].UID != 1 || !slices.Equal(got[0].Flags, []string{`\Recent`}) {
		t.Errorf("FETCH: got %+v", got)
	}
	found, err := c.Search("FROM helena", true)
	check("SEARCH", err)
	if !slices.Equal(found, []uint32{1, 3, 4}) {
		t.Errorf("SEARCH: got %v, want 1 3 4", found)
	}
	check("CREATE", c.Create("Work"))
	check("APPEND", c.Append("Work", []byte("Subject: x\r\n\r\ny\r\n"), "20-Nov-2026 10:00:00 +0200", `\Seen`))
	if err := c.Append("nosuch", []byte("x"), ""); !errors.As(err, &refused) || refused.Code() != "TRYCREATE" {
		t.Errorf("APPEND to nothing: got %v, want TRYCREATE", err)
	}
	st, err := c.Status("Work", "MESSAGES", "UNSEEN")
	check("STATUS", err)
	if st["MESSAGES"] != 1 || st["UNSEEN"] != 0 {
		t.Errorf("STATUS: got %v", st)
	}
	list, err := c.List("", "*")
	check("LIST", err)
	if len(list) != 2 || list[0].Name != "Work" || list[1].Name != "INBOX" || list[0].Separator != "/" {
		t.Errorf("LIST: got %+v", list)
	}
	flags, err := c.Store("2:3", false, "+FLAGS", `\Deleted`)
	check("STORE", err)
	if len(flags) != 2 || flags[1].Seq != 3 {
		t.Errorf("STORE: got %+v", flags)
	}
	check("EXPUNGE", c.Expunge())
	if !slices.Equal(c.Expunged, []uint32{3, 2}) || c.Exists != 3 {
		t.Errorf("EXPUNGE: got %v, %d left", c.Expunged, c.Exists)
	}
	check("MOVE", c.Move("1", false, "Work"))
	m.Accounts["ivan"].Inbox().Deliver(MemoryMessage{Text: "Subject: new\r\n\r\n", Date: m.Time})
	check("IDLE", c.Idle())
	if c.Exists != 3 {
		t.Errorf("after IDLE %d messages, want 3", c.Exists)
	}
	check("LOGOUT", c.Logout())
	if c.Bye == "" {
		t.Error("no BYE at LOGOUT")
	}
}

func TestClientAuthenticate(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		c, _ := newPipe(t)
		if err := c.Authenticate(sasl.NewClient(mechanism, "ivan", `se"cret`)); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
	}
}

// TestClientRubbish: what a server should not say ends in an error, never in a
// panic or a hang.
func TestClientRubbish(t *testing.T) {
	for _, text := range []string{"", "\r\n", "* BYE go away\r\n", "* OK hi\r\n", "* OK hi\r\na1 NO\r\n", "* OK hi\r\nzz OK\r\n", "* OK hi\r\n* 1 FETCH (BODY[] {99999999999}\r\n",
		"* OK hi\r\n* 1 FETCH (BODY[] {5}\r\nab", "* OK hi\r\n* 1 FETCH (((\r\na1 OK\r\n", "* OK hi\r\n* LIST\r\na1 BAD x\r\n"} {
		c, err := NewClient(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(text), io.Discard})
		if err != nil {
			continue
		}
		if _, err := c.Fetch("1", false, "BODY[]"); err == nil && !strings.Contains(text, "a1 OK") {
			t.Errorf("%q: no error", text)
		}
	}
}
