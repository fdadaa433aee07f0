package scenario

import (
	"sort"
	"strings"

	"mailtrek/sim/postfix"
)

// tableCommand is what postmap(1) and postalias(1) have in common: they build,
// ask and change lookup tables.
type tableCommand struct {
	name    string
	letters string
	usage   string
	colon   string // behind a key that is printed
	index   func(name, text string, rules postfix.TableRules) ([]byte, []postfix.Diag)
}

var (
	postmapTables = tableCommand{"postmap", "bc:d:fFhimnNopq:rsuUvw",
		"usage: postmap [-bfFhimnNoprsuUvw] [-c config_dir] [-d key] [-q key] [map_type:]file...", "", postfix.Postmap}
	postaliasTables = tableCommand{"postalias", "c:d:finNopq:rsuvw",
		"usage: postalias [-Nfinoprsuvw] [-c config_dir] [-d key] [-q key] [map_type:]file...", ":", postfix.Postalias}
)

// tableCall is one of the commands with its options.
type tableCall struct {
	tableCommand
	*operator
	rules    postfix.TableRules
	plain    bool    // -p: a new index does not get the mode of its source
	sections [2]bool // -h and -b: the header and the body of a message are asked
}

func postmapCommand(sh *operator, args []string) int   { return postmapTables.run(sh, args) }
func postaliasCommand(sh *operator, args []string) int { return postaliasTables.run(sh, args) }

func (c tableCommand) run(sh *operator, args []string) (status int) {
	o, bad := getopt(args, c.letters)
	if bad != "" {
		sh.errorf("%s: %s\n%s: fatal: %s\n", c.name, bad, c.name, c.usage)
		return 1
	}
	has := func(letter byte) bool { _, ok := o.value(letter); return ok }
	key, query := o.value('q')
	gone, remove := o.value('d')
	if query && remove || query && has('s') || remove && has('s') {
		sh.errorf("%s: fatal: specify only one of -s -q or -d\n", c.name)
		return 1
	}
	dir, _ := o.value('c')
	if !sh.settled(c.name, dir) {
		return 1
	}
	t := &tableCall{c, sh, postfix.TableRules{Exact: has('f'), Replace: has('r'), Quiet: has('w'), Octets: has('u')},
		has('p'), [2]bool{has('h') && c.colon == "" || has('m'), has('b')}}
	if len(o.args) == 0 {
		return t.fatal(c.usage)
	}
	if (t.sections[0] || t.sections[1]) && key != "-" {
		return t.fatal("specify -b -h or -m only with \"-q -\"")
	}
	if query {
		return t.query(key, o.args)
	}
	if remove {
		return t.remove(gone, o.args)
	}
	for _, table := range o.args {
		switch {
		case has('s'):
			status = t.list(table)
		case has('i'):
			status = t.add(table)
		default:
			status = t.build(table)
		}
		if status != 0 {
			return status
		}
	}
	return 0
}

func (c *tableCall) fatal(why string) int {
	c.complain(c.name, "fatal: "+why)
	return 1
}

// spec is a table with its type, which default_database_type supplies, and with
// the full name of its file.
func (c *tableCall) spec(table string) (spec, kind, file string) {
	kind, file, ok := strings.Cut(table, ":")
	if !ok {
		kind, file = c.m.postfix.Config().Get("default_database_type"), table
	}
	spec = kind + ":" + file
	if c.Dir != "/" && file != "" && !strings.HasPrefix(file, "/") && postfix.OfFile(kind) && file[0] != '{' {
		spec = kind + ":" + c.Path(file)
	}
	return spec, kind, file
}

