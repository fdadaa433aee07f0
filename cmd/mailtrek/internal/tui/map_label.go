package tui

import (
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// labels writes on its line what travels, and where on the wire the mail is.
func (d *mapDrawing) labels() {
	way := d.way()
	carried := false
	for _, p := range d.places {
		if p.Kind != state.OnTheWire {
			continue
		}
		conn := d.in.Story.T.Conn(p.Conn)
		a, b := d.sheet.spots[conn.Client], d.sheet.spots[conn.Server]
		if way != nil && d.at.Conn == p.Conn {
			carried = true
		} else if a != nil && b != nil && a != b {
			d.label(d.sheet.route(a, b), d.in.Glyphs.Letter, "", "", Local)
		}
	}
	if way == nil {
		return
	}
	l := d.in.labelOf(d.at)
	text, short := l.text, d.in.tag(d.at)
	for _, sign := range []string{l.sign, map[bool]string{true: d.in.Glyphs.Letter}[carried]} {
		if sign != "" {
			text, short = sign+" "+text, sign+" "+short
		}
	}
	d.label(way, text, short, l.sign, l.style|Bold)
}

// label writes on the longest level part of a way that is in sight; the short
// form where the whole text has no room, and the mere sign where that has none.
func (d *mapDrawing) label(way []point, text, short, sign string, st Style) {
	best, at := 0, point{} // the longest part, and where it begins
	for i := 1; i < len(way); i++ {
		a, b := way[i-1], way[i]
		if a.y != b.y {
			continue
		}
		from, end := min(a.x, b.x), max(a.x, b.x)+1
		if a.y != d.sheet.bus && a.y != d.sheet.under {
			left, right := d.gap((from + end) / 2)
			from, end = max(from, left), min(end, right)
		}
		if end-from > best {
			best, at = end-from, point{from, a.y}
		}
	}
	if short == "" {
		short = text
	}
	if textWidth(text) > best-4 {
		text = short
	}
	if left, right := d.gap(at.x); textWidth(text) > best-2 && at.y != d.sheet.bus && at.y != d.sheet.under {
		best, at.x = right-left, left // the neighbour lines in the same gap give way
	}
	if textWidth(text) > best-2 {
		if text = sign; textWidth(text) > best-2 || text == "" {
			return
		}
	}
	if textWidth(text)+4 <= best {
		text = " " + text + " "
	}
	d.r.Put(at.x+(best-textWidth(text)+1)/2, at.y, st, text)
}

// gap is the room between two columns of hosts in which a column lies.
func (d *mapDrawing) gap(x int) (from, end int) {
	from, end = 0, d.r.W
	for _, s := range d.sheet.order {
		switch {
		case s.column < 0:
		case s.x <= x:
			from = max(from, s.x+s.w)
		case s.x > x:
			end = min(end, s.x)
		}
	}
	return from, end
}

// tag is an event in a word, for a short line.
func (in *Instant) tag(e *trace.Event) string {
	t := in.Story.T
	switch {
	case e.Kind == trace.Line && e.Side == trace.Client && t.Name(e.A) != "":
		return t.Name(e.A)
	case e.Kind == trace.Query:
		return t.Name(e.B) + "?"
	case e.Kind == trace.Answer:
		return t.Name(e.B) + "="
	case e.Kind == trace.Content:
		return "DATA"
	}
	word, _, _ := strings.Cut(in.words(e), " ")
	word, _, _ = strings.Cut(word, "-")
	return word
}
