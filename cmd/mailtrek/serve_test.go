package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/smtp"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"mailtrek/protocols/pop3"

	"net"
)

// served is a running "mailtrek serve" in this process.
type served struct {
	t      *testing.T
	addrs  map[string]string // "smtp.sender.example submission", perhaps with " 10.0.0.1:587", to a real address
	cancel context.CancelFunc
	done   chan int
	errs   *bytes.Buffer
}

// serve starts the program and waits until it is ready.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v := &served{t: t, addrs: map[string]string{}, cancel: cancel, done: make(chan int, 1), errs: &bytes.Buffer{}}
	r, w := io.Pipe()
	go func() {
		v.done <- run(ctx, append([]string{"serve", "--ports", "free"}, args...), strings.NewReader(""), w, v.errs)
		w.Close()
	}()
	in := bufio.NewScanner(r)
	for in.Scan() {
		var line struct {
			Host, Service, Sim, Addr, Network string
			Ready                             bool
		}
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatalf("announced %q: %v", in.Text(), err)
		}
		if line.Ready {
			return v
		}
		if a, err := netip.ParseAddrPort(line.Addr); err != nil || !a.Addr().IsLoopback() {
			t.Fatalf("%s is served at %s, which is no loopback address", line.Sim, line.Addr)
		}
		what := line.Host + " " + line.Service + line.Network
		v.addrs[what+" "+line.Sim] = line.Addr
		if v.addrs[what] == "" {
			v.addrs[what] = line.Addr
		}
	}
	t.Fatalf("it ended before it was ready: %d %s", <-v.done, v.errs)
	return nil
}

func (v *served) addr(what string) string {
	v.t.Helper()
	a, err := v.find(what)
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

// find is the real address of "HOST SERVICE" or "HOST SERVICE SIMULATED".
func (v *served) find(what string) (string, error) {
	if a := v.addrs[what]; a != "" {
		return a, nil
	}
	return "", fmt.Errorf("%s is not served", what)
}

// stop ends it as SIGTERM would.
func (v *served) stop() {
	v.t.Helper()
	v.cancel()
	select {
	case status := <-v.done:
		if status != exitFine {
			v.t.Errorf("exit status %d: %s", status, v.errs)
		}
	case <-time.After(10 * time.Second):
		v.t.Fatal("it does not end")
	}
}

// A mail that net/smtp submits is relayed, and a POP3 client fetches it; a DNS
// client gets the MX. All of it is in the trace, which replays from the
// recorded interventions.
func TestServeRealClients(t *testing.T) {
	before := runtime.NumGoroutine()
	dir := t.TempDir()
	traceFile, record := filepath.Join(dir, "trace.jsonl"), filepath.Join(dir, "record.jsonl")
	v := serve(t, "alabala", "--trace", traceFile, "--record", record)
	submission := v.addr("smtp.sender.example submission")
	auth := loopbackAuth{smtp.PlainAuth("", "elena", "elena-secret", "127.0.0.1")}
	text := "From: elena@sender.example\r\nTo: ivan@alabala.com\r\nSubject: by net/smtp\r\n\r\nHello\r\n.\r\n..\r\n"
	if err := smtp.SendMail(submission, auth, "elena@sender.example", []string{"ivan@alabala.com"}, []byte(text)); err != nil {
		t.Fatal(err)
	}
	got := fetch(t, v.addr("mail.alabala.com pop3"))
	if !strings.Contains(got, "Subject: by net/smtp\r\n\r\nHello\r\n.\r\n..\r\n") && !strings.Contains(got, "Hello\r\n.\r\n..") {
		t.Errorf("the mail is %q", got)
	}
	if n := strings.Count(got, "\r\nReceived: ") + strings.Count(got, "\nReceived: "); n < 3 {
		t.Errorf("the mail has too few Received fields:\n%s", got)
	}
	askMX(t, v.addr("resolver.isp.example dnsudp"))
	v.stop()
	first, err := os.ReadFile(traceFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Subject: by net/smtp", `"RETR 1`, `"name":"alabala.com","type":"MX"`} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("the trace lacks %s", want)
		}
	}
	var again, errs bytes.Buffer
	if s := run(context.Background(), []string{"run", "alabala", "--format", "jsonl", "--replay", record}, nil, &again, &errs); s != exitFine {
		t.Fatalf("replay: %d %s", s, &errs)
	}
	if !bytes.Equal(first, again.Bytes()) {
		t.Errorf("the replayed trace differs: %d octets and %d", len(first), again.Len())
	}
	for i := 0; runtime.NumGoroutine() > before && i < 200; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// loopbackAuth lets net/smtp log in without TLS on loopback addresses other
// than 127.0.0.1.
type loopbackAuth struct{ smtp.Auth }

func (a loopbackAuth) Start(s *smtp.ServerInfo) (string, []byte, error) {
	return a.Auth.Start(&smtp.ServerInfo{Name: "127.0.0.1", TLS: true, Auth: s.Auth})
}

// fetch waits for a mail and returns it.
func fetch(t *testing.T, addr string) string {
	t.Helper()
	for range 100 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		c, err := pop3.NewClient(conn)
		if err == nil {
			err = c.Login("ivan", "ivan-secret")
		}
		if err != nil {
			t.Fatal(err)
		}
		if n, _, _ := c.Stat(); n > 0 {
			mail, err := c.Retr(1)
			if err != nil {
				t.Fatal(err)
			}
			c.Quit()
			conn.Close()
			return string(mail)
		}
		c.Quit()
		conn.Close()
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no mail arrives")
	return ""
}

func askMX(t *testing.T, addr string) {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion("alabala.com.", dns.TypeMX)
	answer, _, err := new(dns.Client).Exchange(m, addr)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Answer) != 2 || !strings.Contains(answer.String(), "5 mail.alabala.com.") {
		t.Errorf("the answer is %v", answer)
	}
}

// Two clients cannot have the same ports; the error says what to do.
func TestServePortInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.10.10.10:10025")
	if err != nil {
		t.Skipf("this system cannot bind 127.10.10.10: %v", err)
	}
	defer l.Close()
	var out, errs bytes.Buffer
	if s := run(context.Background(), []string{"serve", "alabala"}, nil, &out, &errs); s != exitFails {
		t.Errorf("exit status %d, want %d", s, exitFails)
	}
	if !strings.Contains(errs.String(), "127.10.10.10:10025 is in use, perhaps by another 'mailtrek serve'; --ports free takes free ports") {
		t.Errorf("the error is %q", errs.String())
	}
}
