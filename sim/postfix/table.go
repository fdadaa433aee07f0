package postfix

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Table is a lookup table (DATABASE_README). A key that is not there is found
// == false; an error is one that a daemon answers with "table lookup problem"
// and a temporary failure.
type Table interface {
	Lookup(key string) (value string, found bool, err error)
}

// ErrTable is the error of a table that cannot be asked.
var ErrTable = errors.New("table lookup problem")

// TableError is why a table cannot be opened or asked, in Postfix's words.
type TableError struct {
	Spec string
	Text string
}

func (e *TableError) Error() string { return e.Text }

// Unwrap makes errors.Is(err, ErrTable) true.
func (e *TableError) Unwrap() error { return ErrTable }

// Tables opens the lookup tables of one host and keeps them open. A table
// that postmap(1) has built again is read again when it is next opened, as a
// daemon does that ends after a change and is started afresh; one that daemons
// read as a whole stays as it was read, see latest.
type Tables struct {
	files  Files
	passwd func(name string) (line string, ok bool)
	open   map[string]*openTable
	fixed  []string               // those of open that stay as they were read
	lists  map[string]*listedFile // by path
}

// openTable is a table and the file content it was made of.
type openTable struct {
	table    Table
	path     string
	source   []byte
	err      error
	warnings []string
}

// NewTables returns the tables of the host whose files are given. passwd
// answers unix:passwd.byname with a line of passwd(5); when it is nil,
// /etc/passwd is read.
func NewTables(files Files, passwd func(name string) (line string, ok bool)) *Tables {
	return &Tables{files: files, passwd: passwd, open: map[string]*openTable{}, lists: map[string]*listedFile{}}
}

// opener returns what opens a table of that type, or nil. The name behind the
// colon is read differently by each.
func opener(kind string) func(t *Tables, o *openTable, kind, name string) {
	switch kind {
	case "hash", "btree", "lmdb", "dbm", "cdb", "sdbm":
		return (*Tables).openIndexed
	case "texthash":
		return (*Tables).openText
	case "inline":
		return (*Tables).openInline
	case "static":
		return (*Tables).openStatic
	case "fail":
		return (*Tables).openFail
	case "unix":
		return (*Tables).openUnix
	case "regexp", "pcre", "cidr":
		return (*Tables).openPattern
	case "pipemap", "unionmap":
		return (*Tables).openMany
	}
	return nil
}

// isTableSpec tells whether a list item names a table, "type:name".
func isTableSpec(s string) bool {
	kind, _, ok := strings.Cut(s, ":")
	if kind == "proxy" || kind == "" {
		return ok && kind != ""
	}
	return ok && opener(kind) != nil
}

// Open returns the table that "type:name" names. It is the same Table as long
// as the file behind it stays the same.
func (t *Tables) Open(spec string) (Table, error) {
	for strings.HasPrefix(spec, "proxy:") {
		spec = spec[len("proxy:"):] // proxymap(8) asks the same table
	}
	o := t.open[spec]
	kind, _, _ := strings.Cut(spec, ":")
	if o != nil && o.path != "" && !o.isRead(kind) && !t.unchanged(o) {
		o = nil
	}
	if o == nil {
		o = t.load(spec)
		if t.open[spec] = o; o.isRead(kind) && !slices.Contains(t.fixed, spec) {
			t.fixed = append(t.fixed, spec)
		}
	}
	return o.table, o.err
}

// Warnings returns what Postfix would log when it opens the table.
func (t *Tables) Warnings(spec string) []string {
	t.Open(spec)
	spec = strings.TrimPrefix(spec, "proxy:")
	if o := t.open[spec]; o != nil {
		return o.warnings
	}
	return nil
}

func (t *Tables) unchanged(o *openTable) bool { return t.same(o.path, o.source) }

// same tells whether a file is as it was read; nil is one that was not there.
func (t *Tables) same(path string, source []byte) bool {
	now, err := t.files.ReadFile(path)
	if err != nil {
		return source == nil
	}
	if source == nil || len(now) != len(source) {
		return false
	}
	return len(now) == 0 || &now[0] == &source[0] || bytes.Equal(now, source)
}

func (t *Tables) load(spec string) *openTable {
	o := &openTable{}
	kind, name, ok := strings.Cut(spec, ":")
	if !ok || name == "" {
		o.fail(spec, "open dictionary: expecting \"type:name\" form instead of \"%s\"", spec)
		return o
	}
	open := opener(kind)
	if open == nil {
		o.fail(spec, "unsupported dictionary type: %s", kind)
		return o
	}
	open(t, o, kind, name)
	return o
}

// fail makes the table one that answers every question with an error.
func (o *openTable) fail(spec, format string, args ...any) {
	o.err = &TableError{Spec: spec, Text: fmt.Sprintf(format, args...)}
	o.table = failTable{o.err}
}

func (o *openTable) warn(format string, args ...any) {
	o.warnings = append(o.warnings, fmt.Sprintf(format, args...))
}

// read loads the file behind a table.
func (t *Tables) read(o *openTable, path string) (string, bool) {
	o.path = path
	b, err := t.files.ReadFile(path)
	if err != nil {
		return "", false
	}
	o.source = b
	if b == nil {
		o.source = []byte{}
	}
	return string(b), true
}

// openIndexed opens what postmap or postalias built. The source beside it does
// not matter: nothing changes before the table is rebuilt.
func (t *Tables) openIndexed(o *openTable, kind, name string) {
	path := name + IndexSuffix(kind)
	text, ok := t.read(o, path)
	if !ok {
		o.fail(kind+":"+name, "open database %s: No such file or directory", path)
		return
	}
	m, err := readIndex(text)
	if err != nil {
		o.fail(kind+":"+name, "open database %s: %v", path, err)
		return
	}
	o.table = m
}

