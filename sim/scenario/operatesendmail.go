package scenario

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/postfix"
)

// sendmailFlags are the switches of sendmail(1): those with a value, and those
// without.
const (
	sendmailValues = "ABCDFLNORVXbefhopqr"
	sendmailFlags  = "GIUcimnstvx"
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
}

func sendmailCommand(sh *operator, args []string) int {
	s := sh.system("sendmail")
	if s == nil {
		return 127
	}
	who := sh.account()
	call := &sendmailCall{mail: postfix.LocalMail{User: who.Name, UID: who.UID, FullName: who.FullName()}}
	if warnings, fatal := call.parse(args); warnings != "" || fatal != "" {
		sh.printf("%s", warnings)
		for line := range strings.Lines(warnings) {
			if why, ok := strings.CutPrefix(line, "sendmail: warning: "); ok {
				sh.logs(s, "sendmail", "warning: "+strings.TrimSuffix(why, "\n"))
			}
		}
		if fatal != "" {
			sh.fatal(s, "sendmail", fatal)
			return 75
		}
	}
	switch call.other {
	case "mailq":
		return sh.one([]string{"mailq"})
	case "newaliases":
		return newaliasesCommand(sh, nil)
	case "-f":
		return sh.one([]string{"postqueue", "-f"})
	case "-s", "-i":
		return sh.one([]string{"postqueue", call.other, call.argument})
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
		sh.printf("Mail Delivery Status Report will be mailed to <%s>.\n", visible(cmp.Or(call.mail.Sender, who.Name)))
	} else if !call.dotIsText {
		call.mail.Message = untilDot(input)
	}
	if call.fromHeader {
		call.mail.Recipients = append(call.mail.Recipients, postfix.HeaderRecipients(call.mail.Message)...)
	}
	if len(call.mail.Recipients) == 0 {
		why := "Recipient addresses must be specified on the command line or via the -t option"
		if call.fromHeader {
			why = "No recipient addresses found in message header"
		}
		sh.fatal(s, "sendmail", fmt.Sprintf("%s(%d): %s", who.Name, who.UID, why))
		return 75
	}
	if limit := s.Config().Int("message_size_limit"); limit > 0 && int64(len(call.mail.Message)) > limit {
		return sh.dropFails(s, who.UID, "File too large", who.Name, "message file too big")
	}
	if int64(len(call.mail.Message)) > sh.m.Tree.Free() {
		return sh.dropFails(s, who.UID, "No space left on device", who.Name, "queue file write error")
	}
	s.Sendmail(sh.p, call.mail)
	return 0
}

// dropFails is sendmail giving up because postdrop(1) cannot take the message.
func (sh *operator) dropFails(s *postfix.System, uid int, why, user, end string) int {
	const closing = "warning: mail_stream_cleanup: close error"
	s.PostdropFails(sh.p, uid, why)
	sh.printf("postdrop: warning: uid=%d: %s\nsendmail: %s\n", uid, why, closing)
	sh.logs(s, "sendmail", closing)
	sh.fatal(s, "sendmail", fmt.Sprintf("%s(%d): %s", user, uid, end))
	return 75
}

// fatal is how a program of the mail system ends with an error: it says so on
// the terminal and in the mail log (msg_logger(3)).
func (sh *operator) fatal(s *postfix.System, program, why string) {
	sh.printf("%s: fatal: %s\n", program, visible(why))
	sh.logs(s, program, "fatal: "+why)
}

// logs writes a line of a program to the mail log. Where postlogd(8) keeps that
// (maillog_file), it does not hear programs without privileges (MAILLOG_README).
func (sh *operator) logs(s *postfix.System, program, text string) {
	if sh.account().UID == 0 || s.Config().Get("maillog_file") == "" {
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

// parse reads the command line. It returns warnings, and what makes it give up.
func (c *sendmailCall) parse(args []string) (warnings, fatal string) {
	for i := 0; i < len(args) && fatal == ""; i++ {
		a := args[i]
		if a == "--" {
			for _, a := range args[i+1:] {
				c.mail.Recipients = append(c.mail.Recipients, postfix.ArgumentAddresses(a)...)
			}
			break
		}
		if len(a) < 2 || a[0] != '-' {
			c.mail.Recipients = append(c.mail.Recipients, postfix.ArgumentAddresses(a)...)
			continue
		}
		for j := 1; j < len(a) && fatal == ""; j++ {
			flag, value := a[j], ""
			takes := strings.IndexByte(sendmailValues, flag) >= 0
			if !takes && strings.IndexByte(sendmailFlags, flag) < 0 {
				return fmt.Sprintf("sendmail: invalid option -- '%c'\n", flag), "usage: sendmail [options]"
			}
			if takes {
				if value = a[j+1:]; value == "" && flag != 'q' && i+1 < len(args) {
					i++
					value = args[i]
				}
				j = len(a)
			}
			var warning string
			warning, fatal = c.option(flag, value)
			warnings += warning
		}
	}
	return warnings, fatal
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
	case 'f', 'r':
		c.mail.Sender = AddressOf(value)
		c.mail.NullSender = c.mail.Sender == ""
		if list := postfix.ArgumentAddresses(value); len(list) > 1 {
			c.mail.Sender = list[0]
			return fmt.Sprintf("sendmail: warning: -f option specified malformed sender: %s\n", visible(value)), ""
		}
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
			return fmt.Sprintf("sendmail: warning: unknown DSN NOTIFY command value %q in %q\nsendmail: warning: bad -N option value -- ignored\n", value, value), ""
		}
		c.mail.Notify = notify
	case 'R':
		ret, ok := smtp.ParseRet(value)
		if !ok {
			return "sendmail: warning: bad -R option value -- ignored\n", ""
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
		default:
			return "", "unsupported: -b" + value
		}
	}
	return "", ""
}

// queueOption takes -q, -qR SITE and -qI ID.
func (c *sendmailCall) queueOption(value string) (warning, fatal string) {
	switch {
	case value == "":
		c.other = "-f"
	case value[0] == 'R' || value[0] == 'S':
		c.other, c.argument = "-s", value[1:]
	case value[0] == 'I':
		c.other, c.argument = "-i", value[1:]
	case value[0] < '0' || value[0] > '9':
		return "", "-q" + value + " is not implemented"
	}
	return "", ""
}
