package tui

import (
	"strconv"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/trace"
)

// The bytes lens shows the octets of the event as they are, in the form of
// hexdump -C, and beside them what each piece of them is. Neighbouring pieces
// take turns in two colours, and the piece that is chosen stands out in both
// halves.

// dump is what the lens shows at an instant.
type dump struct {
	text   []byte
	pieces []dnswire.Field
	owner  []int16 // for every octet the innermost piece, -1 for none
	turn   []bool  // for every piece whether its octets have the second colour
	chosen int     // the chosen piece, counted from 0; -1 for none
	octet  int     // the octet where one is, counted from 0; -1 for none
	per    int     // octets in a row
}

// dumpOf cuts the octets of an event for rows of per octets.
func (in *Instant) dumpOf(e *trace.Event, per int) *dump {
	d := &dump{text: in.Story.T.Text(e), pieces: in.piecesOf(e), chosen: -1, octet: -1, per: per}
	if in.Pick > 0 && in.Pick <= len(d.pieces) {
		d.chosen = in.Pick - 1
	}
	if in.Octet <= len(d.text) {
		d.octet = in.Octet - 1
	}
	d.owner, d.turn = make([]int16, len(d.text)), make([]bool, len(d.pieces))
	for i := range d.owner {
		d.owner[i] = -1
	}
	for i, f := range d.pieces {
		for at := f.Off; at < f.Off+f.Len && at < len(d.owner); at++ {
			d.owner[at] = int16(i & 0x7fff)
		}
	}
	if d.octet >= 0 && d.chosen < 0 {
		d.chosen = int(d.owner[d.octet])
	}
	last, turn := int16(-1), true
	for _, o := range d.owner {
		if o >= 0 && o != last {
			last, turn = o, !turn
			d.turn[o] = turn
		}
	}
	return d
}

// rows is the number of rows of octets.
func (d *dump) rows() int { return (len(d.text) + d.per - 1) / d.per }

// width is the number of columns of a row: offset, octets, characters.
func (d *dump) width() int { return firstOctet + 3*d.per + 2 + d.per + 1 }

// firstOctet is the column of the first octet of a row.
const firstOctet = 9

// pieceStyle is the colour of a piece, in its octets and in its name.
func (d *dump) pieceStyle(i int16) Style {
	if i < 0 || !d.turn[i] {
		return Plain
	}
	return Names
}

func drawBytes(in *Instant, r Region) {
	e := in.event()
	n := len(in.Story.T.Text(e))
	if n == 0 {
		drawNothing(in, r, "bytes.none")
		return
	}
	l := in.short(in.At)
	end := r.PutRight(r.W-1, 0, Quiet, in.Words.T("ladder.octets", "n", itoa(n)))
	r.PutMax(1, 0, end-3, l.style, l.text)
	body := r.Sub(0, 2, r.W, r.H-2)
	per := 16
	if r.W < 78 || r.W >= 86 && r.W < 140 {
		per = 8
	}
	d := in.dumpOf(e, per)
	octets := body
	switch wide := d.width(); {
	case len(d.pieces) == 0:
	case r.W >= wide+40:
		d.drawPieces(in, body.Sub(wide+1, 0, r.W-wide-1, body.H))
		octets = body.Sub(0, 0, wide, body.H)
	default: // the pieces below the octets
		h := min(d.rows(), max(body.H/2, body.H-len(d.pieces)-1))
		octets = body.Sub(0, 0, r.W, h)
		body.Fill(0, h, r.W, Rule, in.Glyphs.H)
		d.drawPieces(in, body.Sub(0, h+1, r.W, body.H-h-1))
	}
	top := min(in.Scroll, max(d.rows()-octets.H, 0))
	if d.chosen >= 0 {
		top = windowTop(d.rows(), octets.H, d.pieces[d.chosen].Off/d.per)
	}
	if d.octet >= 0 {
		top = windowTop(d.rows(), octets.H, d.octet/d.per)
	}
	for y := 0; y < octets.H && top+y < d.rows(); y++ {
		d.drawOctets(octets, y, (top+y)*d.per)
	}
}

