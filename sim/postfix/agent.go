package postfix

import (
	"slices"
	"strconv"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// status is the fate of a recipient in one attempt.
type status uint8

const (
	undecided status = iota
	sent
	deferral
	bounced
)

var statusWords = [...]string{"", "sent", "deferred", "bounced"}

func (s status) String() string { return statusWords[s] }

// code is the status as the first digit of a reply.
func (s status) code() uint16 { return [...]uint16{0, 2, 4, 5}[s] }

// result is what a delivery agent reports about one recipient.
type result struct {
	status status
	dsn    string // "5.1.1"
	text   string // what stands in parentheses in the log
	relay  string // "mail.alabala.com[10.10.10.10]:25", "local", "none"
	// For a notification (RFC 3464 §2.3):
	action     string // "" is the usual one of the status
	remoteMTA  string // the host whose reply it is, "" if nobody replied
	diagnostic string // "smtp; 550 5.1.1 …", "" is "X-Postfix; text"
	at         time.Time
	soft       bool // a failure for good that soft_bounce has made one that may pass
	passed     bool // the next host was asked to report success itself
	returned   bool // who is to hear of it has been told
}

// request is a delivery request of the queue manager to an agent: one message,
// the recipients that go the same way (qmgr_deliver.c).
type request struct {
	mail       *Mail
	transport  *service
	nexthop    string
	recipients []*Recipient

	queued  time.Time // when the message came into the active queue
	load    bool      // the agent may take a connection from the cache
	store   bool      // and leave it there
	reused  int       // how many mails the connection has carried before this one
	started time.Time // when the agent took the request
	ready   time.Time // when a session was ready for the first command

	crashed bool // the agent has died before it decided
	// unreachable is set when no host of the destination could be reached.
	unreachable *result
}

// sender is the envelope sender of a delivery: that of the message, or with
// VERP one that has the recipient in it.
func (r *request) sender() string {
	if r.mail.verp != "" && len(r.recipients) == 1 {
		return verpSender(r.mail.verp, r.mail.Sender, r.recipients[0].Addr)
	}
	return r.mail.Sender
}

// agent is a delivery agent: it decides about every recipient of a request.
type agent func(d *daemon, r *request)

// agents are the delivery agents by the program that master.cf names.
func agents(program string) agent {
	switch program {
	case "smtp", "lmtp":
		return (*daemon).smtp
	case "local":
		return (*daemon).local
	case "virtual":
		return (*daemon).virtual
	case "pipe":
		return (*daemon).pipe
	case "error":
		return (*daemon).errorAgent
	case "discard":
		return (*daemon).discard
	}
	return nil
}

// sent reports success.
func (d *daemon) sent(r *request, to *Recipient, res result) {
	res = d.filtered(res)
	res.status = sent
	d.conclude(r, to, res)
}

// deferred reports a failure that may pass.
func (d *daemon) deferred(r *request, to *Recipient, res result) {
	now := d.filtered(res)
	d.failed(r, to, now, now.dsn[0] == '5' && res.dsn[0] == '4')
}

// bounced reports a failure for good.
func (d *daemon) bounced(r *request, to *Recipient, res result) {
	now := d.filtered(res)
	d.failed(r, to, now, now.dsn[0] == '5' || res.dsn[0] == '4')
}

// failed reports a failure, for good or not.
func (d *daemon) failed(r *request, to *Recipient, res result, good bool) {
	switch {
	case !good:
		res.status = deferral
	case d.conf.Bool("soft_bounce") && !r.mail.probe:
		res.dsn, res.soft, res.status = "4"+res.dsn[1:], true, deferral
	default:
		res.status = bounced
	}
	d.conclude(r, to, res)
}

// conclude writes the log line of one recipient and the event of its fate.
func (d *daemon) conclude(r *request, to *Recipient, res result) {
	if r.mail.probe {
		d.probed(r, to, res)
		return
	}
	if res.relay == "" {
		res.relay = "none"
	}
	res.at = d.p.Now()
	line := appendAll(d.line[:0], r.mail.ID, ": to=<", mailaddr.Quote(to.Addr), ">")
	if to.Orig != to.Addr && to.Orig != "" {
		line = appendAll(line, ", orig_to=<", mailaddr.Quote(to.Orig), ">")
	}
	word := res.status.String()
	if res.soft {
		word = "SOFTBOUNCE"
	}
	line = appendAll(line, ", relay=", res.relay)
	if r.reused > 0 {
		line = appendAll(line, ", conn_use=", strconv.Itoa(r.reused+1))
	}
	line = r.appendDelays(line, res.at, int(d.conf.Int("delay_logging_resolution_limit")))
	d.logLine(appendAll(line, ", dsn=", res.dsn, ", status=", word, " (", res.text, ")"))
	d.p.Record(trace.Event{Kind: trace.Delivery, A: d.p.Sym(r.mail.ID), B: d.p.Sym(to.Addr), C: d.p.Sym(res.relay), Code: res.status.code()},
		d.put(res.dsn, " ", res.text))
	to.result, to.done = &res, res.status != deferral
	if log := r.mail.remember(to, &res); log != "" {
		d.p.Record(trace.Event{Kind: trace.Daemon, A: d.p.Sym(d.name()), B: d.p.Sym(log), C: d.p.Sym(r.mail.ID)},
			d.put("note ", to.Addr, ": ", res.dsn, ", ", word))
	}
}

// appendAll appends several texts.
func appendAll(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = append(b, s...)
	}
	return b
}

