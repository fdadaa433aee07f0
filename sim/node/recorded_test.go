package node

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// TestRecorded plays dialogues that were recorded from Dovecot against a
// simulated host with the same dovecot.conf, users and mailbox files.
func TestRecorded(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../protocols/pop3/testdata/recorded/*.dialogue", "testdata/lmtp/*.dialogue"} {
		found, _ := filepath.Glob(pattern)
		if len(found) == 0 {
			t.Fatalf("no documents match %s", pattern)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".dialogue"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "# tls") {
				t.Skip("needs TLS in the simulation")
			}
			playRecorded(t, string(text))
		})
	}
}

var masks = []struct {
	rx *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`<[0-9a-f.]+\.[A-Za-z0-9+/=]+@[^<>]+>`), "<stamp>"},
	{regexp.MustCompile(`\b[0-9a-f]{16}\b`), "UIDL"},
	{regexp.MustCompile(`^\+ PD[A-Za-z0-9+/=]{20,}`), "+ CHALLENGE"},
	{regexp.MustCompile(`> [A-Za-z0-9+/]{22}(:[RT0-9:]+)? Saved`), "> SESSION$1 Saved"},
	{regexp.MustCompile(`\[mail.alabala.com:[^]]*\]`), "[TIME]"},
}

func masked(line string) string {
	for _, m := range masks {
		line = m.rx.ReplaceAllString(line, m.to)
	}
	return line
}

// playRecorded says the C: lines and compares what comes with the S: lines.
func playRecorded(t *testing.T, text string) {
	w := sim.New(sim.Config{Header: trace.Header{Seed: 7, Start: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)}})
	defer w.Stop()
	head, body, _ := strings.Cut(text, "\n\n")
	name, addr, proto := "mail.alabala.com", "10.10.10.10", "pop3"
	if strings.Contains(head, "10.10.10.30:110") {
		name, addr = "strict.alabala.com", "10.10.10.30"
	}
	if strings.Contains(head, "role: MDA, LMTP") {
		proto = "lmtp"
	}
	startRecorded(t, w, name, addr, strings.Contains(head, "mailbox: 0 messages"))
	pc, err := w.AddNode(trace.Node{Name: "pc.alabala.com", Addrs: []string{"10.10.10.100"}})
	if err != nil {
		t.Fatal(err)
	}
	from := pc
	if proto == "lmtp" {
		from = w.Node(name)
	}
	w.Go(from, "client", 0, 0, func(p *sim.Proc) {
		r := &recorded{t: t, p: p, addr: addr + ":110", lmtp: proto == "lmtp", conns: map[string]*bufio.Reader{}, raw: map[string]*sim.Conn{}}
		r.run(strings.Split(strings.TrimSuffix(body, "\n"), "\n"))
	})
	w.Run()
}

// startRecorded starts Dovecot on a host of the lab, with five messages for
// each of two users.
func startRecorded(t *testing.T, w *sim.World, name, addr string, empty bool) {
	n, err := w.AddNode(trace.Node{Name: name, Addrs: []string{addr}})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := host.LoadFS(os.DirFS("testdata/lab/"+name), ".")
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 5 && !empty; i++ {
		data, err := os.ReadFile(fmt.Sprintf("../../protocols/pop3/testdata/maildrop/%d.eml", i))
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range []string{"ivan", "maria"} {
			if err := tree.WriteFile(fmt.Sprintf("/home/%s/Maildir/new/179516600%d.M1P1.%s", user, i, name), data); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, problems := NewDovecot(NewHost(n, tree))
	if err := host.Fails(problems); err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
}

// recorded is a client that follows a recording.
type recorded struct {
	t     *testing.T
	p     *sim.Proc
	addr  string
	lmtp  bool
	conns map[string]*bufio.Reader
	raw   map[string]*sim.Conn
}

func (r *recorded) run(lines []string) {
	said := map[string]string{} // not yet written
	for n, line := range lines {
		who, rest, ok := strings.Cut(line, ":")
		rest = strings.TrimPrefix(rest, " ")
		if !ok || line[0] == '#' {
			continue
		}
		key := who[1:]
		if who[0] == 'C' {
			if rest == "<close>" {
				r.raw[key].Close()
				continue
			}
			end := "\r\n"
			if cut, ok := strings.CutSuffix(rest, "<NOEOL>"); ok {
				rest, end = cut, ""
			} else if cut, ok := strings.CutSuffix(rest, "<LF>"); ok {
				rest, end = cut, "\n"
			}
			said[key] += rest + end
			continue
		}
		conn := r.open(key)
		if out := said[key]; out != "" {
			said[key] = ""
			_, _ = r.raw[key].Write([]byte(out)) // a server that is gone shows at the next read
		}
		r.raw[key].SetTimeout(2 * time.Minute)
		got, err := conn.ReadString('\n')
		got = strings.TrimSuffix(got, "\r\n")
		if err != nil {
			got = "<close>"
		}
		if masked(got) != masked(rest) {
			r.t.Errorf("line %d of the dialogue:\n got %q\nwant %q", n+1, masked(got), masked(rest))
			return
		}
	}
}

// open is the connection of a session, opened when it is first needed.
func (r *recorded) open(key string) *bufio.Reader {
	if r.conns[key] == nil {
		var c *sim.Conn
		var err error
		if r.lmtp {
			c, err = r.p.DialUnix("/var/spool/postfix/private/dovecot-lmtp")
		} else {
			c, err = r.p.Dial(r.p.Node().Addr(), parseAddr(r.addr), 0)
		}
		if err != nil {
			r.t.Fatal(err)
		}
		r.raw[key], r.conns[key] = c, bufio.NewReader(c)
	}
	return r.conns[key]
}
