package postfix

import (
	"fmt"
	"strings"

	"mailtrek/sim/host"
)

// What local(8) does with the rights of the recipient, it can only do where these
// suffice; and it does not believe files that others could have written. Where
// nobody has changed a permission (host.Tree.Guarded) there is nothing to ask.

// mayWrite tells whether a user may write a file, or make it. A home in which a
// document has put nothing is there nevertheless.
func (d *daemon) mayWrite(path string, u host.User) bool {
	if u.OwnsHome() && strings.HasPrefix(path, u.Home+"/") && !d.Host.Tree.Exists(u.Home) {
		return true
	}
	return d.Host.Tree.Access(path, u, host.MayWrite) == nil
}

// mailboxDenied ends a delivery to a mailbox that its user may not write, and
// tells whether it did (mailbox.c, maildir.c).
func (e *expansion) mailboxDenied(to *Recipient, u host.User, path string) bool {
	d := e.d
	tree := d.Host.Tree
	if info, err := tree.Stat(path); err == nil && info.Dir && !e.r.mail.probe && !strings.HasSuffix(path, "/") {
		e.done(to, bounced, result{dsn: "5.2.0", text: fmt.Sprintf("cannot update mailbox %s for user %s. cannot open file: Is a directory", path, u.Name)})
		return true
	}
	if e.r.mail.probe || !tree.Guarded() {
		return false
	}
	if strings.HasSuffix(path, "/") {
		name := e.maildirFile(path)
		if d.mayWrite(name, u) {
			name = path + "new/" + host.PostfixMaildirName(d.p.Now(), tree.NextInode(), d.conf.Get("myhostname"))
		}
		if d.mayWrite(name, u) {
			return false
		}
		e.maildirDenied(to, name, u.UID, u.GID)
		return true
	}
	p, err := tree.Permission(path)
	res := result{dsn: "5.2.0"}
	why := "cannot open file: Permission denied"
	switch {
	case strings.HasPrefix(path, u.Home+"/") && !d.mayWrite(path+".lock", u): // in the spool it is made as root
		why = "unable to create lock file " + path + ".lock: Permission denied"
	case err != nil:
		return false
	case !d.mayWrite(path, u):
	case p.UID != u.UID && d.conf.Bool("strict_mailbox_ownership"):
		d.log("warning: specify \"strict_mailbox_ownership = no\" to ignore mailbox ownership mismatch")
		res.dsn, why = "4.2.0", "destination "+path+" is not owned by recipient"
	default:
		return false
	}
	res.text = fmt.Sprintf("cannot update mailbox %s for user %s. %s", path, u.Name, why)
	if res.dsn[0] == '4' {
		e.done(to, deferral, res)
	} else {
		e.done(to, bounced, res)
	}
	return true
}

// fileDenied ends a delivery to a file that an alias or a .forward file names,
// when its owner, or default_privs, may not write it (file.c).
func (e *expansion) fileDenied(to *Recipient, path string) bool {
	d := e.d
	if !d.Host.Tree.Guarded() {
		return false
	}
	if d.mayWrite(path, e.writer()) {
		return false
	}
	e.fail(to, result{dsn: "5.2.0", text: fmt.Sprintf("cannot append message to file %s: cannot open file: Permission denied", path)})
	return true
}

// forwardable tells whether a .forward file may be followed: it belongs to the
// user or to root, and not everybody may write it (dotforward.c).
func (d *daemon) forwardable(path string, u host.User) bool {
	tree := d.Host.Tree
	info, err := tree.Stat(path)
	if err != nil {
		return false
	}
	p, _ := tree.Permission(path)
	switch {
	case info.Dir:
		d.log("warning: file %s is not a regular file", path)
	case !tree.Guarded():
		return true
	case p.UID != 0 && p.UID != u.UID:
		d.log("warning: file %s has bad owner uid %d", path, p.UID)
	case p.Mode&0o002 != 0:
		d.log("warning: file %s is world writable", path)
	case tree.Access(path, u, host.MayRead) != nil:
		d.log("warning: cannot open file %s: Permission denied", path)
	default:
		return true
	}
	return false
}

// includable is what is wrong with an :include: file, "" for nothing. It is opened
// with the rights of its owner (include.c).
func (d *daemon) includable(path string) (wrong string) {
	tree := d.Host.Tree
	if !tree.Guarded() {
		return ""
	}
	p, _ := tree.Permission(path)
	users, _ := tree.Users()
	owner, _ := users.LookupUID(p.UID)
	switch {
	case p.Mode&0o002 != 0:
		return ":include: file " + path + " is world writable"
	case p.UID != 0 && tree.Access(path, owner, host.MayRead) != nil:
		return "cannot open include file " + path + ": Permission denied"
	}
	return ""
}

// permissions are what "postfix check" has against the owners and modes of the
// files in the configuration directory (postfix-script, find(1)).
func (c *control) permissions(dir string) {
	tree := c.Host.Tree
	if !tree.Guarded() {
		return
	}
	var all []string
	var list func(name, shown string)
	list = func(name, shown string) {
		all = append(all, shown)
		kids, _ := tree.ReadDir(name)
		for _, k := range kids {
			list(name+"/"+k.Name, shown+"/"+k.Name)
		}
	}
	list(dir, dir+"/.")
	for _, find := range []struct {
		what string
		bad  func(p host.Permission) bool
	}{{"not owned by root", func(p host.Permission) bool { return p.UID != 0 }},
		{"group or other writable", func(p host.Permission) bool { return p.Mode&0o022 != 0 }}} {
		for _, name := range all {
			if p, err := tree.Permission(strings.Replace(name, "/./", "/", 1)); err == nil && find.bad(p) {
				c.say("warning: " + find.what + ": " + name)
			}
		}
	}
}
