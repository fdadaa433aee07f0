package imap

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A document is a recorded conversation: a header, then the lines of one or
// more sessions, "C:" and "S:" or "C1:", "S1:", "C2:" … "CP:" is a POP3
// session.
type document struct {
	name   string
	folder string
	head   map[string]string
	turns  []turn
}

// A turn is what one side sent in one go, or something that happened.
type turn struct {
	session string // "", "1", "2", "P"
	client  bool
	text    string // lines with their line ends
	close   bool
	event   string // "tls", "deliver", "wait"
}

var (
	turnRx  = regexp.MustCompile(`^([CS])([0-9P]?): ?(.*)$`)
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
	d := document{name: strings.TrimSuffix(filepath.Base(path), ".dialogue"), folder: filepath.Base(filepath.Dir(path)), head: map[string]string{}}
	for _, line := range strings.Split(head, "\n") {
		if m := headRx.FindStringSubmatch(line); m != nil {
			d.head[m[1]] = m[2]
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		m := turnRx.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "# tls"), strings.HasPrefix(line, "# event: (TLS"):
			d.turns = append(d.turns, turn{event: "tls"})
		case strings.HasPrefix(line, "# wait"):
			d.turns = append(d.turns, turn{event: "wait"})
		case strings.HasPrefix(line, "# here a new message"):
			d.turns = append(d.turns, turn{event: "deliver"})
		case m != nil:
			d.add(m[2], m[1] == "C", m[3])
		}
	}
	return d
}

// add appends a line to the turn it belongs to.
func (d *document) add(session string, client bool, text string) {
	n := len(d.turns)
	if n == 0 || d.turns[n-1].session != session || d.turns[n-1].client != client || d.turns[n-1].event != "" || text == "<close>" {
		d.turns = append(d.turns, turn{session: session, client: client})
		n++
	}
	tn := &d.turns[n-1]
	if text == "<close>" {
		tn.close = true
		return
	}
	end := "\r\n"
	if cut, ok := strings.CutSuffix(text, "<LF>"); ok {
		text, end = cut, "\n"
	} else if cut, ok := strings.CutSuffix(text, "<NOEOL>"); ok {
		text, end = cut, ""
	}
	tn.text += octetRx.ReplaceAllStringFunc(text, func(s string) string {
		n, _ := strconv.ParseUint(s[3:5], 16, 8)
		return string([]byte{byte(n)})
	}) + end
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
	seen := map[string]bool{}
	for _, tn := range d.turns {
		if tn.event == "" && tn.session != "P" && !seen[tn.session] {
			seen[tn.session] = true
			names = append(names, tn.session)
		}
	}
	return names
}

// closed tells whether the server closed a session.
func (d document) closed(session string) bool {
	for _, tn := range d.turns {
		if tn.event == "" && tn.session == session && !tn.client && tn.close {
			return true
		}
	}
	return false
}

// text joins all that one side of a session said.
func (d document) text(session string, client bool) string {
	var b strings.Builder
	for _, tn := range d.turns {
		if tn.event == "" && tn.session == session && tn.client == client {
			b.WriteString(tn.text)
		}
	}
	return b.String()
}

// mailbox returns the messages that the recordings presuppose.
func mailbox(t testing.TB) []string {
	t.Helper()
	var list []string
	for i := 1; i <= 5; i++ {
		raw, err := os.ReadFile(filepath.Join("testdata", "mailbox", strconv.Itoa(i)+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(raw))
	}
	return list
}

// An answer is a turn of the client with what the server said until the next.
type answer struct{ client, server string }

// answers lists the turns of a session, the greeting first.
func (d document) answers(session string) []answer {
	list := []answer{{}}
	for _, tn := range d.turns {
		switch {
		case tn.event != "" || tn.session != session:
		case tn.client && !tn.close:
			list = append(list, answer{client: tn.text})
		default:
			list[len(list)-1].server += tn.text
		}
	}
	return list
}
