package scenario_test

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// removed: a file may go only when somebody else answers for the message.
func (a *audit) removed(f *queueFile, from, reason string) {
	if reason == "postsuper -d" {
		f.requeued = true
		return
	}
	if from == "maildrop" && f.envelope == 0 && (reason == "File too large" || reason == "No space left on device") {
		return // postdrop(1) could not write it, and its caller knows
	}
	f.discarded = strings.HasPrefix(reason, "discarded: ") && f.envelope == 0
	if from == "maildrop" && strings.HasPrefix(reason, "returned: ") {
		return // cleanup has refused it, and the sender is told or null
	}
	if from == "maildrop" {
		id, ok := strings.CutPrefix(reason, "taken up as ")
		next := a.files[fileKey{f.node, id}]
		if ok && next != nil && next.discarded {
			return
		}
		if !ok || next == nil || next.envelope == 0 {
			a.problem("%s leaves maildrop, and nobody has taken it up: %q", f.id, reason)
			return
		}
		next.probe = next.probe || f.verify && len(f.rcpts) == 0
		if f.silent || slices.ContainsFunc(f.rcpts, func(r *recipient) bool { return r.never }) {
			next.never(true)
		}
		for _, r := range f.rcpts {
			expired := f.expired && (r.told || f.sender == "") // and was given up before it was requeued
			if !r.decided() && !expired && !next.has(r.addr) {
				a.problem("%s was requeued as %s, without %s", f.id, id, r.addr)
			}
			if r.state == 2 && r.since < f.requeuedAt && !r.last.alias && !r.blind() && f.count([]string{r.addr}) == 1 && next.tries(r.addr) {
				a.problem("%s was requeued as %s, with %s, who has got it", f.id, id, r.addr)
			}
		}
		return
	}
	if f.envelope == 0 {
		return // nobody answered for it yet
	}
	if f.probe {
		if len(f.taken) > 0 {
			a.problem("%s was a probe, and %d recipients have got it", f.id, len(f.taken))
		}
		return
	}
	for _, r := range f.rcpts {
		switch {
		case f.expired && !r.decided():
			r.state = 5
		case !r.decided():
			a.problem("%s is removed (%s), and nothing has been decided about %s (state %d)", f.id, reason, r.addr, r.state)
		}
		if r.unlogged() && (f.verp || f.silenced(r.stint)) {
			continue // the agent died, and notices are only about those of whom there is a log
		}
		if r.last != nil && r.last.alone > 0 && !r.last.cut {
			a.problem("the owner of a list hears that %s has failed, and it has not", r.addr)
		}
		if r.state == 5 && !r.told && !r.never && f.sender != "" && !strings.HasPrefix(f.sender, "double-bounce@") {
			a.problem("%s is removed, and its sender %s does not know that %s failed", f.id, f.sender, r.addr)
		}
	}
}

func (r *recipient) decided() bool { return r.state == 2 || r.state == 5 }

// blind tells of one who gets a copy because of always_bcc and its like; he gets
// it again when cleanup(8) sees a message a second time.
func (r *recipient) blind() bool { return strings.HasPrefix(r.orig, "archive@") }

// unlogged tells of one whose agent died the last time, and said nothing of him.
func (r *recipient) unlogged() bool { return r.last != nil && len(r.last.codes[r.addr]) == 0 }

// silenced tells that the log of why a file waits has recipients, and only such
// of whom the sender does not want to hear: bounce(8) then writes no notice, nor
// about those of whom there is no log.
func (f *queueFile) silenced(stint int) bool {
	logged := 0
	for _, r := range f.rcpts {
		if r.stint != stint || r.unlogged() || worst(r.last.codes[r.addr]) != 4 {
			continue
		}
		if logged++; !r.never {
			return false
		}
	}
	return logged > 0
}

// rest: when nothing more can happen, mail waits only for an operator.
func (a *audit) rest() []string {
	for n := trace.NodeID(1); int(n) <= a.t.Nodes(); n++ {
		for k, f := range a.live {
			if k.node != n || f.queue == "hold" || a.stopped[n] && f.queue != "incoming" && f.queue != "corrupt" {
				continue
			}
			if a.stopped[n] && f.envelope != 0 {
				continue
			}
			a.at = f.moved
			a.problem("%s is left in %s when the world has come to rest", f.id, f.queue)
		}
	}
	return a.problems
}
