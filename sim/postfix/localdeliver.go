package postfix

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// user delivers to a user's mailbox in the first way that is configured:
// mailbox_transport_maps, mailbox_transport, mailbox_command_maps,
// mailbox_command, home_mailbox, mail_spool_directory; for a name that is no
// user, fallback_transport_maps, fallback_transport or luser_relay (local(8),
// mailbox.c, unknown.c). local is the name with its extension.
func (e *expansion) user(to *Recipient, local, name string, depth int) {
	d := e.d
	if e.again("mailbox", local) {
		return // whether or not the user exists
	}
	if e.passed(to, name, "mailbox_transport") {
		return
	}
	u, ok := d.user(name)
	if !ok {
		e.unknown(to, name, depth)
		return
	}
	if e.homeless(to, u) || e.mailboxCommand(to, u) {
		return
	}
	path := strings.TrimSuffix(d.conf.Get("mail_spool_directory"), "/") + "/" + u.Name
	if home := d.conf.Get("home_mailbox"); home != "" {
		path = u.Home + "/" + home
	} else if spool := d.conf.Get("mail_spool_directory"); strings.HasSuffix(spool, "/") {
		path += "/"
	}
	e.mailbox(to, u, path)
}

// mailbox appends the message to a mailbox of a user.
func (e *expansion) mailbox(to *Recipient, u host.User, path string) {
	c := *to
	c.result = nil
	limit := e.d.conf.Int("mailbox_size_limit")
	if info, err := e.d.Host.Tree.Stat(path); err == nil && !info.Dir && limit > 0 && info.Size+e.mboxSize(to) > limit {
		e.done(to, bounced, result{dsn: "5.2.2", text: fmt.Sprintf("cannot update mailbox %s for user %s. error writing message: File too large", path, u.Name)})
		return
	}
	if e.mailboxUnlocked(to, u, path) {
		return
	}
	own := u.OwnsHome()
	if _, err := e.d.Host.Tree.Stat(strings.TrimSuffix(path, "/")); !strings.HasPrefix(path, u.Home+"/") {
		own = u.UID == 0 || err == nil
	}
	if strings.HasSuffix(path, "/") && !own && !e.r.mail.probe {
		e.maildirDenied(to, e.maildirFile(path), u.UID, u.GID)
		return
	}
	if e.mailboxDenied(to, u, path) {
		return
	}
	e.d.toMailbox(e.r, &c, u.Name, path, "local", e.headers(to, "file"))
	if c.result != nil {
		e.outcomes = append(e.outcomes, *c.result)
	}
}

// maildirFile is the name that a message first has in a Maildir.
func (e *expansion) maildirFile(path string) string {
	return fmt.Sprintf("%stmp/%d.P%d.%s", path, e.d.p.Now().Unix(), e.d.pid, e.d.conf.Get("myhostname"))
}

// maildirDenied is the end of a delivery to a Maildir that the user may not make.
func (e *expansion) maildirDenied(to *Recipient, file string, uid, gid int) {
	why := fmt.Sprintf("create maildir file %s: Permission denied", file)
	e.d.log("warning: maildir access problem for UID/GID=%d/%d: %s", uid, gid, why)
	e.d.log("warning: perhaps you need to create the maildirs in advance")
	e.done(to, bounced, result{dsn: "5.2.0", text: "maildir delivery failed: " + why})
}

// mboxSize is how many octets a delivery adds to an mbox file.
func (e *expansion) mboxSize(to *Recipient) int64 {
	n := len("From  Sat Nov 21 23:50:00 2026\n\n") + len(orElse(e.sender, "MAILER-DAEMON")) + len(e.r.mail.Content)
	for _, f := range e.headers(to, "file") {
		n += len(f) + 1
	}
	return int64(n)
}

// variable is what a name in luser_relay stands for: a part of the recipient's
// address (local_expand).
func (e *expansion) variable(to *Recipient, user, name string) (string, bool) {
	local, domain, _ := splitAddress(to.Addr)
	_, ext := SplitExtension(local, e.d.conf.Get("recipient_delimiter"), e.d.conf.Bool("owner_request_special"))
	v, ok := map[string]string{"user": user, "local": local, "domain": domain, "recipient": to.Addr, "extension": strings.TrimLeft(ext, e.d.conf.Get("recipient_delimiter")),
		"recipient_delimiter": ext[:min(len(ext), 1)]}[name]
	return v, ok
}

// headers are the fields for a delivery to a mailbox or a file, which are
// "file" for prepend_delivered_header, or to a command.
func (e *expansion) headers(to *Recipient, context string) []string {
	h := []string{"Return-Path: <" + quotedOr(e.sender) + ">"}
	if e.d.conf.Bool("enable_original_recipient") {
		orig := to.Orig
		if orig == "" && !e.anew {
			orig = to.Addr
		}
		if orig != "" {
			h = append(h, "X-Original-To: "+quotedOr(orig))
		}
	}
	if listHas(e.d.conf.List("prepend_delivered_header"), context) {
		h = append(h, "Delivered-To: "+quotedOr(e.delivered))
	}
	return h
}

