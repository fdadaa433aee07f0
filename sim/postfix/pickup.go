package postfix

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// LocalMail is a message that a program of the host hands to sendmail(1).
type LocalMail struct {
	User       string // who runs sendmail
	UID        int
	FullName   string // for the From header that cleanup may have to add
	Sender     string // -f; "" is the user
	NullSender bool   // -f "" or -f "<>"
	Recipients []string
	FromHeader int // so many of them, the last ones, were found in the header (-t)
	Message    []byte
	Notify     smtp.Notify      // -N; RFC 3461 §4.1
	Ret        smtp.Ret         // -R; RFC 3461 §4.3
	EnvID      string           // -V; RFC 3461 §4.4
	VERP       string           // -XV: the delimiters (VERP_README)
	Verify     bool             // -bv: nothing is delivered, the sender hears what would become of it
	Report     bool             // -v: the sender hears what the first attempt has come to
	Body8      bool             // -B8BITMIME
	Gateway    bool             // -G: it comes from elsewhere, its header is not completed
	UTF8       bool             // with -bs: SMTPUTF8 was asked for
	Envelope   []smtp.Recipient // with -bs: the Recipients with what RCPT said of each
}

// Sendmail is sendmail(1) with postdrop(1): it puts a message into the
// maildrop queue, from where pickup(8) takes it. It needs no running mail
// system; the message then waits. The file's name in maildrop is the result.
func (s *System) Sendmail(p *sim.Proc, l LocalMail) string {
	if p.Msg() == 0 {
		w := p.World().Trace
		p.Handle(w.AddMsg(trace.Msg{Name: fmt.Sprintf("mail %d", w.Msgs()+1)}))
	}
	s.ask(p, "sendmail", "postdrop", "put a message of uid "+strconv.Itoa(l.UID)+" into maildrop")
	m := s.queue.create(p, maildrop)
	s.dropped(p, m, &l)
	return m.ID
}

// dropped completes a file in maildrop and tells pickup(8) of it.
func (s *System) dropped(p *sim.Proc, m *Mail, l *LocalMail) {
	m.Sender, m.Content, m.Local, m.size = l.Sender, l.Message, true, l.fileSize(m)
	if m.Sender == "" && !l.NullSender {
		m.Sender = l.User
	}
	m.submitted = l
	if s.running {
		s.ask(p, "postdrop", "pickup", "there is mail in maildrop")
		s.run("pickup", p.Cause(), p.Msg(), func(p *sim.Proc) {
			p.Sleep(pickupTime)
			s.pickup(p, m)
			s.pickupAll(p.Cause(), m)
		})
	}
}

// DropProblem is why postdrop(1) cannot take a message, in the words of the
// system; "" when it can. message_size_limit is a limit of the file, where each
// line of the message is a record and the envelope stands before it
// (set_file_limit(3)).
func (s *System) DropProblem(p *sim.Proc, l *LocalMail) string {
	if limit := s.Settings().Int("message_size_limit"); limit > 0 && int64(l.fileSize(&Mail{Arrived: p.Now()})) > limit {
		return "File too large"
	}
	if int64(len(l.Message)) > s.Host.Tree.Free() {
		return "No space left on device"
	}
	return ""
}

// records are the envelope of the file in maildrop, as sendmail(1) or smtpd(8)
// write it.
func (l *LocalMail) records(m *Mail) (list []record) {
	list = append(list, record{"message_arrival_time", m.Arrived.Format("Mon Jan _2 15:04:05 2006")})
	if l.EnvID != "" {
		list = append(list, attribute("envelope_id", l.EnvID))
	}
	if l.Ret != smtp.RetNone {
		list = append(list, attribute("ret_flags", fmt.Sprint(int(l.Ret))))
	}
	if l.Body8 {
		list = append(list, attribute("encoding", "8bit"))
	}
	if l.Envelope == nil {
		context := "local"
		if l.Gateway {
			context = "remote"
		}
		list = append(list, attribute("rewrite_context", context))
	}
	if l.FullName != "" {
		list = append(list, record{"sender_fullname", l.FullName})
	}
	list = append(list, record{"sender", l.Sender})
	if l.Sender == "" && !l.NullSender {
		list[len(list)-1].value = l.User
	}
	for i, to := range l.Recipients {
		notify := l.Notify
		if i < len(l.Envelope) {
			notify = l.Envelope[i].Notify
			if orig := l.Envelope[i].ORCPT; orig != "" {
				list = append(list, attribute("dsn_orig_rcpt", orig))
			}
		}
		if notify != 0 {
			list = append(list, attribute("notify_flags", fmt.Sprint(notifyFlags(notify))))
		}
		list = append(list, record{"recipient", to})
	}
	return list
}

// fileSize is that of the file in maildrop: the envelope, the lines, and the
// records that end each part.
func (l *LocalMail) fileSize(m *Mail) int {
	n := 3 * recordLength(0)
	for _, r := range l.records(m) {
		n += recordLength(r.length(m))
	}
	for line := range bytes.Lines(l.Message) {
		n += recordLength(len(bytes.TrimSuffix(line, []byte("\n"))))
	}
	return n
}

