package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What the queue columns must show at an instant, by sim/state and by the trace
// alone.

// postfixLens: in the column of a queue lie its files and no others, each with
// the reason and the next try.
func (v *view) postfixLens() {
	node := v.in.mailHost()
	if node == 0 {
		return
	}
	rows, total := v.rows(drawPostfix), 0
	var list [len(state.QueueNames)][]*state.Entry
	for i, q := range state.QueueNames {
		list[i] = v.in.Snap.Queue(node, q, 0)
		total += len(list[i])
	}
	if head := strings.Fields(string(rows[0])); v.e.Kind == trace.Queue && node != v.e.Node || head[0] != v.tr.Node(node).Name || head[len(head)-1] != strconv.Itoa(total) {
		v.errorf("postfix", rows, "the heading is %q, want %s with %d files", head, v.tr.Node(node).Name, total)
	}
	rows = v.rows(func(in *Instant, r Region) { drawQueueColumns(in, node, r) })
	edges, rooms := queueEdges(len(rows[0])), queueRooms(v.in, node, len(rows[0]))
	for i, q := range state.QueueNames {
		head := strings.TrimSpace(part(rows[0], edges[i], edges[i+1]))
		want := q
		if n := len(list[i]); n > 0 {
			want += " " + strconv.Itoa(n)
		}
		if head != want {
			v.errorf("postfix", rows, "the heading of a column is %q, want %q", head, want)
		}
	}
	shown := map[string]bool{}
	for i := range state.QueueNames {
		files := list[i]
		if now := slices.IndexFunc(files, func(e *state.Entry) bool { return e.ID == v.tr.Name(v.tr.At(v.in.At).A) }); now >= 6 {
			files = append(slices.Clone(files[:5]), files[now]) // the one that the event is about is always among them
		}
		for _, e := range files[:min(len(files), 6)] {
			shown[e.ID] = true
			v.queueFile(rows, e, edges[i], rooms[i].wide)
		}
	}
	for s := v.in.At; s >= 1 && s+2000 > v.in.At; s-- {
		if e := v.tr.At(s); e.Kind == trace.Queue && e.Node == node && !shown[v.tr.Name(e.A)] && strings.Contains(inked(rows), v.tr.Name(e.A)) {
			v.errorf("postfix", rows, "shows %s, which is in no queue", v.tr.Name(e.A))
			return
		}
	}
}

// queueFile finds a file in the column of its queue, which is so wide.
func (v *view) queueFile(rows [][]rune, e *state.Entry, column, wide int) {
	queue := e.Queue
	if queue == "hold" || queue == "corrupt" {
		column = min(column, len(rows[0])-30) // it reaches to the left
	}
	y := slices.IndexFunc(rows, func(row []rune) bool {
		words := strings.Fields(part(row, column, column+30))
		return len(words) > 0 && (words[0] == e.ID || words[0] == v.in.Glyphs.Letter && len(words) > 1 && words[1] == e.ID)
	})
	if y < 0 {
		v.errorf("postfix", rows, "%s is not in the column of %s", e.ID, queue)
		return
	}
	var text, own []string
	for ; y < len(rows) && strings.TrimSpace(part(rows[y], column, column+8)) != ""; y++ {
		text = append(text, strings.TrimSpace(part(rows[y], column, column+80)))
		own = append(own, strings.TrimSpace(part(rows[y], column, column+wide)))
	}
	all := strings.Join(text, " ")
	var wants []string
	if e.Size != 0 {
		wants = append(wants, strconv.Itoa(e.Size)+" B")
	} else if strings.Contains(own[1], " B ") {
		v.errorf("postfix", rows, "%s in %s is shown with a size that nobody knows yet: %q", e.ID, queue, all)
	}
	if e.Ready {
		wants = append(wants, "<"+plainStart(e.Sender, 16))
	} else if len(e.Recipients) == 0 && strings.Contains(strings.Join(own, " "), "<") {
		v.errorf("postfix", rows, "%s in %s is shown with a sender that nobody knows yet: %q", e.ID, queue, all)
	}
	for _, to := range e.Recipients[:min(len(e.Recipients), 4)] {
		wants = append(wants, "<"+plainStart(to.Address, 16))
	}
	wants = append(wants, plainStart(e.Reason, 16))
	if queue == "deferred" {
		wants = append(wants, v.nextTryOf(e))
	}
	for _, want := range wants {
		if !strings.Contains(all, want) {
			v.errorf("postfix", rows, "%s in %s lacks %q: %q", e.ID, queue, want, all)
		}
	}
}

// nextTryOf is what stands with a deferred file about its next try: the time at
// which it is tried, unless an operator or a new queue manager comes in between,
// or the story is over before.
func (v *view) nextTryOf(e *state.Entry) string {
	for s := v.in.At + 1; v.tr.Has(s); s++ {
		q := v.tr.At(s)
		switch {
		case q.Node != e.Node:
		case q.Kind == trace.Action, q.Kind == trace.Schedule && v.tr.Name(q.A) == trace.SchedAnew:
			return "next try "
		case q.Kind != trace.Queue || v.tr.Name(q.A) != e.ID:
		case v.tr.Name(q.C) == "active":
			return "next try " + stamp(q.Time)
		case q.C == 0:
			return "next try "
		}
	}
	return "next try "
}
