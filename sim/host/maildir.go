package host

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Maildir is one mail folder as files of a tree (maildir(5)): a message is
// written to tmp/, moved to new/ when it is complete, and to cur/ when a mail
// reader has seen it, with its flags behind ":2,". Nothing but these names
// tells the state.
type Maildir struct {
	Tree *Tree
	Path string // absolute, e.g. "/home/ivan/Maildir"
}

// MaildirEntry is a message in a Maildir.
type MaildirEntry struct {
	Name  string    // the file name without the flags: what stays the same for ever
	File  string    // the file name as it is
	New   bool      // in new/, else in cur/
	Flags string    // letters behind ":2,", e.g. "RS"; empty in new/
	Size  int64     // octets with every line ending in CRLF, as POP3 and IMAP count
	Disk  int64     // octets of the file
	Time  time.Time // when it was delivered: from the name, else of the file
}

// The flags of maildir(5) in the order in which they are written.
const (
	FlagDraft   = 'D'
	FlagFlagged = 'F'
	FlagPassed  = 'P'
	FlagReplied = 'R'
	FlagSeen    = 'S'
	FlagTrashed = 'T'
)

// Create makes the folder with its three directories.
func (m Maildir) Create() error {
	for _, d := range []string{"/tmp", "/new", "/cur"} {
		if err := m.Tree.Mkdir(m.Path + d); err != nil {
			return err
		}
	}
	return nil
}

// Exists tells whether the folder is a Maildir: whether it has a cur/.
func (m Maildir) Exists() bool { return m.Tree.Exists(m.Path + "/cur") }

// Deliver writes a message under a unique name, first to tmp/, then by rename
// to new/, and returns its path. The folder is made if it is missing. The
// lines of data end in LF, as Dovecot and Postfix store them.
func (m Maildir) Deliver(name string, data []byte) (string, error) {
	if name == "" || strings.ContainsAny(name, "/:\x00") {
		return "", pathErr("deliver", name, ErrPath)
	}
	tmp, dst := m.Path+"/tmp/"+name, m.Path+"/new/"+name
	if !m.Tree.Exists(dst[:len(m.Path)+len("/new")]) || !m.Exists() {
		if err := m.Create(); err != nil {
			return "", err
		}
	}
	if m.Tree.Exists(dst) {
		return "", pathErr("deliver", dst, fs.ErrExist)
	}
	if err := m.Tree.WriteFile(tmp, data); err != nil {
		return "", err
	}
	return dst, m.Tree.Rename(tmp, dst)
}

// List lists new/ and cur/ in the order in which Dovecot gives UIDs: by
// the time in the name, then its microseconds, then the name. A folder that
// does not exist is empty.
func (m Maildir) List() ([]MaildirEntry, error) {
	var list []MaildirEntry
	for _, d := range []string{"/new", "/cur"} {
		infos, err := m.Tree.ReadDir(m.Path + d)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, f := range infos {
			if !f.Dir && f.Name[0] != '.' { // maildir(5): names with a leading dot are not mail
				list = append(list, m.entry(f, d == "/new"))
			}
		}
	}
	slices.SortFunc(list, func(a, b MaildirEntry) int { return CompareMaildirNames(a.Name, b.Name) })
	return list, nil
}

func (m Maildir) entry(f Info, isNew bool) MaildirEntry {
	e := MaildirEntry{File: f.Name, New: isNew, Disk: f.Size, Time: f.ModTime}
	name, info, _ := strings.Cut(f.Name, ":")
	e.Name = name
	if flags, ok := strings.CutPrefix(info, "2,"); ok && !isNew {
		e.Flags = flags
	}
	if sec, ok := leadingNumber(name); ok {
		e.Time = time.Unix(sec, 0).UTC()
	}
	if size, ok := nameField(name, ",W="); ok {
		e.Size = size
	} else {
		data, _ := m.Tree.ReadFile(m.path(e))
		e.Size = CRLFSize(data)
	}
	return e
}

func (m Maildir) path(e MaildirEntry) string {
	if e.New {
		return m.Path + "/new/" + e.File
	}
	return m.Path + "/cur/" + e.File
}

// FilePath is where a message lies.
func (m Maildir) FilePath(e MaildirEntry) string { return m.path(e) }

// Read returns a message as it is stored, usually with LF line ends.
func (m Maildir) Read(e MaildirEntry) ([]byte, error) { return m.Tree.ReadFile(m.path(e)) }

// SetFlags moves a message to cur/ (from new/ as well) under a name with
// exactly these flags, and returns it as it is then.
func (m Maildir) SetFlags(e MaildirEntry, flags string) (MaildirEntry, error) {
	to := e
	to.New, to.Flags = false, SortFlags(flags)
	to.File = e.Name + ":2," + to.Flags
	if err := m.Tree.Rename(m.path(e), m.path(to)); err != nil {
		return e, err
	}
	return to, nil
}

// See moves a message from new/ to cur/ without flags: a reader has listed it.
func (m Maildir) See(e MaildirEntry) (MaildirEntry, error) {
	if !e.New {
		return e, nil
	}
	return m.SetFlags(e, e.Flags)
}

// Expunge removes a message.
func (m Maildir) Expunge(e MaildirEntry) error { return m.Tree.Remove(m.path(e)) }

// Folder is the Maildir++ folder of a hierarchical name whose levels are
// separated by "/": "Work/2026" lies in ".Work.2026". INBOX and "" are m.
func (m Maildir) Folder(name string) Maildir {
	if name == "" || strings.EqualFold(name, "INBOX") {
		return m
	}
	return Maildir{m.Tree, m.Path + "/." + strings.ReplaceAll(name, "/", ".")}
}

// Folders lists the names of the Maildir++ folders in m, sorted, without INBOX.
func (m Maildir) Folders() ([]string, error) {
	infos, err := m.Tree.ReadDir(m.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range infos {
		if f.Dir && len(f.Name) > 1 && f.Name[0] == '.' {
			names = append(names, strings.ReplaceAll(f.Name[1:], ".", "/"))
		}
	}
	return names, nil
}

// SortFlags puts flag letters into the order of maildir(5), each once.
func SortFlags(flags string) string {
	b := []byte(flags)
	slices.Sort(b)
	return string(slices.Compact(b))
}

// CRLFSize is the number of octets of a text when every line ends in CRLF.
func CRLFSize(data []byte) int64 {
	return int64(len(data) + bytes.Count(data, []byte("\n")) - bytes.Count(data, []byte("\r\n")))
}

// leadingNumber reads the seconds with which a name begins.
func leadingNumber(name string) (int64, bool) {
	i := 0
	for i < len(name) && name[i] >= '0' && name[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(name[:i], 10, 64)
	return n, err == nil
}

// nameField reads the number behind ",S=" or ",W=" in a name.
func nameField(name, key string) (int64, bool) {
	_, rest, ok := strings.Cut(name, key)
	if !ok {
		return 0, false
	}
	n, ok := leadingNumber(rest)
	return n, ok && n >= 0
}
