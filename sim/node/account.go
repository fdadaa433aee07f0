package node

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/sim/host"
)

// account is the mail of one user for IMAP: INBOX is his Maildir, the others
// are folders in it, as Maildir++ has them.
type account struct {
	imap.Audience
	d       *Dovecot
	inbox   *box
	order   imap.Order
	folders map[string]*mailStore
	created uint32 // the last UIDVALIDITY given
}

// newAccount finds a user's folders, and makes those that dovecot.conf wants
// (mailbox { auto = create }).
func newAccount(d *Dovecot, inbox *box) (*account, error) {
	a := &account{d: d, inbox: inbox, folders: map[string]*mailStore{}, created: inbox.uids.Validity}
	a.order.Separator = d.separator()
	names, err := inbox.dir.Folders()
	if err != nil {
		return nil, err
	}
	slices.Reverse(names)
	for _, n := range names {
		a.order.Add(strings.ReplaceAll(n, "/", string(a.order.Separator)))
	}
	for _, m := range d.inboxNamespace().Mailboxes {
		if m.Auto != "create" && m.Auto != "subscribe" {
			continue
		}
		if _, err := a.Mailbox(m.Name); errors.Is(err, imap.ErrNonexistent) {
			if err := a.Create(m.Name); err != nil {
				return nil, err
			}
		}
		if m.Auto == "subscribe" {
			if err := a.Subscribe(m.Name, true); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

// dir is the Maildir of a mailbox.
func (a *account) dir(name string) host.Maildir {
	return a.inbox.dir.Folder(strings.ReplaceAll(name, string(a.order.Separator), "/"))
}

// Names lists the mailboxes.
func (a *account) Names() ([]string, error) { return a.order.Names(), nil }

// Mailbox opens a mailbox.
func (a *account) Mailbox(name string) (*imap.Mailbox, error) {
	if m := a.folders[name]; m != nil {
		a.order.Add(name)
		return m.box, nil
	}
	b := a.inbox
	if name != "INBOX" {
		dir := a.dir(name)
		if !dir.Exists() {
			return nil, imap.ErrNonexistent
		}
		a.created = max(a.created+1, uint32(a.d.worker.Now().Unix()))
		b = &box{user: a.inbox.user, dir: dir, uids: host.NewUIDIndex(a.created), host: a.inbox.host}
	}
	m := newMailStore(a.d, b, name)
	a.folders[name] = m
	a.order.Add(name)
	return m.box, nil
}

// Create makes a mailbox.
func (a *account) Create(name string) error {
	if err := a.dir(name).Create(); err != nil {
		return err
	}
	a.order.Add(name)
	_, err := a.Mailbox(name)
	return err
}

// Delete removes a mailbox with its files.
func (a *account) Delete(name string) error {
	m := a.folders[name]
	if m != nil {
		if err := m.erase(); err != nil {
			return err
		}
	}
	delete(a.folders, name)
	a.order.Remove(name)
	return a.inbox.dir.Tree.RemoveAll(a.dir(name).Path)
}

// Rename gives a mailbox another name.
func (a *account) Rename(from, to string) error {
	tree := a.inbox.dir.Tree
	if err := tree.Rename(a.dir(from).Path, a.dir(to).Path); err != nil {
		return err
	}
	m := a.folders[from]
	delete(a.folders, from)
	a.order.Remove(from)
	if m != nil {
		m.b.dir = a.dir(to)
		m.b.mail = nil
		a.folders[to] = newMailStore(a.d, m.b, to)
	}
	a.order.Add(to)
	return nil
}

// subscriptions is the file in which Dovecot keeps them.
func (a *account) subscriptions() string { return a.inbox.dir.Path + "/subscriptions" }

// subscriptionsHead is the head of that file; levels of names stand behind it
// separated by tabs.
const subscriptionsHead = "V\t2\n\n"

// Subscribed lists the subscriptions.
func (a *account) Subscribed() ([]string, error) {
	text, err := a.inbox.dir.Tree.ReadFile(a.subscriptions())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sep := string(a.order.Separator)
	rest, second := bytes.CutPrefix(text, []byte(subscriptionsHead))
	var names []string
	for _, line := range strings.Split(string(rest), "\n") {
		if line == "" {
			continue
		}
		if second {
			line = strings.ReplaceAll(line, "\t", sep)
		}
		names = append(names, line)
	}
	return names, nil
}

// Subscribe adds a name to the subscriptions or takes it out.
func (a *account) Subscribe(name string, on bool) error {
	names, err := a.Subscribed()
	if err != nil {
		return err
	}
	if slices.Contains(names, name) == on {
		return nil
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == name })
	if on {
		names = append(names, name)
	}
	text := subscriptionsHead
	for _, n := range names {
		text += strings.ReplaceAll(n, string(a.order.Separator), "\t") + "\n"
	}
	return a.inbox.dir.Tree.WriteFile(a.subscriptions(), []byte(text))
}
