package imap

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// benchMessage is 2 KiB, with lines as mail has them.
var benchMessage = func() string {
	head := "From: Helena <helena@sender.example>\r\nTo: Ivan <ivan@alabala.com>\r\nSubject: bench\r\nMessage-ID: <1@sender.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n"
	line := strings.Repeat("text ", 14) + "\r\n"
	return (head + strings.Repeat(line, 40))[:2046] + "\r\n"
}()

// benchFetch measures FETCH of one message, asked and read as plain octets.
func benchFetch(b *testing.B, conn io.ReadWriter) {
	b.Helper()
	buf := make([]byte, 8<<10)
	ask := func(command string) int {
		if _, err := io.WriteString(conn, command); err != nil {
			b.Fatal(err)
		}
		for n := 0; ; {
			k, err := conn.Read(buf[n:])
			n += k
			if line := buf[bytes.LastIndexByte(buf[:max(n-1, 0)], '\n')+1 : n]; bytes.HasPrefix(line, []byte("x OK")) && buf[n-1] == '\n' {
				return n
			}
			if err != nil {
				b.Fatalf("%v behind %q", err, buf[:n])
			}
		}
	}
	n, err := conn.Read(buf)
	if err != nil || n == 0 {
		b.Fatal(err)
	}
	ask("x LOGIN ivan secret\r\n")
	ask("x SELECT INBOX\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if n := ask("x FETCH 1 (FLAGS BODY.PEEK[])\r\n"); n < len(benchMessage) {
			b.Fatalf("%d octets", n)
		}
	}
}

// stream is one direction of a connection in memory: writes never wait.
type stream struct {
	mu     sync.Mutex
	more   *sync.Cond
	data   []byte
	closed bool
}

func newStream() *stream {
	s := &stream{}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, net.ErrClosed
	}
	s.data = append(s.data, p...)
	s.more.Signal()
	return len(p), nil
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.data) == 0 {
		if s.closed {
			return 0, io.EOF
		}
		s.more.Wait()
	}
	n := copy(p, s.data)
	s.data = s.data[:copy(s.data, s.data[n:])]
	return n, nil
}

func (s *stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.more.Broadcast()
}

// end is one end of a connection in memory, the same for both servers.
type end struct {
	net.Conn // for deadlines and addresses, which mean nothing here
	in, out  *stream
}

func (e *end) Read(p []byte) (int, error)       { return e.in.Read(p) }
func (e *end) Write(p []byte) (int, error)      { return e.out.Write(p) }
func (e *end) Close() error                     { e.in.Close(); e.out.Close(); return nil }
func (e *end) SetDeadline(time.Time) error      { return nil }
func (e *end) SetReadDeadline(time.Time) error  { return nil }
func (e *end) SetWriteDeadline(time.Time) error { return nil }
func (e *end) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (e *end) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

func newConnection() (near, far *end) {
	a, b := newStream(), newStream()
	return &end{in: a, out: b}, &end{in: b, out: a}
}

// BenchmarkFetch is FETCH of 2 KiB from our session.
func BenchmarkFetch(b *testing.B) {
	m := &Memory{Time: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC), Passwords: map[string]string{"ivan": "secret"}}
	m.Accounts = map[string]*MemoryAccount{"ivan": NewMemoryAccount(1, MemoryMessage{Text: benchMessage, Date: m.Time})}
	near, far := newConnection()
	var wg sync.WaitGroup
	wg.Go(func() {
		s := NewSession(Config{}, m)
		_, err := far.Write(s.Open())
		buf := make([]byte, 8<<10)
		for n := 0; err == nil; {
			if n, err = far.Read(buf); err == nil {
				_, err = far.Write(s.Feed(buf[:n], false))
			}
		}
	})
	benchFetch(b, near)
	_ = near.Close()
	wg.Wait()
}

// BenchmarkGoIMAP is the same with the memory server of emersion/go-imap.
func BenchmarkGoIMAP(b *testing.B) {
	mem := imapmemserver.New()
	user := imapmemserver.NewUser("ivan", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		b.Fatal(err)
	}
	if _, err := user.Append("INBOX", literal{strings.NewReader(benchMessage)}, &goimap.AppendOptions{}); err != nil {
		b.Fatal(err)
	}
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps:         goimap.CapSet{goimap.CapIMAP4rev1: {}},
		InsecureAuth: true,
	})
	near, far := newConnection()
	l := &oneListener{conn: far, done: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(l) })
	benchFetch(b, near)
	_ = near.Close()
	_ = server.Close()
	wg.Wait()
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return int64(l.Reader.Len()) }

// oneListener accepts one connection.
type oneListener struct {
	conn net.Conn
	done chan struct{}
	once sync.Once
}

func (l *oneListener) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}
func (l *oneListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *oneListener) Addr() net.Addr { return &net.TCPAddr{} }
