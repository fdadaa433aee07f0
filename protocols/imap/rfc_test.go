package imap

import (
	"bufio"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

// rfcPart is one piece of an example: a connection of its own.
type rfcPart struct {
	client, server []string // lines without their ends
	clientFirst    bool
}

// readExample reads an example of an RFC. "C>" and "S>" continue the line
// before with a blank, "C+" and "S+" without one.
func readExample(t *testing.T, file string) []rfcPart {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(raw), "\n\n")
	parts := []rfcPart{{}}
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		p := &parts[len(parts)-1]
		if strings.HasPrefix(line, "# part") && len(p.client)+len(p.server) > 0 {
			parts = append(parts, rfcPart{})
		}
		if len(line) < 2 || line[0] != 'C' && line[0] != 'S' {
			continue
		}
		side := &p.server
		if line[0] == 'C' {
			side = &p.client
			p.clientFirst = p.clientFirst || len(p.server) == 0
		}
		text := ""
		if len(line) > 3 {
			text = line[3:]
		}
		n := len(*side)
		switch {
		case line[1] == ':':
			*side = append(*side, text)
		case n > 0 && line[1] == '>':
			(*side)[n-1] += " " + text
		case n > 0 && line[1] == '+':
			(*side)[n-1] += text
		}
	}
	return parts
}

// skipped reads the reasons of testdata/rfc/SKIPPED.
func skipped(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/rfc/SKIPPED")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		pattern, reason, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if ok, _ := path.Match(pattern, name); found && ok {
			return reason
		}
	}
	return ""
}

// presupposition reads what testdata/rfc/BEFORE says that happens before an
// example: commands of its client, or, behind "! ", of another one.
func presupposition(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/rfc/BEFORE")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if ok, _ := path.Match(words[0], name); ok {
			return words[1:]
		}
	}
	return nil
}

// rfcUsers are the users of the examples.
var rfcUsers = map[string]string{"SMITH": "SESAME", "joe": "password", "fred": "blurdybloop", "FRED FOOBAR": "fat man",
	"mrc": "secret", "test": "test", "tim": "tanstaaftanstaaf", "user": "pencil", "u": "p"}

// rfcServer is what an example presupposes: its user, mailboxes that it uses
// with success, and enough messages.
func rfcServer(t *testing.T, p rfcPart, rev2 bool) (s *Session, m *Memory) {
	t.Helper()
	m = &Memory{Time: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC), Passwords: rfcUsers, Accounts: map[string]*MemoryAccount{},
		Challenge: "1896.697170952", Hostname: "postoffice.reston.mci.net"}
	var list []MemoryMessage
	first, body := uint32(validity), "\r\ntext\r\n"
	if f := urlRx.FindStringSubmatch(strings.Join(p.client, "\n")); f != nil { // Drafts of RFC 4469, made behind INBOX
		v, _ := strconv.ParseUint(f[1], 10, 32)
		first = uint32(v) - 1
		body = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/plain\r\n\r\ntwo\r\n--b--\r\n"
	}
	for i := range 250 {
		f := Flags(0)
		if i%4 == 2 {
			f = Deleted | Seen
		}
		list = append(list, MemoryMessage{Text: "Subject: " + strconv.Itoa(i) + "\r\n" + body, Flags: f, Date: m.Time})
	}
	account := NewMemoryAccount(first, list...)
	separator := byte('/')
	if slices.ContainsFunc(p.server, func(line string) bool { return strings.HasPrefix(line, `* LIST () "\\" `) }) {
		separator = '\\'
		account.order.Separator = separator
	}
	for name := range rfcUsers {
		m.Accounts[name] = account
	}
	for _, name := range p.presupposed() {
		if _, err := account.Mailbox(name); err != nil {
			st := account.make(name)
			account.order.Add(name)
			for _, x := range list[:40] {
				st.Deliver(x)
			}
		}
		if err := account.Subscribe(name, true); err != nil {
			t.Fatal(err)
		}
	}
	cfg := Config{Separator: separator, Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"}, TLS: TLSYes}
	if rev2 {
		cfg.Capability = Capability + " IMAP4rev2"
	}
	return NewSession(cfg, m), m
}

