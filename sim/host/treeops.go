package host

import (
	"io/fs"
	"slices"
	"strings"
)

// ReadFile returns the content of a file. The caller must not change it.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	f, err := t.stat(name)
	if err == nil && f.dir {
		err = ErrIsDir
	}
	if err != nil {
		return nil, pathErr("open", name, err)
	}
	return f.data, nil
}

// Stat describes a file or directory.
func (t *Tree) Stat(name string) (Info, error) {
	f, err := t.stat(name)
	if err != nil {
		return Info{}, pathErr("stat", name, err)
	}
	return f.info(), nil
}

// Exists tells whether there is a file or directory of that path.
func (t *Tree) Exists(name string) bool {
	_, err := t.stat(name)
	return err == nil
}

// stat finds a file or directory.
func (t *Tree) stat(name string) (*dirent, error) {
	d, missing := t.direct(name)
	switch {
	case d != nil:
		return d, nil
	case missing:
		return nil, fs.ErrNotExist
	}
	var room [usualDepth]string
	parts, err := split(room[:0], name)
	if err != nil {
		return nil, err
	}
	return t.lookup(parts)
}

// direct finds a file by a path in its shortest form, as most are, or that it is
// missing in its directory; nil and false are for all else. (No file has the name
// "", "." or "..".)
func (t *Tree) direct(name string) (found *dirent, missing bool) {
	if t.root == nil || name == "" || name[0] != '/' || len(name) > MaxPathLen {
		return nil, false
	}
	d := t.root
	for rest, more := name[1:], true; more; {
		var part string
		part, rest, more = strings.Cut(rest, "/")
		i, ok := d.find(part)
		if !ok {
			plain := part != "" && part != "." && part != ".." && len(part) <= MaxNameLen && strings.IndexByte(part, 0) < 0
			return nil, plain && !more && d.dir
		}
		d = d.kids[i]
	}
	return d, false
}

func (d *dirent) info() Info {
	return Info{Name: d.name, Dir: d.dir, Size: int64(len(d.data)), ModTime: d.mtime, Inode: d.inode}
}

// ReadDir lists a directory, sorted by name.
func (t *Tree) ReadDir(name string) ([]Info, error) {
	d, err := t.stat(name)
	if err == nil && !d.dir {
		err = ErrNotDir
	}
	if err != nil {
		return nil, pathErr("readdir", name, err)
	}
	list := make([]Info, len(d.kids))
	for i, k := range d.kids {
		list[i] = k.info()
	}
	return list, nil
}

// WriteFile makes or replaces a file; directories on the way are made. The
// data belongs to the tree from then on. A file that is replaced keeps its
// inode.
func (t *Tree) WriteFile(name string, data []byte) error {
	return t.edit("write", name, true, func(d *dirent, i int, found bool) error {
		if len(data) > MaxFileSize {
			return ErrLimit
		}
		data = data[:len(data):len(data)] // a later append must not write behind it
		if !found {
			if err := t.grow(len(data)); err != nil {
				return err
			}
			return t.insert(d, i, &dirent{name: name[lastSlash(name)+1:], data: data})
		}
		if d.kids[i].dir {
			return ErrIsDir
		}
		if err := t.grow(len(data) - len(d.kids[i].data)); err != nil {
			return err
		}
		f := t.own(d, i)
		f.data, f.mtime = data, t.now()
		return nil
	})
}

// AppendFile adds to the end of a file, which is made if it is missing.
func (t *Tree) AppendFile(name string, data []byte) error {
	return t.edit("append", name, true, func(d *dirent, i int, found bool) error {
		if !found {
			if err := t.insert(d, i, &dirent{name: name[lastSlash(name)+1:]}); err != nil {
				return err
			}
		}
		if d.kids[i].dir {
			return ErrIsDir
		}
		if len(d.kids[i].data)+len(data) > MaxFileSize {
			return ErrLimit
		}
		if err := t.grow(len(data)); err != nil {
			return err
		}
		f := t.own(d, i)
		f.data, f.mtime = append(f.data, data...), t.now()
		return nil
	})
}

// Mkdir makes a directory and those on the way to it; one that exists is fine.
func (t *Tree) Mkdir(name string) error {
	var room [usualDepth]string
	parts, err := split(room[:0], name)
	if err == nil {
		_, err = t.walk(parts, true)
	}
	if err != nil {
		return pathErr("mkdir", name, err)
	}
	return nil
}

