package scenario

import (
	"strings"

	"mailtrek/sim/postfix"
	"mailtrek/sim/shell"
)

// root tells whether the superuser types.
func (sh *operator) root() bool { return sh.user == "" }

const postsuperUsage = "usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (expire and/or un-hold)] " +
	"[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] " +
	"[-S (redundant structure fix)][-v (verbose)] [queue...]"

// superQueues are the folders that postsuper(1) knows by name.
const superQueues = " maildrop incoming active deferred hold defer bounce flush trace "

// postsuperCommand is postsuper(1): options with a queue id, "ALL", or "-" for
// the ids on standard input; behind them the queues that are meant. There is
// nothing to mend (-p -s -S) in this queue.
func postsuperCommand(sh *operator, args []string) int {
	if !sh.root() {
		sh.errorf("postsuper: fatal: use of this command is reserved for the superuser\n")
		return 1
	}
	o, bad := getopt(args, "c:d:e:f:h:H:pr:sSv")
	if bad != "" {
		sh.errorf("postsuper: %s\npostsuper: fatal: %s\n", bad, postsuperUsage)
		return 1
	}
	dir, _ := o.value('c')
	if !sh.settled("postsuper", dir) {
		return 1
	}
	for _, q := range o.args {
		if !strings.Contains(superQueues, " "+q+" ") {
			sh.complain("postsuper", "fatal: invalid directory name: "+visible(q))
			return 1
		}
	}
	var actions []postfix.SuperAction
	for _, s := range o.switches {
		if strings.IndexByte("defhHr", s.letter) < 0 {
			continue
		}
		ids := []string{s.value}
		if s.value == "-" {
			ids = inputLines(sh.In.All())
			actions = append(actions, postfix.SuperAction{Op: s.letter}) // for the total
		}
		for _, id := range ids {
			if id == "" || strings.Trim(id, alphanumeric) != "" {
				sh.complain("postsuper", "warning: invalid mail queue id: "+visible(id))
				id = ""
			}
			actions = append(actions, postfix.SuperAction{Op: s.letter, ID: id})
		}
	}
	if len(actions) == 0 {
		return 0
	}
	return sh.super(actions, o.args)
}

// super has it done and says so. While the mail system is down and postlogd(8)
// would keep the log, postsuper, which is not root any more by then, ends with the
// first line that it wants to log.
func (sh *operator) super(actions []postfix.SuperAction, queues []string) int {
	s := sh.m.postfix
	if s.Logs() {
		for _, l := range s.Super(sh.p, actions, queues...) {
			sh.errorf("%s\n", l)
		}
		return 0
	}
	for _, a := range actions {
		lines := s.Super(sh.p, []postfix.SuperAction{a}, queues...)
		if len(lines) > 0 {
			sh.errorf("%s\npostsuper: fatal: open logfile '%s': cannot open file: Permission denied\n", lines[0], visible(s.Config().Get("maillog_file")))
			return 1
		}
	}
	return 0
}

const postcatUsage = "usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope records)] [-h (header text)] [-q (access queue)] [-v] [file(s)...]"

// postcatCommand is postcat(1): -q takes queue ids, otherwise files are named.
func postcatCommand(sh *operator, args []string) int {
	fails := func(why string) int {
		sh.errorf("postcat: fatal: %s\n", why)
		return 1
	}
	opts, bad := getopt(args, "bc:dehoqrs:v")
	if bad != "" {
		sh.errorf("postcat: %s\n", bad)
		return fails(postcatUsage)
	}
	var o postfix.PostcatOptions
	byID, dir := false, ""
	for _, s := range opts.switches {
		switch s.letter {
		case 'q':
			byID = true
		case 'e':
			o.Envelope = true
		case 'h':
			o.Header = true
		case 'b':
			o.Body = true
		case 'd':
			o.Decimal = true
		case 'o':
			o.Offset = true
		case 'r':
			o.Raw = true
		case 'v':
			o.Verbose = true
		case 'c':
			dir = s.value
		case 's':
			if s.value == "" || strings.Trim(s.value, "0123456789") != "" {
				return fails("bad offset: " + visible(s.value))
			}
			return fails("the switch -s is not modelled")
		}
	}
	if !sh.settled("postcat", dir) {
		return 1
	}
	for _, a := range opts.args {
		if status := sh.postcat(a, byID, o, fails); status != 0 {
			return status
		}
	}
	return 0
}

// postcat shows one file.
func (sh *operator) postcat(name string, byID bool, o postfix.PostcatOptions, fails func(string) int) int {
	id, file := name, ""
	if byID {
		if name == "" || strings.Trim(name, alphanumeric) != "" {
			return fails("bad mail queue ID: " + visible(name))
		}
		if !sh.root() {
			return fails("open queue file " + visible(name) + ": Permission denied")
		}
	} else {
		id, file = name[strings.LastIndexByte(name, '/')+1:], name
		if sh.m.postfix.FileOf(sh.Path(name)) != id || id == "" {
			if _, err := sh.Files.Stat(sh.Path(name)); err != nil {
				return fails("open " + visible(name) + ": " + shell.Why(err))
			}
			sh.errorf("postcat: warning: %s: input is not a valid queue file\n", visible(name))
			return 0
		}
		if !sh.root() {
			return fails("open " + visible(name) + ": Permission denied")
		}
	}
	out, err := sh.m.postfix.Postcat(id, file, o)
	if err != nil {
		return fails(visible(err.Error()))
	}
	sh.printf("%s", out)
	return 0
}