// PostdropFails logs that postdrop(1) could not take a message: it is too big,
// or the disk is full. The file that it has begun is removed.
func (s *System) PostdropFails(p *sim.Proc, uid int, why string) {
	before := p.Msg()
	p.Handle(p.World().Trace.AddMsg(trace.Msg{Name: "a message that postdrop gives up"}))
	s.queue.move(p, s.queue.create(p, maildrop), nowhere, why)
	p.Handle(before)
	p.Record(trace.Event{Kind: trace.Log, A: p.Sym("postfix/postdrop"), N: s.Host.NextPID()}, fmt.Appendf(nil, "warning: uid=%d: %s", uid, why))
}

// planPickup has pickup find a message for which nobody calls it: master(8)
// wakes it up from time to time, as the wakeup column of master.cf says.
func (s *System) planPickup(m *Mail) {
	svc := s.service("pickup")
	if svc == nil || svc.Wakeup <= 0 || !s.running {
		return
	}
	w := s.Host.World()
	since := w.Now() - s.qmgr.phase
	w.At(s.qmgr.phase+(since/svc.Wakeup+1)*svc.Wakeup, func() {
		if m.Queue == maildrop {
			s.run("pickup", m.last, m.Msg, func(p *sim.Proc) { s.pickup(p, m) })
		}
	})
}

// pickup is pickup(8): it feeds a message from maildrop to cleanup.
func (s *System) pickup(p *sim.Proc, drop *Mail) {
	svc := s.service("pickup")
	if svc == nil || !s.running || drop.Queue != maildrop || drop.taken {
		return
	}
	drop.taken = true
	defer func() { drop.taken = false }()
	d := s.begin(p, svc) // master(8) wakes it so often that it never ends
	defer d.end()
	l := drop.submitted
	u, err := s.Submit(p, "pickup", drop.Sender)
	if err != nil {
		return
	}
	u.through(d.conf.Get("content_filter"), d.conf.List("receive_override_options"))
	m := u.Mail()
	m.Local, m.fullName, m.Ret, m.EnvID = !l.Gateway, l.FullName, l.Ret, l.EnvID
	m.probe, m.report, m.verp = l.Verify, l.Verify || l.Report, l.VERP
	m.Body8, m.UTF8 = l.Body8, l.UTF8
	if drop.requeued != "" {
		d.log("%s: uid=%d from=<%s> orig_id=%s", m.ID, l.UID, drop.Sender, drop.requeued)
	} else {
		d.log("%s: uid=%d from=<%s>", m.ID, l.UID, drop.Sender)
	}
	u.Prepend(fmt.Sprintf("Received: by %s (%s, from userid %d)\n\tid %s; %s", d.conf.Get("myhostname"), d.conf.Get("mail_name"),
		l.UID, m.ID, postfixDate(m.Arrived)))
	for i, r := range l.Recipients {
		if r == "<>" { // cleanup has a name for who is nobody
			r = d.standard(d.conf.Get("empty_address_recipient"))
		}
		to := &Recipient{Addr: r, Notify: l.Notify, header: i >= len(l.Recipients)-l.FromHeader}
		if i < len(l.Envelope) {
			to.Notify, to.ORcpt = l.Envelope[i].Notify, l.Envelope[i].ORCPT
		}
		u.AddRecipient(to)
	}
	u.Write(l.Message)
	no := u.Commit()
	switch {
	case drop.Queue != maildrop: // removed meanwhile
	case no == nil:
		s.queue.move(p, drop, nowhere, "taken up as "+m.ID)
	case no.Code < 500:
		if u.broken {
			d.log("warning: maildrop/%s: error writing %s: queue file write error", drop.ID, m.ID)
		}
		s.planPickup(drop)
	default:
		if !u.rejected && !u.hopping {
			m.Content = l.Message
		}
		d.refused(m, no)
		s.queue.move(p, drop, nowhere, "returned: "+no.Text)
	}
}

// refused returns a message that cleanup(8) does not take to its sender
// (CLEANUP_FLAG_BOUNCE).
func (d *daemon) refused(m *Mail, no *Refusal) {
	for _, to := range m.Recipients {
		if to.done { // cleanup has said so itself
			continue
		}
		m.remember(to, &result{status: bounced, dsn: no.Enhanced, text: strings.TrimPrefix(no.Text, "Error: "), relay: "none", at: d.p.Now()})
	}
	d.flushBounces(m)
}

// pickupAll takes up what has gathered in maildrop while nobody was looking,
// all but the file that has just been tried.
func (s *System) pickupAll(cause trace.Seq, but *Mail) {
	for _, m := range s.queue.in(maildrop) {
		if m != but {
			s.run("pickup", cause, m.Msg, func(p *sim.Proc) { s.pickup(p, m) })
		}
	}
}
