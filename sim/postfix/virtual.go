package postfix

import (
	"errors"
	"strconv"
	"strings"

	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// virtual is virtual(8), which delivers into the mailboxes that
// virtual_mailbox_maps names below virtual_mailbox_base: a Maildir when the
// name ends in a slash, else an mbox. It knows neither aliases nor commands.
func (d *daemon) virtual(r *request) {
	for _, to := range r.recipients {
		d.virtualOne(r, to)
	}
}

func (d *daemon) virtualOne(r *request, to *Recipient) {
	maps := d.tables.Maps(d.conf.List("virtual_mailbox_maps"))
	match, err := maps.FindAddress(to.Addr, d.conf.forms(func(string) bool { return false }))
	switch {
	case err != nil:
		d.virtualTrouble(r, to, "virtual_mailbox_maps")
		return
	case !match.Found:
		d.bounced(r, to, result{dsn: "5.1.1", text: `unknown user: "` + strings.ToLower(to.Addr) + `"`, relay: "virtual"})
		return
	}
	if !d.virtualOwner(r, to, "virtual_uid_maps", d.conf.Int("virtual_minimum_uid")) || !d.virtualOwner(r, to, "virtual_gid_maps", 1) {
		return
	}
	base := strings.TrimSuffix(d.conf.Get("virtual_mailbox_base"), "/")
	d.toMailbox(r, to, to.Addr, base+"/"+match.Value, "virtual", d.deliveryHeaders(r, to))
}

// virtualOwner finds the number of the user, or of the group, to whom a mailbox
// belongs, and tells whether there is a good one: not below least. Without it
// nothing is delivered (mailbox.c, deliver_mailbox).
func (d *daemon) virtualOwner(r *request, to *Recipient, param string, least int64) bool {
	kind := strings.TrimSuffix(strings.TrimPrefix(param, "virtual_"), "_maps")
	specs := d.conf.List(param)
	m, err := d.tables.Maps(specs).FindAddress(to.Addr, d.conf.forms(func(string) bool { return false }))
	if err == nil && len(specs) > 0 {
		d.consulted("virtual", strings.Join(specs, " "), to.Addr, m)
	}
	n, bad := strconv.ParseInt(m.Value, 10, 32)
	switch {
	case err != nil:
		d.virtualTrouble(r, to, param)
		return false
	case !m.Found:
		d.log("warning: recipient %s: not found in %s", to.Addr, param)
	case bad != nil || n < least:
		d.log("warning: recipient %s: bad %s %s in %s", to.Addr, kind, m.Value, param)
	default:
		return true
	}
	d.deferred(r, to, result{dsn: "4.3.5", text: "mail system configuration error", relay: "virtual"})
	return false
}

// deliveryHeaders are the fields that a delivery agent puts in front of a
// message that leaves the mail system for a mailbox, a file or a command.
func (d *daemon) deliveryHeaders(r *request, to *Recipient) []string {
	h := []string{"Return-Path: <" + r.sender() + ">"}
	if d.conf.Bool("enable_original_recipient") && to.Orig != "" {
		h = append(h, "X-Original-To: "+to.Orig)
	}
	return append(h, "Delivered-To: "+to.Addr)
}

// toMailbox appends a message to a Maildir (the path ends in a slash) or to an
// mbox, and reports the outcome. owner is whose mailbox it is in the trace.
func (d *daemon) toMailbox(r *request, to *Recipient, owner, path, relay string, fields []string) {
	p, m := d.p, r.mail
	if m.probe {
		kind := "mailbox"
		if strings.HasSuffix(path, "/") {
			kind = "maildir"
		}
		d.sent(r, to, result{dsn: "2.0.0", text: "delivers to " + kind, relay: relay})
		return
	}
	var text []byte
	for _, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		p.Record(trace.Event{Kind: trace.Field, A: p.Sym(d.name()), B: p.Sym(name), C: p.Sym("add")}, []byte(f))
		text = append(append(text, f...), '\n')
	}
	text = append(text, m.Content...)
	p.Sleep(diskTime)
	file, done, err := path, "delivered to mailbox", error(nil)
	if strings.HasSuffix(path, "/") {
		box := host.Maildir{Tree: d.Host.Tree, Path: strings.TrimSuffix(path, "/")}
		file, err = box.Deliver(host.PostfixMaildirName(p.Now(), d.Host.Tree.NextInode(), d.conf.Get("myhostname")), text)
		d.Host.Arrived(file, p.Msg())
		done = "delivered to maildir"
	} else {
		err = d.Host.Tree.AppendMbox(path, r.sender(), p.Now(), text)
	}
	if err != nil {
		d.deferred(r, to, cannotUpdate(path, owner, relay, err))
		return
	}
	p.Emit(trace.Event{Kind: trace.Mailbox, A: p.Sym(owner), B: p.Sym(file), C: p.Sym("append")}, text)
	d.sent(r, to, result{dsn: "2.0.0", text: done, relay: relay, action: "delivered"})
}

// cannotUpdate is the result of a delivery that the file system refused
// (mail_copy.c, mbox_open.c: mbox_dsn). A full disk is the administrator's
// affair: 4.3.0, later again.
func cannotUpdate(path, owner, relay string, err error) result {
	r := result{dsn: "4.2.0", text: "cannot update mailbox " + path + " for user " + owner + ". " + err.Error(), relay: relay}
	if errors.Is(err, host.ErrNoSpace) {
		r.dsn = "4.3.0"
		r.text = "cannot update mailbox " + path + " for user " + owner + ". error writing message: " + host.ErrNoSpace.Error()
		if strings.HasSuffix(path, "/") {
			r.text = "maildir delivery failed: error writing message: " + host.ErrNoSpace.Error()
		}
	}
	return r
}
