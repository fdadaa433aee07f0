package smtp

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

// step is one line of a dialogue document.
type step struct {
	kind byte // 'C', 'S', or '#' for a remark
	text string
	line int
}

// dialogue is a document of testdata/dialogues: a head of "# key: value" lines
// that says how the server is set up, and the lines of both sides.
type dialogue struct {
	head  map[string][]string
	steps []step
}

func readDialogue(t *testing.T, path string) dialogue {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := dialogue{head: map[string][]string{}}
	inHead := true
	for n, line := range strings.Split(string(data), "\n") {
		switch {
		case inHead && strings.HasPrefix(line, "# "):
			key, value, _ := strings.Cut(line[2:], ":")
			d.head[key] = append(d.head[key], strings.TrimSpace(value))
		case inHead && line == "":
			inHead = false
		case strings.HasPrefix(line, "#"):
			d.steps = append(d.steps, step{'#', strings.TrimSpace(line[1:]), n + 1})
		case strings.HasPrefix(line, "C:") || strings.HasPrefix(line, "S:"):
			d.steps = append(d.steps, step{line[0], strings.TrimPrefix(line[2:], " "), n + 1})
		case strings.TrimSpace(line) != "":
			t.Fatalf("%s:%d: neither C: nor S:", path, n+1)
		}
	}
	return d
}

// setup makes the session that the head describes.
func (d dialogue) setup(t *testing.T) (*Session, *Memory) {
	t.Helper()
	m := &Memory{Verdicts: map[string]string{}, Session: "SESSION"}
	cfg := Default(d.head["host"][0])
	cfg.Peer = "client.example[10.10.20.100]"
	for _, set := range d.head["set"] {
		for word := range strings.FieldsSeq(set) {
			applySetting(t, &cfg, word)
		}
	}
	for _, v := range d.head["verdict"] {
		key, line, ok := strings.Cut(v, "|")
		if !ok {
			t.Fatalf("verdict %q has no bar", v)
		}
		m.Verdicts[key] = line
	}
	for _, list := range d.head["domains"] {
		m.Domains = strings.Fields(list)
	}
	for _, list := range d.head["users"] {
		m.Users = map[string]bool{}
		for user := range strings.FieldsSeq(list) {
			m.Users[user] = true
		}
	}
	return NewSession(cfg, m), m
}

func applySetting(t *testing.T, cfg *Config, word string) {
	key, value, _ := strings.Cut(word, "=")
	n, _ := strconv.Atoi(value)
	switch key {
	case "lmtp":
		cfg.LMTP = true
	case "historic":
		cfg.Historic = true
	case "helo-required":
		cfg.HeloRequired = true
	case "no-vrfy":
		cfg.DisableVRFY = true
	case "strict":
		cfg.StrictEnvelopes = true
	case "recipients":
		cfg.RecipientLimit = n
	case "size":
		cfg.SizeLimit = int64(n)
	case "soft":
		cfg.SoftErrors = n
	case "hard":
		cfg.HardErrors = n
	case "junk":
		cfg.JunkCommands = n
	case "forbid-pipelining":
		cfg.ForbidPipelining = true
	case "timeout":
		cfg.Timeout, _ = time.ParseDuration(value)
	case "tls":
		cfg.TLS = map[string]TLSLevel{"may": TLSMay, "encrypt": TLSEncrypt}[value]
	case "auth":
		cfg.Auth = &MemoryAuth{Names: []string{"PLAIN", "LOGIN"}, Passwords: map[string]string{"helena": "helena-secret"}}
	case "auth-needs-tls":
		cfg.TLSAuthOnly = true
	case "bare-lf":
		cfg.BareLF, _ = ParseBareLF(value)
	case "discard":
		cfg.Discard = ParseKeywords(value)
	default:
		t.Fatalf("unknown setting %q", word)
	}
}

// unshow turns a line of a document into the bytes on the wire.
func unshow(text string) string {
	end := "\r\n"
	if s, ok := strings.CutSuffix(text, "<LF>"); ok {
		text, end = s, "\n"
	} else if s, ok := strings.CutSuffix(text, "<NOEOL>"); ok {
		text, end = s, ""
	}
	for {
		i := strings.Index(text, "<0x")
		if i < 0 || i+6 > len(text) {
			return text + end
		}
		b, _ := strconv.ParseUint(text[i+3:i+5], 16, 8)
		text = text[:i] + string([]byte{byte(b)}) + text[i+6:]
	}
}

