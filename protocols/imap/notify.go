package imap

import (
	"slices"
	"strconv"
	"strings"
)

// notify is what NOTIFY has set (RFC 5465): what is told of the selected
// mailbox, and of which others.
type notify struct {
	selected *notifyFilter // nil: nothing is told of it
	delayed  bool          // SELECTED-DELAYED: EXPUNGE waits for a command
	filters  []*notifyFilter
	status   bool // tell the present state of the others first
	boxes    []*notifyBox
	events   []nameEvent // that have not been told
}

// notifyFilter is one group of events.
type notifyFilter struct {
	kind                            string   // SELECTED, PERSONAL, INBOXES, SUBSCRIBED, MAILBOXES, SUBTREE
	boxes                           []string // of MAILBOXES and SUBTREE
	add, expunge, flags, name, subs bool
	items                           fetching // told of new messages
}

// notifyBox is another mailbox that is watched, as the client knows it.
type notifyBox struct {
	name     string
	box      *Mailbox
	filter   *notifyFilter
	watcher  *watcher
	version  uint64
	messages int
	next     uint32
	unseen   int
	modseq   uint64
}

// nameEvent is a change of the names of mailboxes.
type nameEvent struct {
	name, old string
	flags     string
	subs      bool // of subscriptions
}

// Audience is who wants to know when an account's mailboxes are created, renamed
// or subscribed to. An Account embeds one.
type Audience struct{ sessions []*Session }

func (a *Audience) audience() *Audience { return a }

// tell tells all sessions of a change.
func (a *Audience) tell(e nameEvent) {
	for _, s := range a.sessions {
		if len(s.notify.events) < maxNotifyEvents {
			s.notify.events = append(s.notify.events, e)
		}
		s.wakeLater()
	}
}

// Limits of NOTIFY.
const (
	maxNotifyEvents = 1000 // changes of names that wait to be told
	maxNotifyBoxes  = 1000 // mailboxes watched by one session
)

// notifyCmd is NOTIFY (RFC 5465 §3).
func (s *Session) notifyCmd(c *call) {
	n, problem := s.parseNotify(c.args)
	if problem != "" {
		if text, no := strings.CutPrefix(problem, "NO "); no {
			s.tagged(c, "NO "+text)
		} else {
			s.wrong(c, problem)
		}
		return
	}
	s.endNotify()
	s.notify = n
	for _, f := range n.filters {
		if n.status && f.flags {
			s.useCondstore() // RFC 5465 §3.1: STATUS tells HIGHESTMODSEQ then
		}
	}
	a := s.account.audience()
	a.sessions = append(a.sessions, s)
	if err := s.watchOthers(n.status); err != nil {
		s.tagged(c, "NO "+s.because(err, ""))
		return
	}
	s.sync(c, 0, "OK NOTIFY completed.")
}

// endNotify ends what an earlier NOTIFY has set.
func (s *Session) endNotify() {
	if s.notify == nil {
		return
	}
	for _, b := range s.notify.boxes {
		b.box.unwatch(b.watcher)
	}
	a := s.account.audience()
	a.sessions = slices.DeleteFunc(a.sessions, func(other *Session) bool { return other == s })
	s.notify = nil
}

// matches tells whether a filter means a mailbox.
func (f *notifyFilter) matches(s *Session, name string, subs []string) bool {
	switch f.kind {
	case "PERSONAL":
		return true
	case "INBOXES":
		return name == "INBOX"
	case "SUBSCRIBED":
		return slices.Contains(subs, name)
	}
	for _, want := range f.boxes {
		if name == want || f.kind == "SUBTREE" && strings.HasPrefix(name, want+string(s.cfg.Separator)) {
			return true
		}
	}
	return false
}

// filterOf is the first filter that means a mailbox.
func (s *Session) filterOf(name string) *notifyFilter {
	subs, err := s.account.Subscribed()
	if err != nil {
		return nil
	}
	for _, f := range s.notify.filters {
		if f.matches(s, name, subs) {
			return f
		}
	}
	return nil
}

// watchOthers begins to watch all mailboxes that some filter means, and with
// tell tells their present state (RFC 5465 §3.1).
func (s *Session) watchOthers(tell bool) error {
	names, err := s.account.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		b := s.watchOther(name)
		if b == nil || !tell || s.view != nil && s.view.box == b.box {
			continue
		}
		items := map[string]bool{"MESSAGES": true, "UIDNEXT": true, "UIDVALIDITY": true, "UNSEEN": true, "HIGHESTMODSEQ": b.filter.flags}
		if err := s.status(b.box, name, items); err != nil {
			return err
		}
		b.look()
	}
	return nil
}

