package state_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

var update = flag.Bool("update", false, "rewrite the documents of testdata")

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs:\n got %q\nwant %q\n(-update rewrites it)", file, i+1, strings.Join(g[i:min(len(g), i+1)], ""), strings.Join(w[i:min(len(w), i+1)], ""))
		}
	}
}

// facts is a snapshot in words, a line each.
func facts(s *state.Snapshot) []string {
	t := s.Trace()
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, c := range s.OpenConns() {
		info := t.Conn(c.ID)
		line := fmt.Sprintf("conn %d %s %s > %s %s", c.ID, info.Proto, t.Node(info.Client).Short, t.Node(info.Server).Short, c.Phase)
		if c.Session != "" {
			line += fmt.Sprintf(" (%s)", c.Session)
		}
		if c.Mail.From != 0 {
			from, _ := s.Path(c.Mail.From)
			line += " from=" + from
		}
		for _, q := range c.Mail.To {
			to, _ := s.Path(q)
			line += " to=" + to
		}
		add("%s data=%t content=%t waiting=%d", line, c.Mail.Data != 0, c.Mail.Content != 0, len(c.Waiting))
	}
	for id := trace.NodeID(1); int(id) <= t.Nodes(); id++ {
		for _, name := range state.QueueNames {
			for _, x := range s.Queue(id, name, 0) {
				add("queue %s %s %s size=%d from=%s to=%v tries=%d %s", t.Node(id).Short, name, x.ID, x.Size, x.Sender, x.Recipients, x.Attempts, x.Reason)
			}
		}
		for _, b := range s.Mailboxes(id) {
			for _, f := range b.Files(0) {
				add("mailbox %s %s %d of %d: %s flags=%q msg=%d", t.Node(id).Short, b.User, f.Key, b.Count, f.Name, f.Flags, f.Msg)
			}
		}
		if s.Down(id) {
			add("down %s", t.Node(id).Short)
		}
	}
	for id := trace.MsgID(1); int(id) <= t.Msgs(); id++ {
		for _, p := range s.Where(id) {
			if p.Kind != 0 {
				add("msg %s %s %s", t.Msg(id).Name, p.Kind, t.Node(p.Node).Short)
			}
		}
	}
	return out
}

// difference is what a snapshot has and another has not.
func difference(a, b []string) []string {
	have := map[string]bool{}
	for _, l := range b {
		have[l] = true
	}
	var out []string
	for _, l := range a {
		if !have[l] {
			out = append(out, l)
		}
	}
	return out
}

func TestTheStoryAsItsChanges(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover()} {
		f := state.New(tr)
		var out strings.Builder
		var before []string
		for s := trace.Seq(1); int(s) <= tr.Len(); s++ {
			now := facts(f.At(s))
			gone, come := difference(before, now), difference(now, before)
			if len(gone)+len(come) > 0 {
				text, _, _ := strings.Cut(string(tr.Text(tr.At(s))), "\r\n")
				fmt.Fprintf(&out, "%d %s %.50q\n", s, tr.At(s).Kind, text)
			}
			for _, l := range gone {
				fmt.Fprintf(&out, "  - %s\n", l)
			}
			for _, l := range come {
				fmt.Fprintf(&out, "  + %s\n", l)
			}
			before = now
		}
		compare(t, "testdata/"+name+".txt", out.String())
	}
}

func TestAnyJumpGivesWhatSteppingGives(t *testing.T) {
	tr := tracetest.Many(tracetest.Failover(), 12, 3)
	f := state.New(tr)
	want := make([]string, tr.Len()+1)
	for s := 0; s <= tr.Len(); s += 7 {
		want[s] = strings.Join(facts(f.At(trace.Seq(s))), "\n")
	}
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		s := dice.IntN(tr.Len()/7) * 7
		if got := strings.Join(facts(f.At(trace.Seq(s))), "\n"); got != want[s] {
			t.Fatalf("seed %d: at %d\n got %s\nwant %s", seed, s, got, want[s])
		}
	}
}

func TestFoldingAGrowingTraceGivesTheSame(t *testing.T) {
	whole := tracetest.Many(tracetest.Story(), 4, 2)
	all := state.New(whole)
	for _, n := range []int{1, 100, 255, 256, 257, 511, 512, 513, 700} {
		part := head(whole, n)
		f := state.New(part)
		got, want := facts(f.At(trace.Seq(n))), facts(all.At(trace.Seq(n)))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("after %d events: %v", n, append(difference(got, want), difference(want, got)...))
		}
	}
}

// head is the first n events of a trace in a trace of its own.
func head(from *trace.Trace, n int) *trace.Trace {
	to := trace.New(from.Header)
	for i := 1; i <= from.Nodes(); i++ {
		to.AddNode(*from.Node(trace.NodeID(i)))
	}
	for s := trace.Seq(1); int(s) <= n; s++ {
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
	}
	return to
}

func TestASnapshotNeverChanges(t *testing.T) {
	tr := tracetest.Many(tracetest.Failover(), 6, 2)
	f := state.New(head(tr, 900))
	var snaps []*state.Snapshot
	var texts []string
	for s := 0; s <= 900; s += 13 {
		snap := f.At(trace.Seq(s))
		snaps, texts = append(snaps, snap), append(texts, strings.Join(facts(snap), "\n"))
	}
	for s := 900; s >= 0; s -= 11 {
		f.At(trace.Seq(s))
	}
	for i, snap := range snaps {
		if got := strings.Join(facts(snap), "\n"); got != texts[i] {
			t.Errorf("the snapshot at %d has changed:\n got %s\nwant %s", snap.Seq, got, texts[i])
		}
	}
}