// unknown deals with a name that is neither an alias nor a user.
func (e *expansion) unknown(to *Recipient, name string, depth int) {
	d := e.d
	if e.passed(to, name, "fallback_transport") {
		return
	}
	if raw, _ := d.conf.Raw("luser_relay"); raw != "" {
		addr, err := ExpandWith(raw, func(n string) (string, bool) {
			return e.variable(to, name, n)
		})
		if err == nil && !strings.EqualFold(d.standard(addr), to.Addr) {
			e.unmatched = ""
			e.address(to, addr, depth+1)
			return
		}
	}
	if n := strings.ToLower(name); n == "mailer-daemon" || n == "postmaster" {
		d.log("warning: required alias not found: %s", n)
		e.done(to, sent, result{dsn: "2.0.0", text: "discarded"})
		return
	}
	e.done(to, bounced, result{dsn: "5.1.1", text: fmt.Sprintf("unknown user: %q", strings.ToLower(name))})
}

// file appends the message to a file, in mbox form, or to a Maildir when the
// name ends in a slash.
func (e *expansion) file(to *Recipient, path string, allowed bool) {
	d := e.d
	if e.again("file", e.rights, path) {
		return
	}
	if !allowed {
		e.fail(to, result{dsn: "5.7.1", text: "mail to file is restricted"})
		return
	}
	if e.r.mail.probe { // deliver_file
		e.done(to, sent, result{dsn: "2.0.0", text: "delivers to file: " + path})
		return
	}
	if e.fileUnlocked(to, path) {
		return
	}
	if path == "/dev/null" {
		e.done(to, sent, result{dsn: "2.0.0", text: "delivered to file: /dev/null", action: "delivered"})
		return
	}
	if strings.HasSuffix(path, "/") {
		e.maildir(to, path)
		return
	}
	if e.fileDenied(to, path) {
		return
	}
	var text []byte
	for _, f := range e.headers(to, "file") {
		text = append(append(text, f...), '\n')
	}
	text = append(text, e.r.mail.Content...)
	d.p.Sleep(diskTime)
	if err := d.Host.Tree.AppendMbox(path, e.sender, d.p.Now(), text); errors.Is(err, host.ErrNoSpace) {
		e.done(to, deferral, result{dsn: "4.3.0", text: "cannot append message to file " + path + ": error writing message: " + host.ErrNoSpace.Error()})
		return
	} else if err != nil {
		e.fail(to, result{dsn: "5.2.0", text: fmt.Sprintf("cannot append message to file %s: %s", path, fileError(err))})
		return
	}
	d.p.Emit(trace.Event{Kind: trace.Mailbox, A: d.p.Sym(path), B: d.p.Sym(path), C: d.p.Sym("append")}, text)
	e.done(to, sent, result{dsn: "2.0.0", text: "delivered to file: " + path, action: "delivered"})
}

// maildir delivers to a Maildir that an alias or a .forward file names. It has to
// be there already, save below the home of who owns the .forward file; aliases
// are delivered with the rights of default_privs (deliver_file).
func (e *expansion) maildir(to *Recipient, path string) {
	d := e.d
	u, ok := d.user(orElse(e.rights, d.conf.Get("default_privs")))
	if !ok {
		u.UID, u.GID = 65534, 65534
	}
	if _, err := d.Host.Tree.Stat(strings.TrimSuffix(path, "/")); err != nil && !(ok && u.OwnsHome() && strings.HasPrefix(path, u.Home+"/")) {
		e.maildirDenied(to, e.maildirFile(path), u.UID, u.GID)
		return
	}
	c := *to
	c.result = nil
	d.toMailbox(e.r, &c, path, path, "local", e.headers(to, "file"))
	if c.result != nil {
		e.outcomes = append(e.outcomes, *c.result)
	}
}

// fileError is the system's text of an error, without the path.
func fileError(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		s = s[i+2:]
	}
	if s == "file does not exist" {
		return "No such file or directory"
	}
	return s
}

