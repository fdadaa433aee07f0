package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The dialogue lens shows one conversation as the RFCs print it: C: and S:
// lines in the order in which they were sent, with the time, and beside the
// line that caused it the state that the server's session moved to. What has
// not been said yet is not there.

// said is one row of the lens.
type said struct {
	event trace.Seq
	time  string
	side  string // "C:", "S:" or ""
	text  string
	style Style     // of the text
	label Style     // of the side
	note  string    // the state that was reached, at the right end
	noted trace.Seq // the event of the note

	sealed bool // it travels inside TLS
	picked bool // it is the line that is chosen
	rest   bool // it goes on with the row above
}

const (
	saidTime = 12 // where the time column ends
	saidSide = 14
	saidText = 17
	// panelFrom is the width from which the state has a panel of its own.
	panelFrom = 100
)

func drawDialogue(in *Instant, r Region) {
	id := in.Story.conn(in.At)
	if id != 0 && in.Story.T.Conn(id).UDP {
		drawDNS(in, r) // one question alone says nothing
		return
	}
	if id == 0 {
		drawNothing(in, r, "dlg.none")
		return
	}
	drawDialogueHead(in, id, r.Sub(0, 0, r.W, 1))
	top := 2
	if r.H < 14 {
		top = 1
	}
	body := r.Sub(0, top, r.W, r.H-top)
	switch m := in.moment(id); {
	case r.W >= panelFrom:
		wide := min(max(r.W*2/5, 42), 72)
		body.W -= wide
		drawStatePanel(in, id, r.Sub(body.W, 2, wide, r.H-2))
	case m.conn != nil && m.conn.Phase == state.Open && m.machine != nil && r.H >= 12:
		foot := 5
		if r.H < 13 {
			foot = 4
		} else if r.H > 20 {
			foot = 8
		}
		body.H -= foot
		drawStateFoot(in, id, r.Sub(0, r.H-foot, r.W, foot))
	}
	rows := in.saidInSight(id, body.H, body.W-saidText-1)
	for y, row := range rows {
		row.draw(in, body, y)
	}
	if len(rows) == 0 {
		body.Put(saidSide, 0, Quiet, in.Words.T("dlg.silent"))
	}
}

// saidInSight are the rows that are shown: the last ones, or those around the
// line that is chosen.
func (in *Instant) saidInSight(id trace.ConnID, h, w int) []said {
	if in.Pick == 0 {
		return scrollBack(in.saidRows(id, h+in.Scroll, w), h, in.Scroll)
	}
	rows := in.saidRows(id, pickReach, w)
	chosen := pickAt(dialoguePicks(in), in.Pick)
	at := len(rows) - 1
	for i := range rows {
		if rows[i].event == chosen.wrote {
			rows[i].picked, at = true, i
		}
	}
	top := windowTop(len(rows), h, at)
	return rows[top:min(top+h, len(rows))]
}

// scrollBack leaves out the last rows, as many as are scrolled, but never all
// of those that fill h.
func scrollBack[T any](rows []T, h, scroll int) []T {
	end := max(len(rows)-scroll, min(len(rows), h))
	return rows[max(end-h, 0):end]
}

// drawNothing says in the middle of a lens why it is empty.
func drawNothing(in *Instant, r Region, key string) {
	lines := wrap(in.Words.T(key), max(r.W-8, 10))
	for i, l := range lines {
		r.Put(max((r.W-textWidth(l))/2, 1), max(r.H/3, 0)+i, Quiet, l)
	}
}

