// Package state tells how things stand at any event of a trace: which
// connections are open and what was said last on them, which messages lie in
// which queue of which host, what is in the mailboxes, where each message is.
//
// A Snapshot is the fold over the events up to one of them. It is immutable
// and shares nearly all of its memory with its neighbours, so that every few
// hundred events one is kept, and any other is a short fold away from the one
// before it. What only ever grows (the log lines of a host, the events of a
// connection, the header fields of a message) needs no fold: it is a list made
// once, of which a Snapshot shows the part up to its event.
//
// Nothing here looks into a running simulation; the trace says it all.
package state

import (
	"sort"

	"mailtrek/sim/trace"
)

// keyInterval is after how many events a Snapshot is kept.
const keyInterval = 256

// Folder folds one trace. It may be used by one goroutine at a time; the
// Snapshots that it hands out may be used by any.
type Folder struct {
	t     *trace.Trace
	index *index
	head  Snapshot    // state at the end, still being changed by edit
	keys  []*Snapshot // keys[i] is the state after i*keyInterval events
	edit  edit
}

// New returns a Folder that has folded the whole trace. That takes less than a
// microsecond or two an event.
func New(t *trace.Trace) *Folder {
	f := Begin(t)
	f.Extend()
	return f
}

// Begin returns a Folder that has folded nothing yet: ExtendTo folds.
func Begin(t *trace.Trace) *Folder {
	f := &Folder{t: t, index: newIndex(t), edit: 1}
	f.head = Snapshot{f: f.index}
	f.keep()
	return f
}

// Trace is the trace that is folded.
func (f *Folder) Trace() *trace.Trace { return f.t }

// Len is the number of events that are folded.
func (f *Folder) Len() int { return int(f.head.Seq) }

// Extend folds the events that were appended to the trace since the last call.
func (f *Folder) Extend() { f.ExtendTo(f.t.Len()) }

// ExtendTo folds up to event n, for callers who show how far it has got.
func (f *Folder) ExtendTo(n int) {
	n = min(n, f.t.Len())
	for int(f.head.Seq) < n {
		s := f.head.Seq + 1
		e := f.t.At(s)
		f.index.add(s, e)
		f.head.apply(f.edit, s, e)
		if int(s)%keyInterval == 0 {
			f.keep()
		}
	}
}

// keep keeps the head as a key; what comes after is another edit.
func (f *Folder) keep() {
	key := f.head
	f.keys = append(f.keys, &key)
	f.edit++
}

// At is the state after event n; 0 is before everything, and what lies behind
// the end is the state at the end.
func (f *Folder) At(n trace.Seq) *Snapshot {
	n = min(n, f.head.Seq)
	s := *f.keys[int(n)/keyInterval]
	f.edit++
	for s.Seq < n {
		s.apply(f.edit, s.Seq+1, f.t.At(s.Seq+1))
	}
	f.edit++
	return &s
}

// upTo is the part of an ascending list that is not behind s.
func upTo(list []trace.Seq, s trace.Seq) []trace.Seq {
	n := sort.Search(len(list), func(i int) bool { return list[i] > s })
	return list[:n:n]
}

// after is the first of an ascending list behind s; 0 when there is none.
func after(list []trace.Seq, s trace.Seq) trace.Seq {
	if n := len(upTo(list, s)); n < len(list) {
		return list[n]
	}
	return 0
}

// before is the last of an ascending list before s; 0 when there is none.
func before(list []trace.Seq, s trace.Seq) trace.Seq {
	if s == 0 {
		return 0
	}
	if head := upTo(list, s-1); len(head) > 0 {
		return head[len(head)-1]
	}
	return 0
}