// urlRx finds the UIDVALIDITY in a URL of CATENATE (RFC 4469).
var urlRx = regexp.MustCompile(`;UIDVALIDITY=(\d+)/`)

var mailboxRx = regexp.MustCompile(`(?i)^(\S+) (?:(?:UID )?(?:SELECT|EXAMINE|STATUS|APPEND|DELETE|RENAME|SUBSCRIBE|UNSUBSCRIBE) |(?:UID )?(?:COPY|MOVE) \S+ )("[^"]*"|[^ ]+)`)

// presupposed are the mailboxes that the example uses with success without
// having made them.
func (p rfcPart) presupposed() []string {
	made := map[string]bool{}
	var names []string
	for _, line := range p.client {
		if _, after, ok := strings.Cut(line, " CREATE "); ok {
			made[strings.Trim(after, `"`)] = true
		}
		if _, after, ok := strings.Cut(line, " RENAME "); ok {
			if words := strings.Fields(after); len(words) == 2 {
				made[strings.Trim(words[1], `"`)] = true
			}
		}
		f := mailboxRx.FindStringSubmatch(line)
		if f == nil {
			continue
		}
		name := strings.Trim(f[2], `"`)
		if p.status(f[1]) == "OK" && !strings.EqualFold(name, "INBOX") && !made[name] {
			names = append(names, name)
		}
	}
	for _, line := range p.server {
		f := listedRx.FindStringSubmatch(line)
		if f != nil && !strings.Contains(upper(f[1]), `\NO`) && !made[strings.Trim(f[2], `"`)] {
			names = append(names, strings.Trim(f[2], `"`))
		}
	}
	return names
}

var (
	listedRx  = regexp.MustCompile(`(?i)^\* (?:LIST|LSUB) \(([^)]*)\) (?:"."|NIL) ("[^"]*"|[^ ]+)`)
	taggedRx  = regexp.MustCompile(`^([A-Za-z0-9.]+) (OK|NO|BAD)\b`)
	literalRx = regexp.MustCompile(`\{(\d+)(\+?)\}$`)
)

// status is how the example's server ended a command.
func (p rfcPart) status(tag string) string {
	for _, line := range p.server {
		if m := taggedRx.FindStringSubmatch(line); m != nil && m[1] == tag {
			return m[2]
		}
	}
	return ""
}

// logsIn are the commands of an example that begins before login.
var logsIn = regexp.MustCompile(`(?i)^\S+ (LOGIN|AUTHENTICATE|STARTTLS)\b`)

// TestRFCServer plays the client's lines of the RFCs' examples. The texts are
// free, and so is what depends on mailboxes that an example only hints at; that
// every command ends as printed is not.
func TestRFCServer(t *testing.T) {
	files, skips := examples(t), 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".dialogue")
		t.Run(name, func(t *testing.T) {
			if why := skipped(t, name); why != "" {
				skips++
				t.Skip(why)
			}
			for _, p := range readExample(t, file) {
				playExample(t, p, presupposition(t, name), strings.HasPrefix(name, "rfc9051-"))
			}
		})
	}
	t.Logf("%d examples, %d of them skipped with a reason", len(files), skips)
}

