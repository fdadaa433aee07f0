package imap

import (
	"slices"
	"strconv"
	"time"

	"mailtrek/protocols/sasl"
)

// Memory is a Backend for tests: users, mailboxes and a clock that stands
// still unless it is set.
type Memory struct {
	Time      time.Time
	Passwords map[string]string
	Accounts  map[string]*MemoryAccount
	Challenge string // random part of challenges
	Hostname  string
	Slept     time.Duration // by refusals
}

// Now is the time set.
func (m *Memory) Now() time.Time { return m.Time }

// Auth begins an exchange of package sasl.
func (m *Memory) Auth(mechanism string) Exchange {
	x := sasl.NewServer(mechanism, m, sasl.ServerOptions{Hostname: m.Hostname, Nonce: m.Challenge})
	if x == nil {
		return nil
	}
	return x
}

// Failed lets auth_failure_delay pass.
func (m *Memory) Failed() { m.Slept += 2 * time.Second }

// Plain checks a password.
func (m *Memory) Plain(identity, user, password string) error {
	if want, ok := m.Passwords[user]; !ok || want != password || identity != "" && identity != user {
		return sasl.ErrFailed
	}
	return nil
}

// Password is a user's password.
func (m *Memory) Password(user string) (string, bool) {
	p, ok := m.Passwords[user]
	return p, ok
}

// Open opens the mail of a user.
func (m *Memory) Open(user string) (Account, error) {
	a := m.Accounts[user]
	if a == nil {
		return nil, ErrNonexistent
	}
	return a, nil
}

// MemoryAccount is an Account in memory.
type MemoryAccount struct {
	Audience
	order Order
	boxes map[string]*Mailbox
	subs  []string
	next  uint32
}

// NewMemoryAccount returns an account with an INBOX that holds messages. Their
// UIDs are counted from 1.
func NewMemoryAccount(validity uint32, messages ...MemoryMessage) *MemoryAccount {
	a := &MemoryAccount{boxes: map[string]*Mailbox{}, next: validity}
	st := a.make("INBOX")
	for _, m := range messages {
		st.Deliver(m)
	}
	return a
}

// make makes a mailbox.
func (a *MemoryAccount) make(name string) *MemoryStore {
	st := &MemoryStore{validity: a.next, next: 1}
	a.next++
	a.boxes[name] = NewMailbox(name, st)
	return st
}

// Inbox is the store of INBOX, to deliver into.
func (a *MemoryAccount) Inbox() *MemoryStore { return a.boxes["INBOX"].store.(*MemoryStore) }

// Arrived lets the index of INBOX know what was delivered, as LMTP does.
func (a *MemoryAccount) Arrived() error { return a.boxes["INBOX"].Refresh() }

// Names lists the mailboxes.
func (a *MemoryAccount) Names() ([]string, error) { return a.order.Names(), nil }

// Mailbox opens a mailbox.
func (a *MemoryAccount) Mailbox(name string) (*Mailbox, error) {
	box := a.boxes[name]
	if box == nil {
		return nil, ErrNonexistent
	}
	a.order.Add(name)
	return box, nil
}

// Create makes a mailbox.
func (a *MemoryAccount) Create(name string) error {
	a.make(name)
	a.order.Add(name)
	return nil
}

// Delete removes a mailbox.
func (a *MemoryAccount) Delete(name string) error {
	delete(a.boxes, name)
	a.order.Remove(name)
	return nil
}

// Rename gives a mailbox another name.
func (a *MemoryAccount) Rename(from, to string) error {
	box := a.boxes[from]
	delete(a.boxes, from)
	a.order.Remove(from)
	a.boxes[to] = NewMailbox(to, box.store)
	a.order.Add(to)
	return nil
}

// Subscribed lists the subscriptions.
func (a *MemoryAccount) Subscribed() ([]string, error) { return slices.Clone(a.subs), nil }

// Subscribe changes them.
func (a *MemoryAccount) Subscribe(name string, on bool) error {
	if on == slices.Contains(a.subs, name) {
		return nil
	}
	a.subs = slices.DeleteFunc(a.subs, func(n string) bool { return n == name })
	if on {
		a.subs = append(a.subs, name)
	}
	return nil
}

// MemoryMessage is a message to put into a MemoryStore.
type MemoryMessage struct {
	Text  string
	Flags Flags
	Date  time.Time
}

// MemoryStore is a Store in memory.
type MemoryStore struct {
	validity, next uint32
	list           []Stored
	texts          map[string][]byte
	names          int
}

// Deliver puts a message in as a delivery agent does.
func (m *MemoryStore) Deliver(x MemoryMessage) {
	st := m.save([]byte(x.Text), Stored{Flags: x.Flags, Date: x.Date, Recent: true})
	st.Saved = x.Date
}

// Scan lists the messages.
func (m *MemoryStore) Scan() (Listing, error) {
	return Listing{Validity: m.validity, Next: m.next, Messages: m.list}, nil
}

// Read returns a message.
func (m *MemoryStore) Read(key string) ([]byte, error) {
	text, ok := m.texts[key]
	if !ok {
		return nil, ErrExpunged
	}
	return text, nil
}

// Save puts a message in.
func (m *MemoryStore) Save(raw []byte, x Stored) (Stored, error) {
	x.Recent = true
	if x.Date.IsZero() {
		x.Date = x.Saved
	}
	st := m.save(slices.Clone(raw), x)
	m.list = slices.Clone(m.list)
	return *st, nil
}

func (m *MemoryStore) save(raw []byte, x Stored) *Stored {
	m.names++
	x.Key = strconv.Itoa(m.names)
	x.UID = m.next
	m.next++
	x.Size = int64(len(toCRLF(raw)))
	if m.texts == nil {
		m.texts = map[string][]byte{}
	}
	m.texts[x.Key] = raw
	m.list = append(m.list, x)
	return &m.list[len(m.list)-1]
}

// SetFlags changes flags.
func (m *MemoryStore) SetFlags(key string, f Flags, keywords []string) error {
	for i := range m.list {
		if m.list[i].Key == key {
			m.list[i].Flags, m.list[i].Keywords = f, keywords
			return nil
		}
	}
	return ErrExpunged
}

// Remove deletes a message.
func (m *MemoryStore) Remove(key string) error {
	n := len(m.list)
	m.list = slices.DeleteFunc(m.list, func(x Stored) bool { return x.Key == key })
	if len(m.list) == n {
		return ErrExpunged
	}
	delete(m.texts, key)
	return nil
}
