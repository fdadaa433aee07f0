package scenario

import (
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/postfix"
)

// system is the mail system of the host, or a message in the words of a shell.
func (sh *operator) system(command string) *postfix.System {
	if sh.m.postfix == nil {
		sh.printf("sh: 1: %s: not found (%s runs no Postfix)\n", command, sh.m.Name)
	}
	return sh.m.postfix
}

func postfixCommand(sh *operator, args []string) int {
	s := sh.system("postfix")
	if s == nil {
		return 127
	}
	if !sh.root() {
		sh.printf("postfix: fatal: the postfix command is reserved for the superuser\n")
		return 1
	}
	o, bad := getopt(args, "c:Dv")
	if bad != "" {
		sh.printf("postfix: %s\n", bad)
		return 1
	}
	command := ""
	if len(o.args) > 0 {
		command = o.args[0]
	}
	out, status := s.Control(sh.p, command)
	sh.errorf("%s", out)
	if command == "flush" && status == 0 {
		return sh.one([]string{"postqueue", "-f"})
	}
	return status
}

const postqueueUsage = "usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site"

// postqueueCommand is postqueue(1): one switch, and no other argument.
func postqueueCommand(sh *operator, args []string) int {
	s := sh.system("postqueue")
	if s == nil {
		return 127
	}
	const failed = 69 // EX_UNAVAILABLE
	o, bad := getopt(args, "c:fi:jps:v")
	if bad != "" {
		sh.printf("postqueue: %s\n", bad)
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
		sh.printf("postqueue: fatal: %s\n", postqueueUsage)
		return failed
	}
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

// listQueue is postqueue -p and -j. While the mail system is down only the
// superuser sees the queue.
func (sh *operator) listQueue(s *postfix.System, how byte) int {
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
	const down = "Cannot flush mail queue - mail system is down"
	switch {
	case how == 'i' && strings.Trim(argument, alphanumeric) != "":
		return "Cannot flush queue ID - invalid name: \"" + visible(argument) + "\""
	case how == 's' && !mailaddr.ValidDomain(argument, false) && !strings.HasPrefix(argument, "["):
		return "Cannot flush mail queue - invalid destination: \"" + visible(argument) + "\""
	case how == 's':
		if !s.FlushSite(sh.p, argument) {
			return "Flush service is not configured for destination \"" + visible(argument) + "\""
		}
	case !s.Running():
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
	sh.printf("%s: %s\n", program, text)
	if s := sh.m.postfix; s != nil {
		s.LogTool(sh.p, program, text)
	}
}
