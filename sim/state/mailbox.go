package state

import (
	"strings"

	"mailtrek/sim/trace"
)

// Mailbox is a user's mailbox on a node at some event.
type Mailbox struct {
	Key   int
	Node  trace.NodeID
	User  string
	Count int // messages in it

	edit  edit
	files vec[*File]
	live  set
}

// File is a message in a mailbox.
type File struct {
	Key    int
	Name   string // of the file; with mbox that of the whole mailbox
	UID    uint32 // UID or number, 0 when unknown
	Msg    trace.MsgID
	Stored trace.Seq // the event whose text is the content
	Last   trace.Seq // the last change
	Flags  string    // Maildir flags ("S" seen, "T" trashed) or IMAP flags
	Gone   bool
}

// Mailboxes are the mailboxes of a node in which something has happened.
func (s *Snapshot) Mailboxes(node trace.NodeID) []*Mailbox {
	var out []*Mailbox
	for _, i := range s.node(node).boxes {
		if b := s.boxes.at(i); b != nil {
			out = append(out, b)
		}
	}
	return out
}

// Mailbox is the mailbox of a user on a node; nil when nothing has happened in it.
func (s *Snapshot) Mailbox(node trace.NodeID, user string) *Mailbox {
	sym, ok := s.f.t.Find(user)
	if !ok {
		return nil
	}
	return s.boxes.at(s.f.box(node, sym))
}

// Files are the messages in the mailbox in the order of their arrival, at most
// limit of them; limit 0 is all.
func (b *Mailbox) Files(limit int) []*File {
	var out []*File
	for _, i := range b.live.list(0, limit) {
		out = append(out, b.files.at(i))
	}
	return out
}

// File is a message by its number, also when it is gone; nil when it has not
// arrived yet.
func (b *Mailbox) File(key int) *File { return b.files.at(key) }

// Arrived is how many messages ever arrived.
func (b *Mailbox) Arrived() int { return b.files.len() }

func (s *Snapshot) applyMailbox(d edit, q trace.Seq, e *trace.Event) {
	t, i := s.f.t, s.f.box(e.Node, e.A)
	if i < 0 {
		return
	}
	b := s.boxes.at(i)
	if b == nil || b.edit != d {
		n := &Mailbox{Key: i, Node: e.Node, User: t.Name(e.A)}
		if b != nil {
			*n = *b
		}
		n.edit, b = d, n
		s.boxes = s.boxes.set(d, i, n)
	}
	key := s.f.boxes[i].file(t.Name(e.B), e.N, q)
	if key < 0 {
		return
	}
	f := File{Key: key, Stored: q}
	if old := b.files.at(key); old != nil {
		f = *old
	}
	f.Name, f.Last = t.Name(e.B), q
	if e.N != 0 {
		f.UID = e.N
	}
	if e.Msg != 0 && f.Msg == 0 {
		f.Msg = e.Msg
	}
	f.change(t, e)
	b.files = b.files.set(d, key, &f)
	if f.Gone {
		b.live = b.live.without(d, key)
	} else {
		b.live = b.live.with(d, key)
	}
	b.Count = b.live.count
}

func (f *File) change(t *trace.Trace, e *trace.Event) {
	switch t.Name(e.C) {
	case "delete":
		f.Gone = true
	case "append":
		_, f.Flags, _ = strings.Cut(f.Name, ":2,")
	default:
		if _, flags, ok := strings.Cut(f.Name, ":2,"); ok {
			f.Flags = flags
		} else if e.Len > 0 {
			f.Flags = string(t.Text(e))
		}
	}
}
