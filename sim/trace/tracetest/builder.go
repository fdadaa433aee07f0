// Package tracetest builds small traces by hand for the tests of what stands
// on package trace: selectors, snapshots, exports, screens. Story is a mail
// that arrives at once, Failover one whose first mail exchanger is stopped.
//
// The traces are as the simulator would record them, with all columns of each
// kind filled and with true causes, but no simulator is needed to have them.
package tracetest

import (
	"fmt"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// Builder appends events to a trace that is told by hand. Each method returns
// the number of its last event. Last is the cause of the next event and can be
// set to tell another cause.
type Builder struct {
	T    *trace.Trace
	Now  time.Duration // virtual time of the next event
	Last trace.Seq     // cause of the next event
	Msg  trace.MsgID   // message of the next events

	port int
	id   uint16
}

// NewBuilder returns a builder of an empty trace.
func NewBuilder(h trace.Header) *Builder {
	return &Builder{T: trace.New(h), port: 40000, id: 0x1a90}
}

// Node adds a host with its first address and its roles.
func (b *Builder) Node(name, short, addr string, roles ...string) trace.NodeID {
	return b.T.AddNode(trace.Node{Name: name, Short: short, Addrs: []string{addr}, Roles: roles})
}

// Wait lets virtual time pass.
func (b *Builder) Wait(d time.Duration) { b.Now += d }

// Add appends e at the builder's time with its cause and message.
func (b *Builder) Add(e trace.Event, text string) trace.Seq {
	e.Time, e.Cause = int64(b.Now), b.Last
	if e.Msg == 0 {
		e.Msg = b.Msg
	}
	b.Last = b.T.Append(e, []byte(text))
	return b.Last
}

// Side appends e like Add, but does not make it the cause of the next event.
func (b *Builder) Side(e trace.Event, text string) trace.Seq {
	last := b.Last
	s := b.Add(e, text)
	b.Last = last
	return s
}

func (b *Builder) sym(s string) trace.Sym { return b.T.Intern(s) }

// Act is an action of a person on a node; nothing is its cause.
func (b *Builder) Act(node trace.NodeID, user, verb, words string) trace.Seq {
	b.Last = 0
	return b.Add(trace.Event{Kind: trace.Action, Node: node, A: b.sym(user), B: b.sym(verb)}, words)
}

// Log is a line of the system log.
func (b *Builder) Log(node trace.NodeID, program string, pid uint32, format string, args ...any) {
	b.Side(trace.Event{Kind: trace.Log, Node: node, A: b.sym(program), N: pid}, fmt.Sprintf(format, args...))
}

// Hand is a hand-over from one daemon to another.
func (b *Builder) Hand(node trace.NodeID, from, to, qid, text string) trace.Seq {
	return b.Add(trace.Event{Kind: trace.Daemon, Node: node, A: b.sym(from), B: b.sym(to), C: b.sym(qid)}, text)
}

// Queue is a move of a queue file.
func (b *Builder) Queue(node trace.NodeID, qid, from, to string, size int, reason string) trace.Seq {
	return b.Add(trace.Event{Kind: trace.Queue, Node: node, A: b.sym(qid), B: b.sym(from), C: b.sym(to), N: uint32(size)}, reason)
}

// Field is a header field that a daemon adds.
func (b *Builder) Field(node trace.NodeID, daemon, name, value string) trace.Seq {
	return b.Add(trace.Event{Kind: trace.Field, Node: node, A: b.sym(daemon), B: b.sym(name), C: b.sym("add")}, name+": "+value)
}

// Dialogue is an open connection under construction.
type Dialogue struct {
	b     *Builder
	ID    trace.ConnID
	proto trace.Proto
	c, s  trace.NodeID
	verb  trace.Sym
	state string
}

// Open connects two nodes; serverAddr is "10.10.10.10:25" or a socket's path.
func (b *Builder) Open(proto trace.Proto, client, server trace.NodeID, serverAddr string) *Dialogue {
	c := trace.Conn{Proto: proto, Client: client, Server: server, ServerAddr: serverAddr}
	if strings.Contains(serverAddr, ":") {
		b.port++
		c.ClientAddr = fmt.Sprintf("%s:%d", b.T.Node(client).Addrs[0], b.port)
	}
	d := &Dialogue{b: b, ID: b.T.AddConn(c), proto: proto, c: client, s: server, state: "connected"}
	d.add(trace.Event{Kind: trace.Open, Side: trace.Client}, "")
	return d
}

// add appends e on the connection; Side decides who is Node and who is Peer.
func (d *Dialogue) add(e trace.Event, text string) trace.Seq {
	e.Conn, e.Proto = d.ID, d.proto
	e.Node, e.Peer = d.c, d.s
	if e.Side == trace.Server {
		e.Node, e.Peer = d.s, d.c
	}
	return d.b.Add(e, text)
}

// Accept is the answer to the SYN, half a millisecond later.
func (d *Dialogue) Accept() *Dialogue {
	d.b.Wait(500 * time.Microsecond)
	d.add(trace.Event{Kind: trace.Accept, Side: trace.Server}, "")
	return d
}

// Refuse answers the SYN with a reset.
func (d *Dialogue) Refuse() trace.Seq {
	d.b.Wait(500 * time.Microsecond)
	return d.add(trace.Event{Kind: trace.Refuse, Side: trace.Server}, "")
}

// C is lines of the client, sent in one write; the first word is the verb.
func (d *Dialogue) C(lines ...string) trace.Seq {
	for i, l := range lines {
		e := trace.Event{Kind: trace.Line, Side: trace.Client, A: d.b.sym(verbOf(l))}
		if i > 0 {
			e.Flags = trace.Pipelined
		}
		d.verb = e.A
		d.add(e, l+"\r\n")
	}
	d.b.Wait(400 * time.Microsecond)
	return d.b.Last
}

// S is the lines of one reply to the last command.
func (d *Dialogue) S(lines ...string) trace.Seq { return d.Reply(d.b.T.Name(d.verb), lines...) }

// Reply is the lines of one reply to the command named.
func (d *Dialogue) Reply(verb string, lines ...string) trace.Seq {
	for i, l := range lines {
		e := trace.Event{Kind: trace.Line, Side: trace.Server, A: d.b.sym(verb)}
		if i < len(lines)-1 {
			e.Flags = trace.More
		}
		if d.proto == trace.SMTP || d.proto == trace.LMTP {
			e.Code = codeOf(l)
		}
		d.add(e, l+"\r\n")
	}
	d.b.Wait(400 * time.Microsecond)
	return d.b.Last
}

// Content is message content of one side, as it stands on the wire.
func (d *Dialogue) Content(side trace.Side, wire string) trace.Seq {
	s := d.add(trace.Event{Kind: trace.Content, Side: side}, wire)
	d.b.Wait(600 * time.Microsecond)
	return s
}

// Pieces is message content that stands in several events.
func (d *Dialogue) Pieces(side trace.Side, pieces ...string) {
	for i, p := range pieces {
		e := trace.Event{Kind: trace.Content, Side: side, A: d.verb}
		if i < len(pieces)-1 {
			e.Flags = trace.More
		}
		d.add(e, p)
	}
}

// State moves the server's session to another state.
func (d *Dialogue) State(to string) {
	last := d.b.Last
	d.add(trace.Event{Kind: trace.State, Side: trace.Server, A: d.b.sym(d.state), B: d.b.sym(to)}, "")
	d.state, d.b.Last = to, last
}

// Close is the FIN of both sides.
func (d *Dialogue) Close(first trace.Side) {
	d.add(trace.Event{Kind: trace.Close, Side: first}, "")
	d.b.Wait(200 * time.Microsecond)
	d.add(trace.Event{Kind: trace.Close, Side: 3 - first}, "")
}

// verbOf is the first word in capitals.
func verbOf(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return strings.ToUpper(word)
}

// codeOf is the reply code at the start of a line; 0 when there is none.
func codeOf(line string) uint16 {
	var code uint16
	if _, err := fmt.Sscanf(line, "%3d", &code); err != nil {
		return 0
	}
	return code
}
