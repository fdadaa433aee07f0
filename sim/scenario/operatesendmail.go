package scenario

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/postfix"
)

// sendmailCall is what the command line of sendmail(1) asks for.
type sendmailCall struct {
	mail       postfix.LocalMail
	fromHeader bool   // -t
	dotIsText  bool   // -i: a line "." does not end the message
	other      string // what is done instead of sending: "mailq", "newaliases", "flush"
	argument   string // of -qR, -qI
	verp       bool   // -XV
	verbose    int    // how often -v was given
	name       string // what it was called as
	recipients bool   // some were named
}

func sendmailCommand(sh *operator, args []string) int { return sendmailAs(sh, "sendmail", args) }

// exitTemp is EX_TEMPFAIL, with which sendmail(1) ends after an error.
const exitTemp = 75

// sendmailAs is sendmail(1) under one of its names, which decides what it does
// when no switch says otherwise.
func sendmailAs(sh *operator, name string, args []string) int {
	s := sh.m.postfix
	who := sh.account()
	call := &sendmailCall{mail: postfix.LocalMail{User: who.Name, UID: who.UID, FullName: who.FullName()}, name: name}
	if !sh.settled(name, call.folder(args)) {
		return exitTemp
	}
	warnings, fatal := call.parse(args)
	for _, w := range warnings {
		if why, ok := strings.CutPrefix(w, "warning: "); ok {
			sh.complain2(name, "sendmail", "warning: "+why)
			continue
		}
		sh.errorf("%s: %s\n", name, w)
	}
	if fatal == "" {
		fatal = call.contradiction()
	}
	if fatal != "" {
		sh.complain2(name, "sendmail", "fatal: "+visible(fatal))
		return exitTemp
	}
	switch call.other {
	case "":
		return sh.submit(s, call)
	case "mailq":
		return sh.one([]string{"postqueue", "-p"})
	case "newaliases":
		return sh.buildAliases()
	case "smtp":
		if !sh.maySubmit(s) {
			return exitTemp
		}
		return sh.standAlone(s, call)
	case "daemon":
		sh.one([]string{"postfix", "start"})
		return 0
	case "-f":
		return sh.one([]string{"postqueue", "-f"})
	case "-s", "-i":
		return sh.one([]string{"postqueue", call.other, call.argument})
	}
	return 0
}

// submit hands the message on standard input to Postfix.
func (sh *operator) submit(s *postfix.System, call *sendmailCall) int {
	who := sh.account()
	if !sh.maySubmit(s) {
		return exitTemp
	}
	input := sh.In.All()
	call.mail.Message = input
	if why := call.delimiters(s); why != "" {
		sh.fatal(s, "sendmail", why)
		return 75
	}
	if call.mail.Verify {
		if refused := call.verify(); refused != "" {
			sh.fatal(s, "sendmail", refused)
			return 75
		}
	} else if !call.dotIsText {
		call.mail.Message = untilDot(input)
	}
	call.mail.Message = withoutFrom(call.mail.Message)
	if call.fromHeader {
		found := postfix.HeaderRecipients(call.mail.Message)
		call.mail.Recipients, call.mail.FromHeader = append(call.mail.Recipients, found...), len(found)
	}
	if len(call.mail.Recipients) == 0 && (call.fromHeader || !call.recipients) {
		why := "Recipient addresses must be specified on the command line or via the -t option"
		if call.fromHeader {
			why = "No recipient addresses found in message header"
		}
		sh.fatal(s, "sendmail", fmt.Sprintf("%s(%d): %s", who.Name, who.UID, why))
		return 75
	}
	if call.mail.Verify || call.mail.Report {
		sh.printf("Mail Delivery Status Report will be mailed to <%s>.\n", visible(cmp.Or(call.mail.Sender, who.Name)))
	}
	if why := s.DropProblem(sh.p, &call.mail); why != "" {
		end := "queue file write error"
		if why == "File too large" {
			end = "message file too big"
		}
		return sh.dropFails(s, who.UID, why, who.Name, end)
	}
	s.Sendmail(sh.p, call.mail)
	return 0
}

// maySubmit says so when authorized_submit_users does not have the user.
func (sh *operator) maySubmit(s *postfix.System) bool {
	who := sh.account()
	if s.Authorized("authorized_submit_users", who.Name, who.UID) {
		return true
	}
	sh.fatal(s, "sendmail", fmt.Sprintf("User %s(%d) is not allowed to submit mail", who.Name, who.UID))
	return false
}

// dropFails is sendmail giving up because postdrop(1) cannot take the message.
func (sh *operator) dropFails(s *postfix.System, uid int, why, user, end string) int {
	const closing = "warning: mail_stream_cleanup: close error"
	s.PostdropFails(sh.p, uid, why)
	sh.errorf("postdrop: warning: uid=%d: %s\nsendmail: %s\n", uid, why, closing)
	sh.logs(s, "sendmail", closing)
	sh.fatal(s, "sendmail", fmt.Sprintf("%s(%d): %s", user, uid, end))
	return 75
}

