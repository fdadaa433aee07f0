package tui

import (
	"slices"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// What the daemons of a host ask each other and their tables, and what they
// answer: the last questions up to the cursor, the newest below.

// talk is a question or an errand of a daemon, with the answer if there is one.
type talk struct {
	event  trace.Seq
	who    string // "qmgr → trivial-rewrite", or the daemon that looks into a table
	asked  string
	answer string
	style  Style // of the answer
	ours   bool  // it is about the message of the event
}

// talks are the last n on a host.
func (in *Instant) talks(node trace.NodeID, n int) []talk {
	t := in.Story.T
	msg := in.Story.msg(in.At)
	var out []talk
	for i := in.At; i >= 1 && i+lookBack > in.At && len(out) < n; i-- {
		e := t.At(i)
		if e.Node != node || e.Kind != trace.Daemon && e.Kind != trace.Lookup && e.Kind != trace.Delivery {
			continue
		}
		row := in.talkOf(e)
		row.event, row.ours = i, e.Msg == msg
		out = append(out, row)
	}
	slices.Reverse(out)
	return out
}

// talkOf takes an event apart.
func (in *Instant) talkOf(e *trace.Event) talk {
	t, w := in.Story.T, in.Words
	a, b, c := t.Name(e.A), t.Name(e.B), t.Name(e.C)
	text := oneLine(t.Text(e))
	switch e.Kind {
	case trace.Lookup:
		row := talk{who: a, asked: joinWords(b, c), answer: text, style: Local}
		switch {
		case e.Flags&trace.Lost != 0:
			row.answer, row.style = w.T("pfx.nothing"), Quiet
		case text == "":
			row.answer = w.T("pfx.found")
		case len(text) > 3 && (text[0] == '4' || text[0] == '5') && text[3] == ' ':
			row.style = Warn
		}
		return row
	case trace.Delivery:
		word := deliveryWord(e.Code)
		return talk{who: in.agentFor(e), asked: "<" + b + ">", answer: joinWords(word, text), style: fateStyle(word)}
	}
	row := talk{who: arrow(a, b), asked: explain.Saying(in.Words.Lang(), text), style: Local}
	if b == "trivial-rewrite" {
		row.asked, row.answer, _ = strings.Cut(row.asked, ": ")
	}
	if text == "" || text == "new mail" {
		row.asked = joinWords(row.asked, c)
	}
	return row
}

// agentFor is the delivery agent that had a recipient whose delivery has ended:
// the last to whom it was given.
func (in *Instant) agentFor(delivery *trace.Event) string {
	t := in.Story.T
	rcpt := t.Name(delivery.B)
	events := in.Snap.MsgEvents(delivery.Msg)
	for i := len(events) - 1; i >= 0 && i > len(events)-2000; i-- {
		e := t.At(events[i])
		from := program(t.Name(e.A))
		if e.Kind == trace.Daemon && e.Node == delivery.Node && e.C == delivery.A && e.Time <= delivery.Time && (from == "qmgr" || from == "local") &&
			!strings.HasPrefix(string(t.Text(e)), "resolve ") && !strings.HasPrefix(string(t.Text(e)), "note ") && strings.Contains(string(t.Text(e)), rcpt) {
			return program(t.Name(e.B))
		}
	}
	return in.agentOf(delivery.Node)
}

// The columns of the talk.
const (
	talkWho  = 14 // behind the time, where there is room for it
	talkWide = 26
)

// drawTalk lists them below a heading.
func drawTalk(in *Instant, node trace.NodeID, r Region) {
	if r.H < 2 {
		return
	}
	r.PutMax(0, 0, r.W, Quiet, in.Words.T("pfx.talk"))
	rows := in.talks(node, r.H-1)
	before := ""
	for y, row := range rows {
		x := 1
		if r.W >= 90 {
			time := stamp(in.Story.T.At(row.event).Time)
			if time != before {
				r.PutRight(talkWho-2, y+1, Quiet, time)
			}
			before, x = time, talkWho
		}
		row.draw(in, r, x, y+1)
	}
}

func (row *talk) draw(in *Instant, r Region, x, y int) {
	asked, answer := Plain, row.style
	if !row.ours {
		asked = Quiet
	}
	if row.event == in.At {
		asked, answer = asked|Bold, answer|Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	r.PutMax(x, y, talkWide-1, Quiet|asked&Bold, row.who)
	x += talkWide
	room := r.W - x
	if row.answer != "" {
		room = max(room*3/5, room-textWidth(row.answer)-3)
	}
	x = r.PutMax(x, y, room, asked, row.asked)
	if row.answer != "" {
		x = r.Put(x, y, Rule, " = ")
		r.PutMax(x, y, r.W-x, answer, row.answer)
	}
}
