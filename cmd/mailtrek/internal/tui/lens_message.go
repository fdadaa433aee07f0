package tui

import (
	"strconv"
	"strings"

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
	if r.W >= messageWide {
		drawMessageWide(in, id, &l, r)
		return
	}
	l.brief = r.H < 30
	if in.Pick > 0 {
		l.brief = false // every line can be chosen
		rows := in.aboutLine(&l, r.W-2)
		about := min(len(rows)+1, r.H/2)
		drawText(in, &l, r.Sub(1, 0, r.W-2, r.H-about))
		r.Fill(0, r.H-about, r.W, Rule, in.Glyphs.H)
		drawAbout(rows, r.Sub(1, r.H-about+1, r.W-2, about-1))
		return
	}
	envelope := 3
	if !l.brief {
		envelope = r.H / 3
	}
	y := drawEnvelope(in, id, &l, r.Sub(1, 0, r.W-2, envelope))
	trail := min(len(l.hops)+1, max(r.H/2, 2))
	if len(l.hops) == 0 {
		trail = 0
	}
	drawText(in, &l, r.Sub(1, y, r.W-2, r.H-y-trail))
	drawTrail(in, &l, r.Sub(1, r.H-trail, r.W-2, trail))
}

// messageWide is the width from which envelope and header stand side by side.
const messageWide = 96

// drawMessageWide puts the envelope and what else is known beside the text.
func drawMessageWide(in *Instant, id trace.MsgID, l *letter, r Region) {
	left := max(min(r.W*2/5, 76), 44)
	side := r.Sub(1, 0, left-2, r.H)
	y := drawEnvelope(in, id, l, side)
	y += drawTrail(in, l, side.Sub(0, y+1, side.W, side.H-y-1)) + 2
	if facts := l.wire.words(in); len(facts) > 0 && y+2 < side.H {
		side.Put(0, y, Quiet, in.Words.T("wire.title"))
		y++
		for _, f := range facts {
			for _, line := range wrap(f, side.W-2) {
				side.Put(2, y, Plain, line)
				y++
			}
		}
		y++
	}
	for y := 0; y < r.H; y++ {
		r.Put(left, y, Rule, in.Glyphs.V)
	}
	right := r.Sub(left+2, 0, r.W-left-3, r.H)
	if in.Pick > 0 {
		drawMessagePicked(in, l, side.Sub(0, y, side.W, side.H-y), right)
		return
	}
	drawText(in, l, right)
	y += drawCoding(in, l, side.Sub(0, y, side.W, side.H-y-2))
	if y < side.H && l.have {
		side.PutMax(0, side.H-1, side.W, Quiet, in.Words.T("msg.pickhint"))
	}
}

// drawMessagePicked writes the text, and about its chosen line where there is
// room: at the left below what is known, or below the text.
func drawMessagePicked(in *Instant, l *letter, left, right Region) {
	if rows := in.aboutLine(l, left.W); len(rows) < left.H {
		drawText(in, l, right)
		left.Fill(0, 0, left.W, Rule, in.Glyphs.H)
		drawAbout(rows, left.Sub(0, 1, left.W, left.H-1))
		return
	}
	rows := in.aboutLine(l, right.W)
	about := min(len(rows)+1, right.H/2)
	drawText(in, l, right.Sub(0, 0, right.W, right.H-about))
	right.Fill(0, right.H-about, right.W, Rule, in.Glyphs.H)
	drawAbout(rows, right.Sub(0, right.H-about+1, right.W, about-1))
}

// drawCoding works the first encoded text out, and shows how other programs may
// misread it; it returns the number of rows.
func drawCoding(in *Instant, l *letter, r Region) int {
	c, ok := l.codedAt(0)
	rows := c.rows(in, r.W)
	if !ok || len(rows) > r.H {
		return 0
	}
	drawAbout(rows, r)
	y := len(rows) + 1
	if others := in.mojibake(c.octets, c.charset); len(others) > 0 && y+len(others) <= r.H {
		r.PutMax(0, y, r.W, others[0].style, others[0].text)
		for _, row := range others[1:] {
			x := r.PutMax(1, y+1, r.W-1, row.style|Title, row.name)
			r.PutMax(x, y+1, r.W-x, row.style, row.text)
			y++
		}
		y++
	}
	return y
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
			y, next = in.drawDifference(r, next, y, l.senderDiffers(in)), x-2
		}
		y = drawRecipients(in, l, r, x, next+2, y)
		if only := l.onlyInHeader(); r.H > 3 && len(only) > 0 && len(l.rcpts) > 0 {
			r.PutMax(2, y, r.W-2, Warn&^Bold, in.Glyphs.Unequal+" "+in.Words.T("msg.diff.only", "who", strings.Join(only, ", ")))
			y++
		}
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
		for i, line := range wrap(text, max(r.W-next, 12)) {
			if i > 0 && r.H <= 3 {
				break
			}
			r.PutMax(next, y, r.W-next, Plain, line)
			y++
		}
	}
	return y
}

// drawDifference says behind an address of the envelope, or below it, how it
// agrees with the header; it returns the row behind.
func (in *Instant) drawDifference(r Region, x, y int, d difference) int {
	if d.text == "" {
		return y + 1
	}
	sign, st := "=", Quiet
	if !d.same {
		sign, st = in.Glyphs.Unequal, Warn&^Bold
	}
	text := sign + " " + d.text
	if x+2+textWidth(text) > r.W {
		x, y = 0, y+1
	}
	r.PutMax(x+2, y, r.W-x-2, st, text)
	return y + 1
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
		next = r.Put(next+1, y, fateStyle(to.fate), to.fate)
		if r.H > 3 {
			y = in.drawDifference(r, next, y, l.rcptDiffers(in, to.address))
		} else {
			y++
		}
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

// program is the name of a daemon without its service.
func program(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
