package tui

import (
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/sasl"
	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// A rehearsal finds out what may be said in a state of a session, what the
// answer would be, and where it would lead, by trying: a real session of
// protocols/smtp, pop3 or imap is brought into the state and asked. It has the
// configuration that the server in the trace has announced, and a backend that
// objects to nobody.

// move is one command in one state.
type move struct {
	verb, args string
	answer     string // the first line of the answer; the tagged one of IMAP
	to         string // the state behind it
	legal      bool   // the command table has it in this state
}

// machine is the state machine of a protocol's sessions: its states in the
// order of a usual session, and in each the moves.
type machine struct {
	states []string
	moves  map[string][]move
}

// stage is how a session is brought into a state: what the client says.
type stage struct {
	state string
	lines []string
}

// script is what a rehearsal of a protocol needs.
type script struct {
	stages  []stage
	session func() wire.Session
	try     []trial
	tag     string // before every command of IMAP
}

// trial is a command to try.
type trial struct {
	verb, args, example string
	states              func(state string) bool // where the table allows it
}

// rehearse plays all commands in all states.
func rehearse(s script) *machine {
	m := &machine{moves: map[string][]move{}}
	for _, st := range s.stages {
		m.states = append(m.states, st.state)
		for _, c := range s.try {
			if mv, ok := s.play(st, c); ok {
				m.moves[st.state] = append(m.moves[st.state], mv)
			}
		}
	}
	return m
}

// play tries a command in a state; ok is false when the state is not reached.
func (s *script) play(st stage, c trial) (move, bool) {
	ses := s.session()
	ses.Open()
	for _, l := range st.lines {
		ses.Feed([]byte(s.tag+l+"\r\n"), false)
	}
	if ses.State() != st.state {
		return move{}, false
	}
	tag := s.tag
	if c.verb == "DONE" || c.verb == "." { // no commands, and only here what they are
		if tag = ""; !c.states(st.state) {
			return move{}, false
		}
	}
	answer := string(ses.Feed([]byte(tag+c.example+"\r\n"), false))
	return move{verb: c.verb, args: c.args, answer: answerLine(answer, tag), to: ses.State(), legal: c.states(st.state)}, true
}

// answerLine is the line of an answer that matters: the tagged one if there is
// a tag, else the first.
func answerLine(answer, tag string) string {
	first := ""
	for l := range strings.Lines(answer) {
		l = strings.TrimRight(l, "\r\n")
		if first == "" {
			first = l
		}
		if tag != "" && strings.HasPrefix(l, tag) {
			return l
		}
	}
	return first
}

// machineOf is the machine of the sessions that a server holds on a
// conversation. It is made once for each kind of server.
func (in *Instant) machineOf(id trace.ConnID) *machine {
	c := in.Story.T.Conn(id)
	a := in.Story.announced(in, id)
	key := c.Proto.String() + " " + c.ServerAddr + " " + a.key()
	if m, ok := in.Story.machines[key]; ok {
		return m
	}
	var m *machine
	switch c.Proto {
	case trace.SMTP, trace.LMTP:
		m = rehearse(smtpScript(a, c.Proto == trace.LMTP))
	case trace.POP3:
		m = rehearse(pop3Script(a))
	case trace.IMAP:
		m = rehearse(imapScript(a))
	}
	if in.Story.machines == nil {
		in.Story.machines = map[string]*machine{}
	}
	in.Story.machines[key] = m
	return m
}

// smtpScript rehearses smtpd, or Dovecot's LMTP server.
func smtpScript(a announcement, lmtp bool) script {
	hello, dialect := "EHLO client.example", smtp.Postfix
	if lmtp {
		hello, dialect = "LHLO client.example", smtp.Dovecot
	}
	way := []string{hello, "MAIL FROM:<elena@sender.example>", "RCPT TO:<ivan@alabala.com>"}
	s := script{stages: []stage{
		{smtp.Connected.String(), nil}, {smtp.Greeted.String(), way[:1]}, {smtp.MailGiven.String(), way[:2]}, {smtp.RcptGiven.String(), way[:3]},
		{smtp.Content.String(), append(way[:3:3], "DATA")},
	}}
	s.session = func() wire.Session {
		ses := smtp.NewSession(a.smtp(lmtp), &smtp.Memory{Session: "SESSION"})
		if a.sealed {
			ses.Secured(wire.TLSFacts{Version: "TLSv1.3"})
		}
		return ses
	}
	for _, c := range smtp.Commands(dialect) {
		if c.Verb == "XCLIENT" || c.Verb == "XFORWARD" {
			continue
		}
		states := c.States
		s.try = append(s.try, trial{c.Verb, strings.ReplaceAll(c.Args, "SP ", ""), c.Example(), func(name string) bool {
			for st := smtp.Connected; st <= smtp.Closed; st++ {
				if st.String() == name && states.Has(st) {
					return true
				}
			}
			return false
		}})
	}
	s.try = append(s.try, trial{".", "", ".", func(name string) bool { return name == smtp.Content.String() }})
	return s
}

// acceptAll is a SASL service that offers mechanisms and believes everyone.
type acceptAll struct{ mechanisms []string }

func (a acceptAll) Mechanisms(*smtp.Facts) []string { return a.mechanisms }
func (a acceptAll) Start(_ *smtp.Facts, mechanism string) sasl.Server {
	return sasl.NewServer(mechanism, a, sasl.ServerOptions{})
}
func (acceptAll) Failed(*smtp.Facts, string, string) {}
func (acceptAll) Plain(string, string, string) error { return nil }
func (acceptAll) Password(string) (string, bool)     { return "", true }

// pop3Script rehearses Dovecot's POP3 server.
func pop3Script(a announcement) script {
	way := []string{"USER ivan", "PASS secret"}
	s := script{stages: []stage{{pop3.Authorization.String(), nil}, {pop3.UserGiven.String(), way[:1]}, {pop3.Transaction.String(), way}}}
	s.session = func() wire.Session {
		drop := &pop3.MemoryDrop{Validity: 1}
		drop.Append("Subject: x\r\n\r\nx\r\n")
		drop.Append("Subject: y\r\n\r\ny\r\n")
		ses := pop3.NewSession(pop3.Config{TLS: pop3.TLSYes, Mechanisms: []string{"PLAIN"}, Greeting: a.greeting},
			&pop3.Memory{Passwords: map[string]string{"ivan": "secret"}, Drops: map[string]*pop3.MemoryDrop{"ivan": drop}})
		if a.sealed {
			ses.Secured(wire.TLSFacts{})
		}
		return ses
	}
	examples := map[string]string{"USER": "USER ivan", "PASS": "PASS secret", "APOP": "APOP ivan c4c9334bac560ecc979e58001b3e22fb", "RETR": "RETR 1", "DELE": "DELE 1", "TOP": "TOP 1 0"}
	for _, c := range pop3.Commands() {
		if c.Verb == "XCLIENT" || c.Verb == "XOIP" || c.Verb == "LAST" {
			continue
		}
		example := examples[c.Verb]
		if example == "" {
			example = c.Verb
		}
		s.try = append(s.try, trial{c.Verb, c.Args, example, func(name string) bool {
			for _, st := range c.States() {
				if st.String() == name {
					return true
				}
			}
			return false
		}})
	}
	return s
}

// imapExamples are commands with arguments, by verb.
var imapExamples = map[string]string{
	"AUTHENTICATE": "AUTHENTICATE PLAIN", "LOGIN": "LOGIN ivan secret", "SELECT": "SELECT INBOX", "EXAMINE": "EXAMINE INBOX",
	"CREATE": "CREATE Work", "DELETE": "DELETE Old", "RENAME": "RENAME Old Older", "SUBSCRIBE": "SUBSCRIBE INBOX", "UNSUBSCRIBE": "UNSUBSCRIBE INBOX",
	"LIST": `LIST "" "*"`, "LSUB": `LSUB "" "*"`, "STATUS": "STATUS INBOX (MESSAGES)", "APPEND": "APPEND INBOX {3+}\r\nx\r\n", "SEARCH": "SEARCH ALL", "FETCH": "FETCH 1 FLAGS",
	"STORE": `STORE 1 +FLAGS (\Seen)`, "COPY": "COPY 1 Old", "UID FETCH": "UID FETCH 1 FLAGS", "UID SEARCH": "UID SEARCH ALL", "UID STORE": `UID STORE 1 +FLAGS (\Seen)`,
	"UID COPY": "UID COPY 1 Old", "UID EXPUNGE": "UID EXPUNGE 1", "MOVE": "MOVE 1 Old", "UID MOVE": "UID MOVE 1 Old", "ID": "ID NIL", "ENABLE": "ENABLE CONDSTORE",
	"SORT": "SORT (DATE) UTF-8 ALL", "UID SORT": "UID SORT (DATE) UTF-8 ALL", "THREAD": "THREAD REFERENCES UTF-8 ALL", "UID THREAD": "UID THREAD REFERENCES UTF-8 ALL",
	"NOTIFY": "NOTIFY NONE", "STARTTLS": "STARTTLS",
}

// imapRare are left out: they are disabled, or behind other protocols.
var imapRare = map[string]bool{"XLIST": true, "CANCELUPDATE": true, "GENURLAUTH": true, "RESETKEY": true, "URLFETCH": true, "X-STATE": true}

// imapScript rehearses Dovecot's IMAP server.
func imapScript(a announcement) script {
	way := []string{"LOGIN ivan secret", "CREATE Old", "SELECT INBOX"}
	s := script{tag: "a1 ", stages: []stage{{imap.NotAuthenticated.String(), nil}, {imap.Authenticated.String(), way[:2]}, {imap.Selected.String(), way},
		{imap.Idling.String(), append(way[:3:3], "IDLE")}}}
	s.session = func() wire.Session {
		account := imap.NewMemoryAccount(1, imap.MemoryMessage{Text: "Subject: x\r\n\r\nx\r\n"})
		ses := imap.NewSession(imap.Config{TLS: imap.TLSYes, Mechanisms: []string{"PLAIN"}},
			&imap.Memory{Passwords: map[string]string{"ivan": "secret"}, Accounts: map[string]*imap.MemoryAccount{"ivan": account}})
		if a.sealed {
			ses.Secured(wire.TLSFacts{})
		}
		return ses
	}
	for _, c := range imap.Commands() {
		if imapRare[c.Verb] {
			continue
		}
		example := imapExamples[c.Verb]
		if example == "" {
			example = c.Verb
		}
		s.try = append(s.try, trial{c.Verb, c.Args, example, func(name string) bool {
			for _, st := range c.States() {
				if st.String() == name {
					return true
				}
			}
			return false
		}})
	}
	s.try = append(s.try, trial{"DONE", "", "DONE", func(name string) bool { return name == imap.Idling.String() }})
	return s
}
