package tui

import (
	"bytes"
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// What the log and the octets must show at an instant, by sim/state and by the
// trace alone.

// logLens: the last lines of the host's log, each with its program, and none
// besides.
func (v *view) logLens() {
	node := v.in.logHost()
	if node == 0 {
		return
	}
	rows := v.rows(drawLog)
	logs := v.in.Snap.Logs(node)
	if v.e.Kind == trace.Log && (node != v.e.Node || len(logs) == 0 || logs[len(logs)-1] != v.in.At) {
		v.errorf("log", rows, "is not that of the event")
	}
	end := truthHigh
	if len(logs) > 0 {
		end -= truthHigh/3 + 1
	}
	head := " " + v.in.Story.short(node) + " "
	var shown []string
	full := false
	for y, row := range rows[2:end] {
		line := strings.TrimSpace(string(row[1:]))
		if row[2] != ' ' && strings.Contains(line, head) {
			shown = append(shown, line)
		}
		full = line != "" && y == end-3
	}
	if len(shown) > len(logs) || len(shown) < len(logs) && !full {
		v.errorf("log", rows, "shows %d lines, want %d", len(shown), len(logs))
		return
	}
	for i, line := range shown {
		e := v.tr.At(logs[len(logs)-len(shown)+i])
		at := v.tr.Header.Start.Add(e.At()).Format("Jan _2 15:04:05")
		if !strings.HasPrefix(line, at+head+v.tr.Name(e.A)) || !strings.Contains(line, ": "+plainStart(string(v.tr.Text(e)), 30)) {
			v.errorf("log", rows, "line %d is %q, want %s %s %q", i+1, line, at, v.tr.Name(e.A), v.tr.Text(e))
			return
		}
	}
}

// bytesLens: the octets of the event, those for which there is room.
func (v *view) bytesLens() {
	rows := v.rows(drawBytes)
	want := v.tr.Text(v.e)
	var got []byte
	for _, row := range rows {
		if n, err := strconv.ParseUint(part(row, 1, 7), 16, 32); err != nil || int(n) != len(got) || part(row, 7, firstOctet) != "  " {
			continue
		}
		for _, x := range strings.Fields(part(row, firstOctet, firstOctet+3*16+1)) {
			octet, err := strconv.ParseUint(x, 16, 8)
			if err != nil {
				v.errorf("bytes", rows, "%q is no octet", x)
				return
			}
			got = append(got, byte(octet))
		}
	}
	if room := 16 * (truthHigh / 2); !bytes.HasPrefix(want, got) || len(got) < min(len(want), room) {
		v.errorf("bytes", rows, "got %q, want %q", got, want)
	}
}