func drawDialogueHead(in *Instant, id trace.ConnID, r Region) {
	t := in.Story.T
	c := t.Conn(id)
	right := in.Words.T("dlg.state") + " " + in.sessionState(id)
	end := r.PutRight(r.W-1, 0, Quiet, right)
	r.Put(end+textWidth(right)-textWidth(in.sessionState(id)), 0, Title, in.sessionState(id))
	if n := in.Words.T("dlg.conn", "n", strconv.Itoa(int(id)), "of", strconv.Itoa(t.Conns())); r.W > 100 {
		end = r.PutRight(end-3, 0, Quiet, n)
	}
	x := r.PutMax(1, 0, end-20, Title, t.Node(c.Client).Name)
	x = r.Put(x, 0, Quiet, " "+in.Glyphs.H+in.Glyphs.Right+" ")
	x = r.PutMax(x, 0, end-x-8, Title, t.Node(c.Server).Name)
	x = r.PutMax(x, 0, end-x-2, Title, serverPort(c.ServerAddr))
	proto := strings.ToUpper(c.Proto.String())
	if s := in.Snap.Conn(id); s != nil && s.TLS != 0 {
		proto += " " + in.Words.T("dlg.inside", "version", t.Name(t.At(s.TLS).A))
	}
	if x+3+textWidth(proto) < end {
		r.Put(x+2, 0, protoStyle(c.Proto), proto)
	}
}

// serverPort is how the address of a server is written behind its name.
func serverPort(addr string) string {
	if strings.Contains(addr, "/") {
		return " " + addr
	}
	return servicePort(addr)
}

// sessionState is the state of a conversation at the instant: that of the
// server's session, or what became of the connection.
func (in *Instant) sessionState(id trace.ConnID) string {
	c := in.Snap.Conn(id)
	switch {
	case c == nil:
		return "–"
	case c.Phase == state.Open && in.sessionNow(id) != "":
		return in.sessionNow(id)
	}
	return in.Words.T("dlg.phase." + c.Phase.String())
}

// saidRows are the last rows of a conversation up to the instant, at most h.
func (in *Instant) saidRows(id trace.ConnID, h, w int) []said {
	events := in.Snap.ConnEvents(id)
	var rows []said // the last one first
	var note said
	for i := len(events) - 1; i >= 0 && len(rows) < h; i-- {
		e := in.Story.T.At(events[i])
		if e.Kind == trace.State {
			if note.note == "" {
				note = said{note: in.Story.T.Name(e.B), noted: events[i]}
			}
			continue
		}
		block := in.saidEvent(events[i], w)
		block[len(block)-1].note, block[len(block)-1].noted = note.note, note.noted
		note = said{}
		if i == 0 || in.Story.T.At(events[i-1]).Time/1e6 != e.Time/1e6 {
			block[0].time = stamp(e.Time)
		}
		slices.Reverse(block)
		rows = append(rows, block...)
	}
	rows = rows[:min(len(rows), h)]
	slices.Reverse(rows)
	return rows
}

// saidEvent is an event as rows.
func (in *Instant) saidEvent(s trace.Seq, w int) []said {
	e := in.Story.T.At(s)
	if e.Kind.Said() {
		return in.saidLines(s, e, w)
	}
	l := in.labelOf(e)
	text := in.saidWords(e)
	if e.Kind == trace.Query || e.Kind == trace.Answer {
		side := "C:"
		if e.Kind == trace.Answer {
			side = "S:"
		}
		return []said{{event: s, side: side, text: text, style: l.style, label: Names}}
	}
	if e.Kind == trace.Record {
		return []said{in.saidRecord(s, e)}
	}
	if l.sign != "" {
		text = l.sign + " " + text
	} else {
		l.style = Quiet
	}
	return []said{{event: s, text: text, style: l.style}}
}

// saidRecord is a record of TLS that carries no line: all that a listener on the
// wire can see of it.
func (in *Instant) saidRecord(s trace.Seq, e *trace.Event) said {
	row := said{event: s, side: "S:", text: in.words(e), style: Quiet, label: Quiet}
	if e.Node == in.Story.T.Conn(e.Conn).Client {
		row.side = "C:"
	}
	if e.N > 0 {
		row.text += "  " + in.Words.T("ladder.octets", "n", itoa(int(e.N)))
	}
	return row
}

