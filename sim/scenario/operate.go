package scenario

import (
	"sort"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/shell"
	"mailtrek/sim/trace"
)

// Ran is a command line that somebody has typed on a host.
type Ran struct {
	Done   bool
	Status int    // exit status, when it is done
	Output string // what it printed, as it stands on the screen
	Stdout string // what of it is standard output
	Stderr string // and what is standard error
}

// operator is somebody at the shell of a machine.
type operator struct {
	*shell.Shell
	run  *Run
	m    *machine
	p    *sim.Proc
	user string // empty: the operator
}

// printf writes to the standard output.
func (sh *operator) printf(format string, args ...any) { sh.Printf(format, args...) }

// errorf writes to the standard error.
func (sh *operator) errorf(format string, args ...any) { sh.Errorf(format, args...) }

// operatorCommand is a row of the table of commands.
type operatorCommand struct {
	name, usage, summary string
	run                  func(sh *operator, args []string) (status int)
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
		sh := r.operator(r.byName[h.Name], p, user, stdin)
		var screen strings.Builder
		sh.Out.Screen, sh.Err.Screen = &screen, &screen
		ran.Status = sh.Run(line)
		ran.Output, ran.Stdout, ran.Stderr, ran.Done = screen.String(), sh.Out.String(), sh.Err.String(), true
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if ran.Status != 0 || ran.Output != "" {
			p.Emit(trace.Event{Kind: trace.Output, A: p.Sym(name), Code: uint16(ran.Status)}, []byte(ran.Output))
		}
	})
	return ran
}

// operator sits somebody down at the shell of a machine.
func (r *Run) operator(m *machine, p *sim.Proc, user string, stdin []byte) *operator {
	sh := &operator{run: r, m: m, p: p, user: user}
	sh.Shell = &shell.Shell{Files: sh.files(), User: user, Home: orElse(sh.account().Home, "/root"), In: shell.NewInput(stdin), Out: &shell.Output{},
		Err: &shell.Output{}, Find: sh.find, Hint: sh.hint, Value: sh.queueID, Bar: sh.bar}
	return sh
}

