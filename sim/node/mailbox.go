package node

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// box is a user's INBOX as Dovecot knows it: the Maildir, the UIDs of its
// messages, and where each message came from in the trace.
type box struct {
	user   string
	dir    host.Maildir
	uids   *host.UIDIndex
	host   *Host
	locked bool // by a POP3 session with pop3_lock_session
	free   sim.Cond
	mail   *mailStore // its index for IMAP; nil while nobody has asked for it
}

// Arrived remembers which message a file in a mailbox holds. Who delivers calls
// it; who reads finds out by it.
func (h *Host) Arrived(file string, msg trace.MsgID) { h.mail[baseName(file)] = msg }

// Left forgets a file that is in no mailbox any more.
func (h *Host) Left(file string) { delete(h.mail, baseName(file)) }

// baseName is what stays of the path of a message in a Maildir when it gets
// flags.
func baseName(file string) string {
	base, _, _ := strings.Cut(file[strings.LastIndexByte(file, '/')+1:], ":")
	return base
}

// message is which message of the trace an entry of the mailbox is, 0 for one
// that was there before the story began.
func (b *box) message(e host.MaildirEntry) trace.MsgID { return b.host.mail[e.Name] }

// inboxOf is the INBOX of a user as a protocol sees it.
type inboxOf struct{ user, protocol string }

// box opens the INBOX of a user by the settings of a protocol. Where it lies is
// found out once for a configuration, unless that depends on what is there.
func (d *Dovecot) box(p *sim.Proc, user, protocol string) (*box, error) {
	if b := d.inboxes[inboxOf{user, protocol}]; b != nil {
		return b, nil
	}
	acc, ok := d.users.Account(user)
	if !ok {
		return nil, fmt.Errorf("user %s doesn't exist in userdb", user)
	}
	loc, err := d.conf.For(protocol).MailLocation(acc, d.Host.Tree, d.hostname())
	if err != nil {
		return nil, err
	}
	if loc.Driver != "maildir" {
		return nil, fmt.Errorf("mail_location: driver %s cannot be opened here", loc.Driver)
	}
	b := d.boxes[loc.Inbox]
	if b == nil {
		b = &box{user: user, dir: loc.Maildir(d.Host.Tree), uids: host.NewUIDIndex(uint32(p.Now().Unix())), host: d.Host}
		if err := b.dir.Create(); err != nil {
			return nil, err
		}
		list, err := b.dir.List()
		if err != nil {
			return nil, err
		}
		b.uids.Sync(list, false)
		d.boxes[loc.Inbox] = b
	}
	if acc.Mail != "" || d.conf.For(protocol).Text("mail_location") != "" {
		d.inboxes[inboxOf{user, protocol}] = b
	}
	return b, nil
}

// emit records a change of the mailbox. The text is that of a file, which nobody
// changes.
func (b *box) emit(p *sim.Proc, what, file string, uid uint32, text []byte) trace.Seq {
	return p.EmitShared(trace.Event{Kind: trace.Mailbox, A: p.Sym(b.user), B: p.Sym(file), C: p.Sym(what), N: uid}, text)
}

// save delivers a message and records it. Should the name be taken already,
// it takes the next microsecond.
func (b *box) save(p *sim.Proc, at time.Time, pid uint32, hostname string, data []byte) error {
	for {
		name := host.DovecotMaildirName(at, int(pid), hostname, data)
		path, err := b.dir.Deliver(name, data)
		if errors.Is(err, fs.ErrExist) {
			at = at.Add(time.Microsecond)
			continue
		}
		if errors.Is(err, host.ErrNoSpace) {
			return noSpace(b.dir, name)
		}
		if err != nil {
			return err
		}
		uid := b.uids.Add(name)
		b.emit(p, "append", path, uid, data)
		b.host.Arrived(path, p.Msg())
		b.touched(p)
		return nil
	}
}

// list returns the messages with their UIDs, and moves what lies in new/ to
// cur/, as Dovecot does whenever it opens a mailbox.
func (b *box) list(p *sim.Proc) ([]host.UIDEntry, error) {
	files, err := b.dir.List()
	if err != nil {
		return nil, err
	}
	list := b.uids.Sync(files, true)
	cause, msg := p.Cause(), p.Msg()
	for i := range list {
		e := &list[i]
		if !e.New {
			continue
		}
		moved, err := b.dir.See(e.MaildirEntry)
		if err != nil {
			return nil, err
		}
		e.MaildirEntry = moved
		p.Because(cause)
		p.Handle(b.message(e.MaildirEntry))
		b.emit(p, "move", b.dir.FilePath(moved), e.UID, nil)
	}
	p.Because(cause)
	p.Handle(msg)
	return list, nil
}

// current finds a message again after other sessions may have changed its
// flags or removed it.
func (b *box) current(e host.UIDEntry) (host.UIDEntry, bool) {
	if b.dir.Tree.Exists(b.dir.FilePath(e.MaildirEntry)) {
		return e, true
	}
	files, err := b.dir.List()
	if err != nil {
		return e, false
	}
	for _, f := range files {
		if f.Name == e.Name {
			e.MaildirEntry = f
			return e, true
		}
	}
	return e, false
}