// command gives the message to a command, which runs with the rights of a user.
// A model that the document declares for it, or for its program, goes first.
func (e *expansion) command(to *Recipient, line, user string, allowed bool) {
	d := e.d
	if e.again("command", to.Addr, user, line) {
		return
	}
	if !allowed {
		e.fail(to, result{dsn: "5.7.1", text: "mail to command is restricted"})
		return
	}
	if e.r.mail.probe { // deliver_command
		e.done(to, sent, result{dsn: "2.0.0", text: "delivers to command: " + line})
		return
	}
	d.p.Sleep(commandTime)
	program, _, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
	status, output := 127, fmt.Sprintf("sh: 1: %s: not found\n", program)
	if model := d.Host.Command(line); model != nil {
		status, output = model(d.p, user, strings.Fields(line), e.r.mail.Content)
	} else if model = d.Host.Command(program); model != nil {
		status, output = model(d.p, user, strings.Fields(line), e.r.mail.Content)
	} else if sh := d.Host.Shell(); sh != nil {
		status, output = sh(d.p, node.Line{User: orElse(user, d.conf.Get("default_privs")), Text: line, Input: e.commandInput(to), Env: e.commandEnv(to, user)})
	}
	if status == 127 && output == "sh: 1: "+program+": not found\n" && strings.Contains(program, "/") && plainCommand(line) {
		why := "fatal: execvp " + program + ": No such file or directory"
		child := *d
		child.pid = d.Host.NextPID()
		child.log("%s", why)
		status, output = 75, "local: "+why+"\n"
	}
	if status == 0 {
		e.done(to, sent, result{dsn: "2.0.0", text: "delivered to command: " + line, action: "delivered"})
		return
	}
	res := failedCommand(line, status, output)
	if res.dsn[0] == '4' {
		e.done(to, deferral, res)
	} else {
		e.fail(to, res)
	}
}

// plainCommand tells whether a line has nothing in it that only a shell
// understands: then the program is run without one, unless it has no slash in
// its name and is not found, for it might be built into the shell (exec_command.c).
func plainCommand(line string) bool {
	for _, c := range line {
		if !strings.ContainsRune("!@%-_=+:,./ \t", c) && (c > 0x7f || !alphanumeric(byte(c))) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// commandInput is the message as a command reads it: a From_ line, but nothing
// is quoted (MAIL_COPY_PIPE).
func (e *expansion) commandInput(to *Recipient) []byte {
	b := fmt.Appendf(nil, "From %s  %s\n", orElse(e.sender, "MAILER-DAEMON"), e.d.p.Now().Format(time.ANSIC))
	for _, f := range e.headers(to, "command") {
		b = append(append(b, f...), '\n')
	}
	return append(b, e.r.mail.Content...)
}

// commandEnv has the variables that a command gets (local(8), EXTERNAL COMMAND
// DELIVERY).
func (e *expansion) commandEnv(to *Recipient, user string) map[string]string {
	local, domain, _ := splitAddress(to.Addr)
	local = strings.ToLower(local)
	name, extension := SplitExtension(local, e.d.conf.Get("recipient_delimiter"), e.d.conf.Bool("owner_request_special"))
	env := map[string]string{"SHELL": "/bin/sh", "LOCAL": local, "DOMAIN": domain, "RECIPIENT": to.Addr,
		"ORIGINAL_RECIPIENT": orElse(to.Orig, to.Addr), "SENDER": e.sender, "LOGNAME": orElse(user, name), "USER": orElse(user, name)}
	if extension != "" {
		env["EXTENSION"] = extension[1:]
	}
	if u, ok := e.d.user(user); ok {
		env["HOME"] = u.Home
	}
	return env
}

// forward queues new messages for all that goes elsewhere: one for each sender.
// Those that have been begun are given up when anything is to be tried again.
func (e *expansion) forward() {
	for _, f := range e.elsewhere {
		if e.putOff() {
			if u, err := e.d.Submit(e.d.p, "local", f.sender); err == nil {
				u.Abort()
			}
			continue
		}
		e.submit(f)
	}
}

// submit queues a new message. It has a Delivered-To field, by which this host
// will know it if it comes back.
func (e *expansion) submit(f forwarding) {
	d, p, m := e.d, e.d.p, e.r.mail
	u, err := d.Submit(p, "local", f.sender)
	if err != nil {
		e.done(e.top, deferral, result{dsn: "4.3.0", text: "cleanup service unavailable"})
		return
	}
	n := u.Mail()
	n.Body8, n.UTF8, n.EnvID, n.Ret = m.Body8, m.UTF8, m.EnvID, m.Ret
	u.Prepend(fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", d.conf.Get("myhostname"), d.conf.Get("mail_name"), u.ID(), postfixDate(n.Arrived)))
	if contains(d.conf.List("prepend_delivered_header"), "forward") {
		u.Prepend("Delivered-To: " + f.delivered)
	}
	for _, to := range f.to {
		u.AddRecipient(to)
	}
	u.Write(m.Content)
	switch refusal := u.Commit(); {
	case refusal == nil:
		p.Sleep(reportTime)
	case refusal.Code < 500: // the message is tried again, and nothing said of it
		e.outcomes = append(e.outcomes, result{status: deferral, relay: "local"})
		return
	default: // which counts as forwarded
		if len(n.Content) == 0 {
			n.Content = m.Content
		}
		d.refused(n, refusal)
	}
	to := *e.top
	to.Notify = withoutSuccess(to.Notify)
	e.done(&to, sent, result{dsn: "2.0.0", text: "forwarded as " + u.ID()})
}
