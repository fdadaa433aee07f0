package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// load reads the scenario of that id, or in that file.
func (a *app) load(name string) (*scenario.Scenario, error) {
	if doc, ok := scenarios.Find(name); ok {
		return scenario.Load(scenarios.FS(), doc, scenarios.Resolve)
	}
	if !looksLikeFile(name) {
		return nil, usagef("unknown scenario %q%s; 'mailtrek list' shows them all", wire.Visible(name), nearScenario(name))
	}
	return loadFile(name)
}

// looksLikeFile tells whether an argument means a file rather than an id.
func looksLikeFile(name string) bool {
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".md") {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// loadFile reads a document from disk. Its folder, and nothing outside it, is
// where it may find its world and the trees of its hosts.
func loadFile(name string) (*scenario.Scenario, error) {
	if _, err := os.Stat(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("%s: no such file", wire.Visible(name))
		}
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	s, err := scenario.LoadAs(filepath.ToSlash(filepath.Dir(name)), root.FS(), filepath.Base(name), scenarios.Resolve)
	root.Close()
	return s, err
}

// nearScenario suggests the id that was perhaps meant.
func nearScenario(name string) string {
	var ids []string
	for _, doc := range scenarios.Names() {
		ids = append(ids, documentID(doc))
	}
	if near := wire.Nearest(name, ids); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// documentID is the id of the built-in document in a file.
func documentID(file string) string { return strings.TrimSuffix(path.Base(file), ".md") }
