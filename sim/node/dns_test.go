package node

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

var update = flag.Bool("update", false, "write what came out into the documents of testdata/dns")

// dnsWorld is a small internet: a root, a top level and an authoritative server,
// a resolver, and hosts without servers that ask it.
type dnsWorld struct {
	*sim.World
	hosts map[string]*Host
	named map[string]*NameServer
}

func newDNSWorld(t testing.TB) *dnsWorld {
	t.Helper()
	w := &dnsWorld{World: sim.New(sim.Config{Header: trace.Header{Seed: 1, Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}),
		hosts: map[string]*Host{}, named: map[string]*NameServer{}}
	t.Cleanup(w.Stop)
	for _, h := range []struct{ name, short, addr string }{
		{"a.root.example", "root", "10.10.0.1"}, {"ns.tld.example", "tld", "10.10.0.2"}, {"ns.auth.example", "auth", "10.10.0.3"},
		{"resolver.lab.example", "res", "10.10.0.53"},
		{"smtp.sender.example", "smtp", "10.10.1.10"}, {"mail.alabala.com", "mail", "10.10.10.10"}, {"smtp.relay.example", "relay", "10.10.2.10"},
	} {
		n, err := w.AddNode(trace.Node{Name: h.name, Short: h.short, Addrs: []string{h.addr}})
		if err != nil {
			t.Fatal(err)
		}
		tree := host.NewTree(1)
		if _, err := os.Stat("testdata/lab/" + h.name); err == nil {
			if tree, err = host.LoadFS(os.DirFS("testdata/lab/"+h.name), "."); err != nil {
				t.Fatal(err)
			}
		}
		if err := tree.Mkdir("/etc"); err != nil && !tree.Exists("/etc") {
			t.Fatal(err)
		}
		if err := tree.WriteFile("/etc/resolv.conf", []byte("nameserver 10.10.0.53\n")); err != nil {
			t.Fatal(err)
		}
		hst := NewHost(n, tree)
		w.hosts[h.short] = hst
		if tree.Exists(NamedConf) {
			ns, err := StartNameServer(hst)
			if err != nil {
				t.Fatal(err)
			}
			if dnswire.Fatal(ns.Problems()) {
				t.Fatalf("%s: %v", h.name, ns.Problems())
			}
			w.named[h.short] = ns
		}
	}
	return w
}

// lookup runs one lookup to its end.
func (w *dnsWorld) lookup(from string, typ, name string) (a *dnswire.Answer, err error) {
	t, _ := dnswire.TypeOf(typ)
	h := w.hosts[from]
	w.Go(h.Node, "test", 0, 0, func(p *sim.Proc) { a, err = h.Stub.Lookup(p, name, t) })
	w.Run()
	return a, err
}

// lines writes the DNS events from seq on as tshark would.
func (w *dnsWorld) lines(from trace.Seq) string {
	var b strings.Builder
	for s := from; int(s) <= w.Trace.Len(); s++ {
		e := w.Trace.At(s)
		short := func(n trace.NodeID) string {
			if n == 0 {
				return "-"
			}
			return w.Trace.Node(n).Short
		}
		switch e.Kind {
		case trace.Query, trace.Answer:
			lost := ""
			if e.Flags&trace.Lost != 0 {
				lost = " (lost)"
			}
			fmt.Fprintf(&b, "%s > %s %s%s\n", short(e.Node), short(e.Peer), dnswire.Summary(w.Trace.Text(e)), lost)
		case trace.Timeout:
			fmt.Fprintf(&b, "%s gives up after %v\n", short(e.Node), e.At()-w.Trace.At(e.Cause).At())
		case trace.Refuse:
			fmt.Fprintf(&b, "%s refuses\n", short(e.Node))
		case trace.Lookup:
			fmt.Fprintf(&b, "%s %s %s: %s\n", short(e.Node), w.Trace.Name(e.A), w.Trace.Name(e.B), w.Trace.Name(e.C))
		}
	}
	return regexp.MustCompile(`0x[0-9a-f]{4} `).ReplaceAllString(b.String(), "")
}

// TestWalk plays documents: a line "ask HOST TYPE NAME", "dig HOST ARGUMENTS" or
// an operator's action,
// followed by what it leads to: packets, or what dig prints.
func TestWalk(t *testing.T) {
	docs, _ := filepath.Glob("testdata/dns/*.txt")
	if len(docs) == 0 {
		t.Fatal("no documents in testdata/dns")
	}
	for _, doc := range docs {
		t.Run(filepath.Base(doc), func(t *testing.T) {
			text, err := os.ReadFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			got := playDNS(t, string(text))
			if *update {
				if err := os.WriteFile(doc, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(text) {
				t.Errorf("got:\n%s\nwant:\n%s", got, text)
			}
		})
	}
}

func playDNS(t *testing.T, text string) string {
	w := newDNSWorld(t)
	var out strings.Builder
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			continue
		}
		if len(f) == 0 || f[0] != "ask" && f[0] != "do" && f[0] != "dig" {
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(line + "\n")
		from := trace.Seq(w.Trace.Len() + 1)
		if f[0] == "do" {
			w.act(t, f[1:])
			continue
		}
		if f[0] == "dig" {
			h := w.hosts[f[1]]
			w.Go(h.Node, "dig", 0, 0, func(p *sim.Proc) {
				text, status := h.Stub.Dig(p, f[2:])
				fmt.Fprintf(&out, "| %s\n= status %d\n", strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n| "), status)
			})
			w.Run()
			continue
		}
		start := w.Now()
		a, err := w.lookup(f[1], f[2], f[3])
		out.WriteString(w.lines(from))
		if err != nil {
			fmt.Fprintf(&out, "= %v\n", err)
		} else {
			fmt.Fprintf(&out, "= ttl %d %v %v %v\n", a.TTL, a.MX(), a.Addrs(), a.Names())
		}
		if d := w.Now() - start; d > 100*time.Millisecond {
			fmt.Fprintf(&out, "= after %v\n", d.Round(time.Millisecond))
		}
	}
	return out.String()
}

// act does what an operator or the weather does.
func (w *dnsWorld) act(t *testing.T, f []string) {
	switch f[0] {
	case "wait":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			t.Fatal(err)
		}
		w.RunUntil(w.Now() + d)
	case "down":
		w.hosts[f[1]].SetDown(true)
	case "up":
		w.hosts[f[1]].SetDown(false)
	case "stop":
		w.named[f[1]].Stop()
	case "flush":
		w.named[f[1]].FlushCache()
	case "append":
		if err := w.hosts[f[1]].Tree.AppendFile(f[2], []byte(strings.Join(f[3:], " ")+"\n")); err != nil {
			t.Fatal(err)
		}
	case "reload":
		if err := w.named[f[1]].Reload(); err != nil {
			t.Fatal(err)
		}
		if ps := w.named[f[1]].Problems(); dnswire.Fatal(ps) {
			t.Error(ps)
		}
	default:
		t.Fatalf("unknown action %q", f)
	}
}

// TestCausesStayApart checks that two mails' lookups have chains of their own,
// the second of which was answered from the cache.
func TestCausesStayApart(t *testing.T) {
	w := newDNSWorld(t)
	h := w.hosts["smtp"]
	var last [2]trace.Seq
	for i := range last {
		msg := w.Trace.AddMsg(trace.Msg{Name: fmt.Sprint("mail", i)})
		start := w.Emit(trace.Event{Kind: trace.Action, Node: h.ID, Msg: msg}, nil)
		w.Go(h.Node, "smtp", start, msg, func(p *sim.Proc) {
			if _, err := h.Stub.Lookup(p, "alabala.com", 15); err != nil {
				t.Error(err)
			}
			last[i] = p.Cause()
		})
		w.Run()
		for s := last[i]; s != start; s = w.Trace.At(s).Cause {
			if s < start || s == 0 {
				t.Fatalf("mail %d: the chain leaves its own story at event %d", i, s)
			}
			if m := w.Trace.At(s).Msg; m != msg {
				t.Errorf("mail %d: event %d belongs to message %d", i, s, m)
			}
		}
	}
	cached := w.Trace.At(w.Trace.At(last[1]).Cause)
	if cached.Kind != trace.Lookup {
		t.Fatalf("the second answer is caused by a %v, want the cache lookup", cached.Kind)
	}
	if e := w.Trace.At(trace.Seq(cached.N)); e.Kind != trace.Answer || e.Node != w.hosts["auth"].ID {
		t.Errorf("the cache refers to a %v at node %d, want the answer of the authoritative server", e.Kind, e.Node)
	}
}

// TestSharedFetch checks that equal questions at one time lead to one walk.
func TestSharedFetch(t *testing.T) {
	w := newDNSWorld(t)
	for _, short := range []string{"smtp", "mail", "relay"} {
		h := w.hosts[short]
		w.Go(h.Node, "test", 0, 0, func(p *sim.Proc) {
			if a, err := h.Stub.Lookup(p, "mail.alabala.com", 1); err != nil || len(a.Addrs()) != 1 {
				t.Errorf("%s: got %v, %v", h.Name, a, err)
			}
		})
	}
	w.Run()
	n := strings.Count(w.lines(1), "res > auth Standard query A mail.alabala.com")
	if n != 1 {
		t.Errorf("the authoritative server was asked %d times, want once", n)
	}
}

// TestMalformedName checks that no packet is sent for a name that cannot be.
func TestMalformedName(t *testing.T) {
	w := newDNSWorld(t)
	_, err := w.lookup("smtp", "MX", strings.Repeat("x", 64)+".example")
	var le *dnswire.LookupError
	if !errors.As(err, &le) || le.Failure != dnswire.Malformed || le.Temporary() {
		t.Errorf("got %v, want a permanent failure", err)
	}
	if w.Trace.Len() != 0 {
		t.Errorf("%d events, want none", w.Trace.Len())
	}
}

// BenchmarkLookup is a lookup of a mail host, question and answer as packets and
// events, out of a warm cache.
func BenchmarkLookup(b *testing.B) {
	w := newDNSWorld(b)
	w.lookup("smtp", "MX", "alabala.com")
	h := w.hosts["smtp"]
	b.ReportAllocs()
	w.Go(h.Node, "bench", 0, 0, func(p *sim.Proc) {
		for b.Loop() {
			if _, err := h.Stub.Lookup(p, "alabala.com", 15); err != nil {
				b.Error(err)
				return
			}
		}
	})
	w.Run()
}
