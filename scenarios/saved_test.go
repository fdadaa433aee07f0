package scenarios_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// typeAll types lines at a seat; one that ends in "␊" ends in a lone LF.
func typeAll(t *testing.T, s *scenario.Seat, lines ...string) {
	t.Helper()
	for _, l := range lines {
		text, bare := strings.CutSuffix(l, "␊")
		if err := s.Type(text, "", bare); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		settle(t, s)
	}
}

// TestSavedSession: a session typed at a seat and saved as a document has the
// same dialogue when the document is played, and its expectations hold: also
// inside TLS, with lone LFs, and with lines that begin like telnet's escape.
func TestSavedSession(t *testing.T) {
	for _, c := range []struct {
		name, id, after, from, to string
		lines                     []string
	}{
		{"lone LF", "alabala", "smtp RCPT from smtp at mail", "client.stranger.example", "10.10.10.10:25", []string{
			"EHLO client.stranger.example␊", "MAIL FROM:<me@stranger.example>", "RCPT TO:<ivan@alabala.com>␊", "DATA",
			"Subject: lone LF", "", "one␊", "^]two", "^]tls", "."}},
		{"STARTTLS", "20-sealed", "event 1", "pc.sender.example", "smtp.sender.example:587", []string{
			"EHLO pc.sender.example", "STARTTLS", "EHLO pc.sender.example", "NOOP␊", "QUIT"}},
		{"TLS at once", "20-sealed", "event 1", "pc.alabala.com", "mail.alabala.com:995", []string{"CAPA", "USER ivan", "QUIT"}},
		{"SMTP inside TLS", "20-sealed", "event 1", "pc.sender.example", "smtp.sender.example:465", []string{"EHLO pc.sender.example", "MAIL FROM:<>␊", "QUIT"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			was := branch(t, c.id)
			s := was.Telnet(nth(t, was.Trace(), c.after), c.from, listener(t, was, c.to))
			if err := s.Sit(); err != nil {
				t.Fatal(err)
			}
			settle(t, s)
			typeAll(t, s, c.lines...)
			s.Leave()
			playOn(t, s.Branch)
			text, err := s.Branch.Document("saved", "Saved")
			if err != nil {
				t.Fatal(err)
			}
			doc, err := scenario.Load(fstest.MapFS{"saved.md": {Data: []byte(text)}}, "saved.md", scenarios.Resolve)
			if err != nil {
				t.Fatalf("%v; the document is\n%s", err, text)
			}
			b := scenario.NewBranch(doc, scenario.Options{})
			playOn(t, b)
			for _, o := range scenario.Check(doc, b.Trace()) {
				if !o.OK {
					t.Errorf("the expectation %q does not hold; the document is\n%s", o.Expect.Text, text)
				}
			}
			conn := s.Branch.Trace().Conn(s.Conn())
			got, want := "", dialogue(s.Branch.Trace(), s.Conn())
			for id := trace.ConnID(1); int(id) <= b.Trace().Conns() && got == ""; id++ {
				if x := b.Trace().Conn(id); x.ServerAddr == conn.ServerAddr && b.Trace().Node(x.Client).Name == c.from && strings.HasPrefix(dialogue(b.Trace(), id), first(want)) {
					got = dialogue(b.Trace(), id)
				}
			}
			if got != want {
				t.Errorf("the document plays\n%s\nwhat was typed is\n%s\nthe document is\n%s", got, want, text)
			}
		})
	}
}

// listener is the address of HOST:PORT.
func listener(t *testing.T, b *scenario.Branch, place string) netip.AddrPort {
	t.Helper()
	if a, err := netip.ParseAddrPort(place); err == nil {
		return a
	}
	host, port, _ := strings.Cut(place, ":")
	a, err := b.Reach(host, host, port)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// dialogue is what was said on a connection; ids of queue files, which depend
// on the clock, are left out.
func dialogue(tr *trace.Trace, id trace.ConnID) string {
	var out strings.Builder
	for s := trace.Seq(1); tr.Has(s); s++ {
		e := tr.At(s)
		if e.Conn != id || !e.Kind.Said() {
			continue
		}
		text := string(tr.Text(e))
		if i := strings.Index(text, "queued as "); i >= 0 {
			text = text[:i] + "queued\r\n"
		}
		out.WriteString(e.Side.String() + ": " + strings.NewReplacer("\r", "␍", "\n", "␊\n").Replace(text))
		if e.Flags&trace.Sealed != 0 {
			out.WriteString("(sealed)\n")
		}
	}
	return out.String()
}

// first is the beginning of a dialogue, up to the second line of the client.
func first(s string) string {
	if i := strings.Index(s, "C: "); i >= 0 {
		if j := strings.Index(s[i+3:], "S: "); j >= 0 {
			return s[:i+3+j]
		}
	}
	return s
}
