package scenario

import (
	"strings"
)

// serviceUsage is what the script of /etc/init.d says.
const serviceUsage = "Usage: /etc/init.d/%s {start|stop|restart|reload|flush|check|abort|force-reload|status}.\n"

// serviceScripts are the names that service(8) knows, with the command that does the
// work.
var serviceScripts = map[string]string{"postfix": "postfix", "dovecot": "dovecot", "named": "rndc", "bind9": "rndc"}

// serviceCommand is service(8) of a host without systemd: it runs the scripts in
// /etc/init.d.
func serviceCommand(sh *operator, args []string) int {
	if len(args) == 0 {
		sh.errorf("Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n")
		return 1
	}
	name, verb := args[0], strings.Join(args[1:], " ")
	has := map[string]bool{"postfix": sh.m.postfix != nil, "dovecot": sh.m.dovecot != nil, "rndc": sh.m.named != nil}[serviceScripts[name]]
	switch {
	case !has:
		sh.errorf("%s: unrecognized service\n", visible(name))
		return 1
	case name == "postfix":
		return sh.postfixScript(verb)
	case name == "dovecot" && verb == "start":
		return sh.one([]string{"dovecot"})
	case name == "dovecot" && (verb == "stop" || verb == "reload"):
		return sh.one([]string{"dovecot", verb})
	case name == "dovecot" && verb == "restart":
		sh.one([]string{"dovecot", "stop"})
		return sh.one([]string{"dovecot"})
	case serviceScripts[name] == "rndc" && verb == "reload":
		return sh.one([]string{"rndc", "reload"})
	}
	sh.errorf("service: of the verbs of %s this host models start, stop, restart and reload (named: reload)\n", visible(name))
	return 1
}

// postfixScript is /etc/init.d/postfix of Debian.
func (sh *operator) postfixScript(verb string) (status int) {
	running := sh.m.postfix.Running()
	dot := func(command string) int {
		sh.one([]string{"postfix", command})
		sh.printf(".\n")
		return 0
	}
	switch verb {
	case "status":
		if !running {
			sh.printf("postfix is not running.\n")
			return 3
		}
		sh.printf("postfix is running.\n")
	case "start":
		return dot("start")
	case "stop":
		return dot("stop")
	case "restart":
		dot("stop")
		return dot("start")
	case "force-reload", "reload":
		return sh.one([]string{"postfix", "reload"})
	case "flush", "check", "abort":
		return sh.one([]string{"postfix", verb})
	default:
		sh.printf(serviceUsage, "postfix")
		return 1
	}
	return 0
}

// systemctlCommand is systemctl(1) where systemd is not the first process, as in
// a container.
func systemctlCommand(sh *operator, args []string) int {
	hint := "service NAME status"
	if len(args) > 1 {
		hint = "service " + strings.TrimSuffix(visible(args[1]), ".service") + " " + visible(args[0])
	}
	sh.errorf("System has not been booted with systemd as init system (PID 1). Can't operate.; did you mean %q?\nFailed to connect to bus: Host is down\n", hint)
	return 1
}

// journalctlCommand is journalctl(1) where no journal is kept.
func journalctlCommand(sh *operator, _ []string) int {
	sh.errorf("No journal files were found.; did you mean %q?\n", "tail "+orElse(sh.files().logFile(), "/var/log/syslog"))
	sh.printf("-- No entries --\n")
	return 0
}

// suCommand is su(1), by which the superuser becomes somebody else. A user would
// be asked for a password, which nobody can type here.
func suCommand(sh *operator, args []string) int {
	name, command, options, login := "root", "", true, false
	for len(args) > 0 {
		switch a := args[0]; {
		case a == "-" || options && (a == "-l" || a == "--login" || a == "-m" || a == "-p"):
			login = login || a[len(a)-1] != 'm' && a[len(a)-1] != 'p'
		case (a == "-c" || a == "-s") && len(args) > 1:
			if a == "-c" {
				command = args[1]
			}
			args = args[1:]
		case strings.HasPrefix(a, "-") && options:
			sh.errorf("su: the option %s is not modelled here\n", visible(a))
			return 1
		default:
			name, options = a, false
		}
		args = args[1:]
	}
	users, _ := sh.m.Tree.Users()
	if _, known := users.Lookup(name); !known && name != "root" {
		sh.errorf("su: user %s does not exist or the user entry does not contain all the required fields\n", visible(name))
		return 1
	}
	if !sh.root() {
		sh.errorf("Password: \nsu: Authentication failure\n")
		return 1
	}
	user := name
	if name == "root" {
		user = ""
	}
	other := sh.run.operator(sh.m, sh.p, user, nil)
	if other.In, other.Out, other.Err, other.Dir = sh.In, sh.Out, sh.Err, sh.Dir; command == "" {
		command = string(sh.In.All()) // the lines of a here-document
	}
	if login {
		other.Dir = other.Home
	}
	return other.Run(command)
}
