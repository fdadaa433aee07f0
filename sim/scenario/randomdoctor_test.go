package scenario_test

import (
	"strings"
	"testing"

	"mailtrek/sim/postfix"
	"mailtrek/sim/trace"
)

// doctor makes another trace of one: it is asked about every event, and says
// what stands there instead.
type doctor struct {
	*testing.T
	from, to *trace.Trace
	now      map[trace.Seq]trace.Seq // the numbers of events in the new trace
	where    trace.Seq               // the event that is changed
}

// told is an event with its words, as a doctor changes it.
type told struct {
	kind    trace.Kind
	a, b, c string
	code    uint16
	cause   trace.Seq // in the old trace
	text    string
	node    trace.NodeID
	left    bool // out
	e       trace.Event
}

func (d *doctor) told(s trace.Seq) *told {
	e := d.from.At(s)
	return &told{e.Kind, d.from.Name(e.A), d.from.Name(e.B), d.from.Name(e.C), e.Code, e.Cause, string(d.from.Text(e)), e.Node, false, *e}
}

func (d *doctor) tell(w *told) trace.Seq {
	e := w.e
	e.Kind, e.A, e.B, e.C, e.Code, e.Cause, e.Node = w.kind, d.to.Intern(w.a), d.to.Intern(w.b), d.to.Intern(w.c), w.code, d.now[w.cause], w.node
	if n := d.to.Len(); n > 0 {
		e.Time = max(e.Time, d.to.At(trace.Seq(n)).Time)
	}
	return d.to.Append(e, []byte(w.text))
}

// retell tells a trace anew. At the event where, change may alter it, and
// returns what is to be told after it.
func (d *doctor) retell(where trace.Seq, change func(w *told) []*told) *trace.Trace {
	for n := trace.NodeID(1); int(n) <= d.from.Nodes(); n++ {
		d.to.AddNode(*d.from.Node(n))
	}
	for c := trace.ConnID(1); int(c) <= d.from.Conns(); c++ {
		d.to.AddConn(*d.from.Conn(c))
	}
	for m := trace.MsgID(1); int(m) <= d.from.Msgs(); m++ {
		d.to.AddMsg(*d.from.Msg(m))
	}
	d.where = where
	for s := trace.Seq(1); d.from.Has(s); s++ {
		w, more := d.told(s), []*told(nil)
		if s == where {
			more = change(w)
		}
		if d.now[s] = d.now[w.cause]; !w.left {
			d.now[s] = d.tell(w)
		}
		for _, x := range more {
			d.now[where] = d.tell(x)
		}
	}
	return d.to
}

// Things that must never happen, made to happen in a trace: the audit names them.
func TestTheAuditSees(t *testing.T) {
	for _, c := range misfortunes {
		t.Run(c.name, func(t *testing.T) {
			s, list := loadRandom(t, "testdata/random/"+c.story+".md")
			tr, _, err := playOnce(s, list)
			if err != nil {
				t.Fatal(err)
			}
			d := &doctor{t, tr, trace.New(tr.Header), map[trace.Seq]trace.Seq{}, 0}
			a := newAudit(d.retell(find(t, tr, c.event), func(w *told) []*told { return c.change(d, w) }))
			a.run()
			if got := strings.Join(a.rest(), "\n"); !strings.Contains(got, c.says) {
				t.Errorf("the audit says\n%s\nwant: %s", got, c.says)
			}
			if a = newAudit(tr); len(a.run()) > 0 || len(a.rest()) > 0 {
				t.Errorf("the audit says of what really happened\n%s", strings.Join(a.problems, "\n"))
			}
		})
	}
}

// misfortune is a story, an event of it, and how that is changed so that
// something is lost, or comes twice.
type misfortune struct {
	name, story, event string
	change             func(d *doctor, w *told) []*told
	says               string
}

