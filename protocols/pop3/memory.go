package pop3

import (
	"slices"
	"strings"
	"time"
)

// Memory is a Backend without a world around it: a clock that only moves while
// somebody waits, users with their passwords, and maildrops. Its waiting times
// are Dovecot's.
type Memory struct {
	Time      time.Time // the clock
	Passwords map[string]string
	Drops     map[string]*MemoryDrop
	Lock      bool   // one session a maildrop (pop3_lock_session)
	Nonce     string // in the challenges of CRAM-MD5 and SCRAM

	failures int       // in a row
	failed   time.Time // when the last one was
}

var _ Backend = (*Memory)(nil)

// Waiting times of Dovecot.
const (
	failureDelay = 2 * time.Second  // auth_failure_delay
	firstPenalty = 2 * time.Second  // AUTH_PENALTY_INIT_SECS
	lastPenalty  = 15 * time.Second // AUTH_PENALTY_MAX_SECS
	lockWait     = 10 * time.Second // how long pop3_lock_session waits
)

// Now is the time on the memory's clock.
func (m *Memory) Now() time.Time { return m.Time }

// Sleep moves the clock.
func (m *Memory) Sleep(d time.Duration) { m.Time = m.Time.Add(d) }

// Auth waits as long as former failures demand, twice the time for each, and
// begins an exchange.
func (m *Memory) Auth(mechanism string) Exchange {
	if m.failures > 0 && m.Time.Sub(m.failed) < lastPenalty {
		m.Sleep(min(firstPenalty<<min(m.failures, 4), lastPenalty))
	}
	ex := m.begin(mechanism)
	if ex == nil {
		return nil
	}
	return &memoryExchange{Exchange: ex, m: m}
}

// memoryExchange forgets former failures after a success.
type memoryExchange struct {
	Exchange
	m *Memory
}

func (e *memoryExchange) Next(response []byte) (challenge []byte, done bool, err error) {
	if challenge, done, err = e.Exchange.Next(response); done && err == nil {
		e.m.failures = 0
	}
	return challenge, done, err
}

// Failed counts the failure and lets the client wait for the answer.
func (m *Memory) Failed() {
	m.Sleep(failureDelay)
	m.failures++
	m.failed = m.Time
}

// Open opens the maildrop of user, an empty one when there is none yet.
func (m *Memory) Open(user string) (Maildrop, error) {
	d := m.Drops[user]
	if d == nil {
		d = &MemoryDrop{}
		if m.Drops == nil {
			m.Drops = map[string]*MemoryDrop{}
		}
		m.Drops[user] = d
	}
	if m.Lock {
		if d.locked {
			m.Sleep(lockWait)
			return nil, ErrInUse
		}
		d.locked = true
	}
	return &memoryView{drop: d, mails: slices.Clone(d.mails), locked: m.Lock}, nil
}

// MemoryDrop is a maildrop. The zero value is empty.
type MemoryDrop struct {
	Validity uint32 // UIDVALIDITY, second half of what UIDL shows

	mails  []*memoryMail
	uid    uint32
	locked bool
}

type memoryMail struct {
	uid      uint32
	content  []byte
	seen     bool
	expunged bool
}

// Append delivers a message.
func (d *MemoryDrop) Append(content string) {
	d.uid++
	d.mails = append(d.mails, &memoryMail{uid: d.uid, content: []byte(content)})
}

// Contents returns the messages that are there now.
func (d *MemoryDrop) Contents() []string {
	var all []string
	for _, m := range d.mails {
		all = append(all, string(m.content))
	}
	return all
}

// Seen tells which of the messages that are there now have been read.
func (d *MemoryDrop) Seen() []bool {
	var all []bool
	for _, m := range d.mails {
		all = append(all, m.seen)
	}
	return all
}

// memoryView is a maildrop as one session sees it.
type memoryView struct {
	drop   *MemoryDrop
	mails  []*memoryMail
	locked bool
}

func (v *memoryView) Messages() []Message {
	list := make([]Message, len(v.mails))
	for i, m := range v.mails {
		list[i] = Message{Size: wireSize(m.content), UID: UID(m.uid, v.drop.Validity), Seen: m.seen}
	}
	return list
}

func (v *memoryView) Content(i int) ([]byte, error) {
	if v.mails[i].expunged {
		return nil, ErrExpunged
	}
	return v.mails[i].content, nil
}

func (v *memoryView) Update(deleted, seen []int) error {
	for _, i := range seen {
		v.mails[i].seen = true
	}
	for _, i := range deleted {
		v.mails[i].expunged = true
	}
	v.drop.mails = slices.DeleteFunc(v.drop.mails, func(m *memoryMail) bool { return m.expunged })
	return nil
}

func (v *memoryView) Close() {
	if v.locked {
		v.drop.locked = false
	}
}

// wireSize counts each line end as two octets (RFC 1939 §11).
func wireSize(content []byte) int64 {
	text := string(content)
	return int64(len(text) + strings.Count(text, "\n") - strings.Count(text, "\r\n"))
}
