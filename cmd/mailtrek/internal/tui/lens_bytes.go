package tui

import (
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/trace"
)

// The bytes lens shows the octets of the event as they are, in the form of
// hexdump -C, and beside a DNS packet the names of its fields.

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
	rows := (len(text) + per - 1) / per
	top := min(in.Scroll, max(rows-body.H, 0))
	for y := 0; y < body.H && top+y < rows; y++ {
		from := (top + y) * per
		drawOctets(body, y, from, text[from:min(from+per, len(text))], per)
	}
	if (e.Kind == trace.Query || e.Kind == trace.Answer) && r.W >= width+30 {
		drawFields(in, text, body.Sub(width+1, 0, r.W-width-1, body.H))
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

// drawFields lists the fields of a packet.
func drawFields(in *Instant, packet []byte, r Region) {
	fields := dnswire.Fields(packet)
	top := min(in.Scroll, max(len(fields)-r.H, 0))
	for y := 0; y < r.H && top+y < len(fields); y++ {
		f := fields[top+y]
		r.PutRight(4, y, Quiet, itoa(f.Off))
		x := r.PutMax(6+2*f.Depth, y, r.W-8-2*f.Depth, Names, f.Name)
		r.PutMax(x+2, y, r.W-x-3, Plain, f.Value)
	}
}