// drawOctets writes one row: offset, octets, characters.
func (d *dump) drawOctets(r Region, y, from int) {
	r.Put(1, y, Quiet, hexByte(byte(from>>16))+hexByte(byte(from>>8))+hexByte(byte(from)))
	chars := firstOctet + 3*d.per + 2
	for i, c := range d.text[from:min(from+d.per, len(d.text))] {
		x := firstOctet + 3*i
		if i >= d.per/2 {
			x++
		}
		st := d.pieceStyle(d.owner[from+i])
		if d.chosen >= 0 {
			if f := &d.pieces[d.chosen]; from+i >= f.Off && from+i < f.Off+f.Len {
				st |= Reverse
			}
		}
		if d.octet >= 0 { // it alone stands out, its piece is underlined
			if st&Reverse != 0 {
				st = st&^Reverse | Underline
			}
			if from+i == d.octet {
				st |= Reverse | Bold
			}
		}
		r.Put(x, y, st, strings.ToLower(hexByte(c)))
		if c < 0x20 || c > 0x7e {
			c = '.'
			st = st&^0xff | Quiet
		}
		r.Put(chars+i, y, st, string(rune(c)))
	}
}

// offset is the place of a piece, in hexadecimal as in the rows of octets.
func offset(n int) string { return strings.ToUpper(strconv.FormatInt(int64(n), 16)) }

// drawPieces lists the named pieces, each with its place, and below them the
// whole value of the one that is chosen.
func (d *dump) drawPieces(in *Instant, r Region) {
	if d.chosen >= 0 && r.H >= 8 {
		lines := wrap(d.pieces[d.chosen].Value, r.W-3)
		lines = lines[:min(len(lines), r.H/3)]
		for i, line := range lines {
			r.Put(2, r.H-len(lines)+i, Plain, line)
		}
		r.Fill(1, r.H-len(lines)-1, r.W-1, Rule, in.Glyphs.H)
		r.H -= len(lines) + 1
	}
	top := min(in.Scroll, max(len(d.pieces)-r.H, 0))
	if d.chosen >= 0 {
		top = windowTop(len(d.pieces), r.H, d.chosen)
	}
	wide := 0
	for _, f := range d.pieces {
		wide = max(wide, textWidth(f.Name)+2*f.Depth)
	}
	wide = min(wide, r.W*2/5)
	const first = 8
	for y := 0; y < r.H && top+y < len(d.pieces); y++ {
		i := top + y
		f := d.pieces[i]
		if left := len(d.pieces) - i; y == r.H-1 && left > 1 && i != d.chosen {
			r.PutMax(first, y, r.W-first, Quiet, in.Words.T("dlg.more", "n", itoa(left)))
			return
		}
		st, value := d.pieceStyle(int16(i&0x7fff)), Plain
		if i == d.chosen {
			st, value = st|Reverse, value|Reverse
		}
		r.PutRight(6, y, Quiet, offset(f.Off))
		r.PutMax(first+2*f.Depth, y, wide-2*f.Depth, st, f.Name)
		x := first + wide + 2
		r.PutMax(x, y, r.W-x-1, value, f.Value)
	}
}

// piecesOf are the pieces of an event's octets with their names in the language
// of the screen.
func (in *Instant) piecesOf(e *trace.Event) []dnswire.Field {
	pieces := in.tokensOf(e)
	if e.Kind != trace.Query && e.Kind != trace.Answer {
		return pieces
	}
	for i := range pieces {
		pieces[i].Name = in.Words.Or("field."+pieces[i].Name, pieces[i].Name)
	}
	return pieces
}

// bytesPicks are the pieces.
func bytesPicks(in *Instant) []pick {
	var out []pick
	for _, f := range in.piecesOf(in.event()) {
		out = append(out, pick{text: f.Name + "  " + f.Value, wrote: in.At, became: in.Story.effect(in.At)})
	}
	return out
}
