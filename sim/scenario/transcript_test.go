package scenario_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// testdata/transcripts has what the programs of a real host of the lab (Postfix
// 3.7.11, BIND 9.18, dash, GNU coreutils) wrote when somebody typed a line:
//
//	@HOST      on which host; everything stands as at first again
//	as USER    who types
//	wait N     seconds pass
//	$ LINE     what is typed, "> " its further lines; then
//	TAB text   a line of the standard output, "2 TAB text" of the standard error
//	log TAB …  a line of the mail log, of the programs that somebody types
//	logs NAME  the log lines of that daemon count, too
//	exit N     the exit status, when it is not 0
//	eol, 2eol  the last line had no end
//
// A line "! reason" before "$" says why ours differs there; such a line runs and
// is not compared.

// typed is a line of a transcript with what came of it.
type typed struct {
	line, reason string
	at           int
	out          []string
}

// toolNames are the programs whose log lines are compared.
var toolNames = regexp.MustCompile(`^(postfix/(postqueue|postsuper|postmap|postalias|postconf|postcat|postdrop|sendmail|postfix-script|postlog|postlock|postkick|post-install|postfix|master|newaliases|mailq)\[|[^/]*\[?\d*\]?: )`)

// transcriptMasks hide what differs each time.
var transcriptMasks = []struct {
	what *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`\b\d{10}\.[PV]\w+`), "TIME.N"},
	{regexp.MustCompile(`\b(?:[0-9A-F]{10,12})\b([*!#]*)( +)`), "QID$1 "},
	{regexp.MustCompile(`\b[0-9A-F]{10,12}\b`), "QID"},
	{regexp.MustCompile(`/[0-9A-F]/QID`), "/H/QID"},
	{regexp.MustCompile(`\[\d+\]: `), "[PID]: "},
	{regexp.MustCompile(`(?i)pid:? \d+`), "PID"},
	{regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(\w{3} +\d+|\d+ \w{3}) ([\d:]+ )?(UTC )?\d{4}( [\d:]+ [+-]\d{4}| \d\d:\d\d:\d\d)?`), "DATE"},
	{regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d+ [\d:]+ UTC \d{4}`), "DATE"},
	{regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} [ \d]\d [\d:]{8}`), "DATE"},
	{regexp.MustCompile(`\b\d{14}\.QID`), "TIME.QID"},
	{regexp.MustCompile(`\b1795\d{6}\b( \d+)?`), "TIME"},
	{regexp.MustCompile(`delay=[\d.]+, delays=[\d./]+`), "delay=N"},
	{regexp.MustCompile(`[Qq]uery time: \d+ msec`), "Query time: N msec"},
	{regexp.MustCompile(`in \d+ ms`), "in N ms"},
	{regexp.MustCompile(`([\t ])\d+\tIN\t`), "${1}TTL\tIN\t"}, // of what a cache holds
	{regexp.MustCompile(`\tttl = \d+`), "\tttl = N"},
	{regexp.MustCompile(`, id: \d+`), ", id: N"},
	{regexp.MustCompile(`; did you mean "[^"]*"\?`), ""}, // ours is a teacher
	{regexp.MustCompile(`/sed\w{6}:`), "/sed:"},
	{regexp.MustCompile(`COOKIE: [0-9a-f]+`), "COOKIE: N"},
}

func maskTranscript(l string) string {
	for _, m := range transcriptMasks {
		l = m.what.ReplaceAllString(l, m.to)
	}
	return strings.TrimRight(l, " ")
}

// session plays a transcript on the hosts of the lab.
type session struct {
	t            *testing.T
	run          *scenario.Run
	host, user   string
	also         string // a daemon whose log lines count
	logged       int
	equal, total int
}

func (s *session) begin(host string) {
	if s.run != nil {
		s.run.Close()
	}
	doc, err := scenario.Load(scenarios.FS(), "lab/lab.md", scenarios.Resolve)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.run, err = scenario.Build(doc, scenario.Options{Live: true}); err != nil {
		s.t.Fatal(err)
	}
	s.run.World.RunUntil(time.Second)
	s.host, s.user = host, ""
}

