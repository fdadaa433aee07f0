package smtp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
)

// benchMessage is 2 KiB, with lines as mail has them.
var benchMessage = func() []byte {
	head := "From: Helena <helena@sender.example>\nTo: Ivan <ivan@alabala.com>\nSubject: bench\nMessage-ID: <1@sender.example>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\n"
	line := strings.Repeat("text ", 14) + "\n"
	return []byte((head + strings.Repeat(line, 40))[:2047] + "\n")
}()

// loop is a connection whose far end is a session: what is written is fed to
// it at once, what it answers can be read.
type loop struct {
	s   *Session
	out []byte
}

func (l *loop) Write(p []byte) (int, error) {
	l.out = append(l.out, l.s.Feed(p, false)...)
	return len(p), nil
}

func (l *loop) Read(p []byte) (int, error) {
	if len(l.out) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.out)
	l.out = l.out[:copy(l.out, l.out[n:])]
	return n, nil
}

// discard is a backend that judges recipients and counts messages.
type discard struct {
	Memory
	bytes, messages int
}

type discardMessage struct{ d *discard }

func (d *discard) Open(*Facts) (Message, *Reply)     { return discardMessage{d}, nil }
func (m discardMessage) ID() string                  { return "4BA7698E263" }
func (m discardMessage) Rcpt(*Recipient)             {}
func (m discardMessage) Begin(*Facts)                {}
func (m discardMessage) Write(p []byte) (int, error) { m.d.bytes += len(p); return len(p), nil }
func (m discardMessage) Commit(*Facts) []*Reply      { m.d.messages++; return nil }
func (m discardMessage) Abort()                      {}

// BenchmarkSend is one message of 2 KiB through client and session, on a
// session that is kept, with Postfix's limits and a table of recipients.
func BenchmarkSend(b *testing.B) {
	d := &discard{Memory: Memory{Users: map[string]bool{"ivan": true}, Domains: []string{"alabala.com"}}}
	s := NewSession(Default("mail.alabala.com"), d)
	l := &loop{s: s}
	l.out = append(l.out, s.Open()...)
	c := NewClient(l, ClientConfig{Helo: "smtp.sender.example"})
	if err := c.Greet(); err != nil {
		b.Fatal(err)
	}
	m := &Mail{Sender: "helena@sender.example", Recipients: []Recipient{{Addr: "ivan@alabala.com", ORCPT: "rfc822;ivan@alabala.com"}}, Content: benchMessage, Size: int64(len(benchMessage))}
	b.ReportAllocs()
	for b.Loop() {
		res, err := c.Send(m)
		if err != nil || res.Outcomes[0].Err != nil {
			b.Fatal(err, res.Outcomes[0].Err)
		}
	}
	if d.bytes/d.messages != len(benchMessage) {
		b.Fatalf("got %d bytes a message, want %d", d.bytes/d.messages, len(benchMessage))
	}
}

// BenchmarkGoSMTP is the same with client and server of emersion/go-smtp, over
// a connection in memory: the peer of BenchmarkSend.
func BenchmarkGoSMTP(b *testing.B) {
	near, far := memoryConn()
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return goSession{}, nil }))
	server.Domain = "mail.alabala.com"
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(&oneListener{conn: far}) })
	c := gosmtp.NewClient(near)
	if err := c.Hello("smtp.sender.example"); err != nil {
		b.Fatal(err)
	}
	message := bytes.ReplaceAll(benchMessage, []byte("\n"), []byte("\r\n"))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.SendMail("helena@sender.example", []string{"ivan@alabala.com"}, bytes.NewReader(message)); err != nil {
			b.Fatal(err)
		}
	}
	_ = c.Close()
	_ = server.Close()
	wg.Wait()
}

type goSession struct{}

func (goSession) Mail(string, *gosmtp.MailOptions) error { return nil }
func (goSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if to != "ivan@alabala.com" {
		return errors.New("unknown")
	}
	return nil
}
func (goSession) Data(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
func (goSession) Reset()                 {}
func (goSession) Logout() error          { return nil }

// oneListener accepts one connection.
type oneListener struct {
	conn net.Conn
	done chan struct{}
}

func (l *oneListener) Accept() (net.Conn, error) {
	if l.conn != nil {
		c := l.conn
		l.conn, l.done = nil, make(chan struct{})
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}

func (l *oneListener) Close() error {
	close(l.done)
	return nil
}

func (l *oneListener) Addr() net.Addr { return &net.TCPAddr{} }

// memConn is one end of a buffered connection in memory.
type memConn struct {
	in, out *memPipe
}

type memPipe struct {
	mu     sync.Mutex
	cond   *sync.Cond
	buf    []byte
	closed bool
}

func memoryConn() (near, far net.Conn) {
	a, b := &memPipe{}, &memPipe{}
	a.cond, b.cond = sync.NewCond(&a.mu), sync.NewCond(&b.mu)
	return &memConn{a, b}, &memConn{b, a}
}

func (c *memConn) Read(p []byte) (int, error) {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	for len(c.in.buf) == 0 {
		if c.in.closed {
			return 0, io.EOF
		}
		c.in.cond.Wait()
	}
	n := copy(p, c.in.buf)
	c.in.buf = c.in.buf[:copy(c.in.buf, c.in.buf[n:])]
	return n, nil
}

func (c *memConn) Write(p []byte) (int, error) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.buf = append(c.out.buf, p...)
	c.out.cond.Signal()
	return len(p), nil
}

func (c *memConn) Close() error {
	for _, p := range []*memPipe{c.in, c.out} {
		p.mu.Lock()
		p.closed = true
		p.cond.Broadcast()
		p.mu.Unlock()
	}
	return nil
}

func (c *memConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *memConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *memConn) SetDeadline(time.Time) error      { return nil }
func (c *memConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memConn) SetWriteDeadline(time.Time) error { return nil }
