package scenarios_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/scenario"
)

var messages = flag.Int("messages", 100_000, "how many messages the largest BenchmarkGrowth sends")

// domains is how many domains the world of BenchmarkGrowth has; each has a
// server and a personal computer, which with the name servers makes 100 hosts.
const domains = 49

// country is that world as a document.
func country() string {
	var hosts, zone, rest strings.Builder
	for n := 1; n <= domains; n++ {
		fmt.Fprintf(&hosts, "mx.d%d.example  10.0.%d.10  postfix\npc.d%d.example  10.0.%d.100  nothing\n", n, n, n, n)
		fmt.Fprintf(&zone, "d%d MX 5 mx.d%d\nmx.d%d A 10.0.%d.10\npc.d%d A 10.0.%d.100\n", n, n, n, n, n, n)
		fmt.Fprintf(&rest, "```main.cf mx.d%d.example\nmyhostname = mx.d%d.example\nmynetworks = 10.0.%d.0/24\n"+
			"mydestination = d%d.example\nhome_mailbox = Maildir/\nsmtpd_client_connection_rate_limit = 0\n```\n", n, n, n, n)
		fmt.Fprintf(&rest, "```host mx.d%d.example\nuser ivan Ivan\n```\n", n)
	}
	return "---\nid: country\ntitle: A hundred hosts\nresolver: res\nseed: 1\n---\n```hosts\nname  address  runs\n" +
		"ns.root.example  10.0.0.1  named\nres.root.example  10.0.0.53  named\n" + hosts.String() + "```\n" +
		"```host res.root.example\nshort res\n```\n```zone . on ns.root.example\nns.root.example. A 10.0.0.1\n```\n" +
		"```zone example on ns.root.example\nns.root.example. A 10.0.0.1\n" + zone.String() + "```\n" + rest.String()
}

// used is the CPU time of this process.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkGrowth sends many messages through a world of 100 hosts, in waves
// that put some hundreds into the queues at once. What a message costs must not
// depend on how many there were before it; run it with -benchtime 1x.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1_000, 10_000, *messages} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				grow(b, n)
			}
		})
	}
}

func grow(b *testing.B, n int) {
	s, err := scenario.Load(fstest.MapFS{"country.md": {Data: []byte(country())}}, "country.md", nil)
	if err != nil {
		b.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{Live: true, MaxEvents: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	send := func(i int) {
		from, to := i%domains+1, (i/domains+i)%domains+1
		h := r.Host(fmt.Sprintf("pc.d%d.example", from))
		mua := &node.MUA{Host: h, User: "ivan", From: fmt.Sprintf("ivan@d%d.example", from),
			Submit: node.Server{Host: fmt.Sprintf("mx.d%d.example", from), Port: 25}}
		r.World.Go(h.Node, "mua", 0, 0, func(p *sim.Proc) {
			mua.Send(p, node.Outgoing{Name: fmt.Sprint("mail ", i), Content: letter, To: []string{fmt.Sprintf("ivan@d%d.example", to)}})
		})
	}
	wave := func(from, to int) {
		for i := from; i < to; i++ {
			send(i)
		}
		r.World.RunUntil(r.World.Now() + 5*time.Second)
	}
	const warm, size = 1_000, 500
	wave(0, warm) // fills the caches
	before := r.Trace().Len()
	at := used()
	for i := 0; i < n; i += size {
		wave(i, i+size)
	}
	cpu := used() - at
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(cpu.Microseconds())/float64(n), "µs-CPU/mail")
	b.ReportMetric(float64(m.HeapAlloc)/float64(n+warm), "heap-B/mail")
	b.ReportMetric(float64(r.Trace().Len()-before)/float64(n), "events/mail")
}
