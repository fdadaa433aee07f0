package postfix_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"mailtrek/scenarios"
	"mailtrek/sim/export"
	"mailtrek/sim/scenario"
)

// testdata/recorded has what real Postfix 3.7 did when somebody did what a
// document says: NAME.log counts the lines of the mail log, NAME.queue lists
// the moves of queue files, both with everything masked that differs each time.
// NAME is a story of the lab, or a document beside the record.

// memory is a FileSet in memory.
type memory map[string]string

func (m memory) Add(name string, content []byte) error {
	m[name] = string(content)
	return nil
}

var masks = []struct {
	what *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`\b[0-9A-F]{5}[0-9A-F]{4,9}\b`), "QID"},
	{regexp.MustCompile(`\bQID\.P\d+\.`), "QID.PPID."},
	{regexp.MustCompile(`\[\d+\]:`), "[PID]:"},
	{regexp.MustCompile(`delay=[\d.]+, delays=[\d./]+`), "delay=T"},
	{regexp.MustCompile(`conn_use=\d+, `), ""},
	{regexp.MustCompile(`\bsize=\d+`), "size=N"},
	{regexp.MustCompile(`<\d{14}\.QID`), "<QID.QID"},
	{regexp.MustCompile(`(250 2\.0\.0 <[^>]*> )\S+ Saved`), "${1}LID Saved"},
}

func masked(line string) string {
	line = strings.ReplaceAll(line, "DATE.QID", "QID.QID")
	for _, m := range masks {
		line = m.what.ReplaceAllString(line, m.to)
	}
	return line
}

// exported plays a document and returns what the folder export says.
func exported(t *testing.T, fsys fs.FS, name string) memory {
	t.Helper()
	s, err := scenario.Load(fsys, name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Play(0)
	r.Close()
	files := memory{}
	if err := export.Export(r.Trace(), "folder", files); err != nil {
		t.Fatal(err)
	}
	return files
}

// logLine is a line of maillog.txt: time, host, program and text.
var logLine = regexp.MustCompile(`^ *[\d.]+ +(\S+) +(postfix\S*: .*)$`)

// TestRecorded compares logs and queue moves with the records.
func TestRecorded(t *testing.T) {
	records, _ := filepath.Glob("testdata/recorded/*.log")
	if len(records) < 20 {
		t.Fatalf("only %d records", len(records))
	}
	for _, record := range records {
		name := strings.TrimSuffix(filepath.Base(record), ".log")
		t.Run(name, func(t *testing.T) {
			var files memory
			if _, err := os.Stat("testdata/recorded/" + name + ".md"); err == nil {
				files = exported(t, os.DirFS("testdata/recorded"), name+".md")
			} else {
				files = exported(t, scenarios.FS(), "lab/"+name+".md")
			}
			compareLog(t, read(t, record), files["maillog.txt"])
			if moves, err := os.ReadFile("testdata/recorded/" + name + ".queue"); err == nil {
				compareQueue(t, string(moves), files["queue.txt"])
			}
		})
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// compareLog compares how often each line was logged on the hosts that the
// record is about; daemons that work side by side log in any order.
func compareLog(t *testing.T, record, ours string) {
	want, got, hosts := map[string]int{}, map[string]int{}, map[string]bool{}
	for line := range strings.Lines(record) {
		var n int
		number, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		fmt.Sscan(number, &n)
		host, _, _ := strings.Cut(rest, " ")
		hosts[host] = true
		want[masked(rest)] += n
	}
	for line := range strings.Lines(ours) {
		m := logLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m != nil && hosts[m[1]] && !strings.HasPrefix(m[2], "postfix/anvil") && !strings.HasPrefix(m[2], "postfix/master") && !strings.HasPrefix(m[2], "postfix/postfix-script") {
			got[masked(m[1]+" "+m[2])]++
		}
	}
	var lines []string
	for l := range want {
		lines = append(lines, l)
	}
	for l := range got {
		if want[l] == 0 {
			lines = append(lines, l)
		}
	}
	sort.Strings(lines)
	for _, l := range lines {
		if got[l] != want[l] {
			t.Errorf("log: got %d, want %d times %s", got[l], want[l], l)
		}
	}
}

// compareQueue compares the moves of each host in their order, with queue ids
// numbered as they appear.
func compareQueue(t *testing.T, record, ours string) {
	want := map[string][]string{}
	for line := range strings.Lines(record) {
		host, move, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		want[host] = append(want[host], move)
	}
	got, ids := map[string][]string{}, map[string]map[string]string{}
	for line := range strings.Lines(ours) {
		f := strings.Fields(line)
		if len(f) != 5 || want[f[1]] == nil {
			continue
		}
		if ids[f[1]] == nil {
			ids[f[1]] = map[string]string{}
		}
		n := ids[f[1]]
		if n[f[2]] == "" {
			n[f[2]] = fmt.Sprintf("QID%d", len(n)+1)
		}
		got[f[1]] = append(got[f[1]], n[f[2]]+" "+f[3]+" "+f[4])
	}
	for host, moves := range want {
		if g, w := strings.Join(got[host], "\n"), strings.Join(moves, "\n"); g != w {
			t.Errorf("queue of %s: got\n%s\nwant\n%s", host, g, w)
		}
	}
}
