package scenario

import (
	"os"
	"path/filepath"
	"testing"

	"mailtrek/sim/host"
)

// A host's folder on a real disk is its file tree, Maildirs included; what
// leads out of the folder is not followed.
func TestHostTreeOnDisk(t *testing.T) {
	dir := t.TempDir()
	box := filepath.Join(dir, "mail.example", "home", "ivan", "Maildir")
	for _, d := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("disk.md", "---\nid: disk\ntitle: On disk\n---\n```hosts\nname  address\nmail.example  10.0.0.1\n```\n")
	name := "1772434800.M0P1.mail,S=11,W=14:2,S"
	write("mail.example/home/ivan/Maildir/cur/"+name, "Subject: a\n\nb\n")
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	s, err := Load(root.FS(), "disk.md", nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := host.Maildir{Tree: s.Host("mail").Tree, Path: "/home/ivan/Maildir"}.List()
	if err != nil || len(list) != 1 || list[0].Flags != "S" {
		t.Errorf("got %v, %v; want the message with the flag S", list, err)
	}

	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "mail.example", "passwd")); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err := Load(root.FS(), "disk.md", nil); err == nil {
		t.Error("a symbolic link out of the folder was followed")
	}
}
