package host

import (
	"io"
	"io/fs"
	"path"
)

// LoadFS returns the tree of the folder dir of fsys ("." for all of it), for
// instance of the folder of a host beside a scenario document. All content is
// read. Symbolic links and devices are refused.
func LoadFS(fsys fs.FS, dir string) (*Tree, error) {
	t := NewTree(0)
	err := fs.WalkDir(fsys, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := "/"
		if name != dir {
			rel = "/" + name
			if dir != "." {
				rel = name[len(dir):]
			}
		}
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			return pathErr("load", name, ErrSymlink)
		case e.IsDir():
			return t.Mkdir(rel)
		case !e.Type().IsRegular():
			return pathErr("load", name, ErrIrregular)
		}
		data, err := readLimited(fsys, name)
		if err != nil {
			return err
		}
		return t.WriteFile(rel, data)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// readLimited reads a file but no more than a tree may hold.
func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFileSize {
		return nil, pathErr("load", name, ErrLimit)
	}
	return data, nil
}

// Overlay puts every file and directory of upper into t, file by file: a file
// of upper replaces that of t, everything else of t stays.
func (t *Tree) Overlay(upper *Tree) error {
	upper.init()
	return upper.Walk("/", func(name string, info Info) error {
		if info.Dir {
			return t.Mkdir(name)
		}
		data, err := upper.ReadFile(name)
		if err != nil {
			return err
		}
		return t.WriteFile(name, data[:len(data):len(data)])
	})
}

// Walk calls visit for the file or directory name and all below it, parents
// first, sorted by name. It stops at the first error and returns it. The tree
// may be changed meanwhile; the walk goes over what was there before.
func (t *Tree) Walk(name string, visit func(name string, info Info) error) error {
	d, err := t.stat(name)
	if err != nil {
		return pathErr("walk", name, err)
	}
	clean, _ := Clean(name)
	t.owner = new(owner) // freeze what is there
	return d.walk(clean, visit)
}

func (d *dirent) walk(name string, visit func(string, Info) error) error {
	if err := visit(name, d.info()); err != nil {
		return err
	}
	for _, k := range d.kids {
		if err := k.walk(path.Join(name, k.name), visit); err != nil {
			return err
		}
	}
	return nil
}
