package postfix

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// TestResolve compares with what the real trivial-rewrite made of addresses.
func TestResolve(t *testing.T) {
	s := newLab(t, *labFolder).mta["mail.alabala.com"]
	text, err := os.ReadFile("testdata/resolve/recorded.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		addr, want, ok := strings.Cut(line, "|")
		if !ok {
			continue
		}
		res, err := s.resolve(strings.TrimSpace(addr))
		if got := fmt.Sprintf("%s %s %s", res.Transport, res.Nexthop, res.Recipient); err != nil || got != strings.TrimSpace(want) {
			t.Errorf("%q: got %q (%v), want %q", strings.TrimSpace(addr), got, err, strings.TrimSpace(want))
		}
	}
}

// TestRewriteDocuments runs the documents in testdata/rewrite: the files of a
// host, and a session of questions with answers.
func TestRewriteDocuments(t *testing.T) {
	docs, _ := filepath.Glob("testdata/rewrite/*.txt")
	if len(docs) == 0 {
		t.Fatal("no documents")
	}
	for _, doc := range docs {
		t.Run(strings.TrimSuffix(filepath.Base(doc), ".txt"), func(t *testing.T) {
			archive, err := txtar.ParseFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			tree, session := host.NewTree(0), -1
			for i, f := range archive.Files {
				if f.Name == "session" {
					session = i
				} else if err := tree.WriteFile(f.Name, f.Data); err != nil {
					t.Fatal(err)
				}
			}
			want := string(archive.Files[session].Data)
			got := askRewrite(t, tree, want)
			if *update {
				archive.Files[session].Data = []byte(got)
				if err := os.WriteFile(doc, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// askRewrite asks a host's cleanup and trivial-rewrite the "> " lines of a
// session.
func askRewrite(t *testing.T, tree *host.Tree, session string) string {
	w := sim.New(sim.Config{})
	t.Cleanup(w.Stop)
	n, err := w.AddNode(trace.Node{Name: "mail.host.example", Addrs: []string{"10.10.10.10"}})
	if err != nil {
		t.Fatal(err)
	}
	s, diags := New(node.NewHost(n, tree))
	if HasFatal(diags) {
		t.Fatal(diags)
	}
	var out strings.Builder
	w.Go(n, "test", 0, 0, func(p *sim.Proc) {
		d := s.begin(p, s.service("cleanup"))
		for line := range strings.Lines(session) {
			question, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> ")
			if !ok {
				continue
			}
			out.WriteString(line)
			word, arg, _ := strings.Cut(question, " ")
			switch word {
			case "field":
				out.Write(d.rewriteField([]byte(strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(arg)+"\n"), d.rewriting()))
			case "sender":
				fmt.Fprintln(&out, d.rewriteSender(arg))
			case "expand":
				targets, err := d.expandRecipient(arg)
				fmt.Fprintln(&out, strings.Join(targets, " "), err)
			case "resolve":
				res, err := d.resolve(arg)
				fmt.Fprintf(&out, "%s:%s %s (%s) %v\n", res.Transport, res.Nexthop, res.Recipient, res.Class, err)
			default:
				fmt.Fprintln(&out, "no such question")
			}
		}
	})
	w.Run()
	return out.String()
}
