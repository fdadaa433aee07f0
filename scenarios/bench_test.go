package scenarios_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// letter is a message of 2 KiB, header and all.
var letter = []byte("From: Elena Petrova <elena@sender.example>\nTo: Ivan Ivanov <ivan@alabala.com>\nSubject: A letter of two kilobytes\n" +
	"Date: Mon, 2 Mar 2026 09:00:00 +0200\nMessage-ID: <bench@pc.sender.example>\n\n" + strings.Repeat("A line of text that is neither short nor long, and quite usual.\n", 28))

// BenchmarkMail simulates whole mails: submission, DNS from a warm cache,
// relay, LMTP, mailbox. Beside it stands what a message costs go-smtp's client
// and server alone, see BenchmarkGoSMTP in protocols/smtp.
func BenchmarkMail(b *testing.B) {
	r := build(b, "alabala", scenario.Options{Live: true, MaxEvents: 1 << 30})
	defer r.Close()
	pc := r.Host("pc.sender.example")
	send := func(name string) {
		mua := &node.MUA{Host: pc, User: "elena", From: "elena@sender.example", Login: "elena", Password: "elena-secret",
			Submit: node.Server{Host: "smtp.sender.example", Port: 587}}
		r.World.Go(pc.Node, "mua", 0, 0, func(p *sim.Proc) {
			mua.Send(p, node.Outgoing{Name: name, Content: letter, To: []string{"ivan@alabala.com"}})
		})
		r.World.RunUntil(r.World.Now() + time.Second)
	}
	send("the first one, which fills the cache")
	before := r.Trace().Len()
	var m0, m1 runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m0)
	b.ReportAllocs()
	b.ResetTimer()
	at := used()
	for i := range b.N {
		send(fmt.Sprint("mail ", i))
	}
	b.StopTimer()
	b.ReportMetric(float64((used()-at).Nanoseconds())/1000/float64(b.N), "µs-CPU/op")
	runtime.GC()
	runtime.ReadMemStats(&m1)
	events := r.Trace().Len() - before
	b.ReportMetric(float64(events)/float64(b.N), "events/op")
	bodies := contentBytes(r.Trace(), before)
	b.ReportMetric((float64(m1.HeapAlloc)-float64(m0.HeapAlloc)-float64(bodies))/float64(events), "B/event")
	if events < 100*b.N {
		b.Errorf("%d events for %d mails; the benchmark does not do what it says", events, b.N)
	}
}

// contentBytes is what messages take of the trace behind the first events: the
// content on the wire and in mailboxes.
func contentBytes(t *trace.Trace, first int) (n int) {
	for s := trace.Seq(first + 1); t.Has(s); s++ {
		if e := t.At(s); e.Kind == trace.Content || e.Kind == trace.Mailbox {
			n += int(e.Len)
		}
	}
	return n
}
