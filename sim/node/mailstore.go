package node

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/imap"
	"mailtrek/sim"
	"mailtrek/sim/host"
)

// mailStore is a Maildir in the hands of Dovecot's imap processes. The files
// are the truth; letters behind ":2," are flags, small ones keywords, whose
// names stand in the file dovecot-keywords.
type mailStore struct {
	d       *Dovecot
	b       *box
	box     *imap.Mailbox
	entries map[string]host.UIDEntry // by name
	dates   map[string]time.Time     // INTERNALDATE, where it is not that of the name
	saved   map[string]time.Time
	passive bool // only look: somebody else has changed something
}

// newMailStore returns the store of a mailbox with its index.
func newMailStore(d *Dovecot, b *box, name string) *mailStore {
	m := &mailStore{d: d, b: b, entries: map[string]host.UIDEntry{}, dates: map[string]time.Time{}, saved: map[string]time.Time{}}
	m.box = imap.NewMailbox(name, m)
	b.mail = m
	return m
}

// touched tells the index of a mailbox that POP3 or LMTP has changed it.
func (b *box) touched(p *sim.Proc) {
	if b.mail == nil {
		return
	}
	b.mail.d.worker = p
	b.mail.passive = true
	// What cannot be read now is told to the next command.
	_ = b.mail.box.Refresh()
	b.mail.passive = false
}

// flagLetters are the letters of the system flags (maildir(5)).
var flagLetters = []struct {
	flag   imap.Flags
	letter byte
}{
	{imap.Draft, host.FlagDraft}, {imap.Flagged, host.FlagFlagged}, {imap.Answered, host.FlagReplied},
	{imap.Seen, host.FlagSeen}, {imap.Deleted, host.FlagTrashed},
}

// Scan lists the messages; what lies in new/ is moved to cur/.
func (m *mailStore) Scan() (imap.Listing, error) {
	files, err := m.b.dir.List()
	if err != nil {
		return imap.Listing{}, err
	}
	list := m.b.uids.Sync(files, false)
	l := imap.Listing{Validity: m.b.uids.Validity, Next: m.b.uids.Next, Messages: make([]imap.Stored, 0, len(list))}
	words := m.keywords()
	entries := make(map[string]host.UIDEntry, len(list))
	for _, e := range list {
		if e.New && !m.passive {
			if e.MaildirEntry, err = m.b.dir.See(e.MaildirEntry); err != nil {
				return l, err
			}
			m.record("move", e, nil)
		}
		entries[e.Name] = e
		l.Messages = append(l.Messages, m.stored(e, words))
	}
	m.entries = entries
	return l, nil
}

// UIDs are UIDVALIDITY and UIDNEXT.
func (m *mailStore) UIDs() (validity, next uint32) { return m.b.uids.Validity, m.b.uids.Next }

// stored is what the index wants to know of a file.
func (m *mailStore) stored(e host.UIDEntry, words []string) imap.Stored {
	s := imap.Stored{UID: e.UID, Key: e.Name, Recent: e.Recent, Size: e.Size, Date: e.Time, Saved: m.saved[e.Name]}
	if d, ok := m.dates[e.Name]; ok {
		s.Date = d
	}
	for _, f := range flagLetters {
		if strings.IndexByte(e.Flags, f.letter) >= 0 {
			s.Flags |= f.flag
		}
	}
	for _, c := range []byte(e.Flags) {
		if i := int(c) - 'a'; i >= 0 && i < len(words) {
			s.Keywords = append(s.Keywords, words[i])
		}
	}
	return s
}

// keywords reads dovecot-keywords: "0 $Forwarded" is letter a.
func (m *mailStore) keywords() []string {
	text, err := m.b.dir.Tree.ReadFile(m.keywordFile())
	if err != nil {
		return nil
	}
	var words []string
	for _, line := range strings.Split(string(text), "\n") {
		if _, word, ok := strings.Cut(line, " "); ok {
			words = append(words, word)
		}
	}
	return words
}

func (m *mailStore) keywordFile() string { return m.b.dir.Path + "/dovecot-keywords" }

// maxLetters is how many keywords have a letter.
const maxLetters = 26

// letters are the flags as a file name has them. Letters that mean nothing to
// IMAP stay.
func (m *mailStore) letters(old string, f imap.Flags, keywords []string) (string, error) {
	out := ""
	if strings.ContainsRune(old, host.FlagPassed) {
		out = string(host.FlagPassed)
	}
	for _, x := range flagLetters {
		if f&x.flag != 0 {
			out += string(x.letter)
		}
	}
	words := m.keywords()
	known := len(words)
	for _, k := range keywords {
		i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, k) })
		if i < 0 && len(words) < maxLetters {
			i = len(words)
			words = append(words, k)
		}
		if i >= 0 {
			out += string(rune('a' + i))
		}
	}
	if len(words) == known {
		return out, nil
	}
	var text bytes.Buffer
	for i, w := range words {
		text.WriteString(strconv.Itoa(i) + " " + w + "\n")
	}
	return out, m.b.dir.Tree.WriteFile(m.keywordFile(), text.Bytes())
}

