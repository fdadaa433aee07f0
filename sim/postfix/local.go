package postfix

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// local is local(8): it expands aliases and .forward files and delivers to the
// mailboxes of the host's users, to files and to commands. Addresses elsewhere
// that an expansion yields become a new message, which is queued again.
func (d *daemon) local(r *request) {
	for _, to := range r.recipients {
		e := &expansion{d: d, r: r, top: to, sender: r.sender(), seen: map[string]bool{}, delivered: to.Addr}
		if e.looping() {
			d.bounced(r, to, result{dsn: "5.4.6", text: "mail forwarding loop for " + to.Addr, relay: "local"})
			continue
		}
		e.recipient(to, 0)
		d.p.Shield(func() { // what has been forwarded must not be forwarded again
			e.forward()
			e.conclude()
		})
	}
}

// expansion is what becomes of one recipient of a delivery request.
type expansion struct {
	d         *daemon
	r         *request
	top       *Recipient
	sender    string // owner-alias, once an alias has one
	within    string // the alias or user whose destinations are being delivered to
	origin    string // what the destinations stand in: "alias", "include", "forward"
	owner     string // owner-alias, or the user whose .forward file it is: who hears of problems
	rights    string // the user with whose rights files and commands are used; "" is default_privs
	reported  bool   // the success of the expansion has been reported
	delivered string // for Delivered-To: the address under which it all began
	seen      map[string]bool
	elsewhere []forwarding // what is to be forwarded, by sender
	outcomes  []result     // of all that it was expanded to
}

// forwarding is one new message for what goes elsewhere.
type forwarding struct {
	sender string
	to     []*Recipient
}

// maxAliasDepth is how deep aliases may refer to each other (local(8),
// recipient.c).
const maxAliasDepth = 100

// looping tells whether the message has been delivered to this address before:
// it then has a Delivered-To field that says so (local(8), "mail forwarding loop").
func (e *expansion) looping() bool {
	msg := e.r.mail.Content
	for len(msg) > 0 {
		n := fieldEnd(msg)
		if n == 0 {
			return false
		}
		if name, value, _ := bytes.Cut(msg[:n], []byte(":")); strings.EqualFold(string(name), "Delivered-To") &&
			strings.EqualFold(string(bytes.TrimSpace(value)), e.delivered) {
			return true
		}
		msg = msg[n:]
	}
	return false
}

// done notes an outcome. The recipient of the request has the worst of all.
func (e *expansion) done(to *Recipient, s status, res result) {
	res.relay, res.status = "local", s
	c := *to
	c.result = nil
	switch s {
	case sent:
		e.d.sent(e.r, &c, res)
	case deferral:
		e.d.deferred(e.r, &c, res)
	case bounced:
		e.d.bounced(e.r, &c, res)
	}
	if c.result != nil {
		e.outcomes = append(e.outcomes, *c.result)
	}
}

// conclude gives the queue manager one result for the recipient it asked
// about: deferred if anything is to be tried again, else bounced if anything
// failed, else sent.
func (e *expansion) conclude() {
	worst := result{status: sent, dsn: "2.0.0", text: "delivered", relay: "local"}
	rank := func(s status) int { return [...]int{0, 1, 3, 2}[s] }
	for i, o := range e.outcomes {
		if i == 0 || rank(o.status) > rank(worst.status) {
			worst = o
		}
	}
	e.top.result, e.top.done = &worst, worst.status != deferral
}

