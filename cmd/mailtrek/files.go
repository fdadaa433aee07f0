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
	if name == "" || force {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s exists; --force overwrites it", name)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	return nil
}

// writeFile writes a whole file or none: it is written beside its place and
// then moved there.
func writeFile(name string, force bool, write func(*bufio.Writer) error) error {
	if err := mayWrite(name, force); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".mailtrek-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	defer os.Remove(f.Name()) // gone already when all went well
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Chmod(0o644), f.Close())
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	return os.Rename(f.Name(), name)
}

// cause is the reason in an error about a path, without the path.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
