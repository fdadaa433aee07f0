package tui

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The message lens shows the two things that beginners take for one: the
// envelope, which the servers act upon, and the header, which is text. Each
// line of the header says who wrote it. The Received fields are the trail,
// which is read from the bottom up.

func drawMessage(in *Instant, r Region) {
	id := in.Story.msg(in.At)
	if id == 0 {
		drawNothing(in, r, "msg.none")
		return
	}
	l := in.letterOf(id)
	if r.W >= 100 {
		left := min(r.W*2/5, 62)
		y := drawEnvelope(in, id, &l, r.Sub(1, 0, left-2, r.H))
		drawTrail(in, &l, r.Sub(1, y+1, left-2, r.H-y-1))
		for y := 0; y < r.H; y++ {
			r.Put(left, y, Rule, in.Glyphs.V)
		}
		right := r.Sub(left+2, 0, r.W-left-3, r.H)
		y = drawHeader(in, &l, right)
		drawBody(in, &l, right.Sub(0, y+1, right.W, right.H-y-1))
		return
	}
	l.brief = r.H < 30
	y := drawEnvelope(in, id, &l, r.Sub(1, 0, r.W-2, 3))
	trail := min(len(l.hops)+1, max(r.H-y-6, 2))
	if len(l.hops) == 0 {
		trail = 0
	}
	drawHeader(in, &l, r.Sub(1, y, r.W-2, r.H-y-trail))
	drawTrail(in, &l, r.Sub(1, r.H-trail, r.W-2, trail))
}

// drawEnvelope writes sender, recipients and where the message is, and returns
// the row behind.
func drawEnvelope(in *Instant, id trace.MsgID, l *letter, r Region) int {
	w := in.Words
	r.Put(0, 0, Quiet, w.T("msg.envelope"))
	y, x := 1, 0
	if r.H <= 3 { // little room: beside the title
		y, x = 0, textWidth(w.T("msg.envelope"))+2
	}
	if !l.known {
		r.PutMax(x, y, r.W-x, Plain, w.T("msg.unknown"))
		y++
	} else {
		next := r.Put(x, y, Quiet, w.T("msg.from")) + 1
		sender := "<" + l.sender + ">"
		if l.sender == "" {
			sender = w.T("msg.null")
		}
		next = r.PutMax(next, y, r.W-next, Title, sender)
		if r.H > 3 {
			y, next = y+1, x-2
		}
		y = drawRecipients(in, l, r, x, next+2, y)
	}
	for _, p := range in.Snap.Where(id) {
		if y >= r.H {
			break
		}
		text := in.placeWords(p)
		if text == "" {
			continue
		}
		next := r.Put(0, y, Quiet, w.T("msg.where")) + 1
		r.PutMax(next, y, r.W-next, Plain, text)
		y++
	}
	return y
}

func drawRecipients(in *Instant, l *letter, r Region, x, next, y int) int {
	if len(l.rcpts) == 0 {
		return y + 1
	}
	for i, to := range l.rcpts {
		if r.H <= 3 && i > 0 || y >= r.H-1 {
			r.PutRight(r.W, y-1, Quiet, "+"+strconv.Itoa(len(l.rcpts)-i))
			break
		}
		if i > 0 {
			next = x
		}
		next = r.Put(next, y, Quiet, in.Words.T("msg.to")) + 1
		next = r.PutMax(next, y, r.W-next, Title, "<"+to.address+">")
		if st := fateStyle(to.fate); to.fate != "" {
			r.Put(next+1, y, st, to.fate)
		}
		y++
	}
	return y
}

func fateStyle(fate string) Style {
	switch fate {
	case "deferred":
		return Warn
	case "bounced", "refused":
		return Bad
	}
	return Good
}

// placeWords says where a message is.
func (in *Instant) placeWords(p state.Place) string {
	w, t := in.Words, in.Story.T
	host := t.Node(p.Node).Name
	switch p.Kind {
	case state.AtAuthor:
		return w.T("msg.composing", "host", host)
	case state.OnTheWire:
		c := t.Conn(p.Conn)
		return w.T("msg.wire", "from", in.Story.short(c.Client), "to", in.Story.short(c.Server))
	case state.InQueue:
		return w.T("msg.queue", "queue", p.Entry.Queue, "host", t.Node(p.Entry.Node).Name, "id", p.Entry.ID, "size", strconv.Itoa(p.Entry.Size))
	case state.InMailbox:
		return w.T("msg.mailbox", "user", p.Box.User, "host", t.Node(p.Box.Node).Name)
	case state.AtReader:
		return w.T("msg.reader", "host", host)
	case state.Nowhere:
		return w.T("msg.gone")
	}
	return ""
}

// writerWidth is the width of the column that says who wrote a field.
const writerWidth = 16

