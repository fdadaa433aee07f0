package export_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/clipperhouse/displaywidth"

	"mailtrek/sim/export"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

var update = flag.Bool("update", false, "rewrite the documents of testdata")

// files is a FileSet in memory.
type files map[string]string

func (f files) Add(name string, content []byte) error {
	if _, ok := f[name]; ok {
		return fmt.Errorf("%s is written twice", name)
	}
	f[name] = string(content)
	return nil
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs:\n got %q\nwant %q\n(-update rewrites it)", file, i+1, strings.Join(g[i:min(len(g), i+1)], ""), strings.Join(w[i:min(len(w), i+1)], ""))
		}
	}
}

var stories = map[string]func() *trace.Trace{"story": tracetest.Story, "failover": tracetest.Failover}

func TestFormatsOfOneFile(t *testing.T) {
	for name, story := range stories {
		for _, format := range []string{"text", "transcript"} {
			var b bytes.Buffer
			if err := export.Write(&b, story(), format); err != nil {
				t.Fatal(err)
			}
			compare(t, "testdata/"+name+"."+format, b.String())
		}
	}
}

// The folder as one document: "== NAME" before each file.
func TestFolder(t *testing.T) {
	for name, story := range stories {
		got := files{}
		if err := export.Export(story(), "folder", got); err != nil {
			t.Fatal(err)
		}
		var names []string
		for n := range got {
			names = append(names, n)
		}
		sort.Strings(names)
		var b strings.Builder
		for _, n := range names {
			fmt.Fprintf(&b, "== %s\n%s", n, got[n])
		}
		compare(t, "testdata/"+name+".folder", b.String())
	}
}

func TestTheFolderHasWhatComparersReadByTheseRules(t *testing.T) {
	got := files{}
	if err := export.Export(tracetest.Failover(), "folder", got); err != nil {
		t.Fatal(err)
	}
	for file, rule := range map[string]string{
		"connections.txt": `^ *\d+\.\d{3} #\d+ \S+ > \S+:(\d+|client) (SYN|SYN\+ACK|FIN|RST)$`,
		"dns.txt":         `^ *\d+\.\d{3} \S+ > \S+ +Standard query (response )?0x[0-9a-f]{4} .+$`,
		"maillog.txt":     `^ *\d+\.\d{3} +\S+ +(postfix/\S+\[\d+\]|dovecot): .+$`,
		"queue.txt":       `^ *\d+\.\d{3} \S+ [0-9A-F]{11} (-|[a-z]+) (-|[a-z]+)$`,
	} {
		rx := regexp.MustCompile(rule)
		if got[file] == "" {
			t.Errorf("%s is empty", file)
		}
		for _, l := range strings.Split(strings.TrimSuffix(got[file], "\n"), "\n") {
			if !rx.MatchString(l) {
				t.Errorf("%s has %q, want %s", file, l, rule)
			}
		}
	}
	if _, ok := got["smtp-02-smtp-to-mail.dialogue"]; ok {
		t.Error("a refused connection has a dialogue")
	}
	if _, ok := got["smtp-03-smtp-to-mail2.dialogue"]; !ok {
		t.Error("the number of a refused connection is not counted")
	}
}

func TestWhatAReaderKeepsIsNoMailboxOfAServer(t *testing.T) {
	got := files{}
	if err := export.Export(tracetest.Kept(), "folder", got); err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if strings.HasPrefix(name, "mailbox-") && name != "mailbox-mail-ivan-1.eml" {
			t.Errorf("%s is exported", name)
		}
	}
}

