package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// columnsFrom is the width from which the queues stand side by side.
const columnsFrom = 100

// queueEdges are the columns where the queues begin. They stay where they are
// from one event to the next: those that mail passes share the room, and the
// others are as narrow as their names.
func queueEdges(w int) [len(state.QueueNames) + 1]int {
	const maildrop, hold, corrupt = 14, 8, 9 // a queue id has room below maildrop
	share := (w - maildrop - hold - corrupt) / 3
	return [...]int{0, maildrop, maildrop + share, maildrop + 2*share, w - hold - corrupt, w - corrupt, w}
}

// queueRoom is where the files of a queue stand.
type queueRoom struct{ x, wide int }

// queueRooms spread the queues with files over the empty ones at their right.
// The last ones, which are narrow, reach to the left besides, and those before
// them end there.
func queueRooms(in *Instant, node trace.NodeID, w int) (rooms [len(state.QueueNames)]queueRoom) {
	edges := queueEdges(w)
	least, end := min(30, w/5), w+2
	for i := len(rooms) - 1; i >= 0; i-- {
		if in.Snap.QueueLen(node, state.QueueNames[i]) == 0 {
			continue
		}
		x := edges[i]
		if i > 3 {
			x = min(x, end-2-least)
		}
		gap := 2
		if i == 0 {
			gap = 1
		}
		rooms[i] = queueRoom{x, max(end-gap-x, 1)}
		end = x
	}
	return rooms
}

// drawQueueColumns puts the queue directories side by side and returns the
// number of rows.
func drawQueueColumns(in *Instant, node trace.NodeID, r Region) int {
	edges, rooms := queueEdges(r.W), queueRooms(in, node, r.W)
	rows := 1
	for i, q := range state.QueueNames {
		n := in.Snap.QueueLen(node, q)
		if n == 0 {
			r.PutMax(edges[i], 0, edges[i+1]-edges[i], Quiet, q)
			continue
		}
		x, wide := rooms[i].x, rooms[i].wide
		end := r.PutMax(edges[i], 0, edges[i+1]-edges[i], Title, q)
		r.Put(end+1, 0, Quiet, strconv.Itoa(n))
		y := 1
		for _, e := range in.files(node, q, 6) {
			y += drawFile(in, e, r.Sub(x, y, wide, r.H-y)) + 1
		}
		if n > 6 {
			r.PutMax(x, y, wide, Quiet, in.Words.T("dlg.more", "n", itoa(n-6)))
			y += 2
		}
		rows = max(rows, y-1)
	}
	return min(rows, r.H)
}

// files are the first files of a queue, at most so many, and among them the one
// that the event is about.
func (in *Instant) files(node trace.NodeID, queue string, most int) []*state.Entry {
	list := in.Snap.Queue(node, queue, most)
	if len(list) < most {
		return list
	}
	id := in.event().A
	if in.event().Kind == trace.Schedule {
		id = in.event().C
	}
	for _, e := range in.Snap.Entries(in.Story.msg(in.At)) {
		if e.Node == node && e.Queue == queue && e.ID == in.Story.T.Name(id) && !slices.Contains(list, e) {
			list[most-1] = e
		}
	}
	return list
}

// drawFile writes a queue file into a column and returns the number of rows.
func drawFile(in *Instant, e *state.Entry, r Region) int {
	y := 0
	line := func(st Style, text string) {
		r.PutMax(0, y, r.W, st, text)
		y++
	}
	st := Local
	if e.Moved == in.At || in.Story.msg(in.At) == e.Msg {
		st |= Bold
		x := r.Put(0, 0, Local, in.Glyphs.Letter+" ")
		r.PutMax(x, 0, r.W-x, st, e.ID)
		y++
	} else {
		line(st, e.ID)
	}
	line(Quiet, in.sizeWords(e))
	if e.Ready {
		line(Plain, senderOf(e))
	}
	for i, to := range e.Recipients {
		if i == 4 {
			line(Quiet, "+"+itoa(len(e.Recipients)-i))
			break
		}
		x := r.Put(0, y, Quiet, in.Glyphs.Right+" ")
		fate := to.Fate.String()
		x = r.PutMax(x, y, r.W-x-textWidth(fate)-1, Plain, "<"+to.Address+">")
		r.Put(x+1, y, fateStyle(fate), fate)
		y++
	}
	for i, l := range wrap(explain.Saying(in.Words.Lang(), e.Reason), r.W) {
		if i == 3 {
			break
		}
		line(Quiet, l)
	}
	if e.Queue == "deferred" {
		line(Warn&^Bold, in.waitWords(e))
	}
	return min(y, r.H)
}

// sizeWords say how large a queue file is, when that is known, and how old.
func (in *Instant) sizeWords(e *state.Entry) string {
	if e.Size == 0 {
		return in.ageWords(e)
	}
	return itoa(e.Size) + " B  " + in.ageWords(e)
}

// senderOf is the sender of a queue file; empty before the envelope is complete,
// for then nobody can tell it from the null sender.
func senderOf(e *state.Entry) string {
	if !e.Ready {
		return ""
	}
	return "<" + e.Sender + ">"
}

// ageWords say how old a queue file is and how often it was put off.
func (in *Instant) ageWords(e *state.Entry) string {
	born := in.Story.T.At(e.Born).Time
	words := in.Words.T("pfx.age", "age", howLong(in.event().Time-born))
	if e.Attempts > 0 {
		words += "  " + in.Words.T("pfx.tried", "n", itoa(e.Attempts))
	}
	return words
}

