package postfix

import (
	"flag"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// memFiles is a file tree for tests.
type memFiles map[string]string

func (m memFiles) ReadFile(path string) ([]byte, error) {
	if s, ok := m[path]; ok {
		return []byte(s), nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (m memFiles) WriteFile(path string, content []byte) error {
	m[path] = string(content)
	return nil
}

var testEnv = Env{Hostname: "mail.host.example", Interfaces: []netip.Prefix{
	netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("10.10.10.10/16"), netip.MustParsePrefix("10.10.10.11/16")}}

// TestConfigurationDocuments runs the documents in testdata/conf: files, and
// a session of commands with what the real programs print.
func TestConfigurationDocuments(t *testing.T) {
	docs, err := filepath.Glob("testdata/conf/*.txt")
	if err != nil || len(docs) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, doc := range docs {
		t.Run(strings.TrimSuffix(filepath.Base(doc), ".txt"), func(t *testing.T) { runConfDocument(t, doc) })
	}
}

func runConfDocument(t *testing.T, doc string) {
	archive, err := txtar.ParseFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	files := memFiles{MainFile: "", MasterFile: ""}
	session := -1
	for i, f := range archive.Files {
		if f.Name == "session" {
			session = i
			continue
		}
		files[f.Name] = string(f.Data)
	}
	if session < 0 {
		t.Fatal("the document has no session")
	}
	want := string(archive.Files[session].Data)
	var got strings.Builder
	tables := NewTables(files, nil)
	for line := range strings.Lines(want) {
		if command, ok := strings.CutPrefix(line, "> "); ok {
			got.WriteString(line)
			for _, l := range runConfCommand(files, tables, strings.TrimSuffix(command, "\n")) {
				got.WriteString(strings.TrimRight(l, "\n") + "\n")
			}
		}
	}
	if *update {
		archive.Files[session].Data = []byte(got.String())
		if err := os.WriteFile(doc, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", doc, diff)
	}
}

// runConfCommand runs one command of a document.
func runConfCommand(files memFiles, tables *Tables, command string) []string {
	conf, master, diags := LoadConfig(files, testEnv)
	words := strings.Fields(command)
	rest := strings.TrimSpace(strings.TrimPrefix(command, words[0]))
	var out []string
	switch words[0] {
	case "load":
		out = diagLines(diags)
	case "lint":
		out = diagLines(append(diags, conf.Lint(master)...))
	case "postconf":
		out = runPostconf(files, conf, master, words[1:], command)
	case "postmap", "postalias":
		out = runPostmap(files, tables, words, rest)
	case "boot":
		out = diagLines(BootTables(conf, files))
	case "find", "transport":
		out = runFind(conf, tables, words)
	case "typed":
		out = []string{fmt.Sprintf("bool=%v int=%d time=%v list=%q", conf.Bool(words[1]), conf.Int(words[1]), conf.Duration(words[1]), conf.List(words[1]))}
	case "networks":
		nets := ParseNetworks(SplitList(rest[strings.IndexByte(rest, ' '):]), tables)
		out = append(nets.Problems, fmt.Sprint(nets.Match(netip.MustParseAddr(words[1]))))
	case "domains":
		found, err := NewDomainList(words[3:], tables, words[2] == "parents").Match(words[1])
		out = []string{fmt.Sprint(found, err)}
	case "targets":
		targets, err := ParseTargets(rest)
		for _, target := range targets {
			out = append(out, fmt.Sprintf("%v %q", target.Kind, target.Text))
		}
		if err != nil {
			out = append(out, err.Error())
		}
	case "services":
		for _, s := range master.Services {
			out = append(out, fmt.Sprintf("%s/%s private=%v unpriv=%v chroot=%v wakeup=%v used=%v max=%d command=%s args=%q options=%d", s.Name, s.Type, s.Private, s.Unprivileged, s.Chroot, s.Wakeup, s.WakeupIfUsed, s.MaxProc, s.Command, s.Args, len(s.Options)))
		}
	case "own":
		s := master.Find(words[1], words[2])
		out = []string{conf.Service(s).Get(words[3])}
	default:
		out = []string{"no such command in the test: " + words[0]}
	}
	return out
}

func diagLines(diags []Diag) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.String())
	}
	return out
}

func runPostconf(files memFiles, conf *Config, master *MasterCF, words []string, command string) []string {
	var opt PostconfOptions
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		switch words[0] {
		case "-d":
			opt.Defaults = true
		case "-n":
			opt.NonDefaults = true
		case "-h":
			opt.NoNames = true
		case "-x":
			opt.Expand = true
		case "-M":
			var out []string
			for _, s := range master.Services {
				out = append(out, s.String())
			}
			return out
		case "-e":
			_, edit, _ := strings.Cut(command, "-e ")
			text, err := EditMain(files[MainFile], edit)
			if err != nil {
				return []string{err.Error()}
			}
			files[MainFile] = text
			return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		case "-X", "-#":
			files[MainFile] = RemoveFromMain(files[MainFile], words[0] == "-#", words[1:]...)
			return strings.Split(strings.TrimSuffix(files[MainFile], "\n"), "\n")
		}
		words = words[1:]
	}
	lines, diags := conf.Postconf(opt, words...)
	return append(lines, diagLines(diags)...)
}

func runPostmap(files memFiles, tables *Tables, words []string, rest string) []string {
	if words[1] == "-q" {
		spec := strings.TrimSpace(strings.TrimPrefix(rest, "-q "+words[2]))
		table, err := tables.Open(spec)
		var out []string
		for _, w := range tables.Warnings(spec) {
			out = append(out, "warning: "+w)
		}
		if err != nil {
			return append(out, "fatal: "+err.Error())
		}
		value, found, err := table.Lookup(words[2])
		switch {
		case err != nil:
			out = append(out, "fatal: "+err.Error())
		case found:
			out = append(out, value)
		}
		return out
	}
	_, name, _ := strings.Cut(words[1], ":")
	build := Postmap
	if words[0] == "postalias" {
		build = Postalias
	}
	index, diags := build(name, files[name], TableRules{})
	files[name+".db"] = string(index)
	return diagLines(diags)
}

func runFind(conf *Config, tables *Tables, words []string) []string {
	maps := tables.Maps(words[2:])
	forms := conf.forms(func(d string) bool { return d == "host.example" })
	if words[0] == "transport" {
		v, found, err := maps.FindTransport(words[1], forms, false)
		return []string{fmt.Sprintf("%q %v %v", v, found, err)}
	}
	m, err := maps.FindAddress(words[1], forms)
	if err != nil {
		return []string{err.Error()}
	}
	return []string{fmt.Sprintf("%q key=%q ext=%q found=%v", m.Value, m.Key, m.Extension, m.Found)}
}

// BenchmarkLoad is what every host of a scenario costs before it runs.
func BenchmarkLoad(b *testing.B) {
	main, err := os.ReadFile("testdata/conf/bench-main.cf")
	if err != nil {
		b.Fatal(err)
	}
	master, err := os.ReadFile("testdata/conf/bench-master.cf")
	if err != nil {
		b.Fatal(err)
	}
	files := memFiles{MainFile: string(main), MasterFile: string(master)}
	for b.Loop() {
		conf, master, _ := LoadConfig(files, testEnv)
		conf.Lint(master)
	}
}

// BenchmarkGet is what a daemon pays to ask for a parameter again.
func BenchmarkGet(b *testing.B) {
	conf := NewConfig(nil, testEnv)
	for b.Loop() {
		conf.Duration("smtpd_timeout")
		conf.List("mydestination")
	}
}