// feeder gives a session input in one piece, in halves, or byte by byte, all
// of it at one instant.
type feeder func(s *Session, in string) string

var feeders = map[string]feeder{
	"whole": func(s *Session, in string) string { return string(s.Feed([]byte(in), false)) },
	"halves": func(s *Session, in string) string {
		half := len(in) / 2
		out := string(s.Feed([]byte(in[:half]), true))
		return out + string(s.Feed([]byte(in[half:]), false))
	},
	"bytes": func(s *Session, in string) string {
		out := ""
		for i := range len(in) {
			out += string(s.Feed([]byte(in[i:i+1]), i+1 < len(in)))
		}
		return out
	},
}

// play gives the client's lines to a session and returns what the server said,
// line by line, with "<close>" at its end.
func (d dialogue) play(t *testing.T, feed feeder) []string {
	s, _ := d.setup(t)
	var out strings.Builder
	var pending string
	flush := func() {
		if pending != "" {
			out.WriteString(feed(s, pending))
			pending = ""
		}
	}
	begun, together, lost := false, false, false
	begin := func() {
		if !begun {
			begun = true
			out.Write(s.Open())
		}
	}
	for _, st := range d.steps {
		if st.kind != 'C' || st.text == "<close>" {
			flush()
		}
		switch {
		case st.kind == '#' && strings.HasPrefix(st.text, "pipelined"):
			together = true
		case st.kind == '#' && strings.HasPrefix(st.text, "tls"):
			s.Secured(wire.TLSFacts{Version: "TLSv1.3"})
		case st.kind == '#' && strings.HasPrefix(st.text, "wait"):
			n, _ := strconv.Atoi(strings.Fields(st.text)[1])
			if d := s.Timeout(); d > 0 && d <= time.Duration(n)*time.Second {
				out.Write(s.TimedOut())
			}
		case st.kind == 'C' && st.text == "<close>":
			out.Write(s.Lost())
			lost = true
		case st.kind == 'C' && !begun:
			s.Early([]byte(unshow(st.text)))
			begin()
			out.WriteString(feed(s, ""))
			out.Write(s.Feed(nil, false))
		case st.kind == 'C':
			pending += unshow(st.text)
			if !together {
				flush()
			}
		case st.kind == 'S':
			together = false
			begin()
		}
	}
	flush()
	lines := strings.SplitAfter(out.String(), "\r\n")
	lines = lines[:len(lines)-1]
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r\n")
	}
	if s.Next() == wire.Close && !lost {
		lines = append(lines, "<close>")
	}
	return lines
}

// TestDialogues plays what Postfix 3.7.11 and Dovecot 2.3.19 were recorded to
// say, against our session, with the input split in three ways.
func TestDialogues(t *testing.T) {
	paths, _ := filepath.Glob("testdata/dialogues/*.dialogue")
	if len(paths) < 80 {
		t.Fatalf("only %d dialogues", len(paths))
	}
	for _, path := range paths {
		d := readDialogue(t, path)
		var want []string
		for _, st := range d.steps {
			if st.kind == 'S' {
				want = append(want, st.text)
			}
		}
		for name, feed := range feeders {
			got := d.play(t, feed)
			if diff := firstDifference(got, want); diff != "" {
				t.Errorf("%s, %s: %s", filepath.Base(path), name, diff)
			}
		}
	}
}

// mask hides what differs from run to run.
func mask(line string) string {
	if before, _, ok := strings.Cut(line, "queued as "); ok {
		return before + "queued as QUEUEID"
	}
	if before, after, ok := strings.Cut(line, "> SESSION"); ok {
		return before + "> SESSION " + after[strings.LastIndexByte(after, ' ')+1:]
	}
	return line
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = mask(got[i])
		}
		if i < len(want) {
			w = mask(want[i])
		}
		if g != w {
			return "reply line " + strconv.Itoa(i+1) + ": got " + g + ", want " + w
		}
	}
	return ""
}
