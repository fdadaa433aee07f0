package tui

import (
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
	if list := v.in.Snap.Contents(id); len(list) > 0 {
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
	for _, s := range v.in.Snap.Fields(id) {
		e := v.tr.At(s)
		if s < last {
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
