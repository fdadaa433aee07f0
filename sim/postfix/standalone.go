package postfix

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// StandAlone is smtpd(8) as "sendmail -bs" starts it for a program of the host
// itself (sendmail(1), -bs): its client is the standard input. It is not asked
// for a name, trusts whoever typed the command, so that no restriction,
// milter, proxy, TLS or SASL concerns it, and drops what it accepts into
// maildrop, as sendmail(1) does. print gets what it answers, complain the lines
// that go to the terminal besides.
func (s *System) StandAlone(p *sim.Proc, who LocalMail, input []byte, print func(reply []byte), complain func(line string)) (status int) {
	conf := s.Settings()
	svc := newService(&Service{Name: "smtpd", Command: "smtpd"}, conf)
	loopback := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)
	b := &standAlone{who: who, complain: complain, mute: (who.UID != 0 || !s.running) && conf.Get("maillog_file") != ""}
	b.smtpd = &smtpdSession{daemon: &daemon{System: s, svc: svc, conf: conf, p: p, pid: s.Host.NextPID()}, set: svc.smtpdParams(),
		client: &peer{name: "localhost", reverse: "localhost", addr: loopback.Addr(), nameOK: 2, reverseOK: 2}}
	if why := b.unfit(); why != "" {
		b.Log("fatal: " + why)
		return 1
	}
	cfg := b.smtpd.sessionConfig()
	cfg.TLS, cfg.Auth, cfg.TLSAuthOnly = smtp.TLSNone, nil, false
	session := smtp.NewSession(cfg, b)
	b.Log("connect from " + cfg.Peer)
	print(session.Open())
	for line := range bytes.Lines(input) {
		if session.Next() == wire.Close {
			break
		}
		print(session.Feed(line, false))
	}
	if session.Next() != wire.Close {
		print(session.Lost())
	}
	b.Log("disconnect from " + cfg.Peer + " " + session.Stats())
	session.Release()
	return 0
}

// standAlone is the backend of such a session.
type standAlone struct {
	smtp.Permit
	smtpd *smtpdSession
	who   LocalMail
	mute  bool // postlogd(8) does not hear a program without privileges
	begun bool // a message has been begun
	over  bool // it is too big

	complain func(line string) // to the terminal
}

// closeError is what is said when a queue file could not be completed.
const closeError = "mail_stream_cleanup: close error"

// unfit is why the program does not even greet. It asks proxymap(8) for the
// users of the host, which it cannot do without the mail system.
func (b *standAlone) unfit() (fatal string) {
	c := b.smtpd.conf
	if own := b.smtpd.serverTLS(c); wantsTLS(c) && own.log != "" {
		b.Log(own.log)
	}
	if b.smtpd.running {
		return ""
	}
	for _, name := range smtpdMaps {
		for _, spec := range c.List(name) {
			if _, ok := proxied(spec); ok {
				path := "private/" + c.Get("proxymap_service_name")
				for n := 1; n <= connectTries; n++ {
					b.Log(fmt.Sprintf("warning: connect #%d to subsystem %s: Connection refused", n, path))
					if n < connectTries {
						b.Sleep(connectPause)
					}
				}
				return "connect #" + fmt.Sprint(connectTries+1) + " to subsystem " + path + ": Connection refused"
			}
		}
	}
	return ""
}

// Etrn is no business of a program that posts mail.
func (b *standAlone) Etrn(*smtp.Facts, string) *smtp.Reply {
	b.Log(`warning: do not use ETRN in "sendmail -bs" mode`)
	return &smtp.Reply{Code: 458, Text: "Unable to queue messages"}
}

// Sleep passes the delay that a client which errs has to wait.
func (b *standAlone) Sleep(d time.Duration) { b.smtpd.p.Sleep(d) }

// Log writes a line of the session.
func (b *standAlone) Log(text string) {
	b.over = b.over || strings.HasSuffix(text, "queue file size limit exceeded")
	if !b.mute {
		b.smtpd.log("%s", text)
	}
}

// Open has postdrop(1) begin a file in maildrop.
func (b *standAlone) Open(*smtp.Facts) (smtp.Message, *smtp.Reply) {
	s, p := b.smtpd.System, b.smtpd.p
	if b.begun || p.Msg() == 0 {
		w := p.World().Trace
		p.Handle(w.AddMsg(trace.Msg{Name: fmt.Sprintf("mail %d", w.Msgs()+1)}))
	}
	b.begun = true
	drop := s.queue.create(p, maildrop)
	drop.taken, drop.Local = true, true // pickup takes no file that is being written
	l := b.who
	l.Report, l.Verify, l.FullName = false, false, ""
	b.Log(drop.ID + ": client=" + b.smtpd.client.String())
	return &droppedMessage{b: b, drop: drop, mail: &l}, nil
}

// droppedMessage is a message on its way into maildrop.
type droppedMessage struct {
	b    *standAlone
	drop *Mail
	mail *LocalMail
}

// ID is the name of the file.
func (m *droppedMessage) ID() string { return m.drop.ID }

// Rcpt adds an accepted recipient.
func (m *droppedMessage) Rcpt(r *smtp.Recipient) {
	m.mail.Recipients = append(m.mail.Recipients, r.Addr)
	m.mail.Envelope = append(m.mail.Envelope, *r)
}

// Begin ends the envelope and writes the Received field.
func (m *droppedMessage) Begin(f *smtp.Facts) {
	m.mail.Sender, m.mail.NullSender = f.Sender, f.Sender == ""
	m.mail.Ret, m.mail.EnvID, m.mail.Body8, m.mail.UTF8 = f.Ret, f.EnvID, f.Body == "8BITMIME", f.UTF8
	m.mail.Message = append(m.mail.Message, m.b.smtpd.received(f, m.drop.ID)+"\n"...)
}

// Write takes content.
func (m *droppedMessage) Write(p []byte) (int, error) {
	m.mail.Message = append(m.mail.Message, p...)
	return len(p), nil
}

// Commit gives the file to pickup(8).
func (m *droppedMessage) Commit(*smtp.Facts) []*smtp.Reply {
	s, p := m.b.smtpd.System, m.b.smtpd.p
	if why := s.DropProblem(p, m.mail); why != "" {
		s.PostdropFails(p, m.mail.UID, why)
		m.b.complain(fmt.Sprintf("postdrop: warning: uid=%d: %s", m.mail.UID, why))
		m.Abort()
		if why == "File too large" {
			return []*smtp.Reply{{Code: 552, Enhanced: "5.3.4", Text: "Error: message file too big"}}
		}
		return []*smtp.Reply{{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}}
	}
	m.drop.taken = false
	s.dropped(p, m.drop, m.mail)
	return nil
}

// Abort throws the file away. Of a message that is too big postdrop(1) hears
// in the middle of a record.
func (m *droppedMessage) Abort() {
	if m.b.over {
		m.b.over = false
		m.b.smtpd.System.LogTool(m.b.smtpd.p, "postdrop", "warning: "+closeError)
		m.b.complain("postdrop: warning: " + closeError)
	}
	m.b.smtpd.queue.move(m.b.smtpd.p, m.drop, nowhere, "not completed")
}
