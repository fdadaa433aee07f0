package postfix

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

var (
	dialogues = flag.String("dialogues", "testdata/smtpd", "the folder with the dialogues to play")
	labFolder = flag.String("lab", "testdata/smtpd/lab", "the folder with the hosts that the dialogues are played on")
)

// lab is a small internet with its configuration files.
type lab struct {
	*sim.World
	hosts map[string]*node.Host
	mta   map[string]*System
}

// newLab builds the hosts of a folder: "hosts" lists names and addresses, each
// host's files stand in a folder of its name.
func newLab(t testing.TB, dir string) *lab {
	t.Helper()
	w := &lab{World: sim.New(sim.Config{Header: trace.Header{Seed: 1, Start: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)}}),
		hosts: map[string]*node.Host{}, mta: map[string]*System{}}
	t.Cleanup(w.Stop)
	table, err := os.ReadFile(filepath.Join("testdata/smtpd/lab/hosts"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		n, err := w.AddNode(trace.Node{Name: f[0], Addrs: f[1:]})
		if err != nil {
			t.Fatal(err)
		}
		tree := host.NewTree(0)
		if _, err := os.Stat(filepath.Join(dir, f[0])); err == nil {
			if tree, err = host.LoadFS(os.DirFS(filepath.Join(dir, f[0])), "."); err != nil {
				t.Fatal(err)
			}
		}
		if !tree.Exists("/etc") {
			tree.Mkdir("/etc")
		}
		if err := tree.WriteFile("/etc/resolv.conf", []byte("nameserver 10.10.0.53\n")); err != nil {
			t.Fatal(err)
		}
		w.hosts[f[0]] = node.NewHost(n, tree)
	}
	for line := range strings.Lines(string(table)) {
		w.boot(t, strings.Fields(line)[0])
	}
	return w
}