// saidWords says what happens to the connection itself.
func (in *Instant) saidWords(e *trace.Event) string {
	t, w := in.Story.T, in.Words
	host := in.Story.short(e.Node) + " "
	switch e.Kind {
	case trace.Open:
		return host + w.T("dlg.connects", "to", in.Story.short(e.Peer)+serverPort(t.Conn(e.Conn).ServerAddr))
	case trace.Accept:
		return host + w.T("dlg.accepts")
	case trace.Refuse:
		return host + w.T("dlg.refuses")
	case trace.Close:
		return host + w.T("dlg.closes")
	case trace.Reset:
		return host + w.T("dlg.resets")
	case trace.Timeout:
		return host + w.T("dlg.timeout")
	case trace.TLS:
		return w.T("dlg.tls", "version", t.Name(e.A), "cipher", t.Name(e.B))
	}
	return in.words(e)
}

// A content shows its first and last lines when it is long.
const (
	contentHead = 40
	contentTail = 4
)

// saidLines are the lines that an event put on the wire.
func (in *Instant) saidLines(s trace.Seq, e *trace.Event, w int) []said {
	l := in.labelOf(e)
	side := e.Side.String() + ":"
	var out []said
	lines := wireLines(in.Story.T.Text(e))
	for i, text := range lines {
		if len(lines) > contentHead+contentTail+1 && i == contentHead {
			more := in.Words.T("dlg.lines", "n", strconv.Itoa(len(lines)-contentHead-contentTail))
			out = append(out, said{event: s, text: more, style: Quiet})
		}
		if len(lines) > contentHead+contentTail+1 && i >= contentHead && i < len(lines)-contentTail {
			continue
		}
		for j, part := range wrapLine(text, w) {
			row := said{event: s, text: part, style: l.style, label: protoStyle(e.Proto), sealed: e.Flags&trace.Sealed != 0}
			if l.sign == "" && e.Side == trace.Client || e.Kind == trace.Content {
				row.style = Plain
			}
			row.rest = j > 0
			if j == 0 {
				row.side = side
			}
			out = append(out, row)
		}
	}
	return out
}

// wireLines cuts octets into lines; their CRLF is not shown, but a bare CR or
// LF at an end is.
func wireLines(b []byte) []string {
	text := string(b)
	var lines []string
	for {
		line, rest, found := strings.Cut(text, "\n")
		if found && !strings.HasSuffix(line, "\r") {
			line += "\n"
		}
		lines = append(lines, strings.TrimSuffix(line, "\r"))
		if text = rest; !found || text == "" {
			return lines
		}
	}
}

// wrapLine cuts a line of the wire into parts that fit, behind a blank where
// there is one; blanks are kept, since they were sent.
func wrapLine(s string, w int) []string {
	if w < 8 || textWidth(s) <= w {
		return []string{s}
	}
	var parts []string
	for textWidth(s) > w && len(parts) < 12 {
		head := cutAtBlank(s, w)
		parts = append(parts, head)
		s = s[len(head):]
	}
	return append(parts, clip(s, w))
}

func (row said) draw(in *Instant, r Region, y int) {
	now := row.event == in.At
	style, quiet := row.style, Quiet
	if now {
		style |= Bold
		if !row.rest {
			r.Put(0, y, Accent, in.Glyphs.Cursor)
		}
	}
	if row.picked {
		style |= Reverse
	}
	r.PutRight(saidTime, y, quiet, row.time)
	if row.sealed {
		r.Put(saidSide-1, y, Quiet, in.Glyphs.Sealed)
	}
	r.Put(saidSide, y, row.label|style&Bold, row.side)
	x := saidText
	if row.side == "" && !row.rest && row.style == Quiet {
		x = saidSide
	}
	end := r.Put(x, y, style, row.text)
	if row.note == "" {
		return
	}
	note := in.Glyphs.H + " " + row.note
	st := Quiet
	if row.noted == in.At {
		st = Accent
		if !now {
			r.Put(0, y, Accent, in.Glyphs.Cursor)
		}
	}
	if at := max(r.W-1-textWidth(note), saidText); at > end+1 {
		r.Put(at, y, st, note)
	}
}
