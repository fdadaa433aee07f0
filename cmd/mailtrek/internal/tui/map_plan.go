package tui

import (
	"slices"

	"mailtrek/sim/trace"
)

// The plan of the map is drawn from the whole trace, so that no host ever moves:
// senders at the left, then the mail systems by the number of hops from there,
// those who only read at the right, and the DNS above all.

// mapPlan is who stands in which column, and who is linked.
type mapPlan struct {
	columns [][]trace.NodeID
	names   []trace.NodeID // resolvers first, then name servers
	links   []link
}

// mapPlan is the plan of the story, made when it is first asked for.
func (s *Story) mapPlan() *mapPlan {
	if s.plan != nil {
		return s.plan
	}
	p := &mapPlan{links: s.links}
	s.plan = p
	rank, mail := s.mailRanks()
	for _, id := range s.hosts {
		switch {
		case !mail[id] && s.isNames(id):
			p.names = append(p.names, id)
			continue
		case rank[id] < 0:
			rank[id] = 0
		}
		for len(p.columns) <= rank[id] {
			p.columns = append(p.columns, nil)
		}
		p.columns[rank[id]] = append(p.columns[rank[id]], id)
	}
	p.columns = slices.DeleteFunc(p.columns, func(c []trace.NodeID) bool { return len(c) == 0 })
	slices.SortStableFunc(p.names, func(a, b trace.NodeID) int { return s.namesOrder(a) - s.namesOrder(b) })
	return p
}

// passes tells whether a link leads past a column.
func (p *mapPlan) passes() bool {
	column := map[trace.NodeID]int{}
	for i, c := range p.columns {
		for _, id := range c {
			column[id] = i + 1
		}
	}
	for _, k := range p.links {
		if a, b := column[k.a], column[k.b]; a > 0 && b > 0 && max(a, b)-min(a, b) > 1 {
			return true
		}
	}
	return false
}

// isNames tells of a host that handles no mail whether it belongs to the DNS.
func (s *Story) isNames(id trace.NodeID) bool {
	roles := s.T.Node(id).Roles
	return len(roles) == 0 || slices.Contains(roles, "DNS") || slices.Contains(roles, "resolver")
}

func (s *Story) namesOrder(id trace.NodeID) int {
	if slices.Contains(s.T.Node(id).Roles, "resolver") {
		return 0
	}
	return 1
}

// mailRanks are the hops from the senders to each host, -1 for one that no
// mail reaches, and who takes part in a conversation that is not DNS.
func (s *Story) mailRanks() (rank []int, mail []bool) {
	t := s.T
	n := t.Nodes() + 1
	rank, mail = make([]int, n), make([]bool, n)
	serves, next := make([]bool, n), make([][]trace.NodeID, n)
	var senders, readers []trace.NodeID
	for i := range rank {
		rank[i] = -1
	}
	for i := 1; i <= t.Conns(); i++ {
		c := t.Conn(trace.ConnID(i))
		if c.Proto == trace.DNS || c.UDP || c.Client == c.Server {
			continue
		}
		mail[c.Client], mail[c.Server] = true, true
		if c.Proto != trace.SMTP {
			readers = appendNew(readers, c.Client)
			continue
		}
		serves[c.Server] = true
		senders = appendNew(senders, c.Client)
		next[c.Client] = appendNew(next[c.Client], c.Server)
	}
	front := slices.DeleteFunc(slices.Clone(senders), func(id trace.NodeID) bool { return serves[id] })
	if len(front) == 0 && len(senders) > 0 {
		front = senders[:1]
	}
	far := 0
	for hops := 0; len(front) > 0; hops++ {
		var beyond []trace.NodeID
		for _, id := range front {
			if rank[id] < 0 {
				rank[id], far = hops, hops
				beyond = append(beyond, next[id]...)
			}
		}
		front = beyond
	}
	for _, id := range senders { // islands that the first senders do not reach
		if rank[id] < 0 {
			rank[id] = 0
		}
	}
	s.rankReaders(rank, readers, far)
	return rank, mail
}

// rankReaders puts those who only read behind all others, and the servers that
// no mail came to over SMTP one before them.
func (s *Story) rankReaders(rank []int, readers []trace.NodeID, far int) {
	for i := 1; i <= s.T.Conns(); i++ {
		c := s.T.Conn(trace.ConnID(i))
		if c.Proto != trace.DNS && !c.UDP && c.Client != c.Server && rank[c.Server] < 0 {
			rank[c.Server] = max(far, 1)
			far = max(far, 1)
		}
	}
	for _, id := range readers {
		if rank[id] < 0 {
			rank[id] = far + 1
		}
	}
}

func appendNew(list []trace.NodeID, id trace.NodeID) []trace.NodeID {
	if slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}
