package trace_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

func written(t testing.TB, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	if err := tr.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t testing.TB, text string) *trace.Trace {
	t.Helper()
	tr, warning, err := trace.Read(strings.NewReader(text))
	if err != nil || warning != "" {
		t.Fatalf("Read: warning %q, error %v", warning, err)
	}
	return tr
}

func TestStoryAsJSONL(t *testing.T) {
	compare(t, "testdata/story.jsonl", written(t, tracetest.Story()))
}

func TestWriteReadWriteIsIdentical(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover(), "odd": odd()} {
		first := written(t, tr)
		back := read(t, first)
		if second := written(t, back); second != first {
			t.Errorf("%s: written again it differs", name)
		}
		if back.Hash() != tr.Hash() {
			t.Errorf("%s: hash %s, after reading %s", name, tr.Hash(), back.Hash())
		}
		for s := trace.Seq(1); int(s) <= tr.Len(); s++ {
			if !bytes.Equal(tr.Text(tr.At(s)), back.Text(back.At(s))) {
				t.Errorf("%s: event %d has text %q, after reading %q", name, s, tr.Text(tr.At(s)), back.Text(back.At(s)))
			}
		}
	}
}

// odd is a trace of everything that is hard to write.
func odd() *trace.Trace {
	t := trace.New(trace.Header{Title: "quote \" backslash \\ \x1b[31m \u202e", Seed: 1<<64 - 1, Start: time.Date(2026, 1, 1, 0, 0, 0, 5, time.UTC)})
	t.AddNode(trace.Node{Name: "twin"})
	t.AddNode(trace.Node{Name: "twin"})
	t.AddNode(trace.Node{Name: "#1", Roles: []string{"a,b", "\x07"}})
	for i, text := range []string{"\xff\xfe", "\x1b]0;title\x07", "C1 \u0085 bidi \u202e zero \u200b", "emoji 😀\r\n", "\x00", ""} {
		t.Append(trace.Event{Time: int64(i * 1001), Kind: trace.Raw, Node: trace.NodeID(i%3 + 1), Peer: 2, Flags: trace.Flags(37 * i),
			A: t.Intern("\x1b[2J" + fmt.Sprint(i)), B: t.Intern("b"), C: t.Intern("c"), N: 1<<32 - 1, Code: 65535, Cause: trace.Seq(i)}, []byte(text))
	}
	t.AddMsg(trace.Msg{Name: "born late", Parent: 0})
	t.Append(trace.Event{Time: 7000, Kind: trace.Note, Msg: 1}, bytes.Repeat([]byte("long "), 30000))
	t.AddConn(trace.Conn{Proto: trace.IMAP, UDP: true, Client: 1, Server: 3, ClientAddr: "x"})
	return t
}

func TestNoControlCharacterIsWrittenRaw(t *testing.T) {
	for _, line := range strings.Split(written(t, odd()), "\n") {
		for _, r := range line {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("%U stands raw in %.80q", r, line)
			}
		}
	}
}

func TestWriterWhileTheTraceGrows(t *testing.T) {
	whole := tracetest.Failover()
	want := written(t, whole)
	// Told again line by line, flushed after each.
	var out bytes.Buffer
	tr := read(t, strings.SplitAfter(want, "\n")[0]+endLine(0))
	w := trace.NewWriter(&out, tr)
	replay(t, whole, tr, func() {
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Error("written while it grew, the trace differs from the trace written at once")
	}
}

func endLine(n int) string { return fmt.Sprintf("{\"end\":true,\"events\":%d}\n", n) }

// replay appends all of from to to, calling each after every event.
func replay(t *testing.T, from, to *trace.Trace, each func()) {
	for i := 1; i <= from.Nodes(); i++ {
		to.AddNode(*from.Node(trace.NodeID(i)))
	}
	for s := trace.Seq(1); int(s) <= from.Len(); s++ {
		e := *from.At(s)
		for trace.ConnID(to.Conns()) < e.Conn {
			to.AddConn(*from.Conn(trace.ConnID(to.Conns() + 1)))
		}
		for trace.MsgID(to.Msgs()) < e.Msg {
			to.AddMsg(*from.Msg(trace.MsgID(to.Msgs() + 1)))
		}
		text := from.Text(&e)
		e.A, e.B, e.C = to.Intern(from.Name(e.A)), to.Intern(from.Name(e.B)), to.Intern(from.Name(e.C))
		to.Append(e, text)
		each()
	}
}

func TestATraceCutOffIsReadUpToThere(t *testing.T) {
	whole := written(t, tracetest.Story())
	first := strings.IndexByte(whole, '\n') + 1
	last := strings.LastIndexByte(strings.TrimSuffix(whole, "\n"), '\n') + 1
	for cut := first; cut <= last; cut += 97 {
		tr, warning, err := trace.Read(strings.NewReader(whole[:cut]))
		if err != nil || tr == nil {
			t.Fatalf("cut at octet %d: error %v", cut, err)
		}
		if want := fmt.Sprintf("the trace is cut off after event %d", tr.Len()); warning != want {
			t.Fatalf("cut at octet %d: warning %q, want %q", cut, warning, want)
		}
		if got := strings.Count(whole[:cut], "\n{\"seq\""); tr.Len() != got && tr.Len() != got-1 {
			t.Fatalf("cut at octet %d: %d events, want about %d", cut, tr.Len(), got)
		}
	}
}

func TestDamagedTraces(t *testing.T) {
	file := "testdata/damaged.txt"
	head := "{\"format\":\"mailtrek trace\",\"version\":1,\"start\":\"2026-03-02T09:00:00+02:00\"}\n"
	var out strings.Builder
	for _, q := range questions(t, file) {
		text := strings.ReplaceAll(q, "HEAD ", head)
		text = strings.ReplaceAll(text, " NL ", "\n") + "\n"
		tr, warning, err := trace.Read(strings.NewReader(text))
		n := -1
		if tr != nil {
			n = tr.Len()
		}
		fmt.Fprintf(&out, "%s\n\tevents %d, warning %q, error %v\n", q, n, warning, err)
		if err == nil && warning == "" {
			t.Errorf("%s: neither error nor warning", q)
		}
	}
	compare(t, file, out.String())
}

func TestAChangedTraceIsNoticed(t *testing.T) {
	text := strings.Replace(written(t, tracetest.Story()), "ivan-secret", "ivan-public", 1)
	_, warning, err := trace.Read(strings.NewReader(text))
	if err != nil || !strings.Contains(warning, "changed") {
		t.Errorf("warning %q, error %v; want a warning that it was changed", warning, err)
	}
}

func FuzzRead(f *testing.F) {
	text, err := os.ReadFile("testdata/damaged.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(written(f, tracetest.Story())[:6000])
	f.Add(written(f, odd())[:2000])
	f.Fuzz(func(t *testing.T, text string) {
		tr, _, err := trace.Read(strings.NewReader(text))
		if tr == nil || err != nil {
			return
		}
		first := written(t, tr)
		back, warning, err := trace.Read(strings.NewReader(first))
		if err != nil || warning != "" {
			t.Fatalf("what was read and written cannot be read: %q, %v\n%s", warning, err, first)
		}
		if second := written(t, back); second != first {
			t.Fatalf("written twice it differs:\n%s\n%s", first, second)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	story := tracetest.Story()
	b.ReportAllocs()
	for b.Loop() {
		story.Hash()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(story.Len()), "ns/event")
}

func BenchmarkRead(b *testing.B) {
	story := tracetest.Story()
	text := written(b, story)
	for b.Loop() {
		read(b, text)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(story.Len()), "ns/event")
}