// waitWords say when a deferred file is tried again.
func (in *Instant) waitWords(e *state.Entry) string {
	next, ok := in.nextTime(e)
	if !ok {
		return in.Words.T("pfx.nonext")
	}
	return in.Words.T("pfx.next", "at", stamp(next), "in", howLong(next-in.event().Time))
}

// destination is where a host sends mail to, with what qmgr has to do for it.
type destination struct {
	name                        string // "smtp:alabala.com"
	delivering, waiting, putOff int
	said                        string             // how the last delivery ended
	suspended                   bool               // qmgr takes it for dead
	known                       *state.Destination // what qmgr has decided about it
}

// destinationsShown is how many queue files are looked at.
const destinationsShown = 60

// destinations are those of the files in the active and deferred queues of a
// host, in the order in which they appear.
func (in *Instant) destinations(node trace.NodeID) []destination {
	var out []destination
	find := func(name string) *destination {
		for i := range out {
			if strings.EqualFold(out[i].name, name) {
				return &out[i]
			}
		}
		out = append(out, destination{name: name})
		return &out[len(out)-1]
	}
	for _, q := range []string{"active", "deferred"} {
		for _, e := range in.Snap.Queue(node, q, destinationsShown) {
			in.destined(node, e, find)
		}
	}
	in.scheduled(node, find)
	return out
}

// destined finds out from the events of a queue file where each of its
// recipients goes and how far the delivery is.
func (in *Instant) destined(node trace.NodeID, e *state.Entry, find func(string) *destination) {
	t := in.Story.T
	names := map[string]string{} // of the destination, by recipient
	over := map[string]bool{}    // recipients whose delivery has ended in this attempt
	busy := map[string]bool{}    // by destination
	events := in.Snap.MsgEvents(e.Msg)
	for _, s := range events[max(len(events)-2000, 0):] {
		ev := t.At(s)
		if ev.Node != node || ev.Kind != trace.Daemon && ev.Kind != trace.Delivery {
			continue
		}
		if id := ev.C; ev.Kind == trace.Delivery && t.Name(ev.A) != e.ID || ev.Kind == trace.Daemon && t.Name(id) != e.ID {
			continue
		}
		text := string(t.Text(ev))
		switch {
		case ev.Kind == trace.Delivery:
			if to := names[t.Name(ev.B)]; to != "" {
				d := find(to)
				d.said = deliveryWord(ev.Code) + " " + text
				d.suspended = strings.Contains(text, "delivery temporarily suspended")
			}
			over[t.Name(ev.B)] = s >= e.Moved
		case t.Name(ev.A) == "qmgr" && t.Name(ev.B) == "trivial-rewrite":
			if rcpt, to, ok := strings.Cut(strings.TrimPrefix(text, "resolve "), ": "); ok {
				names[rcpt] = to
				find(to)
			}
		case t.Name(ev.A) == "qmgr" && s >= e.Moved:
			if _, to, ok := strings.Cut(text, " over "); ok {
				busy[to] = true
			}
		}
	}
	in.countBound(e, names, over, busy, find)
}

// countBound counts a queue file once for each destination that it still has
// recipients for.
func (in *Instant) countBound(e *state.Entry, names map[string]string, over, busy map[string]bool, find func(string) *destination) {
	counted := map[string]bool{}
	for _, rcpt := range e.Recipients {
		to, fate := names[rcpt.Address], rcpt.Fate.String()
		if to == "" || counted[to] || e.Queue == "deferred" && fate != "deferred" || e.Queue != "deferred" && (over[rcpt.Address] || fate != "" && fate != "deferred") {
			continue
		}
		counted[to] = true
		switch d := find(to); {
		case e.Queue == "deferred":
			d.putOff++
		case busy[to]:
			d.delivering++
		default:
			d.waiting++
		}
	}
}

// drawDestinations lists them and returns the number of rows.
func drawDestinations(in *Instant, node trace.NodeID, r Region) int {
	list := in.destinations(node)
	if len(list) == 0 || r.H < 2 {
		return 0
	}
	x := r.PutMax(0, 0, r.W, Quiet, in.Words.T("pfx.destinations"))
	if text := in.activeWords(node); text != "" {
		r.PutMax(x+2, 0, r.W-x-2, Warn&^Bold, text)
	}
	wide := 0
	for _, d := range list {
		wide = max(wide, min(textWidth(d.name), r.W/3))
	}
	y := 1
	for _, d := range list {
		if y >= r.H {
			break
		}
		r.PutMax(0, y, wide, Title, d.name)
		x := r.PutMax(wide+2, y, r.W-wide-2, Plain, in.destinationWords(&d))
		st := Quiet
		if d.suspended {
			st = Bad
		}
		r.PutMax(x+2, y, r.W-x-2, st, d.said)
		y++
	}
	return y
}

// destinationWords count what goes to a destination.
func (in *Instant) destinationWords(d *destination) string {
	var words []string
	if d.known != nil {
		words = in.windowWords(d)
		d.delivering, d.waiting = 0, 0
	}
	for _, w := range []struct {
		key string
		n   int
	}{{"pfx.delivering", d.delivering}, {"pfx.waiting", d.waiting}, {"pfx.putoff", d.putOff}} {
		if w.n > 0 {
			words = append(words, in.Words.T(w.key, "n", itoa(w.n)))
		}
	}
	if d.suspended && d.known == nil {
		words = append(words, in.Words.T("pfx.dead"))
	}
	return strings.Join(words, "  ")
}