// fatal is how a program of the mail system ends with an error: it says so on
// the terminal and in the mail log (msg_logger(3)).
func (sh *operator) fatal(s *postfix.System, program, why string) {
	sh.errorf("%s: fatal: %s\n", program, visible(why))
	sh.logs(s, program, "fatal: "+why)
}

// logs writes a line of a program to the mail log. Where postlogd(8) keeps that
// (maillog_file), it does not hear programs without privileges (MAILLOG_README).
func (sh *operator) logs(s *postfix.System, program, text string) {
	setgid := program == "postqueue" || program == "postdrop" || program == "postlog"
	if sh.account().UID == 0 || setgid || s.Config().Get("maillog_file") == "" {
		s.LogTool(sh.p, program, text)
	}
}

// verify makes the message of -bv, which has nothing but a header. It tells why
// the call is none.
func (c *sendmailCall) verify() (refused string) {
	switch {
	case c.fromHeader:
		return "-t option cannot be used with -bv"
	case c.mail.Notify != 0:
		return "-N option cannot be used with -bv"
	case c.mail.Ret != smtp.RetNone:
		return "-R option cannot be used with -bv"
	}
	c.mail.Message = []byte("From: " + cmp.Or(c.mail.Sender, c.mail.User) + "\nSubject: probe\nTo:\t" + strings.Join(c.mail.Recipients, ",\n\t") + "\n")
	return ""
}

// delimiters finds out those that -XV asks for, and tells why they cannot be had
// (VERP_README).
func (c *sendmailCall) delimiters(s *postfix.System) (why string) {
	if !c.verp {
		return ""
	}
	filter := s.Config().Get("verp_delimiter_filter")
	if c.mail.VERP == "" {
		c.mail.VERP = s.Config().Get("default_verp_delimiters")
	} else if !smtp.ValidVERP(c.mail.VERP, filter) {
		return "-V requires two characters from " + filter
	}
	if c.mail.NullSender {
		return fmt.Sprintf("%s(%d): -V option requires non-null sender address", c.mail.Sender, c.mail.UID)
	}
	return ""
}

// withoutFrom is a message without the From_ line that a mailbox or a program
// has put in front of it.
func withoutFrom(b []byte) []byte {
	for bytes.HasPrefix(bytes.TrimLeft(b, ">"), []byte("From ")) {
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	return b
}

// untilDot is a message up to a line with a dot alone, as sendmail reads it
// without -i.
func untilDot(b []byte) []byte {
	if bytes.HasPrefix(b, []byte(".\n")) {
		return nil
	}
	if i := bytes.Index(b, []byte("\n.\n")); i >= 0 {
		return b[:i+1]
	}
	return b
}

// folder is where -C says that main.cf is.
func (c *sendmailCall) folder(args []string) (dir string) {
	for i, a := range args {
		if a == "--" {
			break
		}
		if value, found := strings.CutPrefix(a, "-C"); found {
			if value == "" && i+1 < len(args) {
				value = args[i+1]
			}
			dir = strings.TrimSuffix(value, "/main.cf")
		}
	}
	return dir
}

// parse reads the command line. It returns what is said of it, and what makes it
// give up. Of what getopt(3) does not understand it speaks twice: sendmail reads
// its command line twice.
func (c *sendmailCall) parse(args []string) (warnings []string, fatal string) {
	o, bad := getopt(sendmailWords(args), sendmailLetters)
	if bad != "" {
		return []string{bad, bad}, "usage: sendmail [options]"
	}
	for _, s := range o.switches {
		warning, fatal := c.option(s.letter, s.value)
		if warning != "" {
			warnings = append(warnings, strings.Split(warning, "\n")...)
		}
		if fatal != "" {
			return warnings, fatal
		}
	}
	for _, a := range o.args {
		c.recipients = true
		c.mail.Recipients = append(c.mail.Recipients, postfix.ArgumentAddresses(a)...)
	}
	return warnings, ""
}

// sendmailLetters are the switches of sendmail(1).
const sendmailLetters = "A:B:C:D:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:q:r:stvx"

// sendmailWords puts the switches first, as sendmail(1) does with recipients
// between them, and writes out a -q that has no value.
func sendmailWords(args []string) []string {
	var switches, rest []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--":
			return append(append(append(switches, "--"), rest...), args[i+1:]...)
		case len(a) < 2 || a[0] != '-':
			rest = append(rest, a)
		case a == "-q":
			switches = append(switches, "-q", "")
		default:
			switches = append(switches, a)
			if i+1 == len(args) && len(rest) == 0 {
				return switches
			}
			at := strings.IndexByte(sendmailLetters, a[len(a)-1])
			if len(a) == 2 && at >= 0 && at+1 < len(sendmailLetters) && sendmailLetters[at+1] == ':' && i+1 < len(args) {
				i++
				switches = append(switches, args[i])
			}
		}
	}
	return append(append(switches, "--"), rest...)
}

