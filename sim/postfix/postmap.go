package postfix

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// The files that postmap(1) and postalias(1) build. A real one is a Berkeley
// DB; ours is a text of one "key TAB value" a line under a first line that
// says what it is. What matters is kept: it is a snapshot of the source at the
// time of the command.

// indexMagic is the first line of a built table.
const indexMagic = "postmap index 1\n"

// maxTableEntries bounds a table.
const maxTableEntries = 1 << 20

// IndexSuffix is what the file that holds a built table ends in: ".db" for
// hash and btree, ".lmdb", ".cdb", ".dir" for the others.
func IndexSuffix(kind string) string {
	switch kind {
	case "lmdb":
		return ".lmdb"
	case "cdb":
		return ".cdb"
	case "dbm", "sdbm":
		return ".dir"
	}
	return ".db"
}

// TableRules are how postmap(1) and postalias(1) are told to read a source.
type TableRules struct {
	Exact   bool // -f: keys keep their case
	Replace bool // -r: a later entry takes the place of an earlier one
	Quiet   bool // -w: an entry that is there twice is no trouble
	Octets  bool // -u: keys and values need not be UTF-8
}

// Postmap builds a table from "key whitespace value" lines, as postmap(1)
// does. name is the name of the source, for the messages.
func Postmap(name, text string, rules TableRules) (index []byte, diags []Diag) {
	m, diags := rules.parseMapText(name, name+".db", text)
	return writeIndex(m), diags
}

// Postalias builds a table from the "name: value, …" lines of aliases(5), as
// postalias(1) and newaliases(1) do.
func Postalias(name, text string, rules TableRules) (index []byte, diags []Diag) {
	m, diags := rules.parseAliasText(name, name+".db", text)
	return writeIndex(m), diags
}

// Unbuildable is why no table of a type can be built, in the words of
// postmap(1); "" when it can.
func Unbuildable(kind string) string {
	switch {
	case indexFile(kind+":x") != "":
		return ""
	case opener(kind) == nil && kind != "proxy":
		return "unsupported dictionary type: " + printable(kind, '?') + ". Is the postfix-" + printable(kind, '?') + " package installed?"
	}
	return "unsupported dictionary type: " + kind + " does not support bulk-mode creation."
}

// OfFile tells whether a table of a type is a file by its name.
func OfFile(kind string) bool {
	switch kind {
	case "regexp", "pcre", "cidr", "texthash":
		return true
	}
	return indexFile(kind+":x") != ""
}

// ReadIndex returns what a built table has, by key.
func ReadIndex(index []byte) (map[string]string, error) {
	m, err := readIndex(string(index))
	return m, err
}

// WriteIndex is a built table with these entries.
func WriteIndex(entries map[string]string) []byte { return writeIndex(entries) }

// OpenTable opens a table of the host as "postmap -q" does: outside the mail
// system, without a daemon. warnings are what is wrong in the table.
func (s *System) OpenTable(spec string) (t Table, warnings []string, err error) {
	if table, ok := strings.CutPrefix(spec, "proxy:"); ok && !slices.Contains(s.config.List("proxy_read_maps"), spec) {
		return nil, nil, fmt.Errorf("proxymap service is not configured for table \"%s\"", table)
	}
	tables := NewTables(s.Host.Tree, s.passwd)
	t, err = tables.Open(spec)
	return t, tables.Warnings(spec), err
}

// TableEntries are all entries of a table, which only some types can list.
func TableEntries(t Table) (entries map[string]string, ok bool) {
	m, ok := t.(mapTable)
	return m, ok
}

// add puts an entry into a table that is built, as the rules have it.
func (rules TableRules) add(m mapTable, key, value string, warn func(string)) {
	if !rules.Exact {
		key = foldKey(key)
	}
	if _, double := m[key]; double && !rules.Replace {
		if !rules.Quiet {
			warn("duplicate entry: \"" + key + "\"")
		}
		return
	}
	m[key] = value
}

