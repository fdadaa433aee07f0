package postfix

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Submission is a message on its way through cleanup(8), which puts every
// message into the incoming queue: it completes and rewrites headers, expands
// virtual aliases, drops duplicate recipients, counts hops, and writes the
// queue file. Its client (smtpd, pickup, bounce, local) calls Prepend, Write
// and so on, and ends with Commit or Abort.
type Submission struct {
	d      *daemon
	mail   *Mail
	client string // the daemon that submits, for the trace
	body   []byte
	size   int64
	limit  int64
	failed *Refusal
	tooBig bool // failed because of message_size_limit
	// unchecked tells that header_checks and the like are not asked.
	unchecked bool
	fields    []string // what Prepend added, to be shown when the file exists
	usual     [1]string
	expected  int // how much content the client has announced

	// What the content checks, and access tables, have decided.
	discard  bool
	broken   bool     // failed while it was written
	rejected bool     // failed because of REJECT
	hopping  bool     // failed because of hopcount_limit
	why      string   // it is held or discarded
	redirect string   // all recipients are replaced by this one
	bcc      []string // further recipients

	opened   bool       // the envelope has been rewritten
	envelope recipients // as it becomes
}

// Refusal is cleanup's no, as smtpd passes it on.
type Refusal struct {
	Code     int
	Enhanced string
	Text     string // "Error: too many hops"
	Log      string // what cleanup logs, "" if nothing
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text) }

// Submit opens a cleanup process for a message: the queue file comes into
// being and has its id from now on. client is the submitting daemon's name.
func (s *System) Submit(p *sim.Proc, client, sender string) (*Submission, error) {
	svc := s.service("cleanup")
	if svc == nil {
		s.missing(p, client, "cleanup")
		return nil, &Refusal{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}
	}
	if p.Msg() == 0 {
		w := p.World().Trace
		p.Handle(w.AddMsg(trace.Msg{Name: fmt.Sprintf("mail %d", w.Msgs()+1)}))
	}
	s.rouse(p, "rewrite")
	d := s.take(p, svc)
	if wait := s.qmgr.slowDown(); wait > 0 {
		p.Sleep(wait)
	}
	u := &Submission{d: d, client: client, limit: svc.conf.cleanup().sizeLimit}
	u.mail = s.queue.create(p, incoming)
	u.mail.Sender, d.message = sender, u.mail.ID
	p.Emit(trace.Event{Kind: trace.Daemon, A: p.Sym(client), B: p.Sym("cleanup"), C: p.Sym(u.mail.ID)}, nil)
	return u, nil
}

// through applies what the service by which a message comes in says of all its
// mail: content_filter, and receive_override_options, which leave to the mail
// system before the filter what cleanup(8) would otherwise do twice
// (FILTER_README, "Advanced content filter").
func (u *Submission) through(filter string, overrides []string) {
	u.mail.filter = filter
	for _, option := range overrides {
		switch strings.ToLower(option) {
		case "no_address_mappings":
			u.d.unmapped = true
		case "no_header_body_checks":
			u.unchecked = true
		}
	}
}

// ID is the queue id.
func (u *Submission) ID() string { return u.mail.ID }

// Mail is the queue file in the making, for its client to fill in what the
// envelope says.
func (u *Submission) Mail() *Mail { return u.mail }

// AddRecipient adds a recipient.
func (u *Submission) AddRecipient(r *Recipient) {
	if r.Orig == "" {
		r.Orig = r.Addr
	}
	u.mail.Recipients = append(u.mail.Recipients, r)
}

// Prepend puts a header field of the submitting daemon in front of the
// message. The field has no line end; its folded lines are apart by LF.
func (u *Submission) Prepend(field string) {
	u.body = append(slices.Grow(u.body, len(field)+1+u.expected), field...)
	u.body = append(u.body, '\n')
	if u.fields == nil {
		u.fields = u.usual[:0]
	}
	u.fields = append(u.fields, field)
}

// maxExpected bounds how much memory an announcement alone can take.
const maxExpected = 64 << 10

// expect takes note of the size that the client has announced for its content;
// 0 is not known. It is called before Prepend.
func (u *Submission) expect(size int64) { u.expected = int(max(min(size, maxExpected), 0)) }

// Write takes message content with lines that end in LF or CRLF.
func (u *Submission) Write(b []byte) {
	u.size += int64(len(b))
	if u.limit > 0 && u.size > u.limit {
		u.failed, u.tooBig = &Refusal{Code: 552, Enhanced: "5.3.4", Text: "Error: message file too big"}, true
	}
	if u.failed != nil {
		return
	}
	start := len(u.body)
	if u.client == "smtpd" { // its lines end in LF, whatever is left of CRs is stray
		u.body = append(u.body, b...)
	} else {
		u.body = append(u.body, bytes.ReplaceAll(b, crlf, crlf[1:])...)
	}
	if u.d.conf.cleanup().replacesCR {
		for rest := u.body[start:]; len(rest) > 0; {
			i := bytes.IndexByte(rest, '\r')
			if i < 0 {
				break
			}
			rest[i] = ' '
			rest = rest[i+1:]
		}
	}
}

var crlf = []byte("\r\n")

// Abort throws the message away, as when a client breaks off.
func (u *Submission) Abort() {
	if u.mail.Queue == incoming {
		newHeaderPass(u).glance()
		u.overflow()
	}
	u.d.queue.move(u.d.p, u.mail, nowhere, "transaction given up")
	u.d.end()
}

