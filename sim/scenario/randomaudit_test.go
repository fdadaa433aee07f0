package scenario_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// audit reads a trace, event after event, and keeps account of every message:
// who answers for it, what has become of each recipient, and who was told. It
// knows nothing but the trace.
type audit struct {
	t        *trace.Trace
	files    map[fileKey]*queueFile // the latest of each name
	live     map[fileKey]*queueFile
	waiting  map[trace.NodeID]int   // how many are live on a host
	attempts map[trace.Seq]*attempt // by the event that hands a request to an agent
	stopped  map[trace.NodeID]bool  // whose Postfix was stopped
	broken   map[trace.ConnID]bool  // which did not end as agreed
	boxes    map[boxFile]*letter    // what Maildirs have got
	again    map[trace.MsgID]bool   // what postsuper -r has given back to pickup: a probe is then a mail like others
	home     map[string]bool        // the texts that mail programs have
	letters  map[string]bool        // the texts that Maildirs have got
	origins  []origin               // what is known of the causes of each event; the first is of none
	talks    map[trace.ConnID]*talk // SMTP dialogues in the middle of a transaction
	problems []string
	at       trace.Seq
}

type fileKey struct {
	node trace.NodeID
	id   string
}

// queueFile is a queue file as its events tell of it.
type queueFile struct {
	fileKey
	queue          string
	envelope       trace.Seq
	sender         string
	rcpts          []*recipient
	expired        bool
	verp           bool           // a notice about one recipient has been sent
	noticed        map[string]int // when such a notice went to an address: in which stint
	stint          int            // how often it was in the active queue
	unsent         int            // in which stint a notification could not be sent, last
	news           int            // failures of which the sender has not been told
	requeued       bool
	probe          bool                    // of verify(8): nobody is to get it
	verify, silent bool                    // maildrop: sendmail -bv, and -N never
	elsewhere      bool                    // a rule has sent it to somebody else
	discarded      bool                    // by a rule
	refused        bool                    // by cleanup, and returned to its sender
	reasons        map[string][]*recipient // of addresses that failed or wait: who stands behind each outcome
	moved          trace.Seq
	requeuedAt     trace.Seq
	taken          map[string][]copied // who got a copy from it
}

// copied is a copy that left a queue file: in which attempt, and by which
// connection if it was one to another host.
type copied struct {
	by   *attempt
	conn trace.ConnID
}

// recipient is a recipient of a queue file.
type recipient struct {
	addr, orig string
	state      uint16 // 2, 4 or 5 of the last attempt
	last       *attempt
	since      trace.Seq // of that state
	told       bool
	never      bool // its sender does not want to know of a failure
	stint      int  // of the file in the active queue, in which it was tried
}

// attempt is a request to a delivery agent.
type attempt struct {
	seq   trace.Seq
	file  *queueFile
	addrs []string
	codes map[string][]uint16
	alias bool            // local(8) has made something else of the address
	conns []trace.ConnID  // on which its agent spoke as a client
	names map[string]bool // whom the addresses may mean
	kept  int             // copies in mailboxes of which no outcome has told yet
	cut   bool            // Postfix was stopped meanwhile
	alone int             // notices that went to the owner of a list at once
	got   map[string]int  // how many copies went into each mailbox
	lost  bool            // a dialogue broke off, as the log has it
}

func newAudit(t *trace.Trace) *audit {
	return &audit{t: t, files: map[fileKey]*queueFile{}, live: map[fileKey]*queueFile{}, waiting: map[trace.NodeID]int{}, attempts: map[trace.Seq]*attempt{},
		stopped: map[trace.NodeID]bool{}, broken: map[trace.ConnID]bool{}, boxes: map[boxFile]*letter{}, home: map[string]bool{}, letters: map[string]bool{}, talks: map[trace.ConnID]*talk{},
		again: map[trace.MsgID]bool{}, origins: make([]origin, 1)}
}

func (a *audit) problem(format string, args ...any) {
	if len(a.problems) < 20 {
		e := a.t.At(a.at)
		a.problems = append(a.problems, fmt.Sprintf("event %d at %v on %s: ", a.at, e.At(), a.t.Node(e.Node).Name)+fmt.Sprintf(format, args...))
	}
}

// run reads the whole trace, or what there is of it behind what it has read.
func (a *audit) run() []string {
	for s := a.at + 1; a.t.Has(s); s++ {
		a.see(s)
	}
	return a.problems
}

