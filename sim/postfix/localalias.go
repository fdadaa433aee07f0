package postfix

import (
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// Aliases: what local(8) finds for a name in alias_maps, and in whose name and with
// which attributes it goes on from there (aliases(5), alias.c).

// aliased delivers to what an alias stands for, if there is one of that name.
func (e *expansion) aliased(to *Recipient, key string, depth int) bool {
	d := e.d
	if strings.EqualFold(key, e.within) {
		return false // an alias that includes its own name means the user (deliver_alias)
	}
	key = strings.ToLower(key)
	if depth++; depth > maxAliasDepth {
		d.log("warning: alias database loop for %s", key)
		e.done(to, bounced, result{dsn: "5.4.6", text: "alias database loop for " + key})
		return true
	}
	specs := d.conf.List("alias_maps")
	if len(specs) == 0 {
		return false
	}
	value, spec, err := d.tables.Maps(specs).Find(key)
	switch {
	case err != nil:
		d.unavailable(specs, key, lookupFailed)
		e.done(to, deferral, result{dsn: "4.3.0", text: "alias database unavailable"})
	case spec == "":
		d.consulted("local", strings.Join(specs, " "), key, AddressMatch{})
		return false
	case e.r.mail.verifies():
		d.p.Record(trace.Event{Kind: trace.Lookup, A: d.p.Sym("local"), B: d.p.Sym(spec), C: d.p.Sym(key)}, []byte(value))
		e.done(to, sent, result{dsn: "2.0.0", text: "aliased to " + value})
	default:
		d.p.Record(trace.Event{Kind: trace.Lookup, A: d.p.Sym("local"), B: d.p.Sym(spec), C: d.p.Sym(key)}, []byte(value))
		e.alias(to, key, value, depth)
	}
	return true
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
	next.Notify = withoutSuccess(to.Notify)
	owner, spec := "", ""
	if e.d.conf.Bool("owner_request_special") {
		owner, spec, _ = e.d.tables.Maps(e.d.conf.List("alias_maps")).Find(strings.ToLower("owner-" + name))
	}
	switch {
	case spec != "":
		e.sender = e.d.standard(e.d.ownerSender(name, owner))
		e.owner, e.anew = e.sender, true
		next.Orig, next.ORcpt = "", "" // RFC 3461 §5.2.7.3
	case e.d.conf.Bool("reset_owner_alias"):
		e.owner = ""
	}
	e.expansionSucceeded(to, spec != "")
	e.targets(&next, targets, e.d.conf.List("allow_mail_to_commands"), e.d.conf.List("allow_mail_to_files"), "alias", depth)
}

// restore makes what depends on where a destination stands what it was.
func (e *expansion) restore(was *expansion) {
	e.sender, e.within, e.origin, e.owner, e.rights = was.sender, was.within, was.origin, was.owner, was.rights
	e.unmatched, e.delivered = was.unmatched, was.delivered
	e.anew = was.anew
}

// expansionSucceeded reports the success of a delivery to an alias or a .forward
// file to a sender who wants to hear of it; what becomes of the single
// destinations is then no success to report (RFC 3461 §5.2.7.3: the mailing list
// has been reached; an alias with an owner is one).
func (e *expansion) expansionSucceeded(to *Recipient, list bool) {
	if to.Notify&smtp.NotifySuccess == 0 {
		return
	}
	action := "expanded"
	if list {
		action = "delivered"
	}
	e.r.mail.remember(to, &result{status: sent, dsn: "2.0.0", text: "alias expanded", relay: "local", action: action})
}

// withoutSuccess is what remains to be reported when success has been.
func withoutSuccess(n smtp.Notify) smtp.Notify {
	if n == smtp.NotifySuccess {
		return smtp.NotifyNever
	}
	return n &^ smtp.NotifySuccess
}