// boot starts what a host's files say runs on it.
func (w *lab) boot(t testing.TB, name string) {
	h := w.hosts[name]
	if h.Tree.Exists(node.NamedConf) {
		if _, err := node.StartNameServer(h); err != nil {
			t.Fatal(err)
		}
	}
	if h.Tree.Exists(node.DovecotConf) {
		d, _ := node.NewDovecot(h)
		if err := d.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if h.Tree.Exists(MainFile) {
		s, diags := New(h)
		for _, d := range diags {
			if d.Fatal {
				t.Fatalf("%s: %v", name, d)
			}
		}
		if err := s.Start(0); err != nil {
			t.Fatal(err)
		}
		w.mta[name] = s
	}
}

// visitor is a client from outside that plays the C: lines of a dialogue.
type visitor struct {
	x    *sim.External
	got  []byte
	want []string
	over bool
}

func (w *lab) visit(from, server string) *visitor {
	v := &visitor{}
	a := netip.MustParseAddr(from)
	v.x = w.Connect(w.NodeAt(a), a, netip.MustParseAddrPort(server), 0, func(d sim.Delivery) {
		v.got = append(v.got, d.Data...)
		if d.EOF || d.Err != nil {
			v.over = true
		}
	})
	return v
}

// settle lets the world go on until the server has said so many lines, or has
// been silent for the time that a patient recorder waits.
func (w *lab) settle(v *visitor, lines int, patience time.Duration) {
	end := w.Now() + patience
	for !v.over && strings.Count(string(v.got), "\n") < lines {
		next, ok := w.Next()
		if !ok || next > end {
			w.RunUntil(end)
			return
		}
		w.RunUntil(next)
	}
	w.RunUntil(w.Now() + 10*time.Millisecond)
}

// TestDialogues plays dialogues with the smtpd of a lab and compares every line.
func TestDialogues(t *testing.T) {
	docs, _ := filepath.Glob(*dialogues + "/*.dialogue")
	if len(docs) == 0 {
		t.Fatal("no dialogues")
	}
	for _, doc := range docs {
		t.Run(strings.TrimSuffix(filepath.Base(doc), ".dialogue"), func(t *testing.T) {
			text, err := os.ReadFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			playDialogue(t, string(text))
		})
	}
}

var (
	queueIDs = regexp.MustCompile(`(queued as |Ok: |id )[0-9A-F]{8,}`)
)

func maskReply(s string) string { return queueIDs.ReplaceAllString(s, "${1}QID") }

func playDialogue(t *testing.T, text string) {
	head, body, _ := strings.Cut(text, "\n\n")
	header := map[string]string{}
	for line := range strings.Lines(head) {
		if key, value, ok := strings.Cut(strings.TrimPrefix(line, "# "), ": "); ok {
			header[key] = strings.TrimSpace(value)
		}
	}
	server, client := strings.Fields(header["server"])[0], strings.Fields(header["client"])[0]
	if strings.Contains(body, "# tls") {
		t.Skip("needs TLS")
	}
	play := &player{lab: newLab(t, *labFolder), client: client, server: server, sessions: map[string]*visitor{}}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for i := 0; i < len(lines); {
		i += play.step(lines[i:])
	}
	for _, name := range play.order {
		v := play.sessions[name]
		play.settle(v, 1<<30, 40*time.Second)
		got := strings.Split(strings.TrimSuffix(strings.ReplaceAll(maskReply(string(v.got)), "\r\n", "\n"), "\n"), "\n")
		if len(v.got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(v.want, got); diff != "" {
			t.Errorf("session %q: (-want +got)\n%s\nlog:\n%s", name, diff, play.maillog())
		}
	}
	for line := range strings.Lines(head) {
		if want, ok := strings.CutPrefix(line, "# log: "); ok {
			wantLog(t, strings.TrimSpace(want), play.maillog())
		}
	}
}

// player plays a dialogue of one or several sessions.
type player struct {
	*lab
	client, server string
	sessions       map[string]*visitor
	order          []string
}

var dialogueLine = regexp.MustCompile(`^([CS])(\d?): (.*)$`)

// session is the session of that name, which begins with its first line.
func (p *player) session(name string) *visitor {
	v := p.sessions[name]
	if v == nil {
		v = p.visit(p.client, p.server)
		p.sessions[name] = v
		p.order = append(p.order, name)
	}
	return v
}

// step plays the first lines of what is left and returns how many they were.
func (p *player) step(lines []string) int {
	if n, ok := strings.CutPrefix(lines[0], "# wait "); ok {
		seconds, _ := strconv.ParseFloat(strings.TrimSuffix(strings.Fields(n)[0], "s"), 64)
		p.RunUntil(p.Now() + time.Duration(seconds*float64(time.Second)))
		return 1
	}
	m := dialogueLine.FindStringSubmatch(lines[0])
	if m == nil {
		return 1
	}
	v := p.session(m[2])
	if m[1] == "S" {
		if m[3] != "<close>" {
			v.want = append(v.want, maskReply(m[3]))
			if len(lines) == 1 || !strings.HasPrefix(lines[1], "S") {
				p.settle(v, len(v.want), 30*time.Second)
			}
		}
		return 1
	}
	p.settle(v, len(v.want), 30*time.Second)
	used, sent := 0, []byte(nil)
	for prefix := "C" + m[2] + ": "; used < len(lines) && strings.HasPrefix(lines[used], prefix); used++ {
		if text := lines[used][len(prefix):]; text != "<close>" {
			sent = append(sent, wireLine(text)...)
			continue
		}
		v.x.Conn().Write(sent)
		v.x.Conn().Close()
		return used + 1
	}
	if !v.over {
		v.x.Conn().Write(sent)
	}
	return used
}

// wantLog checks that the log has a line that the dialogue's header asks for.
func wantLog(t *testing.T, want, log string) {
	if want != "" && !strings.Contains(log, want) {
		t.Errorf("the log has no %q:\n%s", want, log)
	}
}

var angleByte = regexp.MustCompile(`<0x([0-9a-fA-F]{2})>`)

// wireLine turns a line of a dialogue into the bytes on the wire.
func wireLine(s string) []byte {
	end := "\r\n"
	if cut, ok := strings.CutSuffix(s, "<LF>"); ok {
		s, end = cut, "\n"
	} else if cut, ok := strings.CutSuffix(s, "<NOEOL>"); ok {
		s, end = cut, ""
	}
	s = angleByte.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[3:5], 16, 8)
		return string([]byte{byte(n)})
	})
	return []byte(s + end)
}

// maillog is the mail log of all hosts.
func (w *lab) maillog() string {
	var b strings.Builder
	for s := trace.Seq(1); int(s) <= w.Trace.Len(); s++ {
		if e := w.Trace.At(s); e.Kind == trace.Log {
			fmt.Fprintf(&b, "%s %s\n", w.Trace.Name(e.A), w.Trace.Text(e))
		}
	}
	return b.String()
}