// remember enters an outcome in the logs from which notifications are made
// (bounce_append, defer_append, trace_append), and returns the name of the
// service that keeps the log; "" if nobody wants to know.
func (m *Mail) remember(to *Recipient, res *result) (log string) {
	switch {
	case res.status == bounced && res.returned:
		log = "bounce"
	case res.status == bounced:
		m.bounceLog, log = append(m.bounceLog, logged{*to, *res}), "bounce"
	case res.status == deferral:
		m.deferLog, log = append(m.deferLog, logged{*to, *res}), "defer"
	case to.Notify&smtp.NotifySuccess != 0 && !res.passed, m.late && (to.Notify == 0 || to.Notify&smtp.NotifyDelay != 0):
		m.traceLog, log = append(m.traceLog, logged{*to, *res}), "trace"
	}
	if m.report && log != "trace" {
		if m.traceLog = append(m.traceLog, logged{*to, *res}); log == "" {
			log = "trace"
		}
	}
	return log
}

// appendDelays appends delay= and delays=a/b/c/d: before the queue manager, in
// it, connection setup, transmission (smtp(8); postconf(5),
// delay_logging_resolution_limit).
func (r *request) appendDelays(b []byte, now time.Time, digits int) []byte {
	start := r.started
	if start.IsZero() {
		start = now
	}
	ready := r.ready
	if ready.IsZero() {
		ready = start
	}
	m := r.mail
	queued := r.queued
	if queued.IsZero() {
		queued = start
	}
	b = appendDelay(append(b, ", delay="...), now.Sub(m.Arrived), digits)
	b = appendDelay(append(b, ", delays="...), queued.Sub(m.Arrived), digits)
	b = appendDelay(append(b, '/'), start.Sub(queued), digits)
	b = appendDelay(append(b, '/'), ready.Sub(start), digits)
	return appendDelay(append(b, '/'), now.Sub(ready), digits)
}

// decided tells whether something has been reported about every recipient.
func (r *request) decided() bool {
	return !slices.ContainsFunc(r.recipients, func(to *Recipient) bool { return to.result == nil })
}

// undecided are the recipients about which nothing has been reported yet.
func (r *request) undecided() []*Recipient {
	return without(r.recipients, func(to *Recipient) bool { return to.result != nil })
}
