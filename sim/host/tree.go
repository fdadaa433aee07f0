package host

import (
	"errors"
	"io/fs"
	"strings"
	"time"
)

// Limits of a tree. They are far above what a scenario needs and keep a hostile
// one from exhausting the memory.
const (
	MaxPathLen   = 1024     // octets of a path
	MaxNameLen   = 255      // octets of one name in it, NAME_MAX of Linux
	MaxDepth     = 32       // directories below each other
	MaxFileSize  = 64 << 20 // octets of a file
	MaxTreeFiles = 1 << 20  // files and directories of a tree
	MaxTreeSize  = 1 << 30  // octets of all files of a tree
)

// Errors of a tree besides those of io/fs. They come wrapped in *fs.PathError.
var (
	ErrNotDir    = errors.New("not a directory")
	ErrIsDir     = errors.New("is a directory")
	ErrNotEmpty  = errors.New("directory not empty")
	ErrPath      = errors.New("path is not absolute or not valid")
	ErrLimit     = errors.New("limit of the simulated disk exceeded")
	ErrSymlink   = errors.New("symbolic links are not supported")
	ErrIrregular = errors.New("not a regular file")
)

// FirstInode is the number of the first file of a tree that got no other. It
// has six hexadecimal digits, like those of a disk in use, so that Postfix's
// short queue ids have their usual length of eleven.
const FirstInode = 0x98E001

// Tree is the file tree of a host: absolute paths with slashes, directories,
// regular files. It is cheap to copy with Snapshot, because trees share all
// that they have in common; a change copies only the directories above it.
//
// A Tree is not safe for concurrent use. The zero value is an empty tree.
type Tree struct {
	// Clock gives the modification times of what is written from now on; nil
	// leaves them zero.
	Clock func() time.Time

	root    *dirent
	owner   *owner
	inode   uint64
	files   int
	size    int64
	limit   int64      // of size, and one more; 0 is none (see SetRoom)
	known   knownUsers // see Users
	guarded bool       // see Guarded
}

// owner is the identity of a tree between two snapshots: what carries it may
// be changed in place, everything else is shared and copied first.
type owner struct{ _ byte }

// dirent is a file or directory. Its kids are sorted by name.
type dirent struct {
	owner *owner
	name  string
	dir   bool
	mtime time.Time
	inode uint64
	data  []byte
	kids  []*dirent
	perm  *Permission // nil: see UsualPermission
}

// Info describes a file or directory.
type Info struct {
	Name    string // the last part of its path; "/" for the root
	Dir     bool
	Size    int64
	ModTime time.Time
	Inode   uint64
}

// NewTree returns an empty tree whose files get the inode numbers from first
// on; 0 means FirstInode.
func NewTree(first uint64) *Tree {
	t := &Tree{inode: first}
	t.init()
	return t
}

func (t *Tree) init() {
	if t.root != nil {
		return
	}
	if t.inode == 0 {
		t.inode = FirstInode
	}
	t.owner = new(owner)
	t.root = &dirent{owner: t.owner, name: "/", dir: true, inode: 2}
}

// NextInode hands out an inode number that no file of the tree has or will
// have: for files that the caller keeps elsewhere, such as those of a queue.
func (t *Tree) NextInode() uint64 {
	t.init()
	n := t.inode
	t.inode++
	return n
}

// Snapshot returns an independent copy in constant time.
func (t *Tree) Snapshot() *Tree {
	t.init()
	c := *t
	c.owner = new(owner)
	t.owner = new(owner)
	return &c
}

// Clean returns the shortest form of an absolute path. It fails when the path
// is relative, longer or deeper than the limits, or contains a NUL.
func Clean(name string) (string, error) {
	var room [usualDepth]string
	parts, err := split(room[:0], name)
	if err != nil {
		return "", err
	}
	return "/" + strings.Join(parts, "/"), nil
}

// usualDepth is how deep most files lie.
const usualDepth = 8

// split cuts a path into its names and appends them to parts, which is empty.
// ".." stops at the root, as in a real one.
func split(parts []string, name string) ([]string, error) {
	if !strings.HasPrefix(name, "/") || strings.IndexByte(name, 0) >= 0 {
		return nil, ErrPath
	}
	if len(name) > MaxPathLen {
		return nil, ErrLimit
	}
	for rest := name[1:]; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		switch {
		case part == "" || part == ".":
		case part == "..":
			parts = parts[:max(0, len(parts)-1)]
		case len(part) > MaxNameLen:
			return nil, ErrLimit
		default:
			parts = append(parts, part)
		}
	}
	if len(parts) > MaxDepth {
		return nil, ErrLimit
	}
	return parts, nil
}

// fewKids is how many names are looked at one by one: most are told apart by
// their length.
const fewKids = 16

// find returns where name stands, or would stand, among the kids.
func (d *dirent) find(name string) (int, bool) {
	if len(d.kids) <= fewKids {
		for i, k := range d.kids {
			if k.name == name {
				return i, true
			}
		}
	}
	lo, hi := 0, len(d.kids)
	if hi > 0 && d.kids[hi-1].name < name { // new mail comes last
		return hi, false
	}
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if d.kids[mid].name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(d.kids) && d.kids[lo].name == name
}

// lookup walks to a file without changing anything.
func (t *Tree) lookup(parts []string) (*dirent, error) {
	t.init()
	d := t.root
	for _, part := range parts {
		if !d.dir {
			return nil, ErrNotDir
		}
		i, ok := d.find(part)
		if !ok {
			return nil, fs.ErrNotExist
		}
		d = d.kids[i]
	}
	return d, nil
}

// own makes kid i of d changeable; d itself already is.
func (t *Tree) own(d *dirent, i int) *dirent {
	k := d.kids[i]
	if k.owner == t.owner {
		return k
	}
	c := *k
	c.owner = t.owner
	c.kids = append(make([]*dirent, 0, len(k.kids)+1), k.kids...)
	c.data = k.data[:len(k.data):len(k.data)] // an append must not reach the other tree
	d.kids[i] = &c
	return &c
}

// walk walks to a directory and makes all on the way changeable; with mkdir
// it makes those that are missing.
func (t *Tree) walk(parts []string, mkdir bool) (*dirent, error) {
	t.init()
	if t.root.owner != t.owner {
		holder := dirent{kids: []*dirent{t.root}}
		t.root = t.own(&holder, 0)
	}
	d := t.root
	for _, part := range parts {
		i, ok := d.find(part)
		if !ok {
			if !mkdir {
				return nil, fs.ErrNotExist
			}
			if err := t.insert(d, i, &dirent{name: part, dir: true}); err != nil {
				return nil, err
			}
		}
		if !d.kids[i].dir {
			return nil, ErrNotDir
		}
		d = t.own(d, i)
	}
	return d, nil
}

// insert puts a new kid into a directory that may be changed.
func (t *Tree) insert(d *dirent, i int, k *dirent) error {
	if t.files >= MaxTreeFiles {
		return ErrLimit
	}
	t.files++
	k.owner = t.owner
	if k.inode == 0 {
		k.inode = t.NextInode()
	}
	k.mtime = t.now()
	d.mtime = k.mtime
	d.kids = append(d.kids, nil)
	copy(d.kids[i+1:], d.kids[i:])
	d.kids[i] = k
	return nil
}

func (t *Tree) now() time.Time {
	if t.Clock == nil {
		return time.Time{}
	}
	return t.Clock()
}

func pathErr(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}
