package tui

import (
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// stores lists what lies at a host where its box has room for it: the queues
// that are not empty, then the mailboxes.
func (d *mapDrawing) stores(id trace.NodeID, r Region) {
	in, y := d.in, 0
	said, _ := d.status(id)
	count := func(what string, n int) {
		if n == 1 && said == in.Glyphs.Letter+" "+what {
			return // the mail alone, which stands above
		}
		x := r.PutMax(0, y, r.W-4, Quiet, what)
		r.Put(x+1, y, Plain, itoa(n))
		y++
	}
	for _, q := range state.QueueNames {
		if n := in.Snap.QueueLen(id, q); n > 0 && y < r.H {
			count(q, n)
		}
	}
	boxes := in.Snap.Mailboxes(id)
	for i, b := range boxes {
		if y == r.H-1 && i < len(boxes)-1 {
			r.Put(0, y, Quiet, "…")
			return
		}
		if b.Count > 0 && y < r.H {
			count(in.Words.T("map.mailbox", "user", b.User), b.Count)
		}
	}
}

// joints draws where lines meet the frame of a host.
func (d *mapDrawing) joints() {
	if !d.sheet.form.frame {
		return
	}
	left, right, up, down := "┤", "├", "┴", "┬"
	if d.in.Glyphs.ASCII {
		left, right, up, down = "+", "+", "+", "+"
	}
	join := func(s *mapSpot, p point) {
		st := d.frame(s.id)
		switch {
		case p.x == s.x-1:
			d.r.Put(s.x, p.y, st, left)
		case p.x == s.x+s.w:
			d.r.Put(s.x+s.w-1, p.y, st, right)
		case p.y == s.y-1:
			d.r.Put(p.x, s.y, st, up)
		case p.y == s.y+s.h:
			d.r.Put(p.x, s.y+s.h-1, st, down)
		}
	}
	for _, k := range d.sheet.plan.links {
		a, b := d.sheet.spots[k.a], d.sheet.spots[k.b]
		if k.first > d.in.At || a == nil || b == nil {
			continue
		}
		way := d.sheet.route(a, b)
		join(a, way[0])
		join(b, way[len(way)-1])
	}
}
