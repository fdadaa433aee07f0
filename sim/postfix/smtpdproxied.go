package postfix

import (
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// proxiedMessage is a message that smtpd(8) gives to a content filter before the
// queue, word for word as its client sends it, and without cleanup(8): it has no
// queue id here, and the client hears what the filter says. With
// smtpd_proxy_options = speed_adjust the filter hears nothing before the message
// is complete (SMTPD_PROXY_README).
type proxiedMessage struct {
	b      *smtpdSession
	facts  *smtp.Facts
	to     *smtpdProxy
	later  bool // the dialogue is saved until the message is complete
	saved  []string
	body   []byte
	begun  bool // the content has begun
	judged bool // smtpd_end_of_data_restrictions were asked
}

// proxied tells whether a content filter stands before the queue.
func (b *smtpdSession) proxied() bool { return b.set.proxied }

// adjustsSpeed tells whether messages are complete before the filter gets them.
func (b *smtpdSession) adjustsSpeed() bool {
	return listHas(b.conf.List("smtpd_proxy_options"), "speed_adjust")
}

// openProxied begins a message at its first recipient.
func (b *smtpdSession) openProxied(f *smtp.Facts) (smtp.Message, *smtp.Reply) {
	m := &proxiedMessage{b: b, facts: f, to: b.newProxy(), later: b.adjustsSpeed()}
	if !m.later && !m.to.open(f) {
		return nil, proxyReply(m.to.reply)
	}
	b.proxy = m
	b.checks.instance++
	b.logAll("NOQUEUE: client=", b.client.String(), authLogged(f), originally(&f.Forward))
	return m, nil
}

// proxyReply is a reply of a filter as the client gets it.
func proxyReply(text string) *smtp.Reply {
	lines := strings.Split(text, "\r\n")
	r := smtp.NewReply(lines[0])
	if len(lines) == 1 {
		return r
	}
	if r.Enhanced != "" {
		r.Enhanced, r.Text = "", r.Enhanced+" "+r.Text
	}
	for _, line := range lines[1:] {
		r.Text += "\n" + line[min(4, len(line)):]
	}
	return r
}

// ID is what the log has in place of a queue id.
func (m *proxiedMessage) ID() string { return "NOQUEUE" }

// Pass passes RCPT or DATA on (smtp.Relayed).
func (m *proxiedMessage) Pass(line string) *smtp.Reply {
	if m.later {
		m.saved = append(m.saved, line)
		return nil
	}
	if m.to.ask(expected(line), line) {
		return nil
	}
	return proxyReply(m.to.reply)
}

// expected is how a reply to a command must begin.
func expected(line string) byte {
	if verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.EqualFold(verb, "DATA") {
		return wantMore
	}
	return wantOK
}

// Rcpt has nothing to add to what Pass has said.
func (m *proxiedMessage) Rcpt(*smtp.Recipient) {}

// Begin writes smtpd's own header fields. A filter between two others writes no
// Received field.
func (m *proxiedMessage) Begin(f *smtp.Facts) {
	fields := m.b.checks.prepended
	if f.Forward == (smtp.Forward{}) {
		fields = append(fields[:len(fields):len(fields)], m.b.received(f, ""))
	}
	m.begun = true
	p := m.b.p
	for _, field := range fields {
		name, _, _ := strings.Cut(field, ":")
		p.Record(trace.Event{Kind: trace.Field, A: p.Sym("smtpd"), B: p.Sym(name), C: p.Sym("add")}, []byte(field))
		m.content([]byte(field + "\n"))
	}
}

func (m *proxiedMessage) content(lines []byte) {
	if m.later {
		m.body = append(m.body, lines...)
	} else {
		m.to.content(lines)
	}
}

// Write takes content.
func (m *proxiedMessage) Write(lines []byte) (int, error) {
	m.content(lines)
	return len(lines), nil
}

// Commit ends the content; the reply is the filter's.
func (m *proxiedMessage) Commit(f *smtp.Facts) []*smtp.Reply {
	x := m.to
	ok := !m.later || m.replay(f)
	ok = ok && !x.broken && x.ask(wantAny, ".") && x.reply != "" && x.reply[0] == wantOK
	m.log(ok)
	m.end()
	return []*smtp.Reply{proxyReply(x.reply)}
}

// replay holds the dialogue with the filter that was saved; the first no ends it
// (smtpd_proxy_replay_send).
func (m *proxiedMessage) replay(f *smtp.Facts) bool {
	if !m.to.open(f) {
		return false
	}
	for _, line := range m.saved {
		if !m.to.ask(expected(line), line) {
			return false
		}
	}
	m.to.content(m.body)
	return true
}

// log tells how the message ended, in the filter's last words.
func (m *proxiedMessage) log(accepted bool) {
	how := "proxy-reject"
	if accepted {
		how = "proxy-accept"
	}
	m.b.logAll(how, ": ", m.facts.Where, ": ", m.to.reply, ";", m.facts.Summary(""))
}

// Abort gives the message up. One that was complete and is not wanted for a
// reason that the filter does not know, such as its size, is logged with what the
// filter said last.
func (m *proxiedMessage) Abort() {
	if m.begun && !m.judged && m.facts.Where == "END-OF-MESSAGE" {
		m.log(false)
	}
	m.end()
}

func (m *proxiedMessage) end() {
	m.to.close()
	m.b.finished()
}