// drawHeader writes the header with its writers and returns the row behind.
func drawHeader(in *Instant, l *letter, r Region) int {
	w := in.Words
	r.Put(0, 0, Quiet, w.T("msg.header"))
	if len(l.fields) == 0 {
		r.PutMax(0, 1, r.W, Quiet, w.T("msg.nocontent"))
		return 2
	}
	r.PutRight(r.W, 0, Quiet, w.T("msg.writer"))
	y := 1
	for i, f := range l.fields {
		if y >= r.H-1 && i < len(l.fields)-1 {
			r.Put(2, y, Quiet, w.T("msg.lines", "n", strconv.Itoa(len(l.fields)-i)))
			return r.H
		}
		y = drawField(in, &f, r, y, l.brief && f.field.Is("Received"))
	}
	return min(y, r.H)
}

// drawField writes one field: its lines as they stand in the message, and what
// they mean when they are encoded. In brief it is the first line only.
func drawField(in *Instant, f *written, r Region, y int, brief bool) int {
	st := Plain
	if f.event == in.At && f.event != 0 {
		st = Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	who := f.by
	if f.host != "" {
		who = f.host + " " + program(f.by)
	}
	room := r.W - 2 - writerWidth
	lines := f.field.Lines()
	if brief && len(lines) > 1 {
		lines = []string{lines[0] + " …"}
	}
	for i, line := range lines {
		if y >= r.H {
			return y
		}
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " ")
		if i == 0 {
			name := len(f.field.Name)
			x := r.PutMax(2, y, room, st|Title, line[:min(name, len(line))])
			r.PutMax(x, y, room-(x-2), st, line[min(name, len(line)):])
			style := Quiet
			if f.host != "" {
				style = Local
			}
			r.PutRight(r.W, y, style, clip(who, writerWidth-1))
		} else {
			r.PutMax(2, y, room, st, line)
		}
		y++
	}
	if text := f.field.Text(); text != f.field.Unfolded() && y < r.H {
		r.PutMax(4, y, room-2, Quiet, "= "+text)
		y++
	}
	return y
}

// program is the name of a daemon without its service.
func program(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// drawBody writes as much of the body as has room.
func drawBody(in *Instant, l *letter, r Region) {
	if r.H < 2 || !l.have {
		return
	}
	r.Put(0, 0, Quiet, in.Words.T("msg.body"))
	lines := strings.Split(strings.TrimRight(string(bytes.ToValidUTF8(l.body, []byte("\uFFFD"))), "\n"), "\n")
	for i, line := range lines {
		if i == r.H-2 && i < len(lines)-1 {
			r.Put(2, 1+i, Quiet, in.Words.T("msg.lines", "n", strconv.Itoa(len(lines)-i)))
			return
		}
		r.PutMax(2, 1+i, r.W-2, Plain, line)
	}
}

// trailText is the column of the hosts in the Received chain.
const trailText = 17

// drawTrail writes the Received chain, the first hop in the lowest row as in
// the header, with the time that each step took.
func drawTrail(in *Instant, l *letter, r Region) {
	if r.H < 2 {
		return
	}
	r.Put(0, 0, Quiet, in.Words.T("msg.chain"))
	hops := l.hops
	if len(hops) == 0 {
		r.PutMax(2, 1, r.W-2, Quiet, in.Words.T("msg.nohop"))
		return
	}
	y := 1
	rows := 1
	if r.W < 70 && r.H > 2*len(hops) {
		rows = 2 // a row for the hosts, a row for the rest
	}
	for i := len(hops) - 1; i >= 0; i-- {
		if y+rows > r.H {
			return
		}
		h := hops[i]
		delay := signed(h.Delay)
		if i == 0 || !h.Known {
			delay = ""
		}
		from := h.From
		if from == "" {
			from = in.Words.T("msg.itself")
		}
		clock := h.Time.Format("15:04:05")
		if h.Time.IsZero() {
			clock = "--:--:--"
		}
		r.Put(0, y, Quiet, clock)
		r.PutMax(9, y, 8, Quiet, delay)
		x := r.PutMax(trailText, y, r.W-trailText, Title, shortName(h.By))
		if rows == 2 {
			x = r.Put(trailText, y+1, Quiet, in.Glyphs.Left+" ")
			x = r.PutMax(x, y+1, r.W-x, Plain, shortName(from))
			x = r.PutMax(x+2, y+1, r.W-x-2, Quiet, joinWords(h.With, h.ID))
		} else {
			x = r.Put(x, y, Quiet, " "+in.Glyphs.Left+" ")
			x = r.PutMax(x, y, r.W-x, Plain, shortName(from))
			r.PutMax(x+2, y, r.W-x-2, Quiet, joinWords(h.With, h.ID))
		}
		y += rows
	}
}

// shortName is a host's name, cut to its first two labels when it is long.
func shortName(name string) string {
	if len(name) <= 24 {
		return name
	}
	labels := strings.SplitN(name, ".", 3)
	if len(labels) < 3 {
		return name
	}
	return labels[0] + "." + labels[1] + "…"
}

// signed is a duration with its sign, in whole seconds.
func signed(d time.Duration) string {
	s := strconv.FormatInt(int64(d/time.Second), 10)
	if d >= 0 {
		s = "+" + s
	}
	return s + " s"
}