// daemonShell runs what a daemon of the host gives to sh(1), as local(8) does
// with the commands in aliases and .forward files.
func (r *Run) daemonShell(m *machine) node.Shell {
	return func(p *sim.Proc, l node.Line) (status int, output string) {
		sh := r.operator(m, p, l.User, l.Input)
		sh.Dir, sh.Hint = "/var/spool/postfix", nil
		sh.Value = func(name string) (string, bool) { v, ok := l.Env[name]; return v, ok }
		var screen strings.Builder
		sh.Out.Screen, sh.Err.Screen = &screen, &screen
		status = sh.Run(l.Text)
		return status, screen.String()
	}
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// find is the program of a name, nil when the host has none.
func (sh *operator) find(name string) shell.Program {
	for _, c := range operatorCommands {
		if c.name == name && (sh.m.postfix != nil || !ofPostfix(name)) {
			return func(s *shell.Shell, args []string) int {
				at := *sh
				at.Shell = s
				return c.run(&at, args)
			}
		}
	}
	if why, ok := notModelled[name]; ok {
		return func(s *shell.Shell, _ []string) int {
			s.Errorf("%s: %s\n", name, why)
			return 127
		}
	}
	return nil
}

// ofPostfix tells whether a program comes with Postfix.
func ofPostfix(name string) bool {
	return strings.HasPrefix(name, "post") || name == "qshape" || name == "mailq" || name == "newaliases" || name == "sendmail"
}

// hint is what the shell says about a name that it does not find.
func (sh *operator) hint(name string) string {
	for _, c := range operatorCommands {
		if c.name == name && ofPostfix(name) {
			return " (" + sh.m.Name + " runs no Postfix)"
		}
	}
	if near := nearest[name]; near != "" {
		return "; did you mean \"" + near + "\"?"
	}
	return didYouMean(name, commandNames())
}

// bar is why a user may not change a file.
func (sh *operator) bar(name string) string {
	return shell.Why(sh.files().access(name, host.MayWrite))
}

// queueID is the value of a variable: $letter is the id that the mail "letter"
// has in the queue of this host.
func (sh *operator) queueID(mail string) (id string, known bool) {
	if sh.m.postfix == nil {
		return "", false
	}
	for _, m := range sh.m.postfix.Mails() {
		if m.Msg != 0 && sh.run.Trace().Msg(m.Msg).Name == mail {
			id = m.ID
		}
	}
	return id, id != ""
}

// one runs one command.
func (sh *operator) one(args []string) int { return sh.Exec(args) }

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
		{"mailq", "mailq", "shows the queue", func(sh *operator, args []string) int {
			return sendmailAs(sh, "mailq", append([]string{"-bp"}, args...))
		}},
		{"postsuper", "postsuper -h|-H|-d|-r|-e|-f ID|ALL|- … [QUEUE…]", "holds, releases, deletes, requeues, expires messages", postsuperCommand},
		{"postcat", "postcat [-e] [-h] [-b] -q ID…", "shows queue files", postcatCommand},
		{"sendmail", "sendmail [-t] [-i] [-f SENDER] [-F NAME] [RECIPIENT…]", "hands a message to Postfix", sendmailCommand},
		{"postdrop", "postdrop [-r]", "takes a queue file from sendmail", postdropCommand},
		{"postlog", "postlog [-p SEVERITY] [-t NAME] TEXT", "writes a line to the mail log", postlogCommand},
		{"postkick", "postkick public|private SERVICE REQUEST", "wakes a daemon up", postkickCommand},
		{"posttls-finger", "posttls-finger [-c] [-C] [-l LEVEL] [-F CAFILE] DESTINATION [NAME…]", "looks at the TLS of a mail server", fingerCommand},
		{"postmulti", "postmulti -l|-p|-x …", "looks after several Postfixes on a host", multiCommand},
		{"qshape", "qshape [-s] [-l] [QUEUE…]", "counts what waits by domain and age", qshapeCommand},
		{"postlock", "postlock MAILBOX COMMAND…", "runs a command while a mailbox is locked", postlockCommand},
		{"dovecot", "dovecot [stop|reload]", "starts and stops Dovecot", dovecotCommand},
		{"doveadm", "doveadm stop|reload", "controls Dovecot", doveadmCommand},
		{"rndc", "rndc reload|flush", "controls the name server", rndcCommand},
		{"telnet", "telnet HOST PORT <<END", "types lines into a connection", telnetCommand},
		{"nc", "nc [-v] [-z] [-n] [-w SECONDS] [-q SECONDS] HOST PORT", "carries its input into a connection", ncCommand},
		{"host", "host [-a] [-v] [-T] [-t TYPE] [-l] NAME|ADDRESS [SERVER]", "asks the DNS", hostCommand},
		{"dig", "dig [@SERVER] [-x ADDRESS|NAME] [TYPE] [+short] [+trace] …", "asks the DNS", digCommand},
		{"nslookup", "nslookup [-type=TYPE] NAME [SERVER]", "asks the DNS", nslookupCommand},
		{"hostname", "hostname [-f|-s|-d]", "prints the name of the host", hostnameCommand},
		{"date", "date [+FORMAT]", "prints the virtual time", dateCommand},
		{"sleep", "sleep SECONDS", "lets virtual time pass", sleepCommand},
		{"whoami", "whoami", "prints who types", func(sh *operator, _ []string) int { sh.printf("%s\n", sh.account().Name); return 0 }},
		{"id", "id [-u|-un] [USER]", "prints who types, with numbers", idCommand},
		{"uname", "uname [-a]", "prints the system", unameCommand},
		{"su", "su [-] [USER] [-c COMMAND]", "lets root type as somebody else", suCommand},
		{"getent", "getent hosts|passwd|group|services KEY…", "asks as programs do", getentCommand},
		{"ping", "ping [-c COUNT] [-W SECONDS] HOST", "asks a host for an echo (four times without -c)", pingCommand},
		{"ss", "ss -tln", "shows what listens", ssCommand},
		{"netstat", "netstat -tln", "shows what listens", netstatCommand},
		{"ip", "ip [-br] address|route", "shows the addresses of the host", ipCommand},
		{"service", "service NAME start|stop|restart|reload|status", "starts and stops postfix, dovecot, named", serviceCommand},
		{"systemctl", "systemctl", "says that there is no systemd", systemctlCommand},
		{"journalctl", "journalctl", "says that there is no journal", journalctlCommand},
		{"help", "help", "lists the commands", helpCommand},
	}
}

func commandNames() []string {
	names := shell.Names()
	for _, c := range operatorCommands {
		names = append(names, c.name)
	}
	sort.Strings(names)
	return names
}

func helpCommand(sh *operator, _ []string) int {
	for _, c := range operatorCommands {
		sh.printf("%-60s %s\n", c.usage, c.summary)
	}
	sh.printf("and of the shell: %s\n", strings.Join(shell.Names(), " "))
	return 0
}

// account is who types: a user of /etc/passwd, or root.
func (sh *operator) account() host.User {
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
