package scenario_test

import (
	"regexp"
	"strings"

	"mailtrek/sim/trace"
)

// daemon: the queue manager hands a request to an agent.
func (a *audit) daemon(e *trace.Event) {
	list, way, ok := strings.Cut(strings.TrimPrefix(string(a.t.Text(e)), "deliver to "), " over ")
	if a.t.Name(e.A) != "qmgr" || !ok || way == "" {
		return
	}
	f := a.live[fileKey{e.Node, a.t.Name(e.C)}]
	if f == nil || f.queue != "active" {
		a.problem("a request about %s, which is not in the active queue", a.t.Name(e.C))
		return
	}
	at := &attempt{seq: a.at, file: f, addrs: strings.Split(list, ", "), codes: map[string][]uint16{}, names: map[string]bool{}}
	for _, addr := range at.addrs {
		at.means(addr)
	}
	a.attempts[a.at] = at
	a.begins(at)
	for _, addr := range at.addrs {
		r := f.find(addr)
		if r == nil {
			a.problem("%s: %s is tried, and no recipient, or decided about already", f.id, addr)
			continue
		}
		r.last, r.stint = at, f.stint
	}
}

// find is a recipient of that address about whom nothing is decided. An alias
// of which local(8) had done a part when it was stopped is done again; of two
// recipients of one address the undecided one comes first.
func (f *queueFile) find(addr string) *recipient {
	var again *recipient
	for _, r := range f.rcpts {
		if !strings.EqualFold(r.addr, addr) || r.stint >= f.stint {
			continue
		}
		if !r.decided() {
			return r
		}
		if again == nil && r.last.alias && r.last.cut {
			again = r
		}
	}
	return again
}

// delivery: what an agent says about a recipient belongs to a request.
func (a *audit) delivery(e *trace.Event) {
	at := a.attemptOf(a.at, e.Node)
	f := a.files[a.key(e)]
	if f != nil && f.probe && at == nil {
		return // cleanup knows what becomes of an alias, and nobody is asked
	}
	if f != nil && f.envelope == 0 && e.Code != 2 {
		f.refused = true
		return // cleanup refuses what pickup or local brings, whose sender is told
	}
	if f != nil && (at == nil || at.file != f) && strings.HasPrefix(a.t.Name(e.B), "double-bounce@") {
		for _, r := range f.rcpts { // qmgr(8) discards it, and asks nobody
			if strings.EqualFold(r.addr, a.t.Name(e.B)) {
				r.state = e.Code
			}
		}
		return
	}
	if f == nil || at == nil || at.file != f {
		a.problem("an outcome about %s without a request", a.t.Name(e.A))
		return
	}
	if a.live[f.fileKey] != f && !f.requeued { // the agent of a requeued file may still be at it
		a.problem("an outcome about %s, which is gone", f.id)
	}
	addr := a.t.Name(e.B)
	whose := ""
	for _, x := range at.addrs {
		if strings.EqualFold(x, addr) {
			whose = x
		}
	}
	if whose == "" && len(at.addrs) == 1 {
		whose = at.addrs[0]
	}
	at.codes[whose] = append(at.codes[whose], e.Code)
	told := e.Code == 5 && at.ownerKnows()
	if e.Code == 5 && !told {
		f.news++
	}
	for _, r := range f.rcpts {
		if r.last == at && strings.EqualFold(r.addr, whose) {
			r.state, r.since = worst(at.codes[whose]), a.at
			r.told = r.told || told
			if e.Code != 2 {
				f.fails(strings.ToLower(addr), r)
			}
		}
	}
	if e.Code == 2 {
		a.handedOver(e, string(a.t.Text(e)))
		a.keeps(at, e)
	}
}

// ownerKnows tells whether the owner of a list has been told already of a failure
// for good (local(8), bounce_workaround.c).
func (at *attempt) ownerKnows() bool {
	if at.alone == 0 {
		return false
	}
	at.alone--
	return true
}