var misfortunes = []misfortune{
	{"removed before anybody has it", "whole-way", "delivery sent at mx1.d2.example", never, "nothing has been decided about a@d2.example"},
	{"removed before it has come back", "whole-way", "delivery bounced at mx1.d1.example", never, "nothing has been decided about ghost@d2.example"},
	{"nobody tells the sender", "whole-way", "daemon qmgr -> bounce at mx1.d1.example", never, "does not know that ghost@d2.example failed"},
	{"the sender is told twice", "whole-way", "daemon qmgr -> bounce at mx1.d1.example", noticeTwice, "is told a second time"},
	{"yes without an envelope", "whole-way", "envelope at mx1.d2.example", never, "and has not"},
	{"handed over to a host that knows nothing of it", "whole-way", "delivery sent at mx1.d1.example", otherID, "of which mx1.d2.example knows nothing"},
	{"in two queues at once", "whole-way", "queue mx1.d2.example -> active", after(moves("", "deferred")), "comes into being although it exists, in active"},
	{"leaves a queue in which it is not", "whole-way", "queue mx1.d2.example -> active", after(moves("deferred", "active")), "moves from deferred although it is in active"},
	{"leaves a queue after it is gone", "whole-way", "queue mx1.d2.example -> gone", after(moves("deferred", "active")), "although it does not exist"},
	{"never comes into the active queue", "whole-way", "queue mx1.d2.example -> active", never, "although it is in incoming"},
	{"never comes to an end", "whole-way", "queue mx1.d2.example -> gone", never, "is left in active"},
	{"is found to be corrupt", "whole-way", "queue mx1.d2.example -> active", after(moves("active", "corrupt")), "is corrupt"},
	{"waits although all have got it", "requeued", "delivery sent at mx1.d2.example", after(waits), "is deferred, and all recipients have got it"},
	{"delivered twice at once", "whole-way", "mailbox a append at mx1.d2.example", after(again), "two copies"},
	{"the same file twice in a Maildir", "whole-way", "mailbox a append at mx1.d2.example", after(again), "has a file"},
	{"delivered again after the first time", "whole-way", "delivery sent at mx1.d2.example", tryAgain, "no recipient, or decided about already"},
	{"delivered by an agent that nobody has asked", "whole-way", "daemon qmgr -> local at mx1.d2.example", never, "without a request"},
	{"delivered after the file is gone", "whole-way", "queue mx1.d2.example -> gone", deliverLate, "which is gone"},
	{"a second copy for the next host", "whole-way", "envelope at mx1.d2.example", nextTwice, "gives next host a@d2.example two copies at once"},
	{"into the wrong mailbox", "whole-way", "mailbox a append at mx1.d2.example", func(d *doctor, w *told) []*told { w.a = "b"; return nil }, "the mailbox of b gets what is for a@d2.example"},
	{"said to be delivered and in no mailbox", "requeued", "mailbox a append at mx1.d2.example", never, "is said to be in a mailbox, and is in none"},
	{"a recipient of whom nobody spoke", "whole-way", "envelope at mx1.d2.example", func(d *doctor, w *told) []*told { w.text += "b@d2.example\n"; return nil }, "is for b@d2.example, of whom nobody spoke"},
	{"a recipient to whom the server said yes is forgotten", "requeued", "envelope at mx1.d1.example", func(d *doctor, w *told) []*told {
		w.text = strings.Replace(w.text, "b@d2.example\n", "", 1)
		return nil
	}, "is not for b@d2.example, to whom the server said yes"},
	{"a recipient of whom nobody spoke, when the replies come later", "pieces", "envelope at mx1.d1.example", func(d *doctor, w *told) []*told { w.text += "a@d1.example\n"; return nil }, "is for a@d1.example, of whom nobody spoke"},
	{"one of another transaction", "pieces", "second envelope at mx1.d1.example", func(d *doctor, w *told) []*told { w.text += "b@d1.example\n"; return nil }, "is for b@d1.example, of whom nobody spoke"},
	{"requeued without one who waits", "requeued", "second envelope at mx1.d1.example", func(d *doctor, w *told) []*told { w.text = "a@d2.example\n"; return nil }, "without b@d2.example"},
	{"requeued with one who has got it", "requeued", "second envelope at mx1.d1.example", func(d *doctor, w *told) []*told { w.text += "a@d2.example\n"; return nil }, "with a@d2.example, who has got it"},
	{"pickup drops what was requeued", "requeued", "queue mx1.d1.example maildrop -> gone", func(d *doctor, w *told) []*told { w.text = ""; return nil }, "leaves maildrop, and nobody has taken it up"},
	{"a probe reaches a mailbox", "requeued", "queue mx1.d1.example -> incoming", probe, "was a probe, and"},
	{"a verification reaches a mailbox", "report-through-filter-root", "daemon qmgr -> smtp at mx3.d1.example", intoMailbox, "was a probe, and 1 recipients have got it"},
	{"a failure of which there is a log, beside a blind copy", "died-beside-blind-copy", "daemon qmgr -> pipe at out.d2.example", failed, "does not know that b@d3.example failed"},
	{"deleted at the server before it is at home", "whole-way", "mailbox a append at pc.d2.example", never, "nobody has it"},
	{"taken home from nowhere", "whole-way", "mailbox a append at mx1.d2.example", never, "takes a mail home that was in no mailbox"},
}

