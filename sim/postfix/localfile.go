package postfix

import (
	"path"
	"slices"
	"strings"

	"mailtrek/sim/host"
)

// A mailbox file is locked by another file beside it, which is made with the
// rights of the recipient, of the owner of the .forward file, or of default_privs
// (local(8), DELIVERY RIGHTS). So the directory must be there, and be his to write
// to: a home is its user's, a few directories are everybody's, the rest is root's.

// mailboxUnlocked ends a delivery to a mailbox file for which no lock file can be
// made, and tells whether it did (mbox_open).
func (e *expansion) mailboxUnlocked(to *Recipient, u host.User, file string) bool {
	if strings.HasSuffix(file, "/") || e.r.mail.probe {
		return false
	}
	if e.d.locked(file) {
		e.done(to, deferral, result{dsn: "4.2.0", text: "cannot update mailbox " + file + " for user " + u.Name + ". unable to create lock file " + file + ".lock: File exists"})
		return true
	}
	if dir := path.Dir(file); dir == "/var/mail" || dir == "/var/spool/mail" {
		return false // the spool of every host is made for this
	}
	why := e.d.lockable(file, u)
	if why != "" {
		e.done(to, bounced, result{dsn: "5.2.0", text: "cannot update mailbox " + file + " for user " + u.Name + ". unable to create lock file " + file + ".lock: " + why})
	}
	return why != ""
}

// fileUnlocked is the same for a file that an alias or a .forward file names.
// Here a file that exists is written to even without a lock.
func (e *expansion) fileUnlocked(to *Recipient, file string) bool {
	if file == "/dev/full" { // full(4)
		e.done(to, deferral, result{dsn: "4.3.0", text: "cannot append message to file " + file + ": error writing message: " + host.ErrNoSpace.Error()})
		return true
	}
	if strings.HasSuffix(file, "/") || strings.HasPrefix(file, "/dev/") || e.r.mail.probe {
		return false
	}
	if e.d.locked(file) {
		e.done(to, deferral, result{dsn: "4.2.0", text: "cannot append message to file " + file + ": unable to create lock file " + file + ".lock: File exists"})
		return true
	}
	info, err := e.d.Host.Tree.Stat(file)
	res := result{dsn: "5.2.0", text: "cannot append message to file " + file + ": cannot open file: Is a directory"}
	if err != nil || !info.Dir {
		why := e.d.lockable(file, e.writer())
		if why == "" {
			return false
		}
		e.d.log("warning: unable to create lock file %s.lock: %s", file, why)
		if err == nil {
			return false
		}
		doing := "create file exclusively"
		if tree := e.d.Host.Tree; tree.Guarded() && tree.Access(path.Dir(file), e.writer(), host.MayEnter) != nil {
			doing = "open file" // who may not even look cannot know that it is not there
		}
		res.text = "cannot append message to file " + file + ": cannot " + doing + ": " + why
	}
	e.fail(to, res)
	return true
}

// locked waits for a mailbox file that somebody else holds by a lock file, and
// tells whether he still does after deliver_lock_attempts. A lock older than
// stale_lock_time was forgotten, and goes (dot_lockfile.c).
func (d *daemon) locked(file string) bool {
	tree, lock := d.Host.Tree, file+".lock"
	if !tree.Exists(lock) || !listHas(d.conf.List("mailbox_delivery_lock"), "dotlock") {
		return false
	}
	for left := d.conf.Int("deliver_lock_attempts"); ; left-- {
		info, err := tree.Stat(lock)
		if err != nil {
			return false
		}
		if d.p.Now().Sub(info.ModTime) > d.conf.Duration("stale_lock_time") {
			_ = tree.Remove(lock) // it is there
			return false
		}
		if left <= 1 {
			return true
		}
		d.p.Sleep(d.conf.Duration("deliver_lock_delay"))
	}
}

// writer is who writes to files: the owner of the .forward file that names them,
// or default_privs.
func (e *expansion) writer() host.User {
	name := orElse(e.rights, e.d.conf.Get("default_privs"))
	u, ok := e.d.user(name)
	if !ok {
		u = host.User{Name: name, UID: nobody, GID: nobody}
	}
	return u
}

// nobody is the user id of default_privs where no passwd file has it.
const nobody = 65534

// Directories that a document need not have in a host's tree.
var (
	ofEverybody = []string{"/tmp", "/var/tmp", "/dev"}
	ofRoot      = []string{"/", "/etc", "/home", "/opt", "/root", "/srv", "/usr", "/usr/local", "/var", "/var/lib", "/var/log", "/var/mail", "/var/spool", "/var/spool/mail"}
)

// lockable tells why a user cannot make a file beside a file, in the words of the
// system; "" if he can.
func (d *daemon) lockable(file string, u host.User) string {
	dir := path.Dir(file)
	there := d.Host.Tree.Exists(dir)
	switch {
	case there && d.Host.Tree.Guarded():
		if d.mayWrite(file+".lock", u) {
			return ""
		}
	case slices.Contains(ofEverybody, dir), u.UID == 0 && (there || slices.Contains(ofRoot, dir)), u.OwnsHome() && dir == u.Home:
		return ""
	case strings.HasPrefix(dir, "/var/mail/"):
		return "" // made for lists by whoever named it in an alias
	case !there && !slices.Contains(ofRoot, dir) && !d.isHome(dir):
		return "No such file or directory"
	case u.OwnsHome() && strings.HasPrefix(dir, u.Home+"/"), slices.ContainsFunc(ofEverybody, func(w string) bool { return strings.HasPrefix(dir, w+"/") }):
		return ""
	}
	return "Permission denied"
}

// homeOf is the user in whose home a file is, or whose home it is; "" if it is
// nobody's.
func (d *daemon) homeOf(file string) string {
	users, _ := d.Host.Tree.Users()
	if users == nil {
		return ""
	}
	for _, u := range users.Users {
		if u.Home != "/" && u.OwnsHome() && strings.HasPrefix(file+"/", u.Home+"/") {
			return u.Name
		}
	}
	return ""
}

// isHome tells whether a directory is the home of a user: it is there, though a
// document has nothing in it.
func (d *daemon) isHome(dir string) bool {
	u, ok := d.user(d.homeOf(dir))
	return ok && u.Home == dir
}
