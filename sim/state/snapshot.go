package state

import (
	"time"

	"mailtrek/sim/trace"
)

// Snapshot is how things stand after the event Seq. It never changes. Pointers
// that its methods return lead to values that the caller must not change.
type Snapshot struct {
	Seq  trace.Seq
	Time time.Duration // of the event Seq

	f       *index
	conns   vec[*Conn]
	open    set
	entries vec[*Entry]
	dests   vec[*Destination]
	hosts   vec[*Host]
	boxes   vec[*Mailbox]
	msgs    vec[*Message]
}

// Trace is the trace of which this is a state.
func (s *Snapshot) Trace() *trace.Trace { return s.f.t }

// apply folds one event. What it changes in place was made by edit d.
func (s *Snapshot) apply(d edit, q trace.Seq, e *trace.Event) {
	s.Seq, s.Time = q, e.At()
	switch {
	case e.Kind.Connection() || e.Kind.Said() || e.Kind == trace.State || e.Kind == trace.TLS || e.Kind == trace.Record:
		if e.Conn != 0 {
			s.applyConn(d, q, e)
		}
	case e.Kind == trace.Envelope:
		s.applyEnvelope(d, q, e)
	case e.Kind == trace.Queue:
		s.applyQueue(d, q, e)
	case e.Kind == trace.Delivery:
		s.applyDelivery(d, q, e)
	case e.Kind == trace.Daemon:
		s.applyDaemon(d, e)
	case e.Kind == trace.Schedule:
		s.applySchedule(d, q, e)
	case e.Kind == trace.Mailbox:
		s.applyMailbox(d, q, e)
	case e.Kind == trace.Fault:
		s.applyFault(d, q, e)
	}
	if e.Msg != 0 {
		s.applyMsg(d, q, e)
	}
}

// Logs are the log lines of a node so far.
func (s *Snapshot) Logs(node trace.NodeID) []trace.Seq {
	return upTo(s.node(node).logs, s.Seq)
}

// Answers are the DNS answers that a node has received so far.
func (s *Snapshot) Answers(node trace.NodeID) []trace.Seq {
	return upTo(s.node(node).answers, s.Seq)
}

// Faults are the changes of the conditions on a node so far.
func (s *Snapshot) Faults(node trace.NodeID) []trace.Seq {
	return upTo(s.node(node).faults, s.Seq)
}

func (s *Snapshot) node(id trace.NodeID) *nodeIndex {
	if int(id) < len(s.f.nodes) {
		return &s.f.nodes[id]
	}
	return &nodeIndex{}
}

// ConnEvents are the events of a connection so far.
func (s *Snapshot) ConnEvents(id trace.ConnID) []trace.Seq { return s.part(s.f.conns, int(id)) }

// MsgEvents are the events of a message so far.
func (s *Snapshot) MsgEvents(id trace.MsgID) []trace.Seq { return s.part(s.f.msgs, int(id)) }

// Fields are the events by which header fields of a message came, went or
// changed so far, on all hosts.
func (s *Snapshot) Fields(id trace.MsgID) []trace.Seq { return s.part(s.f.fields, int(id)) }

// Contents are the events with which the message's content begins (on the wire:
// dot-stuffed; in a mailbox: as stored) so far. Content is its text.
func (s *Snapshot) Contents(id trace.MsgID) []trace.Seq { return s.part(s.f.texts, int(id)) }

// Content is the content that begins with event q, one of Contents: all its
// pieces so far, for a big message stands in several events. whole tells
// whether there are no more to come.
func (s *Snapshot) Content(q trace.Seq) (text []byte, whole bool) {
	t := s.f.t
	e := t.At(q)
	text = t.Text(e)
	if e.Kind != trace.Content || e.Flags&trace.More == 0 {
		return text, true
	}
	text = append([]byte(nil), text...)
	for list := upTo(s.f.conns[e.Conn], s.Seq); ; {
		next := after(list, q)
		if next == 0 || !piece(e, t.At(next)) {
			return text, e.Flags&trace.More == 0
		}
		q, e = next, t.At(next)
		text = append(text, t.Text(e)...)
	}
}

func (s *Snapshot) part(lists [][]trace.Seq, i int) []trace.Seq {
	if i >= len(lists) {
		return nil
	}
	return upTo(lists[i], s.Seq)
}
