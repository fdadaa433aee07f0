package scenario

import (
	"strings"

	"mailtrek/sim/postfix"
)

// system is the mail system of the host, or a message in the words of a shell.
func (sh *shell) system(command string) *postfix.System {
	if sh.m.postfix == nil {
		sh.printf("sh: 1: %s: not found (%s runs no Postfix)\n", command, sh.m.Name)
	}
	return sh.m.postfix
}

func postfixCommand(sh *shell, args []string) int {
	s := sh.system("postfix")
	if s == nil {
		return 127
	}
	if !sh.root() {
		sh.printf("postfix: fatal: the postfix command is reserved for the superuser\n")
		return 1
	}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "-c" && len(args) > 1 { // another folder than /etc/postfix is not modelled
			args = args[1:]
		}
		args = args[1:]
	}
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	out, status := s.Control(sh.p, command)
	sh.printf("%s", out)
	if command == "flush" && status == 0 {
		return sh.one([]string{"postqueue", "-f"})
	}
	return status
}

func postconfCommand(sh *shell, args []string) int {
	if sh.system("postconf") == nil {
		return 127
	}
	var opt postfix.PostconfOptions
	edit := byte(0)
	var names []string
	for _, a := range args {
		if len(a) > 1 && a[0] == '-' && a != "-" {
			for _, c := range a[1:] {
				switch c {
				case 'n':
					opt.NonDefaults = true
				case 'd':
					opt.Defaults = true
				case 'h':
					opt.NoNames = true
				case 'x':
					opt.Expand = true
				case 'e', 'X', '#':
					edit = byte(c)
				default:
					sh.printf("postconf: the switch -%c is not modelled\n", c)
					return 1
				}
			}
			continue
		}
		if edit == 0 && strings.Contains(a, "=") {
			edit = 'e' // postconf NAME=VALUE, as -e
		}
		names = append(names, a)
	}
	if edit != 0 {
		return sh.editMain(edit, names)
	}
	config, _, diags := postfix.LoadConfig(sh.m.Tree, postfixEnv(sh.m.decl))
	if !postfix.HasFatal(diags) {
		var lines []string
		lines, diags = config.Postconf(opt, names...)
		for _, l := range lines {
			sh.printf("%s\n", l)
		}
	}
	for _, d := range diags {
		if !d.Note {
			sh.printf("postconf: %s\n", d)
		}
	}
	if postfix.HasFatal(diags) {
		return 1
	}
	return 0
}

const postqueueUsage = "postqueue: fatal: usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site\n"

func postqueueCommand(sh *shell, args []string) int {
	s := sh.system("postqueue")
	if s == nil {
		return 127
	}
	if len(args) == 1 && (args[0] == "-p" || args[0] == "-j") && !s.Running() {
		sh.printf("postqueue: warning: Mail system is down -- accessing queue directly (Connect to the Postfix showq service: Connection refused)\n")
	}
	switch {
	case len(args) == 1 && args[0] == "-p":
		sh.printf("%s", s.Mailq(sh.p))
	case len(args) == 1 && args[0] == "-j":
		sh.printf("%s", s.MailqJSON(sh.p))
	case len(args) == 1 && args[0] == "-f":
		if !s.Running() {
			sh.printf("postqueue: fatal: Cannot flush mail queue - mail system is down\n")
			return 69
		}
		s.Flush(sh.p)
	case len(args) == 2 && args[0] == "-i":
		s.FlushMessage(sh.p, args[1])
	case len(args) == 2 && args[0] == "-s":
		if !s.FlushSite(sh.p, args[1]) {
			sh.printf("postqueue: fatal: Flush service is not configured for destination \"%s\"\n", visible(args[1]))
			return 69
		}
	default:
		sh.printf(postqueueUsage)
		return 69
	}
	return 0
}

// editMain changes main.cf; it takes effect with "postfix reload".
func (sh *shell) editMain(how byte, edits []string) int {
	text, err := sh.m.Tree.ReadFile(postfix.MainFile)
	out := string(text)
	if err == nil {
		if how == 'e' {
			out, err = postfix.EditMain(out, edits...)
		} else {
			out = postfix.RemoveFromMain(out, how == '#', edits...)
		}
	}
	if err == nil {
		err = sh.m.Tree.WriteFile(postfix.MainFile, []byte(out))
	}
	if err != nil {
		sh.printf("postconf: fatal: %v\n", err)
		return 1
	}
	return 0
}

func postmapCommand(sh *shell, args []string) int {
	s := sh.system("postmap")
	if s == nil {
		return 127
	}
	query := ""
	if len(args) > 1 && args[0] == "-q" {
		query, args = args[1], args[2:]
	}
	if len(args) != 1 {
		sh.printf("postmap: fatal: usage: postmap [-q KEY] [TYPE:]FILE\n")
		return 1
	}
	if query != "" {
		return sh.ask(args[0], query)
	}
	return sh.build("postmap", args[0], postfix.Postmap)
}

// ask looks a key up in a table.
func (sh *shell) ask(table, key string) int {
	if !strings.Contains(table, ":") {
		table = sh.databaseType() + ":" + table
	}
	t, err := postfix.NewTables(sh.m.Tree, nil).Open(table)
	if err == nil {
		var value string
		var found bool
		if value, found, err = t.Lookup(key); err == nil && !found {
			return 1
		}
		if err == nil {
			sh.printf("%s\n", value)
			return 0
		}
	}
	sh.printf("postmap: fatal: %v\n", err)
	return 1
}

// databaseType is the type of a table that a command line names without one
// (default_database_type).
func (sh *shell) databaseType() string {
	if sh.m.postfix == nil {
		return "hash"
	}
	return sh.m.postfix.Config().Get("default_database_type")
}

// build builds the index of a table from its source.
func (sh *shell) build(command, table string, index func(name, text string) ([]byte, []postfix.Diag)) int {
	kind, file, ok := strings.Cut(table, ":")
	if !ok {
		kind, file = sh.databaseType(), table
	}
	text, err := sh.m.Tree.ReadFile(file)
	if err != nil {
		sh.printf("%s: fatal: open %s: No such file or directory\n", command, file)
		return 1
	}
	out, diags := index(file, string(text))
	for _, d := range diags {
		sh.printf("%s: %s\n", command, d)
	}
	if postfix.HasFatal(diags) {
		return 1
	}
	if err := sh.m.Tree.WriteFile(file+postfix.IndexSuffix(kind), out); err != nil {
		sh.printf("%s: fatal: %v\n", command, err)
		return 1
	}
	sh.m.postfix.Rebuilt(sh.p, file+postfix.IndexSuffix(kind))
	return 0
}

func postaliasCommand(sh *shell, args []string) int {
	if sh.system("postalias") == nil {
		return 127
	}
	if len(args) != 1 {
		sh.printf("postalias: fatal: usage: postalias [TYPE:]FILE\n")
		return 1
	}
	return sh.build("postalias", args[0], postfix.Postalias)
}

func newaliasesCommand(sh *shell, _ []string) (status int) {
	s := sh.system("newaliases")
	if s == nil {
		return 127
	}
	for _, table := range s.Config().List("alias_database") {
		status = max(status, sh.build("postalias", table, postfix.Postalias))
	}
	return status
}
