package sim

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// lines is a splitter that cuts at line ends.
type lines struct{ held [2]int }

func (l *lines) Split(units []wire.Unit, side wire.Side, p []byte) []wire.Unit {
	for _, b := range p {
		l.held[side]++
		if b == '\n' {
			units = append(units, wire.Unit{N: l.held[side]})
			l.held[side] = 0
		}
	}
	return units
}
func (l *lines) Rest(side wire.Side) int { return l.held[side] }

// echo answers each line with the same line in capitals.
func echo(p *Proc, c *Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		fmt.Fprintf(c, "%s", strings.ToUpper(line))
	}
}

func twoHosts(t *testing.T, seed uint64) (*World, *Node, *Node) {
	t.Helper()
	w := New(Config{Header: trace.Header{Seed: seed, Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}})
	a, err := w.AddNode(trace.Node{Name: "a.example", Addrs: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.AddNode(trace.Node{Name: "b.example", Addrs: []string{"10.0.0.2"}})
	if err != nil {
		t.Fatal(err)
	}
	return w, a, b
}

var port7 = netip.MustParseAddrPort("10.0.0.2:7")

func show(t *trace.Trace) string {
	var b strings.Builder
	for s := trace.Seq(1); int(s) <= t.Len(); s++ {
		e := t.At(s)
		fmt.Fprintf(&b, "%d %v %s %s<-%d %q\n", s, e.At(), t.Node(e.Node).Name, e.Kind, e.Cause, t.Text(e))
	}
	return b.String()
}

func TestDialogueHasTrueCauses(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	if _, err := b.Listen("10.0.0.2:7", Service{Name: "echo", Splitter: func() wire.Splitter { return new(lines) }, Serve: echo}); err != nil {
		t.Fatal(err)
	}
	var got string
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, time.Minute)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "one\ntw")
		p.Sleep(time.Second)
		io.WriteString(c, "o\n")
		r := bufio.NewReader(c)
		for range 2 {
			line, _ := r.ReadString('\n')
			got += line
		}
	})
	w.Run()
	if got != "ONE\nTWO\n" {
		t.Errorf("got %q, want both lines back", got)
	}
	want := `1 0s a.example open<-0 ""
2 500µs b.example accept<-1 ""
3 1ms a.example line<-2 "one\n"
4 1.5ms b.example line<-3 "ONE\n"
5 1.001s a.example line<-3 "two\n"
6 1.0015s b.example line<-5 "TWO\n"
7 1.002s a.example close<-6 ""
8 1.0025s b.example close<-7 ""
`
	if s := show(w.Trace); s != want {
		t.Errorf("got\n%swant\n%s", s, want)
	}
	w.Stop()
}

func TestRefusedSilentAndUnknown(t *testing.T) {
	for _, c := range []struct {
		name string
		prep func(b *Node)
		to   string
		want error
		at   time.Duration
	}{
		{"nobody listens", func(*Node) {}, "10.0.0.2:7", ErrRefused, time.Millisecond},
		{"host down", func(b *Node) { b.SetDown(true) }, "10.0.0.2:7", ErrTimeout, 30 * time.Second},
		{"no such host", func(*Node) {}, "10.0.0.9:7", ErrUnreachable, routeFailure},
	} {
		w, a, b := twoHosts(t, 1)
		c.prep(b)
		w.Go(a, "client", 0, 0, func(p *Proc) {
			_, err := p.Dial(netip.Addr{}, netip.MustParseAddrPort(c.to), 30*time.Second)
			if err != c.want || w.Now() != c.at {
				t.Errorf("%s: got %v after %v, want %v after %v", c.name, err, w.Now(), c.want, c.at)
			}
		})
		w.Run()
	}
}

func TestHostComesBackWhileConnecting(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	b.Listen("10.0.0.2:7", Service{Serve: echo})
	b.SetDown(true)
	w.At(5*time.Second, func() { b.SetDown(false) })
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, 30*time.Second)
		if err != nil {
			t.Fatalf("got %v, want a connection at the third SYN", err)
		}
		c.Close()
		if w.Now() < 7*time.Second || w.Now() > 8*time.Second {
			t.Errorf("connected after %v, want 7 s (1 + 2 + 4)", w.Now())
		}
	})
	w.Run()
}

func TestReadGivesUpAfterDeadline(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	b.Listen("10.0.0.2:7", Service{Serve: func(p *Proc, c *Conn) { p.Sleep(time.Hour) }})
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, _ := p.Dial(netip.Addr{}, port7, 0)
		c.SetTimeout(4 * time.Second)
		if _, err := c.Read(make([]byte, 10)); err != ErrTimeout {
			t.Errorf("got %v, want a timeout", err)
		}
	})
	w.Run()
}

