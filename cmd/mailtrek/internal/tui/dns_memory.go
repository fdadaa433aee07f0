package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// rememberer is whose memory the dns lens shows: of the resolver that took
// part in the last question, else of who asked.
func (in *Instant) rememberer(at trace.Seq) trace.NodeID {
	e := in.Story.T.At(at)
	for _, id := range []trace.NodeID{e.Node, e.Peer} {
		if id != 0 && in.walker(id) {
			return id
		}
	}
	if e.Kind == trace.Answer {
		return e.Peer
	}
	return e.Node
}

// memoryRow is what a host remembers of one answer.
type memoryRow struct {
	what, data, left string
	name, kind       string // "alabala.com", "MX"
	fresh            bool   // it came with the event at the cursor
	negative         bool   // it is known that there is nothing
}

// memoryRows are what a host remembers, the newest last.
func (in *Instant) memoryRows(id trace.NodeID) []memoryRow {
	var rows []memoryRow
	for _, k := range in.Snap.Known(id) {
		name := bare(k.Name)
		data := in.knownWords(&k)
		rows = append(rows, memoryRow{what: k.Type + " " + name, name: name, kind: k.Type, data: data, fresh: k.Answer == in.At,
			negative: k.Rcode != 0 || data == "NODATA", left: howLong(int64(k.Expires - in.Snap.Time))})
	}
	return rows
}

// knownWords are the data of what is remembered.
func (in *Instant) knownWords(k *state.Known) string {
	if k.Rcode != 0 {
		return answerWords(in.Story.T.Text(in.Story.T.At(k.Answer)))
	}
	words := strings.TrimPrefix(answerWords(in.Story.T.Text(in.Story.T.At(k.Answer))), arrowTo+" ")
	return strings.ReplaceAll(words, k.Type+" ", "") // it stands before the name
}

// branch is a row of the memory as a part of the tree of names: the labels
// below the nearest name above it, and how deep that stands.
type branch struct {
	memoryRow
	label string
	depth int
}

// nameTree orders what is remembered as the tree of names is: a zone before the
// names in it. A name that has been said already has no label.
func nameTree(rows []memoryRow) []branch {
	slices.SortStableFunc(rows, func(a, b memoryRow) int {
		return slices.Compare(labelsDown(a.name), labelsDown(b.name))
	})
	var out []branch
	var above []string // the names on the way down to the last row
	for _, row := range rows {
		for len(above) > 0 && row.name != above[len(above)-1] && !under(row.name, above[len(above)-1]) {
			above = above[:len(above)-1]
		}
		b := branch{memoryRow: row, label: row.name, depth: len(above)}
		switch {
		case len(above) > 0 && row.name == above[len(above)-1]:
			b.label, b.depth = "", len(above)-1
		case len(above) > 0:
			b.label = strings.TrimSuffix(row.name, "."+above[len(above)-1])
			above = append(above, row.name)
		case row.name != ".": // everything stands below the root, which needs no step
			above = append(above, row.name)
		}
		out = append(out, b)
	}
	return out
}

// labelsDown are the labels of a name from the root down.
func labelsDown(name string) []string {
	if name == "." {
		return nil
	}
	labels := strings.Split(strings.ToLower(name), ".")
	slices.Reverse(labels)
	return labels
}

// under tells whether a name stands below another.
func under(name, zone string) bool {
	return len(name) > len(zone) && strings.EqualFold(name[len(name)-len(zone)-1:], "."+zone)
}

// drawMemory draws them as the tree of names that the host has walked, the
// newest ones where there is no room for all.
func drawMemory(in *Instant, id trace.NodeID, r Region) {
	rows := in.memoryRows(id)
	r.PutMax(0, 0, r.W, Quiet, in.Words.T("dns.memory", "host", in.Story.T.Node(id).Name))
	if len(rows) == 0 {
		r.PutMax(0, 1, r.W, Quiet, in.Words.T("dns.nomemory"))
		return
	}
	name := 0
	for _, b := range nameTree(slices.Clone(rows)) {
		name = max(name, 2*b.depth+textWidth(b.label)+1)
	}
	name = min(name, r.W*2/5)
	data := r.W - name - memoryKind - memoryLeft
	room, from := r.H-1, len(rows)
	for from > 0 && room >= len(wrapList(rows[from-1].data, data)) {
		from--
		room -= len(wrapList(rows[from].data, data))
	}
	y := 1
	for _, b := range nameTree(rows[min(from, len(rows)-1):]) {
		lines := wrapList(b.data, data)
		b.draw(r.Sub(0, y, r.W, len(lines)), name, lines)
		y += len(lines)
	}
}

// The widths of the columns of the memory: the type, and the time that is left.
const (
	memoryKind = 5
	memoryLeft = 8
)

func (b *branch) draw(r Region, name int, lines []string) {
	st, data, kind := Names, Plain, Quiet
	if b.negative {
		data = Quiet
	}
	if b.fresh {
		st, data, kind = st|Bold, data|Bold, kind|Bold
	}
	r.PutRight(r.W, 0, Quiet, b.left)
	r.PutMax(2*b.depth, 0, name-2*b.depth-1, st, b.label)
	r.PutMax(name, 0, memoryKind-1, kind, b.kind)
	for i, line := range lines {
		r.PutMax(name+memoryKind, i, r.W-name-memoryKind-memoryLeft, data, line)
	}
}

// wrapList breaks a list behind its commas into lines of at most w cells.
func wrapList(list string, w int) []string {
	var lines []string
	for _, item := range strings.SplitAfter(list, ", ") {
		if n := len(lines); n > 0 && textWidth(lines[n-1])+textWidth(strings.TrimRight(item, " ")) <= w {
			lines[n-1] += item
		} else {
			lines = append(lines, item)
		}
	}
	return lines
}
