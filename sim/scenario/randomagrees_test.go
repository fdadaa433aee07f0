package scenario_test

import (
	"slices"

	"mailtrek/sim/postfix"
	"mailtrek/sim/trace"
)

// holder has queue files: the mail system of a host.
type holder interface {
	Mails() []*postfix.Mail
}

// manyFiles is from how many files on in the queue of a host not every event
// is a reason to look at all of them.
const manyFiles = 64

// agrees: at the latest event the mail system of its host has the files that
// the trace tells of, each in the queue where the trace has it, and with those
// recipients, and no others. What has moved at this very instant may be on its
// way, for a move is recorded before it is made.
func (a *audit) agrees(systems map[trace.NodeID]holder) {
	e := a.t.At(a.at)
	sys := systems[e.Node]
	if sys == nil || a.waiting[e.Node] > manyFiles && a.at%(manyFiles/4) != 0 {
		return
	}
	a.has(sys, e.Node, func(s trace.Seq) bool { return s > 0 && a.t.At(s).Time == e.Time })
}

// agreed is the same when the world has come to rest, of all hosts.
func (a *audit) agreed(systems map[trace.NodeID]holder) {
	for node := trace.NodeID(1); int(node) <= a.t.Nodes(); node++ {
		if sys := systems[node]; sys != nil {
			a.has(sys, node, func(trace.Seq) bool { return false })
		}
	}
}

// has compares the files of a mail system with those of the audit, but for what
// has just moved.
func (a *audit) has(sys holder, node trace.NodeID, moving func(trace.Seq) bool) {
	host, there := a.t.Node(node).Name, 0
	for _, m := range sys.Mails() {
		f := a.files[fileKey{node, m.ID}]
		switch {
		case f == nil && m.Queue == "":
			continue // about to come into being
		case f == nil:
			a.problem("%s has %s in %s, and the trace does not know it", host, m.ID, m.Queue)
			continue
		case a.live[f.fileKey] == f:
			there++
		}
		if moving(f.moved) || moving(f.envelope) {
			continue
		}
		if f.queue != m.Queue {
			a.problem("%s has %s in %s, and the trace has it in %q", host, m.ID, m.Queue, f.queue)
		}
		if f.envelope != 0 && f.queue != "maildrop" && len(m.Recipients) != len(f.rcpts) {
			a.problem("%s has %s with %d recipients, and the trace with %d", host, m.ID, len(m.Recipients), len(f.rcpts))
		}
	}
	if there == a.waiting[node] {
		return
	}
	for k, f := range a.live {
		if k.node == node && !moving(f.moved) && !holds(sys, k.id) {
			a.problem("%s has not got %s any more, and the trace has it in %s", host, k.id, f.queue)
		}
	}
}

func holds(sys holder, id string) bool {
	return slices.ContainsFunc(sys.Mails(), func(m *postfix.Mail) bool { return m.ID == id })
}
