package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What the ladder and the dialogue must show at an instant, by sim/state and by
// the trace alone.

// ladderLens: the last row is the event, and those above it are the lines that
// were said before it, the last one lowest.
func (v *view) ladderLens() {
	rows := v.rows(drawLadder)
	at := slices.IndexFunc(rows, func(row []rune) bool { return string(row[:1]) == v.in.Glyphs.Cursor })
	if at < 0 {
		v.errorf("ladder", rows, "no row is the event")
		return
	}
	for y := at + 1; y < len(rows); y++ {
		if strings.Trim(string(rows[y]), " "+v.in.Glyphs.V) != "" {
			v.errorf("ladder", rows, "row %d stands below the event: %q", y, string(rows[y]))
			return
		}
	}
	for s, found, above := v.in.At, 0, 0; s >= 1 && found < 8; s-- {
		e := v.tr.At(s)
		if _, ok := v.in.rungOf(s, e); ok {
			above++
		}
		if above > truthHigh-8 {
			return // there is no room for more
		}
		if e.Kind != trace.Line || e.Node == e.Peer || e.Flags&trace.More != 0 {
			continue
		}
		word := plainStart(string(v.tr.Text(e)), 3)
		if len(word) < 3 || v.tr.Name(e.A) == "" && e.Side == trace.Client {
			continue // nothing that a table knows: a secret, an empty line
		}
		y := at
		for y > 2 && !strings.Contains(string(rows[y]), word) {
			y--
		}
		if y == 2 {
			v.errorf("ladder", rows, "no row above %d says %q, the line of event %d", at, word, s)
			return
		}
		at = y
		found++
	}
}

// spoken is a line of a dialogue: who says it, and how it begins.
type spoken struct{ side, text string }

// spokenOn are the lines of a conversation so far, but for the middle of a long
// content.
func (v *view) spokenOn(id trace.ConnID) []spoken {
	var out []spoken
	for _, s := range v.in.Snap.ConnEvents(id) {
		e := v.tr.At(s)
		switch {
		case e.Kind.Said():
			lines := wireLines(v.tr.Text(e))
			for i, line := range lines {
				if len(lines) <= contentHead+contentTail+1 || i < contentHead || i >= len(lines)-contentTail {
					out = append(out, spoken{e.Side.String() + ":", plainStart(line, 20)})
				}
			}
		case e.Kind == trace.Query, e.Kind == trace.Record && e.Node == v.tr.Conn(id).Client:
			out = append(out, spoken{"C:", ""})
		case e.Kind == trace.Answer, e.Kind == trace.Record:
			out = append(out, spoken{"S:", ""})
		}
	}
	return out
}

// firstState is the state that the first change of a conversation leads away
// from, when the server has greeted by now.
func (v *view) firstState(id trace.ConnID) string {
	greeted := false
	for _, s := range v.in.Snap.ConnEvents(id) {
		e := v.tr.At(s)
		greeted = greeted || e.Kind == trace.Line && e.Side == trace.Server && e.Code < 400
	}
	for s := v.in.At; greeted && v.tr.Has(s); s++ {
		if e := v.tr.At(s); e.Conn == id && e.Kind == trace.State {
			return v.tr.Name(e.A)
		}
	}
	return ""
}

// dialogueLens: the lines of the conversation up to the event, its state, and
// the envelope that the server has collected.
func (v *view) dialogueLens() {
	id := v.in.Story.conn(v.in.At)
	c := v.in.Snap.Conn(id)
	if id == 0 || v.tr.Conn(id).UDP || c == nil {
		return
	}
	rows := v.rows(drawDialogue)
	want := c.Session
	if c.Phase == state.Open && want == "" {
		want = v.firstState(id)
	}
	if c.Phase != state.Open || want == "" {
		want = map[string]string{"unopened": "not open yet", "timed out": "no answer", "reset": "broken off"}[c.Phase.String()]
		if want == "" {
			want = c.Phase.String()
		}
	}
	if head := strings.TrimRight(string(rows[0]), " "); !strings.HasSuffix(head, "state "+want) {
		v.errorf("dialogue", rows, "the heading does not say state %q: %q", want, head)
	}
	said := v.spokenOn(id)
	var shown []spoken
	for _, row := range rows[2:] {
		if side := part(row, saidSide, saidSide+2); side == "C:" || side == "S:" {
			shown = append(shown, spoken{side, part(row, saidText, saidText+24)})
		}
	}
	if full := strings.TrimSpace(part(rows[2], 0, 160)) != "" && strings.TrimSpace(part(rows[truthHigh-1], 0, 160)) != ""; !full && len(shown) != len(said) || len(shown) > len(said) {
		v.errorf("dialogue", rows, "shows %d lines, want %d", len(shown), len(said))
		return
	}
	said = said[len(said)-len(shown):]
	for i := range shown {
		if shown[i].side != said[i].side || !strings.HasPrefix(shown[i].text, said[i].text) {
			v.errorf("dialogue", rows, "line %d is %q, want %q", i+1, shown[i], said[i])
			return
		}
	}
	v.dialoguePanel(rows, id, c)
}

// dialoguePanel: the state that the machine marks, and the envelope.
func (v *view) dialoguePanel(rows [][]rune, id trace.ConnID, c *state.Conn) {
	var panel strings.Builder
	for _, row := range rows[2:] {
		panel.WriteString(part(row, len(row)-72, len(row)) + "\n")
	}
	if c.Phase == state.Open && c.Session != "" && v.in.machineOf(id) != nil && !strings.Contains(panel.String(), "▌"+c.Session+"▐") {
		v.errorf("dialogue", rows, "the machine does not stand at %q", c.Session)
	}
	proto := v.tr.Conn(id).Proto
	if proto != trace.SMTP && proto != trace.LMTP {
		return
	}
	var want []string
	if c.Mail.From != 0 {
		from, _ := v.in.Snap.Path(c.Mail.From)
		want = append(want, "MAIL FROM <"+plainStart(from, 40))
		for _, s := range c.Mail.To[:min(len(c.Mail.To), 5)] {
			to, _ := v.in.Snap.Path(s)
			want = append(want, "RCPT TO <"+plainStart(to, 40))
		}
	}
	for _, w := range want {
		if !strings.Contains(panel.String(), w) {
			v.errorf("dialogue", rows, "the envelope lacks %q", w)
		}
	}
	if got := strings.Count(panel.String(), "MAIL FROM <") + strings.Count(panel.String(), "RCPT TO <"); got != len(want) {
		v.errorf("dialogue", rows, "the envelope has %d lines, want %d", got, len(want))
	}
}