// query looks a key up, in each table until one has it; "-" stands for the keys
// on standard input, a line each, of which all are looked up.
func (c *tableCall) query(key string, tables []string) int {
	keys := []string{key}
	if key == "-" {
		keys = inputLines(c.In.All())
		if c.sections[0] || c.sections[1] {
			keys = messageParts(keys, c.sections[0], c.sections[1])
		}
	}
	status := 1
	open := map[string]postfix.Table{}
	for _, k := range keys {
		for _, table := range tables {
			spec, kind, _ := c.spec(table)
			t := open[spec]
			if t == nil {
				var warnings []string
				var err error
				t, warnings, err = c.m.postfix.OpenTable(spec)
				for _, w := range warnings {
					c.complain(c.name, "warning: "+visible(w))
				}
				if err != nil {
					return c.fatal(visible(c.asTyped(err.Error(), table)))
				}
				open[spec] = t
			}
			value, found, err := c.lookup(t, kind, k)
			if err != nil {
				return c.fatal(visible(err.Error()) + ": Application error")
			}
			if !found {
				continue
			}
			status = 0
			if key == "-" {
				c.printf("%s%s\t", k, c.colon)
			}
			c.printf("%s\n", value)
			break
		}
	}
	return status
}

// asTyped puts the name of a file back that was made full.
func (c *tableCall) asTyped(text, table string) string {
	_, file, ok := strings.Cut(table, ":")
	if !ok {
		file = table
	}
	return strings.ReplaceAll(text, c.Path(file), file)
}

// lookup asks an open table; with -f a key keeps its case.
func (c *tableCall) lookup(t postfix.Table, kind, key string) (value string, found bool, err error) {
	if entries, ok := postfix.TableEntries(t); ok && c.rules.Exact {
		value, found = entries[key]
		return value, found, nil
	}
	if key == "" && kind != "static" {
		return "", false, nil
	}
	return t.Lookup(key)
}

func inputLines(b []byte) (lines []string) {
	for l := range strings.Lines(string(b)) {
		lines = append(lines, strings.TrimSuffix(l, "\n"))
	}
	return lines
}

// messageParts are the header fields of a message, each with its further lines,
// and the lines of its body.
func messageParts(lines []string, header, body bool) (parts []string) {
	i := 0
	for ; i < len(lines) && lines[i] != ""; i++ {
		if i > 0 && (lines[i][0] == ' ' || lines[i][0] == '\t') && len(parts) > 0 {
			parts[len(parts)-1] += "\n" + lines[i]
			continue
		}
		parts = append(parts, lines[i])
	}
	if !header {
		parts = nil
	}
	if body {
		parts = append(parts, lines[i:]...)
	}
	return parts
}

// build builds the index of a table from its source.
func (c *tableCall) build(table string) int {
	_, kind, file := c.spec(table)
	if kind == "proxy" {
		return c.fatal("can't create maps via the proxy service")
	}
	text, why := c.Read(file)
	if why != "" && why != "Is a directory" {
		return c.fatal("open " + visible(file) + ": " + why)
	}
	if why := c.bar(c.Path(file + postfix.IndexSuffix(kind))); why != "" {
		c.errorf("%s: fatal: open %s: %s\n", c.name, visible(file+postfix.IndexSuffix(kind)), why)
		return 1
	}
	if why := postfix.Unbuildable(kind); why != "" {
		return c.fatal(why)
	}
	out, diags := c.index(file, string(text), c.rules)
	for _, d := range diags {
		c.complain(c.name, visible(d.String()))
	}
	if postfix.HasFatal(diags) {
		return 1
	}
	index := file + postfix.IndexSuffix(kind)
	_, there := c.Files.Stat(c.Path(index))
	status := c.write(index, out)
	source, _ := c.Files.Permission(c.Path(file))
	if own, _ := c.Files.Permission(c.Path(index)); status == 0 && there != nil && !c.plain && own.Mode != source.Mode { // unless -p
		_ = c.Files.Chmod(c.Path(index), source.Mode)
	}
	return status
}

func (c *tableCall) write(file string, index []byte) int {
	if err := c.Files.WriteFile(c.Path(file), index); err != nil {
		return c.fatal(err.Error())
	}
	c.m.postfix.Rebuilt(c.p, c.Path(file))
	return 0
}

