package node

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// How long a mail system of 1982 waits. RFC 821 names no times.
const (
	retry821   = 30 * time.Minute
	giveUp821  = 3 * 24 * time.Hour
	timeout821 = 5 * time.Minute
)

// SMTP821 is a mail system of 1982 (RFC 821): receiver-SMTP and sender-SMTP in
// one. It relays for everybody, by source routes or to the mailbox's host
// directly, keeps what it cannot pass on and tries again, and delivers into
// mbox files. Names are looked up by the DNS, where hosts had HOSTS.TXT.
type SMTP821 struct {
	Host  *Host
	users *host.Passwd
}

// StartSMTP821 listens on port 25 of a host.
func StartSMTP821(h *Host) (*SMTP821, error) {
	s := &SMTP821{Host: h}
	s.users, _ = h.Tree.Users()
	_, err := h.Listen("0.0.0.0:25", sim.Service{Name: "smtp", Proto: trace.SMTP, Splitter: smtp.NewSplitter, Serve: s.serve})
	return s, err
}

func (s *SMTP821) serve(p *sim.Proc, c *sim.Conn) {
	session := smtp.NewSession(smtp.Config{
		Hostname: s.Host.Name, Banner: s.Host.Name + " Simple Mail Transfer Service Ready",
		Historic: true, Timeout: timeout821, RecipientLimit: 100, // RFC 821 §4.5.3
	}, &receiver821{s: s, p: p, c: c})
	_ = Serve(p, c, session) // however it ends: what was not accepted is forgotten
}

// receiver821 is the backend of one connection.
type receiver821 struct {
	smtp.Permit
	s *SMTP821
	p *sim.Proc
	c *sim.Conn
}

// Force is the reply that a fault demands (smtp.Forcer).
func (r *receiver821) Force(f *smtp.Facts) *smtp.Reply { return r.s.Host.ForceSMTP(r.p, r.c, f) }

// Sleep passes time.
func (r *receiver821) Sleep(d time.Duration) { r.p.Sleep(d) }

// Log is not needed: it kept no log.
func (r *receiver821) Log(string) {}

// Rcpt accepts what has another host to go to, and users of its own.
// RFC 821 §3.1: 550 for a recipient that is not known.
func (r *receiver821) Rcpt(_ *smtp.Facts, to *smtp.Recipient) *smtp.Reply {
	forward := ParsePath(to.Given)
	if next := forward.arrived(r.s.Host.Name); next.host() != "" {
		return nil
	}
	if _, ok := r.s.user(forward); !ok {
		return &smtp.Reply{Code: 550, Text: "No such user here"}
	}
	return nil
}

// user is the local user that a path ends at.
func (s *SMTP821) user(f Path) (host.User, bool) {
	local, _, _ := strings.Cut(f.Mailbox, "@")
	if s.users == nil {
		return host.User{}, false
	}
	if u, ok := s.users.Lookup(local); ok {
		return u, true
	}
	return s.users.Lookup(strings.ToLower(local))
}

// Open begins a message.
func (r *receiver821) Open(*smtp.Facts) (smtp.Message, *smtp.Reply) {
	if r.p.Msg() == 0 {
		t := r.p.World().Trace
		r.p.Handle(t.AddMsg(trace.Msg{Name: fmt.Sprintf("mail %d", t.Msgs()+1)}))
	}
	return &message821{r: r}, nil
}

// message821 is a message that is being received.
type message821 struct {
	r    *receiver821
	to   []Path
	data bytes.Buffer
}

func (m *message821) ID() string              { return "" }
func (m *message821) Rcpt(to *smtp.Recipient) { m.to = append(m.to, ParsePath(to.Given)) }
func (m *message821) Abort()                  {}

// Begin writes the time stamp line (RFC 821 §4.1.2, "Received:").
func (m *message821) Begin(f *smtp.Facts) {
	p := m.r.p
	text := fmt.Sprintf("Received: from %s by %s ; %s\n", f.Helo, m.r.s.Host.Name, p.Now().Format("2 Jan 06 15:04:05 -0700"))
	m.data.WriteString(text)
	p.Record(trace.Event{Kind: trace.Field, A: p.Sym("smtp821"), B: p.Sym("Received"), C: p.Sym("add")}, []byte(text))
}

// Write takes content.
func (m *message821) Write(b []byte) (int, error) { return m.data.Write(b) }

// Commit takes the responsibility: from now on each recipient is somebody's
// work.
func (m *message821) Commit(f *smtp.Facts) []*smtp.Reply {
	for _, to := range m.to {
		l := &letter821{s: m.r.s, from: ParsePath(f.Path), to: to, data: m.data.Bytes()}
		m.r.p.Go("smtp821", l.work)
	}
	return []*smtp.Reply{{Code: 250, Text: "OK"}}
}

// letter821 is a message for one recipient on this host.
type letter821 struct {
	s    *SMTP821
	from Path // the reverse-path
	to   Path // the forward-path
	data []byte
}

// work delivers the letter or passes it on, and tells the sender when neither
// succeeds.
func (l *letter821) work(p *sim.Proc) {
	next := l.to.arrived(l.s.Host.Name)
	if next.host() == "" {
		l.deliver(p)
		return
	}
	from := l.from
	if !from.null() {
		from = from.through(l.s.Host.Name)
	}
	began := p.Now()
	for {
		err := l.pass(p, next, from)
		if err == nil {
			return
		}
		var refused refusal821
		if errors.As(err, &refused) || p.Now().Sub(began) > giveUp821 {
			l.problem(p, next, err)
			return
		}
		p.Sleep(retry821)
	}
}

// deliver appends to the user's mailbox. RFC 821 §4.1.1: the final delivery
// adds the return path.
func (l *letter821) deliver(p *sim.Proc) {
	u, ok := l.s.user(l.to)
	if !ok {
		l.problem(p, l.to, refusal821("550 No such user here"))
		return
	}
	head := "Return-Path: <" + l.from.String() + ">\n"
	p.Record(trace.Event{Kind: trace.Field, A: p.Sym("smtp821"), B: p.Sym("Return-Path"), C: p.Sym("add")}, []byte(head))
	data := append([]byte(head), l.data...)
	file := "/var/mail/" + u.Name
	if err := l.s.Host.Tree.AppendMbox(file, l.from.Mailbox, p.Now(), data); err != nil {
		l.problem(p, l.to, refusal821("552 "+err.Error()))
		return
	}
	p.Emit(trace.Event{Kind: trace.Mailbox, A: p.Sym(u.Name), B: p.Sym(file), C: p.Sym("append")}, data)
}

// refusal821 is what the other side said for good.
type refusal821 string

func (r refusal821) Error() string { return string(r) }

// pass is the sender-SMTP (RFC 821 §3.1).
func (l *letter821) pass(p *sim.Proc, to, from Path) error {
	answer, err := l.s.Host.Stub.Lookup(p, to.host(), dns.TypeA)
	if err != nil {
		return refusal821("Unknown host: " + to.host())
	}
	for _, a := range answer.Addrs() {
		conn, e := p.Dial(netip.Addr{}, netip.AddrPortFrom(a, 25), timeout821)
		if e != nil {
			err = e
			continue
		}
		conn.SetTimeout(timeout821)
		err = l.speak(p, conn, to, from)
		conn.Close()
		return err
	}
	if err == nil {
		err = refusal821("Unknown host: " + to.host())
	}
	return err
}

func (l *letter821) speak(p *sim.Proc, conn *sim.Conn, to, from Path) error {
	c := smtp.NewClient(conn, smtp.ClientConfig{Helo: l.s.Host.Name, Peer: to.host(), OneByOne: true, HeloOnly: true, Now: p.Now})
	if err := c.Greet(); err != nil {
		return err
	}
	defer func() { _ = c.Quit() }() // the letter has its fate by then
	text := strings.ReplaceAll(string(l.data), "\n.", "\n..")
	if strings.HasPrefix(text, ".") {
		text = "." + text
	}
	text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n") + "\r\n."
	for _, line := range []string{"MAIL FROM:<" + from.String() + ">", "RCPT TO:<" + to.String() + ">", "DATA", text} {
		r, err := c.Cmd(line)
		switch {
		case err != nil:
			return err
		case r.Code/100 == 5:
			return refusal821(r.String())
		case r.Code/100 == 4:
			return errors.New(r.String())
		}
	}
	return nil
}

// problem writes the notice of RFC 821 §3.6 to the reverse-path, which is
// the way back. A notice itself has none, and is dropped.
func (l *letter821) problem(p *sim.Proc, to Path, why error) {
	if l.from.null() {
		return
	}
	user, _, _ := strings.Cut(l.from.Mailbox, "@")
	me := l.s.Host.Name
	text := fmt.Sprintf("Date: %s\nFrom: SMTP@%s\nTo: %s\nSubject: Mail System Problem\n\n  Sorry %s, your message to %s lost.\n  %s said this:\n   %q\n",
		p.Now().Format("2 Jan 06 15:04:05 -0700"), me, l.from.Mailbox, user, to.Mailbox, to.host(), plainText(why.Error()))
	t := p.World().Trace
	p.Handle(t.AddMsg(trace.Msg{Name: "notice about " + t.Msg(p.Msg()).Name, Parent: p.Msg()}))
	notice := &letter821{s: l.s, to: l.from, data: []byte(text)}
	p.Go("smtp821", notice.work)
}