// command types a line and returns what comes of it as a transcript has it.
func (s *session) command(line string) (out []string) {
	h, w := s.run.Host(s.host), s.run.World
	s.logged = w.Trace.Len()
	ran := s.run.Command(h, s.user, line, nil, w.Emit(trace.Event{Kind: trace.Action, Node: h.ID, B: w.Trace.Intern("command")}, []byte(line)))
	for start := w.Now(); !ran.Done && w.Now() < start+time.Hour; {
		next, ok := w.Next()
		if !ok {
			break
		}
		w.RunUntil(next)
	}
	w.RunUntil(w.Now() + 250*time.Millisecond)
	part := func(mark, text string) {
		if text == "" {
			return
		}
		for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			out = append(out, mark+"\t"+l)
		}
		if !strings.HasSuffix(text, "\n") {
			out = append(out, mark+"eol")
		}
	}
	part("", ran.Stdout)
	part("2", ran.Stderr)
	for i := s.logged + 1; i <= w.Trace.Len(); i++ {
		if e := w.Trace.At(trace.Seq(i)); e.Kind == trace.Log && e.Node == h.ID {
			l := fmt.Sprintf("%s[%d]: %s", w.Trace.Name(e.A), e.N, w.Trace.Text(e))
			if toolNames.MatchString(l) || s.also != "" && strings.HasPrefix(l, "postfix/"+s.also+"[") {
				out = append(out, "log\t"+l)
			}
		}
	}
	if ran.Status != 0 {
		out = append(out, fmt.Sprintf("exit %d", ran.Status))
	}
	return out
}

// check types a line of the transcript and compares.
func (s *session) check(file string, c *typed) {
	if s.run == nil || c.line == "" {
		return
	}
	got := s.command(c.line)
	if c.reason != "" {
		return
	}
	s.total++
	g, w := "", ""
	mask := func(lines []string) {
		for i := range lines {
			lines[i] = maskTranscript(lines[i])
		}
	}
	mask(got)
	mask(c.out)
	// Records of equal rank come in any order, and so does what is sorted by queue ids.
	if strings.HasPrefix(file, "dns") || strings.HasSuffix(c.line, "| sort") {
		slices.Sort(got)
		slices.Sort(c.out)
	}
	for _, l := range got {
		g += l + "\n"
	}
	for _, l := range c.out {
		w += l + "\n"
	}
	if g == w {
		s.equal++
		return
	}
	s.t.Errorf("%s:%d: $ %s\ngot\n%swant\n%s", file, c.at, c.line, g, w)
}

func TestTranscripts(t *testing.T) {
	files, _ := filepath.Glob("testdata/transcripts/*.txt")
	if dir := os.Getenv("TRANSCRIPTS"); dir != "" {
		files, _ = filepath.Glob(dir)
	}
	if len(files) == 0 {
		t.Fatal("no transcripts")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			s := &session{t: t}
			var c typed
			flush := func() { s.check(filepath.Base(file), &c); c = typed{} }
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range strings.Split(string(text), "\n") {
				word, rest, _ := strings.Cut(l, " ")
				switch {
				case l == "" || l[0] == '#':
				case l[0] == '@':
					flush()
					s.begin(map[string]string{"eqb": "b.eq.example", "smtp": "smtp.sender.example", "relay": "smtp.relay.example", "pfx": "mail.postfix.example", "mail": "mail.alabala.com"}[l[1:]])
				case word == "as":
					flush()
					s.user = rest
				case word == "logs":
					flush()
					s.also = rest
				case word == "wait":
					flush()
					d, _ := time.ParseDuration(rest + "s")
					s.run.World.RunUntil(s.run.World.Now() + d)
				case word == "!":
					flush()
					c.reason = rest
				case word == "$":
					if c.line != "" {
						flush()
					}
					c.line, c.at = rest, i+1
				case strings.HasPrefix(l, "> "):
					c.line += "\n" + l[2:]
				default:
					c.out = append(c.out, l)
				}
			}
			flush()
			if s.run != nil {
				s.run.Close()
			}
			t.Logf("%d of %d lines are equal", s.equal, s.total)
		})
	}
}