// sourceLines are the logical lines of a source that can be read.
func (rules TableRules) sourceLines(name, text string) (lines []logicalLine, diags []Diag) {
	all, diags := logicalLines(name, text)
	for _, l := range all {
		if !rules.Octets && !utf8.ValidString(l.text) {
			diags = append(diags, Diag{File: name, Line: l.line,
				Text: fmt.Sprintf("%s, line %d: non-UTF-8 input \"%s\" -- ignoring this line", name, l.line, printable(strings.ToValidUTF8(l.text, "?"), '?'))})
			continue
		}
		lines = append(lines, l)
	}
	if len(lines) > maxTableEntries {
		lines = lines[:maxTableEntries]
		diags = append(diags, Diag{File: name, Text: fmt.Sprintf("%s: more than %d entries; the rest is left out", name, maxTableEntries)})
	}
	return lines, diags
}

// parseMapText reads the source of a postmap table.
func parseMapText(name, target, text string) (mapTable, []Diag) {
	return TableRules{}.parseMapText(name, target, text)
}

func (rules TableRules) parseMapText(name, target, text string) (mapTable, []Diag) {
	lines, diags := rules.sourceLines(name, text)
	m := mapTable{}
	for _, l := range lines {
		warn := func(format string, args ...any) {
			diags = append(diags, Diag{File: name, Line: l.line, Text: fmt.Sprintf(format, args...)})
		}
		s := strings.TrimSpace(l.text)
		n, balanced := keyEnd(s)
		if !balanced {
			warn("%s, line %d: unbalanced '\"' in '%s' -- ignoring this line", name, l.line, printable(s, '?'))
			continue
		}
		key, value := s[:n], strings.TrimSpace(s[n:])
		if value == "" {
			warn("%s, line %d: expected format: key whitespace value", name, l.line)
			continue
		}
		if strings.HasSuffix(key, ":") {
			warn("%s, line %d: record is in \"key: value\" format; is this an alias file?", name, l.line)
		}
		rules.add(m, key, value, func(why string) { warn("%s: %s", target, why) })
	}
	return m, diags
}

// keyEnd returns the length of the key at the head of a line: up to white
// space outside double quotes. balanced tells whether those end.
func keyEnd(s string) (n int, balanced bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && isBlank(c):
			return i, true
		}
	}
	return len(s), !quoted
}

// parseAliasText reads the source of an alias table.
func (rules TableRules) parseAliasText(name, target, text string) (mapTable, []Diag) {
	lines, diags := rules.sourceLines(name, text)
	m := mapTable{}
	for _, l := range lines {
		warn := func(format string, args ...any) {
			diags = append(diags, Diag{File: name, Line: l.line, Text: fmt.Sprintf(format, args...)})
		}
		key, value, problem := splitAlias(l.text)
		if problem != "" {
			warn("%s, line %d: %s", name, l.line, problem)
			continue
		}
		rules.add(m, key, value, func(why string) { warn("%s: %s", target, why) })
	}
	return m, diags
}

// splitAlias reads "name: value" of aliases(5). The name may be quoted.
func splitAlias(line string) (key, value, problem string) {
	s := strings.TrimSpace(line)
	colon, quoted, wasQuoted, listed := -1, false, false, false
	var b strings.Builder
	for i := 0; i < len(s) && colon < 0; i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			quoted, wasQuoted = !quoted, true
		case c == ':' && !quoted:
			colon = i
		case c == ',' && !quoted:
			listed = true
		default:
			b.WriteByte(c)
		}
	}
	key = strings.Join(strings.Fields(b.String()), " ")
	if colon < 0 || key == "" || listed {
		return "", "", "need name:value pair"
	}
	if strings.Contains(key, "@") && !wasQuoted {
		return "", "", "name must be local"
	}
	value = aliasValue(s[colon+1:])
	if value == "" {
		return "", "", "need name:value pair"
	}
	return key, value, ""
}

