package smtp

import (
	"bytes"
	"errors"
	"io"
	"net"
	netsmtp "net/smtp"
	"strings"
	"sync"
	"testing"

	gosasl "github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/wire"
)

// serve runs one session on a real connection.
func serve(conn net.Conn, s *Session) {
	defer func() { _ = conn.Close() }()
	buf := make([]byte, 4096)
	_, err := conn.Write(s.Open())
	for err == nil && s.Next() == wire.Continue {
		var n int
		if n, err = conn.Read(buf); err == nil {
			_, err = conn.Write(s.Feed(buf[:n], false))
		}
	}
	s.Lost()
}

// listen makes a listener on a loopback address and serves one connection.
func listen(t *testing.T, cfg Config, m *Memory) (addr string, wait func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if conn, err := l.Accept(); err == nil {
			serve(conn, NewSession(cfg, m))
		}
	})
	return l.Addr().String(), func() {
		wg.Wait()
		_ = l.Close()
	}
}

const peerContent = "Subject: x\n\n.dot\nbody\n"

// TestGoSMTPClient has emersion/go-smtp's client talk to our session.
func TestGoSMTPClient(t *testing.T) {
	m := &Memory{Users: map[string]bool{"ivan": true, "maria": true}}
	cfg := Default("mail.example")
	cfg.Auth = &MemoryAuth{Names: []string{"PLAIN"}, Passwords: map[string]string{"helena": "secret"}}
	addr, wait := listen(t, cfg, m)
	c, err := gosmtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(gosasl.NewPlainClient("", "helena", "secret")); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("ivan@alabala.com", nil); err == nil {
		t.Error("RCPT before MAIL: got no error")
	}
	if err := c.Mail("helena@sender.example", &gosmtp.MailOptions{Size: 100, Body: gosmtp.Body8BitMIME, Return: gosmtp.DSNReturnHeaders, EnvelopeID: "a+b"}); err != nil {
		t.Fatal(err)
	}
	var refused *gosmtp.SMTPError
	if err := c.Rcpt("nobody@alabala.com", nil); !errors.As(err, &refused) || refused.Code != 550 || refused.EnhancedCode != (gosmtp.EnhancedCode{5, 1, 1}) {
		t.Errorf("unknown recipient: got %v, want 550 5.1.1", err)
	}
	if err := c.Rcpt("ivan@alabala.com", &gosmtp.RcptOptions{Notify: []gosmtp.DSNNotify{gosmtp.DSNNotifyFailure}}); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, strings.ReplaceAll(peerContent, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
	wait()
	checkStored(t, m, "ESMTPA")
	if e := m.Stored[0].Envelope; e.EnvID != "a+b" || e.Ret != RetHdrs || e.Size != 100 || e.Body != "8BITMIME" {
		t.Errorf("got envelope %+v", e)
	}
	if r := m.Stored[0].Recipients[0]; r.Notify != NotifyFailure || r.ORCPT != "rfc822;ivan@alabala.com" {
		t.Errorf("got recipient %+v", r)
	}
}

func checkStored(t *testing.T, m *Memory, with string) {
	t.Helper()
	if len(m.Stored) != 1 {
		t.Fatalf("got %d messages, want 1", len(m.Stored))
	}
	s := m.Stored[0]
	if string(s.Content) != peerContent || s.With != with || s.Envelope.Sender != "helena@sender.example" || len(s.Recipients) != 1 {
		t.Errorf("got %s from %s to %v: %q", s.With, s.Envelope.Sender, s.Recipients, s.Content)
	}
}

// TestNetSMTP has net/smtp of the standard library talk to our session.
func TestNetSMTP(t *testing.T) {
	m := &Memory{}
	addr, wait := listen(t, Default("mail.example"), m)
	if err := netsmtp.SendMail(addr, nil, "helena@sender.example", []string{"ivan@alabala.com"}, []byte(peerContent)); err != nil {
		t.Fatal(err)
	}
	wait()
	checkStored(t, m, "UTF8SMTP") // it asks for SMTPUTF8 wherever it is offered
}

// goStore is a session of go-smtp's server that keeps what it gets.
type goStore struct {
	goSession
	sender, recipients string
	content            bytes.Buffer
}

func (g *goStore) Mail(from string, _ *gosmtp.MailOptions) error { g.sender = from; return nil }
func (g *goStore) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody") {
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "unknown"}
	}
	g.recipients += to + " "
	return nil
}
func (g *goStore) Data(r io.Reader) error   { _, err := io.Copy(&g.content, r); return err }
func (g *goStore) AuthMechanisms() []string { return []string{"PLAIN"} }
func (g *goStore) Auth(string) (gosasl.Server, error) {
	return gosasl.NewPlainServer(func(_, user, password string) error {
		if user != "helena" || password != "secret" {
			return gosmtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// TestGoSMTPServer has our client talk to emersion/go-smtp's server, in SMTP
// and in LMTP.
func TestGoSMTPServer(t *testing.T) {
	for _, lmtp := range []bool{false, true} {
		g := &goStore{}
		server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return g, nil }))
		server.Domain, server.AllowInsecureAuth, server.LMTP = "mail.example", true, lmtp
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() { _ = server.Serve(l) })
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := NewClient(conn, ClientConfig{Helo: "me.example", Peer: "mail.example[127.0.0.1]", LMTP: lmtp})
		if err := c.Greet(); err != nil {
			t.Fatal(err)
		}
		if err := c.Auth(sasl.NewClient("PLAIN", "helena", "wrong")); err == nil {
			t.Error("a wrong password was taken")
		}
		if err := c.Auth(sasl.NewClient("PLAIN", "helena", "secret")); err != nil {
			t.Error(err)
		}
		res, err := c.Send(&Mail{Sender: "helena@sender.example", Recipients: []Recipient{{Addr: "ivan@alabala.com"}, {Addr: "nobody@alabala.com"}, {Addr: "maria@alabala.com"}}, Content: []byte(peerContent), Last: true})
		if err != nil || res.Outcomes[0].Err != nil || res.Outcomes[2].Err != nil {
			t.Errorf("lmtp %v: got %v, %+v", lmtp, err, res)
		}
		if e := res.Outcomes[1].Err; e == nil || e.DSN() != "5.1.1" || e.Temporary() {
			t.Errorf("lmtp %v: unknown recipient: got %v, want 5.1.1", lmtp, e)
		}
		_ = conn.Close()
		_ = server.Close()
		wg.Wait()
		if got := strings.ReplaceAll(g.content.String(), "\r\n", "\n"); got != peerContent || g.recipients != "ivan@alabala.com maria@alabala.com " {
			t.Errorf("lmtp %v: the server has %q for %s", lmtp, got, g.recipients)
		}
	}
}
