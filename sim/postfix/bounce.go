package postfix

import (
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/dsn"
	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// flushBounces tells the sender which recipients failed for good
// (qmgr_active_done, bounce_flush). While that cannot be done, the message has
// to wait: it reports false.
func (d *daemon) flushBounces(m *Mail) (ok bool) {
	return d.bounce(m, dsn.Failure, "bounce", m.bounceLog, func() { m.bounceLog = nil })
}

// flushTrace tells the sender which recipients were reached, as far as the
// envelope asks for it (trace_flush).
func (d *daemon) flushTrace(m *Mail) (ok bool) {
	if m.report {
		return d.bounce(m, dsn.Verify, "trace", m.traceLog, func() { m.traceLog, m.report = nil, m.probe })
	}
	return d.bounce(m, dsn.Success, "trace", m.traceLog, func() { m.traceLog = nil })
}

// flushDeferred returns a message that has been tried for too long, with the
// reasons of the last attempt (defer_flush). There are none when the agent died
// each time, or when it was never tried: the sender hears of that, too. From then
// on all is decided.
func (d *daemon) flushDeferred(m *Mail) (ok bool) {
	return d.bounce(m, dsn.Failure, "defer", m.deferLog, func() {
		m.deferLog = nil
		for _, r := range m.undelivered() {
			if r.result == nil {
				r.result = &result{}
			}
			r.done, r.result.status = true, bounced
		}
	})
}

// warnDeferred tells the sender once that a message is late (defer_warn), if it
// is; it reports false when that cannot be done.
func (d *daemon) warnDeferred(m *Mail) (ok bool) {
	warn := d.conf.Duration("delay_warning_time")
	if warn <= 0 || m.warned || d.p.Now().Unix() < m.Arrived.Add(warn-time.Second).Unix() {
		return true
	}
	return d.bounce(m, dsn.Delay, "defer", m.deferLog, func() { m.warned = true })
}

// outcomes are the words of Action for what a report finds (RFC 3464 §2.3.3).
var outcomes = map[status]string{sent: "relayed", deferral: "delayed", bounced: "failed"}

// kindWanted is the word of NOTIFY= that asks for a kind of notification; what
// the log for successes has was asked for.
var kindWanted = [...]smtp.Notify{dsn.Failure: smtp.NotifyFailure, dsn.Delay: smtp.NotifyDelay, dsn.Success: smtp.NotifySuccess | smtp.NotifyDelay,
	dsn.Verify: smtp.NotifyNever | smtp.NotifySuccess | smtp.NotifyFailure | smtp.NotifyDelay}

// wanted are the recipients of whom the sender wants to hear. Without NOTIFY
// that is about failure and delay (RFC 3461 §4.1).
func wanted(all []logged, what smtp.Notify) []logged {
	var out []logged
	for _, r := range all {
		if r.Notify == 0 || r.Notify&what != 0 {
			out = append(out, r)
		}
	}
	return out
}

var notificationNames = [...]string{
	dsn.Failure: "sender non-delivery notification",
	dsn.Delay:   "sender delay notification",
	dsn.Success: "sender delivery status notification",
	dsn.Verify:  "sender delivery status notification",
}

// notice is a notification to be sent.
type notice struct {
	kind       dsn.Kind
	from, to   string
	about      []logged
	blank      bool // nobody knows why, or about whom it is
	postmaster bool // it goes to the postmaster
	headers    bool // without the body of the message
	alone      bool // about one recipient only, at once
	template   dsn.Template
}

// template finds the text of a notification. Without it bounce(8) cannot go on.
func (d *daemon) template(kind dsn.Kind) (t dsn.Template, ok bool) {
	all, warnings, err := d.bounceTemplates(d.conf.Get("bounce_template_file"))
	if err != nil {
		d.dies(err.Error())
		return t, false
	}
	for _, w := range warnings {
		d.log("warning: %s", w)
	}
	if t, err = d.expandTemplate(&all, kind); err != nil {
		d.dies(err.Error())
		return t, false
	}
	return t, true
}

// bounce sends one notification, and a copy to the postmaster if notify_classes
// wants that. What cannot be returned, because its sender is the null sender,
// is dropped (RFC 5321 §6.1) unless 2bounce is among notify_classes: then it
// goes to the postmaster. sent is called as soon as the mail system answers for
// the notification, or none is due; ok is false when there could be none.
func (d *daemon) bounce(m *Mail, kind dsn.Kind, name string, about []logged, sent func()) (ok bool) {
	blank := len(about) == 0 && kind == dsn.Failure && name == "defer"
	if len(about) == 0 && !blank {
		sent()
		return true
	}
	n := notice{kind: kind, to: m.Sender, about: wanted(about, kindWanted[kind]), blank: blank}
	classes := d.conf.List("notify_classes")
	double := d.conf.Get("double_bounce_sender") + "@" + d.conf.Get("myhostname")
	if n.to == "" && kind == dsn.Failure && contains(classes, "2bounce") {
		n = notice{kind: kind, from: double, to: d.conf.Get("2bounce_notice_recipient"), about: about, postmaster: true, blank: blank}
	}
	if n.to == "" && name != "trace" {
		sent()
		return true
	}
	svc := d.service(name)
	if svc == nil {
		d.missing(d.p, "qmgr", name)
		return false
	}
	m.busy++ // no other queue manager may begin with it
	defer func() { m.busy-- }()
	d.hand(svc.Command, m.ID, kind.Subject())
	b := d.take(d.p, svc)
	defer b.end()
	d.p.Sleep(bounceTime)
	if n.to == "" || strings.EqualFold(n.to, double) {
		switch {
		case name != "trace":
			b.log("warning: %s: undeliverable postmaster notification discarded", m.ID)
		case n.to == "":
			b.log("%s: not sending trace/success notification for single-bounce message", m.ID)
		default:
			b.log("%s: not sending trace/success notification for double-bounce message", m.ID)
		}
		sent()
		return true
	}
	if n.template, ok = b.template(kind); !ok {
		return false
	}
	if ok = b.sendAll(m, n); ok {
		sent()
		class := [...]string{dsn.Failure: "bounce", dsn.Delay: "delay", dsn.Success: "", dsn.Verify: ""}[kind]
		if !n.postmaster && class != "" && contains(classes, class) {
			b.send(m, notice{kind: kind, from: double, to: d.conf.Get(class + "_notice_recipient"), about: about, postmaster: true, blank: blank, headers: true, template: n.template})
		}
	}
	d.p.Sleep(reportTime)
	return ok
}

// sendAll sends a notification, or of a message with VERP one for each recipient,
// to the address that has him in it (bounce_notify_verp.c).
func (d *daemon) sendAll(m *Mail, n notice) (ok bool) {
	if m.verp == "" || n.blank || n.postmaster || n.kind != dsn.Failure || d.conf.Bool("disable_verp_bounces") {
		return d.send(m, n)
	}
	for _, about := range n.about {
		one := n
		one.about, one.to = []logged{about}, verpSender(m.verp, m.Sender, about.Addr)
		if !d.send(m, one) {
			return false
		}
	}
	return true
}

// send composes a notification and submits it. The notification is a message
// of its own in the trace. One about nobody of whom there is a log is given up
// before its end: that is what becomes of it when nobody whom it would be about
// was to be notified (NOTIFY=NEVER).
func (d *daemon) send(m *Mail, n notice) (ok bool) {
	p := d.p
	w := p.World().Trace
	before := p.Msg()
	p.Handle(w.AddMsg(trace.Msg{Name: kindName(n.kind) + " of " + w.Msg(m.Msg).Name, Parent: m.Msg}))
	u, err := d.Submit(p, "bounce", n.from)
	if err == nil {
		u.Mail().Local, u.Mail().UTF8 = true, m.UTF8
		u.AddRecipient(&Recipient{Addr: n.to})
		host := d.conf.Get("myhostname")
		u.Prepend(fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", host, d.conf.Get("mail_name"), u.ID(), postfixDate(u.Mail().Arrived)))
		u.Write(d.report(m, n).Compose())
		if len(n.about) == 0 && !n.blank { // Postfix finds out when it has begun
			u.Abort()
			p.Handle(before)
			return true
		}
		ok = u.Commit() == nil
	}
	p.Handle(before)
	if ok {
		what := notificationNames[n.kind]
		if n.postmaster {
			what = strings.Replace(what, "sender", "postmaster", 1)
		}
		d.log("%s: %s: %s", m.ID, what, u.ID())
	}
	return ok
}

func kindName(k dsn.Kind) string {
	return [...]string{dsn.Failure: "bounce", dsn.Delay: "delay notice", dsn.Success: "success notice", dsn.Verify: "status report"}[k]
}

// report gathers what a notification says.
func (d *daemon) report(m *Mail, n notice) *dsn.Report {
	kind, about := n.kind, n.about
	sender := orElse(m.Sender, "MAILER-DAEMON@"+d.conf.Get("myhostname"))
	r := &dsn.Report{Kind: kind, Postmaster: n.postmaster, Host: d.conf.Get("myhostname"), QueueID: m.ID, From: d.rewriteSender("MAILER-DAEMON"), To: n.to,
		Sender: sender, EnvID: m.EnvID, Arrival: m.Arrived, Now: d.p.Now(), Template: n.template,
		Lifetime: d.conf.Duration("maximal_queue_lifetime"), HdrsOnly: n.headers || m.Ret == smtp.RetHdrs, Global: m.UTF8, ReturnPath: sender, Message: m.Content}
	if int64(len(m.Content)) > d.conf.Int("bounce_size_limit") {
		r.HdrsOnly = true
	}
	for _, rcpt := range about {
		res, expanded := rcpt.result, quotedOr(rcpt.Orig)
		if rcpt.Orig == rcpt.Addr && !n.alone { // a log of several has the original only where it is another
			expanded = ""
		}
		diagnostic := res.diagnostic
		if diagnostic == "" && res.status == sent && res.remoteMTA != "" {
			diagnostic = "smtp; " + res.text // which is what that host has replied
		}
		if (kind == dsn.Success || kind == dsn.Verify) && res.relay != "none" {
			res.text = "delivery via " + res.relay + ": " + res.text
		}
		if diagnostic == "" {
			diagnostic = "X-Postfix; " + res.text
		}
		action := res.action
		if action == "" || kind != dsn.Success && kind != dsn.Verify {
			action = [...]string{dsn.Failure: "failed", dsn.Delay: "delayed", dsn.Success: "relayed", dsn.Verify: outcomes[res.status]}[kind]
		}
		r.Recipients = append(r.Recipients, dsn.Recipient{Final: mailaddr.Quote(rcpt.Addr), Expanded: expanded, ORcpt: rcpt.original(), Action: action,
			Status: res.dsn, RemoteMTA: res.remoteMTA, Diagnostic: diagnostic, Text: res.text})
	}
	return r
}

// quotedOr is an address as a message has it, "" if there is none.
func quotedOr(addr string) string {
	if addr == "" {
		return ""
	}
	return mailaddr.Quote(addr)
}

// original is the recipient as its sender gave it (RFC 3461 §4.2): the ORCPT
// that came along or that cleanup(8) has supplied, or else the address before
// anything was mapped, as for a blind copy.
func (r *Recipient) original() string {
	if r.ORcpt != "" || r.Orig == "" {
		return r.ORcpt
	}
	return originalRecipient(mailaddr.Quote(r.Orig))
}

// originalRecipient is an address in the form of ORCPT, with the type in front.
// What cleanup(8) supplies has no quotes.
func originalRecipient(addr string) string {
	if beyondASCII(addr) {
		return "utf-8;" + addr
	}
	return "rfc822;" + addr
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
