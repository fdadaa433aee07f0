package scenario

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// hostFiles are the files of a machine as its operator sees them: those of its
// tree, the mail log, which is made of the trace, and the queue.
type hostFiles struct {
	*host.Tree
	run *Run
	m   *machine
	who host.User
}

func (sh *operator) files() hostFiles { return hostFiles{sh.m.Tree, sh.run, sh.m, sh.account()} }

// access is an error when who types may not do something with a file.
func (f hostFiles) access(name string, want uint16) error {
	return host.Access(f.Permission, name, f.who, want)
}

// Permission tells who may do what with a file.
func (f hostFiles) Permission(name string) (host.Permission, error) {
	p, err := f.Tree.Permission(name)
	if err == nil {
		return p, nil
	}
	i, err := f.Stat(name)
	if err != nil {
		return p, err
	}
	if p = f.UsualPermission(name, i.Dir); f.m.postfix == nil {
		return p, nil
	}
	setgid, _ := f.GroupID(f.m.postfix.Config().Get("setgid_group"))
	users, _ := f.Users()
	owner, _ := users.Lookup(f.m.postfix.Config().Get("mail_owner"))
	root := f.m.postfix.Config().Get("queue_directory")
	dir, inQueue := strings.CutPrefix(name, root+"/")
	switch dir, _, below := strings.Cut(dir, "/"); {
	case name == f.logFile():
		p.GID = setgid
	case !inQueue, dir == "pid", dir == "etc", dir == "lib", dir == "usr", dir == "dev":
	case !i.Dir:
		p = host.Permission{Mode: 0o700, UID: owner.UID, GID: owner.GID}
	case dir == "maildrop":
		p = host.Permission{Mode: 0o730, UID: owner.UID, GID: setgid}
	case dir == "public" && !below:
		p = host.Permission{Mode: 0o2710, UID: owner.UID, GID: setgid}
	default:
		p = host.Permission{Mode: 0o700, UID: owner.UID}
	}
	return p, nil
}

// WriteFile writes a file. One that is new belongs to who made it.
func (f hostFiles) WriteFile(name string, data []byte) error {
	made := f.made(name)
	err := f.Tree.WriteFile(name, data)
	return made(err)
}

// AppendFile adds to a file.
func (f hostFiles) AppendFile(name string, data []byte) error {
	if text, ok := f.supplied(name); ok && !f.Exists(name) {
		data = append(text, data...)
	}
	made := f.made(name)
	err := f.Tree.AppendFile(name, data)
	return made(err)
}

// Mkdir makes a folder.
func (f hostFiles) Mkdir(name string) error {
	made := f.made(name)
	err := f.Tree.Mkdir(name)
	return made(err)
}

// made gives a file that is about to come into being to who makes it.
func (f hostFiles) made(name string) func(error) error {
	_, missing := f.Tree.Stat(name)
	return func(err error) error {
		if p, perr := f.Tree.Permission(name); err == nil && perr == nil && missing != nil && f.who.UID != 0 && p.UID != f.who.UID {
			return f.Tree.Chown(name, f.who.UID, f.who.GID)
		}
		return err
	}
}

// Chmod sets the mode of a file, which its owner may.
func (f hostFiles) Chmod(name string, mode uint16) error {
	p, err := f.Permission(name)
	if err == nil && f.who.UID != 0 && f.who.UID != p.UID {
		err = fs.ErrPermission
	}
	if err == nil {
		err = f.real(name)
	}
	if err != nil {
		return err
	}
	return f.Tree.Chmod(name, mode)
}

// Chown gives a file to somebody else, which only the superuser may.
func (f hostFiles) Chown(name string, uid, gid int) error {
	if f.who.UID != 0 {
		return fs.ErrPermission
	}
	if err := f.real(name); err != nil {
		return err
	}
	return f.Tree.Chown(name, uid, gid)
}

// real puts a file into the tree that everybody takes for granted, such as a home
// in which nothing is.
func (f hostFiles) real(name string) error {
	if f.Exists(name) {
		return nil
	}
	if i, err := f.Stat(name); err != nil || !i.Dir {
		text, known := f.supplied(name)
		if err == nil && !known {
			err = fs.ErrPermission // of the log and of the queue
		}
		if err != nil {
			return err
		}
		return f.Tree.WriteFile(name, text)
	}
	return f.Tree.Mkdir(name)
}

// supplied are files that every host has.
func (f hostFiles) supplied(name string) (text []byte, ok bool) {
	switch name {
	case "/etc/hosts":
		return []byte("127.0.0.1 localhost\n"), true
	case "/etc/hostname", "/etc/mailname":
		return []byte(f.m.Name + "\n"), true
	case "/etc/services":
		return []byte(servicesFile()), true
	}
	return nil, false
}

// logFile is where the host's log of mail stands: maillog_file, or what syslogd
// of Debian keeps.
func (f hostFiles) logFile() string {
	if f.m.postfix != nil {
		return orElse(f.m.postfix.Config().Get("maillog_file"), "/var/log/mail.log")
	}
	return ""
}

