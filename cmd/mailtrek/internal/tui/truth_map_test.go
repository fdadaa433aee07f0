package tui

import (
	"strconv"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What the map must show at an instant, by sim/state and by the trace alone.

// mapLens: in the box of a host stands that it is down, or that the mail is
// there, and what lies in its queues and mailboxes.
func (v *view) mapLens() {
	in := v.in
	rows := v.rows(drawMap)
	sheet := in.layOut(in.Story.mapPlan(), NewCanvas(len(rows[0]), truthHigh).All())
	letters := 0
	for _, spot := range sheet.order {
		var box []string
		for y := spot.y; y < spot.y+spot.h; y++ {
			box = append(box, strings.Trim(part(rows[y], spot.x+1, spot.x+spot.w-1), " "))
		}
		text, host := strings.Join(box, "\n"), v.tr.Node(spot.id)
		if !strings.Contains(text, host.Name) && !strings.Contains(text, in.Story.short(spot.id)) {
			v.errorf("map", rows, "the box of %s does not name it: %q", host.Name, text)
		}
		if in.Snap.Down(spot.id) != strings.Contains(text, in.Glyphs.Cross+" down") {
			v.errorf("map", rows, "%s is down: %v, but its box says %q", host.Name, in.Snap.Down(spot.id), text)
		}
		here := v.mailAt(spot.id)
		if here != "" && !in.Snap.Down(spot.id) {
			letters++
			if !strings.Contains(text, in.Glyphs.Letter+" "+plainStart(here, spot.w-6)) {
				v.errorf("map", rows, "the mail is at %s (%s), but its box says %q", host.Name, here, text)
			}
		} else if strings.Contains(text, in.Glyphs.Letter) {
			v.errorf("map", rows, "the mail is not at %s, but its box says %q", host.Name, text)
		}
		if sheet.form.frame && sheet.form.lines > 3 && spot.column >= 0 {
			v.stores(rows, spot, box[4:len(box)-1], here)
			if strings.HasPrefix(box[3], "queue") {
				v.errorf("map", rows, "%s counts its queues twice: %q", host.Name, text)
			}
		}
	}
	if got := strings.Count(inked(rows), in.Glyphs.Letter); got < letters || got > letters+v.carried(sheet) {
		v.errorf("map", rows, "shows the mail at %d places, want %d and %d on the wire", got, letters, v.carried(sheet))
	}
}

// mailAt is what the map says about the mail of the story at a host; empty when
// it is not there.
func (v *view) mailAt(id trace.NodeID) string {
	for _, p := range v.in.Snap.Where(v.in.Story.msg(v.in.At)) {
		if p.Node != id {
			continue
		}
		switch p.Kind {
		case state.AtAuthor:
			return "draft"
		case state.AtReader:
			return "fetched"
		case state.InQueue:
			return p.Entry.Queue
		case state.InMailbox:
			return p.Box.User + "’s mailbox"
		}
	}
	return ""
}

// carried is the number of connections between two boxes on which the mail is.
func (v *view) carried(sheet *mapSheet) int {
	n := 0
	for _, p := range v.in.Snap.Where(v.in.Story.msg(v.in.At)) {
		if p.Kind != state.OnTheWire {
			continue
		}
		c := v.tr.Conn(p.Conn)
		if sheet.spots[c.Client] != nil && sheet.spots[c.Server] != nil && c.Client != c.Server {
			n++
		}
	}
	return n
}

// stores compares the lines of a box that count what lies at a host.
func (v *view) stores(rows [][]rune, spot *mapSpot, got []string, here string) {
	var want []string
	count := func(what string, n int) {
		if n > 1 || n == 1 && (what != here || v.in.Snap.Down(spot.id)) {
			want = append(want, what+" "+strconv.Itoa(n))
		}
	}
	for _, q := range state.QueueNames {
		count(q, v.in.Snap.QueueLen(spot.id, q))
	}
	for _, b := range v.in.Snap.Mailboxes(spot.id) {
		count(b.User+"’s mailbox", b.Count)
	}
	for i, line := range got {
		switch {
		case i >= len(want) && line != "" && line != "…":
			v.errorf("map", rows, "the box of %s counts %q", v.tr.Node(spot.id).Name, line)
		case i < len(want) && line == "…":
			return
		case i < len(want) && line != want[i]:
			clipped, n, ok := strings.Cut(line, "…")
			if !ok || !strings.HasPrefix(want[i], clipped) || !strings.HasSuffix(want[i], n) {
				v.errorf("map", rows, "the box of %s has %q, want %q", v.tr.Node(spot.id).Name, line, want[i])
			}
		}
	}
}
