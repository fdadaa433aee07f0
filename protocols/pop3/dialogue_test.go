package pop3

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A document is a recorded conversation: a header, then the lines of one or
// more sessions, "C:" and "S:" or "C1:", "S1:", "C2:" …
type document struct {
	name  string
	head  map[string]string
	turns []turn
}

// A turn is what one side sent in one go.
type turn struct {
	session string // "", "1", "2"
	client  bool
	lines   []string // with their line ends
	close   bool
	tls     bool // the client finished a handshake
}

var (
	turnRx  = regexp.MustCompile(`^([CS])([0-9]*): ?(.*)$`)
	headRx  = regexp.MustCompile(`^# ([a-z]+): (.*)$`)
	octetRx = regexp.MustCompile(`<0x([0-9A-F]{2})>`)
)

func readDocument(t *testing.T, path string) document {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, body, found := strings.Cut(string(raw), "\n\n")
	if !found {
		t.Fatalf("%s has no header", path)
	}
	d := document{name: strings.TrimSuffix(filepath.Base(path), ".dialogue"), head: map[string]string{}}
	for _, line := range strings.Split(head, "\n") {
		if m := headRx.FindStringSubmatch(line); m != nil {
			d.head[m[1]] = m[2]
		}
	}
	grouped := false
	for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		m := turnRx.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "# pipelined"):
			grouped = true
		case strings.HasPrefix(line, "# tls"), strings.HasPrefix(line, "# event: (TLS"):
			d.turns = append(d.turns, turn{tls: true})
		case m == nil:
		default:
			d.add(m[2], m[1] == "C", m[3], grouped)
			grouped = grouped && m[1] == "C"
		}
	}
	return d
}

// add appends a line to the turn it belongs to.
func (d *document) add(session string, client bool, text string, grouped bool) {
	var last *turn
	if len(d.turns) > 0 {
		last = &d.turns[len(d.turns)-1]
	}
	joins := last != nil && last.session == session && last.client == client && !last.close && !last.tls
	if joins && client {
		joins = grouped
	}
	if !joins || text == "<close>" {
		d.turns = append(d.turns, turn{session: session, client: client})
		last = &d.turns[len(d.turns)-1]
	}
	if text == "<close>" {
		last.close = true
		return
	}
	end := "\r\n"
	if cut, ok := strings.CutSuffix(text, "<LF>"); ok {
		text, end = cut, "\n"
	}
	text = octetRx.ReplaceAllStringFunc(text, func(s string) string {
		n, _ := strconv.ParseUint(s[3:5], 16, 8)
		return string([]byte{byte(n)})
	})
	last.lines = append(last.lines, text+end)
}

func documents(t *testing.T, folder string) []document {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.dialogue"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no documents (%v)", folder, err)
	}
	var all []document
	for _, path := range paths {
		all = append(all, readDocument(t, path))
	}
	return all
}

// sessions lists the names of the sessions of a document.
func (d document) sessions() []string {
	var names []string
	for _, tn := range d.turns {
		if len(names) == 0 || !contains(names, tn.session) && !tn.tls {
			names = append(names, tn.session)
		}
	}
	return names
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// text joins all that one side of a session said.
func (d document) text(session string, client bool) string {
	var b strings.Builder
	for _, tn := range d.turns {
		if tn.session == session && tn.client == client && !tn.tls {
			b.WriteString(strings.Join(tn.lines, ""))
		}
	}
	return b.String()
}

// maildrop holds the five messages that the recordings presuppose.
func maildrop(t *testing.T) *MemoryDrop {
	t.Helper()
	d := &MemoryDrop{Validity: 0x6b022f95}
	for i := 1; i <= 5; i++ {
		raw, err := os.ReadFile(filepath.Join("testdata", "maildrop", strconv.Itoa(i)+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		d.Append(string(raw))
	}
	return d
}
