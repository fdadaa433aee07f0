package trace_test

import (
	"fmt"
	"testing"

	"mailtrek/sim/trace"
)

// A trace that forgets keeps what later events refer to, and its tables do not
// grow with what nobody refers to.
func TestForget(t *testing.T) {
	const n, every = 200_000, 10_000
	tr := trace.New(trace.Header{})
	node := tr.AddNode(trace.Node{Name: "mail.example"})
	for i := 1; i <= n; i++ {
		conn := tr.AddConn(trace.Conn{Client: node, ClientAddr: fmt.Sprint("10.0.0.1:", i)})
		s := tr.Append(trace.Event{Kind: trace.Note, Node: node, Conn: conn, A: tr.Intern("always"), B: tr.Intern(fmt.Sprint("id ", i))}, fmt.Append(nil, "text ", i))
		if i%every == 0 {
			tr.Forget(s - every)
		}
	}
	if tr.Len() != n || tr.Conns() != n {
		t.Errorf("%d events and %d connections, want %d of each", tr.Len(), tr.Conns(), n)
	}
	for i := n - every; i <= n; i++ {
		e := tr.At(trace.Seq(i))
		want := fmt.Sprintf("always, id %d, text %d, 10.0.0.1:%d, mail.example", i, i, i)
		got := fmt.Sprintf("%s, %s, %s, %s, %s", tr.Name(e.A), tr.Name(e.B), tr.Text(e), tr.Conn(e.Conn).ClientAddr, tr.Node(e.Node).Name)
		if got != want {
			t.Fatalf("event %d is %q, want %q", i, got, want)
		}
	}
	if tr.Has(1) || tr.At(1).Kind != trace.NoKind || tr.Text(tr.At(1)) != nil || tr.Conn(1).ClientAddr != "" {
		t.Error("the first event is not forgotten")
	}
	if _, ok := tr.Find("id 1"); ok {
		t.Error("a name is kept that no event has")
	}
	if s := tr.Intern("one more"); int(s) > 4*every {
		t.Errorf("the last symbol is %d: they are not used again", s)
	}
}

// What one more event costs with a trace that forgets behind a writer.
func BenchmarkStreamed(b *testing.B) {
	tr := trace.New(trace.Header{})
	node := tr.AddNode(trace.Node{Name: "mail.example"})
	text := []byte("250 2.1.5 Ok, and forty octets of text here")
	for i := 0; b.Loop(); i++ {
		s := tr.Append(trace.Event{Kind: trace.Note, Node: node, A: tr.Intern("always")}, text)
		if i%(1<<16) == 0 {
			tr.Forget(s)
		}
	}
}
