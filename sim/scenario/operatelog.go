package scenario

import (
	"strings"
)

// severities are those that postlog(1) takes, with what stands before the text.
var severities = []struct{ name, before string }{{"info", ""}, {"warn", "warning: "}, {"warning", "warning: "}, {"error", "error: "},
	{"err", "error: "}, {"fatal", "fatal: "}, {"crit", "fatal: "}, {"panic", "panic: "}}

// postlogCommand is postlog(1): it writes a line to the mail log, and to the
// terminal.
func postlogCommand(sh *operator, args []string) int {
	tag, before := "postfix/postlog", ""
	o, bad := getopt(args, "c:ip:t:v")
	if bad != "" {
		sh.errorf("postlog: %s\n%s: fatal: usage: postlog [-c config_dir] [-i] [-p priority] [-t tag] [-v] [text]\n", bad, tag)
		return 1
	}
	dir := ""
	for _, s := range o.switches {
		switch s.letter {
		case 'c':
			dir = s.value
		case 't':
			tag = s.value
		case 'p':
			known := false
			for _, v := range severities {
				if v.name == s.value {
					before, known = v.before, true
				}
			}
			if !known {
				sh.errorf("%s: fatal: bad severity: \"%s\"\n", tag, visible(s.value))
				return 1
			}
		}
	}
	if !sh.settled(tag, dir) {
		return 1
	}
	lines := []string{strings.Join(o.args, " ")}
	if len(o.args) == 0 {
		lines = inputLines(sh.In.All())
	}
	for _, l := range lines {
		sh.errorf("%s: %s%s\n", visible(tag), before, visible(l))
		if sh.root() || sh.m.postfix.Logs() {
			sh.m.postfix.LogAs(sh.p, tag, before+l)
		}
	}
	return 0
}

// postkickCommand is postkick(1): it wakes a daemon up by its socket.
func postkickCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "c:v")
	if bad != "" {
		sh.errorf("postkick: %s\n", bad)
	}
	if bad != "" || len(o.args) != 3 {
		sh.errorf("postkick: fatal: usage: postkick [-c config_dir] [-v] class service request\n")
		return 1
	}
	dir, _ := o.value('c')
	if !sh.settled("postkick", dir) {
		return 1
	}
	class, name := o.args[0], o.args[1]
	s := sh.m.postfix
	why := "No such file or directory"
	switch {
	case class != "public" && class != "private":
	case !sh.root():
		why = "Permission denied"
	case s.HasSocket(class, name):
		if why = ""; !s.Running() {
			sh.errorf("postkick: warning: connect to %s/%s: Connection refused\n", class, visible(name))
		}
	}
	if why != "" {
		sh.errorf("postkick: warning: unable to look up %s/%s: %s\n", visible(class), visible(name), why)
	}
	if why != "" || !s.Running() {
		sh.errorf("postkick: warning: Cannot contact class %s service %s - perhaps the mail system is down\n", visible(class), visible(name))
		return 1
	}
	s.Kick(sh.p, name, o.args[2])
	return 0
}

// postlockCommand is postlock(1): it runs a command while it holds the lock of a
// mailbox. Nothing else of the host runs meanwhile.
func postlockCommand(sh *operator, args []string) int {
	const usage = "postlock: fatal: usage: postlock [-c config_dir] [-l lock_style] [-v] folder command...\n"
	o, bad := getopt(args, "c:l:v")
	if bad != "" {
		sh.errorf("postlock: %s\n", bad)
	}
	if bad != "" || len(o.args) < 2 {
		sh.errorf(usage)
		return exitTemp
	}
	dir, _ := o.value('c')
	if !sh.settled("postlock", dir) {
		return exitTemp
	}
	if style, given := o.value('l'); given {
		for _, word := range strings.FieldsFunc(style, func(r rune) bool { return r == ',' || r == ' ' }) {
			if word != "fcntl" && word != "flock" && word != "dotlock" {
				sh.errorf("postlock: fatal: unknown mailbox_delivery_lock value \"%s\" in \"%s\"\n", visible(word), visible(style))
				return exitTemp
			}
		}
	}
	return sh.one(o.args[1:])
}

// lockTypes are "postconf -l".
var lockTypes = []string{"flock", "fcntl", "dotlock"}

// tlsVersions are the answers of "postconf -T" of a Debian 12.
var tlsVersions = map[string]string{"compile-version": "OpenSSL 3.0.11 19 Sep 2023", "run-version": "OpenSSL 3.0.22 25 Aug 2026",
	"public-key-algorithms": "dsa\necdsa\nrsa"}
