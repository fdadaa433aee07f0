package tracetest

import (
	"fmt"

	"mailtrek/sim/trace"
)

// Many tells a story n times in one trace, with connections, messages and
// queue ids of their own, abreast of them at a time and those event by event
// interleaved.
func Many(story *trace.Trace, n, abreast int) *trace.Trace {
	m := &many{from: story, to: trace.New(story.Header)}
	for i := 1; i <= story.Nodes(); i++ {
		m.to.AddNode(*story.Node(trace.NodeID(i)))
	}
	for first := 0; first < n; first += abreast {
		m.round(first, min(abreast, n-first))
	}
	return m.to
}

type many struct {
	from, to *trace.Trace
	base     int64
}

// round tells the story count times at once.
func (m *many) round(first, count int) {
	last := int64(0)
	seqs := make([]map[trace.Seq]trace.Seq, count)
	conns, msgs := make([]map[trace.ConnID]trace.ConnID, count), make([]map[trace.MsgID]trace.MsgID, count)
	for i := range count {
		seqs[i] = map[trace.Seq]trace.Seq{}
		conns[i], msgs[i] = map[trace.ConnID]trace.ConnID{0: 0}, map[trace.MsgID]trace.MsgID{0: 0}
	}
	for s := trace.Seq(1); int(s) <= m.from.Len(); s++ {
		for i := range count {
			e := *m.from.At(s)
			last = e.Time
			e.Time += m.base
			e.Cause = seqs[i][e.Cause]
			if _, ok := conns[i][e.Conn]; !ok {
				conns[i][e.Conn] = m.to.AddConn(*m.from.Conn(e.Conn))
			}
			if _, ok := msgs[i][e.Msg]; !ok {
				msgs[i][e.Msg] = m.to.AddMsg(trace.Msg{Name: fmt.Sprintf("%s %d", m.from.Msg(e.Msg).Name, first+i)})
			}
			e.Conn, e.Msg = conns[i][e.Conn], msgs[i][e.Msg]
			m.names(&e, first+i)
			seqs[i][s] = m.to.Append(e, m.from.Text(m.from.At(s)))
		}
	}
	m.base += last + 1
}

// names carries the columns over; queue ids and file names get a number.
func (m *many) names(e *trace.Event, i int) {
	a, b, c := m.from.Name(e.A), m.from.Name(e.B), m.from.Name(e.C)
	switch e.Kind {
	case trace.Queue, trace.Envelope, trace.Delivery:
		a = fmt.Sprintf("%05X%s", i, a[5:])
	case trace.Daemon:
		if c != "" {
			c = fmt.Sprintf("%05X%s", i, c[5:])
		}
	case trace.Mailbox:
		b = fmt.Sprintf("%s/%d.%s", b[:3], i, b[4:])
	}
	e.A, e.B, e.C = m.to.Intern(a), m.to.Intern(b), m.to.Intern(c)
}
