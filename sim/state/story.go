package state

import (
	"sort"

	"mailtrek/sim/trace"
)

// StageKind says what a stage of the story is about.
type StageKind uint8

// The kinds of stages.
const (
	Submit  StageKind = iota + 1 // a person writes and the MUA submits
	Queued                       // a mail system has the message and takes it up
	Lookup                       // where to? the smtp client asks the DNS
	Relay                        // from one mail system to the next
	Deliver                      // into a mailbox
	Wait                         // deferred or on hold
	Bounce                       // a notification is written
	Read                         // a person fetches mail
	Operate                      // an operator's command
	Do                           // any other action
)

// String is the kind in one word, as the timeline shows it.
func (k StageKind) String() string {
	return [...]string{"", "submit", "queue", "dns", "relay", "deliver", "wait", "bounce", "read", "operate", "action"}[k%11]
}

// Stage is a part of the story. It lasts until the next stage of the same
// message begins.
type Stage struct {
	Kind  StageKind
	First trace.Seq
	Node  trace.NodeID
	Peer  trace.NodeID // the other host of a relay, of a delivery, of reading
	Msg   trace.MsgID
}

// Step is a width of stepping.
type Step uint8

// The steps.
const (
	ByEvent   Step = iota
	ByCommand      // to the next line of a client or action of a person
	ByHop          // to the next action, connection between hosts, deferral or mailbox
	ByStage        // to the next stage
	ByTrouble      // to the next thing that went wrong
)

// marks are the places in a trace to which one steps.
type marks struct {
	commands, hops, troubles, begins []trace.Seq
	stages                           []Stage
	last                             map[trace.MsgID]int
	readers                          map[nodeSym]bool // who has fetched mail where
}

func (m *marks) add(t *trace.Trace, s trace.Seq, e *trace.Event) {
	if e.Kind == trace.Action && actionStage(t, e) == Read {
		if m.readers == nil {
			m.readers = map[nodeSym]bool{}
		}
		m.readers[nodeSym{e.Node, e.A}] = true
	}
	if e.Kind == trace.Action || e.Kind == trace.Line && sideOf(t, e) == trace.Client {
		m.commands = append(m.commands, s)
	}
	if t.Trouble(e) != trace.Fine {
		m.troubles = append(m.troubles, s)
	}
	if hop(t, e) {
		m.hops = append(m.hops, s)
	}
	if st := m.stage(t, s, e); st.Kind != 0 {
		m.begin(st, e.Kind == trace.Action)
	}
}

func hop(t *trace.Trace, e *trace.Event) bool {
	switch e.Kind {
	case trace.Action:
		return true
	case trace.Open:
		return e.Node != e.Peer && t.Conn(e.Conn).Proto != trace.DNS
	case trace.Queue:
		return t.Name(e.C) == "deferred"
	case trace.Mailbox:
		return t.Name(e.C) == "append"
	}
	return false
}

// begin begins a stage unless the message is in the very same already. An
// action always begins one.
func (m *marks) begin(st Stage, action bool) {
	if m.last == nil {
		m.last = map[trace.MsgID]int{}
	}
	if i, ok := m.last[st.Msg]; ok {
		was := &m.stages[i]
		if was.Kind == st.Kind && was.Node == st.Node && !action && (st.Peer == 0 || was.Peer == 0 || was.Peer == st.Peer) {
			was.Peer = max(was.Peer, st.Peer)
			return
		}
	}
	m.last[st.Msg] = len(m.stages)
	m.stages = append(m.stages, st)
	if n := len(m.begins); n == 0 || m.begins[n-1] != st.First {
		m.begins = append(m.begins, st.First)
	}
}

// stage is the stage that an event begins; its Kind is 0 when it begins none.
func (m *marks) stage(t *trace.Trace, s trace.Seq, e *trace.Event) Stage {
	st := Stage{First: s, Node: e.Node, Peer: e.Peer, Msg: e.Msg}
	switch e.Kind {
	case trace.Action:
		st.Kind = actionStage(t, e)
	case trace.Open:
		st.Kind = m.openStage(t, e)
	case trace.Queue:
		switch t.Name(e.C) {
		case "active":
			st.Kind = Queued
		case "deferred", "hold":
			st.Kind = Wait
		}
	case trace.Daemon:
		if t.Name(e.A) != "qmgr" {
			break
		}
		switch t.Name(e.B) {
		case "smtp", "relay":
			st.Kind = Lookup
		case "local", "virtual", "lmtp", "pipe":
			st.Kind = Deliver
		case "bounce", "defer":
			st.Kind = Bounce
		}
	case trace.Mailbox:
		if t.Name(e.C) == "append" && !m.readers[nodeSym{e.Node, e.A}] {
			st.Kind = Deliver
		}
	}
	return st
}

func actionStage(t *trace.Trace, e *trace.Event) StageKind {
	switch t.Name(e.B) {
	case "submit", "send", "compose", "write":
		return Submit
	case "fetch", "read", "check":
		return Read
	}
	if t.Name(e.A) == "#" || t.Name(e.B) == "command" {
		return Operate
	}
	return Do
}

func (m *marks) openStage(t *trace.Trace, e *trace.Event) StageKind {
	switch t.Conn(e.Conn).Proto {
	case trace.LMTP:
		return Deliver
	case trace.POP3, trace.IMAP:
		return Read
	case trace.SMTP:
		if i, ok := m.last[e.Msg]; ok && m.stages[i].Kind == Submit && m.stages[i].Node == e.Node {
			return 0 // still the submission
		}
		return Relay
	}
	return 0
}

// Stages are all stages of the story; with a message, only those of it.
func (f *Folder) Stages(msg trace.MsgID) []Stage {
	if msg == 0 {
		return f.index.marks.stages
	}
	var out []Stage
	for _, st := range f.index.marks.stages {
		if st.Msg == msg {
			out = append(out, st)
		}
	}
	return out
}

// StageAt is the stage that began last at event s; false before the first.
func (f *Folder) StageAt(s trace.Seq) (Stage, bool) {
	stages := f.index.marks.stages
	n := sort.Search(len(stages), func(i int) bool { return stages[i].First > s })
	if n == 0 {
		return Stage{}, false
	}
	return stages[n-1], true
}

// Hops are the events to which ByHop steps; Troubles those of ByTrouble.
func (f *Folder) Hops() []trace.Seq { return f.index.marks.hops }

// Troubles are the events that went wrong, for now or for good.
func (f *Folder) Troubles() []trace.Seq { return f.index.marks.troubles }

// Next is the event to which a step forwards leads; 0 when there is none.
func (f *Folder) Next(step Step, s trace.Seq) trace.Seq {
	if step == ByEvent {
		if s < f.head.Seq {
			return s + 1
		}
		return 0
	}
	return after(f.index.marks.list(step), s)
}

// Prev is the event to which a step backwards leads; 0 when there is none.
func (f *Folder) Prev(step Step, s trace.Seq) trace.Seq {
	if step == ByEvent {
		if s > 0 {
			return s - 1
		}
		return 0
	}
	return before(f.index.marks.list(step), s)
}

func (m *marks) list(step Step) []trace.Seq {
	switch step {
	case ByHop:
		return m.hops
	case ByStage:
		return m.begins
	case ByTrouble:
		return m.troubles
	}
	return m.commands
}
