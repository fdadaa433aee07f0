package scenarios_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// build makes a run of a built-in document.
func build(t testing.TB, id string, o scenario.Options) *scenario.Run {
	t.Helper()
	name, ok := scenarios.Find(id)
	if !ok {
		t.Fatalf("no document %s", id)
	}
	s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines is a trace as JSONL.
func lines(t testing.TB, tr *trace.Trace) []string {
	t.Helper()
	var b bytes.Buffer
	if err := tr.Write(&b); err != nil {
		t.Fatal(err)
	}
	return strings.Split(b.String(), "\n")
}

// ids are all built-in documents that tell a story.
func ids(t *testing.T) []string {
	var out []string
	for _, name := range scenarios.Names() {
		s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
		if err != nil {
			t.Fatal(err)
		}
		if s.Story() {
			out = append(out, s.ID)
		}
	}
	return out
}

// Every scenario gives the same trace twice, and with one processor.
func TestSameSeedSameTrace(t *testing.T) {
	for _, id := range ids(t) {
		t.Run(id, func(t *testing.T) {
			hash := func() string {
				r := build(t, id, scenario.Options{})
				defer r.Close()
				r.Play(0)
				return r.Trace().Hash()
			}
			first, second := hash(), hash()
			before := runtime.GOMAXPROCS(1)
			third := hash()
			runtime.GOMAXPROCS(before)
			if first != second || first != third {
				t.Errorf("hashes %s, %s, with one processor %s", first, second, third)
			}
		})
	}
}

// Another seed throws other dice: ports and ids differ.
func TestAnotherSeedAnotherTrace(t *testing.T) {
	seed := uint64(4711)
	a, b := build(t, "alabala", scenario.Options{}), build(t, "alabala", scenario.Options{Seed: &seed})
	defer a.Close()
	defer b.Close()
	a.Play(0)
	b.Play(0)
	if a.Trace().Hash() == b.Trace().Hash() {
		t.Error("two seeds give the same trace; nothing throws dice")
	}
}

// One more intervention changes nothing before it.
func TestWhatIfHasTheSamePrefix(t *testing.T) {
	at := 1060 * time.Millisecond
	plain := build(t, "alabala", scenario.Options{})
	defer plain.Close()
	plain.Play(0)
	changed := build(t, "alabala", scenario.Options{})
	defer changed.Close()
	err := changed.PlayWith([]scenario.Intervention{{At: at, Do: scenario.DoCommand, Host: "mail.alabala.com", User: "root", Line: "postfix stop"}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := trace.Seq(1)
	for ; plain.Trace().Has(n) && plain.Trace().At(n).At() <= at; n++ {
		a, b := plain.Trace().At(n), changed.Trace().At(n)
		if *a != *b || !bytes.Equal(plain.Trace().Text(a), changed.Trace().Text(b)) {
			t.Fatalf("event %d differs: %+v and %+v", n, a, b)
		}
	}
	if n < 50 {
		t.Errorf("only %d events before the intervention", n)
	}
	if count(t, changed.Trace(), "connect smtp -> mail2 accepted") == 0 {
		t.Error("with the first exchanger stopped, the mail does not go to the second one")
	}
}

// From the mailbox the chain of causes leads over every hop, queue move and
// the DNS answers that were used, back to the person at the keyboard.
func TestChainLeadsFromMailboxToKeyboard(t *testing.T) {
	tr := played(t)
	var last trace.Seq
	for s := trace.Seq(1); tr.Has(s); s++ {
		if e := tr.At(s); e.Kind == trace.Mailbox && tr.Name(e.C) == "append" && tr.Node(e.Node).Name == "mail.alabala.com" {
			last = s
		}
	}
	var steps []string
	for _, s := range tr.Chain(last) {
		e := tr.At(s)
		node := tr.Node(e.Node).Name
		switch e.Kind {
		case trace.Action:
			steps = append(steps, "action "+tr.Name(e.A)+" "+tr.Name(e.B))
		case trace.Queue:
			steps = append(steps, fmt.Sprintf("%s %s->%s", node, tr.Name(e.B), tr.Name(e.C)))
		case trace.Answer:
			if tr.Node(e.Peer).Name == "smtp.sender.example" {
				steps = append(steps, "answer "+tr.Name(e.B)+" "+tr.Name(e.A))
			}
		case trace.Content:
			steps = append(steps, node+" sends the content")
		}
	}
	got := strings.Join(steps, "\n")
	for _, want := range []string{
		"mail.alabala.com sends the content\nmail.alabala.com incoming->active\n",
		"smtp.sender.example sends the content\n",
		"answer A mail.alabala.com\n", "answer MX alabala.com\n",
		"smtp.sender.example incoming->active\n",
		"pc.sender.example sends the content\n",
		"action elena submit",
	} {
		i := strings.Index(got+"\n", want)
		if i < 0 {
			t.Fatalf("the chain lacks %q, or not in this place; it is\n%s", want, strings.Join(steps, "\n"))
		}
		got = got[i:]
	}
}

// Two mails that are under way at once have chains of their own.
func TestInterleavedMailsHaveSeparateChains(t *testing.T) {
	second := "```mail second\nFrom: Elena Petrova <elena@sender.example>\nTo: maria@alabala.com\nSubject: Another one\n\nText\n```\n\n"
	tr := played(t, edit{"## The story {#story}\n", second + "## The story {#story}\n"},
		edit{"1s   elena@pc.sender.example submit letter\n", "1s   elena@pc.sender.example submit letter\n1s   elena@pc.sender.example submit second\n"})
	letter, other := tr.MsgNamed("letter"), tr.MsgNamed("second")
	if letter == 0 || other == 0 {
		t.Fatal("one of the mails is not in the trace")
	}
	overlap := false
	for s := trace.Seq(1); tr.Has(s); s++ {
		e := tr.At(s)
		if e.Msg != letter && e.Msg != other {
			continue
		}
		for _, c := range tr.Chain(s) {
			if m := tr.At(c).Msg; m != 0 && m != e.Msg {
				t.Fatalf("event %d of %q has event %d of %q among its causes", s, tr.Msg(e.Msg).Name, c, tr.Msg(m).Name)
			}
		}
		if s > 1 && tr.At(s-1).Msg != e.Msg && tr.At(s-1).Msg != 0 {
			overlap = true
		}
	}
	if !overlap {
		t.Error("the mails were not under way at once; the test shows nothing")
	}
	if n := count(t, tr, "mailbox ivan append at mail") + count(t, tr, "mailbox maria append at mail"); n != 2 {
		t.Errorf("%d mails were delivered, want 2", n)
	}
}

// A world that is thrown away half-run leaves no goroutine behind.
func TestHalfRunWorldsLeaveNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 30 {
		r := build(t, "alabala", scenario.Options{})
		r.World.RunUntil(time.Second + time.Duration(i)*2*time.Millisecond)
		r.Close()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// A trace that was written can be read back and is written the same again.
func TestTracesCanBeReadBack(t *testing.T) {
	tr := played(t)
	first := lines(t, tr)
	back, warning, err := trace.Read(strings.NewReader(strings.Join(first, "\n")))
	if err != nil || warning != "" {
		t.Fatalf("%v %s", err, warning)
	}
	if second := lines(t, back); strings.Join(first, "\n") != strings.Join(second, "\n") {
		t.Error("what is read back is written differently")
	}
}

// Control characters and escape sequences in a mail, an address or a DNS
// record reach no text form raw.
func TestNothingRawReachesATerminal(t *testing.T) {
	text := "---\nid: hostile\ntitle: A hostile mail\nworld: alabala\n---\n\n" +
		"```zone alabala.com on ns.alabala.com\n@ TXT \"\\027[31mred\\155\\007\"\n```\n\n" +
		"```mail evil\nFrom: \"\x1b]0;title\x07\" <elena@sender.example>\nTo: ivan@alabala.com\nSubject: \x1b[2J\u202egnp.exe\u009b31m\n\nBody \x1b[31m \x07 end\n```\n\n" +
		"```do\n1s elena@pc.sender.example submit evil\n2s pc.sender.example$ dig TXT alabala.com\n30s ivan@pc.alabala.com fetch pop3\n```\n"
	s, err := scenario.Load(fstest.MapFS{"hostile.md": {Data: []byte(text)}}, "hostile.md", scenarios.Resolve)
	if err != nil {
		// A document may also be refused for its control characters, visibly.
		if strings.ContainsAny(err.Error(), "\x1b\x07\u009b\u202e") {
			t.Fatalf("the error message is raw: %q", err.Error())
		}
		t.Fatalf("%v", err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Play(0)
	checkVisible(t, r.Trace())
}
