package scenario

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"mailtrek/sim/host"
	"mailtrek/sim/shell"
	"mailtrek/sim/trace"
)

// hostFiles are the files of a machine as its operator sees them: those of its
// tree, the mail log, which is made of the trace, and the queue.
type hostFiles struct {
	*host.Tree
	run *Run
	m   *machine
}

func (sh *operator) files() shell.Files { return hostFiles{sh.m.Tree, sh.run, sh.m} }

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
	if name == f.logFile() && !f.Exists(name) {
		return f.log(), nil
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
