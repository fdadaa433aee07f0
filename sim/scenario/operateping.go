package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim"
)

// pingUsual is how many echo requests ping(8) sends without -c: a real one goes on
// until somebody stops it.
const pingUsual = 4

// pingCommand is ping(8): one echo request a second.
func pingCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "46c:nqi:s:W:w:")
	if bad != "" {
		sh.errorf("ping: %s\n", bad)
		return 1
	}
	count, every, wait, quiet := pingUsual, time.Second, 10*time.Second, false
	for _, s := range o.switches {
		v, err := strconv.ParseFloat(s.value, 64)
		switch {
		case strings.IndexByte("ciWws", s.letter) < 0:
			quiet = quiet || s.letter == 'q'
		case err != nil || v <= 0 || v > 3600:
			sh.errorf("ping: invalid argument: '%s'\n", visible(s.value))
			return 1
		case s.letter == 'c':
			count = int(v)
		case s.letter == 'i':
			every = time.Duration(v * float64(time.Second))
		case s.letter == 'W':
			wait = time.Duration(v * float64(time.Second))
		}
	}
	if len(o.args) != 1 {
		sh.errorf("ping: usage error: Destination address required\n")
		return 1
	}
	return (&pinger{operator: sh, name: o.args[0], quiet: quiet}).run(count, every, wait)
}

// pinger is a ping under way.
type pinger struct {
	*operator
	name           string
	quiet          bool
	sent, got, err int
	times          []time.Duration
}

func (g *pinger) run(count int, every, wait time.Duration) int {
	addrs := g.addresses(g.name)
	if strings.EqualFold(g.name, "localhost") {
		addrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	if len(addrs) == 0 {
		g.errorf("ping: %s: Name or service not known\n", visible(g.name))
		return 2
	}
	to := addrs[0]
	start := g.p.World().Now()
	if _, err := netip.ParseAddr(g.name); err != nil {
		g.name = strings.TrimSuffix(g.name, ".")
	}
	g.printf("PING %s (%s) 56(84) bytes of data.\n", visible(g.name), to)
	for g.sent < count {
		g.sent++
		began := g.p.World().Now()
		rtt, err := g.p.Ping(to, wait)
		if errors.Is(err, sim.ErrNoNetwork) {
			g.errorf("ping: connect: Network is unreachable\n")
			return 2
		}
		g.answer(to, rtt, err)
		if left := every - (g.p.World().Now() - began); left > 0 && g.sent < count {
			g.p.Sleep(left)
		}
	}
	return g.summary(g.p.World().Now() - start)
}

// answer shows what came back.
func (g *pinger) answer(to netip.Addr, rtt time.Duration, err error) {
	switch {
	case errors.Is(err, sim.ErrUnreachable):
		g.err++
		if !g.quiet {
			g.printf("From %s icmp_seq=%d Destination Host Unreachable\n", g.m.Addr(), g.sent)
		}
	case err == nil:
		g.got++
		g.times = append(g.times, rtt)
		if g.quiet {
			return
		}
		who := to.String()
		if name := g.reverse(to); name != "" && g.name != who {
			who = fmt.Sprintf("%s (%s)", visible(name), to)
		}
		g.printf("64 bytes from %s: icmp_seq=%d ttl=64 time=%s ms\n", who, g.sent, milliseconds(rtt))
	}
}

// reverse is the name of an address, "" when it has none.
func (sh *operator) reverse(a netip.Addr) string {
	if a.IsLoopback() {
		return "localhost"
	}
	name, err := sh.m.Stub.NameOf(sh.p, a)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(name, ".")
}

// milliseconds are a time as ping prints it: three significant digits.
func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 1:
		return fmt.Sprintf("%.3f", ms)
	case ms < 10:
		return fmt.Sprintf("%.2f", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// summary prints how it went.
func (g *pinger) summary(took time.Duration) int {
	g.printf("\n--- %s ping statistics ---\n", visible(g.name))
	errs := ""
	if g.err > 0 {
		errs = fmt.Sprintf("+%d errors, ", g.err)
	}
	g.printf("%d packets transmitted, %d received, %s%.6g%% packet loss, time %dms\n", g.sent, g.got, errs, 100*float64(g.sent-g.got)/float64(g.sent), took.Milliseconds())
	if g.got == 0 {
		g.printf("\n")
		return 1
	}
	low, high, sum := g.times[0], g.times[0], time.Duration(0)
	for _, t := range g.times {
		low, high, sum = min(low, t), max(high, t), sum+t
	}
	mean := sum / time.Duration(len(g.times))
	deviation := time.Duration(0)
	for _, t := range g.times {
		deviation += max(t-mean, mean-t)
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.3f", float64(d)/float64(time.Millisecond)) }
	g.printf("rtt min/avg/max/mdev = %s/%s/%s/%s ms\n", ms(low), ms(mean), ms(high), ms(deviation/time.Duration(len(g.times))))
	return 0
}
