package tui

import (
	"strings"
	"testing"

	"mailtrek/scenarios"
	"mailtrek/sim/trace"
)

// TestRehearsedAnswers: in every dialogue of POP3 and IMAP of the built-in
// scenarios, what a rehearsal says the answer to the next command would be is
// what the server then says.
func TestRehearsedAnswers(t *testing.T) {
	asked := 0
	for _, name := range scenarios.Names() {
		id := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".md")
		if _, ok := scenarios.Find(id); !ok || testing.Short() && id != "alabala" {
			continue
		}
		b := branchOf(t, id)
		p := PlayBranch(b, Options{Theme: "mono"})
		tr := p.story.T
		for c := trace.ConnID(1); int(c) <= tr.Conns(); c++ {
			if proto := tr.Conn(c).Proto; proto == trace.POP3 || proto == trace.IMAP {
				asked += rehearsed(t, p, id, c)
			}
		}
	}
	if asked < 10 {
		t.Errorf("only %d commands were rehearsed", asked)
	}
}

// rehearsed asks before each line of a conversation, and compares.
func rehearsed(t *testing.T, p *Player, id string, c trace.ConnID) (asked int) {
	tr := p.story.T
	events := p.story.Folds.At(trace.Seq(tr.Len())).ConnEvents(c)
	for i, q := range events {
		e := tr.At(q)
		if e.Kind != trace.Line || e.Side != trace.Client || q == 1 {
			continue
		}
		line := tr.Text(e)
		tag := ""
		if tr.Conn(c).Proto == trace.IMAP {
			word, _, _ := strings.Cut(string(line), " ")
			tag = word + " "
		}
		want, forced := saidNext(tr, events[i+1:], tag)
		if want == "" || forced {
			continue
		}
		p.at = q - 1
		got, ok := p.instant().wouldAnswer(c, line, tag)
		asked++
		if !ok || withoutTimes(got) != withoutTimes(want) {
			t.Errorf("%s, event %d, connection %d, %q: the rehearsal says %q (%v), then the server says %q", id, q, c, line, got, ok, want)
		}
	}
	return asked
}

// saidNext is what the server says next: the line with the tag, or else the first;
// up to the next line of the client.
func saidNext(tr *trace.Trace, events []trace.Seq, tag string) (line string, forced bool) {
	first := ""
	for _, q := range events {
		e := tr.At(q)
		if e.Kind.Said() && e.Side == trace.Client {
			break
		}
		if !e.Kind.Said() {
			continue
		}
		for text := range strings.Lines(string(tr.Text(e))) {
			text = strings.TrimRight(text, "\r\n")
			if first == "" {
				first = text
			}
			if tag != "" && strings.HasPrefix(text, tag) {
				return text, e.Flags&trace.Forced != 0
			}
		}
		forced = forced || e.Flags&trace.Forced != 0
		if tag == "" {
			break
		}
	}
	return first, forced
}

// withoutTimes is an answer without the seconds that it took, which a
// rehearsal does not spend: "(0.001 + 0.000 secs)".
func withoutTimes(s string) string {
	if i := strings.Index(s, " ("); i >= 0 && strings.HasSuffix(s, " secs).") {
		return s[:i]
	}
	return s
}
