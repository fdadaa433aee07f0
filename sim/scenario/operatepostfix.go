package scenario

import (
	"fmt"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/postfix"
)

// settled tells whether main.cf can be read, as every program of Postfix sees to
// at its start; what is wrong in it the program says. dir is the folder that
// -c named, "" where none was.
func (sh *operator) settled(tool, dir string) bool {
	if dir == "" {
		dir = "/etc/postfix"
	}
	file := strings.TrimSuffix(dir, "/") + "/main.cf"
	sh.cools(file)
	text, why := sh.Read(file)
	if why != "" {
		sh.errorf("%s: fatal: open %s: %s\n", tool, visible(file), why)
		return false
	}
	_, diags := postfix.ParseMain(file, string(text))
	for _, d := range diags {
		sh.errorf("%s: %s\n", tool, visible(d.String()))
	}
	return !postfix.HasFatal(diags)
}

// cools waits, as every program of Postfix does that reads main.cf, until it has
// cooled down. What is to be done next in the document waits, too.
func (sh *operator) cools(file string) {
	info, err := sh.m.Tree.Stat(file)
	if err != nil {
		return
	}
	if wait := postfix.Hot(info.ModTime, sh.p.Now()); wait > 0 {
		sh.run.idle = max(sh.run.idle, sh.p.World().Now()+wait+nextLine)
		sh.p.Sleep(wait)
	}
}

// postfixCommand is postfix(1).
func postfixCommand(sh *operator, args []string) int {
	if !sh.root() {
		sh.errorf("postfix: error: to submit mail, use the Postfix sendmail command\npostfix: fatal: the postfix command is reserved for the superuser\n")
		return 1
	}
	o, bad := getopt(args, "c:Dv")
	if bad != "" {
		sh.errorf("postfix: %s\npostfix: fatal: usage: postfix [-c config_dir] [-Dv] command\n", bad)
		return 1
	}
	dir, given := o.value('c')
	if given && !strings.HasPrefix(dir, "/") {
		sh.errorf("postfix: fatal: -c requires absolute pathname\n")
		return 1
	}
	if given && !sh.settled("postfix", dir) {
		return 1
	}
	sh.cools(postfix.MainFile)
	command := ""
	if len(o.args) > 0 {
		command = o.args[0]
	}
	out, status := sh.m.postfix.Control(sh.p, command)
	sh.errorf("%s", out)
	if command == "flush" && status == 0 {
		return sh.one([]string{"postqueue", "-f"})
	}
	return status
}

const postqueueUsage = "usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site"

// postqueueCommand is postqueue(1): one switch, and no other argument.
func postqueueCommand(sh *operator, args []string) int {
	const failed = 69 // EX_UNAVAILABLE
	o, bad := getopt(args, "c:fi:jps:v")
	if bad != "" {
		sh.errorf("postqueue: %s\n", bad)
	}
	how, argument := byte(0), ""
	for _, sw := range o.switches {
		if strings.IndexByte("fijps", sw.letter) >= 0 {
			if how != 0 {
				bad = "two of them"
			}
			how, argument = sw.letter, sw.value
		}
	}
	if bad != "" || len(o.args) > 0 {
		sh.errorf("postqueue: fatal: %s\n", postqueueUsage)
		return failed
	}
	dir, _ := o.value('c')
	if !sh.authorized("postqueue", dir) {
		return failed
	}
	if !sh.settled("postqueue", dir) {
		return failed
	}
	s := sh.m.postfix
	switch how {
	case 'p', 'j':
		return sh.listQueue(s, how)
	case 'f', 'i', 's':
		if why := sh.flushQueue(s, how, argument); why != "" {
			sh.complain("postqueue", "fatal: "+why)
			return failed
		}
		return 0
	}
	sh.complain("postqueue", "fatal: "+postqueueUsage)
	return failed
}

// authorized tells whether a program with more rights than its user may be
// given another folder with -c.
func (sh *operator) authorized(tool, dir string) bool {
	if dir == "" || sh.root() || dir == "/etc/postfix" {
		return true
	}
	sh.errorf("%[1]s: error: unauthorized configuration directory name: %[2]s\n%[1]s: fatal: specify \"alternate_config_directories = %[2]s\" or "+
		"\"multi_instance_directories = %[2]s\" in /etc/postfix/main.cf\n", tool, visible(dir))
	return false
}

// listQueue is postqueue -p and -j. While the mail system is down only the
// superuser sees the queue.
func (sh *operator) listQueue(s *postfix.System, how byte) int {
	if who := sh.account(); !s.Authorized("authorized_mailq_users", who.Name, who.UID) {
		sh.complain("postqueue", fmt.Sprintf("fatal: User %s(%d) is not allowed to view the mail queue", who.Name, who.UID))
		return 69
	}
	if !s.Running() {
		const why = "(Connect to the Postfix showq service: Connection refused)"
		if !sh.root() {
			sh.complain("postqueue", "fatal: Queue report unavailable - mail system is down "+why)
			return 69
		}
		sh.complain("postqueue", "warning: Mail system is down -- accessing queue directly "+why)
	}
	if how == 'p' {
		sh.printf("%s", s.Mailq(sh.p))
	} else {
		sh.printf("%s", s.MailqJSON(sh.p))
	}
	return 0
}

// flushQueue is postqueue -f, -i and -s; it returns why it cannot be done.
func (sh *operator) flushQueue(s *postfix.System, how byte, argument string) (why string) {
	who := sh.account()
	const down = "Cannot flush mail queue - mail system is down"
	switch {
	case how == 'i' && (argument == "" || strings.Trim(argument, alphanumeric) != ""):
		return "Cannot flush queue ID - invalid name: \"" + visible(argument) + "\""
	case how == 's' && !mailaddr.ValidDomain(argument, false) && !strings.HasPrefix(argument, "["):
		return "Cannot flush mail queue - invalid destination: \"" + visible(argument) + "\""
	case !s.Authorized("authorized_flush_users", who.Name, who.UID):
		return fmt.Sprintf("User %s(%d) is not allowed to flush the mail queue", who.Name, who.UID)
	case how == 's':
		if !s.FlushSite(sh.p, argument) {
			return "Flush service is not configured for destination \"" + visible(argument) + "\""
		}
	case !s.Running():
		if how == 'i' {
			sh.complain("postqueue", "warning: connect to public/flush: Connection refused")
		}
		return down
	case how == 'f':
		s.Flush(sh.p)
	default:
		s.FlushMessage(sh.p, argument)
	}
	return ""
}

// alphanumeric are the characters of queue ids.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// complain prints what a program of Postfix says of a trouble; it stands in the
// mail log as well.
func (sh *operator) complain(program, text string) {
	sh.errorf("%s: %s\n", program, text)
	sh.logs(sh.m.postfix, program, text)
}
