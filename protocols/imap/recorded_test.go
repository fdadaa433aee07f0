package imap

import (
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

var maskRx = []struct {
	rx *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`\([0-9.]+( \+ [0-9.]+)+ secs\)`), "(T secs)"},
	{regexp.MustCompile(`(UIDVALIDITY|COPYUID|APPENDUID) \d+`), "$1 N"},
	{regexp.MustCompile(`(?m)^\+ PD[A-Za-z0-9+/=]{20,}`), "+ CHALLENGE"},
	{regexp.MustCompile(`(SAVEDATE|INTERNALDATE) "22-Nov[^"]*"`), "$1 NOW"},
}

// mask hides what differs from one run of a server to the next.
func mask(s string) string {
	for _, m := range maskRx {
		s = m.rx.ReplaceAllString(s, m.to)
	}
	return s
}

// validity is the UIDVALIDITY of INBOX.
const validity = 1795305433

// serverOf builds the server that a recording names.
func serverOf(t *testing.T, d document) (Config, *Memory) {
	t.Helper()
	m := &Memory{
		Time:      time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC),
		Passwords: map[string]string{"ivan": "ivan-secret", "maria": "maria-secret"},
		Challenge: "0906028329437591.1795305417",
		Hostname:  "strict.alabala.com",
	}
	var list []MemoryMessage
	for i, text := range mailbox(t) {
		x := MemoryMessage{Text: text, Date: time.Unix(1795166000+3600*int64(i), 0).UTC()}
		if d.head["mailbox"] != "5 messages" {
			x.Flags = []Flags{Seen, Seen | Flagged, Answered | Seen, 0, 0}[i]
		}
		list = append(list, x)
	}
	if d.folder != "recorded" {
		m.Time = time.Date(2026, 11, 22, 2, 45, 0, 0, time.UTC)
	}
	if strings.HasPrefix(d.head["mailbox"], "0 messages") {
		list = nil
	}
	m.Accounts = map[string]*MemoryAccount{"ivan": NewMemoryAccount(validity, list...), "maria": NewMemoryAccount(validity)}
	cfg := Config{Greeting: "Dovecot (Debian) ready.", TLS: TLSYes, Mechanisms: []string{"PLAIN", "LOGIN"}, Forbidden: ".",
		SpecialUse: map[string]string{"Drafts": `\Drafts`, "Sent": `\Sent`, "Trash": `\Trash`}}
	if strings.HasPrefix(d.head["server"], "10.10.10.30:") {
		cfg.Mechanisms = []string{"PLAIN", "LOGIN", "CRAM-MD5", "APOP"}
		cfg.DisablePlaintextAuth = true
	}
	return cfg, m
}

// play feeds the client's turns to sessions, in pieces of the given size (0:
// whole turns), and returns what each session said from turn to turn of its client,
// and which were closed.
func play(t *testing.T, d document, size int) (said map[string][]string, closed map[string]bool) {
	t.Helper()
	cfg, m := serverOf(t, d)
	sessions := map[string]*Session{}
	said, closed = map[string][]string{}, map[string]bool{}
	last := ""
	for _, tn := range d.turns {
		switch tn.event {
		case "tls":
			if sessions[last].Next() != wire.StartTLS {
				t.Fatalf("%s: a handshake is due, got Next %v", d.name, sessions[last].Next())
			}
			sessions[last].Secured(wire.TLSFacts{Version: "TLSv1.3"})
			continue
		case "deliver":
			a := m.Accounts["ivan"]
			a.Inbox().Deliver(MemoryMessage{Text: "Subject: new\r\n\r\nmail\r\n", Date: m.Time})
			if err := a.Arrived(); err != nil {
				t.Fatal(err)
			}
			wake(sessions, said)
			continue
		case "wait":
			wake(sessions, said)
			continue
		}
		if tn.session == "P" {
			if strings.HasPrefix(tn.text, "QUIT") {
				st := m.Accounts["ivan"].Inbox()
				if err := st.Remove("1"); err != nil {
					t.Fatal(err)
				}
			}
			continue
		}
		s := sessions[tn.session]
		if s == nil {
			s = NewSession(cfg, m)
			sessions[tn.session] = s
			said[tn.session] = []string{string(s.Open())}
		}
		last = tn.session
		if tn.client && tn.close {
			s.Lost()
		} else if tn.client {
			said[tn.session] = append(said[tn.session], feed(s, tn.text, size))
		}
	}
	for name, s := range sessions {
		closed[name] = s.Next() == wire.Close
	}
	return said, closed
}

// wake lets sessions tell what has changed, if they do so unasked.
func wake(sessions map[string]*Session, said map[string][]string) {
	for name, s := range sessions {
		said[name][len(said[name])-1] += string(s.Wake())
	}
}

func feed(s *Session, text string, size int) string {
	var said strings.Builder
	if size == 0 {
		size = len(text)
	}
	for text != "" {
		n := min(size, len(text))
		said.Write(s.Feed([]byte(text[:n]), n < len(text)))
		text = text[n:]
	}
	return said.String()
}

// more is a folder of further documents to play.
var more = flag.String("recordings", "", "play the dialogues of this folder as well")

// TestRecorded plays the client lines of every recorded dialogue, whole and
// octet by octet, and compares what our server says.
func TestRecorded(t *testing.T) {
	all := append(documents(t, "testdata/recorded"), documents(t, "testdata/asked")...)
	if *more != "" {
		all = append(all, documents(t, *more)...)
	}
	for _, d := range all {
		t.Run(d.folder+"/"+d.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 7} {
				said, closed := play(t, d, size)
				for _, name := range d.sessions() {
					got, want := mask(strings.Join(said[name], "")), mask(d.text(name, false))
					if got != want {
						t.Fatalf("session %q in pieces of %d: %s", name, size, difference(d, name, said[name]))
					}
					if want := d.closed(name); closed[name] != want {
						t.Errorf("session %q in pieces of %d: closed %v, want %v", name, size, closed[name], want)
					}
				}
			}
		})
	}
}

// difference shows the turns of a session in which it said something else than
// its document. What one side says in several turns is one text, for a line may
// come with the turn before.
func difference(d document, name string, got []string) string {
	var b strings.Builder
	want := d.answers(name)
	for i := range max(len(got), len(want)) {
		var c, g, w string
		if i < len(got) {
			g = mask(got[i])
		}
		if i < len(want) {
			c, w = want[i].client, mask(want[i].server)
		}
		if g != w {
			fmt.Fprintf(&b, "C: %s", c)
			lines(&b, w, g)
		}
	}
	return "\n" + b.String()
}

// lines writes the lines of two texts without those that are the same at the
// beginning and at the end.
func lines(b *strings.Builder, want, got string) {
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	for _, l := range w {
		fmt.Fprintf(b, "want %q\n", l)
	}
	for _, l := range g {
		fmt.Fprintf(b, "got  %q\n", l)
	}
}
