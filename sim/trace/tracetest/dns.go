package tracetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// Ask is a DNS question from one node to another with its answer, in a UDP
// flow of its own. Records are lines in the form of a zone file; a line that
// starts with "NS:" stands in the authority section, "AR:" in the additional.
func (b *Builder) Ask(from, to trace.NodeID, name, typ string, records ...string) trace.Seq {
	f := b.Question(from, to, name, typ)
	return f.Answer(dns.RcodeSuccess, records...)
}

// Flow is a DNS question that waits for its answer.
type Flow struct {
	b     *Builder
	query *dns.Msg
	event trace.Event
	walk  bool
}

// Question sends the question and returns the flow to be answered.
func (b *Builder) Question(from, to trace.NodeID, name, typ string) *Flow {
	b.port++
	b.id = b.id*31 + 17
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.StringToType[typ])
	q.Id = b.id
	roles := strings.Join(b.T.Node(to).Roles, " ")
	walk := !strings.Contains(roles, "resolver")
	if walk {
		q.RecursionDesired = false
		q.SetEdns0(1232, false)
	}
	conn := b.T.AddConn(trace.Conn{
		Proto: trace.DNS, UDP: true, Client: from, Server: to,
		ClientAddr: fmt.Sprintf("%s:%d", b.T.Node(from).Addrs[0], b.port),
		ServerAddr: b.T.Node(to).Addrs[0] + ":53",
	})
	e := trace.Event{Kind: trace.Query, Proto: trace.DNS, Side: trace.Client, Conn: conn,
		Node: from, Peer: to, A: b.sym(strings.TrimSuffix(name, ".")), B: b.sym(typ)}
	b.Add(e, packed(q))
	b.Wait(300 * time.Microsecond)
	return &Flow{b: b, query: q, event: e, walk: walk}
}

// Answer answers the question with records as Ask has them.
func (f *Flow) Answer(rcode int, records ...string) trace.Seq {
	r := new(dns.Msg)
	r.SetRcode(f.query, rcode)
	r.RecursionAvailable = !f.walk
	for _, line := range records {
		section := &r.Answer
		if rest, ok := strings.CutPrefix(line, "NS:"); ok {
			section, line = &r.Ns, rest
		} else if rest, ok := strings.CutPrefix(line, "AR:"); ok {
			section, line = &r.Extra, rest
		}
		rr, err := dns.NewRR(line)
		if err != nil {
			panic("tracetest: " + err.Error())
		}
		*section = append(*section, rr)
	}
	r.Authoritative = f.walk && len(r.Answer) > 0
	if f.walk {
		r.SetEdns0(1232, false)
	}
	e := f.event
	e.Kind, e.Side = trace.Answer, trace.Server
	e.Node, e.Peer = e.Peer, e.Node
	e.Code, e.N = uint16(rcode), uint32(len(r.Answer))
	return f.b.Add(e, packed(r))
}

func packed(m *dns.Msg) string {
	m.Compress = true
	p, err := m.Pack()
	if err != nil {
		panic("tracetest: " + err.Error())
	}
	return string(p)
}
