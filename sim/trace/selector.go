package trace

import (
	"strconv"
	"strings"

	"mailtrek/protocols/wire"
)

// Selector is a question about one event that is answered with yes or no. The
// same language serves expectations, quiz positions, breakpoints, filters and
// the command line:
//
//	selector  = term { "or" term }
//	term      = factor { "and" factor }
//	factor    = [ "not" ] ( clause | "(" selector ")" )
//	clause    = HEAD { argument } | text { argument }
//	argument  = WORD | host | text
//	host      = "at" HOST | "from" HOST | "to" HOST | [ HOST ] "->" HOST
//	text      = ( "C:" | "S:" ) PATTERN | '"' words '"'
//
// What a head takes stands in SelectorHeads. Patterns are compared without
// regard to case; "*" stands for any characters, "?" for one. A HOST is a full
// or a short name, an address, or a pattern; behind "->" it may end in ":PORT".
// On a connection "A -> B" is client and server, "at" is the server, "from" is
// who sends and "to" who receives; elsewhere "at" and "from" are where it happens. What stands
// behind "C:" or "S:" is compared with the whole line, up to "and", "or" or the
// end; words in quotes may stand anywhere in the event's text and lose any
// meaning of their own.
//
//	smtp RCPT at mail2
//	smtp smtp.sender.example -> mail.alabala.com S: 250 2.0.0 *
//	reply 4??
//	queue mail -> deferred and msg first
//	dns MX alabala.com
//	connect smtp -> mail:25 refused
//	log mail status=bounced
//	not (pop3 or dns)
type Selector struct {
	source string
	root   matcher
	hosts  []word // the hosts that are named, for Check
	msgs   []word
}

// String is the selector as it was written.
func (s *Selector) String() string { return s.source }

// Match tells whether event q of t is meant. It looks at columns first and at
// the text last.
func (s *Selector) Match(t *Trace, q Seq) bool {
	return t.Has(q) && s.root.match(t, t.At(q), q)
}

// Next is the first event after q that is meant, 0 when there is none.
func (s *Selector) Next(t *Trace, q Seq) Seq {
	for q++; t.Has(q); q++ {
		if s.root.match(t, t.At(q), q) {
			return q
		}
	}
	return 0
}

// Prev is the last event before q that is meant, 0 when there is none.
func (s *Selector) Prev(t *Trace, q Seq) Seq {
	if int(q) > t.Len() {
		q = Seq(t.Len()) + 1
	}
	for q > 1 {
		q--
		if s.root.match(t, t.At(q), q) {
			return q
		}
	}
	return 0
}

// Check tells whether t knows the hosts and messages that the selector names;
// otherwise the error is a *SelectorError with the nearest known name.
func (s *Selector) Check(t *Trace) error {
	for _, w := range s.hosts {
		p, known := newPattern(w.text), false
		var names []string
		for i := 1; i <= t.Nodes(); i++ {
			n := t.Node(NodeID(i))
			names = append(names, n.Name, n.Short)
			known = known || matchNode(p, n)
		}
		if !known {
			return &SelectorError{Col: w.col, Word: w.text, Msg: "there is no host " + strconv.Quote(w.text), Near: wire.Nearest(w.text, names)}
		}
	}
	for _, w := range s.msgs {
		var names []string
		p, known := newPattern(w.text), false
		for i := 1; i <= t.Msgs(); i++ {
			names = append(names, t.Msg(MsgID(i)).Name)
			known = known || matchMsg(p, t, MsgID(i))
		}
		if !known {
			return &SelectorError{Col: w.col, Word: w.text, Msg: "there is no message " + strconv.Quote(w.text), Near: wire.Nearest(w.text, names)}
		}
	}
	return nil
}

// SelectorError says what is wrong with a selector and where.
type SelectorError struct {
	Col  int    // column, counted in characters from 1
	Word string // what stands there
	Msg  string
	Near string // the nearest known word, or empty
}

// Error is the message with the column and the nearest known word.
func (e *SelectorError) Error() string {
	msg := "column " + strconv.Itoa(e.Col) + ": " + e.Msg
	if e.Near != "" {
		msg += "; did you mean " + strconv.Quote(e.Near) + "?"
	}
	return msg
}

type matcher interface {
	match(t *Trace, e *Event, s Seq) bool
}

type anyOf []matcher

func (m anyOf) match(t *Trace, e *Event, s Seq) bool {
	for _, x := range m {
		if x.match(t, e, s) {
			return true
		}
	}
	return false
}

type allOf []matcher

func (m allOf) match(t *Trace, e *Event, s Seq) bool {
	for _, x := range m {
		if !x.match(t, e, s) {
			return false
		}
	}
	return true
}

type noneOf struct{ m matcher }

func (m noneOf) match(t *Trace, e *Event, s Seq) bool { return !m.m.match(t, e, s) }

// clause is a set of conditions that must all hold; a zero condition holds.
type clause struct {
	kinds kindSet
	proto Proto
	side  Side
	code  pattern

	a, b, c                       pattern
	at, from, to, client, server  pattern
	port                          pattern
	line                          pattern   // the whole text without its line end
	parts                         []pattern // anywhere in the text
	more                          func(t *Trace, e *Event, s Seq) bool
	aEmpty, bEmpty, cEmpty, final bool
}

type kindSet uint64

func kindsOf(kinds ...Kind) kindSet {
	var s kindSet
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (c *clause) match(t *Trace, e *Event, s Seq) bool {
	if c.kinds != 0 && c.kinds>>e.Kind&1 == 0 || c.side != NoSide && c.side != e.Side {
		return false
	}
	if c.proto != NoProto && protoOf(t, e) != c.proto || c.final && e.Flags&More != 0 {
		return false
	}
	if c.aEmpty && e.A != 0 || c.bEmpty && e.B != 0 || c.cEmpty && e.C != 0 {
		return false
	}
	return c.a.symbol(t, e.A) && c.b.symbol(t, e.B) && c.c.symbol(t, e.C) &&
		c.matchCode(e) && c.matchHosts(t, e) &&
		(c.more == nil || c.more(t, e, s)) && c.matchText(t, e)
}

func protoOf(t *Trace, e *Event) Proto {
	if e.Proto == NoProto && e.Conn != 0 {
		return t.Conn(e.Conn).Proto
	}
	return e.Proto
}

func (c *clause) matchCode(e *Event) bool {
	return !c.code.set || e.Code != 0 && c.code.match(strconv.Itoa(int(e.Code)))
}

func (c *clause) matchHosts(t *Trace, e *Event) bool {
	if c.client.set || c.server.set || c.port.set {
		if e.Conn == 0 {
			return false
		}
		conn := t.Conn(e.Conn)
		if !c.client.node(t, conn.Client) || !c.server.node(t, conn.Server) {
			return false
		}
		if c.port.set && !c.port.match(portOf(conn.ServerAddr)) {
			return false
		}
	}
	if c.at.set {
		where := e.Node
		if e.Conn != 0 {
			where = t.Conn(e.Conn).Server
		}
		if !c.at.node(t, where) {
			return false
		}
	}
	return c.from.node(t, e.Node) && c.to.node(t, e.Peer)
}

func (c *clause) matchText(t *Trace, e *Event) bool {
	if !c.line.set && len(c.parts) == 0 {
		return true
	}
	text := string(t.Text(e))
	if c.line.set && !c.line.match(strings.TrimRight(text, "\r\n")) {
		return false
	}
	for _, p := range c.parts {
		if !p.within(text) {
			return false
		}
	}
	return true
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }
