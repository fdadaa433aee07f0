package host

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
)

// Who may do what with a file (chmod(1), chown(1), inode(7)): the bits of its mode,
// its owner and its group. A tree keeps them only where somebody has set them;
// all else has those that the programs of a Debian host would have given it: what
// lies in a home is its user's, what lies elsewhere is root's.

// The bits of a permission, as Access asks for them.
const (
	MayRead  = 4
	MayWrite = 2
	MayEnter = 1 // a directory; or execute a file
)

// Permission is who may do what with a file. One that a tree keeps is never
// changed, only replaced, because trees share it.
type Permission struct {
	Mode     uint16 // nine bits for owner, group and others, above them set-uid, set-gid, sticky
	UID, GID int
}

// Chmod sets the mode of a file.
func (t *Tree) Chmod(name string, mode uint16) error {
	return t.permit("chmod", name, func(p *Permission) { p.Mode = mode & 0o7777 })
}

// Chown sets the owner and the group of a file; -1 leaves one as it is.
func (t *Tree) Chown(name string, uid, gid int) error {
	return t.permit("chown", name, func(p *Permission) {
		if uid >= 0 {
			p.UID = uid
		}
		if gid >= 0 {
			p.GID = gid
		}
		p.Mode &^= 0o6000 // chown(2) takes the set-id bits away
	})
}

// permit changes what is known about a file.
func (t *Tree) permit(op, name string, change func(*Permission)) error {
	p, err := t.Permission(name)
	if err != nil {
		return pathErr(op, name, errors.Unwrap(err))
	}
	change(&p)
	t.guarded = true
	return t.edit(op, name, false, func(d *dirent, i int, _ bool) error {
		t.own(d, i).perm = &p
		return nil
	})
}

// Guarded tells whether somebody has ever set a mode or an owner in the tree. Where
// nobody has, programs may do what they always do, and need not ask Access.
func (t *Tree) Guarded() bool { return t.guarded }

// Access tells whether a user may do something with a file, and may go through all
// directories above it. The superuser may. A file that does not exist yet is
// judged by the directory in which it would be, which must be writable.
func (t *Tree) Access(name string, u User, want uint16) error {
	return Access(t.Permission, name, u, want)
}

// Access is Tree.Access for files of which permission tells.
func Access(permission func(name string) (Permission, error), name string, u User, want uint16) error {
	path, err := Clean(name)
	if err != nil || u.UID == 0 {
		return err
	}
	for i := 1; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		if at, err := permission(path[:i]); err == nil && !at.Allows(u, MayEnter) {
			return pathErr("open", name, fs.ErrPermission)
		}
	}
	at, err := permission(path)
	if err != nil {
		if want&MayWrite == 0 {
			return err
		}
		above := path[:max(1, strings.LastIndexByte(path, '/'))]
		if at, err = permission(above); err != nil {
			return Access(permission, above, u, want) // it would be made
		}
		want = MayWrite | MayEnter
	}
	if !at.Allows(u, want) {
		return pathErr("open", name, fs.ErrPermission)
	}
	return nil
}

// Allows tells whether a user may do something with a file: as its owner, as one
// of its group, or as anybody. The superuser may.
func (p Permission) Allows(u User, want uint16) bool {
	bits := p.Mode
	switch {
	case u.UID == 0:
		return true
	case u.UID == p.UID:
		bits >>= 6
	case u.GID == p.GID:
		bits >>= 3
	}
	return bits&want == want
}

// Permission tells who may do what with a file.
func (t *Tree) Permission(name string) (Permission, error) {
	d, err := t.stat(name)
	if err != nil {
		return Permission{}, pathErr("stat", name, err)
	}
	if d.perm != nil {
		return *d.perm, nil
	}
	path, _ := Clean(name)
	return t.UsualPermission(path, d.dir), nil
}

// UsualPermission is that of a file for which nobody has set any.
func (t *Tree) UsualPermission(path string, dir bool) (p Permission) {
	p.Mode = 0o644
	if dir {
		p.Mode = 0o755
	}
	switch path {
	case "/tmp":
		p.Mode = 0o1777
	case "/root":
		p.Mode = 0o700
	case "/var/mail":
		p.Mode, p.GID = 0o2775, 8
	}
	users, _ := t.Users()
	if users == nil {
		return p
	}
	if name, ok := strings.CutPrefix(path, "/var/mail/"); ok {
		if u, known := users.Lookup(name); known {
			p.Mode, p.UID, p.GID = 0o600, u.UID, 8
		}
		return p
	}
	for _, u := range users.Users {
		if below, ok := strings.CutPrefix(path, u.Home); ok && u.UID > 0 && u.OwnsHome() && (below == "" || below[0] == '/') {
			p.UID, p.GID = u.UID, u.GID
			if strings.HasPrefix(below, "/Maildir") || below == "/mbox" { // made by local(8), with umask 077
				p.Mode &= 0o700
			}
			return p
		}
	}
	return p
}

// ModeString is a mode as ls(1) writes it, without the letter of the type.
func ModeString(mode uint16) string {
	b := []byte("rwxrwxrwx")
	for i := range b {
		if mode&(1<<(8-i)) == 0 {
			b[i] = '-'
		}
	}
	for _, s := range []struct {
		bit   uint16
		at    int
		sign  byte
		plain byte
	}{{0o4000, 2, 's', 'S'}, {0o2000, 5, 's', 'S'}, {0o1000, 8, 't', 'T'}} {
		if mode&s.bit == 0 {
			continue
		}
		if b[s.at] == '-' {
			b[s.at] = s.plain
		} else {
			b[s.at] = s.sign
		}
	}
	return string(b)
}

// groups are those of every Debian host (base-passwd).
var groups = []struct {
	name string
	gid  int
}{{"root", 0}, {"daemon", 1}, {"bin", 2}, {"sys", 3}, {"adm", 4}, {"tty", 5}, {"disk", 6}, {"lp", 7}, {"mail", 8}, {"news", 9}, {"uucp", 10}, {"man", 12},
	{"proxy", 13}, {"www-data", 33}, {"backup", 34}, {"list", 38}, {"irc", 39}, {"shadow", 42}, {"staff", 50}, {"users", 100}, {"postdrop", 102}, {"nogroup", 65534}}

// GroupName is the name of a group: one that every host has, or the one of its own
// that a user has; its number when it has no name.
func (t *Tree) GroupName(gid int) string {
	for _, g := range groups {
		if g.gid == gid {
			return g.name
		}
	}
	if users, _ := t.Users(); users != nil {
		for _, u := range users.Users {
			if u.GID == gid {
				return u.Name
			}
		}
	}
	return strconv.Itoa(gid)
}

// GroupID is the number of a group.
func (t *Tree) GroupID(name string) (gid int, ok bool) {
	for _, g := range groups {
		if g.name == name {
			return g.gid, true
		}
	}
	users, _ := t.Users()
	u, ok := users.Lookup(name)
	return u.GID, ok
}

// UserName is the name of a user, or the number of one that has no name.
func (t *Tree) UserName(uid int) string {
	users, _ := t.Users()
	if u, ok := users.LookupUID(uid); ok {
		return u.Name
	}
	if uid == 0 {
		return "root"
	}
	return strconv.Itoa(uid)
}
