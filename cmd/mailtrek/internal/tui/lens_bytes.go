package tui

import (
	"strings"

	"mailtrek/protocols/dnswire"
)

// The bytes lens shows the octets of the event as they are, in the form of
// hexdump -C, and beside them what each piece of them is.

func drawBytes(in *Instant, r Region) {
	e := in.event()
	text := in.Story.T.Text(e)
	if len(text) == 0 {
		drawNothing(in, r, "bytes.none")
		return
	}
	l := in.short(in.At)
	end := r.PutRight(r.W-1, 0, Quiet, in.Words.T("ladder.octets", "n", itoa(len(text))))
	r.PutMax(1, 0, end-3, l.style, l.text)
	body := r.Sub(0, 2, r.W, r.H-2)
	per := 16
	if r.W < 78 {
		per = 8
	}
	width := 10 + per*4 + 5
	pieces := in.tokensOf(e)
	rows := (len(text) + per - 1) / per
	dump := body
	switch {
	case len(pieces) == 0:
	case r.W >= width+30:
		drawPieces(in, pieces, body.Sub(width+1, 0, r.W-width-1, body.H))
		dump = body.Sub(0, 0, width, body.H)
	default: // the pieces below the octets
		h := max(min(rows, body.H/2), body.H-len(pieces)-1)
		dump = body.Sub(0, 0, r.W, h)
		body.Fill(0, h, r.W, Rule, in.Glyphs.H)
		drawPieces(in, pieces, body.Sub(0, h+1, r.W, body.H-h-1))
	}
	top := min(in.Scroll, max(rows-dump.H, 0))
	for y := 0; y < dump.H && top+y < rows; y++ {
		from := (top + y) * per
		drawOctets(dump, y, from, text[from:min(from+per, len(text))], per)
	}
}

// drawOctets writes one row: offset, octets, characters.
func drawOctets(r Region, y, offset int, b []byte, per int) {
	r.Put(1, y, Quiet, hexByte(byte(offset>>16))+hexByte(byte(offset>>8))+hexByte(byte(offset)))
	var chars strings.Builder
	for i, c := range b {
		x := 9 + 3*i
		if i >= per/2 {
			x++
		}
		st := Plain
		if c < 0x20 || c > 0x7e {
			st = Quiet
		}
		r.Put(x, y, st, strings.ToLower(hexByte(c)))
		if c < 0x20 || c > 0x7e {
			c = '.'
		}
		chars.WriteByte(c)
	}
	r.Put(9+3*per+2, y, Plain, chars.String())
}

// drawPieces lists the named pieces, each with its place.
func drawPieces(in *Instant, pieces []dnswire.Field, r Region) {
	top := min(in.Scroll, max(len(pieces)-r.H, 0))
	wide := 0
	for _, f := range pieces {
		wide = max(wide, textWidth(f.Name)+2*f.Depth)
	}
	wide = min(wide, r.W/2)
	for y := 0; y < r.H && top+y < len(pieces); y++ {
		f := pieces[top+y]
		r.PutRight(6, y, Quiet, itoa(f.Off))
		r.PutMax(8+2*f.Depth, y, wide-2*f.Depth, Names, f.Name)
		x := 8 + wide + 2
		r.PutMax(x, y, r.W-x-1, Plain, f.Value)
	}
}
