package pop3

import (
	"flag"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

var (
	stampRx = regexp.MustCompile(`<[^<>]+@[^<>]+>`)
	uidRx   = regexp.MustCompile(`(?m)\b[0-9a-f]{16}\b`)
	cramRx  = regexp.MustCompile(`(?m)^\+ PD[A-Za-z0-9+/=]{20,}`)
)

// serverOf builds the server that a recording names.
func serverOf(t *testing.T, d document) (Config, *Memory) {
	m := &Memory{
		Time:      time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC),
		Passwords: map[string]string{"ivan": "ivan-secret", "maria": "maria-secret"},
		Drops:     map[string]*MemoryDrop{"ivan": maildrop(t), "maria": maildrop(t)},
	}
	if strings.HasPrefix(d.head["mailbox"], "0 messages") || d.name == "empty-mailbox" {
		m.Drops["ivan"] = &MemoryDrop{}
	}
	cfg := Config{Hostname: "mail.alabala.com", Greeting: "Dovecot (Debian) ready.", TLS: TLSYes,
		Mechanisms: []string{"PLAIN", "LOGIN"}}
	if strings.HasPrefix(d.head["server"], "10.10.10.30:") {
		cfg.Hostname = "strict.alabala.com"
		cfg.Mechanisms = []string{"PLAIN", "LOGIN", "CRAM-MD5", "APOP"}
		cfg.DisablePlaintextAuth = true
		cfg.LockSession, m.Lock = true, true
		cfg.Timestamp = stampRx.FindString(d.text("", false))
	}
	return cfg, m
}

// mask hides what differs from one run of a server to the next.
func mask(s string) string {
	return cramRx.ReplaceAllString(uidRx.ReplaceAllString(s, "UIDL"), "+ CHALLENGE")
}

// play feeds the client's turns to sessions, in pieces of the given size (0:
// whole turns), and returns what each session said, and which were closed.
func play(t *testing.T, d document, size int) (said map[string]string, closed map[string]bool) {
	t.Helper()
	cfg, m := serverOf(t, d)
	sessions := map[string]*Session{}
	said, closed = map[string]string{}, map[string]bool{}
	for _, tn := range d.turns {
		s := sessions[tn.session]
		if s == nil {
			s = NewSession(cfg, m)
			sessions[tn.session] = s
			said[tn.session] = string(s.Open())
		}
		switch {
		case tn.tls:
			if s.Next() != wire.StartTLS {
				t.Fatalf("%s: a handshake is due, got Next %v", d.name, s.Next())
			}
			s.Secured(wire.TLSFacts{Version: "TLSv1.3"})
		case tn.client && tn.close:
			s.Lost()
		case tn.client:
			said[tn.session] += feed(s, strings.Join(tn.lines, ""), size)
		}
	}
	for name, s := range sessions {
		closed[name] = s.Next() == wire.Close
	}
	return said, closed
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
	folders := []string{"testdata/recorded", "testdata/asked"}
	if *more != "" {
		folders = append(folders, *more)
	}
	for _, folder := range folders {
		for _, d := range documents(t, folder) {
			t.Run(filepath.Base(folder)+"/"+d.name, func(t *testing.T) {
				for _, size := range []int{0, 1, 7} {
					said, closed := play(t, d, size)
					for _, name := range d.sessions() {
						got, want := mask(said[name]), mask(d.text(name, false))
						if got != want {
							t.Errorf("session %q in pieces of %d:\n%s", name, size, firstDifference(got, want))
						}
						if !closed[name] {
							t.Errorf("session %q in pieces of %d: still open", name, size)
						}
					}
				}
			})
		}
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	for i := range max(len(g), len(w)) {
		var gl, wl string
		if i < len(g) {
			gl = g[i]
		}
		if i < len(w) {
			wl = w[i]
		}
		if gl != wl {
			return "got  " + gl + "\nwant " + wl
		}
	}
	return ""
}

// TestReplayAtOnce gives a whole conversation in one write: pipelining changes
// nothing of what is said (RFC 2449 §6.6).
func TestReplayAtOnce(t *testing.T) {
	for _, d := range documents(t, "testdata/recorded") {
		all := d.text("", true)
		if all == "" || strings.Contains(all, "STLS") {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			cfg, m := serverOf(t, d)
			s := NewSession(cfg, m)
			greeting := string(s.Open())
			got := mask(greeting + string(s.Feed([]byte(all), false)))
			if want := mask(d.text("", false)); got != want {
				t.Error(firstDifference(got, want))
			}
		})
	}
}