// Remove removes a file or an empty directory.
func (t *Tree) Remove(name string) error {
	return t.edit("remove", name, false, func(d *dirent, i int, found bool) error {
		if !found {
			return fs.ErrNotExist
		}
		k := d.kids[i]
		if len(k.kids) > 0 {
			return ErrNotEmpty
		}
		t.size -= int64(len(k.data))
		t.files--
		d.kids = slices.Delete(d.kids, i, i+1)
		d.mtime = t.now()
		return nil
	})
}

// RemoveAll removes a file, or a directory with all that is in it. What does
// not exist is fine.
func (t *Tree) RemoveAll(name string) error {
	return t.edit("remove", name, false, func(d *dirent, i int, found bool) error {
		if !found {
			return nil
		}
		files, size := d.kids[i].count()
		t.files -= files
		t.size -= size
		d.kids = slices.Delete(d.kids, i, i+1)
		d.mtime = t.now()
		return nil
	})
}

// count returns how many files and octets stand at and below d.
func (d *dirent) count() (files int, size int64) {
	files, size = 1, int64(len(d.data))
	for _, k := range d.kids {
		n, s := k.count()
		files, size = files+n, size+s
	}
	return files, size
}

// Rename moves a file or directory, which keeps its inode and time. A file at
// the new place is replaced, as by rename(2).
func (t *Tree) Rename(from, to string) error {
	var rooms [2][usualDepth]string
	a, err := split(rooms[0][:0], from)
	var src *dirent
	if err == nil {
		src, err = t.lookup(a)
	}
	if err != nil {
		return pathErr("rename", from, err)
	}
	b, err := split(rooms[1][:0], to)
	if err != nil {
		return pathErr("rename", to, ErrPath)
	}
	if slices.Equal(a, b) {
		return nil
	}
	if err := t.move(src, a, b); err != nil {
		return pathErr("rename", to, err)
	}
	return nil
}

// move is Rename of src, which stands at a, to another place.
func (t *Tree) move(src *dirent, a, b []string) error {
	if len(a) == 0 || len(b) == 0 || src.dir && len(b) > len(a) && slices.Equal(b[:len(a)], a) {
		return fs.ErrInvalid
	}
	last := b[len(b)-1]
	into, err := t.walk(b[:len(b)-1], false)
	if err != nil {
		return err
	}
	place, found := into.find(last)
	switch {
	case found && (into.kids[place].dir || src.dir):
		return fs.ErrExist
	case found:
		t.size -= int64(len(into.kids[place].data))
		t.unlink(into, place)
	}
	outOf, err := t.walk(a[:len(a)-1], false)
	if err != nil {
		return err
	}
	i, _ := outOf.find(a[len(a)-1])
	moved := t.own(outOf, i)
	mtime := moved.mtime
	files := t.unlink(outOf, i)
	if into == outOf {
		place, _ = into.find(last)
	}
	moved.name = last
	if err := t.insert(into, place, moved); err != nil {
		return err
	}
	t.files += files - 1
	moved.mtime = mtime
	return nil
}

// unlink takes kid i out of its directory, which may be changed, and tells how
// many files that is; its octets stay counted.
func (t *Tree) unlink(d *dirent, i int) (files int) {
	files, _ = d.kids[i].count()
	t.files -= files
	d.kids = slices.Delete(d.kids, i, i+1)
	d.mtime = t.now()
	return files
}

// edit calls change with the directory of a path, which may be changed, and
// the place of the path's last name in it.
func (t *Tree) edit(op, name string, mkdir bool, change func(d *dirent, i int, found bool) error) error {
	var room [usualDepth]string
	parts, err := split(room[:0], name)
	if err == nil && len(parts) == 0 {
		err = ErrIsDir
	}
	if err != nil {
		return pathErr(op, name, err)
	}
	last := parts[len(parts)-1]
	if name[lastSlash(name)+1:] != last { // "/a/b/" or "/a/b/."
		return pathErr(op, name, ErrPath)
	}
	d, err := t.walk(parts[:len(parts)-1], mkdir)
	if err == nil {
		i, found := d.find(last)
		err = change(d, i, found)
	}
	if err != nil {
		return pathErr(op, name, err)
	}
	return nil
}

// grow counts octets that are added to the tree.
func (t *Tree) grow(n int) error {
	if t.size+int64(n) > MaxTreeSize {
		return ErrLimit
	}
	if t.limit > 0 && n > 0 && t.size+int64(n) >= t.limit {
		return ErrNoSpace
	}
	t.size += int64(n)
	return nil
}

func lastSlash(name string) int {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' {
			return i
		}
	}
	return -1
}
