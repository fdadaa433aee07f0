package postfix

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
)

// BenchmarkReceive is the half way of a mail of 2 KiB: a connection to the MX
// of alabala.com, its restrictions, cleanup, the queue, LMTP and the mailbox,
// all of it in the trace.
func BenchmarkReceive(b *testing.B) {
	w := newLab(b, *labFolder)
	from := w.hosts["client.stranger.example"]
	body := []byte("From: Helena <helena@sender.example>\nTo: ivan@alabala.com\nSubject: benchmark\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nMessage-ID: <b@sender.example>\n\n" + strings.Repeat("0123456789 0123456789 0123456789 0123456789 0123456789 01234567\n", 30))
	send := func(p *sim.Proc) error {
		c, err := p.Dial(netip.Addr{}, netip.MustParseAddrPort("10.10.10.10:25"), 0)
		if err != nil {
			return err
		}
		client := smtp.NewClient(c, smtp.ClientConfig{Helo: "client.stranger.example", Peer: "mail.alabala.com[10.10.10.10]"})
		if err := client.Greet(); err != nil {
			return err
		}
		r, err := client.Send(&smtp.Mail{Sender: "helena@sender.example", Recipients: []smtp.Recipient{{Addr: "ivan@alabala.com"}}, Content: body, Last: true})
		if err == nil && r.Outcomes[0].Err != nil {
			err = r.Outcomes[0].Err
		}
		c.Close()
		return err
	}
	b.ReportAllocs()
	events := w.Trace.Len()
	n := 0
	for b.Loop() {
		n++
		w.Go(from.Node, "bench", 0, 0, func(p *sim.Proc) {
			if err := send(p); err != nil {
				b.Error(err)
			}
		})
		w.Run()
	}
	b.ReportMetric(float64(w.Trace.Len()-events)/float64(n), "events/op")
	if log := w.maillog(); n == 1 && !strings.Contains(log, "status=sent") {
		b.Error(fmt.Errorf("not delivered: %s", log))
	}
}
