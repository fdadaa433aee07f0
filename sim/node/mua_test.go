package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// TestMUA plays the documents of testdata/mua: a mail as its author wrote it,
// what the server is to say ("server": "RCPT a@b = 550 …"), and the dialogue
// with what the program tells its user.
func TestMUA(t *testing.T) {
	files, _ := filepath.Glob("testdata/mua/*.txtar")
	if len(files) == 0 {
		t.Fatal("no documents in testdata/mua")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc := txtar.Parse(text)
			part := map[string]string{}
			for _, f := range doc.Files {
				part[f.Name] = string(f.Data)
			}
			last := len(doc.Files) - 1
			doc.Files[last].Data = []byte(submission(t, part))
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

// testServer is a submission server in memory that lives in the simulation.
type testServer struct {
	smtp.Memory
	p *sim.Proc
}

func (s *testServer) Sleep(d time.Duration) { s.p.Sleep(d) }

// submission runs one document and returns the dialogue.
func submission(t *testing.T, part map[string]string) string {
	w := sim.New(sim.Config{Header: trace.Header{Seed: 7, Start: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)}})
	defer w.Stop()
	server, err := w.AddNode(trace.Node{Name: "smtp.sender.example", Addrs: []string{"10.10.1.10"}})
	if err != nil {
		t.Fatal(err)
	}
	pc, err := w.AddNode(trace.Node{Name: "pc.sender.example", Addrs: []string{"10.10.1.100"}})
	if err != nil {
		t.Fatal(err)
	}
	memory := &testServer{}
	memory.Verdicts = map[string]string{}
	for line := range strings.Lines(part["server"]) {
		stage, reply, _ := strings.Cut(strings.TrimSpace(line), " = ")
		memory.Verdicts[stage] = reply
	}
	if part["server"] != "down\n" {
		listen(t, server, memory)
	}
	m := &MUA{Host: NewHost(pc, host.NewTree(0)), User: "elena", From: "Elena Petrova <elena@sender.example>",
		Login: "elena", Password: strings.TrimSpace(part["password"]), Submit: Server{Host: "10.10.1.10", Port: 587}}
	w.Go(pc, "mua", 0, 0, func(p *sim.Proc) {
		err = m.Send(p, Outgoing{Name: "first", Content: []byte(part["mail"]), To: strings.Fields(part["to"])})
	})
	w.Run()
	return conversation(w.Trace, err)
}

func listen(t *testing.T, n *sim.Node, b *testServer) {
	_, err := n.Listen("10.10.1.10:587", sim.Service{Name: "submission", Proto: trace.SMTP, Splitter: smtp.NewSplitter, Serve: func(p *sim.Proc, c *sim.Conn) {
		b.p = p
		cfg := smtp.Default(n.Name)
		cfg.Auth = &smtp.MemoryAuth{Names: []string{"PLAIN", "LOGIN"}, Passwords: map[string]string{"elena": "elena-secret"}, Options: sasl.ServerOptions{}}
		_ = Serve(p, c, smtp.NewSession(cfg, b))
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// conversation writes what was done, said and told, but not the keywords of
// EHLO.
func conversation(t *trace.Trace, sent error) string {
	var b strings.Builder
	for s := trace.Seq(1); t.Has(s); s++ {
		e := t.At(s)
		text := strings.TrimSuffix(strings.ReplaceAll(string(t.Text(e)), "\r\n", "\n"), "\n")
		switch {
		case e.Kind == trace.Line && t.Name(e.A) == "EHLO" && e.Side == trace.Server && e.Flags&trace.More != 0:
		case e.Kind.Said():
			for line := range strings.SplitSeq(text, "\n") {
				b.WriteString(e.Side.String() + ": " + line + "\n")
			}
		case e.Kind.Connection() || e.Kind == trace.Action || e.Kind == trace.Output:
			b.WriteString("# " + e.Kind.String() + " " + text + "\n")
		}
	}
	if sent != nil {
		b.WriteString("# error\n")
	}
	return b.String()
}
