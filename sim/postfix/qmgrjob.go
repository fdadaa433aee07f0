package postfix

import (
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// job is the part of a message that goes over one transport: what of it waits,
// by destination. The jobs of a transport stand in a list in the order in which
// their messages came, and the queue manager serves the first that has anything
// for a destination with room. So that a short message need not wait for all
// recipients of a long one, the long one earns slots with its deliveries, which
// shorter ones may use to go before it (SCHEDULER_README, "How Postfix
// schedules mail"; qmgr_job.c).
type job struct {
	msg      *activeMail
	list     *jobList
	peers    []*jobPeer // with something that waits; round robin
	read     int        // entries so far
	selected int        // those that do not wait any more
	rcptN    int64      // recipients in memory
	rcptMax  int64      // and how many may be

	prev, next *job
	linked     bool
	parent     *job // the job before which it goes
	children   []*job
	level      int
	used       int         // slots, see preempt
	available  int         // slots that it has earned
	tag        uint        // see blocked
	one        [1]*jobPeer // the room for the usual case
}

// jobPeer is what a job has for one destination.
type jobPeer struct {
	job     *job
	dest    *destination
	entries []*entry
	waits   bool      // an event has said so
	one     [1]*entry // the room for the usual case
}

// entry is some recipients of one message that go to one destination in one
// delivery.
type entry struct {
	msg        *activeMail
	dest       *destination
	peer       *jobPeer
	recipients []*Recipient
	begun      bool          // it does not wait any more
	turn       trace.Seq     // what made its turn come
	one        [1]*Recipient // the room for the usual case
}

func (e *entry) job() *job { return e.peer.job }

// jobList is the jobs of a transport.
type jobList struct {
	first, last *job
	current     *job
	tag         uint // marks the jobs that are blocked; odd

	slotCost, slotLoan, slotLoanFactor, minSlots int
	free                                         int64 // room for recipients that no job has
	spare                                        int64 // room for those of jobs that go before others
	refillLimit                                  int64
	refillDelay                                  time.Duration

	candidate, candidateOf *job // the last answer of best, and for whom
	candidateAt            int64
}

func (l *jobList) configure(c *Config, transport string) {
	l.tag = 1
	l.slotCost = int(c.TransportInt(transport, "delivery_slot_cost"))
	l.slotLoan = int(c.TransportInt(transport, "delivery_slot_loan"))
	l.slotLoanFactor = 100 - int(c.TransportInt(transport, "delivery_slot_discount"))
	l.minSlots = int(c.TransportInt(transport, "minimum_delivery_slots"))
	l.free = c.TransportInt(transport, "recipient_limit")
	l.spare = c.TransportInt(transport, "extra_recipient_limit")
	l.refillLimit = c.TransportInt(transport, "recipient_refill_limit")
	l.refillDelay = c.TransportDuration(transport, "recipient_refill_delay")
}

// waits tells whether something of the job waits.
func (j *job) waits() bool { return j.selected < j.read }

// most is how many entries the job may come to have.
func (j *job) most() int { return j.read + len(j.msg.unread) }

// blocked tells whether the job is known to have nothing for a destination with
// room.
func (l *jobList) blocked(j *job) bool { return j.tag == l.tag }

// job is the message's job for a transport, in the list.
func (m *activeMail) job(t *transport) *job {
	var j *job
	for _, have := range m.jobs {
		if have.list == &t.jobs {
			j = have
		}
	}
	if j == nil {
		j = &job{msg: m, list: &t.jobs}
		j.peers = j.one[:0]
		m.jobs = append(m.jobs, j)
	}
	if !j.linked {
		j.list.link(j)
	}
	j.list.candidateOf = nil
	if j.list.blocked(j) {
		j.tag, j.list.current = 0, j.list.first
	}
	return j
}

// link puts a job behind those whose messages came before. Jobs that go before
// others do not count: they are where they are for another reason.
func (l *jobList) link(j *job) {
	at, current := l.last, l.current
	for ; at != nil && (at.parent != nil || at.msg.queued.Unix() > j.msg.queued.Unix()); at = at.prev {
		if current == at {
			current = nil
		}
	}
	l.insert(j, at)
	j.level, j.linked = 0, true
	if current == nil {
		l.current = j
	}
	if l.free > 0 { // more than it needs goes back when all is read
		j.rcptMax += l.free
		j.msg.rcptMax += l.free
		l.free = 0
	}
}

// insert puts a job behind another, or in front of all.
func (l *jobList) insert(j, behind *job) {
	j.prev, j.next = behind, l.first
	if behind != nil {
		j.next, behind.next = behind.next, j
	} else {
		l.first = j
	}
	if j.next != nil {
		j.next.prev = j
	} else {
		l.last = j
	}
}

func (l *jobList) cut(j *job) {
	if j.prev != nil {
		j.prev.next = j.next
	} else {
		l.first = j.next
	}
	if j.next != nil {
		j.next.prev = j.prev
	} else {
		l.last = j.prev
	}
	j.prev, j.next = nil, nil
}

// retire takes a job out of the list, of which nothing waits. It comes back
// with new recipients.
func (l *jobList) retire(j *job) {
	if !j.linked {
		return
	}
	l.pop(j)
	l.giveBack(j)
	for _, child := range j.children {
		child.parent = nil
	}
	j.children = nil
	if l.current == j {
		l.current = j.next
	}
	if l.candidate == j || l.candidateOf == j {
		l.candidateOf = nil
	}
	l.cut(j)
	j.linked = false
}

// giveBack passes the room for recipients that a job does not use on to the
// first that has some to read (qmgr_job_move_limits).
func (l *jobList) giveBack(j *job) {
	unused := min(j.rcptMax-j.rcptN, j.msg.rcptMax-j.msg.rcptN)
	if unused <= 0 {
		return
	}
	j.rcptMax -= unused
	j.msg.rcptMax -= unused
	l.free += unused
	if l.free <= 0 || j.msg.q.unreadN == 0 {
		return
	}
	for next := l.first; next != nil; next = next.next {
		if next != j && len(next.msg.unread) > 0 {
			next.rcptMax += l.free
			next.msg.rcptMax += l.free
			l.free = 0
			return
		}
	}
}

// take chooses the entry that goes next; nil when none can
// (qmgr_job_entry_select).
func (l *jobList) take(p *sim.Proc) *entry {
	j := l.current
	if j != nil && l.slotCost >= 2 {
		j = l.preempt(p, j)
	}
	for next := j; j != nil; j = next {
		next = j.next
		if l.blocked(j) {
			continue
		}
		if e := j.choose(p); e != nil {
			e.turn = p.Cause()
			j.available++
			j.used++
			if j != l.candidateOf {
				l.candidateOf = nil
			}
			l.current = j
			if !j.waits() && len(j.msg.unread) == 0 {
				l.retire(j)
			}
			return e
		}
		if !j.waits() {
			l.retire(j)
			continue
		}
		j.tag = l.tag
		for _, peer := range j.peers {
			peer.dest.blocks = l.tag
		}
	}
	l.current = nil
	return nil
}

// choose takes the next entry of a job for a destination with room. More
// recipients are read when there is room for enough of them, or when nothing
// else is left to do (qmgr_job_peer_select).
func (j *job) choose(p *sim.Proc) *entry {
	m, l := j.msg, j.list
	room := m.rcptMax - m.rcptN
	late := p.World().Now()-m.refilled >= l.refillDelay
	if len(m.unread) > 0 && m.pending > 0 && (room >= l.refillLimit || room > 0 && late) {
		m.q.readMore(p, m)
	}
	if e := j.pick(); e != nil {
		return e
	}
	if len(m.unread) > 0 && m.pending > 0 && m.rcptMax > m.rcptN {
		m.q.readMore(p, m)
		return j.pick()
	}
	return nil
}

// pick takes an entry from the destinations of the job, one after the other.
func (j *job) pick() *entry {
	for i, peer := range j.peers {
		dest := peer.dest
		for len(peer.entries) > 0 && peer.entries[0].begun {
			peer.entries = peer.entries[1:]
		}
		if len(peer.entries) == 0 || !dest.open() || dest.busy >= dest.window {
			continue
		}
		e := peer.entries[0]
		peer.entries = peer.entries[1:]
		copy(j.peers[i:], j.peers[i+1:])
		if j.peers[len(j.peers)-1] = peer; len(peer.entries) == 0 {
			j.peers = j.peers[:len(j.peers)-1]
		}
		e.begun = true
		j.selected++
		dest.left--
		dest.forget()
		return e
	}
	return nil
}

// add puts a recipient into the entry of its message that waits for the
// destination, up to the limit of recipients, or into a new one. It returns the
// entry if it is new.
func (dest *destination) add(m *activeMail, r *Recipient) *entry {
	t := dest.t
	j := m.job(t)
	j.rcptN++
	m.rcptN++
	m.q.recipients.n++
	in := j.peer(dest)
	if n := len(in.entries); n > 0 && !in.entries[n-1].begun {
		last := in.entries[n-1]
		if t.recipientLimit == 0 || int64(len(last.recipients)) < t.recipientLimit {
			last.recipients = append(last.recipients, r)
			return nil
		}
	}
	e := &entry{msg: m, dest: dest, peer: in}
	e.recipients = append(e.one[:0], r)
	in.entries = append(in.entries, e)
	j.read++
	dest.waiting = append(dest.waiting, e)
	dest.left++
	dest.changed()
	return e
}

// peer is what a job has for a destination.
func (j *job) peer(dest *destination) *jobPeer {
	for i := len(j.peers) - 1; i >= 0; i-- {
		if j.peers[i].dest == dest {
			return j.peers[i]
		}
	}
	p := &jobPeer{job: j, dest: dest}
	p.entries = p.one[:0]
	j.peers = append(j.peers, p)
	return p
}

// forget takes what has been begun off the list of what waits for the
// destination.
func (dest *destination) forget() {
	for len(dest.waiting) > 0 && dest.waiting[0].begun {
		dest.waiting[0] = nil
		dest.waiting = dest.waiting[1:]
	}
}

// done is an entry about whose recipients all has been heard, or that goes
// another way. Its room for recipients is free again.
func (e *entry) done() {
	j, m, n := e.job(), e.msg, int64(len(e.recipients))
	j.rcptN -= n
	m.rcptN -= n
	m.q.recipients.n -= n
	for _, other := range m.jobs {
		if other != j && other.rcptN < other.rcptMax && (!other.linked || len(m.unread) == 0) {
			other.list.giveBack(other)
		}
	}
	if len(m.unread) == 0 {
		j.list.giveBack(j)
	}
}

// unblock has the jobs that the destination held up looked at again, when there
// is room in its window (qmgr_job_blocker_update).
func (dest *destination) unblock() {
	l := &dest.t.jobs
	if dest.resting || dest.blocks != l.tag {
		return
	}
	room := dest.dead == nil && dest.busy < dest.window
	if room && dest.left > 0 {
		l.tag += 2
		l.current, l.candidateOf = l.first, nil
	}
	if room || dest.dead != nil {
		dest.blocks = 0
	}
}
