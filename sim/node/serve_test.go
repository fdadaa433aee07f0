package node

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// sleepy is a backend whose delays take virtual time.
type sleepy struct {
	smtp.Memory
	p *sim.Proc
}

func (b *sleepy) Sleep(d time.Duration) { b.p.Sleep(d) }

// Replies to commands that came together leave together; the first that comes
// late takes those before it along, and each after it is sent at once
// (smtpd_chat_reply of Postfix).
func TestHesitantReplies(t *testing.T) {
	w := sim.New(sim.Config{})
	t.Cleanup(w.Stop)
	server, err := w.AddNode(trace.Node{Name: "mail.one.example", Addrs: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := w.AddNode(trace.Node{Name: "pc.one.example", Addrs: []string{"10.0.0.2"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = server.Listen("10.0.0.1:25", sim.Service{Name: "smtp", Proto: trace.SMTP, Splitter: smtp.NewSplitter, Serve: func(p *sim.Proc, c *sim.Conn) {
		b := &sleepy{p: p}
		cfg := smtp.Default(server.Name)
		cfg.SoftErrors, cfg.ErrorSleep = 2, time.Second
		_ = Serve(p, c, smtp.NewSession(cfg, b))
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	w.Go(client, "client", 0, 0, func(p *sim.Proc) {
		c, err := p.Dial(parseAddr("10.0.0.2:0").Addr(), parseAddr("10.0.0.1:25"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		buf := make([]byte, 4096)
		_, _ = c.Read(buf)
		begin := p.World().Now()
		_, _ = c.Write([]byte("NOOP\r\nFOO\r\nFOO\r\nNOOP\r\nNOOP\r\nQUIT\r\n"))
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			for line := range strings.Lines(string(buf[:n])) {
				fmt.Fprintf(&got, "%v %s\n", (p.World().Now() - begin).Truncate(time.Second), line[:3])
			}
		}
	})
	w.Run()
	const want = "1s 250\n1s 500\n1s 500\n1s 250\n2s 250\n3s 221\n"
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}
