package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"mailtrek/lessons"
)

// stateFolder is where a program keeps what it remembers from one time to the
// next: $XDG_STATE_HOME or ~/.local/state (XDG Base Directory Specification
// 0.8), and what the other systems have for it.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mailtrek"), nil
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "mailtrek"), nil
		}
	case "darwin", "ios":
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, "Library", "Application Support", "mailtrek"), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "state", "mailtrek"), nil
}

// progressFile is the file of a lesson; the id of a lesson is a file name
// everywhere.
func progressFile(lesson string) (string, error) {
	dir, err := stateFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "lessons", lesson+".json"), nil
}

// unreadable is a progress that could not be read. It lies under another name
// now; an empty name says that it could not be moved, and must not be
// overwritten.
type unreadable struct {
	cause error
	aside string
}

func (u *unreadable) Error() string { return fmt.Sprintf("%v (%s)", u.cause, u.aside) }

// readProgress reads what was kept of a lesson; a new beginning when nothing
// was. With an *unreadable it is one too.
func readProgress(lesson string) (*lessons.Progress, error) {
	name, err := progressFile(lesson)
	if err != nil {
		return lessons.NewProgress(lesson), &unreadable{cause: err}
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return lessons.NewProgress(lesson), nil
	}
	if err != nil {
		return lessons.NewProgress(lesson), &unreadable{cause: cause(err)}
	}
	p, err := lessons.DecodeProgress(lesson, data)
	if err != nil {
		return lessons.NewProgress(lesson), &unreadable{err, setAside(name)}
	}
	return p, nil
}

// setAside gives a file another name, in which no other is overwritten; empty
// when that fails.
func setAside(name string) string {
	for n := 1; n < 1000; n++ {
		aside := fmt.Sprintf("%s.unreadable-%d", name, n)
		if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if os.Rename(name, aside) != nil {
			return ""
		}
		return aside
	}
	return ""
}

// writeProgress writes the whole progress or nothing: into a file beside, which
// takes the place of the old one when it is safe on the disk.
func writeProgress(p *lessons.Progress) error {
	name, err := progressFile(p.Lesson)
	if err != nil {
		return err
	}
	data, err := p.Encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return cause(err)
	}
	f, err := createFile(name, true)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return f.end(errors.Join(err, f.Flush(), f.f.Sync()))
}
