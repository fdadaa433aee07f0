package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/smtp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What rude clients do to "mailtrek serve": each is answered or cut off, others
// are served meanwhile, memory stays within bounds, and the end comes at once.
func TestServeRudeClients(t *testing.T) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	v := serve(t, "lab")
	port25 := v.addr("mail.alabala.com smtp 10.10.10.10:25")
	for _, rude := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"a thousand connections", func(t *testing.T) { thousand(t, port25) }},
		{"a hundred and fifty who do not log in", func(t *testing.T) { loiter(t, v.addr("strict.alabala.com pop3"), "-ERR Connection queue full\r\n") }},
		{"a hundred and fifty who do not log in to IMAP", func(t *testing.T) { loiter(t, v.addr("strict.alabala.com imap"), "* BYE Connection queue full\r\n") }},
		{"eleven logins", func(t *testing.T) {
			logins(t, v.addr("mail.alabala.com pop3"), "USER ivan\r\nPASS ivan-secret\r\n", "-ERR [IN-USE] ")
			logins(t, v.addr("mail.alabala.com imap"), "a LOGIN ivan ivan-secret\r\n", "a NO [LIMIT] ")
		}},
		{"a line of 100 MB", func(t *testing.T) { longLine(t, port25, "500 5.5.2 ") }},
		{"a line of 100 MB to POP3", func(t *testing.T) { longLine(t, v.addr("mail.alabala.com pop3"), "-ERR Input buffer full, aborting") }},
		{"a line of 100 MB to IMAP", func(t *testing.T) { longLine(t, v.addr("mail.alabala.com imap"), "* BYE Input buffer full, aborting") }},
		{"a message of 100 MB", func(t *testing.T) { longMessage(t, port25) }},
		{"rubbish", func(t *testing.T) { rubbish(t, port25) }},
		{"a flood of errors", func(t *testing.T) { flood(t, v.addr("mail.alabala.com smtp 10.10.10.16:25")) }},
		{"answers that nobody reads", func(t *testing.T) { unread(t, v.addr("mail.alabala.com imap")) }},
		{"a client that stalls", func(t *testing.T) { stall(t, v.addr("mail.alabala.com smtp 10.10.10.15:25")) }},
	} {
		t.Run(rude.name, func(t *testing.T) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				rude.do(t)
			}()
			for polite := true; polite; {
				politely(t, port25, v.addr("mail2.alabala.com smtp"))
				select {
				case <-done:
					polite = false
				case <-time.After(100 * time.Millisecond):
				}
			}
		})
	}
	runtime.GC()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 200<<20 {
		t.Errorf("%d MB are still in use", grown>>20)
	}
	began := time.Now()
	v.stop()
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// politely holds a short session with one of the servers.
func politely(t *testing.T, addrs ...string) {
	t.Helper()
	var err error
	for _, addr := range addrs {
		var c *smtp.Client
		if c, err = smtp.Dial(addr); err != nil {
			continue // it may have too many connections from here
		}
		if err = c.Hello("client.stranger.example"); err == nil {
			err = c.Quit()
		}
		if err == nil {
			return
		}
	}
	t.Errorf("a polite client hears %v", err)
}

func dial(t *testing.T, addr string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(60 * time.Second))
	r := bufio.NewReader(c)
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return c, r
}

// thousand opens connections that stay open. Postfix serves 50 of one client
// (smtpd_client_connection_count_limit) and tells the others to come later.
func thousand(t *testing.T, addr string) {
	greeted, refused := 0, 0
	for range 1000 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		line, err := bufio.NewReader(c).ReadString('\n')
		switch {
		case strings.HasPrefix(line, "220 "):
			greeted++
		case strings.HasPrefix(line, "421 4.7.0 ") && strings.Contains(line, "too many connections"):
			refused++
		default:
			t.Errorf("got %q, %v", line, err)
		}
	}
	if greeted < 40 || greeted > 50 {
		t.Errorf("%d of a thousand were greeted and %d refused, want no more than 50 and not much fewer", greeted, refused)
	}
}

// loiter opens connections and does not log in. Dovecot has a hundred login
// processes (default_process_limit): the oldest connections make room.
func loiter(t *testing.T, addr, want string) {
	var first []*bufio.Reader
	for i := range 150 {
		if _, r := dial(t, addr); i < 50 {
			first = append(first, r)
		}
	}
	for i, r := range first {
		line, err := r.ReadString('\n')
		if line != want && !reset(err) {
			t.Errorf("connection %d: got %q, %v, want %q", i, line, err, want)
		}
	}
}