// overflow logs what cleanup says when it closes the file of a message that was
// given up, and what is left in its buffer does not fit below the limit of file
// sizes (setrlimit(2) with message_size_limit): the records of the file are
// bigger than the lines that smtpd counts.
func (u *Submission) overflow() {
	u.mail.Content, u.mail.size = u.body, contentSize(u.body, 0, u.d.conf.cleanup().lineLimit)
	size := int64(0)
	if u.limit > 0 {
		size = u.mail.fileSize(u.limit)
	}
	if size > u.limit {
		if size-size%fileBuffer > u.limit {
			u.d.log("warning: %s: queue file size limit exceeded", u.mail.ID)
		}
		u.d.log("warning: mail_stream_cleanup: close error")
	}
	u.mail.Content, u.mail.size = nil, 0
}

// fileBuffer is how much cleanup writes at a time (VSTREAM_BUFSIZE).
const fileBuffer = 4096

// Commit finishes the message. nil means that the mail system is responsible
// for it from now on.
func (u *Submission) Commit() *Refusal {
	defer u.d.end()
	p := u.d.p
	p.Sleep(cleanupTime)
	if u.mail.Queue != incoming { // the mail system was stopped meanwhile
		return &Refusal{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}
	}
	if u.failed == nil && !u.discard {
		u.complete()
	}
	if u.failed != nil {
		if u.tooBig && u.client != "smtpd" { // smtpd itself counts, and says so
			newHeaderPass(u).run()
			u.d.log("warning: %s: queue file size limit exceeded", u.mail.ID)
			u.d.log("warning: mail_stream_cleanup: close error")
		} else if u.tooBig {
			newHeaderPass(u).glance()
		}
		if u.failed.Log != "" {
			u.d.log("warning: %s: %s", u.mail.ID, u.failed.Log)
		}
		if u.returns() && u.failed.Code >= 500 {
			u.logRefused()
		}
		u.d.queue.move(p, u.mail, nowhere, u.failed.Text)
		return u.failed
	}
	if u.discard {
		u.d.queue.move(p, u.mail, nowhere, "discarded: "+u.why)
		return nil
	}
	u.recordEnvelope()
	u.mail.ready = true
	if u.mail.held {
		u.d.queue.move(p, u.mail, hold, orElse(u.why, "an access table says HOLD"))
		return nil
	}
	u.d.hand("qmgr", u.mail.ID, "new mail")
	u.mail.last = p.Cause()
	u.d.qmgr.arrived(u.mail)
	return nil
}

// complete makes the queue file's content out of what has been written.
func (u *Submission) complete() {
	if u.openEnvelope(); u.failed != nil {
		return // the content is read, and not looked at
	}
	for _, f := range u.fields {
		u.added(u.client, f)
	}
	h := newHeaderPass(u)
	if refusal := h.run(); refusal != nil {
		u.failed = refusal
	}
	if h.over() || u.failed != nil && !u.rejected && !u.hopping {
		return
	}
	u.mail.Content = h.out
	u.mail.size = contentSize(h.out, h.head, u.d.conf.cleanup().lineLimit)
	u.closeEnvelope()
	u.detectUTF8(h.head)
	if u.failed == nil && u.limit > 0 && u.mail.fileSize(u.limit) > u.limit {
		u.d.log("warning: %s: queue file size limit exceeded", u.mail.ID)
		u.d.log("warning: mail_stream_cleanup: close error")
		u.failed = &Refusal{Code: 552, Enhanced: "5.3.4", Text: "Error: message file too big"}
	}
}

// added records a header field that a daemon has added.
func (u *Submission) added(daemon, field string) {
	u.field(daemon, field, "add")
}

func (u *Submission) field(daemon, field, how string) {
	p := u.d.p
	name, _, _ := strings.Cut(field, ":")
	p.Record(trace.Event{Kind: trace.Field, A: p.Sym(daemon), B: p.Sym(name), C: p.Sym(how)}, []byte(field))
}

// recordEnvelope records the finished envelope.
func (u *Submission) recordEnvelope() {
	b := u.d.line[:0]
	for _, r := range u.mail.Recipients {
		b = append(b, r.Addr...)
		if r.Orig != r.Addr {
			b = append(append(b, '\t'), r.Orig...)
		}
		b = append(b, '\n')
	}
	u.d.line = b
	p := u.d.p
	p.Record(trace.Event{Kind: trace.Envelope, A: p.Sym(u.mail.ID), B: p.Sym(u.mail.Sender), N: uint32(u.mail.size)}, b)
}

// returns tells whether a message that is refused for good goes back to its
// sender instead of the client's being told: pickup and local have none to tell
// (CLEANUP_FLAG_BOUNCE).
func (u *Submission) returns() bool { return u.client == "pickup" || u.client == "local" }

// logRefused reports the recipients of a message that is not taken and returns
// to its sender, because of its content the header alone (cleanup_bounce.c).
func (u *Submission) logRefused() {
	if u.mail.size == 0 { // it has not been read to the end
		u.openEnvelope()
		u.closeEnvelope()
	}
	r := &request{mail: u.mail, started: u.d.p.Now()}
	for _, to := range u.mail.Recipients {
		u.d.bounced(r, to, result{dsn: u.failed.Enhanced, text: strings.TrimPrefix(u.failed.Text, "Error: ")})
	}
	if u.rejected {
		u.mail.Ret = smtp.RetHdrs
	}
}
