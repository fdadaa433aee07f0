package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// Intervention is something that somebody outside the simulation did: a person
// who types, or a real program on a socket. A run is a function of its
// scenario, its seed and its interventions; the same ones at the same virtual
// times give the same trace.
type Intervention struct {
	At   time.Duration  `json:"at"`             // virtual time; with After it says nothing
	Do   InterventionDo `json:"do"`             //
	Conn int            `json:"conn,omitempty"` // its own number of the connection, from 1
	Host string         `json:"host,omitempty"` // open, datagram, command, edit: on which host
	From netip.Addr     `json:"from,omitzero"`  // open, datagram: from which of its addresses
	To   netip.AddrPort `json:"to,omitzero"`    // open, datagram
	Data []byte         `json:"data,omitempty"` // bytes, datagram; command: standard input; edit: the file; zone: the records
	User string         `json:"user,omitempty"` // command, edit: who; empty is the operator
	Line string         `json:"line,omitempty"` // command; fault: a line of a fault block; zone: the domain
	Path string         `json:"path,omitempty"` // edit: the file's full name
	// After lets it take effect directly after that event, before anybody acts
	// upon the event: up to it the run is as without the intervention. What
	// is done on a connection (bytes, secured, close, abort) takes effect as
	// soon as the process that made the event waits for something.
	After trace.Seq `json:"after,omitempty"`
	// TLS is what a client and the edge of the simulation agreed on (secured).
	TLS *wire.TLSFacts `json:"tls,omitempty"`
}

// InterventionDo is what an intervention does.
type InterventionDo string

// The interventions.
const (
	DoOpen     InterventionDo = "open"     // a connection
	DoBytes    InterventionDo = "bytes"    // on a connection
	DoSecured  InterventionDo = "secured"  // a TLS handshake that the server had asked for; bytes are plaintext from here on
	DoClose    InterventionDo = "close"    // of a connection: FIN
	DoAbort    InterventionDo = "abort"    // of a connection: RST
	DoDatagram InterventionDo = "datagram" // by UDP
	DoCommand  InterventionDo = "command"  // of a host's operator
	DoFault    InterventionDo = "fault"    // a condition, as a line of a fault block
	DoEdit     InterventionDo = "edit"     // of a file, with an editor; no program notices by itself
	DoZone     InterventionDo = "zone"     // of the records of a zone, in its file, and "rndc reload"
	DoEnd      InterventionDo = "end"      // the run is over
)

// WriteInterventions writes interventions, one JSON object a line.
func WriteInterventions(w io.Writer, list []Intervention) error {
	enc := json.NewEncoder(w)
	for i := range list {
		if err := enc.Encode(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// ReadInterventions reads what WriteInterventions wrote.
func ReadInterventions(r io.Reader) ([]Intervention, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var list []Intervention
	var last time.Duration
	for {
		var iv Intervention
		err := dec.Decode(&iv)
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("intervention %d: %w", len(list)+1, err)
		}
		if iv.After == 0 {
			if iv.At < last {
				return nil, fmt.Errorf("intervention %d: its time %v lies before that of the one above", len(list)+1, iv.At)
			}
			last = iv.At
		}
		list = append(list, iv)
	}
}

// Outside keeps the connections that interventions have opened.
type Outside struct {
	run   *Run
	conns map[int]*sim.External
	ran   *Ran // the last command
	// Sink gets what comes back on a connection, and the answers to datagrams
	// (conn is then that of the intervention). It may be nil.
	Sink func(conn int, d sim.Delivery)
}

// NewOutside returns an Outside of a run without connections.
func NewOutside(r *Run) *Outside { return &Outside{run: r, conns: map[int]*sim.External{}} }

// Backlog is the number of octets sent on a connection that its server has not
// read yet.
func (o *Outside) Backlog(conn int) int {
	if x := o.conns[conn]; x != nil {
		return x.Backlog()
	}
	return 0
}

// Apply lets an intervention take effect at the present instant of the world.
func (o *Outside) Apply(iv Intervention) error {
	switch iv.Do {
	case DoOpen, DoDatagram, DoCommand, DoEdit:
		return o.onHost(iv)
	case DoFault:
		f, err := o.run.Scenario.ParseFault(iv.Line)
		if err != nil {
			return fmt.Errorf("intervention at %v: %w", o.run.World.Now(), err)
		}
		o.run.plan(f, 0)
		return nil
	case DoZone:
		return o.run.editZone(iv)
	}
	x := o.conns[iv.Conn]
	if x == nil {
		return fmt.Errorf("intervention at %v: connection %d is not open", iv.At, iv.Conn)
	}
	switch iv.Do {
	case DoBytes:
		x.Conn().Write(iv.Data)
	case DoSecured:
		if iv.TLS == nil {
			return fmt.Errorf("intervention at %v: connection %d is secured by nothing", iv.At, iv.Conn)
		}
		x.Secured(*iv.TLS)
	case DoClose:
		x.Conn().Close()
	case DoAbort:
		x.Conn().Abort()
	default:
		return fmt.Errorf("intervention at %v: unknown kind %q", iv.At, iv.Do)
	}
	return nil
}

func (o *Outside) onHost(iv Intervention) error {
	h := o.run.Host(iv.Host)
	if h == nil {
		return fmt.Errorf("intervention at %v: no host %q", iv.At, iv.Host)
	}
	sink := func(d sim.Delivery) {
		if o.Sink != nil {
			o.Sink(iv.Conn, d)
		}
	}
	switch iv.Do {
	case DoOpen:
		o.conns[iv.Conn] = o.run.World.Connect(h.Node, iv.From, iv.To, 0, sink)
	case DoDatagram:
		o.run.World.QueryUDP(h.Node, iv.From, iv.To, iv.Data, node.DescribeDNS, 0, func(b []byte) { sink(sim.Delivery{Data: b}) })
	case DoEdit:
		if err := o.run.edit(h, iv.User, iv.Path, iv.Data); err != nil {
			return fmt.Errorf("intervention at %v: %w", o.run.World.Now(), err)
		}
	case DoCommand:
		w := o.run.World
		s := w.Emit(trace.Event{Kind: trace.Action, Node: h.ID, A: w.Trace.Intern(iv.User), B: w.Trace.Intern("command")}, []byte(iv.Line))
		o.ran = o.run.Command(h, iv.User, iv.Line, iv.Data, s)
	}
	return nil
}