// fails notes why the sender may hear of an address: of the last attempt only.
func (f *queueFile) fails(addr string, r *recipient) {
	list := f.reasons[addr]
	if len(list) > 0 && (list[0].stint != f.stint || list[0].state == 4 && list[0] == r) {
		list = nil
	}
	f.reasons[addr] = append(list, r)
}

// worst is what a recipient's state is after several outcomes for what an
// alias has made of it.
func worst(codes []uint16) uint16 {
	w := uint16(2)
	for _, c := range codes {
		if c == 4 || c == 5 && w == 2 {
			w = c
		}
	}
	return w
}

var (
	queuedAs    = regexp.MustCompile(`queued as ([0-9A-Za-z]+)`)
	forwardedAs = regexp.MustCompile(`forwarded as ([0-9A-Za-z]+)`)
	relayAddr   = regexp.MustCompile(`\[([0-9.]+)\]`)
)

// handedOver: what has been sent to another host or forwarded exists there.
func (a *audit) handedOver(e *trace.Event, text string) {
	node, id := e.Node, ""
	if m := forwardedAs.FindStringSubmatch(text); m != nil {
		id = m[1]
	} else if m := queuedAs.FindStringSubmatch(text); m != nil {
		ip := relayAddr.FindStringSubmatch(a.t.Name(e.C))
		if ip == nil {
			return
		}
		if id = m[1]; ip[1] != "127.0.0.1" {
			node = a.nodeAt(ip[1])
		}
	}
	if id == "" {
		return
	}
	if f := a.files[fileKey{node, id}]; f == nil || f.envelope == 0 && !f.discarded && !f.refused {
		a.problem("%s was handed over as %s, of which %s knows nothing", a.t.Name(e.A), id, a.t.Node(node).Name)
	}
}

func (a *audit) nodeAt(ip string) trace.NodeID {
	for n := trace.NodeID(1); int(n) <= a.t.Nodes(); n++ {
		for _, x := range a.t.Node(n).Addrs {
			if x == ip {
				return n
			}
		}
	}
	return 0
}

// take notes that a copy has gone from a file to somebody. A second one is an
// error, unless the agent could not know of the first, or is asked to do all of
// an alias again because a part of it failed.
func (a *audit) take(from *attempt, who string, conn trace.ConnID) {
	f := from.file
	before := f.taken[who]
	f.taken[who] = append(before, copied{from, conn})
	n := f.count(from.addrs)
	if len(before) < n {
		return
	}
	if conn != 0 && a.broken[conn] {
		return // the client could not hear the reply, and has tried again meanwhile
	}
	last := before[len(before)-n] // the others are for others of that address
	if last.conn != 0 && (a.broken[last.conn] || last.by.lost) {
		return // the reply to the final dot was lost
	}
	if last.by == from {
		a.problem("%s gives %s two copies at once", f.id, who)
		return
	}
	if from.seq < last.by.seq && from.interrupted() {
		return // its server still had it when the agent was killed, and has been asked again meanwhile
	}
	if last.by.deferred() || last.by.alias && last.by.cut || last.by.unreported() && a.lost(last.by) {
		return
	}
	a.problem("%s gives a second copy to %s; the first was at event %d (%v)", f.id, who, last.by.seq, last.by.codes)
}

// count is how many recipients of a file have the address of a request: two
// aliases may lead to one address, and Postfix then delivers twice.
func (f *queueFile) count(addrs []string) int {
	n := 0
	for _, r := range f.rcpts {
		if len(addrs) == 1 && strings.EqualFold(r.addr, addrs[0]) {
			n++
		}
	}
	return max(n, 1)
}

func (at *attempt) deferred() bool {
	for _, codes := range at.codes {
		for _, c := range codes {
			if c == 4 {
				return true
			}
		}
	}
	return false
}

// interrupted tells that Postfix was stopped before the agent had told of all.
func (at *attempt) interrupted() bool { return at.cut && (at.alias || at.unreported()) }

func (at *attempt) unreported() bool { return len(at.codes) < len(at.addrs) }

// lost tells whether a connection of the attempt did not end as agreed.
func (a *audit) lost(at *attempt) bool {
	for _, c := range at.conns {
		if a.broken[c] {
			return true
		}
	}
	return false
}
