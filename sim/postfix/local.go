package postfix

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/host"
)

// local is local(8): it expands aliases and .forward files and delivers to the
// mailboxes of the host's users, to files and to commands. Addresses elsewhere
// that an expansion yields become a new message, which is queued again.
func (d *daemon) local(r *request) {
	for _, to := range r.recipients {
		e := &expansion{d: d, r: r, top: to, sender: r.sender(), seen: map[string]bool{}}
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
	unmatched string // the address extension that the destinations get, with its delimiter
	origin    string // what the destinations stand in: "alias", "include", "forward"
	owner     string // owner-alias, or the user whose .forward file it is: who hears of problems
	anew      bool   // the mail is the list's own: it has no original recipient
	rights    string // the user with whose rights files and commands are used; "" is default_privs
	delivered string // for Delivered-To: the address under which it all began (frozen_delivered_to)
	seen      map[string]bool
	elsewhere []forwarding // what is to be forwarded, by sender
	outcomes  []result     // of all that it was expanded to
}

// forwarding is one new message for what goes elsewhere.
type forwarding struct {
	delivered, sender string
	to                []*Recipient
}

// maxAliasDepth is how deep local(8) goes in the end. Each of its steps counts: to
// a recipient, its alias, one of the destinations, its resolution (alias.c).
const maxAliasDepth = 100

// looping tells whether the message has been delivered to this address before:
// it then has a Delivered-To field that says so (local(8), "mail forwarding loop").
func (e *expansion) looping(addr string) bool {
	msg := e.r.mail.Content
	for len(msg) > 0 {
		n := fieldEnd(msg)
		if n == 0 {
			return false
		}
		if name, value, _ := bytes.Cut(msg[:n], []byte(":")); strings.EqualFold(string(name), "Delivered-To") &&
			strings.EqualFold(string(bytes.TrimSpace(value)), addr) {
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

// putOff tells whether anything is to be tried again: then nothing is forwarded
// yet, or it would be so each time (forward_finish).
func (e *expansion) putOff() bool {
	return slices.ContainsFunc(e.outcomes, func(o result) bool { return o.status == deferral })
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
	depth++
	if e.again("recipient", strconv.Itoa(depth), to.Addr) {
		return
	}
	if e.looping(to.Addr) {
		e.fail(to, result{dsn: "5.4.6", text: "mail forwarding loop for " + to.Addr})
		return
	}
	name, _ := mailaddr.Split(to.Addr)
	defer func(unmatched, delivered string) { e.unmatched, e.delivered = unmatched, delivered }(e.unmatched, e.delivered)
	if e.unmatched = ""; e.delivered == "" || !e.d.conf.Bool("frozen_delivered_to") {
		e.delivered = to.Addr
	}
	if user, ok := strings.CutPrefix(name, `\`); ok {
		e.user(to, user, user, depth)
		return
	}
	delims := e.d.conf.Get("recipient_delimiter")
	base, ext := SplitExtension(name, delims, e.d.conf.Bool("owner_request_special"))
	if strings.Contains(ext, "/") {
		e.d.log("warning: %s: address with illegal extension: %s", e.r.mail.ID, strings.ToLower(name))
		ext = ""
	}
	for _, key := range uniq(name, base) {
		if key == base && key != name && e.propagates("alias") {
			e.unmatched = ext
		}
		if e.aliased(to, key, depth) {
			return
		}
	}
	e.unmatched = ext
	if e.origin == "include" || e.owner != "" && !strings.EqualFold(e.owner, base) {
		e.resubmit(to)
		return
	}
	if e.dotForward(to, base, ext, depth) {
		return
	}
	e.user(to, name, base, depth)
}

// again tells whether something has been done before in this delivery (been_here).
func (e *expansion) again(what ...string) bool {
	key := strings.ToLower(strings.Join(what, " "))
	was := e.seen[key]
	e.seen[key] = true
	return was
}

// propagates tells whether an address extension goes on through a kind of
// expansion (propagate_unmatched_extensions).
func (e *expansion) propagates(kind string) bool {
	return listHas(e.d.conf.List("propagate_unmatched_extensions"), kind)
}

// targets delivers to each of a list of destinations. A backslash in front of a
// name means nothing, whatever aliases(5) says: alias and .forward are looked up
// as for the name alone (recipient.c).
func (e *expansion) targets(to *Recipient, targets []Target, commands, files []string, origin string, depth int) {
	depth++
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
	if e.unmatched != "" {
		local, domain, _ := splitAddress(next.Addr)
		next.Addr = local + e.unmatched + "@" + domain
	}
	if err == nil && res.Transport == e.d.svc.Name && e.d.isLocalAddress(next.Addr) {
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
	if e.again("indirect", to.Addr) {
		return
	}
	next := *to
	next.result = nil
	if e.r.mail.probe {
		e.done(&next, sent, result{dsn: "2.0.0", text: "forwards to " + to.Addr})
		return
	}
	if e.sender != e.r.sender() {
		next = Recipient{Addr: to.Addr, Notify: to.Notify} // a mailing list sends in its own name
	}
	for i := range e.elsewhere {
		if f := &e.elsewhere[i]; f.sender == e.sender && f.delivered == e.delivered {
			f.to = append(f.to, &next)
			return
		}
	}
	e.elsewhere = append(e.elsewhere, forwarding{e.delivered, e.sender, []*Recipient{&next}})
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
