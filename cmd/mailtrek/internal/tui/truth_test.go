package tui

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestTruth compares what each lens shows at every event with sim/state, on a
// screen that has room for all of it.
func TestTruth(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover()} {
		folds := state.New(tr)
		step := trace.Seq(1)
		if name == "failover" {
			step = 3
		}
		for s := trace.Seq(1); tr.Has(s); s += step {
			snap := folds.At(s)
			screen := func(lens string) string { return still(t, tr, s, lens, 240, 150).frame().Text() }
			truthDialogue(t, name, tr, snap, s, screen("dialogue"))
			truthMap(t, name, tr, snap, s, screen("map"))
			truthMessage(t, name, tr, snap, s, screen("message"))
			truthPostfix(t, name, tr, snap, s, screen("postfix"))
			truthLog(t, name, tr, snap, s, screen("log"))
			truthDNS(t, name, tr, snap, s, screen("dns"))
			truthMailboxes(t, name, tr, snap, s, screen("mailboxes"))
			truthBytes(t, name, tr, s, screen("bytes"))
			if s%5 == 0 {
				truthLadder(t, name, tr, s, screen("ladder"))
			}
		}
	}
}

// must tells when a screen lacks something.
func must(t *testing.T, name, lens string, s trace.Seq, screen string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(screen, want) {
			t.Fatalf("%s, %s at event %d does not show %q:\n%s", name, lens, s, want, screen)
		}
	}
}

func truthDialogue(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	if e.Conn == 0 || tr.Conn(e.Conn).UDP {
		return
	}
	c := snap.Conn(e.Conn)
	if c == nil {
		return
	}
	if c.Phase == state.Open && c.Session != "" {
		must(t, name, "dialogue", s, screen, "state "+c.Session)
	}
	said, shown := 0, strings.Count(screen, " C: ")+strings.Count(screen, " S: ")
	for _, q := range snap.ConnEvents(e.Conn) {
		if tr.At(q).Kind.Said() {
			said += len(wireLines(tr.Text(tr.At(q))))
		}
	}
	for _, link := range []string{"because of", "leads to"} { // the links below quote lines too
		if i := strings.Index(screen, link); i >= 0 && strings.Contains(screen[i:min(i+20, len(screen))], ": ") {
			shown--
		}
	}
	if shown != said {
		t.Fatalf("%s, dialogue at event %d shows %d lines, want %d:\n%s", name, s, shown, said, screen)
	}
}

// truthMap: every host stands there, the mail where sim/state says it is, and
// the caption says who says what to whom.
func truthMap(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	for _, id := range NewStory(tr).hosts {
		if n := tr.Node(id); !strings.Contains(screen, n.Name) && !strings.Contains(screen, n.Short) {
			t.Errorf("%s, map at event %d lacks %s", name, s, n.Name)
		}
	}
	if e.Node != 0 && e.Peer != 0 && e.Node != e.Peer {
		must(t, name, "map", s, screen, tr.Node(e.Node).Short+" → "+tr.Node(e.Peer).Short)
	}
	if e.Msg == 0 {
		return
	}
	letters := 0
	at := map[trace.NodeID]bool{}
	for _, p := range snap.Where(e.Msg) {
		switch {
		case p.Kind == state.InQueue && !at[p.Node]:
			must(t, name, "map", s, screen, "▣ "+p.Entry.Queue)
		case p.Kind == state.InMailbox && !at[p.Node]:
			must(t, name, "map", s, screen, "▣ "+p.Box.User)
		case p.Kind == state.OnTheWire && tr.Conn(p.Conn).Client == tr.Conn(p.Conn).Server, p.Kind == state.Nowhere, p.Kind == 0, at[p.Node] && p.Kind != state.OnTheWire:
			continue
		}
		letters++
		if p.Kind != state.OnTheWire {
			at[p.Node] = true
		}
	}
	if got := strings.Count(screen, "▣"); got != letters {
		t.Errorf("%s, map at event %d shows the mail at %d places, want %d:\n%s", name, s, got, letters, screen)
	}
}

func truthMessage(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	if e.Msg == 0 {
		return
	}
	for _, p := range snap.Where(e.Msg) {
		switch p.Kind {
		case state.InQueue:
			must(t, name, "message", s, screen, p.Entry.Queue+" queue of "+tr.Node(p.Entry.Node).Name)
		case state.InMailbox:
			must(t, name, "message", s, screen, "mailbox of "+p.Box.User+" on "+tr.Node(p.Box.Node).Name)
		}
	}
	if c := snap.Conn(e.Conn); c != nil && c.Mail.From != 0 {
		from, _ := snap.Path(c.Mail.From)
		must(t, name, "message", s, screen, "MAIL FROM <"+from+">")
		for _, q := range c.Mail.To {
			to, _ := snap.Path(q)
			must(t, name, "message", s, screen, "RCPT TO <"+to+">")
		}
	}
	for _, q := range snap.Fields(e.Msg) {
		f := tr.At(q)
		if tr.Name(f.C) != "add" {
			continue
		}
		line, _, _ := strings.Cut(string(tr.Text(f)), "\r\n")
		must(t, name, "message", s, screen, line)
	}
}

func truthPostfix(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	if e.Kind != trace.Queue {
		return
	}
	for _, q := range state.QueueNames {
		if n := snap.QueueLen(e.Node, q); n > 0 {
			must(t, name, "postfix", s, screen, q+" "+strconv.Itoa(n))
		} else if strings.Contains(screen, q+" 1") {
			t.Errorf("%s, postfix at event %d shows files in the empty queue %s:\n%s", name, s, q, screen)
		}
		for _, entry := range snap.Queue(e.Node, q, 5) {
			must(t, name, "postfix", s, screen, entry.ID, "<"+entry.Sender+">")
		}
	}
}

