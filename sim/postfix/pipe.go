package postfix

import (
	"bytes"
	"fmt"
	"path"
	"strconv"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/node"
)

// pipe is pipe(8), which hands a message to a command, one for all recipients
// of the request. Nothing is executed: a "command" block of the scenario models
// the program, or the host's simulated shell knows it, or it is missing there.
func (d *daemon) pipe(r *request) {
	a, why := d.pipeAttributes()
	if why != "" {
		d.dies(why)
		return
	}
	p := &piping{d: d, r: r, a: a}
	if res := p.prevented(); res != nil {
		for _, to := range r.recipients {
			p.report(to, *res)
		}
		return
	}
	argv, bad := p.command()
	if bad != "" {
		d.log("warning: file %s: service %s: unknown macro name: %q", MasterFile, d.svc.Name, bad)
		for _, to := range r.recipients {
			d.deferred(r, to, result{dsn: "4.3.5", text: "mail system configuration error", relay: d.svc.Name})
		}
		return
	}
	if r.mail.probe {
		for _, to := range r.recipients {
			d.sent(r, to, result{dsn: "2.0.0", text: "delivers to command: " + argv[0], relay: d.svc.Name})
		}
		return
	}
	p.run(argv)
}

// pipeAttributes are the arguments of a pipe(8) service in master.cf.
type pipeAttributes struct {
	flags, user, sender string
	eol                 string
	size                int64
	argv                []string
}

// pipeAttributes reads them, or tells why pipe(8) cannot begin.
func (d *daemon) pipeAttributes() (a pipeAttributes, why string) {
	a.sender, a.eol = "MAILER-DAEMON", "\n"
	for i, arg := range d.svc.Args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "argv":
			a.argv = append([]string{value}, d.svc.Args[i+1:]...)
		case "flags":
			a.flags = value
		case "user":
			a.user = value
		case "null_sender":
			a.sender = value
		case "eol":
			a.eol = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(value)
		case "size":
			a.size, _ = strconv.ParseInt(value, 10, 64)
		case "chroot", "directory":
		default:
			return a, "unknown attribute name: " + arg
		}
		if name == "argv" {
			break
		}
	}
	return a, a.problem(d)
}

// problem is why pipe(8) refuses its arguments (get_service_attr).
func (a *pipeAttributes) problem(d *daemon) string {
	for _, c := range a.flags {
		if !strings.ContainsRune("BDFORXhqu.>", c) {
			return fmt.Sprintf("unknown flag: %c (ignored)", c)
		}
	}
	user, _, _ := strings.Cut(a.user, ":")
	switch {
	case user == "":
		return "missing user= command-line attribute"
	case len(a.argv) == 0 || a.argv[0] == "":
		return "missing argv= command-line attribute"
	}
	u, ok := d.user(user)
	switch {
	case !ok:
		return "get_service_attr: unknown username: " + user
	case u.UID == 0:
		return "user= command-line attribute specifies root privileges"
	case user == d.conf.Get("mail_owner"):
		return "user= command-line attribute specifies mail system owner " + user
	}
	return ""
}

// piping is one delivery of pipe(8).
type piping struct {
	d *daemon
	r *request
	a pipeAttributes
}

// report reports one outcome by its status code.
func (p *piping) report(to *Recipient, res result) {
	res.relay = p.d.svc.Name
	if res.dsn[0] == '4' {
		p.d.deferred(p.r, to, res)
	} else {
		p.d.bounced(p.r, to, res)
	}
}

// prevented is why the command is not even run; nil if it is.
func (p *piping) prevented() *result {
	for _, flag := range "DO" {
		if name := p.d.svc.Name + "_destination_recipient_limit"; strings.ContainsRune(p.a.flags, flag) && len(p.r.recipients) > 1 {
			defer p.d.log("warning: pipe flag `%c' requires %s = 1", flag, name)
			return &result{dsn: "4.3.5", text: "mail system configuration error"}
		}
	}
	if p.a.size > 0 && int64(p.r.mail.size) > p.a.size {
		return &result{dsn: "5.2.3", text: "message too large"}
	}
	return nil
}

// command expands the macros of the command line. A word with a macro about
// the recipient stands there once for each of them. bad is a macro that is none.
func (p *piping) command() (argv []string, bad string) {
	for _, word := range p.a.argv {
		seen, perRecipient := "", false
		for _, to := range p.r.recipients {
			perRecipient = false
			text, err := ExpandWith(word, func(name string) (string, bool) {
				value, each, ok := p.macro(name, to)
				if perRecipient = perRecipient || each; !ok {
					seen = name
				}
				return value, true
			})
			if seen != "" || err != nil {
				return nil, orElse(seen, word)
			}
			argv = append(argv, text)
			if !perRecipient {
				break
			}
		}
	}
	return argv, ""
}

