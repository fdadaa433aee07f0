package imap

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Store is where the messages of a mailbox lie, e.g. a Maildir. It knows their
// UIDs, as Dovecot's dovecot-uidlist does; the rest of the index is a Mailbox.
type Store interface {
	// Scan lists all messages in the order of their UIDs, and the UIDs that
	// come next.
	Scan() (Listing, error)
	// Read returns a message, lines ending in LF or CRLF, or ErrExpunged.
	Read(key string) ([]byte, error)
	// Save puts a message into the store and returns it with UID, Key and
	// Size. Of m it takes flags, keywords and date.
	Save(raw []byte, m Stored) (Stored, error)
	// SetFlags changes flags and keywords of a message.
	SetFlags(key string, f Flags, keywords []string) error
	// Remove deletes a message for good.
	Remove(key string) error
}

// Listing is what a store holds.
type Listing struct {
	Validity uint32 // UIDVALIDITY (RFC 3501 §2.3.1.1)
	Next     uint32 // UIDNEXT
	Messages []Stored
}

// Stored is a message in a store.
type Stored struct {
	UID      uint32
	Key      string // by which the store finds it
	Flags    Flags
	Keywords []string
	Recent   bool      // no session has been told of it
	Size     int64     // octets with every line ending in CRLF
	Date     time.Time // INTERNALDATE (RFC 3501 §2.3.3)
	Saved    time.Time // SAVEDATE (RFC 8514)
}

// message is a message in the index. All sessions share it; once gone it stays
// only in the views of those that have not been told.
type message struct {
	uid      uint32
	key      string
	flags    Flags
	keywords uint64 // indexes into Mailbox.keywords
	modseq   uint64 // RFC 7162 §3
	gone     bool
	recent   bool // not claimed by any session
	size     int64
	date     time.Time
	saved    time.Time
	shown    bool // its preview has been made
}

// Mailbox is what the sessions on one mailbox share: the index of its messages
// and the order of changes. Each change of a kind counts the modification
// sequence up by one, as a record of Dovecot's transaction log does.
type Mailbox struct {
	Name string

	store    Store
	validity uint32
	next     uint32
	messages []*message
	keywords []string
	modseq   uint64
	tracked  bool   // some session has asked for modification sequences
	version  uint64 // counts every change
	vanished []gone
	deleted  bool
	watchers []*watcher
}

// gone is a UID that was expunged, and when.
type gone struct {
	uid    uint32
	modseq uint64
}

// watcher is a session that waits in IDLE.
type watcher struct{ wake func() }

// unwatch ends a watch.
func (m *Mailbox) unwatch(w *watcher) {
	m.watchers = slices.DeleteFunc(slices.Clone(m.watchers), func(x *watcher) bool { return x == w })
}

// NewMailbox returns the index of a store. Refresh reads it.
func NewMailbox(name string, store Store) *Mailbox {
	return &Mailbox{Name: name, store: store, modseq: 1}
}

// A numberer is a store that knows its UIDs before it has looked at its messages.
type numberer interface {
	UIDs() (validity, next uint32)
}

// number makes the mailbox ready for new messages. Dovecot does not look for
// others first: those that it has not seen yet get UIDs behind the new ones.
func (m *Mailbox) number() error {
	if m.validity != 0 {
		return nil
	}
	if n, ok := m.store.(numberer); ok {
		m.validity, m.next = n.UIDs()
		return nil
	}
	return m.Refresh()
}

// Refresh looks what others have done to the store: mail delivered, removed or
// flagged without this index.
func (m *Mailbox) Refresh() error {
	l, err := m.store.Scan()
	if err != nil {
		return err
	}
	m.validity, m.next = l.Validity, l.Next
	old := m.messages
	i := 0
	var appended, removed []*message
	var changed []change
	for k := range l.Messages {
		f := &l.Messages[k]
		for i < len(old) && old[i].uid < f.UID {
			removed = append(removed, old[i])
			i++
		}
		if i < len(old) && old[i].uid == f.UID {
			old[i].key = f.Key
			if words := m.words(f.Keywords); old[i].flags != f.Flags || old[i].keywords != words {
				changed = append(changed, change{old[i], f.Flags, words})
			}
			i++
			continue
		}
		appended = append(appended, m.indexed(*f))
	}
	removed = append(removed, old[i:]...)
	m.log(changed)
	m.forget(removed)
	m.enter(appended)
	return nil
}

// indexed makes an index entry of a stored message.
func (m *Mailbox) indexed(f Stored) *message {
	saved := f.Saved
	if saved.IsZero() {
		saved = f.Date
	}
	return &message{uid: f.UID, key: f.Key, flags: f.Flags, keywords: m.words(f.Keywords), recent: f.Recent,
		size: f.Size, date: f.Date, saved: saved}
}

// words gives the indexes of keywords; new ones get one (RFC 3501 §2.3.2).
func (m *Mailbox) words(names []string) uint64 {
	var set uint64
	for _, n := range names {
		i := slices.IndexFunc(m.keywords, func(k string) bool { return strings.EqualFold(k, n) })
		if i < 0 {
			if len(m.keywords) >= MaxKeywords {
				continue
			}
			i = len(m.keywords)
			m.keywords = append(m.keywords, n)
		}
		set |= 1 << i
	}
	return set
}

