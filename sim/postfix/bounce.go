package postfix

import (
	"fmt"

	"mailtrek/protocols/dsn"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// notify tells the sender of a message what became of it, as far as the
// envelope asks for it: bounce(8) about recipients that failed, defer(8) once
// about a message that is late, trace(8) about success.
func (d *daemon) notify(m *Mail) {
	var failed, late, done []*Recipient
	for _, r := range m.Recipients {
		if r.result == nil || r.told {
			continue
		}
		switch r.result.status {
		case bounced:
			failed = append(failed, r)
			r.told = true
		case sent:
			if r.Notify&smtp.NotifySuccess != 0 {
				done = append(done, r)
			}
			r.told = true
		case deferral:
			late = append(late, r)
		}
	}
	if failed = wanted(failed, smtp.NotifyFailure); len(failed) > 0 {
		d.bounce(m, dsn.Failure, "bounce", failed)
	}
	if len(done) > 0 {
		d.bounce(m, dsn.Success, "trace", done)
	}
	warn := d.conf.Duration("delay_warning_time")
	if late = wanted(late, smtp.NotifyDelay); len(late) > 0 && warn > 0 && !m.warned && d.p.Now().Sub(m.Arrived) >= warn {
		m.warned = true
		d.bounce(m, dsn.Delay, "defer", late)
	}
}

// wanted are the recipients of whom the sender wants to hear. Without NOTIFY
// that is about failure and delay (RFC 3461 §4.1).
func wanted(all []*Recipient, what smtp.Notify) []*Recipient {
	var out []*Recipient
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
}

// bounce sends one notification. What cannot be returned, because its sender
// is the null sender, is dropped (RFC 5321 §6.1) unless 2bounce is among
// notify_classes: then it goes to the postmaster.
func (d *daemon) bounce(m *Mail, kind dsn.Kind, name string, about []*Recipient) {
	svc := d.service(name)
	if svc == nil {
		d.missing(d.p, "qmgr", name)
		return
	}
	to, from := m.Sender, ""
	if to == "" {
		if kind != dsn.Failure || !contains(d.conf.List("notify_classes"), "2bounce") {
			return
		}
		to, from = d.conf.Get("2bounce_notice_recipient"), d.conf.Get("double_bounce_sender")
	}
	d.hand(svc.Command, m.ID, kind.Subject())
	b := d.begin(d.p, svc)
	defer b.end()
	d.p.Sleep(bounceTime)
	if id := b.send(m, kind, from, to, about); id != "" {
		b.log("%s: %s: %s", m.ID, notificationNames[kind], id)
	}
}

// send composes a notification and submits it. The notification is a message
// of its own in the trace.
func (d *daemon) send(m *Mail, kind dsn.Kind, from, to string, about []*Recipient) (id string) {
	p := d.p
	w := p.World().Trace
	before := p.Msg()
	p.Handle(w.AddMsg(trace.Msg{Name: kindName(kind) + " of " + w.Msg(m.Msg).Name, Parent: m.Msg}))
	defer p.Handle(before)
	u, err := d.Submit(p, "bounce", from)
	if err != nil {
		return ""
	}
	u.Mail().Local = true
	u.AddRecipient(&Recipient{Addr: d.rewriteSender(to), Notify: smtp.NotifyNever})
	host := d.conf.Get("myhostname")
	u.Prepend(fmt.Sprintf("Received: by %s (%s)\n\tid %s; %s", host, d.conf.Get("mail_name"), u.ID(), postfixDate(u.Mail().Arrived)))
	u.Write(d.report(m, kind, to, about).Compose())
	if u.Commit() != nil {
		return ""
	}
	return u.ID()
}

func kindName(k dsn.Kind) string {
	return [...]string{dsn.Failure: "bounce", dsn.Delay: "delay notice", dsn.Success: "success notice"}[k]
}

// report gathers what a notification says.
func (d *daemon) report(m *Mail, kind dsn.Kind, to string, about []*Recipient) *dsn.Report {
	r := &dsn.Report{Kind: kind, Host: d.conf.Get("myhostname"), QueueID: m.ID, From: d.rewriteSender("MAILER-DAEMON"), To: to,
		Sender: m.Sender, EnvID: m.EnvID, Arrival: m.Arrived, Now: d.p.Now(), Warned: d.conf.Duration("delay_warning_time"),
		Lifetime: d.conf.Duration("maximal_queue_lifetime"), HdrsOnly: m.Ret == smtp.RetHdrs, ReturnPath: m.Sender, Message: m.Content}
	if int64(len(m.Content)) > d.conf.Int("bounce_size_limit") {
		r.HdrsOnly = true
	}
	for _, rcpt := range about {
		res := rcpt.result
		diagnostic := res.diagnostic
		if diagnostic == "" {
			diagnostic = "X-Postfix; " + res.text
		}
		final := rcpt.Addr
		if res.final != "" {
			final = res.final
		}
		action := res.action
		if action == "" || kind != dsn.Success {
			action = [...]string{dsn.Failure: "failed", dsn.Delay: "delayed", dsn.Success: "relayed"}[kind]
		}
		r.Recipients = append(r.Recipients, dsn.Recipient{Final: final, Expanded: rcpt.Orig, ORcpt: rcpt.ORcpt, Action: action,
			Status: res.dsn, RemoteMTA: res.remoteMTA, Diagnostic: diagnostic, Text: res.text})
	}
	return r
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
