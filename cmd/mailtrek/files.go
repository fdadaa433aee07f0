package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// mayWrite tells early whether a file may be written: it must not exist, unless
// forced. An empty name is no file.
func mayWrite(name string, force bool) error {
	if name == "" {
		return nil
	}
	if info, err := os.Lstat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file in it", name)
	} else if force {
		return nil
	} else if err == nil {
		return fmt.Errorf("%s exists; --force overwrites it", name)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	return nil
}

// writeFile writes a whole file or none.
func writeFile(name string, force bool, write func(*bufio.Writer) error) error {
	f, err := createFile(name, force)
	if err != nil {
		return err
	}
	return f.end(write(f.Writer))
}

// newFile is a file that is being written: beside its place, to which it is
// moved when it is whole.
type newFile struct {
	*bufio.Writer
	f    *os.File
	name string
}

func createFile(name string, force bool) (*newFile, error) {
	if err := mayWrite(name, force); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".mailtrek-*")
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	return &newFile{bufio.NewWriter(f), f, name}, nil
}

// discard removes what was written.
func (w *newFile) discard() {
	w.f.Close()
	os.Remove(w.f.Name())
}

// end puts the file into its place, or removes it when writing it has failed.
func (w *newFile) end(failed error) error {
	err := errors.Join(failed, w.Flush(), w.f.Chmod(0o644), w.f.Close())
	if err == nil {
		err = os.Rename(w.f.Name(), w.name)
	}
	if err != nil {
		w.discard()
		return fmt.Errorf("cannot write %s: %w", w.name, cause(err))
	}
	return nil
}

// cause is the reason in an error about a path, without the path.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
