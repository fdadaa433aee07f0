package tui

import "mailtrek/sim/trace"

// A message with several recipients goes several ways, and on each of them its
// header grows in another manner: what LMTP has stored for one of them is not
// what SMTP carries to the others.

// copyOf are the texts and the changes of the header that belong to the copy of
// a message that the event is about: those on the conversations through which
// its causes lead. An event that does not come from the message, as when its
// reader opens a mailbox, is about the copy that was seen last.
func (in *Instant) copyOf(id trace.MsgID) (contents, fields []trace.Seq) {
	contents, fields = in.Snap.Contents(id), in.Snap.Fields(id)
	if len(contents) < 2 {
		return contents, fields
	}
	way := in.conversations(in.At)
	if mine := in.onWay(contents, way); len(mine) > 0 && len(mine) < len(contents) {
		return mine, in.onWay(fields, way)
	}
	return contents, fields
}

// causesFollowed is how far a chain of causes is followed back.
const causesFollowed = 20000

// conversations are those through which the causes of an event lead.
func (in *Instant) conversations(s trace.Seq) map[trace.ConnID]bool {
	t, way := in.Story.T, map[trace.ConnID]bool{}
	for n := 0; s != 0 && n < causesFollowed; n++ {
		e := t.At(s)
		if e.Conn != 0 && !t.Conn(e.Conn).UDP {
			way[e.Conn] = true
		}
		s = e.Cause
	}
	return way
}

// onWay are those of a message's events whose nearest conversation is among
// some, or that come from none.
func (in *Instant) onWay(list []trace.Seq, way map[trace.ConnID]bool) []trace.Seq {
	var mine []trace.Seq
	for _, s := range list {
		if c := in.conversation(s); c == 0 || way[c] {
			mine = append(mine, s)
		}
	}
	return mine
}

// waited tells whether a field was there before the text on which a server then
// put it: LMTP has its fields ready when DATA comes.
func (in *Instant) waited(field, content trace.Seq) bool {
	t := in.Story.T
	e, c := t.At(field), t.At(content)
	return c.Kind == trace.Content && c.Side == trace.Client && !in.own(e) && t.Name(e.C) == "add" && in.conversation(field) == c.Conn
}

// conversation is the one that an event is on or comes from.
func (in *Instant) conversation(s trace.Seq) trace.ConnID {
	t := in.Story.T
	for n := 0; s != 0 && n < causesFollowed; n++ {
		e := t.At(s)
		if e.Conn != 0 && !t.Conn(e.Conn).UDP {
			return e.Conn
		}
		s = e.Cause
	}
	return 0
}
