package postfix

import (
	"strings"

	"mailtrek/protocols/dsn"
)

// Who runs a mailing list hears of what local(8) itself cannot deliver to the
// list, not who has written to it: when the recipient has an owner- alias, the
// notification goes there, alone and at once (bounce_workaround.c, bounce_one).

// fail reports a failure for good of which the owner of a list is to hear: that
// of a command or a file, and a loop.
func (e *expansion) fail(to *Recipient, res result) {
	if !e.r.mail.probe && !e.d.conf.Bool("soft_bounce") {
		if owner := e.listOwner(to.Addr); owner != "" {
			noted := res
			noted.status = bounced
			res.returned = e.d.bounceOne(e.r.mail, owner, logged{*to, noted})
		}
	}
	e.done(to, bounced, res)
}

// listOwner is the address of the owner- alias of a recipient, "" if there is none.
func (e *expansion) listOwner(addr string) string {
	c := e.d.conf
	if !c.Bool("owner_request_special") {
		return ""
	}
	name, _, _ := splitAddress(addr)
	base, _ := SplitExtension(name, c.Get("recipient_delimiter"), true)
	for _, key := range uniq(name, base) {
		if value, spec, err := e.d.tables.Maps(c.List("alias_maps")).Find("owner-" + strings.ToLower(key)); err == nil && spec != "" {
			return e.d.standard(e.d.ownerSender(key, value))
		}
	}
	return ""
}

// ownerSender is the envelope sender of what an alias with an owner- alias
// forwards (expand_owner_alias).
func (d *daemon) ownerSender(name, expansion string) string {
	if d.conf.Bool("expand_owner_alias") {
		return expansion
	}
	return "owner-" + name
}

// bounceOne sends a notification about one recipient, and tells whether it is
// accounted for.
func (d *daemon) bounceOne(m *Mail, owner string, about logged) (ok bool) {
	list := wanted([]logged{about}, kindWanted[dsn.Failure])
	if len(list) == 0 {
		return true
	}
	svc := d.service("bounce")
	if svc == nil {
		d.missing(d.p, "local", "bounce")
		return false
	}
	n := notice{kind: dsn.Failure, to: owner, about: list, alone: true}
	d.hand(svc.Command, m.ID, n.kind.Subject())
	b := d.take(d.p, svc)
	defer b.end()
	d.p.Sleep(bounceTime)
	if n.template, ok = b.template(n.kind); !ok {
		return false
	}
	if ok = b.send(m, n); ok && contains(d.conf.List("notify_classes"), "bounce") {
		n.from, n.to = d.conf.Get("double_bounce_sender")+"@"+d.conf.Get("myhostname"), d.conf.Get("bounce_notice_recipient")
		n.postmaster, n.headers = true, true
		b.send(m, n)
	}
	d.p.Sleep(reportTime)
	return ok
}
