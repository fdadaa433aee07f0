package scenario_test

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// origin is what the chain of causes of an event says to the audit. Chains are
// long, and each event would have to be followed back to the keyboard; but an
// event inherits from its cause, which was seen before it, and only those that
// change something need memory of their own.
type origin struct {
	*lineage
	step trace.Seq // the nearest cause, or the event itself, that hands over: a daemon to a daemon, a client a content
}

// lineage are those whom all events of a chain serve. It is not changed any
// more once it is made.
type lineage struct {
	attempts       []*attempt     // the nearest one of each host, the nearest of all first
	readers        []trace.NodeID // on which somebody fetches mail
	verify, silent bool           // sendmail -bv, and -N never
}

var noLineage = &lineage{}

// cause is the event that led to an event; 0 is none.
func (a *audit) cause(s trace.Seq) trace.Seq {
	if c := a.t.At(s).Cause; c < s { // a damaged trace must not make a circle
		return c
	}
	return 0
}

// descend notes what the next event inherits from its cause, and what it adds.
func (a *audit) descend(s trace.Seq, e *trace.Event) {
	a.origins[0].lineage = noLineage
	o := a.origins[a.cause(s)]
	switch {
	case e.Kind == trace.Daemon || e.Kind == trace.Content && e.Proto == trace.SMTP && e.Side == trace.Client:
		o.step = s
	case e.Kind == trace.Queue && a.t.Name(e.C) == "active" && (o.verify || o.silent): // what comes of that mail, a report or a bounce, is another one
		o.lineage = &lineage{attempts: o.attempts, readers: o.readers}
	case e.Kind == trace.Action && a.t.Name(e.B) == "fetch" && !slices.Contains(o.readers, e.Node):
		o.lineage = &lineage{attempts: o.attempts, readers: append(slices.Clip(o.readers), e.Node)}
	case e.Kind == trace.Action && strings.Contains(string(a.t.Text(e)), "sendmail "):
		words := string(a.t.Text(e))
		o.lineage = &lineage{attempts: o.attempts, verify: strings.Contains(words, " -bv "), silent: strings.Contains(words, " -N never ")}
	}
	a.origins = append(a.origins, o)
	if e.Conn == 0 {
		return
	}
	if at := a.attemptOf(s, a.t.Conn(e.Conn).Client); at != nil && !slices.Contains(at.conns, e.Conn) {
		at.conns = append(at.conns, e.Conn)
	}
}

// begins makes an attempt the one that the present event and what follows from
// it serves, on its host.
func (a *audit) begins(at *attempt) {
	o := &a.origins[a.at]
	others := []*attempt{at}
	for _, x := range o.attempts {
		if x.file.node != at.file.node {
			others = append(others, x)
		}
	}
	o.lineage = &lineage{others, o.readers, o.verify, o.silent}
}

// attemptOf is the request to an agent from which an event on a host follows.
func (a *audit) attemptOf(s trace.Seq, node trace.NodeID) *attempt {
	for _, at := range a.origins[s].attempts {
		if at.file.node == node {
			return at
		}
	}
	return nil
}

// latest is the nearest request to an agent from which an event follows, of
// whatever host.
func (a *audit) latest(s trace.Seq) *attempt {
	if list := a.origins[s].attempts; len(list) > 0 {
		return list[0]
	}
	return nil
}

// reads tells whether an event is one of a person's mail program that reads.
func (a *audit) reads(e *trace.Event) bool {
	return slices.Contains(a.origins[a.at].readers, e.Node)
}