// macro is the value of a macro (pipe(8), "argv"); each tells that it is about
// the recipient.
func (p *piping) macro(name string, to *Recipient) (value string, each, ok bool) {
	m, c := p.r.mail, p.d.conf
	quote := func(addr string) string {
		if strings.Contains(p.a.flags, "q") {
			return mailaddr.Quote(addr)
		}
		return addr
	}
	local, domain, _ := splitAddress(to.Addr)
	if strings.Contains(p.a.flags, "h") {
		domain = strings.ToLower(domain)
	}
	if strings.Contains(p.a.flags, "u") {
		local = strings.ToLower(local)
	}
	addr := local
	if domain != "" {
		addr += "@" + domain
	}
	user, ext := SplitExtension(local, c.Get("recipient_delimiter"), c.Bool("owner_request_special"))
	switch name {
	case "recipient":
		return quote(addr), true, true
	case "original_recipient":
		return quote(orElse(to.Orig, to.Addr)), true, true
	case "user":
		return user, true, true
	case "extension":
		return strings.TrimLeft(ext, c.Get("recipient_delimiter")), true, true
	case "mailbox":
		return local, true, true
	case "domain":
		return domain, true, true
	case "sender":
		if s := p.r.sender(); s != "" {
			return quote(s), false, true
		}
		return p.a.sender, false, true
	case "nexthop":
		return p.r.nexthop, false, true
	case "queue_id":
		return m.ID, false, true
	case "size":
		return strconv.Itoa(m.size), false, true
	}
	value, ok = m.clientMacro(name)
	return value, false, ok
}

// clientMacro is a macro about the client that brought the message.
func (m *Mail) clientMacro(name string) (value string, ok bool) {
	o := m.from
	if o == nil {
		o = &origin{client: &peer{}}
	}
	f := m.forward()
	switch name {
	case "client_address":
		return f.Addr, true
	case "client_hostname":
		return f.Name, true
	case "client_port":
		return f.Port, true
	case "client_helo":
		return f.Helo, true
	case "client_protocol":
		return f.Proto, true
	case "sasl_method":
		return o.mechanism, true
	case "sasl_username", "sasl_sender":
		if name == "sasl_username" {
			return o.user, true
		}
		return "", true
	}
	return "", false
}

// content is the message as the command gets it.
func (p *piping) content() []byte {
	m, has := p.r.mail, func(flag string) bool { return strings.Contains(p.a.flags, flag) }
	var b []byte
	line := func(s string) { b = append(append(b, s...), '\n') }
	sender := orElse(p.r.sender(), p.a.sender)
	if has("F") {
		line("From " + mailaddr.Quote(sender) + " " + p.d.p.Now().Format("Mon Jan _2 15:04:05 2006"))
	}
	if has("R") {
		line("Return-Path: <" + mailaddr.Quote(p.r.sender()) + ">")
	}
	to := p.r.recipients[0]
	if has("O") {
		line("X-Original-To: " + mailaddr.Quote(orElse(to.Orig, to.Addr)))
	}
	if has("D") {
		line("Delivered-To: " + mailaddr.Quote(to.Addr))
	}
	for text := range bytes.Lines(m.Content) {
		if has(".") && text[0] == '.' {
			b = append(b, '.')
		}
		if has(">") && bytes.HasPrefix(text, []byte("From ")) {
			b = append(b, '>')
		}
		b = append(b, text...)
	}
	if has("B") {
		b = append(b, '\n')
	}
	if p.a.eol != "\n" {
		b = bytes.ReplaceAll(b, []byte("\n"), []byte(p.a.eol))
	}
	return b
}

// run runs the command and reports what came of it.
func (p *piping) run(argv []string) {
	d, user := p.d, p.a.user
	d.p.Sleep(commandTime)
	user, _, _ = strings.Cut(user, ":")
	status, output, found := p.execute(argv, user)
	if !found {
		why := "fatal: pipe_command: execvp " + argv[0] + ": No such file or directory"
		child := *d
		child.pid = d.Host.NextPID()
		child.log("%s", why)
		status, output = 75, "pipe: "+why+"\n"
	}
	done := fmt.Sprintf("delivered via %s service", d.svc.Name)
	if text := strings.TrimSpace(output); text != "" {
		done += " (" + oneLine(text) + ")"
	}
	action := "relayed"
	if strings.Contains(p.a.flags, "X") {
		action = "delivered"
	}
	for _, to := range p.r.recipients {
		d.commandResult(p.r, to, argv[0], d.svc.Name, result{text: done, action: action}, status, output)
	}
}

// execute is what a program does with the message.
func (p *piping) execute(argv []string, user string) (status int, output string, found bool) {
	d := p.d
	if model := d.Host.Command(argv[0]); model != nil {
		status, output = model(d.p, user, argv, p.content())
		return status, output, true
	}
	sh := d.Host.Shell()
	if sh == nil {
		return 0, "", false
	}
	line := node.Line{User: user, Input: p.content(), Env: map[string]string{"MAIL_CONFIG": "/etc/postfix", "PATH": "/usr/bin:/bin"}}
	if u, ok := d.user(user); ok {
		line.Env["HOME"] = u.Home
	}
	if len(argv) > 2 && path.Base(argv[0]) == "sh" && argv[1] == "-c" {
		line.Text = argv[2]
		status, output = sh(d.p, line)
		name := argv[0] // what sh(1) calls itself
		if len(argv) > 3 {
			name = argv[3]
		}
		if rest, ok := strings.CutPrefix(output, "sh: "); ok {
			output = name + ": " + rest
		}
		return status, output, true
	}
	for _, word := range argv {
		line.Text += "'" + strings.ReplaceAll(word, "'", `'\''`) + "' "
	}
	status, output = sh(d.p, line)
	return status, output, status != 127
}

// oneLine makes blanks of line ends, as the delivery agents do with what a
// command has printed.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }
