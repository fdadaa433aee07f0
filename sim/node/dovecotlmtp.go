package node

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/message"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// How long LMTP takes to write a message, and waits for a silent client.
const (
	saveTime = 2 * time.Millisecond
	lmtpIdle = 5 * time.Minute
)

// lmtpServer is the backend of one LMTP connection (RFC 2033): mail comes from
// Postfix and goes into Maildirs.
type lmtpServer struct {
	smtp.Permit
	d       *Dovecot
	p       *sim.Proc
	c       *sim.Conn
	pid     uint32
	session string // of the connection
	mails   int    // transactions so far
	asked   int    // recipients asked about in this transaction
	last    lmtpRecipient
	message lmtpMessage // of this transaction
}

// lmtpRecipient is a recipient that exists.
type lmtpRecipient struct {
	addr string // external form
	user string
	id   string // by which the reply and the log name this delivery
}

// serveLMTP serves one connection. Processes are used again.
func (d *Dovecot) serveLMTP(p *sim.Proc, c *sim.Conn) {
	s := &lmtpServer{d: d, p: p, c: c}
	if n := len(d.idle); n > 0 {
		s.pid, d.idle = d.idle[n-1], d.idle[:n-1]
	} else {
		s.pid = d.Host.NextPID()
	}
	s.session = sessionGUID(p.Now(), s.pid, d.usual.hostSum)
	peer := "local"
	if _, unix := strings.CutPrefix(c.Info().ServerAddr, "/"); !unix {
		peer = remote(c).Addr().String()
	}
	d.record(p, append(append(s.line(), "Connect from "...), peer...))
	session := smtp.NewSession(smtp.Config{
		Hostname: d.hostname(),
		Banner:   d.usual.lmtp.banner,
		LMTP:     true,
		Peer:     peer,
		Timeout:  lmtpIdle,
		Room:     &d.Host.Room,
		TLS:      d.usual.lmtp.tls,
	}, s)
	watch := &lossWatch{Session: session, state: "READY"}
	err := ServeTLS(p, c, watch, TLS{Config: d.serverTLS})
	reason := "Logged out"
	switch {
	case errors.Is(err, sim.ErrTimeout):
		reason = "Disconnected for inactivity"
	case err != nil:
		reason = "Connection closed"
	}
	line := append(append(append(s.line(), "Disconnect from "...), peer...), ": "...)
	d.record(p, append(append(append(append(line, reason...), " (state="...), watch.state...), ')'))
	d.idle = append(d.idle, s.pid)
	session.Release()
}

// line begins a line of the log about the connection.
func (s *lmtpServer) line() []byte {
	b := append(s.d.logged[:0], "lmtp("...)
	b = append(strconv.AppendUint(b, uint64(s.pid), 10), "): "...)
	return append(b, s.d.usual.level...)
}

// lmtpStates are the states of a session in Dovecot's words.
var lmtpStates = map[string]string{
	"connected": "GREETING", "greeted": "READY", "MAIL given": "MAIL FROM", "RCPT given": "RCPT TO", "content": "DATA",
}

// lossWatch notes in which state a session lost its client.
type lossWatch struct {
	*smtp.Session
	state string
}

// Lost is the session's.
func (w *lossWatch) Lost() []byte {
	if state, ok := lmtpStates[w.Session.State()]; ok {
		w.state = state
	}
	return w.Session.Lost()
}

// Sleep passes time.
func (s *lmtpServer) Sleep(d time.Duration) { s.p.Sleep(d) }

// Force is the reply that a fault demands (smtp.Forcer).
func (s *lmtpServer) Force(f *smtp.Facts) *smtp.Reply { return s.d.Host.ForceSMTP(s.p, s.c, f) }

// Log is not needed: Dovecot's own lines are written where things happen.
func (s *lmtpServer) Log(string) {}

// Mail begins a transaction.
func (s *lmtpServer) Mail(*smtp.Facts) *smtp.Reply {
	s.mails++
	s.asked = 0
	return nil
}

