package scenario

import (
	"strings"

	"mailtrek/sim/postfix"
)

// root tells whether the superuser types.
func (sh *operator) root() bool { return sh.user == "" }

const postsuperUsage = "postsuper: fatal: usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (expire and/or un-hold)] " +
	"[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] " +
	"[-S (redundant structure fix)][-v (verbose)] [queue...]\n"

// superAction is one option of postsuper(1).
type superAction struct {
	op byte
	id string
}

// postsuperCommand is postsuper(1): options with a queue id, "ALL", or "-" for
// the ids on standard input; behind them the queues that are meant.
func postsuperCommand(sh *operator, args []string) int {
	s := sh.system("postsuper")
	if s == nil {
		return 127
	}
	if !sh.root() {
		sh.printf("postsuper: fatal: use of this command is reserved for the superuser\n")
		return 1
	}
	actions, queues, ok := sh.superActions(args)
	if !ok {
		return 1
	}
	for _, q := range queues {
		if !strings.Contains(" maildrop incoming active deferred hold ", " "+q+" ") {
			sh.complain("postsuper", "fatal: invalid directory name: "+visible(q))
			return 1
		}
	}
	for _, a := range actions {
		if strings.Trim(a.id, alphanumeric) != "" {
			sh.complain("postsuper", "warning: invalid mail queue id: "+visible(a.id))
		}
		for _, l := range s.Super(sh.p, a.op, a.id, queues...) {
			sh.printf("%s\n", l)
		}
	}
	return 0
}

// superActions reads the command line of postsuper.
func (sh *operator) superActions(args []string) (actions []superAction, queues []string, ok bool) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			return actions, args[i:], true
		}
		switch op := a[1]; {
		case strings.IndexByte("psSv", op) >= 0: // there is nothing to mend in this queue
		case strings.IndexByte("defhHr", op) < 0:
			sh.printf("postsuper: invalid option -- '%c'\n%s", op, postsuperUsage)
			return nil, nil, false
		default:
			id := a[2:]
			if id == "" {
				if i++; i == len(args) {
					sh.printf("postsuper: option requires an argument -- '%c'\n%s", op, postsuperUsage)
					return nil, nil, false
				}
				id = args[i]
			}
			if id != "-" {
				actions = append(actions, superAction{op, id})
				continue
			}
			for _, id := range strings.Fields(string(sh.In.All())) {
				actions = append(actions, superAction{op, id})
			}
		}
	}
	return actions, nil, true
}

// postcatCommand is postcat(1): -q takes queue ids, otherwise files below the
// queue directory are named.
func postcatCommand(sh *operator, args []string) int {
	s := sh.system("postcat")
	if s == nil {
		return 127
	}
	var o postfix.PostcatOptions
	byID := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		for _, c := range args[0][1:] {
			switch c {
			case 'q':
				byID = true
			case 'e':
				o.Envelope = true
			case 'h':
				o.Header = true
			case 'b':
				o.Body = true
			default:
				sh.printf("postcat: invalid option -- '%c'\npostcat: fatal: usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope records)] [-h (header text)] [-q (access queue)] [-v] [file(s)...]\n", c)
				return 1
			}
		}
		args = args[1:]
	}
	for _, a := range args {
		id, file := a, ""
		if !byID {
			id, file = a[strings.LastIndexByte(a, '/')+1:], a
		}
		switch {
		case byID && strings.Trim(a, alphanumeric) != "":
			sh.printf("postcat: fatal: bad mail queue ID: %s\n", visible(a))
			return 1
		case !byID && !sh.m.Tree.Exists(a) && !s.HasFile(id):
			sh.printf("postcat: fatal: open %s: No such file or directory\n", visible(a))
			return 1
		}
		if !sh.root() {
			sh.printf("postcat: fatal: open queue file %s: Permission denied\n", visible(a))
			return 1
		}
		out, err := s.Postcat(id, file, o)
		if err != nil {
			sh.printf("postcat: fatal: %v\n", err)
			return 1
		}
		sh.printf("%s", out)
	}
	return 0
}
