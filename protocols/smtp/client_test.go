package smtp

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mailtrek/protocols/mailaddr"
)

// script is the server's half of a dialogue document, as a connection: each
// Write must bring exactly the C: lines that stand together, and a Read gets
// one S: line.
type script struct {
	t     *testing.T
	steps []step
}

func (s *script) Write(p []byte) (int, error) {
	s.t.Helper()
	var want strings.Builder
	for len(s.steps) > 0 && s.steps[0].kind == 'C' {
		want.WriteString(unshow(s.steps[0].text))
		s.steps = s.steps[1:]
	}
	if string(p) != want.String() {
		s.t.Errorf("got write %q, want %q", p, want.String())
	}
	return len(p), nil
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.steps) == 0 || s.steps[0].kind == 'C' || s.steps[0].text == "<close>" {
		return 0, io.EOF
	}
	if s.steps[0].text == "<silence>" {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, unshow(s.steps[0].text))
	s.steps = s.steps[1:]
	return n, nil
}

// TestClient plays the documents of testdata/client: the S: lines go to our
// client, which must send the C: lines in the same writes.
func TestClient(t *testing.T) {
	paths, _ := filepath.Glob("testdata/client/*.dialogue")
	if len(paths) < 15 {
		t.Fatalf("only %d documents", len(paths))
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".dialogue"), func(t *testing.T) {
			playClient(t, readDialogue(t, path))
		})
	}
}

func playClient(t *testing.T, d dialogue) {
	conn, odd := &script{t, d.steps}, &oddLines{}
	mode := strings.Join(d.head["mode"], "")
	c := NewClient(conn, ClientConfig{Helo: "smtp.sender.example", Peer: "mail.alabala.com[10.10.10.10]", LMTP: mode == "lmtp", OneByOne: mode == "mua", Listener: odd,
		Filter: filterOf(d.head["filter"])})
	m := mailOf(t, d)
	err := c.Greet()
	if err == nil {
		var res *Result
		res, err = c.Send(m)
		compareOutcomes(t, res, d.head["want"])
		if got := c.Done(); got != m.Last {
			t.Errorf("got done %v, want %v", got, m.Last)
		}
	}
	if got, want := strings.Join(odd.lines, "\n"), strings.Join(d.head["odd"], "\n"); got != want {
		t.Errorf("got odd lines %q, want %q", got, want)
	}
	wantError := strings.Join(d.head["error"], "")
	switch {
	case err == nil && wantError != "":
		t.Errorf("got no error, want %s", wantError)
	case err != nil && err.Error() != wantError:
		t.Errorf("got error %q, want %q", err, wantError)
	case err != nil:
		var e *Error
		if !errors.As(err, &e) || e.DSN() != d.head["dsn"][0] {
			t.Errorf("got %s, want %s", e.DSN(), d.head["dsn"][0])
		}
	}
	for _, st := range conn.steps {
		if st.text != "<close>" && st.text != "<silence>" {
			t.Errorf("line %d was never reached: %c: %s", st.line, st.kind, st.text)
			break
		}
	}
}

// oddLines are the lines of which a client says that they are odd.
type oddLines struct{ lines []string }

func (o *oddLines) Odd(line string) { o.lines = append(o.lines, line) }

func (o *oddLines) Cut(line string) { o.lines = append(o.lines, line[:10]+"...") }

// filterOf is the filter that replaces lines: "this => that"; nil without any,
// and one that fails where nothing stands behind the arrow.
func filterOf(rules []string) func(string) (string, bool) {
	if len(rules) == 0 {
		return nil
	}
	return func(line string) (string, bool) {
		for _, r := range rules {
			if from, to, _ := strings.Cut(r, " =>"); from == line {
				return strings.TrimSpace(to), to != ""
			}
		}
		return line, true
	}
}

func mailOf(t *testing.T, d dialogue) *Mail {
	one := func(key string) string { return strings.Join(d.head[key], "") }
	content, err := strconv.Unquote(one("content"))
	if err != nil && one("content") != "" {
		t.Fatalf("content: %v", err)
	}
	sender, err := mailaddr.Parse("<"+one("from")+">", false)
	if err != nil {
		t.Fatal(err)
	}
	m := &Mail{Sender: sender, Content: []byte(content), EnvID: one("envid"), Body: one("body"), Last: one("not-last") == "", NeedsUTF8: one("needs-utf8") != ""}
	m.Size, _ = parseCount([]byte(one("size")))
	m.Ret, _ = ParseRet(one("ret"))
	for _, line := range d.head["rcpt"] {
		words := append(strings.Fields(line), "", "")
		notify, _ := ParseNotify(words[2])
		m.Recipients = append(m.Recipients, Recipient{Addr: words[0], ORCPT: words[1], Notify: notify})
	}
	return m
}

func compareOutcomes(t *testing.T, res *Result, want []string) {
	t.Helper()
	if len(res.Outcomes) != len(want) {
		t.Fatalf("got %d outcomes, want %d", len(res.Outcomes), len(want))
	}
	for i, o := range res.Outcomes {
		got := o.Reply.String()
		if o.Err != nil {
			got = o.Err.Error()
		}
		if got != want[i] {
			t.Errorf("recipient %d: got %q, want %q", i, got, want[i])
		}
	}
}

// TestFolding checks lines at the limit of 998 (smtp_line_length_limit).
func TestFolding(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ in, want string }{
		{x(998), x(998) + "\r\n"},
		{x(999), x(998) + "\r\n x\r\n"},
		{x(998+997) + "\n", x(998) + "\r\n " + x(997) + "\r\n"},
		{x(3000) + "\n", x(998) + "\r\n " + x(997) + "\r\n " + x(997) + "\r\n " + x(8) + "\r\n"},
		{"." + x(998) + "\n", ".." + x(997) + "\r\n x\r\n"},
	} {
		got, long := appendContent(nil, []byte(c.in), 998)
		if string(got) != c.want {
			t.Errorf("a line of %d: got %d bytes, want %d", len(c.in), len(got), len(c.want))
		}
		if want := strings.Contains(c.want, "\r\n "); long != want {
			t.Errorf("a line of %d: long is %v, want %v", len(c.in), long, want)
		}
	}
}