func never(_ *doctor, w *told) []*told { w.left = true; return nil }

// after keeps an event and tells another one after it.
func after(f func(w told) told) func(*doctor, *told) []*told {
	return func(_ *doctor, w *told) []*told { x := f(*w); return []*told{&x} }
}

func again(w told) told { return w }

func moves(from, to string) func(told) told {
	return func(w told) told { w.b, w.c = from, to; return w }
}

// waits is the move of a file of which something was delivered.
func waits(w told) told {
	w.kind, w.b, w.c = trace.Queue, "active", "deferred"
	return w
}

func noticeTwice(d *doctor, w *told) []*told {
	file, envelope := *w, *w
	file.kind, file.a, file.b, file.c = trace.Queue, "TWICE", "", "incoming"
	envelope.kind, envelope.a, envelope.b, envelope.text = trace.Envelope, "TWICE", "", "a@d1.example\n"
	second := *w
	file.cause, envelope.cause, second.cause = d.where, d.where, d.where
	file.e.Msg++ // a notice is another message
	envelope.e.Msg++
	return []*told{&file, &envelope, &second}
}

func otherID(_ *doctor, w *told) []*told {
	w.text = "2.0.0 250 2.0.0 Ok: queued as 12345"
	return nil
}

func tryAgain(d *doctor, w *told) []*told {
	x := d.told(find(d.T, d.from, "daemon qmgr -> local at mx1.d2.example"))
	return []*told{x}
}

func deliverLate(d *doctor, w *told) []*told {
	return []*told{d.told(find(d.T, d.from, "delivery sent at mx1.d2.example"))}
}

func nextTwice(_ *doctor, w *told) []*told {
	file, envelope := *w, *w
	file.kind, file.a, file.b, file.c = trace.Queue, "TWICE", "", "incoming"
	envelope.a = "TWICE"
	return []*told{&file, &envelope}
}

// intoMailbox lets a request end in a mailbox.
func intoMailbox(d *doctor, w *told) []*told {
	x := *w
	x.kind, x.a, x.b, x.c, x.cause = trace.Mailbox, "dir", "/var/mail/dir", "append", d.where
	return []*told{&x}
}

// failed lets an agent say that the first recipient must wait.
func failed(d *doctor, w *told) []*told {
	x := *w
	addr, _, _ := strings.Cut(strings.TrimPrefix(w.text, "deliver to "), ", ")
	x.kind, x.a, x.b, x.c, x.code, x.text, x.cause = trace.Delivery, w.c, addr, "none", 4, "4.3.0 later", d.where
	return []*told{&x}
}