// pieces is a submission whose content stands in three events, and one that
// breaks off in its content.
func pieces() *trace.Trace {
	b := tracetest.NewBuilder(trace.Header{Scenario: "pieces", Title: "Big mail", Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	pc, mx := b.Node("pc.example", "pc", "10.0.0.1", "MUA"), b.Node("mx.example", "mx", "10.0.0.2", "MTA")
	b.Msg = b.T.AddMsg(trace.Msg{Name: "big"})
	for _, last := range []string{"the end\r\n.\r\n", ""} {
		d := b.Open(trace.SMTP, pc, mx, "10.0.0.2:25").Accept()
		d.S("220 mx.example")
		d.C("DATA")
		d.S("354 go ahead")
		if last == "" {
			d.Pieces(trace.Client, "Subject: bi", "")
			b.T.At(trace.Seq(b.T.Len())).Flags = trace.More
			d.Close(trace.Client)
			continue
		}
		d.Pieces(trace.Client, "Subject: bi", "g\r\n\r\nfrom the beg", "inning to "+last)
		d.S("250 2.0.0 Ok")
		d.Close(trace.Client)
	}
	return b.T
}

func TestAContentInPiecesIsToldAsOne(t *testing.T) {
	for _, format := range []string{"text", "transcript"} {
		var b bytes.Buffer
		if err := export.Write(&b, pieces(), format); err != nil {
			t.Fatal(err)
		}
		compare(t, "testdata/pieces."+format, b.String())
	}
}

// hostile is a trace in which everything from outside tries to steer the
// terminal or to leave the folder.
func hostile() *trace.Trace {
	const evil = "\x1b]0;owned\x07\x9b31m\u202eevil\u200b\x00\r"
	t := trace.New(trace.Header{Scenario: "../" + evil, Title: evil, Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	a := t.AddNode(trace.Node{Name: evil, Short: "../../" + evil, Addrs: []string{evil}})
	b := t.AddNode(trace.Node{Name: "b" + evil})
	c := t.AddConn(trace.Conn{Proto: trace.SMTP, Client: a, Server: b, ClientAddr: evil + ":1", ServerAddr: evil + ":25"})
	u := t.AddConn(trace.Conn{Proto: trace.LMTP, Client: a, Server: a, ServerAddr: evil})
	t.AddMsg(trace.Msg{Name: evil})
	t.AddMsg(trace.Msg{Name: evil})
	s := t.Intern(evil)
	for k := trace.Action; k <= trace.Log; k++ {
		for _, conn := range []trace.ConnID{0, c, u} {
			if conn == 0 && (k.Said() || k == trace.State) {
				continue
			}
			sym := s
			if k == trace.Mailbox && conn == c {
				sym = t.Intern("append")
			}
			e := trace.Event{Kind: k, Node: a, Peer: b, Conn: conn, Msg: 1, A: s, B: s, C: sym, N: 7, Code: 5}
			t.Append(e, []byte(strings.Repeat("x\n\t"+evil+"\n", 3)))
		}
	}
	return t
}

func TestNothingFromOutsideSteersATerminal(t *testing.T) {
	got := files{}
	for _, f := range export.Formats() {
		if err := export.Export(hostile(), f.Name, got); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range got {
		if !regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`).MatchString(name) {
			t.Errorf("a file is called %q", name)
		}
		if strings.HasSuffix(name, ".eml") {
			continue // the message itself, to the octet; it is no text for a terminal
		}
		for i, r := range text {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\u202e' || r == '\u200b') {
				t.Errorf("%s has %U raw after %q", name, r, text[max(0, i-40):i])
				break
			}
		}
	}
}

func TestAStoredMessageIsExportedToTheOctet(t *testing.T) {
	tr := hostile()
	got := files{}
	if err := export.Export(tr, "folder", got); err != nil {
		t.Fatal(err)
	}
	for name, text := range got {
		if strings.HasSuffix(name, ".eml") && !strings.Contains(text, "\x1b]0;owned") {
			t.Errorf("%s is not the message as stored: %q", name, text)
		}
	}
}

func TestTextKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{60, 80, 96, 120} {
		var b bytes.Buffer
		x := export.NewText(&b, tracetest.Failover(), export.TextOptions{Width: width, Number: width == 80})
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(b.String(), "\n") {
			if w := displaywidth.String(l); w > width && strings.Contains(strings.TrimSpace(l), " ") && !strings.Contains(l, "begins") {
				t.Errorf("width %d: a line has %d columns: %q", width, w, l)
			}
		}
	}
}

func TestTextOfChosenEvents(t *testing.T) {
	tr := tracetest.Failover()
	sel, err := trace.ParseSelector("queue mail2 or reply 221 at mail2")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	x := export.NewText(&b, tr, export.TextOptions{Number: true, ASCII: true, Match: func(s trace.Seq) bool { return sel.Match(tr, s) }})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	compare(t, "testdata/chosen.text", b.String())
}

func TestUnknownFormat(t *testing.T) {
	err := export.Export(tracetest.Story(), "pdf", files{})
	if !errors.Is(err, export.ErrFormat) || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error %v, want one that lists the formats", err)
	}
	if err := export.Write(&bytes.Buffer{}, tracetest.Story(), "folder"); err == nil {
		t.Error("a folder was written into one stream")
	}
}