// watchOther watches one mailbox; nil if no filter means it or it cannot be
// read.
func (s *Session) watchOther(name string) *notifyBox {
	f := s.filterOf(name)
	if f == nil || !f.add && !f.expunge && !f.flags || len(s.notify.boxes) >= maxNotifyBoxes {
		return nil
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = box.Refresh()
	}
	if err != nil {
		return nil
	}
	b := &notifyBox{name: name, box: box, filter: f, watcher: &watcher{wake: s.wakeLater}}
	b.look()
	box.watchers = append(box.watchers, b.watcher)
	s.notify.boxes = append(s.notify.boxes, b)
	return b
}

// wakeLater wakes the session's owner, if it has said how.
func (s *Session) wakeLater() {
	if s.wakeOwner != nil {
		s.wakeOwner()
	}
}

// look notes the state of a mailbox as told.
func (b *notifyBox) look() {
	b.version, b.messages, b.next, b.modseq = b.box.version, len(b.box.messages), b.box.next, b.box.modseq
	_, b.unseen, _ = b.box.counts()
}

// tellOthers tells what has changed in other mailboxes and in their names.
func (s *Session) tellOthers() {
	n := s.notify
	for _, b := range n.boxes {
		if b.version == b.box.version || b.box.deleted {
			continue
		}
		if s.view == nil || s.view.box != b.box {
			s.tellOther(b)
		}
		b.look()
	}
	events := n.events
	n.events = nil
	for _, e := range events {
		f := s.filterOf(e.name)
		if e.flags != `\NonExistent` && !e.subs && s.notify.box(e.name) == nil {
			s.watchOther(e.name)
		}
		if f == nil || e.subs && !f.subs || !e.subs && !f.name {
			continue
		}
		s.out = append(s.out, "* LIST ("+e.flags+`) "`...)
		s.out = append(s.out, s.cfg.Separator)
		s.out = append(s.out, `" `...)
		s.out = appendAstring(s.out, e.name)
		if e.old != "" { // RFC 5465 §5.4
			s.out = append(s.out, ` ("OLDNAME" (`...)
			s.out = append(appendAstring(s.out, e.old), "))"...)
		}
		s.line("")
	}
}

func (n *notify) box(name string) *notifyBox {
	for _, b := range n.boxes {
		if b.name == name && !b.box.deleted {
			return b
		}
	}
	return nil
}

// tellOther tells of one mailbox by STATUS (RFC 5465 §5.1 and following).
func (s *Session) tellOther(b *notifyBox) {
	_, unseen, _ := b.box.counts()
	count := len(b.box.messages)
	added, gone := b.box.next != b.next, count-b.messages != int(b.box.next-b.next)
	counts := b.filter.add && added || b.filter.expunge && gone
	flags := b.filter.flags && (unseen != b.unseen || s.condstore && b.box.modseq != b.modseq)
	if !counts && !flags {
		return
	}
	var items []string
	item := func(name string, value uint64) { items = append(items, name+" "+strconv.FormatUint(value, 10)) }
	if counts {
		item("MESSAGES", uint64(count))
		item("UIDNEXT", uint64(b.box.next))
	}
	item("UNSEEN", uint64(unseen))
	if b.filter.flags && s.condstore {
		item("HIGHESTMODSEQ", b.box.modseq)
	}
	s.out = append(s.out, "* STATUS "...)
	s.out = appendAstring(s.out, b.name)
	s.line(" (" + strings.Join(items, " ") + ")")
}

// tellsFlags tells whether the session wants changes of flags of the selected
// mailbox, and tellsCounts whether it wants EXISTS.
func (s *Session) tellsFlags() bool {
	return s.notify == nil || s.notify.selected != nil && s.notify.selected.flags
}

func (s *Session) tellsCounts() bool {
	return s.notify == nil || s.notify.selected != nil && s.notify.selected.add
}

// tellAdded tells what NOTIFY wants to know of new messages.
func (s *Session) tellAdded(from int) {
	if s.notify == nil || s.notify.selected == nil || len(s.notify.selected.items.items) == 0 {
		return
	}
	f := s.notify.selected.items
	for i := from; i < len(s.view.list); i++ {
		f.list = append(f.list, i)
	}
	lost := s.view.lost
	_ = s.fetch(&f) // a message that cannot be read is told without contents
	s.view.lost = lost
}

// wakeNotify is what Wake says outside IDLE.
func (s *Session) wakeNotify() {
	if f := s.notify.selected; s.view != nil && f != nil && (f.add || f.expunge || f.flags) {
		mode := syncMode(0)
		if s.notify.delayed || !f.expunge {
			mode = syncKeep
		}
		if !s.report(mode) {
			return
		}
	}
	s.tellOthers()
}
