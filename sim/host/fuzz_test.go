package host

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

// FuzzDovecot feeds rubbish to every reader of configuration; none may fail in
// another way than by problems with a line of the text.
func FuzzDovecot(f *testing.F) {
	f.Add("listen = *\npassdb {\n driver = passwd-file\n args = username_format=%n /u\n}\n", "%{if;%u;eq;a;b;c}")
	f.Add("a \\\n\\\n}\nprotocol x {\n \"", "%099.99Lu%")
	f.Fuzz(func(t *testing.T, text, format string) {
		d, problems := ParseDovecot("f", []byte(text))
		last := strings.Count(text, "\n") + 1
		for _, p := range problems {
			if p.Line < 0 || p.Line > last || p.Text == "" {
				t.Errorf("problem %+v, the text has %d lines", p, last)
			}
		}
		d.Listeners()
		a := d.AuthDBs(NewTree(0), "h")
		name, _ := a.Normalize(text)
		a.Password(name)
		if acc, ok := a.Account(name); ok {
			if l, err := d.For("pop3").MailLocation(acc, NewTree(0), "h"); err == nil && !strings.HasPrefix(l.Path, "/") {
				t.Errorf("mail location %q is not absolute", l.Path)
			}
		}
		if got := Expand(format, UserVars{User: text}.Lookup); len(got) > MaxExpansion+len(format)*(len(text)+1024) {
			t.Errorf("%d octets came of a format of %d", len(got), len(format))
		}
	})
}

// FuzzPasswd checks that users read back are those of the text.
func FuzzPasswd(f *testing.F) {
	f.Add([]byte("ivan:x:1:1:Ivan:/home/ivan:/bin/sh\nivan:{PLAIN}x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, problems := ParsePasswd("f", text)
		for _, u := range p.Users {
			if got, ok := p.Lookup(u.Name); !ok || got != u {
				t.Errorf("Lookup(%q) = %+v, %v; want %+v", u.Name, got, ok, u)
			}
			u.FullName()
		}
		if n := len(p.Users) + len(problems); n > bytes.Count(text, []byte("\n"))+1 {
			t.Errorf("%d users and problems in %d lines", n, bytes.Count(text, []byte("\n"))+1)
		}
		ParsePasswdFile("f", text, "PLAIN")
	})
}

// FuzzMbox checks that what is appended is read back, whatever stood there before.
func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a  x\n\nFrom b  y\n\n"), []byte("Subject: x\n\nFrom me\n"), "a@b")
	f.Fuzz(func(t *testing.T, before, data []byte, sender string) {
		ParseMbox(before)
		tree := NewTree(0)
		at := time.Unix(1795305000, 0).UTC()
		for range 2 {
			if err := tree.AppendMbox("/m", sender, at, data); err != nil {
				t.Fatal(err)
			}
		}
		list, err := tree.ReadMbox("/m")
		if err != nil || len(list) != 2 {
			t.Fatalf("ReadMbox = %d messages, %v; want 2", len(list), err)
		}
		want := bytes.ReplaceAll(append([]byte("\n"), data...), []byte("\nFrom "), []byte("\n>From "))[1:]
		if !bytes.HasSuffix(want, []byte("\n")) {
			want = append(want, '\n')
		}
		for i, m := range list {
			if !bytes.Equal(m.Data, want) {
				t.Errorf("message %d is %q, want %q", i+1, m.Data, want)
			}
		}
	})
}

// TestTreeModel compares a tree and its snapshots with plain maps.
func TestTreeModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type world struct {
			tree  *Tree
			files map[string]string
		}
		worlds := []world{{NewTree(0), map[string]string{}}}
		path := rapid.SampledFrom([]string{"/a", "/b", "/d/a", "/d/b", "/d/e/a", "/d/e/c", "/z"})
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w := worlds[rapid.IntRange(0, len(worlds)-1).Draw(t, "world")]
			p, q := path.Draw(t, "path"), path.Draw(t, "to")
			_, known := w.files[p]
			switch rapid.IntRange(0, 4).Draw(t, "op") {
			case 0:
				must(t, w.tree.WriteFile(p, []byte("w"+q)))
				w.files[p] = "w" + q
			case 1:
				must(t, w.tree.AppendFile(p, []byte(q)))
				w.files[p] += q
			case 2:
				if err := w.tree.Remove(p); (err == nil) != known {
					t.Fatalf("Remove(%s) = %v, known %v", p, err, known)
				}
				delete(w.files, p)
			case 3:
				must(t, w.tree.Mkdir(q[:max(1, strings.LastIndexByte(q, '/'))]))
				if err := w.tree.Rename(p, q); (err == nil) != known {
					t.Fatalf("Rename(%s, %s) = %v, known %v", p, q, err, known)
				}
				if known && p != q {
					w.files[q] = w.files[p]
					delete(w.files, p)
				}
			case 4:
				c := map[string]string{}
				for k, v := range w.files {
					c[k] = v
				}
				worlds = append(worlds, world{w.tree.Snapshot(), c})
			}
		}
		for i, w := range worlds {
			seen, octets := 0, int64(0)
			must(t, w.tree.Walk("/", func(name string, info Info) error {
				if info.Dir {
					return nil
				}
				seen++
				octets += info.Size
				data, err := w.tree.ReadFile(name)
				if err != nil || string(data) != w.files[name] {
					t.Fatalf("world %d: %s = %q, %v; want %q", i, name, data, err, w.files[name])
				}
				return nil
			}))
			if seen != len(w.files) || octets != w.tree.size {
				t.Fatalf("world %d: %d files of %d octets, want %d of %d", i, seen, octets, len(w.files), w.tree.size)
			}
		}
	})
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLoadFS loads a folder, and refuses a link that leads out of it.
func TestLoadFS(t *testing.T) {
	fsys := fstest.MapFS{
		"mail/etc/passwd":     {Data: []byte("x")},
		"mail/home/u/.hidden": {Data: []byte("h")},
		"other/etc/passwd":    {Data: []byte("y")},
	}
	tree, err := LoadFS(fsys, "mail")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := tree.Walk("/", func(name string, _ Info) error { got = append(got, name); return nil }); err != nil {
		t.Fatal(err)
	}
	want := []string{"/", "/etc", "/etc/passwd", "/home", "/home/u", "/home/u/.hidden"}
	if !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
	if all, err := LoadFS(fsys, "."); err != nil || !all.Exists("/other/etc/passwd") {
		t.Errorf("LoadFS(.) = %v, without /other/etc/passwd", err)
	}
	fsys["mail/etc/shadow"] = &fstest.MapFile{Data: []byte("/etc/shadow"), Mode: fs.ModeSymlink}
	if _, err := LoadFS(fsys, "mail"); !errors.Is(err, ErrSymlink) {
		t.Errorf("LoadFS with a symbolic link = %v, want %v", err, ErrSymlink)
	}
}

// BenchmarkDeliver delivers into a mailbox that grows.
func BenchmarkDeliver(b *testing.B) {
	tree := NewTree(0)
	at := time.Unix(1795305000, 0).UTC()
	data := bytes.Repeat([]byte("line of text\n"), 40)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Millisecond)
		if _, err := (Maildir{tree, "/home/ivan/Maildir"}).Deliver(DovecotMaildirName(at, 257, "mail.alabala.com", data), data); err != nil {
			b.Fatal(err)
		}
	}
}
