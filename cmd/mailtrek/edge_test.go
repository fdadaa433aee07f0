package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/pop3"
	"mailtrek/sim/pki"
)

// trusting is what a real client needs to trust the simulated servers.
func trusting(name string, version uint16) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(pki.Authority())
	return &tls.Config{ServerName: name, RootCAs: roots, MinVersion: version, MaxVersion: version}
}

// Real clients speak TLS with the simulated servers, by STARTTLS, by STLS and
// from the first octet on; the trace has the plaintext and replays.
func TestServeTLS(t *testing.T) {
	before := runtime.NumGoroutine()
	dir := t.TempDir()
	traceFile, record := filepath.Join(dir, "trace.jsonl"), filepath.Join(dir, "record.jsonl")
	v := serve(t, "20-sealed", "--trace", traceFile, "--record", record)

	c, err := smtp.Dial(v.addr("smtp.sender.example submission"))
	if err != nil {
		t.Fatal(err)
	}
	sendSealed(t, c, true, "by STARTTLS", tls.VersionTLS13)
	conn, err := tls.Dial("tcp", v.addr("smtp.sender.example smtps"), trusting("smtp.sender.example", tls.VersionTLS12))
	if err != nil {
		t.Fatal(err)
	}
	if c, err = smtp.NewClient(conn, "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	sendSealed(t, c, false, "by port 465", 0)

	got := fetchSealed(t, v.addr("mail.alabala.com pop3s"), true)
	for _, want := range []string{"Subject: by STARTTLS\r\n", "Subject: by port 465\r\n", "SMTPSA id ", "(using TLSv1.3 with cipher "} {
		if !strings.Contains(got, want) {
			t.Errorf("the mails lack %q:\n%.1500s", want, got)
		}
	}
	fetchSealed(t, v.addr("mail.alabala.com pop3"), false)
	v.stop()

	first, err := os.ReadFile(traceFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Subject: by port 465", `"kind":"tls"`, `"version":"TLSv1.2"`, `"flags":["sealed"]`, "RETR 1"} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("the trace lacks %s", want)
		}
	}
	var again, errs bytes.Buffer
	if s := run(context.Background(), []string{"run", "20-sealed", "--format", "jsonl", "--replay", record}, nil, &again, &errs); s != exitFine {
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

// sendSealed sends a mail inside TLS, which it begins with STARTTLS if asked to.
func sendSealed(t *testing.T, c *smtp.Client, start bool, subject string, version uint16) {
	t.Helper()
	defer c.Close()
	if err := c.Hello("client.stranger.example"); err != nil {
		t.Fatal(err)
	}
	if start {
		if ok, _ := c.Extension("AUTH"); ok {
			t.Error("AUTH is offered in clear")
		}
		if err := c.StartTLS(trusting("smtp.sender.example", version)); err != nil {
			t.Fatal(err)
		}
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		t.Error("STARTTLS is offered inside TLS")
	}
	text := fmt.Sprintf("From: elena@sender.example\r\nTo: ivan@alabala.com\r\nSubject: %s\r\n\r\n%s", subject, strings.Repeat("A long letter.\r\n", 3000))
	steps := []error{c.Auth(loopbackAuth{smtp.PlainAuth("", "elena", "elena-secret", "127.0.0.1")}), c.Mail("elena@sender.example"), c.Rcpt("ivan@alabala.com")}
	w, err := c.Data()
	for _, err := range append(steps, err) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
}

// fetchSealed reads all mail by POP3 inside TLS, as soon as two mails are there.
func fetchSealed(t *testing.T, addr string, implicit bool) string {
	t.Helper()
	for range 100 {
		mails := readSealed(t, addr, implicit)
		if len(mails) >= 2 {
			return strings.Join(mails, "")
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the mails do not come")
	return ""
}

func readSealed(t *testing.T, addr string, implicit bool) []string {
	t.Helper()
	sock, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	secure := tls.Client(sock, trusting("mail.alabala.com", tls.VersionTLS13))
	conn := net.Conn(sock)
	if implicit {
		conn = secure
	}
	c, err := pop3.NewClient(conn)
	if err != nil {
		t.Fatal(err)
	}
	if !implicit {
		if err := c.Login("ivan", "ivan-secret"); err == nil {
			t.Error("a login in clear is taken")
		}
		if err := c.STLS(); err != nil {
			t.Fatal(err)
		}
		if err := secure.Handshake(); err != nil {
			t.Fatal(err)
		}
		c.Upgrade(secure)
	}
	if err := c.Login("ivan", "ivan-secret"); err != nil {
		t.Fatal(err)
	}
	list, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	var mails []string
	for _, l := range list {
		mail, err := c.Retr(l.Number)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, string(mail))
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
	return mails
}

// A client that gives up its handshake, or that has no TLS, hurts nobody.
func TestServeTLSThatFails(t *testing.T) {
	v := serve(t, "20-sealed")
	defer v.stop()
	for name, talk := range map[string]func(net.Conn) error{
		"leaves":  func(net.Conn) error { return nil },
		"rubbish": func(c net.Conn) error { _, err := io.WriteString(c, "EHLO in the clear\r\n"); return err },
		"does not trust": func(c net.Conn) error {
			if err := tls.Client(c, trusting("other.example", tls.VersionTLS13)).Handshake(); err == nil {
				return fmt.Errorf("it trusts")
			}
			return nil
		},
	} {
		for _, at := range []string{"smtp.sender.example smtps", "mail.alabala.com pop3s"} {
			sock, err := net.Dial("tcp", v.addr(at))
			if err != nil {
				t.Fatal(err)
			}
			if err := talk(sock); err != nil {
				t.Errorf("%s at %s: %v", name, at, err)
			}
			sock.Close()
		}
	}
	c, err := tls.Dial("tcp", v.addr("smtp.sender.example smtps"), trusting("smtp.sender.example", tls.VersionTLS13))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	greeting := make([]byte, 100)
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := c.Read(greeting); err != nil || !strings.HasPrefix(string(greeting[:n]), "220 smtp.sender.example ") {
		t.Errorf("got %q, %v after clients that failed, want a greeting", greeting[:n], err)
	}
}
