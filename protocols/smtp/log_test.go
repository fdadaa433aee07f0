package smtp

import (
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

// TestLog plays short sessions and compares what smtpd would log, with the
// counters of "disconnect from" as the last line.
func TestLog(t *testing.T) {
	const peer = "client.example[10.10.20.100]"
	transaction := "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<ivan@alabala.com>\r\n"
	for _, c := range []struct {
		name  string
		set   func(*Config)
		in    []string
		after func(*Session)
		want  []string
	}{
		{"quit", nil, []string{"EHLO x\r\n", "QUIT\r\n"}, (*Session).lost, []string{"ehlo=1 quit=1 commands=2"}},
		{"nothing", nil, nil, (*Session).lost, []string{"lost connection after CONNECT from " + peer, "commands=0/0"}},
		{"lost in content", nil, []string{transaction, "DATA\r\n", "half a line"}, (*Session).lost,
			[]string{"lost connection after DATA (0 bytes) from " + peer, "ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"}},
		{"lost in content after lines", nil, []string{transaction, "DATA\r\n", "line\r\nhal"}, (*Session).lost,
			[]string{"lost connection after DATA (6 bytes) from " + peer, "ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"}},
		{"lost after message", nil, []string{transaction, "DATA\r\n", "x\r\n.\r\n"}, (*Session).lost, []string{"ehlo=1 mail=1 rcpt=1 data=1 commands=4"}},
		{"timeout", nil, []string{"EHLO x\r\n"}, func(s *Session) { s.TimedOut() }, []string{"timeout after EHLO from " + peer, "ehlo=1 commands=1"}},
		{"timeout in chunk", nil, []string{transaction, "BDAT 10\r\n", "abc"}, func(s *Session) { s.TimedOut() },
			[]string{"timeout after BDAT (46 bytes) from " + peer, "ehlo=1 mail=1 rcpt=1 bdat=0/1 commands=3/4"}},
		{"unknown", nil, []string{"FOO\r\n"}, (*Session).lost, []string{"lost connection after UNKNOWN from " + peer, "unknown=0/1 commands=0/1"}},
		{"forbidden", nil, []string{"GET / HTTP/1.1\r\n"}, (*Session).lost, []string{"warning: non-SMTP command from " + peer + ": GET / HTTP/1.1", "unknown=0/1 commands=0/1"}},
		{"bad address", nil, []string{"MAIL FROM:<a b@c>\r\nQUIT\r\n"}, (*Session).lost,
			[]string{"improper command pipelining after MAIL from " + peer + `: QUIT\r\n`, "warning: Illegal address syntax from " + peer + " in MAIL command: <a b@c>", "mail=0/1 quit=1 commands=1/2"}},
		{"pipelining", nil, []string{"EHLO x\r\nNOOP\r\n"}, (*Session).lost,
			[]string{"improper command pipelining after EHLO from " + peer + `: NOOP\r\n`, "lost connection after NOOP from " + peer, "ehlo=1 noop=1 commands=2"}},
		{"long line", nil, []string{"NOOP " + strings.Repeat("x", 3000) + "\r\n", "QUIT\r\n"}, (*Session).lost,
			[]string{"warning: " + peer + ": request longer than 2048: NOOP " + strings.Repeat("x", 25) + "...", "noop=1 quit=1 commands=2"}},
		{"too big", func(c *Config) { c.SizeLimit = 10 }, []string{"EHLO x\r\n", "MAIL FROM:<a@b.example> SIZE=11\r\n", "QUIT\r\n"}, (*Session).lost,
			[]string{"NOQUEUE: reject: MAIL from " + peer + ": 552 5.3.4 Message size exceeds fixed limit; from=<a@b.example> proto=ESMTP helo=<x>", "ehlo=1 mail=0/1 quit=1 commands=2/3"}},
		{"really too big", func(c *Config) { c.SizeLimit = 10 }, []string{transaction, "DATA\r\n", "twelve bytes\r\n.\r\n", "QUIT\r\n"}, (*Session).lost,
			[]string{"warning: QUEUEID1: queue file size limit exceeded", "ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 commands=4/5"}},
		{"too many errors", func(c *Config) { c.HardErrors = 2 }, []string{"FOO\r\n", "FOO\r\n", "NOOP\r\n"}, (*Session).lost,
			[]string{"too many errors after UNKNOWN from " + peer, "unknown=0/2 commands=0/2"}},
		{"bare LF", func(c *Config) { c.BareLF = BareLFReject }, []string{"EHLO x\n"}, (*Session).lost,
			[]string{"NOQUEUE: reject: CONNECT from " + peer + ": bare <LF> received; proto=SMTP", "commands=0/0"}},
		{"NOTIFY", nil, []string{transaction, "RCPT TO:<a@b.example> NOTIFY=DELAY,SOMETIMES\r\n", "QUIT\r\n"}, (*Session).lost,
			[]string{`warning: unknown DSN NOTIFY command value "SOMETIMES" in "DELAY,SOMETIMES"`, "ehlo=1 mail=1 rcpt=1/2 quit=1 commands=4/5"}},
		{"AUTH", func(c *Config) { c.Auth = &MemoryAuth{Names: []string{"PLAIN"}} }, []string{"AUTH PLAIN AGEAYg==\r\n", "AUTH PLAIN\r\n", "*\r\n", "QUIT\r\n"}, (*Session).lost,
			[]string{"warning: " + peer + ": SASL PLAIN authentication failed: (reason unavailable), sasl_username=a", "warning: " + peer + ": SASL PLAIN authentication aborted", "auth=0/2 quit=1 commands=1/3"}},
	} {
		m := &Memory{}
		cfg := Default("mail.example")
		cfg.Peer = peer
		if c.set != nil {
			c.set(&cfg)
		}
		s := NewSession(cfg, m)
		s.Open()
		for _, in := range c.in {
			if in == transaction {
				for line := range strings.SplitAfterSeq(in, "\n") {
					s.Feed([]byte(line), false)
				}
				continue
			}
			s.Feed([]byte(in), false)
		}
		c.after(s)
		got := append(m.Logged, s.Stats())
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
		if s.Next() != wire.Close && c.name != "nothing" && !strings.HasPrefix(c.want[0], "lost") {
			t.Errorf("%s: the session goes on", c.name)
		}
	}
}

func (s *Session) lost() { s.Lost() }

// TestErrorDelays: ten errors are answered at once, the next ones after a
// second each, and the 421 comes by itself, or when the next command comes,
// after another second.
func TestErrorDelays(t *testing.T) {
	for _, silent := range []bool{true, false} {
		m := &Memory{}
		s := NewSession(Default("mail.example"), m)
		s.Open()
		for range 20 {
			s.Feed([]byte("FOO\r\n"), false)
		}
		if m.Slept != 10*time.Second {
			t.Errorf("after 20 errors: slept %v, want 10s", m.Slept)
		}
		if got := s.Timeout(); got != time.Second || s.Next() != wire.Continue {
			t.Errorf("got timeout %v, next %v; want 1s, continue", got, s.Next())
		}
		var last []byte
		if silent {
			last = s.TimedOut()
		} else {
			last = s.Feed([]byte("NOOP\r\n"), false)
		}
		if got, want := string(last), "421 4.7.0 mail.example Error: too many errors\r\n"; got != want || s.Next() != wire.Close {
			t.Errorf("got %q, next %v; want %q and the end", got, s.Next(), want)
		}
	}
}

// TestEndlessLine: a line that never ends, in a command or in content, is not kept.
func TestEndlessLine(t *testing.T) {
	for _, before := range []string{"", "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nDATA\r\n"} {
		m := &Memory{}
		s := NewSession(Default("mail.example"), m)
		s.Open()
		s.Feed([]byte(before), false)
		flood := []byte(strings.Repeat("x", 1<<16))
		for range 1 << 9 { // 32 MB, more than message_size_limit
			s.Feed(flood, false)
		}
		if kept := cap(s.in) + cap(s.long) + cap(s.content.body); kept > 1<<20 {
			t.Errorf("after %q and 32 MB: %d bytes are kept", before, kept)
		}
		if out := string(s.Feed([]byte("\r\n.\r\n"), false)); !strings.HasPrefix(out, "5") {
			t.Errorf("after %q: got %q, want an error", before, out)
		}
	}
}
