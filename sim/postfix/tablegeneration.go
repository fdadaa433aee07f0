package postfix

import (
	"slices"
	"strings"
)

// A daemon reads tables such as texthash, regexp, pcre and cidr, and the files of
// lists such as mydestination, once, when it begins, and nobody watches them
// (DATABASE_README, "Lookup table types"): what is changed there is seen by the
// processes that begin later. Those that began between two changes share what
// they have read: a generation of Tables.

// fileTypes are the tables that are read at once and not watched.
var fileTypes = []string{"texthash", "regexp", "pcre", "cidr"}

// fileLists are the parameters whose items may be files with further items.
var fileLists = []string{"mydestination", "mynetworks", "relay_domains", "virtual_alias_domains", "virtual_mailbox_domains", "fast_flush_domains"}

// listedFile is a file of list items as it was read.
type listedFile struct {
	source []byte
	items  []string
	err    error
}

// isRead tells whether a table stays as it was opened: because it was read as a
// whole, or was not there.
func (o *openTable) isRead(kind string) bool {
	return o.path != "" && (o.source == nil || slices.Contains(fileTypes, kind))
}

// latest returns the tables as a process that begins now finds them.
func (t *Tables) latest() *Tables {
	if !t.stale() {
		return t
	}
	next := NewTables(t.files, t.passwd)
	for _, spec := range t.fixed {
		next.Open(spec)
	}
	for path := range t.lists {
		next.listFile(path)
	}
	return next
}

// stale tells whether a file that was read has changed.
func (t *Tables) stale() bool {
	for _, spec := range t.fixed {
		if !t.unchanged(t.open[spec]) {
			return true
		}
	}
	for path, l := range t.lists {
		if !t.same(path, l.source) {
			return true
		}
	}
	return false
}

// readFiles reads the files that a configuration names, as daemons that begin
// with it do.
func (t *Tables) readFiles(c *Config, services []Service) {
	entries := slices.Clone(c.Main().Entries())
	for i := range services {
		entries = append(entries, services[i].Options...)
	}
	for _, e := range entries {
		named := slices.Contains(fileLists, e.Name)
		value, err := c.Expand(e.Value)
		if err != nil {
			continue
		}
		for _, item := range SplitList(value) {
			item = strings.TrimPrefix(item, "proxy:")
			kind, _, ok := strings.Cut(item, ":")
			switch {
			case ok && slices.Contains(fileTypes, kind):
				t.Open(item)
			case named && strings.HasPrefix(item, "/"):
				t.listFile(item)
			}
		}
	}
}