// names are the keywords of a set.
func (m *Mailbox) names(set uint64) []string {
	var names []string
	for i, n := range m.keywords {
		if set&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return names
}

// changedNow counts a change and wakes who waits for one.
func (m *Mailbox) changedNow() {
	m.version++
	for _, w := range m.watchers {
		w.wake()
	}
}

// enter puts messages into the index that have come together.
func (m *Mailbox) enter(list []*message) {
	if len(list) == 0 {
		return
	}
	m.modseq++
	var words uint64
	for _, x := range list {
		x.modseq = m.modseq
		words |= x.keywords
		m.messages = append(m.messages, x)
		m.next = max(m.next, x.uid+1)
	}
	for i := range m.keywords {
		if words&(1<<i) == 0 {
			continue
		}
		m.modseq++
		for _, x := range list {
			if x.keywords&(1<<i) != 0 {
				x.modseq = m.modseq
			}
		}
	}
	slices.SortFunc(m.messages, func(a, b *message) int { return cmp.Compare(a.uid, b.uid) })
	m.changedNow()
}

// save puts new messages into the store and the index.
func (m *Mailbox) save(raw []byte, s Stored) (*message, error) {
	stored, err := m.store.Save(raw, s)
	if err != nil {
		return nil, err
	}
	// Another session may have found it in the store meanwhile.
	if i, found := m.find(stored.UID); found {
		return m.messages[i], nil
	}
	return m.indexed(stored), nil
}

// change is a message with the flags it is to have.
type change struct {
	m        *message
	flags    Flags
	keywords uint64
}

// set changes flags in the store and in the index.
func (m *Mailbox) set(list []change) error {
	var done []change
	for _, c := range list {
		if c.m.flags == c.flags && c.m.keywords == c.keywords {
			continue
		}
		if c.m.gone { // those that have not been told see it changed still
			c.m.flags, c.m.keywords = c.flags, c.keywords
			m.version++
			continue
		}
		if err := m.store.SetFlags(c.m.key, c.flags, m.names(c.keywords)); err != nil {
			m.log(done)
			return err
		}
		done = append(done, c)
	}
	m.log(done)
	return nil
}

// log notes changes of flags: one record for the system flags, one for each
// keyword.
func (m *Mailbox) log(list []change) {
	if len(list) == 0 {
		return
	}
	var words uint64
	flags := false
	for _, c := range list {
		flags = flags || c.m.flags != c.flags
		words |= c.m.keywords ^ c.keywords
	}
	if flags {
		m.modseq++
	}
	for _, c := range list {
		if c.m.flags != c.flags {
			c.m.modseq, c.m.flags = m.modseq, c.flags
		}
	}
	for i := range m.keywords {
		if words&(1<<i) == 0 {
			continue
		}
		m.modseq++
		for _, c := range list {
			if (c.m.keywords^c.keywords)&(1<<i) != 0 {
				c.m.modseq = m.modseq
			}
		}
	}
	for _, c := range list {
		c.m.keywords = c.keywords
	}
	m.changedNow()
}

// expunge removes messages from the store and the index.
func (m *Mailbox) expunge(list []*message) error {
	var done []*message
	for _, x := range list {
		if x.gone {
			continue
		}
		if err := m.store.Remove(x.key); err != nil && err != ErrExpunged {
			m.forget(done)
			return err
		}
		done = append(done, x)
	}
	m.forget(done)
	return nil
}

// forget takes messages out of the index.
func (m *Mailbox) forget(list []*message) {
	if len(list) == 0 {
		return
	}
	m.modseq++
	for _, x := range list {
		x.gone = true
		m.vanished = append(m.vanished, gone{x.uid, m.modseq})
	}
	m.messages = slices.DeleteFunc(slices.Clone(m.messages), func(x *message) bool { return x.gone })
	m.changedNow()
}

// find looks a UID up.
func (m *Mailbox) find(uid uint32) (int, bool) {
	return slices.BinarySearchFunc(m.messages, uid, func(x *message, uid uint32) int { return cmp.Compare(x.uid, uid) })
}

// track begins to tell modification sequences: every message gets the present
// one, because Dovecot has not kept their own so far.
func (m *Mailbox) track() {
	if m.tracked {
		return
	}
	m.tracked = true
	for _, x := range m.messages {
		x.modseq = m.modseq
	}
}

// Close says that the mailbox is deleted or has another name now: sessions
// that have it open must end.
func (m *Mailbox) Close() {
	m.deleted = true
	m.changedNow()
}

// Counts tells how many messages there are, how many nobody has been told of,
// how many are unseen, their octets.
func (m *Mailbox) counts() (recent, unseen int, size int64) {
	for _, x := range m.messages {
		if x.recent {
			recent++
		}
		if x.flags&Seen == 0 {
			unseen++
		}
		size += x.size
	}
	return recent, unseen, size
}
