package host

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the documents in testdata with what is got")

// TestDisk plays the documents of testdata/disk: "> command" lines, each
// followed by what it answers.
func TestDisk(t *testing.T) {
	files, _ := filepath.Glob("testdata/disk/*.txt")
	if len(files) == 0 {
		t.Fatal("no documents in testdata/disk")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := newDisk()
			var got strings.Builder
			for line := range strings.Lines(string(text)) {
				switch {
				case strings.HasPrefix(line, "> "):
					got.WriteString(line)
					for out := range strings.Lines(d.run(strings.TrimSpace(line[2:]))) {
						if out == "\n" {
							out = "~\n" // an empty line would end the answer
						}
						got.WriteString(out)
					}
				case strings.HasPrefix(line, "#") || line == "\n":
					got.WriteString(line)
				}
			}
			compare(t, file, string(text), got.String())
		})
	}
}

// compare fails with the first line that differs, or rewrites the document.
func compare(t *testing.T, file, want, got string) {
	t.Helper()
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := 0; i < len(g) || i < len(w); i++ {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Fatalf("%s:%d\n got %q\nwant %q", file, i+1, a, b)
		}
	}
}

// disk is a tree at work, with the snapshots that were taken of it.
type disk struct {
	t     *Tree
	now   time.Time
	saved map[string]*Tree
	index *UIDIndex
}

func newDisk() *disk {
	d := &disk{now: time.Date(2026, 11, 21, 23, 50, 0, 123456789, time.UTC), saved: map[string]*Tree{}, index: NewUIDIndex(7)}
	d.use(NewTree(0x100))
	return d
}

func (d *disk) use(t *Tree) {
	d.t = t
	t.Clock = func() time.Time { return d.now }
}

func (d *disk) run(command string) string {
	f := strings.Fields(command)
	for len(f) < 4 {
		f = append(f, "")
	}
	rest := ""
	if parts := strings.SplitN(command, " ", 3); len(parts) == 3 {
		rest, _ = strconv.Unquote(`"` + parts[2] + `"`)
	}
	switch f[0] {
	case "write":
		return result(d.t.WriteFile(f[1], []byte(rest)))
	case "append":
		return result(d.t.AppendFile(f[1], []byte(rest)))
	case "mkdir":
		return result(d.t.Mkdir(f[1]))
	case "mv":
		return result(d.t.Rename(f[1], f[2]))
	case "rm":
		return result(d.t.Remove(f[1]))
	case "rmr":
		return result(d.t.RemoveAll(f[1]))
	case "cat":
		data, err := d.t.ReadFile(f[1])
		if err != nil {
			return result(err)
		}
		return string(data) + "\n"
	case "ls":
		return d.ls(f[1])
	case "find":
		var b strings.Builder
		err := d.t.Walk(f[1], func(name string, i Info) error {
			b.WriteString(name + "\n")
			return nil
		})
		return b.String() + result(err)
	case "save":
		d.saved[f[1]] = d.t.Snapshot()
	case "use":
		d.use(d.saved[f[1]])
	case "overlay":
		return result(d.t.Overlay(d.saved[f[1]]))
	case "wait":
		pause, _ := time.ParseDuration(f[1])
		d.now = d.now.Add(pause)
	case "count":
		return fmt.Sprintf("%d files, %d octets\n", d.t.files, d.t.size)
	default:
		return d.mail(f, rest)
	}
	return ""
}

func (d *disk) ls(name string) string {
	infos, err := d.t.ReadDir(name)
	if err != nil {
		return result(err)
	}
	var b strings.Builder
	for _, i := range infos {
		kind := "-"
		if i.Dir {
			kind = "d"
		}
		fmt.Fprintf(&b, "%s %x %d %s %s\n", kind, i.Inode, i.Size, i.ModTime.Format("15:04:05"), i.Name)
	}
	return b.String()
}

