package state

import (
	"slices"

	"mailtrek/sim/trace"
)

// Message is where a message stands at some event.
type Message struct {
	ID      trace.MsgID
	Born    trace.Seq    // its first event
	Carried trace.ConnID // the connection that carries its content now
	Files   []FileRef    // where it has been stored, also when it is gone from there
	Fetched trace.Seq    // the last time its content was sent from a mailbox to its reader

	edit    edit
	entries []int // live queue files
}

// FileRef leads to a message in a mailbox.
type FileRef struct{ Box, File int }

// PlaceKind says what kind of place a message is in.
type PlaceKind uint8

// The kinds of places.
const (
	AtAuthor  PlaceKind = iota + 1 // being written; Node is the author's host
	OnTheWire                      // Conn carries it
	InQueue                        // Entry
	InMailbox                      // Box, File
	AtReader                       // fetched; Node is the reader's host, Box and File where the reader keeps it, if that is known
	Nowhere                        // sent on, bounced or discarded
)

// String is the kind in words.
func (k PlaceKind) String() string {
	return [...]string{"", "at its author", "on the wire", "in a queue", "in a mailbox", "at its reader", "gone"}[k%7]
}

// Place is a place where a message is.
type Place struct {
	Kind  PlaceKind
	Node  trace.NodeID
	Conn  trace.ConnID
	Entry *Entry
	Box   *Mailbox
	File  *File
}

// Message is the state of a message; nil before its first event.
func (s *Snapshot) Message(id trace.MsgID) *Message { return s.msgs.at(int(id)) }

// Entries are the queue files of a message that exist now. While one mail
// system hands it to the next, both have one.
func (s *Snapshot) Entries(id trace.MsgID) []*Entry {
	m := s.msgs.at(int(id))
	if m == nil {
		return nil
	}
	out := make([]*Entry, len(m.entries))
	for i, key := range m.entries {
		out[i] = s.entries.at(key)
	}
	return out
}

// Where are all places where a message is now, the one that is furthest on its
// way first; Place{} when it does not exist yet.
func (s *Snapshot) Where(id trace.MsgID) []Place {
	m := s.msgs.at(int(id))
	if m == nil {
		return []Place{{}}
	}
	var out []Place
	for _, ref := range slices.Backward(m.Files) {
		box := s.boxes.at(ref.Box)
		if f := box.File(ref.File); f != nil && !f.Gone {
			kind := InMailbox
			if m.Fetched != 0 && s.f.t.At(m.Fetched).Peer == box.Node {
				kind = AtReader
			}
			out = append(out, Place{Kind: kind, Node: box.Node, Box: box, File: f})
		}
	}
	if m.Carried != 0 {
		out = append(out, Place{Kind: OnTheWire, Node: s.f.t.Conn(m.Carried).Server, Conn: m.Carried})
	}
	for _, key := range slices.Backward(m.entries) {
		if x := s.entries.at(key); x.Ready {
			out = append(out, Place{Kind: InQueue, Node: x.Node, Entry: x})
		}
	}
	if len(out) > 0 {
		return out
	}
	return []Place{s.nowhere(m)}
}

// nowhere is the place of a message that is in no queue, mailbox or connection.
func (s *Snapshot) nowhere(m *Message) Place {
	if m.Fetched != 0 {
		return Place{Kind: AtReader, Node: s.f.t.At(m.Fetched).Peer}
	}
	if len(m.Files) == 0 && !s.everQueued(m.ID) {
		return Place{Kind: AtAuthor, Node: s.f.t.At(m.Born).Node}
	}
	return Place{Kind: Nowhere}
}

func (s *Snapshot) everQueued(id trace.MsgID) bool {
	for _, q := range s.MsgEvents(id) {
		if s.f.t.At(q).Kind == trace.Envelope {
			return true
		}
	}
	return false
}

func (s *Snapshot) editMsg(d edit, id trace.MsgID, q trace.Seq) *Message {
	m := s.msgs.at(int(id))
	if m != nil && m.edit == d {
		return m
	}
	n := &Message{ID: id, Born: q}
	if m != nil {
		*n = *m
		n.Files, n.entries = slices.Clip(n.Files), slices.Clone(n.entries)
	}
	n.edit = d
	s.msgs = s.msgs.set(d, int(id), n)
	return n
}

// applyMsg comes after the event's own changes.
func (s *Snapshot) applyMsg(d edit, q trace.Seq, e *trace.Event) {
	if s.msgs.at(int(e.Msg)) == nil {
		s.editMsg(d, e.Msg, q)
	}
	switch e.Kind {
	case trace.Queue, trace.Envelope:
		s.msgEntry(d, q, e)
	case trace.Content:
		m := s.editMsg(d, e.Msg, q)
		if sideOf(s.f.t, e) == trace.Client {
			m.Carried = e.Conn
		} else {
			m.Fetched = q
		}
	case trace.Line:
		if m := s.msgs.at(int(e.Msg)); m.Carried != 0 && m.Carried == e.Conn && s.conns.at(int(e.Conn)).Mail.Content == 0 {
			s.editMsg(d, e.Msg, q).Carried = 0
		}
	case trace.Close, trace.Reset, trace.Timeout:
		if m := s.msgs.at(int(e.Msg)); e.Conn != 0 && m.Carried == e.Conn {
			s.editMsg(d, e.Msg, q).Carried = 0
		}
	case trace.Mailbox:
		s.msgFile(d, q, e)
	}
}

func (s *Snapshot) msgEntry(d edit, q trace.Seq, e *trace.Event) {
	key := s.f.entry(e.Node, e.A, q)
	if key < 0 {
		return
	}
	m, x := s.editMsg(d, e.Msg, q), s.entries.at(key)
	i := slices.Index(m.entries, key)
	switch {
	case x.Gone && i >= 0:
		m.entries = slices.Delete(m.entries, i, i+1)
	case !x.Gone && i < 0:
		m.entries = append(m.entries, key)
	}
}

func (s *Snapshot) msgFile(d edit, q trace.Seq, e *trace.Event) {
	i := s.f.box(e.Node, e.A)
	if i < 0 || s.f.t.Name(e.C) != "append" {
		return
	}
	if key := s.f.boxes[i].file(s.f.t.Name(e.B), e.N, q); key >= 0 {
		m := s.editMsg(d, e.Msg, q)
		m.Files = append(m.Files, FileRef{i, key})
	}
}