// playExample plays one part.
func playExample(t *testing.T, p rfcPart, before []string, rev2 bool) {
	t.Helper()
	s, m := rfcServer(t, p, rev2)
	s.Open()
	in := exampleInput(p.client)
	const enter = "before LOGIN u p\r\nbefore ENABLE QRESYNC IMAP4rev2\r\nbefore SELECT INBOX\r\n"
	if !slices.ContainsFunc(p.client, logsIn.MatchString) {
		s.Feed([]byte(enter), false)
	}
	other := NewSession(s.cfg, m)
	other.Open()
	other.Feed([]byte(enter), false)
	for _, line := range before {
		if theirs, ok := strings.CutPrefix(line, "! "); ok {
			other.Feed([]byte(theirs+"\r\n"), false)
		} else {
			s.Feed([]byte(line+"\r\n"), false)
		}
	}
	var got strings.Builder
	for _, chunk := range in {
		got.Write(s.Feed([]byte(chunk), false))
		if s.Next() == wire.StartTLS {
			s.Secured(wire.TLSFacts{Version: "TLSv1.3"})
		}
	}
	ours := rfcPart{server: strings.Split(got.String(), "\r\n")}
	for _, line := range p.server {
		if m := taggedRx.FindStringSubmatch(line); m != nil && ours.status(m[1]) != m[2] {
			t.Errorf("want %q, got %q in %.600q", line, ours.status(m[1]), got.String())
		}
	}
	if len(p.client) == 0 {
		return // lines for a parser
	}
	for _, kind := range p.kinds() {
		if !slices.Contains(ours.kinds(), kind) {
			t.Errorf("want some %s, got %.600q", kind, got.String())
		}
	}
}

// kindRx finds what an untagged response is about. FETCH and EXPUNGE are left
// out, because they depend on messages that an example only hints at.
var kindRx = regexp.MustCompile(`(?i)^\* (?:\d+ )?(CAPABILITY|NAMESPACE|ENABLED|ID|BYE|STATUS|SEARCH|SORT|THREAD|ESEARCH|LIST|LSUB|FLAGS|EXISTS)\b`)

// kinds are the kinds of untagged responses.
func (p rfcPart) kinds() []string {
	var list []string
	for _, line := range p.server {
		if m := kindRx.FindStringSubmatch(line); m != nil && !slices.Contains(list, upper(m[1])) {
			list = append(list, upper(m[1]))
		}
	}
	return list
}

// exampleInput puts the client's lines on the wire. The size of a literal is
// counted anew: many examples leave blanks out.
func exampleInput(lines []string) []string {
	var chunks []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		m := literalRx.FindStringSubmatch(line)
		if m == nil {
			chunks = append(chunks, line+"\r\n")
			continue
		}
		if strings.Contains(line, "CATENATE (") || strings.HasPrefix(line, " URL ") { // it goes on with the next part, or ends
			text := ""
			for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], " URL ") && lines[i+1] != ")" {
				i++
				text += lines[i] + "\r\n"
			}
			chunks = append(chunks, literalRx.ReplaceAllString(line, "{"+strconv.Itoa(len(text))+m[2]+"}")+"\r\n", text)
			continue
		}
		size, _ := strconv.Atoi(m[1])
		text, n := "", 0
		for i+1 < len(lines) && n < size {
			i++
			text += lines[i]
			if n += len(lines[i]) + 2; n < size {
				text += "\r\n"
			}
			if len(text) > size { // the literal ends inside this line
				break
			}
		}
		rest := ""
		if len(text) > size {
			text, rest = text[:size], text[size:]
		}
		head := literalRx.ReplaceAllString(line, "{"+strconv.Itoa(len(text))+m[2]+"}")
		chunks = append(chunks, head+"\r\n", text)
		if i++; i <= len(lines) {
			i--
			lines[i] = rest
			i-- // what follows the literal may announce the next
		}
	}
	return chunks
}

// TestRFCClient lets our client read what the servers of the examples say.
func TestRFCClient(t *testing.T) {
	for _, file := range examples(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".dialogue")
		t.Run(name, func(t *testing.T) {
			for _, p := range readExample(t, file) {
				c := &Client{r: bufio.NewReader(strings.NewReader(strings.Join(exampleInput(p.server), "")))}
				want := 0
				for _, line := range p.server {
					if taggedRx.MatchString(line) {
						want++
					}
				}
				got := 0
				for {
					r, err := c.response()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatalf("after %d tagged replies: %v", got, err)
					}
					if status, _ := r.status(); r.tag != "*" && r.tag != "+" && (status == "OK" || status == "NO" || status == "BAD") {
						got++
					}
					r.parse()
				}
				if got != want {
					t.Errorf("the client has read %d tagged replies, want %d", got, want)
				}
			}
		})
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/rfc/*.dialogue")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples (%v)", err)
	}
	return files
}