func probe(d *doctor, _ *told) []*told {
	for m := trace.MsgID(1); int(m) <= d.to.Msgs(); m++ {
		d.to.Msg(m).Name = "probe of somebody"
	}
	return nil
}

// A copy that comes late is the server's who had it when the agent was killed,
// and nobody else's.
func TestTheAuditSeesALateCopy(t *testing.T) {
	const addr = "a@d1.example"
	for _, c := range []struct {
		name        string
		first       attempt
		after, says bool // it comes after the second attempt; the audit minds
	}{
		{"the agent was killed", attempt{cut: true}, true, false},
		{"the agent was killed in the middle of an alias", attempt{cut: true, alias: true, codes: map[string][]uint16{addr: {2}}}, true, false},
		{"the agent was killed when it had told", attempt{cut: true, codes: map[string][]uint16{addr: {2}}}, true, true},
		{"the agent went on", attempt{}, true, true},
		{"the agent was killed, and the second one gives two", attempt{cut: true}, false, true},
	} {
		a := newAudit(trace.New(trace.Header{}))
		a.t.AddNode(trace.Node{Name: "mx1.d1.example"})
		a.at = a.t.Append(trace.Event{Kind: trace.Mailbox, Node: 1}, nil)
		f := &queueFile{fileKey: fileKey{1, "12345"}, taken: map[string][]copied{}}
		first, second := c.first, attempt{seq: 20, file: f, addrs: []string{addr}, codes: map[string][]uint16{addr: {2}}}
		first.seq, first.file, first.addrs = 10, f, second.addrs
		a.take(&second, "mailbox a", 0)
		if c.after {
			a.take(&first, "mailbox a", 0)
		} else {
			third := attempt{seq: 30, file: f, addrs: second.addrs}
			a.take(&third, "mailbox a", 0)
		}
		if (len(a.problems) > 0) != c.says {
			t.Errorf("%s: the audit says %q, want a problem: %v", c.name, a.problems, c.says)
		}
	}
}

// forgetful is a mail system that has lost its files.
type forgetful struct{}

func (forgetful) Mails() []*postfix.Mail { return nil }

// headless is one that has files of which the trace knows nothing.
type headless struct{ mails []*postfix.Mail }

func (h headless) Mails() []*postfix.Mail { return h.mails }

// What a mail system has, and what its trace tells, must be the same.
func TestTheAuditComparesWithTheQueues(t *testing.T) {
	s, _ := loadRandom(t, "testdata/random/requeued.md")
	tr, _, err := playOnce(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	deferred := find(t, tr, "queue mx1.d1.example -> deferred")
	node, id := tr.At(deferred).Node, tr.Name(tr.At(deferred).A)
	for _, c := range []struct {
		name string
		sys  holder
		says string
	}{
		{"lost", forgetful{}, "has not got " + id + " any more, and the trace has it in deferred"},
		{"in another queue", headless{[]*postfix.Mail{{ID: id, Queue: "active", Recipients: make([]*postfix.Recipient, 3)}}}, `in active, and the trace has it in "deferred"`},
		{"with fewer recipients", headless{[]*postfix.Mail{{ID: id, Queue: "deferred"}}}, "with 0 recipients, and the trace with 3"},
		{"unknown", headless{[]*postfix.Mail{{ID: "12345", Queue: "active"}}}, "has 12345 in active, and the trace does not know it"},
	} {
		a := newAudit(tr)
		for s := trace.Seq(1); s <= deferred; s++ {
			a.see(s)
		}
		a.agreed(map[trace.NodeID]holder{node: c.sys})
		if got := strings.Join(a.problems, "\n"); !strings.Contains(got, c.says) {
			t.Errorf("%s: the audit says\n%s\nwant: %s", c.name, got, c.says)
		}
		if a.waiting[node] != 1 {
			t.Errorf("%d files wait after the first attempt, want 1", a.waiting[node])
		}
	}
}