// see takes the next event into account.
func (a *audit) see(s trace.Seq) {
	a.at = s
	e := a.t.At(s)
	a.descend(s, e)
	switch e.Kind {
	case trace.Queue:
		a.queue(e)
	case trace.Envelope:
		a.envelope(e)
	case trace.Daemon:
		a.daemon(e)
	case trace.Delivery:
		a.delivery(e)
	case trace.Mailbox:
		a.mailbox(e)
	case trace.Log:
		a.log(e)
	case trace.Lookup:
		a.lookup(e)
	case trace.Line:
		a.line(e)
	case trace.Raw:
		if e.Proto == trace.SMTP && e.Side == trace.Client {
			a.talk(e.Conn).raw = true
		}
	case trace.State:
		a.opened(e)
	case trace.Output:
		a.output(e)
	case trace.Timeout, trace.Reset:
		a.broken[e.Conn] = true
	case trace.Close:
		if a.t.Name(e.A) != "" {
			a.broken[e.Conn] = true
		}
	}
}

func (a *audit) key(e *trace.Event) fileKey { return fileKey{e.Node, a.t.Name(e.A)} }

// queue: a file is in one queue at a time, and leaves it from where it is.
func (a *audit) queue(e *trace.Event) {
	k, from, to := a.key(e), a.t.Name(e.B), a.t.Name(e.C)
	f := a.live[k]
	switch {
	case from == "" && f != nil:
		a.problem("%s comes into being although it exists, in %s", k.id, f.queue)
	case from != "" && f == nil:
		a.problem("%s moves from %s to %q although it does not exist", k.id, from, to)
	case f != nil && f.queue != from:
		a.problem("%s moves from %s although it is in %s", k.id, from, f.queue)
	}
	if f == nil {
		f = &queueFile{fileKey: k, reasons: map[string][]*recipient{}, noticed: map[string]int{}, taken: map[string][]copied{}}
		f.probe = e.Msg != 0 && strings.HasPrefix(a.t.Msg(e.Msg).Name, "probe of ") && !a.again[e.Msg]
		a.files[k], a.live[k] = f, f
		a.waiting[k.node]++
	}
	f.queue, f.moved = to, a.at
	switch to {
	case "active":
		f.stint++
	case "deferred":
		if from == "active" { // else one that was held while its agents were still at it
			a.waits(f)
		}
	case "corrupt":
		a.problem("%s is corrupt: %s", k.id, a.t.Text(e))
	case "maildrop":
		f.verify, f.silent = a.origins[a.at].verify, a.origins[a.at].silent
		if f.requeued = from != ""; f.requeued {
			f.requeuedAt = a.at
		}
		a.again[e.Msg] = a.again[e.Msg] || f.requeued
	case "":
		delete(a.live, k)
		a.waiting[k.node]--
		a.removed(f, from, string(a.t.Text(e)))
	}
}

func (f *queueFile) has(addr string) bool {
	for _, r := range f.rcpts {
		if strings.EqualFold(r.orig, addr) || strings.EqualFold(r.addr, addr) {
			return true
		}
	}
	return false
}

// tries tells whether a file has a recipient of exactly that address.
func (f *queueFile) tries(addr string) bool {
	return slices.ContainsFunc(f.rcpts, func(r *recipient) bool { return strings.EqualFold(r.addr, addr) })
}

// envelope: from here the host answers for the message. Who had it before has
// handed it over, once.
func (a *audit) envelope(e *trace.Event) {
	f := a.live[a.key(e)]
	if f == nil {
		a.problem("the envelope of %s, which does not exist", a.t.Name(e.A))
		return
	}
	if f.envelope != 0 {
		a.problem("%s gets a second envelope", f.id)
		return
	}
	f.envelope, f.sender = a.at, a.t.Name(e.B)
	for line := range strings.Lines(string(a.t.Text(e))) {
		addr, orig, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok {
			orig = addr
		}
		f.rcpts = append(f.rcpts, &recipient{addr: addr, orig: orig})
	}
	if !f.probe && !strings.HasPrefix(f.sender, "double-bounce@") { // nor a notice for the postmaster, whatever led to it
		a.source(f, e)
	}
	for _, r := range f.rcpts {
		r.never = r.never || r.blind()
	}
}

// source finds out where a new queue file comes from.
func (a *audit) source(f *queueFile, e *trace.Event) {
	for s := a.origins[a.at].step; s != 0; s = a.origins[a.cause(s)].step {
		c := a.t.At(s)
		switch {
		case c.Kind == trace.Content && c.Peer == f.node:
			a.accepted(f, c)
			if from := a.latest(s); from != nil {
				seen := map[string]bool{}
				for _, r := range f.rcpts {
					if strings.HasPrefix(r.orig, "archive@") {
						continue // a blind copy that each host may make
					}
					if key := "next host " + strings.ToLower(r.orig); !seen[key] {
						seen[key] = true
						a.take(from, key, c.Conn)
					}
				}
			}
			return
		case c.Kind == trace.Daemon && c.Node == f.node && a.t.Name(c.A) == "pickup":
			return // from maildrop; what was requeued there may be under way at the same time
		case c.Kind == trace.Daemon && c.Node == f.node:
			to := a.t.Name(c.B)
			about := a.files[fileKey{c.Node, a.t.Name(c.C)}]
			if to == "bounce" && about != nil && about != f && c.Msg != e.Msg { // what local(8) forwards after it had a notice sent is the same message
				what := string(a.t.Text(c))
				if at := a.attemptOf(s, c.Node); at != nil && at.file == about && a.t.Name(c.A) == "local" && strings.HasPrefix(what, "Undelivered Mail") {
					at.alone++ // its outcome comes when the notice is out
				} else {
					a.notified(about, f, what)
				}
				return
			}
			if from := a.attempts[s]; from != nil && from.file != f {
				f.never(slices.ContainsFunc(from.file.rcpts, func(r *recipient) bool { return r.never }))
				a.take(from, "forward from "+f.sender+" to "+f.all()+" for "+strings.Join(from.addrs, ","), 0)
				return
			}
		}
	}
}