// logins logs in eleven times, which is once too often for one user from one
// address (mail_max_userip_connections); when one has left there is room again.
func logins(t *testing.T, addr, say, want string) {
	login := func() (net.Conn, string) {
		c, r := dial(t, addr)
		io.WriteString(c, say)
		line := ""
		for range strings.Count(say, "\n") {
			var err error
			if line, err = r.ReadString('\n'); err != nil {
				t.Error(err)
			}
		}
		return c, line
	}
	var last net.Conn
	for i := range 10 {
		c, line := login()
		if !strings.Contains(line, "Logged in") {
			t.Errorf("login %d: %q", i+1, line)
		}
		last = c
	}
	const limit = "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"
	if _, line := login(); line != want+limit+"\r\n" {
		t.Errorf("login 11: got %q, want %q", line, want+limit)
	}
	last.Close()
	for range 50 {
		if _, line := login(); strings.Contains(line, "Logged in") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("there is no room after one has left")
}

// longLine sends a line that does not end for 100 MB.
func longLine(t *testing.T, addr, want string) {
	c, r := dial(t, addr)
	go func() {
		part := bytes.Repeat([]byte("A"), 1<<16)
		for range 100 << 20 / len(part) {
			if _, err := c.Write(part); err != nil {
				return
			}
		}
		io.WriteString(c, "\r\n")
	}()
	line, err := r.ReadString('\n')
	if !strings.HasPrefix(line, want) && !reset(err) {
		t.Errorf("got %q, %v, want %q", line, err, want)
	}
}

// reset tells whether an error is that the other end has closed with something
// unread, which may overtake what it said.
func reset(err error) bool {
	return err != nil && strings.Contains(err.Error(), "reset by peer")
}

// longMessage sends ten times message_size_limit.
func longMessage(t *testing.T, addr string) {
	c, r := dial(t, addr)
	for _, command := range []string{"HELO client.stranger.example", "MAIL FROM:<a@stranger.example>", "RCPT TO:<ivan@alabala.com>", "DATA"} {
		fmt.Fprintf(c, "%s\r\n", command)
		if line, err := r.ReadString('\n'); err != nil || line[0] != '2' && line[0] != '3' {
			t.Errorf("%s: %q, %v", command, line, err)
			return
		}
	}
	lines := bytes.Repeat([]byte(strings.Repeat("B", 70)+"\r\n"), 900)
	for range 100 << 20 / len(lines) {
		if _, err := c.Write(lines); err != nil {
			t.Error(err)
			return
		}
	}
	io.WriteString(c, ".\r\n")
	if line, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(line, "552 5.3.4 ") {
		t.Errorf("got %q, %v, want 552", line, err)
	}
}

// rubbish sends octets that are no command; the server answers each line, until
// there were too many.
func rubbish(t *testing.T, addr string) {
	c, r := dial(t, addr)
	dice := rand.New(rand.NewPCG(1, 1))
	for range 2 {
		part := make([]byte, 1<<10)
		for i := range part {
			part[i] = byte(dice.Uint32())
		}
		if _, err := c.Write(part); err != nil {
			t.Error(err)
		}
	}
	io.WriteString(c, "\r\n")
	if line, err := r.ReadString('\n'); err != nil || line[0] != '5' {
		t.Errorf("got %q, %v, want a refusal", line, err)
	}
}

// flood sends one error after the other to a server that bears five.
func flood(t *testing.T, addr string) {
	c, r := dial(t, addr)
	go func() {
		for range 100 {
			if _, err := io.WriteString(c, strings.Repeat("RUBBISH\r\n", 1000)); err != nil {
				return
			}
		}
	}()
	errors := 0
	for {
		line, err := r.ReadString('\n')
		switch {
		case strings.HasPrefix(line, "500 "):
			errors++
			continue
		case !strings.HasPrefix(line, "421 4.7.0 ") && !reset(err):
			t.Errorf("got %q, %v after %d errors, want 421", line, err, errors)
		}
		if errors > 5 {
			t.Errorf("%d errors were answered, want 5", errors)
		}
		return
	}
}

// unread sends commands and never reads an answer: at some point the server
// does not take more, so that nothing piles up.
func unread(t *testing.T, addr string) {
	c, _ := dial(t, addr)
	c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	part := []byte(strings.Repeat("a CAPABILITY\r\n", 1000))
	sent := 0
	for sent < 1<<30 {
		n, err := c.Write(part)
		sent += n
		if err != nil {
			return
		}
	}
	t.Errorf("%d MB of commands were taken though nobody read the answers", sent>>20)
}

// stall begins a command and never ends it; the server waits for smtpd_timeout.
func stall(t *testing.T, addr string) {
	c, r := dial(t, addr)
	io.WriteString(c, "MAIL FR")
	line, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "421 4.4.2 ") {
		t.Errorf("got %q, %v, want 421", line, err)
	}
	if _, err := r.ReadString('\n'); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}