// aliasValue is the right-hand side of an alias as postalias writes it: one blank
// between words, one behind a comma, and quotes that end (tok822_externalize(3)).
func aliasValue(s string) string {
	var b strings.Builder
	quoted, gap := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\' && i+1 < len(s):
			i++
			b.WriteString(s[i-1 : i+1])
			continue
		case quoted:
			quoted = c != '"'
		case isBlank(c):
			gap = true
			continue
		case c == ',':
			gap = true
			b.WriteByte(',')
			continue
		case c == '\\' && i+1 < len(s):
			i++
			c = s[i]
		case c == '"':
			quoted = true
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteByte(c)
	}
	if quoted {
		b.WriteByte('"')
	}
	return b.String()
}

func writeIndex(m mapTable) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString(indexMagic)
	for _, k := range keys {
		b.WriteString(k + "\t" + strings.ReplaceAll(m[k], "\n", " ") + "\n")
	}
	return []byte(b.String())
}

func readIndex(text string) (mapTable, error) {
	body, ok := strings.CutPrefix(text, indexMagic)
	if !ok {
		return nil, fmt.Errorf("file is not a table that postmap or postalias built")
	}
	m := mapTable{}
	for line := range strings.Lines(body) {
		if k, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			m[k] = v
		}
	}
	return m, nil
}

// WritableFiles is a file tree that tables can be built in.
type WritableFiles interface {
	Files
	WriteFile(path string, content []byte) error
}

// BootTables builds every indexed table that the configuration names, whose
// source is there and which was not built before. So a host that a scenario
// describes by its sources boots with its tables built; later changes need
// postmap or newaliases, as in reality.
func BootTables(c *Config, files WritableFiles) []Diag {
	var diags []Diag
	for _, spec := range indexedTables(c) {
		kind, name, _ := strings.Cut(spec, ":")
		if _, err := files.ReadFile(name + IndexSuffix(kind)); err == nil {
			continue
		}
		source, err := files.ReadFile(name)
		if err != nil {
			continue
		}
		build := Postmap
		if isAliasTable(c, spec) {
			build = Postalias
		}
		index, more := build(name, string(source), TableRules{})
		diags = append(diags, more...)
		if err := files.WriteFile(name+IndexSuffix(kind), index); err != nil {
			diags = append(diags, Diag{Fatal: true, File: name, Text: fmt.Sprintf("open database %s: %v", name+IndexSuffix(kind), err)})
		}
	}
	return diags
}

// indexedTables lists the hash:, btree: … tables that any parameter of main.cf
// or option of master.cf names, in the order of their names.
func indexedTables(c *Config) []string {
	found := map[string]bool{}
	collect := func(text string) {
		for _, item := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n{}", r) }) {
			item = strings.TrimLeft(item, "!")
			for strings.HasPrefix(item, "proxy:") {
				item = item[len("proxy:"):]
			}
			switch kind, name, _ := strings.Cut(item, ":"); kind {
			case "hash", "btree", "lmdb", "cdb", "dbm", "sdbm":
				if strings.HasPrefix(name, "/") {
					found[item] = true
				}
			}
		}
	}
	collect(c.Get("alias_maps"))
	collect(c.Get("alias_database"))
	for _, e := range c.main.Entries() {
		collect(c.Get(e.Name))
	}
	if c.master != nil {
		for i := range c.master.Services {
			for _, o := range c.master.Services[i].Options {
				text, _ := c.Expand(o.Value)
				collect(text)
			}
		}
	}
	specs := make([]string, 0, len(found))
	for s := range found {
		specs = append(specs, s)
	}
	sort.Strings(specs)
	return specs
}

// isAliasTable tells whether a table has the format of aliases(5).
func isAliasTable(c *Config, spec string) bool {
	for _, param := range [...]string{"alias_maps", "alias_database"} {
		for _, item := range c.List(param) {
			if strings.TrimPrefix(item, "proxy:") == spec {
				return true
			}
		}
	}
	return false
}