// Rcpt asks whether there is such a user: the address without what follows
// recipient_delimiter, as auth_username_format makes it.
func (s *lmtpServer) Rcpt(f *smtp.Facts, r *smtp.Recipient) *smtp.Reply {
	s.asked++
	name := r.Addr
	local, domain := mailaddr.Split(name)
	if delimiter := s.d.usual.lmtp.delimiter; delimiter != "" {
		if i := strings.Index(local, delimiter); i > 0 {
			local = local[:i]
		}
	}
	name = local
	if domain != "" {
		name += "@" + domain
	}
	user, ok := s.d.users.Normalize(name)
	if ok {
		_, ok = s.d.users.Account(user)
	}
	if !ok {
		return smtp.NewReply(fmt.Sprintf("550 5.1.1 <%s> User doesn't exist: %s", mailaddr.Quote(r.Addr), name))
	}
	if r := s.checkQuota(user, mailaddr.Quote(r.Addr)); r != nil {
		return r
	}
	id := s.transaction()
	if s.asked > 1 {
		id += fmt.Sprintf(":R%d", s.asked)
	}
	s.last = lmtpRecipient{mailaddr.Quote(r.Addr), user, id}
	return nil
}

// transaction is the session's name in this transaction: the second one has
// ":T2" behind it.
func (s *lmtpServer) transaction() string {
	if s.mails > 1 {
		return fmt.Sprintf("%s:T%d", s.session, s.mails)
	}
	return s.session
}

// Open begins a message.
func (s *lmtpServer) Open(*smtp.Facts) (smtp.Message, *smtp.Reply) {
	s.message = lmtpMessage{s: s, id: s.transaction(), data: s.d.draft[:0]}
	s.message.rcpts = s.message.room[:0]
	s.d.draft = nil
	return &s.message, nil
}

// lmtpMessage is a message on its way into mailboxes.
type lmtpMessage struct {
	s     *lmtpServer
	id    string
	rcpts []lmtpRecipient
	room  [1]lmtpRecipient // of rcpts
	began time.Time
	data  []byte // in Dovecot's draft
}

// ID is the transaction's name.
func (m *lmtpMessage) ID() string { return m.id }

// Rcpt adds the recipient that was just found to exist.
func (m *lmtpMessage) Rcpt(*smtp.Recipient) { m.rcpts = append(m.rcpts, m.s.last) }

// Begin puts the fields that LMTP adds before the message: Return-Path, and
// for a single recipient Delivered-To; Received.
func (m *lmtpMessage) Begin(f *smtp.Facts) {
	m.began = m.s.p.Now()
	set := &m.s.d.usual.lmtp
	sender := ""
	if f.Sender != "" {
		sender = mailaddr.Quote(f.Sender)
	}
	m.field("Return-Path", ": <", sender, ">")
	single := len(m.rcpts) == 1
	if single && set.deliveredTo {
		m.field("Delivered-To", ": ", m.rcpts[0].addr)
	}
	if !set.received {
		return
	}
	words := [...]string{": from ", f.Helo, "\n\tby ", m.s.d.hostname(), " with ", f.With(), "\n\tid ", m.id,
		"\n\t(envelope-from <", sender, ">)", "", "", "", "; ", message.FormatDateShort(m.began)}
	if single {
		words[11], words[12], words[13] = "\n\tfor <", m.rcpts[0].addr, ">"
	}
	m.field("Received", words[:]...)
}

// field adds a header field, its name and what stands behind, and records it.
func (m *lmtpMessage) field(name string, words ...string) {
	from := len(m.data)
	m.data = append(m.data, name...)
	for _, w := range words {
		m.data = append(m.data, w...)
	}
	m.data = append(m.data, '\n')
	p := m.s.p
	p.Record(trace.Event{Kind: trace.Field, A: p.Sym("dovecot/lmtp"), B: p.Sym(name), C: p.Sym("add")}, m.data[from:])
}

// Write takes content.
func (m *lmtpMessage) Write(b []byte) (int, error) {
	m.data = append(m.data, b...)
	return len(b), nil
}

// draftKept is the largest message whose memory is kept for the next one.
const draftKept = 64 << 10

// Abort forgets the message.
func (m *lmtpMessage) Abort() {
	if m.data != nil && cap(m.data) <= draftKept {
		m.s.d.draft = m.data[:0]
	}
	m.data = nil
}

// Commit saves the message for each recipient and replies for each
// (RFC 2033 §4.2). Whoever is named twice has one copy: the second is a link to
// the first, under the same name.
func (m *lmtpMessage) Commit(*smtp.Facts) []*smtp.Reply {
	s, d := m.s, m.s.d
	msgid := messageID(m.data)
	replies := make([]*smtp.Reply, len(m.rcpts))
	at := s.p.Now()
	for i, r := range m.rcpts {
		s.p.Sleep(saveTime)
		if replies[i] = s.noBox(r, msgid); replies[i] != nil {
			continue
		}
		var err error
		if !m.saved(i, replies) {
			err = m.save(r, at)
		}
		if err != nil {
			who := "lmtp(" + r.user + ")<" + strconv.Itoa(int(s.pid)) + "><" + r.id + ">"
			d.log(s.p, who, "msgid=%s: save failed to INBOX: %s", msgid, err)
			replies[i] = s.failed(s.p, r.addr, err)
			continue
		}
		d.record(s.p, m.logLine(r, msgid))
		replies[i] = &smtp.Reply{Code: 250, Enhanced: "2.0.0", Text: "<" + r.addr + "> " + r.id + " Saved"}
	}
	m.Abort()
	return replies
}

