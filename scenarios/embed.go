// Package scenarios holds the documents that come with the program.
//
// Every scenario is a Markdown document ID.md in a folder; the folder's other
// documents are told in the same world, and the folders HOST/ beside them are
// the file trees of its hosts. A new document is found by itself.
package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed all:*
var files embed.FS

// FS returns the documents with their host trees.
func FS() fs.FS { return files }

// Names returns the file of every document in FS, sorted; translations
// (ID.bg.md) are not documents of their own.
func Names() []string {
	var names []string
	folders, _ := fs.ReadDir(files, ".")
	for _, d := range folders {
		if !d.IsDir() {
			continue
		}
		entries, _ := fs.ReadDir(files, d.Name())
		for _, e := range entries {
			id, ok := strings.CutSuffix(e.Name(), ".md")
			if ok && !e.IsDir() && !strings.Contains(id, ".") && id != "README" {
				names = append(names, path.Join(d.Name(), e.Name()))
			}
		}
	}
	sort.Strings(names)
	return names
}

// Find returns the file of the document with that id.
func Find(id string) (name string, ok bool) {
	for _, n := range Names() {
		if strings.TrimSuffix(path.Base(n), ".md") == id {
			return n, true
		}
	}
	return "", false
}

// Resolve finds the document of a world by its id, as scenario.Load wants it.
func Resolve(id string) (fs.FS, string, error) {
	name, ok := Find(id)
	if !ok {
		return nil, "", fs.ErrNotExist
	}
	return files, name, nil
}
