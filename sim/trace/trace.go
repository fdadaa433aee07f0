package trace

import "hash/maphash"

// The storage: events in chunks that never move, texts in arenas, names
// interned. Appending costs no more late than early, and a pointer to an event
// stays good.

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits
	arenaSize = 1 << 16
	longText  = 1 << 10 // what is worth an arena of its own
)

type chunk [chunkSize]Event

// Trace is the list of events of a run with the tables they refer to. The zero
// value is not ready; use New.
type Trace struct {
	Header Header

	chunks []*chunk // nil where they are forgotten
	n      int
	gone   int // how many events are forgotten
	octets int // of all texts
	none   Event
	arenas [][]byte
	open   int // the arena that takes more, if there is one
	names  []string
	syms   symbols
	spare  []Sym // of names that are forgotten
	young  []Sym // interned since the last Forget
	recent [1 << recentBits]struct {
		name string
		id   Sym
	}
	nodes table[Node]
	conns table[Conn]
	msgs  table[Msg]
}

// New returns an empty trace.
func New(h Header) *Trace {
	return &Trace{
		Header: h,
		names:  []string{""},
	}
}

// Len is the number of events.
func (t *Trace) Len() int { return t.n }

// Octets is how long the texts of all events are together, forgotten ones too.
func (t *Trace) Octets() int { return t.octets }

// Append adds an event with its text and returns its number. Times must not
// decrease; a cause must be an earlier event.
func (t *Trace) Append(e Event, text []byte) Seq { return t.Add(&e, text) }

// Add is Append for an event in memory, which it completes and copies.
func (t *Trace) Add(e *Event, text []byte) Seq {
	t.store(e, text)
	return t.append(e)
}

// AppendShared is Append for a text that nobody changes from now on: the trace
// refers to it where Append would copy it. It is meant for long ones.
func (t *Trace) AppendShared(e Event, text []byte) Seq {
	if len(text) < longText {
		return t.Add(&e, text)
	}
	t.octets += len(text)
	e.Arena, e.Off, e.Len = uint32(len(t.arenas)), 0, uint32(len(text))
	t.arenas = append(t.arenas, text[:len(text):len(text)])
	return t.append(&e)
}

func (t *Trace) append(e *Event) Seq {
	if t.n&(chunkSize-1) == 0 {
		t.chunks = append(t.chunks, new(chunk))
	}
	t.chunks[t.n>>chunkBits][t.n&(chunkSize-1)] = *e
	t.n++
	return Seq(t.n)
}

// store puts the text of an event at the end of the open arena, or of a new one.
// In an arena that is larger than usual there is one text alone, so that every
// offset has 16 bits.
func (t *Trace) store(e *Event, text []byte) {
	e.Arena, e.Off, e.Len = 0, 0, uint32(len(text))
	if len(text) == 0 {
		return
	}
	t.octets += len(text)
	if t.open >= len(t.arenas) || cap(t.arenas[t.open])-len(t.arenas[t.open]) < len(text) {
		t.open = len(t.arenas)
		t.arenas = append(t.arenas, make([]byte, 0, max(arenaSize, len(text))))
	}
	arena := &t.arenas[t.open]
	e.Arena, e.Off = uint32(t.open), uint16(len(*arena))
	*arena = append(*arena, text...)
}

// At is event s, which must be between 1 and Len. The caller must not change
// it. Of an event that is forgotten nothing is known.
func (t *Trace) At(s Seq) *Event {
	i := int(s) - 1
	if i < t.gone {
		return &t.none
	}
	return &t.chunks[i>>chunkBits][i&(chunkSize-1)]
}

// Has tells whether there is an event s, and it is not forgotten.
func (t *Trace) Has(s Seq) bool { return int(s) > t.gone && int(s) <= t.n }

// Text is the text of an event. The caller must not change it.
func (t *Trace) Text(e *Event) []byte {
	if e.Len == 0 {
		return nil
	}
	off := uint32(e.Off)
	return t.arenas[e.Arena][off : off+e.Len : off+e.Len]
}

// recentBits says how many names are found without a look into the map: the
// last of each kind of spelling.
const recentBits = 8

// spelling is a number that differs for most of the words that events have.
func spelling[T string | []byte](s T) int {
	n := len(s)
	return (3*n + 5*int(s[0]) + 7*int(s[n/2]) + 11*int(s[n-1])) & (1<<recentBits - 1)
}