// openText opens texthash: the source itself, read once.
func (t *Tables) openText(o *openTable, kind, name string) {
	text, ok := t.read(o, name)
	if !ok {
		o.fail(kind+":"+name, "open database %s: No such file or directory", name)
		return
	}
	m, diags := parseMapText(name, name, text)
	for _, d := range diags {
		o.warnings = append(o.warnings, d.Text)
	}
	o.table = m
}

// openInline opens "inline:{ key=value, { key = text with space } }".
func (t *Tables) openInline(o *openTable, kind, name string) {
	spec := kind + ":" + name
	if len(name) < 2 || name[0] != '{' || matchBracket(name) != len(name)-1 {
		o.fail(spec, "bad syntax: %q; need \"inline:{name=value...}\"", spec)
		return
	}
	m := mapTable{}
	for _, item := range SplitList(name[1 : len(name)-1]) {
		if strings.HasPrefix(item, "{") {
			item = payload(item)
		}
		key, value, problem := splitNameValue(item)
		if problem != "" {
			o.fail(spec, "%s: %q; need \"inline:{name=value...}\"", problem, spec)
			return
		}
		m[foldKey(key)] = value
	}
	if o.table = m; len(m) == 0 {
		o.fail(spec, "bad syntax: %q; need \"inline:{name=value...}\"", spec)
	}
}

// openStatic opens "static:value" or "static:{value with space}".
func (t *Tables) openStatic(o *openTable, _, name string) { o.table = staticTable(payload(name)) }

// openFail opens "fail:name", a table whose every lookup fails (DATABASE_README).
func (t *Tables) openFail(o *openTable, kind, name string) {
	o.table = failTable{&TableError{Spec: kind + ":" + name, Text: "table " + kind + ":" + name + ": query error"}}
}

// openUnix opens unix:passwd.byname and unix:group.byname.
func (t *Tables) openUnix(o *openTable, kind, name string) {
	file := map[string]string{"passwd.byname": "/etc/passwd", "group.byname": "/etc/group"}[name]
	if file == "" {
		o.fail(kind+":"+name, "unknown table: %s:%s", kind, name)
		return
	}
	if t.passwd != nil && name == "passwd.byname" {
		o.table = passwdTable(t.passwd)
		return
	}
	text, _ := t.read(o, file)
	m := mapTable{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if user, _, ok := strings.Cut(line, ":"); ok && user != "" && user[0] != '#' {
			m[user] = line
		}
	}
	o.table = exactTable(m)
}

// openMany opens unionmap:{a, b} (all results, by comma) and pipemap:{a, b}
// (the result of one is the key of the next).
func (t *Tables) openMany(o *openTable, kind, name string) {
	parts := SplitList(payload(name))
	if !strings.HasPrefix(name, "{") || len(parts) == 0 {
		o.fail(kind+":"+name, "bad syntax: %q; need \"%s:{type:name...}\"", kind+":"+name, kind)
		return
	}
	var all []Table
	for _, p := range parts {
		if strings.HasPrefix(p, kind) {
			o.fail(kind+":"+name, "%s inside %s", kind, kind)
			return
		}
		table, err := t.Open(p)
		if err != nil {
			o.fail(kind+":"+name, "%v", err)
			return
		}
		all = append(all, table)
	}
	o.table = combined{all, kind == "pipemap"}
}

// mapTable is a table of fixed keys in lower case.
type mapTable map[string]string

func (m mapTable) Lookup(key string) (string, bool, error) {
	v, ok := m[foldKey(key)]
	return v, ok, nil
}

// exactTable is a table of names that have a case; like other tables it is
// asked in lower case only.
type exactTable map[string]string

func (m exactTable) Lookup(key string) (string, bool, error) {
	v, ok := m[foldKey(key)]
	return v, ok, nil
}

// passwdTable asks the host for its users.
type passwdTable func(name string) (line string, ok bool)

func (p passwdTable) Lookup(key string) (string, bool, error) {
	line, ok := p(foldKey(key))
	return line, ok, nil
}

// foldKey folds a key of a fixed-string table to lower case.
func foldKey(key string) string { return strings.ToLower(key) }

type staticTable string

func (s staticTable) Lookup(string) (string, bool, error) { return string(s), true, nil }

type failTable struct{ err error }

func (f failTable) Lookup(string) (string, bool, error) { return "", false, f.err }

// combined is a unionmap or, with pipe, a pipemap.
type combined struct {
	tables []Table
	pipe   bool
}

func (c combined) Lookup(key string) (string, bool, error) {
	var all []string
	for _, t := range c.tables {
		v, found, err := t.Lookup(key)
		if err != nil {
			return "", false, err
		}
		switch {
		case c.pipe && !found:
			return "", false, nil
		case c.pipe:
			key = v
		case found:
			all = append(all, v)
		}
	}
	if c.pipe {
		return key, true, nil
	}
	return strings.Join(all, ","), len(all) > 0, nil
}

// listFile reads a file of list items, one or more on a line (match_list(3)).
func (t *Tables) listFile(path string) ([]string, error) {
	if l := t.lists[path]; l != nil {
		return l.items, l.err
	}
	l := &listedFile{}
	t.lists[path] = l
	b, err := t.files.ReadFile(path)
	if err != nil {
		l.err = &TableError{Spec: path, Text: "open file " + path + ": No such file or directory"}
		return nil, l.err
	}
	if l.source = b; b == nil {
		l.source = []byte{}
	}
	lines, _ := logicalLines(path, string(b))
	for _, line := range lines {
		l.items = append(l.items, SplitList(line.text)...)
	}
	return l.items, nil
}
