package scenario

import (
	"fmt"
	"sort"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// Ran is a command line that somebody has typed on a host.
type Ran struct {
	Done   bool
	Status int    // exit status, when it is done
	Output string // what it printed
}

// shell runs a command line on a machine.
type shell struct {
	run   *Run
	m     *machine
	p     *sim.Proc
	user  string // empty: the operator
	input []byte
	out   strings.Builder
}

// printf prints.
func (sh *shell) printf(format string, args ...any) { fmt.Fprintf(&sh.out, format, args...) }

// operatorCommand is a row of the table of commands.
type operatorCommand struct {
	name, usage, summary string
	run                  func(sh *shell, args []string) (status int)
}

// Command types a command line on a host: an operator's (user "" or "root"), or
// a user's. It begins now and goes on as the world does. cause is the event by
// which it was typed. What it prints and its exit status become an event.
// A command that a real host has and this one does not model says so and ends
// with 127.
func (r *Run) Command(h *node.Host, user, line string, stdin []byte, cause trace.Seq) *Ran {
	return r.command(h, user, line, stdin, cause, 0)
}

// command is Command about a message that is in the trace already: the one
// that sendmail reads.
func (r *Run) command(h *node.Host, user, line string, stdin []byte, cause trace.Seq, msg trace.MsgID) *Ran {
	ran := &Ran{}
	if user == "#" || user == "root" {
		user = ""
	}
	r.World.Go(h.Node, "sh", cause, msg, func(p *sim.Proc) {
		sh := &shell{run: r, m: r.byName[h.Name], p: p, user: user, input: stdin}
		ran.Status = sh.line(line)
		ran.Output, ran.Done = sh.out.String(), true
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if ran.Status != 0 || ran.Output != "" {
			p.Emit(trace.Event{Kind: trace.Output, A: p.Sym(name), Code: uint16(ran.Status)}, []byte(ran.Output))
		}
	})
	return ran
}

// line runs the commands of a line, each as the one before allows.
func (sh *shell) line(text string) (status int) {
	list, bad := shellLine(text, sh.queueID)
	if bad != "" {
		sh.printf("sh: 1: %s\n", bad)
		return 2
	}
	for _, c := range list {
		if c.when == '&' && status != 0 || c.when == '|' && status == 0 {
			continue
		}
		status = sh.one(c.args)
	}
	return status
}

// queueID is the value of a variable: $letter is the id that the mail "letter"
// has in the queue of this host.
func (sh *shell) queueID(mail string) string {
	if sh.m.postfix == nil {
		return ""
	}
	id := ""
	for _, m := range sh.m.postfix.Mails() {
		if m.Msg != 0 && sh.run.Trace().Msg(m.Msg).Name == mail {
			id = m.ID
		}
	}
	return id
}

// one runs one command.
func (sh *shell) one(args []string) int {
	name := args[0][strings.LastIndexByte(args[0], '/')+1:]
	for _, c := range operatorCommands {
		if c.name == name {
			return c.run(sh, args[1:])
		}
	}
	if why, ok := notModelled[name]; ok {
		sh.printf("%s: %s\n", name, why)
		return 127
	}
	sh.printf("sh: 1: %s: not found%s\n", name, didYouMean(name, commandNames()))
	return 127
}

// notModelled are commands that real hosts have.
var notModelled = map[string]string{
	"vi": "not modelled; try sed -i", "nano": "not modelled; try sed -i",
	"tcpdump": "look at the trace instead", "nc": "use telnet",
	"openssl": "not modelled", "swaks": "not modelled", "mail": "not modelled; try sendmail", "ps": "not modelled",
}

// operatorCommands is filled in init, because help refers to it.
var operatorCommands []operatorCommand

func init() {
	operatorCommands = []operatorCommand{
		{"postfix", "postfix start|stop|reload|status|check|flush", "starts and stops the mail system", postfixCommand},
		{"postconf", "postconf [-n|-d] [-h] [-x] [NAME…] | -e NAME=VALUE… | -X NAME… | -# NAME…", "shows and changes main.cf", postconfCommand},
		{"postmap", "postmap [-q KEY] [TYPE:]FILE", "builds or asks a lookup table", postmapCommand},
		{"postalias", "postalias FILE", "builds an alias table", postaliasCommand},
		{"newaliases", "newaliases", "builds the alias tables of main.cf", newaliasesCommand},
		{"postqueue", "postqueue -p|-j|-f|-i ID|-s SITE", "shows and flushes the queue", postqueueCommand},
		{"mailq", "mailq", "shows the queue", func(sh *shell, _ []string) int { return postqueueCommand(sh, []string{"-p"}) }},
		{"postsuper", "postsuper -h|-H|-d|-r|-e|-f ID|ALL|- … [QUEUE…]", "holds, releases, deletes, requeues, expires messages", postsuperCommand},
		{"postcat", "postcat [-e] [-h] [-b] -q ID…", "shows queue files", postcatCommand},
		{"sendmail", "sendmail [-t] [-i] [-f SENDER] [-F NAME] [RECIPIENT…]", "hands a message to Postfix", sendmailCommand},
		{"dovecot", "dovecot [stop|reload]", "starts and stops Dovecot", dovecotCommand},
		{"doveadm", "doveadm stop|reload", "controls Dovecot", doveadmCommand},
		{"rndc", "rndc reload|flush", "controls the name server", rndcCommand},
		{"telnet", "telnet HOST PORT <<END", "types lines into a connection", telnetCommand},
		{"host", "host [-t TYPE] NAME|ADDRESS", "asks the DNS", hostCommand},
		{"dig", "dig [@SERVER] [-x ADDRESS|NAME] [TYPE] [+short] [+tcp] …", "asks the DNS", digCommand},
		{"cat", "cat FILE…", "prints files", catCommand},
		{"sed", "sed [-i] SCRIPT FILE…", "changes lines of files", sedCommand},
		{"tee", "tee [-a] FILE… <<END", "writes files", teeCommand},
		{"ls", "ls [FOLDER…]", "lists folders", lsCommand},
		{"hostname", "hostname", "prints the name of the host", func(sh *shell, _ []string) int { sh.printf("%s\n", sh.m.Name); return 0 }},
		{"date", "date", "prints the virtual time", func(sh *shell, _ []string) int {
			sh.printf("%s\n", sh.p.Now().Format("Mon Jan _2 15:04:05 MST 2006"))
			return 0
		}},
		{"echo", "echo [WORD…]", "prints words", func(sh *shell, args []string) int { sh.printf("%s\n", strings.Join(args, " ")); return 0 }},
		{"true", "true", "succeeds", func(*shell, []string) int { return 0 }},
		{"false", "false", "fails", func(*shell, []string) int { return 1 }},
		{"help", "help", "lists the commands", helpCommand},
	}
}

func commandNames() []string {
	names := make([]string, len(operatorCommands))
	for i, c := range operatorCommands {
		names[i] = c.name
	}
	sort.Strings(names)
	return names
}

func helpCommand(sh *shell, _ []string) int {
	for _, c := range operatorCommands {
		sh.printf("%-60s %s\n", c.usage, c.summary)
	}
	return 0
}

func catCommand(sh *shell, args []string) (status int) {
	for _, name := range args {
		text, err := sh.m.Tree.ReadFile(name)
		if err != nil {
			sh.printf("cat: %s: No such file or directory\n", name)
			status = 1
			continue
		}
		sh.out.Write(text)
	}
	return status
}

func lsCommand(sh *shell, args []string) (status int) {
	if len(args) == 0 {
		args = []string{"/"}
	}
	for _, name := range args {
		if strings.HasPrefix(name, "-") {
			continue
		}
		list, err := sh.m.Tree.ReadDir(name)
		if info, serr := sh.m.Tree.Stat(name); err != nil && serr == nil && !info.Dir {
			sh.printf("%s\n", name)
			continue
		}
		if err != nil {
			sh.printf("ls: cannot access '%s': No such file or directory\n", name)
			status = 2
		}
		for _, f := range list {
			sh.printf("%s\n", f.Name)
		}
	}
	return status
}

// account is who types: a user of /etc/passwd, or root.
func (sh *shell) account() host.User {
	users, _ := sh.m.Tree.Users()
	name := sh.user
	if name == "" {
		name = "root"
	}
	if users != nil {
		if u, ok := users.Lookup(name); ok {
			return u
		}
	}
	return host.User{Name: name}
}