func truthLog(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	if e.Kind != trace.Log {
		return
	}
	for _, q := range snap.Logs(e.Node) {
		must(t, name, "log", s, screen, tr.Name(tr.At(q).A))
	}
	if want := squeeze(tr.Text(e)); !strings.Contains(string(squeeze([]byte(screen))), string(want)) {
		t.Fatalf("%s, log at event %d does not show %q:\n%s", name, s, tr.Text(e), screen)
	}
}

func truthLadder(t *testing.T, name string, tr *trace.Trace, s trace.Seq, screen string) {
	e := tr.At(s)
	if !strings.Contains(screen, "\n▶ ") {
		t.Fatalf("%s, ladder at event %d does not show where it is:\n%s", name, s, screen)
	}
	if e.Kind == trace.Line && e.Node != e.Peer {
		row := screen[strings.Index(screen, "\n▶ ")+1:]
		row, _, _ = strings.Cut(row, "\n")
		words := strings.Fields(string(tr.Text(e)))
		if !strings.Contains(row, words[0]) {
			t.Errorf("%s, ladder at event %d: the row at the cursor does not say %q: %s", name, s, words[0], row)
		}
	}
}

// truthDNS: the packet at the cursor is on its row; of the answers that a host
// has got, each record is on the screen; and every exchanger of the last MX
// answer stands in the table with what became of the connections to it.
func truthDNS(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	e := tr.At(s)
	if e.Kind != trace.Query && e.Kind != trace.Answer {
		return
	}
	row := screen[strings.Index(screen, "\n▶")+1:]
	row, _, _ = strings.Cut(row, "\n")
	must(t, name, "dns", s, row, tr.Node(e.Node).Short+" → "+tr.Node(e.Peer).Short)
	if e.Kind == trace.Query {
		must(t, name, "dns", s, row, tr.Name(e.B)+" "+tr.Name(e.A))
		return
	}
	var m dns.Msg
	if err := m.Unpack(tr.Text(e)); err != nil {
		t.Fatal(err)
	}
	if m.Rcode != dns.RcodeSuccess {
		must(t, name, "dns", s, row, dns.RcodeToString[m.Rcode])
	}
	last := trace.Seq(0)
	for _, q := range snap.Answers(e.Peer) {
		last = q
	}
	if last != s {
		t.Errorf("%s: the last answer of %s at event %d is %d", name, tr.Node(e.Peer).Name, s, last)
	}
	for _, rr := range m.Answer {
		switch rr := rr.(type) {
		case *dns.A:
			must(t, name, "dns", s, row, rr.A.String())
		case *dns.MX:
			must(t, name, "dns", s, row, strconv.Itoa(int(rr.Preference))+" "+strings.TrimSuffix(rr.Mx, "."))
		case *dns.PTR:
			must(t, name, "dns", s, row, strings.TrimSuffix(rr.Ptr, "."))
		}
	}
}

// truthMailboxes: every mailbox with the number of its messages, every file
// with its flags.
func truthMailboxes(t *testing.T, name string, tr *trace.Trace, snap *state.Snapshot, s trace.Seq, screen string) {
	boxes := 0
	for i := 1; i <= tr.Nodes(); i++ {
		for _, box := range snap.Mailboxes(trace.NodeID(i)) {
			boxes++
			must(t, name, "mailboxes", s, screen, box.User, tr.Node(box.Node).Name+"  messages: "+strconv.Itoa(box.Count))
			for _, f := range box.Files(0) {
				_, row, ok := strings.Cut(screen, lastTwo(f.Name)+" ")
				if !ok {
					t.Fatalf("%s, mailboxes at event %d lacks the file %s:\n%s", name, s, f.Name, screen)
				}
				before := screen[:len(screen)-len(row)]
				line := before[strings.LastIndexByte(before, '\n')+1:]
				if f.Gone != strings.Contains(line, "removed") || !f.Gone && !strings.Contains(line, imapFlags(f)) {
					t.Errorf("%s, mailboxes at event %d: flags %q, gone %v, but the row is %q", name, s, f.Flags, f.Gone, line)
				}
			}
		}
	}
	if boxes == 0 {
		must(t, name, "mailboxes", s, screen, "No mail has reached a mailbox yet.")
	}
}

// truthBytes: what is shown in hexadecimal is the text of the event, octet by
// octet.
func truthBytes(t *testing.T, name string, tr *trace.Trace, s trace.Seq, screen string) {
	want := tr.Text(tr.At(s))
	var got []byte
	for _, line := range strings.Split(screen, "\n") {
		if len(line) < 9 || line[0] != ' ' || line[7:9] != "  " {
			continue
		}
		offset, err := strconv.ParseUint(line[1:7], 16, 32)
		if err != nil || int(offset) != len(got) {
			continue
		}
		for _, x := range strings.Fields(line[9:min(len(line), 9+3*16+1)]) {
			octet, err := strconv.ParseUint(x, 16, 8)
			if err != nil {
				t.Fatalf("%s, bytes at event %d: %q is no octet", name, s, x)
			}
			got = append(got, byte(octet))
		}
	}
	const room = 130 * 16 // of the screen of this test
	if !bytes.Equal(got, want) && len(want) < room {
		t.Errorf("%s, bytes at event %d: got %q, want %q", name, s, got, want)
	}
}
