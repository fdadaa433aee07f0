package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// What the message must show at an instant, by sim/state and by the trace alone.

// messageLens: the fields of the header are those of the last text that was
// seen, with what has been added and removed since.
func (v *view) messageLens() {
	id := v.in.Story.msg(v.in.At)
	if id == 0 {
		return
	}
	rows := v.rows(drawMessage)
	want := v.headerFields(id)
	got := map[string]int{}
	n := 0
	for _, row := range rows[1 : truthHigh-1] {
		text := part(row, 76+2+2, len(row))
		if strings.TrimSpace(text) == "" {
			break
		}
		n++
		if text[0] == ' ' { // ten hops have a gutter one wider
			text = text[1:]
		}
		if name, _, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(name, " ") && name != "" {
			got[strings.ToLower(name)]++
		}
	}
	if n >= truthHigh-3 {
		return // a header that is longer than the canvas
	}
	for name, n := range want {
		if got[name] != n {
			v.errorf("message", rows, "shows %d fields %q, want %d", got[name], name, n)
		}
	}
	for name, n := range got {
		if want[name] == 0 {
			v.errorf("message", rows, "shows %d fields %q, which the message does not have", n, name)
		}
	}
}

// headerFields counts the fields of a message at the instant.
func (v *view) headerFields(id trace.MsgID) map[string]int {
	want := map[string]int{}
	last := trace.Seq(0)
	list, fields := v.in.Snap.Contents(id), v.in.Snap.Fields(id)
	if mine := v.sameCopy(list); len(mine) > 0 && len(list) > 1 {
		list, fields = mine, v.sameCopy(fields)
	}
	if len(list) > 0 {
		last = list[len(list)-1]
		text, _ := v.in.Snap.Content(last)
		for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") {
			if line == "" {
				break
			}
			if name, _, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " \t") {
				want[strings.ToLower(name)]++
			}
		}
	}
	for _, s := range fields {
		e := v.tr.At(s)
		if s < last && !(v.tr.At(last).Kind == trace.Content && v.tr.At(last).Side == trace.Client && v.tr.At(last).Conn == v.way(s)[0] && v.tr.Name(e.C) == "add" && v.tr.Name(e.A) != "mua") {
			continue
		}
		name := strings.ToLower(v.tr.Name(e.B))
		switch v.tr.Name(e.C) {
		case "add":
			want[name]++
		case "remove":
			want[name] = max(want[name]-1, 0)
		}
	}
	return want
}

// way are the conversations through which an event came about, the nearest
// first; 0 is behind the last.
func (v *view) way(s trace.Seq) (way []trace.ConnID) {
	for ; s != 0; s = v.tr.At(s).Cause {
		if c := v.tr.At(s).Conn; c != 0 && v.tr.Conn(c).Proto != trace.DNS && !slices.Contains(way, c) {
			way = append(way, c)
		}
	}
	return append(way, 0)
}

// sameCopy are those of a message's events that happened to the copy which the
// event is about, and not to one for another recipient.
func (v *view) sameCopy(list []trace.Seq) (mine []trace.Seq) {
	way := v.way(v.in.At)
	for _, s := range list {
		if slices.Contains(way, v.way(s)[0]) {
			mine = append(mine, s)
		}
	}
	return mine
}