// entries are what a built table has; ok is false when it cannot be read.
func (c *tableCall) entries(table string) (file string, entries map[string]string, ok bool) {
	spec, kind, name := c.spec(table)
	file = name + postfix.IndexSuffix(kind)
	if postfix.Unbuildable(kind) != "" {
		c.fatal(visible(spec) + " map requires O_RDONLY access mode")
		return file, nil, false
	}
	index, why := c.Read(file)
	if why == "" {
		var err error
		if entries, err = postfix.ReadIndex(index); err == nil {
			return file, entries, true
		}
		why = "Invalid argument"
	}
	c.fatal("open database " + visible(file) + ": " + why)
	return file, nil, false
}

// list prints what a table has (-s).
func (c *tableCall) list(table string) int {
	spec, kind, file := c.spec(table)
	t, warnings, err := c.m.postfix.OpenTable(spec)
	for _, w := range warnings {
		c.complain(c.name, "warning: "+visible(w))
	}
	if err != nil {
		return c.fatal(visible(c.asTyped(err.Error(), table)))
	}
	entries, ok := postfix.TableEntries(t)
	if !ok {
		return c.fatal("table " + visible(spec) + ": sequence operation is not supported")
	}
	if c.colon != "" && postfix.Unbuildable(kind) == "" { // what postalias adds, as ypserv would
		info, _ := c.m.Tree.Stat(c.Path(file + postfix.IndexSuffix(kind)))
		c.printf("@:\t@\nYP_LAST_MODIFIED:\t%d\nYP_MASTER_NAME:\t%s\n", info.ModTime.Unix(), c.m.postfix.Config().Get("myhostname"))
	}
	keys := make([]string, 0, len(entries))
	for k := range entries {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		c.printf("%s%s\t%s\n", k, c.colon, entries[k])
	}
	return 0
}

// remove takes keys out of built tables (-d); "-" stands for those on standard
// input.
func (c *tableCall) remove(key string, tables []string) int {
	keys := []string{key}
	if key == "-" {
		keys = inputLines(c.In.All())
	}
	status := 1
	for _, table := range tables {
		file, entries, ok := c.entries(table)
		if !ok {
			return 1
		}
		changed := false
		for _, k := range keys {
			if !c.rules.Exact {
				k = strings.ToLower(k)
			}
			if _, there := entries[k]; there {
				delete(entries, k)
				changed = true
			}
		}
		if changed {
			if status = c.write(file, postfix.WriteIndex(entries)); status != 0 || key != "-" {
				return status
			}
		}
	}
	return status
}

// add puts the entries on standard input into a built table (-i).
func (c *tableCall) add(table string) int {
	_, kind, name := c.spec(table)
	if why := postfix.Unbuildable(kind); why != "" {
		return c.fatal(why)
	}
	file := name + postfix.IndexSuffix(kind)
	entries := map[string]string{}
	if _, err := c.m.Tree.Stat(c.Path(file)); err == nil {
		var ok bool
		if file, entries, ok = c.entries(table); !ok {
			return 1
		}
	}
	index, diags := c.index("stdin", string(c.In.All()), c.rules)
	for _, d := range diags {
		c.complain(c.name, visible(strings.ReplaceAll(d.String(), "stdin.db", file)))
	}
	added, err := postfix.ReadIndex(index)
	if err != nil {
		return c.fatal(err.Error())
	}
	keys := make([]string, 0, len(added))
	for k := range added {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if _, double := entries[k]; double && !c.rules.Replace {
			if !c.rules.Quiet {
				c.complain(c.name, "warning: "+visible(file+": duplicate entry: \""+k+"\""))
			}
			continue
		}
		entries[k] = added[k]
	}
	return c.write(file, postfix.WriteIndex(entries))
}

func newaliasesCommand(sh *operator, args []string) int {
	return sendmailAs(sh, "newaliases", append([]string{"-bi"}, args...))
}

// buildAliases builds the alias tables of main.cf, as sendmail -I has
// postalias do.
func (sh *operator) buildAliases() int {
	tables := sh.m.postfix.Settings().List("alias_database")
	if len(tables) == 0 {
		return 0
	}
	return postaliasTables.run(sh, tables)
}