// saved tells whether a recipient before this one was the same user, who has it.
func (m *lmtpMessage) saved(i int, replies []*smtp.Reply) bool {
	for j, r := range m.rcpts[:i] {
		if r.user == m.rcpts[i].user && replies[j].Code == 250 {
			return true
		}
	}
	return false
}

// save puts the message into the INBOX of a recipient, a copy for each.
func (m *lmtpMessage) save(r lmtpRecipient, at time.Time) error {
	s, d := m.s, m.s.d
	box, err := d.box(s.p, r.user, "lmtp")
	if err != nil {
		return err
	}
	if err = d.quota(r.user, box.dir, "lmtp", int64(len(m.data))); err != nil {
		return err
	}
	return box.save(s.p, at, s.pid, d.hostname(), bytes.Clone(m.data))
}

// noBox is the reply about a user of the system who cannot have mail: his UID is
// below first_valid_uid, or he may not write in his home.
func (s *lmtpServer) noBox(r lmtpRecipient, msgid string) *smtp.Reply {
	acc, _ := s.d.users.Account(r.user)
	u := acc.User
	switch first := s.d.usual.lmtp.firstUID; {
	case u.System() && int64(u.UID) < int64(first):
		s.d.log(s.p, fmt.Sprintf("lmtp(%d)", s.pid), "Error: lmtp-server: rcpt %s: Failed to initialize user: Mail access for users with UID %d not permitted "+
			"(see first_valid_uid in config file, uid from userdb lookup).", r.addr, u.UID)
		return smtp.NewReply(fmt.Sprintf("451 4.3.0 <%s> Temporary internal error", r.addr))
	case !u.OwnsHome():
		reply := s.failed(s.p, r.addr, nil)
		_, text, _ := strings.Cut(reply.String(), "> ")
		who := fmt.Sprintf("lmtp(%s)<%d><%s>", r.user, s.pid, r.id)
		s.d.log(s.p, who, "Error: lmtp-server: rcpt %s: Mailbox INBOX: Failed to autocreate mailbox: %s", r.addr, text)
		s.d.log(s.p, who, "msgid=%s: save failed to open mailbox INBOX: Mailbox INBOX: Failed to autocreate mailbox: %s", msgid, text)
		return reply
	}
	return nil
}

// logLine is the line about a message that was saved, by deliver_log_format.
func (m *lmtpMessage) logLine(r lmtpRecipient, msgid string) []byte {
	s := m.s
	b := append(append(s.d.logged[:0], "lmtp("...), r.user...)
	b = strconv.AppendUint(append(b, ")<"...), uint64(s.pid), 10)
	b = append(append(append(append(b, "><"...), r.id...), ">: "...), s.d.usual.level...)
	return host.AppendExpand(b, s.d.usual.lmtp.deliverLog, func(key string) (string, bool) {
		switch key {
		case "$":
			return "saved mail to INBOX", true
		case "m":
			return msgid, true
		case "p":
			return strconv.Itoa(len(m.data)), true
		case "w":
			return strconv.FormatInt(host.CRLFSize(m.data), 10), true
		}
		return "", false
	})
}

// messageID is the first <…> of the field Message-ID, or "unspecified" when it
// has none without blanks, as log lines of deliveries have it.
func messageID(data []byte) string {
	const name = "message-id:"
	header, _, _ := bytes.Cut(data, []byte("\n\n"))
	for len(header) >= len(name) && !bytes.EqualFold(header[:len(name)], []byte(name)) {
		_, header, _ = bytes.Cut(header, []byte("\n"))
	}
	if len(header) < len(name) {
		return "unspecified"
	}
	value := header[len(name):]
	for n := 0; n < len(value); n++ {
		if value[n] == '\n' && (n+1 == len(value) || value[n+1] != ' ' && value[n+1] != '\t') {
			value = value[:n]
			break
		}
	}
	open := bytes.IndexByte(value, '<')
	end := bytes.IndexByte(value[max(0, open):], '>')
	if open < 0 || end < 0 || bytes.ContainsAny(value[open:open+end], " \t\r\n") {
		return "unspecified"
	}
	return plainText(string(value[open : open+end+1]))
}
