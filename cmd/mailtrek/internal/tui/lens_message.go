package tui

import (
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
		drawText(in, &l, right)
		return
	}
	l.brief = r.H < 30
	y := drawEnvelope(in, id, &l, r.Sub(1, 0, r.W-2, 3))
	trail := min(len(l.hops)+1, max(r.H-y-5, 2))
	if len(l.hops) == 0 {
		trail = 0
	}
	drawText(in, &l, r.Sub(1, y, r.W-2, r.H-y-trail))
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
		text := w.T("msg.unknown")
		if l.have && len(in.Snap.Entries(id)) == 0 && in.delivered(id) {
			text = w.T("msg.ended")
		}
		r.PutMax(x, y, r.W-x, Plain, text)
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

// delivered tells whether a message has left the mail systems: then its
// envelope has gone with it.
func (in *Instant) delivered(id trace.MsgID) bool {
	for _, p := range in.Snap.Where(id) {
		if p.Kind == state.InMailbox || p.Kind == state.AtReader || p.Kind == state.Nowhere {
			return true
		}
	}
	return false
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
		fate := 0 // the address is cut before what became of it
		if to.fate != "" {
			fate = textWidth(to.fate) + 1
		}
		next = r.PutMax(next, y, r.W-next-fate, Title, "<"+to.address+">")
		r.Put(next+1, y, fateStyle(to.fate), to.fate)
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
		if c.Client == c.Server {
			return w.T("msg.within", "host", t.Node(c.Server).Name)
		}
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

// textRow is a row of the message: of its header or of its body.
type textRow struct {
	name, text string // the name of a field stands out
	writer     string
	from       string // the host of the writer, if it is known
	style      Style
	now        bool
}

// drawText writes header and body, from the row that is scrolled to.
func drawText(in *Instant, l *letter, r Region) {
	r.Put(0, 0, Quiet, in.Words.T("msg.header"))
	if len(l.fields) == 0 {
		r.PutMax(0, 1, r.W, Quiet, in.Words.T("msg.nocontent"))
		return
	}
	r.PutRight(r.W, 0, Quiet, in.Words.T("msg.writer"))
	rows := append(in.headerRows(l), in.bodyRows(l)...)
	h := r.H - 1
	top := min(in.Scroll, max(len(rows)-h, 0))
	for y := 0; y < h && top+y < len(rows); y++ {
		if left := len(rows) - top - y; y == h-1 && left > 1 {
			r.PutMax(2, 1+y, r.W-2, Quiet, in.Words.T("msg.lines", "n", strconv.Itoa(left)))
			return
		}
		rows[top+y].draw(in, r, 1+y)
	}
}

func (row *textRow) draw(in *Instant, r Region, y int) {
	st := row.style
	if row.now {
		st |= Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	room := r.W - 2
	if row.writer != "" {
		room -= writerWidth
		style := Quiet
		if row.from != "" {
			style = Local
		}
		r.PutRight(r.W, y, style, clip(row.writer, writerWidth-1))
	}
	x := r.PutMax(2, y, room, st|Title, row.name)
	r.PutMax(x, y, room-(x-2), st, row.text)
}

// headerRows are the fields as they stand in the message, and below them what
// they mean when they are encoded. In brief the Received fields are one row,
// since they are shown as a trail.
func (in *Instant) headerRows(l *letter) []textRow {
	var rows []textRow
	trail := -1 // the row that stands for the Received fields
	for _, f := range l.fields {
		who := program(f.by)
		if f.host != "" {
			who = f.host + " " + program(f.by)
		}
		now := f.event == in.At && f.event != 0
		if l.brief && f.field.Is("Received") && len(l.hops) > 1 {
			if trail < 0 {
				trail = len(rows)
				rows = append(rows, textRow{name: f.field.Name, writer: who, from: f.host,
					text: ": " + in.Words.T("msg.trail", "n", strconv.Itoa(len(l.hops)))})
			}
			rows[trail].now = rows[trail].now || now
			continue
		}
		for i, line := range f.field.Lines() {
			line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " ")
			row := textRow{text: line, now: now && i == 0}
			if i == 0 {
				n := min(len(f.field.Name), len(line))
				row.name, row.text, row.writer, row.from = line[:n], line[n:], who, f.host
			}
			rows = append(rows, row)
		}
		if text := f.field.Text(); text != f.field.Unfolded() {
			rows = append(rows, textRow{text: "  = " + text, style: Quiet})
		}
	}
	return rows
}

// bodyRows are the lines of the body below a title of their own.
func (in *Instant) bodyRows(l *letter) []textRow {
	if !l.have {
		return nil
	}
	rows := []textRow{{}, {text: in.Words.T("msg.body"), style: Quiet}}
	for _, line := range strings.Split(strings.TrimRight(string(l.body), "\n"), "\n") {
		rows = append(rows, textRow{text: strings.TrimRight(line, "\r")})
	}
	return rows
}

// program is the name of a daemon without its service.
func program(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

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
			r.PutMax(x+2, y, r.W-x-2, Quiet, h.ID)
			r.PutMax(9, y+1, 7, Quiet, h.With)
			x = r.Put(trailText, y+1, Quiet, in.Glyphs.Left+" ")
			r.PutMax(x, y+1, r.W-x, Plain, shortName(from))
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
