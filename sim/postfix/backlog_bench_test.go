package postfix_test

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"mailtrek/scenarios"
	"mailtrek/sim"
	"mailtrek/sim/postfix"
	"mailtrek/sim/scenario"
)

// BenchmarkBacklog has a host with so many messages for a server that does not
// exist, over a day of retries until they expire. What a message costs must not
// depend on how many there are.
func BenchmarkBacklog(b *testing.B) {
	for _, n := range []int{1_000, 5_000, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				backlog(b, n)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/mail")
		})
	}
}

func backlog(b *testing.B, n int) {
	tiny, err := os.ReadFile("testdata/effect/tiny.md")
	if err != nil {
		b.Fatal(err)
	}
	files := fstest.MapFS{"tiny.md": {Data: tiny}, "backlog.md": {Data: []byte("---\nid: backlog\ntitle: Backlog\nworld: tiny\nuntil: 30h\n---\n" +
		"\n```main.cf mx\nmaximal_queue_lifetime = 1d\nbounce_queue_lifetime = 1d\nmaximal_backoff_time = 4h\nqmgr_clog_warn_time = 0\n```\n")}}
	s, err := scenario.Load(files, "backlog.md", scenarios.Resolve)
	if s == nil {
		b.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{MaxEvents: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	r.World.Stream(nil, 100_000) // the trace is forgotten
	mx := r.System("mx.in.example")
	for i := range n {
		r.World.At(time.Duration(i)*10*time.Millisecond, func() {
			r.World.Go(mx.Host.Node, "sendmail", 0, 0, func(p *sim.Proc) {
				mx.Sendmail(p, postfix.LocalMail{User: "ivan", Sender: "ivan@in.example", Recipients: []string{"olga@dead.example"}, Message: []byte("Subject: x\n\nx\n")})
			})
		})
	}
	r.Play(0)
	for _, m := range mx.Mails() {
		if m.Sender != "" {
			b.Fatalf("%s is still there", m.ID)
		}
	}
}