// contradiction is why the switches and recipients cannot stand together.
func (c *sendmailCall) contradiction() (fatal string) {
	mode := map[string]string{"mailq": "display queue", "newaliases": "alias initialization", "smtp": "stand-alone", "-f": "flush queue"}[c.other]
	switch {
	case c.other == "":
		return ""
	case c.fromHeader:
		return "-t can be used only in delivery mode"
	case c.recipients && mode != "":
		return mode + " mode requires no recipient"
	}
	return ""
}

// option takes one switch. Those that Postfix ignores are ignored.
func (c *sendmailCall) option(flag byte, value string) (warning, fatal string) {
	switch flag {
	case 't':
		c.fromHeader = true
	case 'v':
		c.verbose++
		c.mail.Report = c.verbose == 1 // more than one is about the program's own talk
	case 'i':
		c.dotIsText = true
	case 'G':
		c.mail.Gateway = true
	case 'f', 'r':
		c.mail.Sender = AddressOf(value)
		c.mail.NullSender = c.mail.Sender == ""
		if list := postfix.ArgumentAddresses(value); len(list) > 1 {
			c.mail.Sender = list[0]
			return "warning: -f option specified malformed sender: " + visible(value), ""
		}
		if words := strings.Fields(value); len(words) > 1 && !strings.ContainsAny(value, "<\"(") {
			return "warning: -f option specified malformed sender: " + visible(value), ""
		}
	case 'B':
		if !strings.EqualFold(value, "8BITMIME") && !strings.EqualFold(value, "7BIT") {
			return "", "-B option needs 8BITMIME or 7BIT"
		}
		c.mail.Body8 = strings.EqualFold(value, "8BITMIME")
	case 'n':
		return "", "-n option not supported"
	case 'X':
		if delimiters, ok := strings.CutPrefix(value, "V"); ok {
			c.verp, c.mail.VERP = true, delimiters
		}
	case 'F':
		c.mail.FullName = value
	case 'I':
		c.other = "newaliases"
	case 'o':
		c.dotIsText = c.dotIsText || value == "i"
	case 'N':
		notify, ok := smtp.ParseNotify(value)
		if !ok {
			const bad = "warning: bad -N option value -- ignored"
			for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
				if _, known := smtp.ParseNotify(word); !known {
					return fmt.Sprintf("warning: unknown DSN NOTIFY command value \"%s\" in \"%s\"\n%s", visible(word), visible(value), bad), ""
				}
			}
			return bad, ""
		}
		c.mail.Notify = notify
	case 'R':
		ret, ok := smtp.ParseRet(value)
		if !ok {
			return "warning: bad -R option value -- ignored", ""
		}
		c.mail.Ret = ret
	case 'V':
		c.mail.EnvID = value
	case 'q':
		return c.queueOption(value)
	case 'b':
		switch value {
		case "m":
		case "p":
			c.other = "mailq"
		case "i":
			c.other = "newaliases"
		case "v":
			c.mail.Verify = true
		case "s":
			c.other = "smtp"
		case "d", "l":
			c.other = "daemon"
		case "h", "H":
			c.other = "nothing"
		default:
			return "", "unsupported: -b" + visible(value)
		}
	}
	return "", ""
}

// queueOption takes -q, -qR SITE and -qI ID.
func (c *sendmailCall) queueOption(value string) (warning, fatal string) {
	switch {
	case value == "":
		c.other = "-f"
	case value == "R":
		return "", "specify: -qRsitename"
	case value == "I":
		return "", "specify: -qIqueueid"
	case value[0] == 'R':
		c.other, c.argument = "-s", value[1:]
	case value[0] == 'I':
		c.other, c.argument = "-i", value[1:]
	case value[0] < '0' || value[0] > '9':
		return "", "-q" + visible(value[:1]) + " is not implemented"
	default:
		c.other = "nothing" // the time between flushes of a daemon
	}
	return "", ""
}

// standAlone is sendmail -bs, an SMTP server on the standard input.
func (sh *operator) standAlone(s *postfix.System, call *sendmailCall) int {
	return s.StandAlone(sh.p, call.mail, sh.In.All(), func(reply []byte) { sh.printf("%s", reply) }, func(line string) { sh.errorf("%s\n", line) })
}

// postdropCommand is postdrop(1), which sendmail(1) runs with more rights than
// the user has.
func postdropCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "c:rv")
	if bad != "" {
		sh.errorf("postdrop: %s\npostdrop: fatal: usage: postdrop [-c config_dir] [-v]\n", bad)
		return 1
	}
	dir, _ := o.value('c')
	if !sh.authorized("postdrop", dir) || !sh.settled("postdrop", dir) {
		return 1
	}
	who := sh.account()
	answer, complaints := sh.m.postfix.Postdrop(sh.p, postfix.LocalMail{User: who.Name, UID: who.UID}, sh.In.All())
	sh.printf("%s", answer)
	status := 0
	for _, c := range complaints {
		sh.complain("postdrop", c)
		status = 1
	}
	return status
}

// complain2 is complain for a program that has another name in the mail log than
// on the terminal.
func (sh *operator) complain2(name, logged, text string) {
	sh.errorf("%s: %s\n", name, text)
	sh.logs(sh.m.postfix, logged, text)
}