// Each message is in one place at rest, and never in none while it is under way.
func TestConservation(t *testing.T) {
	tr := tracetest.Many(tracetest.Failover(), 9, 3)
	f := state.New(tr)
	for s := trace.Seq(0); int(s) <= tr.Len(); s++ {
		snap := f.At(s)
		for id := trace.MsgID(1); int(id) <= tr.Msgs(); id++ {
			places := snap.Where(id)
			if places[0].Kind == state.Nowhere {
				t.Fatalf("after event %d %s is nowhere", s, tr.Msg(id).Name)
			}
			if x := snap.Entries(id); len(x) > 2 || len(x) == 2 && x[0].Node == x[1].Node {
				t.Fatalf("after event %d %s is in %d queues", s, tr.Msg(id).Name, len(x))
			}
		}
	}
	end := f.At(trace.Seq(tr.Len()))
	for id := trace.MsgID(1); int(id) <= tr.Msgs(); id++ {
		if p := end.Where(id); len(p) != 1 || p[0].Kind != state.AtReader {
			t.Errorf("at the end %s is %v", tr.Msg(id).Name, p)
		}
	}
	if n := len(end.OpenConns()); n != 0 {
		t.Errorf("at the end %d connections are open", n)
	}
}

func TestWhatAReaderKeepsIsNoDelivery(t *testing.T) {
	tr := tracetest.Kept()
	f := state.New(tr)
	end := f.At(trace.Seq(tr.Len()))
	p := end.Where(1)
	if len(p) != 1 || p[0].Kind != state.AtReader || p[0].File == nil || tr.Node(p[0].Node).Short != "pc2" {
		t.Errorf("at the end the message is %+v, want it at its reader with the file that he keeps", p)
	}
	last := f.Stages(1)
	if st := last[len(last)-1]; tr.Node(st.Node).Short != "mail" {
		t.Errorf("the last stage of the message is %s on %s, want the delivery on mail", st.Kind, tr.Node(st.Node).Short)
	}
}

func TestContentInPieces(t *testing.T) {
	b := tracetest.NewBuilder(trace.Header{})
	pc, mx := b.Node("pc.example", "pc", "10.0.0.1", "MUA"), b.Node("mx.example", "mx", "10.0.0.2", "MTA")
	b.Msg = b.T.AddMsg(trace.Msg{Name: "big"})
	d := b.Open(trace.SMTP, pc, mx, "10.0.0.2:25").Accept()
	d.C("DATA")
	d.S("354 go ahead")
	d.Pieces(trace.Client, "one ", "two ", "three\r\n.\r\n")
	d.S("250 2.0.0 Ok")
	f := state.New(b.T)
	var got []string
	for s := trace.Seq(1); int(s) <= b.T.Len(); s++ {
		snap := f.At(s)
		for _, q := range snap.Contents(1) {
			text, whole := snap.Content(q)
			got = append(got, fmt.Sprintf("%q %t waiting %d", text, whole, len(snap.Conn(d.ID).Waiting)))
		}
	}
	want := []string{
		`"one " false waiting 0`, `"one two " false waiting 0`,
		`"one two three\r\n.\r\n" true waiting 1`, `"one two three\r\n.\r\n" true waiting 0`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf(" got %q\nwant %q", got, want)
	}
}

func TestStepsAndStages(t *testing.T) {
	tr := tracetest.Failover()
	f := state.New(tr)
	var out strings.Builder
	for _, st := range f.Stages(0) {
		fmt.Fprintf(&out, "stage %d %s %s %s msg %d\n", st.First, st.Kind, tr.Node(st.Node).Short, tr.Node(st.Peer).Short, st.Msg)
	}
	names := [...]string{"event", "command", "hop", "stage", "trouble"}
	for step := state.ByCommand; step <= state.ByTrouble; step++ {
		var forth, back []trace.Seq
		for s := f.Next(step, 0); s != 0; s = f.Next(step, s) {
			forth = append(forth, s)
		}
		for s := f.Prev(step, trace.Seq(tr.Len()+1)); s != 0; s = f.Prev(step, s) {
			back = append([]trace.Seq{s}, back...)
		}
		if !reflect.DeepEqual(forth, back) {
			t.Errorf("by %s: forwards %v, backwards %v", names[step], forth, back)
		}
		fmt.Fprintf(&out, "by %s %v\n", names[step], forth)
	}
	compare(t, "testdata/steps.txt", out.String())
}

func TestWhatAResolverClientKnows(t *testing.T) {
	tr := tracetest.Story()
	f := state.New(tr)
	var out strings.Builder
	for _, node := range []string{"smtp", "res"} {
		for _, k := range f.At(trace.Seq(tr.Len())).Known(tr.NodeNamed(node)) {
			fmt.Fprintf(&out, "%s %s %s from event %d until %v: %s\n", node, k.Type, k.Name, k.Answer, k.Expires, strings.Join(k.Records, ", "))
		}
	}
	compare(t, "testdata/known.txt", out.String())
}

func BenchmarkFold(b *testing.B) {
	tr := tracetest.Many(tracetest.Story(), 500, 5)
	b.ReportAllocs()
	for b.Loop() {
		state.New(tr)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tr.Len()), "ns/event")
}

// F5: any jump in a trace of a million events.
func BenchmarkJump(b *testing.B) {
	tr := tracetest.Many(tracetest.Story(), 5000, 5)
	f := state.New(tr)
	dice := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		f.At(trace.Seq(dice.IntN(tr.Len())))
	}
	b.ReportMetric(float64(tr.Len()), "events")
}
