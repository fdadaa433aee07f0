package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// TestDovecot plays the documents of testdata/dovecot: files of the host
// mail.alabala.com (and of pc.alabala.com below /pc), a story, and what the
// trace tells of it.
func TestDovecot(t *testing.T) {
	files, _ := filepath.Glob("testdata/dovecot/*.txtar")
	if len(files) == 0 {
		t.Fatal("no documents in testdata/dovecot")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc := txtar.Parse(text)
			w := newMailWorld(t, doc)
			for i := range doc.Files {
				switch doc.Files[i].Name {
				case "story":
					w.play(string(doc.Files[i].Data))
				case "trace":
					doc.Files[i].Data = []byte(w.story())
				case "files":
					doc.Files[i].Data = []byte(w.files())
				}
			}
			w.Stop()
			got := string(txtar.Format(doc))
			if got != string(text) && *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s: %s", file, firstDifference(string(text), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n got %q\nwant %q", i+1, b, a)
		}
	}
	return "no difference"
}

// mailWorld is a mail host, a pc, and what happens between them.
type mailWorld struct {
	*sim.World
	t       *testing.T
	mail    *Host
	pc      *Host
	dovecot *Dovecot
}

func newMailWorld(t *testing.T, doc *txtar.Archive) *mailWorld {
	w := &mailWorld{t: t, World: sim.New(sim.Config{Header: trace.Header{Seed: 7, Start: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)}})}
	w.mail = w.host("mail.alabala.com", "10.10.10.10")
	w.pc = w.host("pc.alabala.com", "10.10.10.100")
	for _, f := range doc.Files {
		tree, name := w.mail.Tree, f.Name
		if rest, ok := strings.CutPrefix(name, "/pc/"); ok {
			tree, name = w.pc.Tree, "/"+rest
		}
		if strings.HasPrefix(name, "/") {
			if err := tree.WriteFile(name, f.Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	var problems []host.Problem
	w.dovecot, problems = NewDovecot(w.mail)
	for _, p := range problems {
		t.Log(p)
	}
	if err := w.dovecot.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *mailWorld) host(name, addr string) *Host {
	n, err := w.AddNode(trace.Node{Name: name, Addrs: []string{addr}})
	if err != nil {
		w.t.Fatal(err)
	}
	return NewHost(n, host.NewTree(0))
}

// play runs the lines of a story, each when the one before is over:
//
//	fetch USER PASSWORD [keep]      pc.alabala.com fetches by POP3
//	lmtp …                          the lines that follow, indented, are said to LMTP
//	pop3 …                          the same for POP3
//	auth MECHANISM RESPONSE         Postfix asks the authentication service
//	wait DURATION
func (w *mailWorld) play(story string) {
	var said []string
	lines := strings.Split(story, "\n")
	for i := 0; i < len(lines); i++ {
		f := strings.Fields(lines[i])
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		said = nil
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
			i++
			said = append(said, lines[i][2:])
		}
		switch f[0] {
		case "fetch":
			m := &MUA{Host: w.pc, User: f[1], Login: f[1], Password: f[2], Fetch: Server{Host: "10.10.10.10", Port: 110}}
			w.Go(w.pc.Node, "mua", 0, 0, func(p *sim.Proc) { _, _ = m.FetchPOP3(p, len(f) > 3, "") })
		case "lmtp", "pop3":
			w.Go(w.mail.Node, "client", 0, w.Trace.AddMsg(trace.Msg{Name: f[0]}), func(p *sim.Proc) { w.say(p, f[0], said) })
		case "auth":
			w.Go(w.mail.Node, "smtpd", 0, 0, func(p *sim.Proc) { w.authenticate(p, f[1], strings.ReplaceAll(f[2], "|", "\x00")) })
		case "wait":
			d, err := time.ParseDuration(f[1])
			if err != nil {
				w.t.Fatal(err)
			}
			w.RunUntil(w.Now() + d)
			continue
		case "reload":
			if err := w.dovecot.Reload(); err != nil {
				w.t.Fatal(err)
			}
		default:
			w.t.Fatalf("story: %q", lines[i])
		}
		w.Run()
	}
}

// say talks to a server, a line at a time; "." ends what follows "DATA".
func (w *mailWorld) say(p *sim.Proc, proto string, said []string) {
	var conn *sim.Conn
	var err error
	if proto == "lmtp" {
		conn, err = p.DialUnix("/var/spool/postfix/private/dovecot-lmtp")
	} else {
		conn, err = p.Dial(w.mail.Addr(), parseAddr("10.10.10.10:110"), 0)
	}
	if err != nil {
		w.t.Error(err)
		return
	}
	buf := make([]byte, 4096)
	for i := 0; ; i++ {
		if _, err := conn.Read(buf); err != nil {
			return
		}
		p.Sleep(100 * time.Millisecond)
		for conn.Pending() {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
		if i >= len(said) {
			break
		}
		line := said[i] + "\r\n"
		for i > 0 && said[i-1] == "DATA" && !strings.HasSuffix(line, "\r\n.\r\n") {
			said = append(said[:i], said[i+1:]...)
			line += said[i] + "\r\n"
		}
		if _, err := conn.Write([]byte(line)); err != nil {
			return
		}
	}
	conn.Close()
}

// authenticate asks the service as smtpd does, and leaves a Note.
func (w *mailWorld) authenticate(p *sim.Proc, mechanism, response string) {
	start := p.Now()
	service := w.mail.Auth("private/auth")
	x := service.Start(p, mechanism, w.pc.Addr())
	if x == nil {
		p.Emit(trace.Event{Kind: trace.Note}, []byte("no mechanism "+mechanism+" among "+strings.Join(service.Mechanisms(), " ")))
		return
	}
	challenge, done, err := x.Next(p, []byte(response))
	p.Emit(trace.Event{Kind: trace.Note}, fmt.Appendf(nil, "challenge %q done %v user %q err %v after %s", challenge, done, x.User(), err, p.Now().Sub(start)))
}

// story writes the trace: number, cause, message, what happened.
func (w *mailWorld) story() string {
	var b strings.Builder
	t := w.Trace
	for s := trace.Seq(1); t.Has(s); s++ {
		e := t.At(s)
		what := strings.TrimSpace(strings.Join([]string{t.Name(e.A), t.Name(e.B), t.Name(e.C)}, " "))
		text := strings.TrimRight(string(t.Text(e)), "\r\n")
		if e.N != 0 && e.Kind == trace.Mailbox {
			what += fmt.Sprintf(" uid=%d", e.N)
		}
		fmt.Fprintf(&b, "%d <%d m%d %.3f %s %s %s| %s\n", s, e.Cause, e.Msg, e.At().Seconds(), e.Kind, e.Side, what, strings.ReplaceAll(text, "\n", `\n`))
	}
	return b.String()
}

// files lists what lies in the mailboxes.
func (w *mailWorld) files() string {
	var b strings.Builder
	for _, h := range []*Host{w.mail, w.pc} {
		if !h.Tree.Exists("/home") {
			continue
		}
		err := h.Tree.Walk("/home", func(name string, i host.Info) error {
			if i.Dir {
				return nil
			}
			data, err := h.Tree.ReadFile(name)
			fmt.Fprintf(&b, "%s:%s\n%s", h.Name, name, strings.ReplaceAll("\t"+strings.TrimSuffix(string(data), "\n"), "\n", "\n\t")+"\n")
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return b.String()
}