// ReadFile reads a file of the tree, or the mail log.
func (f hostFiles) ReadFile(name string) ([]byte, error) {
	if err := f.access(name, host.MayRead); err != nil {
		return nil, err
	}
	if name == f.logFile() && !f.Exists(name) {
		return f.log(), nil
	}
	if text, ok := f.supplied(name); ok && !f.Exists(name) {
		return text, nil
	}
	return f.Tree.ReadFile(name)
}

// log is the mail log: each line has its time, the first label of the host's
// name, and the program.
func (f hostFiles) log() []byte {
	var b []byte
	t := f.run.Trace()
	label, _, _ := strings.Cut(f.m.Name, ".")
	for s := trace.Seq(1); int(s) <= t.Len(); s++ {
		if !t.Has(s) {
			continue
		}
		e := t.At(s)
		if e.Kind != trace.Log || e.Node != f.m.ID {
			continue
		}
		b = append(t.Header.Start.Add(time.Duration(e.Time)).AppendFormat(b, "Jan _2 15:04:05 "), label...)
		b = append(append(b, ' '), t.Name(e.A)...)
		if e.N != 0 {
			b = append(b, '[')
			b = appendNumber(b, e.N)
			b = append(b, ']')
		}
		b = append(append(append(b, ": "...), t.Text(e)...), '\n')
	}
	return b
}

// queueNames are the folders of the queue that the host has.
func (f hostFiles) queueNames(dir string) (names []string, ok bool) {
	if f.m.postfix == nil {
		return nil, false
	}
	root := f.m.postfix.Config().Get("queue_directory")
	if dir != root && !strings.HasPrefix(dir, root+"/") {
		return nil, false
	}
	return f.m.postfix.QueueFolder(strings.TrimPrefix(strings.TrimPrefix(dir, root), "/"))
}

// Stat describes a file.
func (f hostFiles) Stat(name string) (host.Info, error) {
	i, err := f.Tree.Stat(name)
	if err == nil {
		return i, nil
	}
	if text, ok := f.supplied(name); ok {
		return host.Info{Name: path.Base(name), Size: int64(len(text)), ModTime: f.run.Trace().Header.Start}, nil
	}
	if name == f.logFile() {
		return host.Info{Name: path.Base(name), Size: int64(len(f.log())), ModTime: f.now()}, nil
	}
	if _, ok := f.queueNames(name); ok {
		return host.Info{Name: path.Base(name), Dir: true, ModTime: f.now()}, nil
	}
	if names, ok := f.queueNames(path.Dir(name)); ok {
		for _, n := range names {
			if n == path.Base(name) {
				return host.Info{Name: n, ModTime: f.now()}, nil
			}
		}
	}
	if f.m.postfix != nil && strings.HasPrefix(f.m.postfix.Config().Get("queue_directory"), name+"/") || name == "/tmp" || name == "/root" || name == "/var/mail" || strings.HasPrefix(f.logFile(), name+"/") || f.home(name) {
		return host.Info{Name: path.Base(name), Dir: true, ModTime: f.now()}, nil
	}
	return i, err
}

// home tells whether a folder is the home of a user, or has homes in it. It is
// there even while nothing is in it.
func (f hostFiles) home(name string) bool {
	users, _ := f.Tree.Users()
	for i := 0; users != nil && i < len(users.Users); i++ {
		if u := users.Users[i]; u.OwnsHome() && (u.Home == name || path.Dir(u.Home) == name) {
			return true
		}
	}
	return false
}

func (f hostFiles) now() time.Time { return f.run.World.Clock() }

// ReadDir lists a folder.
func (f hostFiles) ReadDir(name string) ([]host.Info, error) {
	if err := f.access(name, host.MayRead); errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	if names, ok := f.queueNames(name); ok {
		var list []host.Info
		for _, n := range names {
			i, err := f.Stat(strings.TrimSuffix(name, "/") + "/" + n)
			if err == nil {
				list = append(list, i)
			}
		}
		return list, nil
	}
	list, err := f.Tree.ReadDir(name)
	if f.m.postfix != nil && path.Dir(f.m.postfix.Config().Get("queue_directory")) == name {
		list, err = append(list, host.Info{Name: path.Base(f.m.postfix.Config().Get("queue_directory")), Dir: true, ModTime: f.now()}), nil
	}
	if file := f.logFile(); file != "" && path.Dir(file) == name && !f.Exists(file) {
		if i, serr := f.Stat(file); serr == nil {
			list, err = append(list, i), nil
		}
	}
	if name == "/etc" && err == nil {
		for _, n := range []string{"hostname", "hosts", "mailname", "services"} {
			if !f.Exists("/etc/" + n) {
				i, _ := f.Stat("/etc/" + n)
				list = append(list, i)
			}
		}
		slices.SortFunc(list, func(a, b host.Info) int { return strings.Compare(a.Name, b.Name) })
	}
	if err != nil {
		if i, serr := f.Stat(name); serr == nil && i.Dir {
			return nil, nil
		}
		if i, serr := f.Stat(name); serr == nil && !i.Dir {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
		}
	}
	return list, err
}

func appendNumber(b []byte, n uint32) []byte {
	if n >= 10 {
		b = appendNumber(b, n/10)
	}
	return append(b, byte('0'+n%10))
}
