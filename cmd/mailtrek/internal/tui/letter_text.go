package tui

import (
	"strconv"
	"strings"

	"mailtrek/protocols/message"
)

// The text of a message in rows: header and body as they stand, and who wrote
// each field.

// writerWidth is the width of the column that says who wrote a field.
const writerWidth = 16

// textRow is a row of the message: of its header or of its body.
type textRow struct {
	rail       string // of the tree of parts, at the left
	under      string // the rail where the line goes on, if it is another
	name, text string // the name of a field stands out
	writer     string
	from       string // the host of the writer, if it is known
	note       string // at the right end, where no writer is
	hop        int    // the number of the hop that a Received field tells of
	sign       string // how an address agrees with the envelope
	style      Style
	now        bool
	pick       int // the number of the line among those that can be chosen
	picked     bool
	once       bool // what does not fit in one row is cut
	rest       bool // of a line that began in the row above
	gutter     int  // the columns at the left for marks and numbers
	part       *message.Part
}

// drawText writes header and body, from the row that is scrolled to or around
// the one that is chosen.
func drawText(in *Instant, l *letter, r Region) {
	r.Put(0, 0, Quiet, in.Words.T("msg.header"))
	if len(l.fields) == 0 {
		r.PutMax(0, 1, r.W, Quiet, in.Words.T("msg.nocontent"))
		return
	}
	r.PutRight(r.W, 0, Quiet, in.Words.T("msg.writer"))
	rows := wrapRows(in.textRows(l), r.W)
	h := r.H - 1
	top := min(in.Scroll, max(len(rows)-h, 0))
	for i := range rows {
		if rows[i].picked {
			top = windowTop(len(rows), h, i)
			break
		}
	}
	for y := 0; y < h && top+y < len(rows); y++ {
		if left := len(rows) - top - y; y == h-1 && left > 1 && !rows[top+y].picked {
			r.PutMax(2, 1+y, r.W-2, Quiet, in.Words.T("msg.lines", "n", strconv.Itoa(left)))
			return
		}
		rows[top+y].draw(in, r, 1+y)
	}
}

// textRows are header and body.
func (in *Instant) textRows(l *letter) []textRow {
	p := picked{at: in.Pick}
	rows := append(in.headerRows(l, &p), in.bodyRows(l, &p)...)
	for i := range rows {
		rows[i].gutter = 2
		if len(l.hops) >= 10 {
			rows[i].gutter = 3
		}
	}
	return rows
}

// room is how many cells the text of a row has on a line of w cells.
func (row *textRow) room(w int) int {
	w -= row.gutter + textWidth(row.rail) + textWidth(row.name)
	if row.writer != "" {
		w -= writerWidth
	} else if row.note != "" {
		w -= textWidth(row.note) + 1
	}
	return w
}

// rowsOfLine is how many rows a line of a message may take.
const rowsOfLine = 4

// wrapRows breaks the rows that are longer than w cells, at a blank where there
// is one. What was one line on the wire is marked as one.
func wrapRows(rows []textRow, w int) []textRow {
	out := make([]textRow, 0, len(rows)+8)
	for _, row := range rows {
		for n := 1; ; n++ {
			room := row.room(w)
			if row.once || n == rowsOfLine || room < 8 || textWidth(row.text) <= room {
				break
			}
			head := cutAtBlank(row.text, room)
			next := row.onward(row.text[len(head):])
			row.text = head
			out = append(out, row)
			row = next
		}
		out = append(out, row)
	}
	return out
}

// onward is the row for the rest of a line. It stands under its beginning, that
// of a field a little further in.
func (row *textRow) onward(rest string) textRow {
	next := textRow{rail: row.rail, style: row.style, pick: row.pick, picked: row.picked, part: row.part, rest: true, gutter: row.gutter}
	if row.under != "" {
		next.rail = row.under
	}
	indent := len(row.text) - len(strings.TrimLeft(row.text, " "))
	switch {
	case row.name != "":
		indent = 4
	case indent > 0 && !row.rest:
		indent += 2
	}
	next.text = strings.Repeat(" ", indent) + strings.TrimLeft(rest, " ")
	return next
}

// cutAtBlank is the beginning of s that fits w cells: up to the last blank of
// it, unless that stands near its beginning.
func cutAtBlank(s string, w int) string {
	head := cut(s, w)
	if i := strings.LastIndexByte(head, ' '); i > len(head)/3 && len(head) < len(s) && s[len(head)] != ' ' {
		return head[:i+1]
	}
	return head
}

func (row *textRow) draw(in *Instant, r Region, y int) {
	st, name := row.style, row.style|Title
	switch {
	case row.now:
		st, name = st|Bold, name|Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	case row.hop > 0:
		r.Put(0, y, Quiet, itoa(row.hop))
	case row.rest:
		r.Put(0, y, Rule, "↳")
	case row.sign == "=":
		r.Put(0, y, Quiet, row.sign)
	case row.sign != "":
		r.Put(0, y, Warn, row.sign)
	}
	if row.picked {
		st, name = st|Reverse, name|Reverse
	}
	if row.writer != "" {
		style := Quiet
		if row.from != "" {
			style = Local
		}
		r.PutRight(r.W, y, style, clip(row.writer, writerWidth-1))
	} else if row.note != "" {
		r.PutRight(r.W, y, Quiet, row.note)
	}
	x := r.Put(row.gutter, y, Rule, row.rail)
	room := row.room(r.W)
	x = r.PutMax(x, y, room+textWidth(row.name), name, row.name)
	r.PutMax(x, y, room, st, row.text)
}

// headerRows are the fields as they stand in the message, and below them what
// they mean when they are encoded. In brief the Received fields are one row,
// since they are shown as a trail.
func (in *Instant) headerRows(l *letter, p *picked) []textRow {
	var rows []textRow
	trail := -1 // the row that stands for the Received fields
	hop := 0
	for i := range l.fields {
		if l.fields[i].field.Is("Received") {
			hop++
		}
	}
	for _, f := range l.fields {
		chosen := p.next()
		who := program(f.by)
		if f.host != "" {
			who = f.host + " " + program(f.by)
		}
		now := f.event == in.At && f.event != 0
		stamp := 0
		if f.field.Is("Received") {
			stamp, hop = hop, hop-1
		}
		if l.brief && stamp > 0 && len(l.hops) > 1 {
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
			row := textRow{text: line, now: now && i == 0, pick: p.n, picked: chosen, once: l.brief}
			if i == 0 {
				n := min(len(f.field.Name), len(line))
				row.name, row.text, row.writer, row.from, row.hop = line[:n], line[n:], who, f.host, stamp
				row.sign = l.agreement(in, &f.field)
			}
			rows = append(rows, row)
		}
		if text := f.field.Text(); text != f.field.Unfolded() {
			rows = append(rows, textRow{text: "  = " + text, style: Local})
		}
	}
	return rows
}

// agreement is the sign of a field whose addresses the envelope has as well:
// "=" when all of them are there, another one when one is not.
func (l *letter) agreement(in *Instant, f *message.Field) string {
	if !l.known {
		return ""
	}
	same := true
	switch {
	case f.Is("From"):
		same = l.senderDiffers(in).same
	case f.Is("To"), f.Is("Cc"):
		for _, a := range message.Addresses(f.Unfolded()) {
			same = same && l.named(a.Addr)
		}
	default:
		return ""
	}
	if same {
		return "="
	}
	return in.Glyphs.Unequal
}
