package postfix

import (
	"slices"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// preempt lets a smaller job go before a big one that has earned enough slots:
// one for every delivery_slot_cost of its deliveries. A loan and a discount let
// it happen sooner; paid for is all the same what the smaller job uses
// (qmgr_job_preempt).
func (l *jobList) preempt(p *sim.Proc, big *job) *job {
	if big.available <= 0 || big.most() < l.minSlots*l.slotCost {
		return big
	}
	j := l.best(p, big)
	if j == nil {
		return big
	}
	needed := j.most() - j.selected
	if float64(big.available/l.slotCost+l.slotLoan) < float64(needed*l.slotLoanFactor)/100 {
		return big
	}
	l.pop(j)
	l.cut(j)
	l.insert(j, big.prev)
	j.parent, j.level = big, big.level+1
	big.children = append(big.children, j)
	l.current, l.candidateOf = j, nil
	big.available -= needed * l.slotCost
	j.used = -needed // when it is popped: the difference to what it has used
	if len(j.msg.unread) > 0 {
		more := (l.spare + l.free + 1) / 2
		j.rcptMax += more
		j.msg.rcptMax += more
		l.free -= more
	}
	m := j.msg.mail
	m.last = j.msg.q.decide(trace.Event{A: p.Sym(trace.SchedAhead), B: p.Sym(big.msg.mail.ID), C: p.Sym(m.ID), Msg: m.Msg, Cause: p.Cause()}, "")
	return j
}

// best is the job behind a big one for which it would be best to go before:
// that has waited longest for its size, and needs no more slots than the big one
// can earn (qmgr_job_candidate).
func (l *jobList) best(p *sim.Proc, big *job) *job {
	now := p.Now().Unix()
	if l.candidateOf == big && (l.candidateAt == now || l.candidate == nil) {
		return l.candidate
	}
	var best *job
	score := 0.0
	if slots := (big.read - big.selected + big.available) / l.slotCost; slots > 0 {
		for j := big.next; j != nil; j = j.next {
			if len(j.children) > 0 || l.blocked(j) {
				continue
			}
			all := j.most()
			needed := all - j.selected
			waited := float64(now - j.msg.queued.Unix() + 1)
			if s := waited / float64(all); needed > 0 && needed <= slots && s > score {
				best, score = j, s
			}
			if waited <= score && j.level == 0 {
				break
			}
		}
	}
	l.candidate, l.candidateOf, l.candidateAt = best, big, now
	return best
}

// pop takes a job off the one before which it went. What it has not used of the
// slots comes back to that one; jobs that went before it go to the same one
// (qmgr_job_pop).
func (l *jobList) pop(j *job) {
	if j.level == 0 {
		return
	}
	parent := j.parent
	if parent != nil {
		if j.level == parent.level+1 {
			parent.available -= j.used * l.slotCost
		}
		parent.children = slices.DeleteFunc(parent.children, func(c *job) bool { return c == j })
		parent.children = append(parent.children, j.children...)
	}
	for _, child := range j.children {
		child.parent = parent
	}
	j.children, j.parent, j.level = nil, nil, 0
	l.candidateOf = nil
}