// notified: the sender hears of a failure once. A notice to an address that
// names the recipient (VERP) is about that one only.
func (a *audit) notified(about, notice *queueFile, what string) {
	if !strings.HasPrefix(what, "Undelivered Mail") || about.envelope == 0 {
		return
	}
	if to := strings.ToLower(notice.rcpts[0].addr); strings.Contains(to, "=") && !strings.EqualFold(to, about.sender) {
		about.verp = true
		for _, name := range slices.Sorted(maps.Keys(about.reasons)) {
			if strings.Contains(to, strings.ReplaceAll(name, "@", "=")) {
				list := about.reasons[name]
				list[0].told = true
				if about.reasons[name] = list[1:]; len(list) == 1 {
					delete(about.reasons, name)
				}
				about.news, about.noticed[to] = 0, about.stint
				return
			}
		}
		if at := about.noticed[to]; at > 0 && at < about.stint {
			return // bounce(8) was stopped before it had told of all of them, and begins again
		}
		a.problem("the sender of %s is told about somebody else, or a second time: %s", about.id, to)
		return
	}
	for _, r := range about.rcpts {
		if (r.state == 5 || about.expired && !r.decided()) && !r.told {
			r.told = true
			about.news++
		}
	}
	if about.news == 0 && (!about.expired || about.unsent == 0) { // else it is returned because a report could not be sent
		a.problem("the sender of %s is told a second time", about.id)
	}
	about.news = 0
}

var (
	expiredLine = regexp.MustCompile(`^([0-9A-Za-z]+): from=<.*>, status=(force-)?expired`)
	unsentLine  = regexp.MustCompile(`^([0-9A-Za-z]+): status=deferred \((bounce|verp|trace) failed\)`)
)

func (a *audit) log(e *trace.Event) {
	if text := string(a.t.Text(e)); strings.Contains(text, ": conversation with ") || strings.Contains(text, ": lost connection with ") {
		if at := a.attemptOf(a.at, e.Node); at != nil {
			at.lost = true
		}
	}
	a.ruled(e)
	if m := expiredLine.FindSubmatch(a.t.Text(e)); m != nil {
		if f := a.live[fileKey{e.Node, string(m[1])}]; f != nil {
			f.expired = true
		}
	}
	if m := unsentLine.FindSubmatch(a.t.Text(e)); m != nil {
		if f := a.live[fileKey{e.Node, string(m[1])}]; f != nil {
			f.unsent = f.stint
		}
	}
}

// line: a server that says yes to a content has it.
func (a *audit) line(e *trace.Event) {
	if e.Proto == trace.SMTP {
		a.said(e)
	}
	if e.Side != trace.Server || e.Proto != trace.SMTP || e.Code != 250 {
		return
	}
	if m := queuedAs.FindSubmatch(a.t.Text(e)); m != nil {
		f := a.files[fileKey{e.Node, string(m[1])}]
		if k := a.talks[e.Conn]; k != nil && k.discarded && f != nil {
			f.discarded = true
		}
		if k := a.talks[e.Conn]; k != nil && f != nil && slices.Contains(k.later, f) {
			a.meant(f, k)
		}
		if f == nil || f.envelope == 0 && !f.discarded {
			a.problem("the server says that it has queued %s, and has not", m[1])
		}
	}
}

// output: an operator has started or stopped a mail system.
func (a *audit) output(e *trace.Event) {
	switch text := string(a.t.Text(e)); {
	case strings.Contains(text, "stopping the Postfix mail system"), strings.Contains(text, "aborting the Postfix mail system"):
		a.stopped[e.Node] = true
		for k, f := range a.live {
			for _, r := range f.rcpts {
				if k.node == e.Node && f.queue == "active" && r.last != nil && r.stint == f.stint {
					r.last.cut = true
				}
			}
		}
	case strings.Contains(text, "starting the Postfix mail system"):
		a.stopped[e.Node] = false
	}
}
