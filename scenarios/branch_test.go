package scenarios_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// branch is a built-in scenario, played to its end.
func branch(t *testing.T, id string) *scenario.Branch {
	t.Helper()
	name, ok := scenarios.Find(id)
	if !ok {
		t.Fatalf("no scenario %s", id)
	}
	s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	b := scenario.NewBranch(s, scenario.Options{})
	playOn(t, b)
	return b
}

func playOn(t *testing.T, b *scenario.Branch) {
	t.Helper()
	if b.Run() == nil {
		if err := b.Begin(); err != nil {
			t.Fatal(err)
		}
	}
	for b.Advance(1000) {
	}
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
}

func jsonl(t *testing.T, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	if err := tr.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBranchFork: a fork shares everything up to its event, octet by octet;
// played a second time, and out of its file, it is the same run; and what lies
// beside each other in the alignment is in the traces.
func TestBranchFork(t *testing.T) {
	for _, c := range []struct {
		id    string
		after string // a selector
		do    scenario.Intervention
		now   string // a selector of what happens only now
	}{
		{"alabala", "smtp EHLO from smtp", scenario.Intervention{Do: scenario.DoFault, Line: "smtp <-> mail cut for 5m"}, "timeout or refuse or log"},
		{"alabala", "action elena", scenario.Intervention{Do: scenario.DoFault, Line: "mail:25 refuse"}, "smtp smtp -> mail2"},
		{"alabala", "event 1", scenario.Intervention{Do: scenario.DoZone, Line: "alabala.com", Data: []byte("@ MX 1 mail2\n")}, "smtp smtp -> mail2"},
		{"alabala", "event 1", scenario.Intervention{Do: scenario.DoCommand, Host: "mail.alabala.com", Line: "postfix stop"}, "smtp smtp -> mail2"},
		{"04-failover", "event 20", scenario.Intervention{Do: scenario.DoFault, Line: "mail2 down"}, "fault"},
	} {
		t.Run(c.id+" "+c.after, func(t *testing.T) {
			was := branch(t, c.id)
			after := nth(t, was.Trace(), c.after)
			now := was.Fork(after, c.do)
			playOn(t, now)
			if count(t, now.Trace(), c.now) == 0 {
				t.Errorf("nothing is %s", c.now)
			}
			a := scenario.Align(was.Trace(), now.Trace())
			if a.Shared < after {
				t.Errorf("the runs are one up to event %d, want %d", a.Shared, after)
			}
			if a.First == len(a.Rows) {
				t.Error("no row differs")
			}
			again := was.Fork(after, c.do)
			playOn(t, again)
			if jsonl(t, again.Trace()) != jsonl(t, now.Trace()) {
				t.Error("a second play gives another trace")
			}
			var file bytes.Buffer
			if err := now.File(c.id, a.Shared).Write(&file); err != nil {
				t.Fatal(err)
			}
			read, err := scenario.ReadBranchFile(&file)
			if err != nil {
				t.Fatal(err)
			}
			if read.At != a.Shared || read.Scenario != c.id {
				t.Errorf("the file says %q at %d", read.Scenario, read.At)
			}
			third := scenario.NewBranch(was.Scenario, scenario.Options{Seed: read.Seed}, read.Done...)
			playOn(t, third)
			if jsonl(t, third.Trace()) != jsonl(t, now.Trace()) {
				t.Error("what the file says is another run")
			}
			checkDocument(t, now, nil)
		})
	}
}

func nth(t *testing.T, tr *trace.Trace, selector string) trace.Seq {
	t.Helper()
	sel, err := trace.ParseSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	s := sel.Next(tr, 0)
	if s == 0 {
		t.Fatalf("no event is %s", selector)
	}
	return s
}

// checkDocument: the branch as a document is without errors, and meets its
// expectations; the dialogue of the seat, if there is one, is the same.
func checkDocument(t *testing.T, b *scenario.Branch, seat *scenario.Seat) {
	t.Helper()
	text, err := b.Document("my-branch", "What if: it's \"different\"")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Load(fstest.MapFS{"my-branch.md": {Data: []byte(text)}}, "my-branch.md", scenarios.Resolve)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	doc := scenario.NewBranch(s, scenario.Options{})
	playOn(t, doc)
	for _, o := range scenario.Check(s, doc.Trace()) {
		if !o.OK {
			t.Errorf("%s: %s\nin\n%s", o.Expect.Text, o.Why, text)
		}
	}
	if seat != nil {
		want := talk(b.Trace(), seat.Conn())
		c := b.Trace().Conn(seat.Conn())
		for id := trace.ConnID(1); int(id) <= doc.Trace().Conns(); id++ {
			if d := doc.Trace().Conn(id); d.Client == c.Client && d.ServerAddr == c.ServerAddr && talk(doc.Trace(), id) == want {
				return
			}
		}
		t.Errorf("no connection of the document's run is\n%s\nin\n%s", want, text)
	}
}

// talk is a dialogue without queue ids.
func talk(tr *trace.Trace, id trace.ConnID) string {
	var b strings.Builder
	for s := trace.Seq(1); tr.Has(s); s++ {
		if e := tr.At(s); e.Conn == id && e.Kind.Said() {
			text, _, _ := strings.Cut(string(tr.Text(e)), "queued as ")
			b.WriteString(e.Side.String() + ": " + strings.TrimSpace(text) + "\n")
		}
	}
	return b.String()
}

// settle lets the answer of a seat come.
func settle(t *testing.T, s *scenario.Seat) {
	t.Helper()
	for s.Settle(100) {
	}
	if s.Branch != nil && s.Branch.Err() != nil {
		t.Fatal(s.Branch.Err())
	}
}

// TestSeatTelnet: what is typed is answered by the server itself, a line taken
// back leaves no trace, and the mail that was typed arrives.
func TestSeatTelnet(t *testing.T) {
	was := branch(t, "alabala")
	after := nth(t, was.Trace(), "smtp RCPT from smtp at mail")
	s := was.Telnet(after, "client.stranger.example", netip.MustParseAddrPort("10.10.10.10:25"))
	if err := s.Sit(); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	say := func(lines ...string) {
		t.Helper()
		for _, l := range lines {
			if err := s.Type(l, "", false); err != nil {
				t.Fatalf("%q: %v", l, err)
			}
			settle(t, s)
		}
	}
	say("EHLO client.stranger.example", "MAIL FROM:<me@stranger.example>")
	before := jsonl(t, s.Branch.Trace())
	say("RCPT TO:<nobody@alabala.com>")
	if _, ok, err := s.Undo(); !ok || err != nil {
		t.Fatalf("Undo: %v %v", ok, err)
	}
	settle(t, s)
	if jsonl(t, s.Branch.Trace()) != before {
		t.Error("a line that was taken back has left a trace")
	}
	say("RCPT TO:<ivan@alabala.com>", "DATA", "Subject: typed", "", "by hand", ".")
	if got := s.State(); got != "greeted" {
		t.Errorf("behind the dot the session is in state %q, want greeted", got)
	}
	say("QUIT")
	if s.End() == nil {
		t.Error("QUIT ends no connection")
	}
	s.Leave()
	playOn(t, s.Branch)
	for id, want := range map[string]int{"smtp ext -> mail S: 354*": 1, "smtp ext -> mail S: 221*": 1, "mailbox ivan append": 2 * count(t, was.Trace(), "mailbox ivan append")} {
		if got := count(t, s.Branch.Trace(), id); got != want {
			t.Errorf("%s: got %d events, want %d", id, got, want)
		}
	}
	a := scenario.Align(was.Trace(), s.Branch.Trace())
	if a.Shared < after {
		t.Errorf("the runs are one up to event %d, want %d", a.Shared, after)
	}
	checkDocument(t, s.Branch, s)
	again := scenario.NewBranch(was.Scenario, was.Options, s.Branch.Done...)
	playOn(t, again)
	if jsonl(t, again.Trace()) != jsonl(t, s.Branch.Trace()) {
		t.Error("played again, the branch is another")
	}
}

// TestSeatShell: commands of an operator, with a here-document, undone and
// typed again.
func TestSeatShell(t *testing.T) {
	was := branch(t, "alabala")
	s := was.Shell(40, "mail.alabala.com", "")
	if err := s.Sit(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, input string }{
		{"postconf -h myhostname", ""}, {"false", ""}, {"sendmail ivan", "Subject: from the shell\n\nEND\n```\n"}, {"mailq", ""},
	} {
		if err := s.Type(c.line, c.input, false); err != nil {
			t.Fatal(err)
		}
		settle(t, s)
		if c.line == "false" {
			if _, _, err := s.Undo(); err != nil {
				t.Fatal(err)
			}
			settle(t, s)
		}
	}
	s.Wait()
	s.Leave()
	playOn(t, s.Branch)
	for id, want := range map[string]int{"action # at mail": 3, "mailbox ivan append": 2 * count(t, was.Trace(), "mailbox ivan append")} {
		if got := count(t, s.Branch.Trace(), id); got != want {
			t.Errorf("%s: got %d events, want %d", id, got, want)
		}
	}
	checkDocument(t, s.Branch, nil)
}
