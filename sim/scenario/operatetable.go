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
	index   func(name, text string) ([]byte, []postfix.Diag)
}

var (
	postmapTables = tableCommand{"postmap", "bc:d:fFhimnNopq:rsuUvw",
		"usage: postmap [-bfFhimnNoprsuUvw] [-c config_dir] [-d key] [-q key] [map_type:]file...", postfix.Postmap}
	postaliasTables = tableCommand{"postalias", "c:d:finNopq:rsuvw",
		"usage: postalias [-Nfinoprsuvw] [-c config_dir] [-d key] [-q key] [map_type:]file...", postfix.Postalias}
)

func postmapCommand(sh *operator, args []string) int   { return postmapTables.run(sh, args) }
func postaliasCommand(sh *operator, args []string) int { return postaliasTables.run(sh, args) }

func (c tableCommand) run(sh *operator, args []string) (status int) {
	if sh.system(c.name) == nil {
		return 127
	}
	o, bad := getopt(args, c.letters)
	if bad != "" {
		sh.printf("%s: %s\n%s: fatal: %s\n", c.name, bad, c.name, c.usage)
		return 1
	}
	if len(o.args) == 0 {
		return c.fatal(sh, c.usage)
	}
	if key, ok := o.value('q'); ok {
		return c.query(sh, key, o.args)
	}
	if key, ok := o.value('d'); ok {
		return c.remove(sh, key, o.args)
	}
	_, list := o.value('s')
	_, more := o.value('i')
	for _, table := range o.args {
		switch {
		case list:
			status = max(status, c.list(sh, table))
		case more:
			status = max(status, c.add(sh, table))
		default:
			status = max(status, c.build(sh, table))
		}
	}
	return status
}

func (c tableCommand) fatal(sh *operator, why string) int {
	sh.complain(c.name, "fatal: "+why)
	return 1
}

// spec is a table with its type, which default_database_type supplies.
func (c tableCommand) spec(sh *operator, table string) string {
	if strings.Contains(table, ":") {
		return table
	}
	return sh.m.postfix.Config().Get("default_database_type") + ":" + table
}

// query looks a key up, in each table until one has it; "-" stands for the keys
// on standard input, of which all are looked up.
func (c tableCommand) query(sh *operator, key string, tables []string) int {
	keys := []string{key}
	if key == "-" {
		keys = strings.Fields(string(sh.In.All()))
	}
	status := 1
	for _, k := range keys {
		for _, table := range tables {
			value, found, err := sh.m.postfix.Query(c.spec(sh, table), k)
			if err != nil {
				return c.fatal(sh, err.Error())
			}
			if !found {
				continue
			}
			status = 0
			if key == "-" {
				sh.printf("%s\t", k)
			}
			sh.printf("%s\n", value)
			break
		}
	}
	return status
}

// build builds the index of a table from its source.
func (c tableCommand) build(sh *operator, table string) int {
	kind, file, _ := strings.Cut(c.spec(sh, table), ":")
	text, err := sh.m.Tree.ReadFile(file)
	if err != nil {
		return c.fatal(sh, "open "+visible(file)+": No such file or directory")
	}
	if why := postfix.Unbuildable(kind); why != "" {
		return c.fatal(sh, why)
	}
	out, diags := c.index(file, string(text))
	for _, d := range diags {
		sh.complain(c.name, d.String())
	}
	if postfix.HasFatal(diags) {
		return 1
	}
	return c.write(sh, file+postfix.IndexSuffix(kind), out)
}

func (c tableCommand) write(sh *operator, file string, index []byte) int {
	if err := sh.m.Tree.WriteFile(file, index); err != nil {
		return c.fatal(sh, err.Error())
	}
	sh.m.postfix.Rebuilt(sh.p, file)
	return 0
}

// entries are what a built table has; ok is false when it cannot be read.
func (c tableCommand) entries(sh *operator, table string) (file string, entries map[string]string, ok bool) {
	kind, name, _ := strings.Cut(c.spec(sh, table), ":")
	file = name + postfix.IndexSuffix(kind)
	index, err := sh.m.Tree.ReadFile(file)
	if err == nil {
		if entries, err = postfix.ReadIndex(index); err == nil {
			return file, entries, true
		}
	}
	c.fatal(sh, "open database "+visible(file)+": No such file or directory")
	return file, nil, false
}

// list prints what a table has (-s).
func (c tableCommand) list(sh *operator, table string) int {
	_, entries, ok := c.entries(sh, table)
	if !ok {
		return 1
	}
	keys := make([]string, 0, len(entries))
	for k := range entries {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		sh.printf("%s\t%s\n", k, entries[k])
	}
	return 0
}

// remove takes a key out of built tables (-d).
func (c tableCommand) remove(sh *operator, key string, tables []string) int {
	status := 1
	for _, table := range tables {
		file, entries, ok := c.entries(sh, table)
		if !ok {
			return 1
		}
		if _, there := entries[key]; there {
			delete(entries, key)
			if status = c.write(sh, file, postfix.WriteIndex(entries)); status != 0 {
				return status
			}
		}
	}
	return status
}

// add puts the entries on standard input into a built table (-i).
func (c tableCommand) add(sh *operator, table string) int {
	file, entries, ok := c.entries(sh, table)
	if !ok {
		return 1
	}
	index, diags := c.index(file, string(sh.In.All()))
	for _, d := range diags {
		sh.complain(c.name, d.String())
	}
	added, err := postfix.ReadIndex(index)
	if err != nil {
		return c.fatal(sh, err.Error())
	}
	for k, v := range added {
		entries[k] = v
	}
	return c.write(sh, file, postfix.WriteIndex(entries))
}

func newaliasesCommand(sh *operator, args []string) (status int) {
	s := sh.system("newaliases")
	if s == nil {
		return 127
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		sh.printf("newaliases: fatal: alias initialization mode requires no recipient\n")
		s.LogTool(sh.p, "sendmail", "fatal: alias initialization mode requires no recipient")
		return 75
	}
	for _, table := range s.Config().List("alias_database") {
		status = max(status, postaliasTables.build(sh, table))
	}
	return status
}
