package smtp

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// directory is a backend that also answers VRFY and EXPN as RFC 821 has it.
type directory struct {
	*Memory
	names map[string]string
	lists map[string][]string
}

func (d directory) FullName(_ *Facts, user string) (string, *Reply) {
	if r := d.verdict("VRFY", user); r != nil {
		return "", r
	}
	return d.names[user], nil
}

func (d directory) Expand(_ *Facts, list string) ([]string, *Reply) {
	if r := d.verdict("EXPN", list); r != nil {
		return nil, r
	}
	return d.lists[list], nil
}

// TestRFCServer plays the client lines of the RFCs' own examples against our
// session and compares the codes of the replies: what follows the code is
// free, but for lists that the backend gives.
func TestRFCServer(t *testing.T) {
	played := 0
	for _, path := range rfcPaths(t) {
		d := readDialogue(t, path)
		if d.head["client-only"] != nil {
			continue
		}
		played++
		var want []string
		for _, st := range d.steps {
			if st.kind == 'S' && (len(st.text) < 4 || st.text[3] != '-') {
				want = append(want, st.text[:3])
			}
		}
		if got := playRFC(t, d); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: got %v, want %v", filepath.Base(path), got, want)
		}
	}
	if played < 25 {
		t.Errorf("only %d examples were played", played)
	}
}

func rfcPaths(t *testing.T) []string {
	t.Helper()
	paths, _ := filepath.Glob("testdata/rfc/*.dialogue")
	if len(paths) < 40 {
		t.Fatalf("only %d examples", len(paths))
	}
	return paths
}

func playRFC(t *testing.T, d dialogue) []string {
	_, m := d.setup(t)
	b := directory{Memory: m, names: map[string]string{}, lists: map[string][]string{}}
	for _, n := range d.head["name"] {
		user, name, _ := strings.Cut(n, "|")
		b.names[user] = name
	}
	for _, l := range d.head["list"] {
		parts := strings.Split(l, "|")
		b.lists[parts[0]] = parts[1:]
	}
	cfg := Default(d.head["host"][0])
	for _, set := range d.head["set"] {
		applySetting(t, &cfg, set)
	}
	s := NewSession(cfg, b)
	out := string(s.Open())
	if first := d.steps[firstLine(d.steps)]; first.kind == 'C' {
		// The example begins in the middle.
		s.Feed([]byte("HELO client.example\r\n"), false)
		if strings.HasPrefix(first.text, "RCPT") {
			s.Feed([]byte("MAIL FROM:<a@b.example>\r\n"), false)
		}
		out = ""
	}
	for _, st := range d.steps {
		switch {
		case st.kind == '#' && strings.HasPrefix(st.text, "part 2"):
			s.Feed([]byte("RSET\r\n"), false)
		case st.kind == 'C':
			out += string(s.Feed([]byte(st.text+"\r\n"), false))
			if s.Next() == wire.StartTLS {
				s.Secured(wire.TLSFacts{})
			}
		}
	}
	var codes []string
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
		if len(line) < 4 || line[3] != '-' {
			codes = append(codes, line[:3])
		}
	}
	return codes
}

func firstLine(steps []step) int {
	for i, st := range steps {
		if st.kind != '#' {
			return i
		}
	}
	return 0
}

// TestRFCClient gives the server lines of all examples, those of extensions
// that we do not speak as well, to our client's parser of replies.
func TestRFCClient(t *testing.T) {
	for _, path := range rfcPaths(t) {
		d := readDialogue(t, path)
		var replies []step
		var in strings.Builder
		for _, st := range d.steps {
			if st.kind == 'S' {
				replies = append(replies, st)
				in.WriteString(st.text + "\r\n")
			}
		}
		c := NewClient(readWriter{r: bytes.NewReader([]byte(in.String()))}, ClientConfig{})
		for len(replies) > 0 {
			r, err := c.read(StageOther)
			n := 0
			for n < len(replies)-1 && (len(replies[n].text) > 3 && replies[n].text[3] == '-' || !isReplyLine(replies[n].text)) {
				n++
			}
			last := replies[n]
			if err != nil {
				if isReplyLine(last.text) && !strings.HasPrefix(last.text[3:], "-") {
					t.Errorf("%s:%d: %v", filepath.Base(path), last.line, err)
				}
				break
			}
			if want, _ := strconv.Atoi(last.text[:3]); r.Code != want {
				t.Errorf("%s:%d: got code %d, want %d", filepath.Base(path), last.line, r.Code, want)
			}
			if want := strings.TrimSpace(last.text[min(4, len(last.text)):]); !strings.HasSuffix(r.Text, want) && !strings.HasPrefix(want, r.Enhanced) {
				t.Errorf("%s:%d: got text %q, want it to end in %q", filepath.Base(path), last.line, r.Text, want)
			}
			if got := strings.Count(r.Text, "\n"); got != n {
				t.Errorf("%s:%d: got %d lines, want %d", filepath.Base(path), last.line, got+1, n+1)
			}
			replies = replies[n+1:]
		}
	}
}

func isReplyLine(s string) bool {
	code, _ := replyCode([]byte(s))
	return code > 0
}
