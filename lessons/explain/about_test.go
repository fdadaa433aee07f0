package explain

import (
	"strings"
	"testing"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestAbout: what concerns an event of the two stories, by the event's own
// words.
func TestAbout(t *testing.T) {
	tr := tracetest.Story()
	for _, c := range []struct {
		selector string // the first event that it names
		want     string // kinds and names in order, the beginning is enough
	}{
		{"smtp EHLO", "command-smtp EHLO"},
		{"smtp RCPT", "command-smtp RCPT"},
		{"reply 354", "reply 354"},
		{"reply 221", "reply 221, enhanced x.0.0, enhanced 2.x.x"},
		{"dns MX alabala.com", "record MX"},
		{"queue smtp -> active", "queue active, queue incoming"},
		{"connect smtp.sender.example -> mail.alabala.com:25", "state tcp SYN-SENT"},
		{"pop3 DELE", "command-pop3 DELE"},
		{"log smtp *status=sent*", "log status=sent, log queued as, enhanced x.0.0, enhanced 2.x.x, daemon smtp"},
	} {
		sel, err := trace.ParseSelector(c.selector)
		if err != nil {
			t.Fatal(err)
		}
		s := sel.Next(tr, 0)
		if s == 0 {
			t.Errorf("%s: no such event", c.selector)
			continue
		}
		var got []string
		for _, w := range About(tr, s, "en") {
			got = append(got, w.Kind+" "+w.Name)
		}
		if list := strings.Join(got, ", "); !strings.HasPrefix(list+",", c.want+",") {
			t.Errorf("%s (event %d, %s): got %q, want %q first", c.selector, s, tr.At(s).Kind, list, c.want)
		}
	}
}

// TestEverythingUttered plays every built-in document: whatever is said in it
// has an entry of its own, and there is something to read at every event of a
// kind that names anything.
func TestEverythingUttered(t *testing.T) {
	for _, name := range scenarios.Names() {
		s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
		if err != nil {
			t.Error(err)
			continue
		}
		r, err := scenario.Build(s, scenario.Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		r.Play(0)
		r.Close()
		u := uttered{t: t, trace: r.Trace(), where: name, seen: map[string]bool{}}
		for s := trace.Seq(1); u.trace.Has(s); s++ {
			u.event(s)
		}
	}
}

// uttered checks the events of one trace.
type uttered struct {
	t     *testing.T
	trace *trace.Trace
	where string
	seen  map[string]bool
}

// named are the kinds of events that always name something.
var namedKinds = map[trace.Kind]bool{
	trace.Open: true, trace.Accept: true, trace.Refuse: true, trace.Timeout: true, trace.Close: true, trace.Reset: true,
	trace.Line: true, trace.Content: true, trace.Auth: true, trace.State: true, trace.Query: true, trace.Answer: true, trace.Daemon: true,
	trace.Queue: true, trace.Schedule: true, trace.Delivery: true, trace.Field: true, trace.Mailbox: true, trace.Log: true, trace.Envelope: true,
}

func (u *uttered) event(s trace.Seq) {
	e := u.trace.At(s)
	words := About(u.trace, s, "en")
	if len(words) == 0 && namedKinds[e.Kind] {
		u.once("nothing about a " + e.Kind.String() + " such as event " + strings.TrimSpace(string(u.trace.Text(e))))
	}
	a := u.trace.Name(e.A)
	b := u.trace.Name(e.B)
	switch {
	case e.Kind == trace.Line && e.Side == trace.Server && e.Code != 0:
		u.want("reply", string(u.trace.Text(e))[:3])
		u.enhanced(string(u.trace.Text(e))[3:])
	case e.Kind == trace.Line && e.Side == trace.Client && e.Flags&trace.Forced == 0 && e.Code == 0:
		u.command(e.Proto, a)
	case e.Kind == trace.Query || e.Kind == trace.Answer:
		u.want("record", b)
		if e.Kind == trace.Answer {
			u.want("rcode", rcodeName(int(e.Code)))
		}
	case e.Kind == trace.State && e.Proto == trace.LMTP:
		u.want("state", "smtp "+b)
	case e.Kind == trace.State:
		u.want("state", e.Proto.String()+" "+b)
	case e.Kind == trace.Field:
		u.want("header", b)
	case e.Kind == trace.Delivery:
		u.enhanced(" " + string(u.trace.Text(e)))
	}
}

// command wants an entry for a verb, unless somebody has typed nonsense on
// purpose: those verbs are no rows of any table.
func (u *uttered) command(p trace.Proto, verb string) {
	switch p {
	case trace.SMTP, trace.LMTP:
		u.want("command-smtp", verb)
	case trace.POP3:
		u.want("command-pop3", verb)
	case trace.IMAP:
		u.want("command-imap", verb)
	}
}

func (u *uttered) enhanced(text string) {
	if len(text) < 2 {
		return
	}
	word, _, _ := strings.Cut(strings.TrimSpace(text[1:]), " ")
	if isEnhanced(word) {
		u.want("enhanced", "x"+word[1:]) // an author may force any class of it
	}
}

func (u *uttered) want(kind, name string) {
	if !inKind(kind, name) {
		u.once(kind + " has no entry for " + name)
	}
}

func (u *uttered) once(problem string) {
	if !u.seen[problem] {
		u.seen[problem] = true
		u.t.Errorf("%s: %s", u.where, problem)
	}
}
