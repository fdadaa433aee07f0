package tui

import (
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The map lens shows where everything is: the hosts, who has spoken with whom,
// which connections are open, where the mail is, and on its line what travels
// at this moment.

func drawMap(in *Instant, r Region) {
	m := in.layOut(in.Story.mapPlan(), r)
	d := mapDrawing{in: in, r: r, sheet: m, at: in.event(), mail: in.Story.msg(in.At)}
	if d.mail != 0 {
		d.places = in.Snap.Where(d.mail)
	}
	d.idle()
	d.open()
	d.travel()
	for _, s := range m.order {
		d.host(s)
	}
	d.joints()
	d.labels()
	d.caption()
}

// mapDrawing draws a sheet.
type mapDrawing struct {
	in     *Instant
	r      Region
	sheet  *mapSheet
	at     *trace.Event
	mail   trace.MsgID
	places []state.Place
}

// idle draws the links that have been used so far.
func (d *mapDrawing) idle() {
	l := newLines(d.r)
	for _, k := range d.sheet.plan.links {
		a, b := d.sheet.spots[k.a], d.sheet.spots[k.b]
		if k.first <= d.in.At && a != nil && b != nil {
			l.path(d.sheet.route(a, b))
		}
	}
	l.draw(d.r, Rule, false, d.in.Glyphs.ASCII)
}

// open draws the connections that are open.
func (d *mapDrawing) open() {
	for _, c := range d.in.Snap.OpenConns() {
		conn := d.in.Story.T.Conn(c.ID)
		a, b := d.sheet.spots[conn.Client], d.sheet.spots[conn.Server]
		if a == nil || b == nil || a == b {
			continue
		}
		l := newLines(d.r)
		l.path(d.sheet.route(a, b))
		l.draw(d.r, protoStyle(conn.Proto), false, d.in.Glyphs.ASCII)
	}
}

// way is the line of what travels at this event; nil when nothing does.
func (d *mapDrawing) way() []point {
	k := d.at.Kind
	if !k.Connection() && !k.Said() && k != trace.Query && k != trace.Answer && k != trace.TLS && k != trace.Record {
		return nil
	}
	a, b := d.sheet.spots[d.at.Node], d.sheet.spots[d.at.Peer]
	if a == nil || b == nil || a == b {
		return nil
	}
	return d.sheet.route(a, b)
}

// travel draws the line of the event, heavy, with its direction.
func (d *mapDrawing) travel() {
	way := d.way()
	if way == nil {
		return
	}
	st := d.in.labelOf(d.at).style
	l := newLines(d.r)
	l.path(way)
	l.draw(d.r, st&^Bold, true, d.in.Glyphs.ASCII)
	g := d.in.Glyphs
	end, before := way[len(way)-1], way[len(way)-2]
	if end == before && len(way) > 2 {
		before = way[len(way)-3]
	}
	head := g.Right
	switch {
	case d.at.Kind == trace.Timeout || d.at.Flags&trace.Lost != 0:
		head, st = g.Cross, Bad
	case end.x < before.x:
		head = g.Left
	case end.y < before.y:
		head = g.Up
	case end.y > before.y:
		head = g.Below
	}
	d.r.Put(end.x, end.y, st|Bold, head)
}

// host draws a host: its name, what it is, and what is there.
func (d *mapDrawing) host(s *mapSpot) {
	in, form := d.in, d.sheet.form
	if s.column < 0 {
		form = d.sheet.names
	}
	st := Plain
	if s.id == d.at.Node || s.id == d.at.Peer {
		st = Title
	}
	box := d.r.Sub(s.x, s.y, s.w, s.h)
	inner := box
	if form.frame {
		for y := range box.H {
			box.Fill(0, y, box.W, Plain, " ")
		}
		box.box(d.frame(s.id), in.Glyphs.ASCII)
		inner = box.Sub(1, 1, box.W-2, box.H-2)
	}
	inner.Put(0, 0, Plain, " ")
	if s.id == d.at.Node {
		inner.Put(0, 0, Accent, in.Glyphs.Cursor)
	}
	name := in.Story.T.Node(s.id).Name
	if textWidth(name) > inner.W-1 {
		name = in.Story.short(s.id)
	}
	status, look := d.status(s.id)
	if form.lines == 1 && status != "" && inner.W-3-textWidth(in.Story.short(s.id)) >= 3 {
		name = in.Story.short(s.id)
		x := inner.PutMax(1, 0, inner.W-1, st, name+" ")
		inner.PutMax(x, 0, inner.W-x, look, status+" ")
		return
	}
	inner.PutMax(1, 0, inner.W-1, st, clip(name, inner.W-1)+" ")
	if form.lines == 2 && status != "" {
		inner.PutMax(1, 1, inner.W-1, look, status)
		return
	}
	if form.lines > 1 {
		inner.PutMax(1, 1, inner.W-1, Quiet, in.roles(s.id))
	}
	if form.lines > 2 && (form.lines == 3 || look != Quiet) { // the number in the queues stands below, queue by queue
		inner.PutMax(1, 2, inner.W-1, look, status)
	}
	if form.lines > 3 {
		d.stores(s.id, inner.Sub(1, 3, inner.W-1, inner.H-3))
	}
}

// frame is the style of a host's frame.
func (d *mapDrawing) frame(id trace.NodeID) Style {
	switch id {
	case d.at.Node:
		return Accent
	case d.at.Peer:
		return Quiet
	}
	return Rule
}

// roles are what a host is, in one string.
func (in *Instant) roles(id trace.NodeID) string {
	return strings.Join(in.Story.T.Node(id).Roles, " ")
}

// status says what is at a host: that it is down, the mail, or its queue.
func (d *mapDrawing) status(id trace.NodeID) (string, Style) {
	in := d.in
	if in.Snap.Down(id) {
		return in.Glyphs.Cross + " " + in.Words.T("map.down"), Bad
	}
	for _, p := range d.places {
		if p.Node != id {
			continue
		}
		word := ""
		switch p.Kind {
		case state.AtAuthor:
			word = in.Words.T("map.author")
		case state.AtReader:
			word = in.Words.T("map.reader")
		case state.InQueue:
			word = p.Entry.Queue
		case state.InMailbox:
			word = in.Words.T("map.mailbox", "user", p.Box.User)
		default:
			continue
		}
		return in.Glyphs.Letter + " " + word, Local
	}
	n := 0
	for _, q := range state.QueueNames {
		n += in.Snap.QueueLen(id, q)
	}
	if n > 0 {
		return in.Words.T("map.queue", "n", itoa(n)), Quiet
	}
	return "", Plain
}

// caption says the event in full below the map, with the hosts it concerns.
func (d *mapDrawing) caption() {
	in, y := d.in, d.r.H-1
	l := in.labelOf(d.at)
	who := ""
	if d.at.Node != 0 {
		who = in.Story.short(d.at.Node)
		if d.at.Peer != 0 && d.at.Peer != d.at.Node {
			who += " " + arrowTo + " " + in.Story.short(d.at.Peer)
		}
	}
	end := d.r.W - 1
	if d.sheet.hidden > 0 {
		end = d.r.PutRight(end, y, Quiet, in.Words.T("map.hidden", "n", itoa(d.sheet.hidden))) - 2
	}
	x := d.r.PutMax(1, y, end-1, Quiet, who)
	if d.at.Kind.Said() {
		l.text = d.at.Side.String() + ": " + l.text
	}
	if l.sign != "" {
		l.text = l.sign + " " + l.text
	}
	d.r.PutMax(x+2, y, end-x-2, l.style, l.text)
}