// recipient delivers to a local address, which may be an alias. An address counts
// once at each depth, or aliases that name each other would multiply
// (deliver_recipient).
func (e *expansion) recipient(to *Recipient, depth int) {
	d := e.d
	if depth > 0 {
		here := "recipient " + strconv.Itoa(depth) + " " + strings.ToLower(to.Addr)
		if e.seen[here] {
			return
		}
		e.seen[here] = true
	}
	name, _ := mailaddr.Split(to.Addr)
	if user, ok := strings.CutPrefix(name, `\`); ok {
		e.user(to, user)
		return
	}
	if depth > maxAliasDepth {
		d.log("warning: alias database loop for %s", name)
		e.done(to, bounced, result{dsn: "5.4.6", text: "alias database loop for " + name})
		return
	}
	base, ext := SplitExtension(name, d.conf.Get("recipient_delimiter"), d.conf.Bool("owner_request_special"))
	for _, key := range uniq(name, base) {
		if strings.EqualFold(key, e.within) {
			continue // an alias that includes its own name means the user (deliver_alias)
		}
		value, spec, err := d.tables.Maps(d.conf.List("alias_maps")).Find(strings.ToLower(key))
		if err != nil {
			d.unavailable(d.conf.List("alias_maps"), strings.ToLower(key), lookupFailed)
			e.done(to, deferral, result{dsn: "4.3.0", text: "alias database unavailable"})
			return
		}
		if spec != "" {
			d.p.Record(trace.Event{Kind: trace.Lookup, A: d.p.Sym("local"), B: d.p.Sym(spec), C: d.p.Sym(key)}, []byte(value))
			if e.r.mail.probe {
				e.done(to, sent, result{dsn: "2.0.0", text: "aliased to " + value})
				return
			}
			e.alias(to, key, value, depth)
			return
		}
	}
	if specs := d.conf.List("alias_maps"); len(specs) > 0 {
		d.consulted("local", strings.Join(specs, " "), name, AddressMatch{})
	}
	if e.origin == "include" || e.owner != "" && !strings.EqualFold(e.owner, base) {
		e.resubmit(to)
		return
	}
	if e.dotForward(to, base, ext, depth) {
		return
	}
	e.user(to, base)
}

// uniq leaves out the second string when it is the first.
func uniq(a, b string) []string {
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// alias delivers to what an alias stands for. An owner-alias becomes the
// sender of what goes elsewhere (aliases(5)).
func (e *expansion) alias(to *Recipient, name, value string, depth int) {
	targets, err := ParseTargets(value)
	if err != nil {
		e.done(to, deferral, result{dsn: "4.3.0", text: "alias database error for " + name})
		return
	}
	defer func(was expansion) { e.restore(&was) }(*e)
	e.within, e.origin, e.rights = name, "alias", ""
	next := *to
	owner, spec, _ := e.d.tables.Maps(e.d.conf.List("alias_maps")).Find(strings.ToLower("owner-" + name))
	if spec != "" {
		e.sender = e.d.standard("owner-" + name)
		if e.d.conf.Bool("expand_owner_alias") {
			e.sender = e.d.standard(owner)
		}
		e.owner = e.sender
	}
	e.expansionSucceeded(&next, spec != "")
	e.targets(&next, targets, e.d.conf.List("allow_mail_to_commands"), e.d.conf.List("allow_mail_to_files"), "alias", depth)
}

// restore makes what depends on where a destination stands what it was.
func (e *expansion) restore(was *expansion) {
	e.sender, e.within, e.origin, e.owner, e.rights = was.sender, was.within, was.origin, was.owner, was.rights
}

// expansionSucceeded reports the success of a delivery to an alias or a
// .forward file to a sender who wants to hear of it; what becomes of the
// single destinations is then no success to report (RFC 3461 §5.2.7.3: the
// mailing list has been reached; an alias with an owner is one).
func (e *expansion) expansionSucceeded(to *Recipient, list bool) {
	if to.Notify&smtp.NotifySuccess != 0 && !e.reported {
		e.reported = true
		action := "expanded"
		if list {
			action = "delivered"
		}
		e.r.mail.remember(to, result{status: sent, dsn: "2.0.0", text: "alias expanded", relay: "local", action: action})
	}
	to.Notify = withoutSuccess(to.Notify)
}

// withoutSuccess is what remains to be reported when success has been.
func withoutSuccess(n smtp.Notify) smtp.Notify {
	if n == smtp.NotifySuccess {
		return smtp.NotifyNever
	}
	return n &^ smtp.NotifySuccess
}

// targets delivers to each of a list of destinations. A backslash in front of a
// name means nothing, whatever aliases(5) says: alias and .forward are looked up
// as for the name alone (recipient.c).
func (e *expansion) targets(to *Recipient, targets []Target, commands, files []string, origin string, depth int) {
	for _, t := range targets {
		switch t.Kind {
		case TargetUser, TargetAddress:
			e.address(to, t.Text, depth)
		case TargetInclude:
			e.include(to, t.Text, depth)
		case TargetFile:
			e.file(to, t.Text, contains(files, origin))
		case TargetCommand:
			e.command(to, t.Text, e.rights, contains(commands, origin))
		}
	}
}

// expanded is the recipient that an expansion of to yields.
func (e *expansion) expanded(to *Recipient, addr string) *Recipient {
	c := *to
	c.Addr = addr
	return &c
}

// address delivers to an address: here if it is local, else it is forwarded
// (deliver_resolve_tree). Aliases are always expanded here.
func (e *expansion) address(to *Recipient, addr string, depth int) {
	addr = e.d.standard(addr)
	next := e.expanded(to, addr)
	res, err := e.d.resolve(addr)
	if err == nil && res.Bad {
		e.done(to, bounced, result{dsn: "5.1.3", text: "bad recipient address syntax: " + addr})
		return
	}
	if res.Class == classLocal && res.Recipient != "" {
		next.Addr = res.Recipient // "@here" is the mail system
	}
	if err == nil && res.Transport == e.d.svc.Name && e.d.isLocalAddress(addr) {
		e.recipient(next, depth+1)
		return
	}
	e.resubmit(next)
}

// resubmit has a recipient queued again, in a new message with all others of that
// sender (deliver_indirect). The local members of a mailing list, and other users
// in a .forward file, are among them: each is then delivered to, and retried, for
// itself (deliver_switch).
func (e *expansion) resubmit(to *Recipient) {
	key := strings.ToLower(to.Addr)
	if e.seen[key] {
		return // duplicate elimination within one delivery (been_here)
	}
	e.seen[key] = true
	next := *to
	next.result = nil
	if e.r.mail.probe { // deliver_indirect
		e.done(&next, sent, result{dsn: "2.0.0", text: "forwards to " + to.Addr})
		return
	}
	if e.sender != e.r.sender() {
		next = Recipient{Addr: to.Addr, Notify: to.Notify} // a mailing list sends in its own name
	}
	for i := range e.elsewhere {
		if f := &e.elsewhere[i]; f.sender == e.sender {
			f.to = append(f.to, &next)
			return
		}
	}
	e.elsewhere = append(e.elsewhere, forwarding{e.sender, []*Recipient{&next}})
}

// include delivers to the destinations in a file. That it is not there, or no
// file, is a mistake in the configuration, and the mail comes back (include.c).
func (e *expansion) include(to *Recipient, path string, depth int) {
	info, err := e.d.Host.Tree.Stat(path)
	wrong := ""
	switch {
	case !strings.HasPrefix(path, "/"):
		wrong = fmt.Sprintf(":include:%s uses a relative path", path)
	case err != nil:
		wrong = fmt.Sprintf("unable to lookup :include: file %s: No such file or directory", path)
	case info.Dir:
		wrong = fmt.Sprintf(":include: file %s is not a regular file", path)
	default:
		wrong = e.d.includable(path)
	}
	if wrong != "" {
		e.d.log("warning: %s", wrong)
		e.done(to, bounced, result{dsn: "5.3.5", text: "mail system configuration error"})
		return
	}
	text, err := e.d.Host.Tree.ReadFile(path)
	if err != nil {
		e.done(to, deferral, result{dsn: "4.2.0", text: fmt.Sprintf("cannot open include file %s: Permission denied", path)})
		return
	}
	targets, err := ParseTargetFile(string(text))
	if err != nil {
		e.done(to, deferral, result{dsn: "4.3.0", text: "bad include file " + path})
		return
	}
	defer func(was expansion) { e.restore(&was) }(*e)
	e.origin, e.rights = "include", e.d.homeOf(path)
	if e.owner == "" && e.rights != "" { // somebody's own list
		e.owner, e.sender = e.rights, e.d.standard(e.rights)
	}
	e.targets(to, targets, e.d.conf.List("allow_mail_to_commands"), e.d.conf.List("allow_mail_to_files"), "include", depth)
}

// dotForward delivers as the user's .forward says, if there is one that has not
// been followed before.
func (e *expansion) dotForward(to *Recipient, name, ext string, depth int) bool {
	d := e.d
	u, ok := d.user(name)
	if !ok {
		return false
	}
	for _, pattern := range d.conf.List("forward_path") {
		path, err := ExpandWith(pattern, func(n string) (string, bool) {
			switch n {
			case "home":
				return u.Home, true
			case "user":
				return u.Name, true
			case "local":
				return name, true
			case "extension":
				return strings.TrimLeft(ext, d.conf.Get("recipient_delimiter")), true
			case "recipient_delimiter":
				return ext[:min(len(ext), 1)], true
			}
			return "", false
		})
		if err != nil || ext == "" && strings.Contains(pattern, "extension") {
			continue
		}
		if !d.forwardable(path, u) {
			continue
		}
		text, err := d.Host.Tree.ReadFile(path)
		if err != nil {
			continue
		}
		targets, err := ParseTargetFile(string(text))
		if err != nil || len(targets) == 0 || e.seen["forward "+path] {
			return false
		}
		d.p.Record(trace.Event{Kind: trace.Lookup, A: d.p.Sym("local"), B: d.p.Sym(path), C: d.p.Sym(name)}, text)
		if e.r.mail.probe {
			e.done(to, sent, result{dsn: "2.0.0", text: "forward via file: " + path})
			return true
		}
		e.seen["forward "+path] = true
		next := *to
		e.expansionSucceeded(&next, false)
		was := *e
		e.origin, e.owner, e.rights = "forward", u.Name, u.Name
		e.targets(&next, targets, d.conf.List("allow_mail_to_commands"), d.conf.List("allow_mail_to_files"), "forward", depth)
		e.restore(&was)
		return true
	}
	return false
}

// user is the host's user of that name.
func (d *daemon) user(name string) (host.User, bool) {
	users, _ := d.Host.Tree.Users()
	if users == nil {
		return host.User{}, false
	}
	return users.Lookup(strings.ToLower(name))
}

// isLocalAddress tells whether local(8) itself delivers to the address.
func (d *daemon) isLocalAddress(addr string) bool {
	_, domain := mailaddr.Split(addr)
	ok, _ := d.conf.DomainList("mydestination", d.tables).Match(domain)
	return ok || domain == "" || d.ownLiteral(domain)
}

// ownLiteral tells whether a domain is an address of this host in brackets.
func (d *daemon) ownLiteral(domain string) bool {
	ip, ok := strings.CutPrefix(domain, "[")
	if !ok {
		return false
	}
	ip = strings.TrimSuffix(ip, "]")
	for _, a := range d.Host.Addrs {
		if a.String() == ip {
			return true
		}
	}
	return false
}
