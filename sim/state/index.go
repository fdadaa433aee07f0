package state

import (
	"strings"

	"mailtrek/sim/trace"
)

// index is what is made once for the whole trace: lists of events by what they
// belong to, and the identity of things that the trace names by words. All
// lists ascend.
type index struct {
	t *trace.Trace

	conns  [][]trace.Seq // all events of a connection
	msgs   [][]trace.Seq // all events of a message
	fields [][]trace.Seq // its header fields
	texts  [][]trace.Seq // where its content stands: on the wire or in a mailbox
	nodes  []nodeIndex

	entries  []identity // queue files
	entryIDs map[nodeSym][]int
	boxes    []boxIndex
	boxIDs   map[nodeSym]int
	destIDs  map[nodeName]int // destinations of queue managers

	marks marks
}

// nodeIndex is the lists of a node.
type nodeIndex struct {
	logs    []trace.Seq
	answers []trace.Seq // DNS answers that it received
	faults  []trace.Seq
	boxes   []int
}

type nodeName struct {
	node trace.NodeID
	name string
}

type nodeSym struct {
	node trace.NodeID
	sym  trace.Sym
}

// identity is something that begins to exist with an event and has a name that
// may be used again after its end.
type identity struct {
	node trace.NodeID
	sym  trace.Sym
	born trace.Seq
	over bool
}

// boxIndex is the identities of a mailbox's files.
type boxIndex struct {
	node    trace.NodeID
	user    trace.Sym
	files   []fileIdentity
	fileIDs map[string][]int
}

type fileIdentity struct {
	base string
	uid  uint32
	born trace.Seq
}

func newIndex(t *trace.Trace) *index {
	return &index{t: t, entryIDs: map[nodeSym][]int{}, boxIDs: map[nodeSym]int{}, destIDs: map[nodeName]int{}}
}

// grow makes a list long enough to have element i.
func grow[T any](list []T, i int) []T {
	for len(list) <= i {
		var zero T
		list = append(list, zero)
	}
	return list
}

func (x *index) add(s trace.Seq, e *trace.Event) {
	if e.Conn != 0 {
		x.conns = grow(x.conns, int(e.Conn))
		x.conns[e.Conn] = append(x.conns[e.Conn], s)
	}
	if e.Msg != 0 {
		x.msgs = grow(x.msgs, int(e.Msg))
		x.msgs[e.Msg] = append(x.msgs[e.Msg], s)
	}
	x.nodes = grow(x.nodes, int(max(e.Node, e.Peer)))
	x.addKind(s, e)
	x.marks.add(x.t, s, e)
}

func (x *index) addKind(s trace.Seq, e *trace.Event) {
	switch e.Kind {
	case trace.Log:
		x.nodes[e.Node].logs = append(x.nodes[e.Node].logs, s)
	case trace.Answer:
		x.nodes[e.Peer].answers = append(x.nodes[e.Peer].answers, s)
	case trace.Fault:
		x.nodes[e.Node].faults = append(x.nodes[e.Node].faults, s)
	case trace.Field:
		if e.Msg != 0 {
			x.fields = grow(x.fields, int(e.Msg))
			x.fields[e.Msg] = append(x.fields[e.Msg], s)
		}
	case trace.Content:
		if !x.continues(e) {
			x.addText(s, e)
		}
	case trace.Envelope, trace.Queue:
		x.addEntry(s, e)
	case trace.Daemon:
		if _, name := given(x.t, e); name != "" {
			x.addDest(e.Node, name)
		}
	case trace.Schedule:
		if e.B != 0 {
			x.addDest(e.Node, destName(x.t.Name(e.B)))
		}
	case trace.Mailbox:
		x.addFile(s, e)
		if x.t.Name(e.C) == "append" {
			x.addText(s, e)
		}
	}
}

// continues tells whether the content of the event, which is the last of its
// connection so far, goes on with that of the event before it.
func (x *index) continues(e *trace.Event) bool {
	if e.Conn == 0 || len(x.conns[e.Conn]) < 2 {
		return false
	}
	list := x.conns[e.Conn]
	return piece(x.t.At(list[len(list)-2]), e)
}

// piece tells whether b is the next piece of the content of which a is one.
func piece(a, b *trace.Event) bool {
	return a.Kind == trace.Content && b.Kind == trace.Content && a.Flags&trace.More != 0 && a.Node == b.Node
}

func (x *index) addText(s trace.Seq, e *trace.Event) {
	if e.Msg != 0 {
		x.texts = grow(x.texts, int(e.Msg))
		x.texts[e.Msg] = append(x.texts[e.Msg], s)
	}
}

// addDest notices a destination of a queue manager.
func (x *index) addDest(node trace.NodeID, name string) {
	key := nodeName{node, name}
	if _, ok := x.destIDs[key]; !ok {
		x.destIDs[key] = len(x.destIDs)
	}
}

// addEntry notices queue files that begin to exist. A queue id may be used
// again once its file is gone.
func (x *index) addEntry(s trace.Seq, e *trace.Event) {
	key := nodeSym{e.Node, e.A}
	ids := x.entryIDs[key]
	if len(ids) == 0 || x.entries[ids[len(ids)-1]].over {
		ids = append(ids, len(x.entries))
		x.entryIDs[key] = ids
		x.entries = append(x.entries, identity{node: e.Node, sym: e.A, born: s})
	}
	if e.Kind == trace.Queue && e.C == 0 {
		x.entries[ids[len(ids)-1]].over = true
	}
}

// entry is the queue file that node knew as id at event s; -1 when none.
func (x *index) entry(node trace.NodeID, id trace.Sym, s trace.Seq) int {
	ids := x.entryIDs[nodeSym{node, id}]
	for i := len(ids) - 1; i >= 0; i-- {
		if x.entries[ids[i]].born <= s {
			return ids[i]
		}
	}
	return -1
}

// box is the mailbox of a user on a node; -1 when nothing ever happens in it.
func (x *index) box(node trace.NodeID, user trace.Sym) int {
	if i, ok := x.boxIDs[nodeSym{node, user}]; ok {
		return i
	}
	return -1
}

func (x *index) addFile(s trace.Seq, e *trace.Event) {
	i := x.box(e.Node, e.A)
	if i < 0 {
		i = len(x.boxes)
		x.boxIDs[nodeSym{e.Node, e.A}] = i
		x.boxes = append(x.boxes, boxIndex{node: e.Node, user: e.A, fileIDs: map[string][]int{}})
		x.nodes[e.Node].boxes = append(x.nodes[e.Node].boxes, i)
	}
	b, name := &x.boxes[i], x.t.Name(e.B)
	if x.t.Name(e.C) == "append" || b.file(name, e.N, s) < 0 {
		base := fileBase(name)
		b.fileIDs[base] = append(b.fileIDs[base], len(b.files))
		b.files = append(b.files, fileIdentity{base: base, uid: e.N, born: s})
	}
}

// file is the file that had that name, and that number if it had one, at event s.
func (b *boxIndex) file(name string, uid uint32, s trace.Seq) int {
	ids := b.fileIDs[fileBase(name)]
	for i := len(ids) - 1; i >= 0; i-- {
		f := &b.files[ids[i]]
		if f.born <= s && (uid == 0 || f.uid == 0 || f.uid == uid) {
			return ids[i]
		}
	}
	return -1
}

// fileBase is what stays of the name of a Maildir file when it moves from new
// to cur and gets flags.
func fileBase(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	base, _, _ := strings.Cut(name, ":2,")
	return base
}