// Intern returns the symbol of a string.
func (t *Trace) Intern(s string) Sym {
	if s == "" {
		return 0
	}
	r := &t.recent[spelling(s)]
	if r.name != s {
		r.name, r.id = s, t.intern(s)
	}
	return r.id
}

func (t *Trace) intern(s string) Sym {
	h := hash(s)
	if id := find(&t.syms, h, s, t.names); id != 0 {
		return id
	}
	var id Sym
	if last := len(t.spare) - 1; last >= 0 {
		id = t.spare[last]
		t.spare = t.spare[:last]
		t.names[id] = s
	} else {
		id = Sym(len(t.names))
		t.names = append(t.names, s)
	}
	t.syms.add(h, id)
	t.young = append(t.young, id)
	return id
}

// InternBytes is Intern for octets, without garbage when they are known.
func (t *Trace) InternBytes(b []byte) Sym {
	if len(b) > 0 {
		if r := &t.recent[spelling(b)]; r.name == string(b) {
			return r.id
		}
	}
	if id := find(&t.syms, uint32(maphash.Bytes(seed, b)), b, t.names); id != 0 {
		return id
	}
	return t.Intern(string(b))
}

// Find returns the symbol of a string that some event may have; ok is false
// when the string has never been interned.
func (t *Trace) Find(s string) (id Sym, ok bool) {
	id = find(&t.syms, hash(s), s, t.names)
	return id, id != 0 || s == ""
}

// Name is the string of a symbol.
func (t *Trace) Name(s Sym) string { return t.names[s] }

// AddNode adds a node and returns its number.
func (t *Trace) AddNode(n Node) NodeID { return NodeID(t.nodes.add(n, Seq(t.n))) }

// Node is the description of a node; the zero Node for 0.
func (t *Trace) Node(id NodeID) *Node { return t.nodes.at(int(id)) }

// Nodes is the number of nodes; they have the numbers 1 to Nodes.
func (t *Trace) Nodes() int { return t.nodes.n }

// NodeNamed is the node of that full or short name; 0 when there is none.
func (t *Trace) NodeNamed(name string) NodeID {
	for i := 1; i <= t.nodes.n; i++ {
		if t.nodes.at(i).Name == name {
			return NodeID(i)
		}
	}
	for i := 1; i <= t.nodes.n; i++ {
		if t.nodes.at(i).Short == name {
			return NodeID(i)
		}
	}
	return 0
}

// AddConn adds a connection and returns its number.
func (t *Trace) AddConn(c Conn) ConnID { return ConnID(t.conns.add(c, Seq(t.n))) }

// Conn is the description of a connection; the zero Conn for 0.
func (t *Trace) Conn(id ConnID) *Conn { return t.conns.at(int(id)) }

// Conns is the number of connections and flows; they have the numbers 1 to Conns.
func (t *Trace) Conns() int { return t.conns.n }

// AddMsg adds a message and returns its number.
func (t *Trace) AddMsg(m Msg) MsgID { return MsgID(t.msgs.add(m, Seq(t.n))) }

// Msg is the description of a message; the zero Msg for 0.
func (t *Trace) Msg(id MsgID) *Msg { return t.msgs.at(int(id)) }

// Msgs is the number of messages; they have the numbers 1 to Msgs.
func (t *Trace) Msgs() int { return t.msgs.n }

// MsgNamed is the message of that name; 0 when there is none.
func (t *Trace) MsgNamed(name string) MsgID {
	for i := 1; i <= t.msgs.n; i++ {
		if t.msgs.at(i).Name == name {
			return MsgID(i)
		}
	}
	return 0
}

// Chain is the chain of causes that leads to s: s first, the origin last.
func (t *Trace) Chain(s Seq) []Seq {
	var chain []Seq
	for t.Has(s) {
		chain = append(chain, s)
		c := t.At(s).Cause
		if c >= s {
			break // a damaged trace must not make a circle
		}
		s = c
	}
	return chain
}

// Effects are the events after s that have s as their cause, at most limit.
func (t *Trace) Effects(s Seq, limit int) []Seq {
	var out []Seq
	for i := s + 1; int(i) <= t.n && len(out) < limit; i++ {
		if t.At(i).Cause == s {
			out = append(out, i)
		}
	}
	return out
}
