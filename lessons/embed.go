package lessons

import (
	"embed"
	"io/fs"
	"sort"
	"strings"
)

//go:embed *.md
var files embed.FS

// FS returns the documents.
func FS() fs.FS { return files }

// Names returns the file of every lesson in FS in the order of the course;
// translations (ID.bg.md) are no lessons of their own.
func Names() []string {
	var names []string
	entries, _ := fs.ReadDir(files, ".")
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".md"); ok && !strings.Contains(id, ".") && id != "README" {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names
}

// Find returns the file of the lesson of that id.
func Find(id string) (name string, ok bool) {
	for _, n := range Names() {
		if strings.TrimSuffix(n, ".md") == id {
			return n, true
		}
	}
	return "", false
}
