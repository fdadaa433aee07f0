package scenarios_test

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

var messages = flag.Int("messages", 100_000, "how many messages the largest BenchmarkGrowth sends")

// domains is how many domains the world of BenchmarkGrowth has; each has a
// server and a personal computer, which with the name servers makes 100 hosts.
const domains = 49

// country is that world as a document.
func country() string {
	var hosts, zone, rest strings.Builder
	for n := 1; n <= domains; n++ {
		fmt.Fprintf(&hosts, "mx.d%d.example  10.0.%d.10  postfix, dovecot\npc.d%d.example  10.0.%d.100  nothing\n", n, n, n, n)
		fmt.Fprintf(&zone, "d%d MX 5 mx.d%d\nmx.d%d A 10.0.%d.10\npc.d%d A 10.0.%d.100\n", n, n, n, n, n, n)
		fmt.Fprintf(&rest, "```main.cf mx.d%d.example\nmyhostname = mx.d%d.example\nmynetworks = 10.0.%d.0/24\n"+
			"mydestination = d%d.example\nhome_mailbox = Maildir/\nsmtpd_client_connection_rate_limit = 0\n```\n", n, n, n, n)
		fmt.Fprintf(&rest, "```host mx.d%d.example\nuser ivan Ivan\n```\n", n)
		fmt.Fprintf(&rest, "```file mx.d%d.example:/etc/dovecot/dovecot.conf\nprotocols = pop3\nlisten = *\nmail_location = maildir:~/Maildir\n"+
			"log_path = /var/log/dovecot.log\nssl = no\nauth_username_format = %%n\ndisable_plaintext_auth = no\n"+
			"passdb {\n  driver = passwd-file\n  args = username_format=%%n /etc/dovecot/users\n}\nuserdb {\n  driver = passwd\n}\n```\n", n)
		fmt.Fprintf(&rest, "```file mx.d%d.example:/etc/dovecot/users\nivan:{PLAIN}ivan-secret\n```\n", n)
	}
	return "---\nid: country\ntitle: A hundred hosts\nresolver: res\nseed: 1\n---\n```hosts\nname  address  runs\n" +
		"ns.root.example  10.0.0.1  named\nres.root.example  10.0.0.53  named\n" + hosts.String() + "```\n" +
		"```host res.root.example\nshort res\n```\n```zone . on ns.root.example\nns.root.example. A 10.0.0.1\n```\n" +
		"```zone example on ns.root.example\nns.root.example. A 10.0.0.1\n" + zone.String() + "```\n" + rest.String()
}

// BenchmarkGrowth sends many messages through a world of 100 hosts, in waves
// that put some hundreds into the queues at once. What a message costs must not
// depend on how many there were before it; run it with -benchtime 1x.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1_000, 10_000, *messages} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				newNation(b).grow(b, n)
			}
		})
	}
}

// BenchmarkGrowthStreamed is a run that goes to a file: what is written of the
// trace is forgotten, and after each wave everybody fetches the mail, which POP3
// deletes, and reads and throws it away. What memory a message still costs is
// what stays of it in the world.
func BenchmarkGrowthStreamed(b *testing.B) {
	for _, n := range []int{1_000, 10_000, *messages} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				c := newNation(b)
				c.out = trace.NewWriter(io.Discard, c.r.Trace())
				c.r.World.Stream(c.out, 100_000)
				c.grow(b, n)
				if err := c.out.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// nation is the world of country, with a mail program on each computer.
type nation struct {
	r    *scenario.Run
	muas []*node.MUA
	out  *trace.Writer // nil: the trace stays in memory, and the mail in the mailboxes
}

func newNation(b *testing.B) *nation {
	s, err := scenario.Load(fstest.MapFS{"country.md": {Data: []byte(country())}}, "country.md", nil)
	if err != nil {
		b.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{Live: true, MaxEvents: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	c := &nation{r: r}
	for n := 1; n <= domains; n++ {
		mx := fmt.Sprintf("mx.d%d.example", n)
		c.muas = append(c.muas, &node.MUA{Host: r.Host(fmt.Sprintf("pc.d%d.example", n)), User: "ivan", From: fmt.Sprintf("ivan@d%d.example", n),
			Submit: node.Server{Host: mx, Port: 25}, Fetch: node.Server{Host: mx, Port: 110}, Login: "ivan", Password: "ivan-secret"})
	}
	return c
}

// send lets message i begin its way.
func (c *nation) send(i int) {
	from, to := i%domains, (i/domains+i)%domains
	mua := *c.muas[from]
	mua.Login = "" // to submit, nobody has to log in
	c.r.World.Go(mua.Host.Node, "mua", 0, 0, func(p *sim.Proc) {
		mua.Send(p, node.Outgoing{Name: fmt.Sprint("mail ", i), Content: letter, To: []string{fmt.Sprintf("ivan@d%d.example", to+1)}})
	})
}

// wave sends messages and, if the mailboxes are to be emptied, has them fetched.
func (c *nation) wave(b *testing.B, from, to int) {
	for i := from; i < to; i++ {
		c.send(i)
	}
	c.r.World.RunUntil(c.r.World.Now() + 5*time.Second)
	if c.out == nil {
		return
	}
	fetched := 0
	for _, mua := range c.muas {
		c.r.World.Go(mua.Host.Node, "mua", 0, 0, func(p *sim.Proc) {
			n, err := mua.FetchPOP3(p, false, "")
			if err != nil {
				b.Error(err)
			}
			fetched += n
			_ = mua.Host.Tree.Remove("/home/ivan/mail/inbox") // it is not there when nothing came
		})
	}
	c.r.World.RunUntil(c.r.World.Now() + 5*time.Second)
	if fetched != to-from {
		b.Fatalf("%d messages were fetched of %d sent", fetched, to-from)
	}
}

func (c *nation) grow(b *testing.B, n int) {
	defer c.r.Close()
	const warm, size = 1_000, 500
	c.wave(b, 0, warm) // fills the caches
	before := c.r.Trace().Len()
	heap := heapNow()
	at := used()
	for i := 0; i < n; i += size {
		c.wave(b, i, i+size)
	}
	cpu := used() - at
	b.ReportMetric(float64(cpu.Microseconds())/float64(n), "µs-CPU/mail")
	b.ReportMetric((heapNow()-heap)/float64(n), "heap-B/mail")
	b.ReportMetric(float64(c.r.Trace().Len()-before)/float64(n), "events/mail")
}

// heapNow is what memory is in use.
func heapNow() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
