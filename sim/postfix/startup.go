package postfix

import (
	"fmt"
	"strings"

	"mailtrek/sim"
)

// A daemon that finds its configuration wrong when it begins ends before it
// takes a request: "fatal:" in the log. Who has connected does not notice: the
// request waits until master(8) may start another process.

// reads tells which parameters with a wrong value a program dies of: those that
// only it reads, by how their names begin. What all programs read ends
// postfix(1) itself.
var reads = map[string][]string{
	"smtpd":   {"smtpd_", "unverified_", "unknown_", "disable_vrfy_command", "strict_rfc821_envelopes", "broken_sasl_auth_clients"},
	"smtp":    {"smtp_"},
	"lmtp":    {"lmtp_"},
	"local":   {"mailbox_size_limit", "expand_owner_alias", "reset_owner_alias", "require_home_directory", "biff", "local_"},
	"virtual": {"virtual_minimum_uid", "virtual_mailbox_limit"},
}

// readBy tells whether a program reads a parameter that others do not.
func readBy(program, param string) bool {
	for _, prefix := range reads[program] {
		if strings.HasPrefix(param, prefix) {
			return !strings.HasSuffix(param, "_limit") || !strings.Contains(param, "_destination_") // the queue manager's
		}
	}
	return false
}

// readByOne tells whether only one program reads a parameter, so that the others
// live on when its value is wrong.
func readByOne(param string) bool {
	for program := range reads {
		if readBy(program, param) {
			return true
		}
	}
	return false
}

// unusable is why a process of the service ends as soon as it begins; "" if it
// does not.
func (d *daemon) unusable() string {
	if d.svc.sound {
		return ""
	}
	for _, e := range d.svc.Options {
		if err := d.conf.Problem(e.Name); err != nil && readBy(d.svc.Command, e.Name) {
			return err.Error()
		}
	}
	for _, e := range d.conf.Main().Entries() {
		if err := d.conf.Problem(e.Name); err != nil && readBy(d.svc.Command, e.Name) {
			return err.Error()
		}
	}
	return d.contradiction()
}

// contradiction is what is wrong with values that are good one by one.
func (d *daemon) contradiction() string {
	box, virtual, message := d.conf.Int("mailbox_size_limit"), d.conf.Int("virtual_mailbox_limit"), d.conf.Int("message_size_limit")
	switch d.svc.Command {
	case "local":
		switch {
		case box > 0 && message == 0:
			return "configuration error: mailbox_size_limit is limited but message_size_limit is unlimited"
		case box > 0 && box < message:
			return "configuration error: mailbox_size_limit is smaller than message_size_limit"
		}
	case "virtual":
		if d.conf.Get("virtual_mailbox_base") == "" {
			return "bad string length 0 < 1: virtual_mailbox_base = "
		}
		if virtual > 0 && (virtual < message || message == 0) {
			return "configuration error: virtual_mailbox_limit is smaller than message_size_limit"
		}
	}
	return ""
}

// begun is a process of a delivery agent that has begun well. While none can, the
// entry waits; nil when meanwhile somebody has moved the message.
func (t *transport) begun(p *sim.Proc, svc *service, e *entry) *daemon {
	for {
		if svc = t.q.sys.unthrottled(p, svc); !e.msg.current() {
			return nil
		}
		d := t.q.sys.take(p, svc)
		if !e.msg.current() { // the queue manager that asked is gone, and with it the request
			d.end()
			return nil
		}
		why := d.unusable()
		if why == "" {
			svc.sound = true
			return d
		}
		d.dies(why)
	}
}

// badValue is a parameter whose value is none, as a diagnosis.
func badValue(file string, e Entry, err error) Diag {
	return Diag{Fatal: true, File: file, Line: e.Line, Text: fmt.Sprint(err), Param: e.Name}
}