// mail runs the commands about mailboxes.
func (d *disk) mail(f []string, rest string) string {
	switch f[0] {
	case "deliver":
		data := []byte(rest)
		path, err := Maildir{d.t, f[1]}.Deliver(DovecotMaildirName(d.now, 257, "mail.alabala.com", data), data)
		return path + "\n" + result(err)
	case "local":
		path, err := Maildir{d.t, f[1]}.Deliver(PostfixMaildirName(d.now, d.t.NextInode(), "nomx.example"), []byte(rest))
		return path + "\n" + result(err)
	case "list":
		list, err := Maildir{d.t, f[1]}.List()
		if err != nil {
			return result(err)
		}
		var b strings.Builder
		for _, e := range d.index.Sync(list, f[2] == "claim") {
			fmt.Fprintf(&b, "%d new=%v recent=%v flags=%q size=%d disk=%d %s %s\n", e.UID, e.New, e.Recent, e.Flags, e.Size, e.Disk, e.Time.Format("15:04:05"), e.File)
		}
		return b.String()
	case "flags", "see", "expunge":
		return d.change(f)
	case "folders":
		names, err := Maildir{d.t, f[1]}.Folders()
		return fmt.Sprintf("%q\n", names) + result(err)
	case "folder":
		return Maildir{d.t, f[1]}.Folder(f[2]).Path + "\n"
	case "mbox":
		sender, data, _ := strings.Cut(rest, " ")
		return result(d.t.AppendMbox(f[1], strings.Trim(sender, "<>"), d.now, []byte(data)))
	case "readmbox":
		list, err := d.t.ReadMbox(f[1])
		var b strings.Builder
		for _, m := range list {
			fmt.Fprintf(&b, "<%s> %s %q\n", m.Sender, m.Time.Format("15:04:05"), m.Data)
		}
		return b.String() + result(err)
	}
	return "unknown command\n"
}

func (d *disk) change(f []string) string {
	m := Maildir{d.t, f[1]}
	list, _ := m.List()
	n, _ := strconv.Atoi(f[2])
	if n < 1 || n > len(list) {
		return "no such message\n"
	}
	e := list[n-1]
	var err error
	switch f[0] {
	case "flags":
		e, err = m.SetFlags(e, f[3])
	case "see":
		e, err = m.See(e)
	default:
		return result(m.Expunge(e))
	}
	return m.FilePath(e) + "\n" + result(err)
}

func result(err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return ""
}

// TestDovecot reads the configurations of testdata/dovecot and compares the
// problems with the section "problems", and what they mean with "view".
func TestDovecot(t *testing.T) {
	files, _ := filepath.Glob("testdata/dovecot/*.txtar")
	if len(files) == 0 {
		t.Fatal("no documents in testdata/dovecot")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc := txtar.Parse(text)
			tree := NewTree(0)
			for i := range doc.Files {
				if strings.HasPrefix(doc.Files[i].Name, "/") {
					if err := tree.WriteFile(doc.Files[i].Name, doc.Files[i].Data); err != nil {
						t.Fatal(err)
					}
				}
			}
			conf, err := tree.ReadFile("/etc/dovecot/dovecot.conf")
			if err != nil {
				t.Fatal(err)
			}
			d, problems := ParseDovecot("/etc/dovecot/dovecot.conf", conf)
			for i := range doc.Files {
				switch doc.Files[i].Name {
				case "problems":
					doc.Files[i].Data = []byte(problemText(append(problems, d.AuthDBs(tree, "h").Check()...)))
				case "view":
					doc.Files[i].Data = []byte(viewText(d, tree, string(doc.Files[i].Data)))
				}
			}
			compare(t, file, string(text), string(txtar.Format(doc)))
		})
	}
}

func problemText(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		if p.Severity == Fatal && p.File == "/etc/dovecot/dovecot.conf" {
			b.WriteString(FatalText(p) + "\n")
		} else {
			fmt.Fprintf(&b, "%s: %s\n", p.Severity, p.Error())
		}
	}
	return b.String()
}

// viewText answers the questions "> …" of a document.
func viewText(d *Dovecot, tree *Tree, text string) string {
	var b strings.Builder
	a := d.AuthDBs(tree, "mail.alabala.com")
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != ">" {
			continue
		}
		b.WriteString(line)
		switch f[1] {
		case "get":
			fmt.Fprintf(&b, "%q\n", d.For(strings.Trim(f[2], "-")).Text(f[3]))
		case "listeners":
			for _, l := range d.Listeners() {
				fmt.Fprintf(&b, "%s %s %s%v %d tls=%v\n", l.Service, l.Name, l.Path, l.Address, l.Port, l.TLS)
			}
		case "user":
			name, ok := a.Normalize(f[2])
			password, none, known := a.Password(name)
			acc, exists := a.Account(name)
			loc, err := d.For("").MailLocation(acc, tree, "mail.alabala.com")
			fmt.Fprintf(&b, "%q %v password %q %v %v account %+v %v %+v %v\n", name, ok, password, none, known, acc, exists, loc, err)
		case "namespaces":
			fmt.Fprintf(&b, "%+v\n", d.Namespaces)
		case "expand":
			fmt.Fprintf(&b, "%q\n", Expand(strings.Join(f[3:], " "), UserVars{User: f[2], Home: "/home/x", Hostname: "mail.alabala.com"}.Lookup))
		case "time":
			fmt.Fprintln(&b, d.For("").Duration(f[2]))
		}
	}
	return b.String()
}