// entry finds the file of a message, wherever others have moved it.
func (m *mailStore) entry(key string) (host.UIDEntry, error) {
	e, ok := m.entries[key]
	if ok {
		e, ok = m.b.current(e)
	}
	if !ok {
		return e, imap.ErrExpunged
	}
	m.entries[key] = e
	return e, nil
}

// Read reads a message. From then on the session's process is busy with it.
func (m *mailStore) Read(key string) ([]byte, error) {
	e, err := m.entry(key)
	if err != nil {
		return nil, err
	}
	if msg := m.b.message(e.MaildirEntry); msg != 0 {
		m.d.worker.Handle(msg)
	}
	return m.b.dir.Read(e.MaildirEntry)
}

// Save writes a message.
func (m *mailStore) Save(raw []byte, s imap.Stored) (imap.Stored, error) {
	p := m.d.worker
	data := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	flags, err := m.letters("", s.Flags, s.Keywords)
	if err == nil {
		err = m.d.quota(m.b.user, m.inbox(), "imap", int64(len(data)))
	}
	if err != nil {
		return s, err
	}
	for at := p.Now(); ; at = at.Add(time.Microsecond) {
		name := host.DovecotMaildirName(at, int(m.d.workerPID), m.d.hostname(), data)
		if _, taken := m.entries[name]; taken {
			continue
		}
		path, err := m.b.dir.Deliver(name, data)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if errors.Is(err, host.ErrNoSpace) {
			err = noSpace(m.b.dir, name)
			m.d.log(p, "imap("+m.b.user+")", "Error: %s", err)
		}
		if err != nil {
			return s, err
		}
		e := host.UIDEntry{MaildirEntry: host.MaildirEntry{Name: name, File: name, New: true, Size: host.CRLFSize(data), Disk: int64(len(data)), Time: at}}
		e.UID = m.b.uids.Add(name)
		if flags != "" {
			if e.MaildirEntry, err = m.b.dir.SetFlags(e.MaildirEntry, flags); err != nil {
				return s, err
			}
			path = m.b.dir.FilePath(e.MaildirEntry)
		}
		m.b.host.Arrived(path, p.Msg())
		m.entries[name] = e
		m.dates[name], m.saved[name] = s.Date, p.Now()
		m.b.emit(p, "append", path, e.UID, data)
		s.UID, s.Key, s.Recent, s.Size, s.Saved = e.UID, name, true, e.Size, p.Now()
		return s, nil
	}
}

// inbox is the Maildir of the user's INBOX, in which this mailbox is a folder.
func (m *mailStore) inbox() host.Maildir {
	dir := m.b.dir
	if i := strings.LastIndexByte(dir.Path, '/'); i >= 0 && strings.HasPrefix(dir.Path[i+1:], ".") {
		dir.Path = dir.Path[:i]
	}
	return dir
}

// SetFlags gives a message flags.
func (m *mailStore) SetFlags(key string, f imap.Flags, keywords []string) error {
	e, err := m.entry(key)
	if err != nil {
		return nil // Dovecot changes the flags in its index all the same
	}
	letters, err := m.letters(e.Flags, f, keywords)
	if err != nil {
		return err
	}
	if e.MaildirEntry, err = m.b.dir.SetFlags(e.MaildirEntry, letters); err != nil {
		return err
	}
	m.entries[key] = e
	m.record("flags", e, []byte(e.Flags))
	return nil
}

// Remove deletes a message.
func (m *mailStore) Remove(key string) error {
	e, err := m.entry(key)
	if err != nil {
		return err
	}
	if err := m.b.dir.Expunge(e.MaildirEntry); err != nil {
		return err
	}
	delete(m.entries, key)
	m.record("delete", e, nil)
	m.b.host.Left(e.Name)
	return nil
}

// erase records that all messages are gone with their mailbox.
func (m *mailStore) erase() error {
	l, err := m.Scan()
	if err != nil {
		return err
	}
	for _, s := range l.Messages {
		if err := m.Remove(s.Key); err != nil {
			return err
		}
	}
	return nil
}

// record records a change; what the process does next is not because of it.
func (m *mailStore) record(what string, e host.UIDEntry, text []byte) {
	p := m.d.worker
	cause, msg := p.Cause(), p.Msg()
	p.Handle(m.b.message(e.MaildirEntry))
	m.b.emit(p, what, m.b.dir.FilePath(e.MaildirEntry), e.UID, text)
	p.Because(cause)
	p.Handle(msg)
}
