package smtp

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/sasl"
)

// Memory is a Backend that keeps everything in memory: for tests, and for
// trying a dialogue without a host behind it. The zero value accepts all
// mail.
type Memory struct {
	Permit
	// Users are the local parts that exist in Domains; nil: all exist.
	Users map[string]bool
	// Domains, in lower case, are those that mail is accepted for; nil: all.
	Domains []string
	// Verdicts are replies by stage and argument, "RCPT ivan@alabala.com",
	// or by stage alone, "DATA"; the longer key wins.
	Verdicts map[string]string
	// Session is the text of LMTP replies, in place of a session id.
	Session string

	// Stored are the messages that were committed, Logged the log lines,
	// Slept the time spent in Sleep.
	Stored []Stored
	Logged []string
	Slept  time.Duration
	// Started are the domains of ETRN.
	Started []string
	opened  int
	aborted int
}

// Stored is a message that Memory has taken.
type Stored struct {
	Envelope   Envelope
	With       string // as Facts.With
	Recipients []Recipient
	Content    []byte // lines end in LF
}

// Aborted is the number of messages that were thrown away.
func (m *Memory) Aborted() int { return m.aborted }

func (m *Memory) verdict(stage, arg string) *Reply {
	line, ok := m.Verdicts[stage+" "+arg]
	if !ok {
		if line, ok = m.Verdicts[stage]; !ok {
			return nil
		}
	}
	return NewReply(line)
}

// Connect answers Verdicts["CONNECT"].
func (m *Memory) Connect(*Facts) *Reply { return m.verdict("CONNECT", "") }

// Helo answers Verdicts["HELO"].
func (m *Memory) Helo(_ *Facts, name string) *Reply { return m.verdict("HELO", name) }

// Address resolves what mailaddr.Resolvable does.
func (m *Memory) Address(_ *Facts, addr string, utf8 bool) bool {
	return mailaddr.Resolvable(addr, utf8)
}

// Mail answers Verdicts["MAIL"].
func (m *Memory) Mail(f *Facts) *Reply { return m.verdict("MAIL", f.Sender) }

// Rcpt accepts Users in Domains, and answers as Postfix with
// reject_unauth_destination.
func (m *Memory) Rcpt(_ *Facts, r *Recipient) *Reply {
	if v := m.verdict("RCPT", r.Addr); v != nil {
		return v
	}
	return m.known(r.Addr)
}

func (m *Memory) known(addr string) *Reply {
	local, domain := mailaddr.Split(mailaddr.Fold(addr))
	if m.Domains != nil && domain != "" {
		if !slices.Contains(m.Domains, domain) {
			return &Reply{Code: 554, Enhanced: "5.7.1", Text: "<" + addr + ">: Relay access denied"}
		}
	}
	if m.Users != nil && !m.Users[local] {
		return &Reply{Code: 550, Enhanced: "5.1.1", Text: "<" + addr + ">: Recipient address rejected: User unknown in local recipient table"}
	}
	return nil
}

// Vrfy is Rcpt.
func (m *Memory) Vrfy(_ *Facts, addr string) *Reply { return m.known(addr) }

// Data answers Verdicts["DATA"], or with "DATA pipelined" only a client that
// did not wait.
func (m *Memory) Data(f *Facts) *Reply {
	if line, ok := m.Verdicts["DATA pipelined"]; ok && f.BadPipelining {
		return NewReply(line)
	}
	return m.verdict("DATA", "")
}

// EndOfData answers Verdicts["END-OF-MESSAGE"].
func (m *Memory) EndOfData(*Facts) *Reply { return m.verdict("END-OF-MESSAGE", "") }

// Etrn notes the domain, or answers Verdicts["ETRN"].
func (m *Memory) Etrn(_ *Facts, domain string) *Reply {
	if r := m.verdict("ETRN", domain); r != nil {
		r.Text = strings.Replace(r.Text, "%s", domain, 1)
		return r
	}
	m.Started = append(m.Started, domain)
	return nil
}

// Sleep adds up the time.
func (m *Memory) Sleep(d time.Duration) { m.Slept += d }

// Log keeps the line.
func (m *Memory) Log(text string) { m.Logged = append(m.Logged, text) }

// Open opens a message; its id counts up.
func (m *Memory) Open(f *Facts) (Message, *Reply) {
	if r := m.verdict("OPEN", ""); r != nil {
		return nil, r
	}
	m.opened++
	return &memoryMessage{m: m, id: "QUEUEID" + strconv.Itoa(m.opened)}, nil
}

type memoryMessage struct {
	m          *Memory
	id         string
	recipients []Recipient
	body       bytes.Buffer
}

func (q *memoryMessage) ID() string                  { return q.id }
func (q *memoryMessage) Rcpt(r *Recipient)           { q.recipients = append(q.recipients, *r) }
func (q *memoryMessage) Begin(*Facts)                {}
func (q *memoryMessage) Write(p []byte) (int, error) { return q.body.Write(p) }
func (q *memoryMessage) Abort()                      { q.m.aborted++ }

func (q *memoryMessage) Commit(f *Facts) []*Reply {
	if r := q.m.verdict("COMMIT", ""); r != nil {
		return []*Reply{r}
	}
	q.m.Stored = append(q.m.Stored, Stored{f.Envelope, f.With(), q.recipients, q.body.Bytes()})
	if f.Proto != "LMTP" {
		return nil
	}
	replies := make([]*Reply, len(q.recipients))
	for i, r := range q.recipients {
		id := q.m.Session
		if i > 0 {
			id += ":R" + strconv.Itoa(i+1)
		}
		if replies[i] = q.m.verdict("COMMIT", r.Addr); replies[i] != nil {
			continue
		}
		replies[i] = &Reply{Code: 250, Enhanced: "2.0.0", Text: "<" + r.Addr + "> " + id + " Saved"}
	}
	return replies
}

// MemoryAuth is an Authenticator over a table of passwords.
type MemoryAuth struct {
	Names     []string // the mechanisms, as announced
	Passwords map[string]string
	Options   sasl.ServerOptions
}

// Mechanisms are Names.
func (a *MemoryAuth) Mechanisms(*Facts) []string { return a.Names }

// Start begins an exchange.
func (a *MemoryAuth) Start(_ *Facts, mechanism string) sasl.Server {
	return sasl.NewServer(mechanism, a, a.Options)
}

// Failed does nothing.
func (a *MemoryAuth) Failed(*Facts, string, string) {}

// Plain compares the password.
func (a *MemoryAuth) Plain(identity, user, password string) error {
	if p, ok := a.Passwords[user]; ok && p == password && (identity == "" || identity == user) {
		return nil
	}
	return sasl.ErrFailed
}

// Password returns the password.
func (a *MemoryAuth) Password(user string) (string, bool) {
	p, ok := a.Passwords[user]
	return p, ok
}
