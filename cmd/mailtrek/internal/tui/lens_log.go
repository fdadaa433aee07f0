package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// The log lens shows the last lines of the system log of one host, as its
// /var/log/maillog has them. The host is the one where the event happens, if
// it keeps a log, else the last one that wrote a line.

func drawLog(in *Instant, r Region) {
	node := in.logHost()
	if node == 0 {
		drawNothing(in, r, "log.none")
		return
	}
	t := in.Story.T
	r.Put(1, 0, Title, t.Node(node).Name)
	r.PutRight(r.W-1, 0, Quiet, "/var/log/maillog")
	body := r.Sub(0, 2, r.W, r.H-2)
	if foot := r.H / 3; r.H >= 20 {
		if line := in.logLine(node); line != 0 {
			drawLogAbout(in, line, r.Sub(0, r.H-foot, r.W, foot))
			body.H -= foot + 1
		}
	}
	for i, row := range in.logInSight(node, body.H, body.W) {
		row.draw(in, body, i)
	}
}

// logLine is the line that is chosen, or the last one of a host.
func (in *Instant) logLine(node trace.NodeID) trace.Seq {
	if in.Pick > 0 {
		return pickAt(logPicks(in), in.Pick).wrote
	}
	if logs := in.Snap.Logs(node); len(logs) > 0 {
		return logs[len(logs)-1]
	}
	return 0
}

// logInSight are the rows that are shown: the last ones, or those around the
// line that is chosen.
func (in *Instant) logInSight(node trace.NodeID, h, w int) []logRow {
	if in.Pick == 0 {
		return scrollBack(in.logRows(node, h+in.Scroll, w), h, in.Scroll)
	}
	rows := in.logRows(node, pickReach, w)
	chosen := pickAt(logPicks(in), in.Pick)
	at := len(rows) - 1
	for i := range rows {
		if rows[i].event == chosen.wrote {
			rows[i].picked = true
			at = min(at, i)
		}
	}
	top := windowTop(len(rows), h, at)
	return rows[top:min(top+h, len(rows))]
}

func (row *logRow) draw(in *Instant, r Region, y int) {
	st, x := Plain, 4
	if row.event == in.At {
		st = Bold
	}
	if row.picked {
		st |= Reverse
	}
	if row.head != "" {
		if st&Bold != 0 {
			r.Put(0, y, Accent, in.Glyphs.Cursor)
		}
		x = r.Put(2, y, Quiet, row.head)
		x = r.Put(x, y, st|row.style, row.program)
	}
	r.PutMax(x, y, r.W-x-1, st, row.text)
}

// logRow is a row of the log; only the first one of a line has a head.
type logRow struct {
	event               trace.Seq
	head, program, text string
	style               Style
	picked              bool // it belongs to the line that is chosen
}

// logRows are the last rows of a host's log that fit.
func (in *Instant) logRows(node trace.NodeID, h, w int) []logRow {
	t := in.Story.T
	logs := in.Snap.Logs(node)
	var rows []logRow
	for i := len(logs) - 1; i >= 0 && len(rows) < h; i-- {
		e := t.At(logs[i])
		at := t.Header.Start.Add(e.At())
		row := logRow{event: logs[i], head: at.Format("15:04:05") + " ", program: t.Name(e.A), style: Local}
		if w >= 100 {
			row.head = at.Format("Jan _2 15:04:05") + " " + in.Story.short(node) + " "
		}
		if e.N != 0 {
			row.program += "[" + itoa(int(e.N)) + "]"
		}
		row.program += ": "
		text := oneLine(t.Text(e))
		row.style = logStyle(text)
		first := w - 3 - textWidth(row.head) - textWidth(row.program)
		block := []logRow{row}
		lines := wrapAfter(text, max(first, 20), w-6)
		if len(lines) > 0 {
			block[0].text = lines[0]
			for _, l := range lines[1:] {
				block = append(block, logRow{event: logs[i], text: l})
			}
		}
		slices.Reverse(block)
		rows = append(rows, block...)
	}
	rows = rows[:min(len(rows), h)]
	slices.Reverse(rows)
	return rows
}

// wrapAfter wraps text into a first line of width first and others of width
// rest.
func wrapAfter(text string, first, rest int) []string {
	if textWidth(text) <= first {
		return []string{text}
	}
	head := wrap(text, first)[0]
	tail := strings.TrimLeft(strings.TrimPrefix(text, head), " ")
	return append([]string{head}, wrap(tail, max(rest, 20))...)
}

func logStyle(text string) Style {
	switch {
	case strings.Contains(text, "status=bounced") || strings.Contains(text, "fatal:") || strings.Contains(text, "reject: "):
		return Bad
	case strings.Contains(text, "status=deferred") || strings.Contains(text, "warning:"):
		return Warn
	}
	return Local
}

// logHost is the host whose log is shown.
func (in *Instant) logHost() trace.NodeID {
	e := in.event()
	for _, id := range []trace.NodeID{e.Node, e.Peer} {
		if id != 0 && (len(in.Snap.Logs(id)) > 0 || in.isServer(id)) {
			return id
		}
	}
	for i := in.At; i >= 1 && i+lookBack > in.At; i-- {
		if b := in.Story.T.At(i); b.Kind == trace.Log {
			return b.Node
		}
	}
	return 0
}

// isServer tells whether a host is a mail server, which keeps a mail log.
func (in *Instant) isServer(id trace.NodeID) bool {
	for _, role := range in.Story.T.Node(id).Roles {
		switch role {
		case "MSA", "MTA", "MDA", "POP3", "IMAP":
			return true
		}
	}
	return false
}
