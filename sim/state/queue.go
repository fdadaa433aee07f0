package state

import (
	"slices"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// QueueNames are the queues of Postfix (qmgr(8)) in the order in which they
// are shown.
var QueueNames = [...]string{"maildrop", "incoming", "active", "deferred", "hold", "corrupt"}

// Fate is what has become of a recipient.
type Fate uint8

// The fates of a recipient.
const (
	Pending Fate = iota
	Sent
	Deferred
	Bounced
)

// String is the fate as Postfix logs it, "" while there is none.
func (f Fate) String() string { return [...]string{"", "sent", "deferred", "bounced"}[f%4] }

// Recipient is a recipient of a queue file.
type Recipient struct {
	Address  string
	Original string // as it was before aliases and rewriting; empty when it was the same
	Fate     Fate
	Delivery trace.Seq // the last attempt
}

// Entry is a queue file at some event.
type Entry struct {
	Key        int // its number; two files have different ones, even when they have the same id
	Node       trace.NodeID
	ID         string // the queue id
	Msg        trace.MsgID
	Queue      string // where it is; empty before it is written and when it is gone
	Size       int
	Sender     string
	Recipients []Recipient
	Born       trace.Seq
	Moved      trace.Seq     // the last move
	Since      time.Duration // virtual time of the last move
	Attempts   int           // how often it was deferred
	Due        time.Duration // deferred: before that it is not tried again
	Reason     string        // why it was moved
	Ready      bool          // the envelope is complete and the mail system answers for the message
	Gone       bool

	under []delivery // under way
	edit  edit
}

// Host is a host at some event.
type Host struct {
	Node trace.NodeID
	Down bool // a fault has taken it off the network

	edit   edit
	queues [len(QueueNames)]set
	dests  set // destinations that the queue manager knows
	active Active
}

// Entry is a queue file by its number; nil before it exists.
func (s *Snapshot) Entry(key int) *Entry { return s.entries.at(key) }

// EntryNamed is the queue file that a node knows as id; nil when there was none yet.
func (s *Snapshot) EntryNamed(node trace.NodeID, id string) *Entry {
	sym, ok := s.f.t.Find(id)
	if !ok {
		return nil
	}
	return s.entries.at(s.f.entry(node, sym, s.Seq))
}

// Queue is the files in a queue of a node in the order in which they were
// born, at most limit of them; limit 0 is all.
func (s *Snapshot) Queue(node trace.NodeID, queue string, limit int) []*Entry {
	h, i := s.hosts.at(int(node)), slices.Index(QueueNames[:], queue)
	if h == nil || i < 0 {
		return nil
	}
	var out []*Entry
	for _, key := range h.queues[i].list(0, limit) {
		out = append(out, s.entries.at(key))
	}
	return out
}

// QueueLen is the number of files in a queue of a node.
func (s *Snapshot) QueueLen(node trace.NodeID, queue string) int {
	h, i := s.hosts.at(int(node)), slices.Index(QueueNames[:], queue)
	if h == nil || i < 0 {
		return 0
	}
	return h.queues[i].count
}

// Down tells whether a fault has taken a node off the network.
func (s *Snapshot) Down(node trace.NodeID) bool {
	h := s.hosts.at(int(node))
	return h != nil && h.Down
}

func (s *Snapshot) editHost(d edit, id trace.NodeID) *Host {
	h := s.hosts.at(int(id))
	if h != nil && h.edit == d {
		return h
	}
	n := &Host{Node: id}
	if h != nil {
		*n = *h
	}
	n.edit = d
	s.hosts = s.hosts.set(d, int(id), n)
	return n
}

func (s *Snapshot) applyFault(d edit, q trace.Seq, e *trace.Event) {
	switch kind := s.f.t.Name(e.A); kind {
	case "down", "up":
		s.editHost(d, e.Node).Down = kind == "down"
	}
}

func (s *Snapshot) editEntry(d edit, node trace.NodeID, id trace.Sym, q trace.Seq) *Entry {
	key := s.f.entry(node, id, q)
	if key < 0 {
		return nil
	}
	x := s.entries.at(key)
	if x != nil && x.edit == d {
		return x
	}
	n := &Entry{Key: key, Node: node, ID: s.f.t.Name(id), Born: q}
	if x != nil {
		*n = *x
		n.Recipients = slices.Clone(n.Recipients)
	}
	n.edit = d
	s.entries = s.entries.set(d, key, n)
	return n
}

func (s *Snapshot) applyEnvelope(d edit, q trace.Seq, e *trace.Event) {
	x := s.editEntry(d, e.Node, e.A, q)
	if x == nil {
		return
	}
	if e.Msg != 0 {
		x.Msg = e.Msg
	}
	x.Sender, x.Size, x.Recipients, x.Ready = s.f.t.Name(e.B), int(e.N), nil, true
	for line := range strings.Lines(string(s.f.t.Text(e))) {
		addr, orig, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		x.Recipients = append(x.Recipients, Recipient{Address: addr, Original: orig})
	}
}

func (s *Snapshot) applyQueue(d edit, q trace.Seq, e *trace.Event) {
	x := s.editEntry(d, e.Node, e.A, q)
	if x == nil {
		return
	}
	h := s.editHost(d, e.Node)
	if i := slices.Index(QueueNames[:], x.Queue); i >= 0 {
		h.queues[i] = h.queues[i].without(d, x.Key)
	}
	if x.Queue == "active" {
		s.leaves(d, x)
	}
	x.Queue, x.Moved, x.Since, x.Reason = s.f.t.Name(e.C), q, e.At(), string(s.f.t.Text(e))
	if i := slices.Index(QueueNames[:], x.Queue); i >= 0 {
		h.queues[i] = h.queues[i].with(d, x.Key)
	}
	if e.N != 0 {
		x.Size = int(e.N)
	}
	if e.Msg != 0 {
		x.Msg = e.Msg
	}
	if x.Queue == "deferred" {
		x.Attempts++
		x.Due = s.f.second(e) + time.Duration(e.Code)*time.Second
	}
	x.Gone = e.C == 0
}

func (s *Snapshot) applyDelivery(d edit, q trace.Seq, e *trace.Event) {
	x := s.editEntry(d, e.Node, e.A, q)
	if x == nil {
		return
	}
	s.over(d, x, s.f.t.Name(e.B))
	fate := map[uint16]Fate{2: Sent, 4: Deferred, 5: Bounced}[e.Code]
	addr, found := s.f.t.Name(e.B), false
	for i := range x.Recipients {
		if r := &x.Recipients[i]; r.Address == addr {
			r.Fate, r.Delivery, found = fate, q, true
		}
	}
	if !found {
		x.Recipients = append(x.Recipients, Recipient{Address: addr, Fate: fate, Delivery: q})
	}
}
