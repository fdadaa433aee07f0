package trace_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

var update = flag.Bool("update", false, "rewrite the documents of testdata")

// compare compares what came out with a document of testdata.
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
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Fatalf("%s:%d:\n got %s\nwant %s\n(-update rewrites it)", file, i+1, a, b)
		}
	}
}

// questions are the lines of a document that are not answers.
func questions(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if !strings.HasPrefix(l, "\t") {
			out = append(out, l)
		}
	}
	return out
}

func describe(t *trace.Trace, s trace.Seq) string {
	e := t.At(s)
	text, _, _ := strings.Cut(string(t.Text(e)), "\n")
	if e.Kind == trace.Query || e.Kind == trace.Answer {
		text = ""
	}
	names := strings.TrimSpace(strings.Join([]string{t.Name(e.A), t.Name(e.B), t.Name(e.C)}, " "))
	return strings.TrimRight(fmt.Sprintf("%d %s %s>%s [%s] %.60s", s, e.Kind, t.Node(e.Node).Short, t.Node(e.Peer).Short, names, strings.TrimSpace(text)), " ")
}

func TestSelectorsMeanWhatTheySay(t *testing.T) {
	traces := map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover()}
	var out strings.Builder
	for _, q := range questions(t, "testdata/selectors.txt") {
		name, source, _ := strings.Cut(q, ": ")
		tr := traces[name]
		fmt.Fprintln(&out, q)
		sel, err := trace.ParseSelector(source)
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		n := 0
		for s := sel.Next(tr, 0); s != 0; s = sel.Next(tr, s) {
			if n++; n <= 8 {
				fmt.Fprintf(&out, "\t%s\n", describe(tr, s))
			}
		}
		if n > 8 {
			fmt.Fprintf(&out, "\t… %d in all\n", n)
		}
	}
	compare(t, "testdata/selectors.txt", out.String())
}

func TestSelectorErrorsShowWhereAndWhat(t *testing.T) {
	var out strings.Builder
	for _, q := range questions(t, "testdata/selector_errors.txt") {
		_, err := trace.ParseSelector(q)
		var se *trace.SelectorError
		if !errors.As(err, &se) {
			t.Errorf("%q: got error %v, want a *SelectorError", q, err)
			continue
		}
		fmt.Fprintf(&out, "%s\n\t%s^\n\t%v\n", q, strings.Repeat(" ", se.Col-1), err)
	}
	compare(t, "testdata/selector_errors.txt", out.String())
}

func TestEveryHeadHasAnExampleThatWorks(t *testing.T) {
	story := tracetest.Failover()
	for _, h := range trace.SelectorHeads() {
		sel, err := trace.ParseSelector(h.Example)
		if err != nil {
			t.Errorf("%s: %v", h.Example, err)
			continue
		}
		sel.Next(story, 0)
		if !strings.HasPrefix(h.Example, h.Word) || h.Meaning == "" {
			t.Errorf("head %s: example %q, meaning %q", h.Word, h.Example, h.Meaning)
		}
	}
}

// The manual of selectors is made from the table of heads.
func TestManual(t *testing.T) {
	const intro = `# Selectors

A selector names events. The same language serves in ` + "`" + `expect` + "`" + ` blocks, as ` + "`" + `at=` + "`" + ` of a quiz, as a breakpoint, a filter or a search on
the screen, and behind ` + "`" + `mailtrek run --grep` + "`" + ` and ` + "`" + `mailtrek play --at` + "`" + `.

    smtp RCPT at mail2
    smtp smtp.sender.example -> mail.alabala.com S: 250 2.0.0 *
    queue mail -> deferred and msg first
    reply 4?? or connect refused
    log mail status=bounced and not "Connection refused"

Clauses are joined by ` + "`" + `and` + "`" + `, ` + "`" + `or` + "`" + `, ` + "`" + `not` + "`" + ` and parentheses; ` + "`" + `and` + "`" + ` binds more tightly than ` + "`" + `or` + "`" + `. A clause begins with one of the words
below. Any clause may also name hosts and texts:

| | |
|---|---|
| ` + "`" + `at HOST` + "`" + ` | the server of the connection; elsewhere the host where it happens |
| ` + "`" + `from HOST` + "`" + `, ` + "`" + `to HOST` + "`" + ` | who sends, who receives |
| ` + "`" + `HOST -> HOST:PORT` + "`" + ` | client and server of the connection; either side and the port may be left out |
| ` + "`" + `C: LINE` + "`" + `, ` + "`" + `S: LINE` + "`" + ` | a line of the client, of the server, compared as a whole |
| ` + "`" + `"words"` + "`" + ` | anywhere in the text |

A host is a full or short name or an address. In names and texts ` + "`" + `*` + "`" + ` stands for any characters and ` + "`" + `?` + "`" + ` for one; capitals do not matter.
What stands in quotes has no other meaning: ` + "`" + `"and"` + "`" + `.

| word | takes | means | example |
|---|---|---|---|
`
	var b strings.Builder
	b.WriteString(intro)
	for _, h := range trace.SelectorHeads() {
		takes := ""
		if h.Takes != "" {
			takes = "`" + strings.ReplaceAll(h.Takes, "|", `\|`) + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", h.Word, takes, h.Meaning, h.Example)
	}
	compare(t, "SELECTORS.md", b.String())
}

func TestPrevIsTheMirrorOfNext(t *testing.T) {
	story := tracetest.Story()
	sel, err := trace.ParseSelector("log or dns MX")
	if err != nil {
		t.Fatal(err)
	}
	var forth, back []trace.Seq
	for s := sel.Next(story, 0); s != 0; s = sel.Next(story, s) {
		forth = append(forth, s)
	}
	for s := sel.Prev(story, 1<<30); s != 0; s = sel.Prev(story, s) {
		back = append([]trace.Seq{s}, back...)
	}
	if len(forth) < 5 || fmt.Sprint(forth) != fmt.Sprint(back) {
		t.Errorf("forwards %v, backwards %v", forth, back)
	}
}

func TestCheckKnowsTheNamesOfATrace(t *testing.T) {
	story := tracetest.Story()
	for source, want := range map[string]string{
		"smtp RCPT at mail":            "",
		"connect smtp -> mial:25":      `column 17: there is no host "mial"; did you mean "mail"?`,
		"log x and msg frist":          `column 15: there is no message "frist"; did you mean "first"?`,
		"msg 1 and host 10.10.10.10":   "",
		"host *.alabala.com or conn 1": "",
	} {
		sel, err := trace.ParseSelector(source)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := sel.Check(story); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

func FuzzParseSelector(f *testing.F) {
	for _, file := range []string{"testdata/selectors.txt", "testdata/selector_errors.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range strings.Split(string(text), "\n") {
			_, l, _ = strings.Cut(l, ": ")
			f.Add(l)
		}
	}
	story := tracetest.Story()
	f.Fuzz(func(t *testing.T, source string) {
		sel, err := trace.ParseSelector(source)
		if err != nil {
			return
		}
		for s := trace.Seq(0); int(s) <= story.Len()+1; s++ {
			sel.Match(story, s)
		}
		_ = sel.Check(story)
	})
}