// TestListen: silence is a failure only for those who wait for an answer.
func TestListen(t *testing.T) {
	for _, c := range []struct {
		name string
		wait func(*Conn)
		want int
	}{
		{"an answer", func(c *Conn) { c.SetTimeout(time.Second) }, 1},
		{"nothing in particular", func(c *Conn) { c.Listen(time.Second) }, 0},
		{"an answer, then nothing", func(c *Conn) { c.SetTimeout(time.Second); c.Listen(time.Second) }, 0},
		{"nothing, then an answer", func(c *Conn) { c.Listen(time.Second); c.SetTimeout(time.Second) }, 1},
	} {
		w, a, b := twoHosts(t, 1)
		b.Listen("10.0.0.2:7", Service{Serve: func(p *Proc, c *Conn) { p.Sleep(time.Hour) }})
		w.Go(a, "client", 0, 0, func(p *Proc) {
			conn, _ := p.Dial(netip.Addr{}, port7, 0)
			c.wait(conn)
			if _, err := conn.Read(make([]byte, 10)); err != ErrTimeout {
				t.Errorf("waiting for %s ends with %v", c.name, err)
			}
		})
		w.Run()
		got := 0
		for s := trace.Seq(1); w.Trace.Has(s); s++ {
			if w.Trace.At(s).Kind == trace.Timeout {
				got++
			}
		}
		if got != c.want {
			t.Errorf("waiting for %s: the trace tells %d times that somebody gives up, want %d", c.name, got, c.want)
		}
	}
}

func TestHalfRunWorldLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		w, a, b := twoHosts(t, 1)
		b.Listen("10.0.0.2:7", Service{Serve: echo})
		w.Go(a, "client", 0, 0, func(p *Proc) {
			c, _ := p.Dial(netip.Addr{}, port7, 0)
			defer c.Close()
			c.Read(make([]byte, 1)) // for ever
		})
		w.Go(a, "not begun", 0, 0, func(*Proc) {})
		w.RunUntil(10 * time.Millisecond)
		w.Go(a, "not begun", 0, 0, func(*Proc) {})
		w.Stop()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestExternalClient(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	b.Listen("10.0.0.2:7", Service{Splitter: func() wire.Splitter { return new(lines) }, Serve: echo})
	var got []string
	x := w.Connect(a, netip.Addr{}, port7, 0, func(d Delivery) {
		got = append(got, fmt.Sprintf("%v %q %v %v", d.Accepted, d.Data, d.EOF, d.Err))
	})
	w.Run()
	x.Conn().Write([]byte("hel"))
	x.Conn().Write([]byte("lo\n"))
	w.Run()
	x.Conn().Close()
	w.Run()
	if s := strings.Join(got, "; "); s != `true "" false <nil>; false "HELLO\n" false <nil>` {
		t.Errorf("got %s", s)
	}
}

func BenchmarkSwitch(b *testing.B) {
	w := New(Config{})
	n, _ := w.AddNode(trace.Node{Name: "a", Addrs: []string{"10.0.0.1"}})
	w.Go(n, "p", 0, 0, func(p *Proc) {
		for range b.N {
			p.Sleep(time.Millisecond)
		}
	})
	b.ResetTimer()
	w.Run()
}

// A process that is killed stops where it waits, but not in a Shield; its
// connections end as those of a process that died.
func TestKill(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	var said []string
	var server *Proc
	_, err := b.Listen("10.0.0.2:7", Service{Name: "echo", Serve: func(p *Proc, c *Conn) {
		server = p
		defer func() { said = append(said, "server over") }()
		p.Shield(func() { p.Sleep(2 * time.Second) })
		said = append(said, "the server goes on")
	}})
	if err != nil {
		t.Fatal(err)
	}
	victim := w.Go(a, "victim", 0, 0, func(p *Proc) {
		defer func() { said = append(said, "victim over") }()
		p.Sleep(time.Hour)
		said = append(said, "the victim goes on")
	})
	early := w.Go(a, "early", 0, 0, func(*Proc) { said = append(said, "early goes on") })
	early.Kill()
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, 0)
		if err != nil {
			t.Error(err)
			return
		}
		victim.Kill()
		server.Kill()
		_, err = c.Read(make([]byte, 10))
		said = append(said, fmt.Sprintf("client reads %v after %v", err, w.Now().Round(time.Second)))
	})
	w.Run()
	w.Stop()
	if got, want := strings.Join(said, "; "), "victim over; server over; client reads EOF after 2s"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	last := w.Trace.At(trace.Seq(w.Trace.Len()))
	if last.Kind != trace.Close || w.Trace.Name(last.A) != "lost" {
		t.Errorf("the last event is %v %q, want a close that is lost", last.Kind, w.Trace.Name(last.A))
	}
}

// What is sent over a link that is cut arrives in order when the link is back,
// at the next of the times at which TCP sends it again.
func TestLostIsSentAgain(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	if _, err := b.Listen("10.0.0.2:7", Service{Name: "echo", Splitter: func() wire.Splitter { return &lines{} }, Serve: echo}); err != nil {
		t.Fatal(err)
	}
	got := ""
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		w.SetLink(a, b, Link{Cut: true})
		fmt.Fprint(c, "one\n")
		p.Sleep(5 * time.Second)
		w.SetLink(a, b, Link{})
		fmt.Fprint(c, "two\n")
		r := bufio.NewReader(c)
		for range 2 {
			line, err := r.ReadString('\n')
			got += fmt.Sprintf("%q %v at %v; ", line, err, w.Now().Round(time.Second))
		}
	})
	w.Run()
	w.Stop()
	if want := `"ONE\n" <nil> at 7s; "TWO\n" <nil> at 7s; `; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
