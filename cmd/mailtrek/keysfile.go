package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/protocols/wire"
)

// configFolder is where the user keeps what a program shall do otherwise:
// $XDG_CONFIG_HOME or ~/.config (XDG Base Directory Specification 0.8), and
// what the other systems have for it.
func configFolder() (string, error) {
	if dir := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mailtrek"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "mailtrek"), nil
}

// maxKeysFile is the longest file of keys that is read, in octets.
const maxKeysFile = 64 << 10

// readKeys reads keys.conf of the user; nil is no file, and the keys as they
// come.
func readKeys() (*tui.Keys, error) {
	dir, err := configFolder()
	if err != nil {
		return nil, nil // no home: nothing is configured
	}
	name := filepath.Join(dir, "keys.conf")
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", wire.Visible(name))
	case info.Size() > maxKeysFile:
		return nil, fmt.Errorf("%s has %d octets; at most %d are read", wire.Visible(name), info.Size(), maxKeysFile)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	keys, err := tui.ReadKeys(name, text)
	if err != nil {
		return nil, fmt.Errorf("%w\n'mailtrek list keys' shows what can stand there", err)
	}
	return keys, nil
}

// listKeys prints the keys as they are, in the form of the file. A file with
// faults is told, and the keys as they come are printed.
func (a *app) listKeys() error {
	keys, broken := readKeys()
	if a.json {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return errors.Join(enc.Encode(tui.ListKeys(keys, a.lang)), broken)
	}
	return errors.Join(tui.WriteKeys(a.out, keys, a.lang), broken)
}
