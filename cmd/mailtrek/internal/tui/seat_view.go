package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// consoleTimes is the width from which a console has a column of times.
const consoleTimes = 62

// seatBeside is the width from which a lens stands beside the keyboard.
const seatBeside = 110

// drawSeat shows the keyboard, and beside it a lens where there is room.
func (p *Player) drawSeat(in *Instant, r Region) {
	switch {
	case r.W >= seatBeside:
		half := max(r.W*11/20, 64)
		p.drawConsole(in, r.Sub(0, 0, half, r.H))
		for y := 0; y < r.H; y++ {
			r.Put(half, y, Rule, in.Glyphs.V)
		}
		lenses[p.lens].Draw(in, r.Sub(half+1, 0, r.W-half-1, r.H))
	case p.board.lens:
		lenses[p.lens].Draw(in, r.Sub(0, 0, r.W, r.H-1))
		p.drawTyping(in, r.Sub(0, r.H-1, r.W, 1))
	default:
		p.drawConsole(in, r)
	}
}

// consoleText is where the text begins in a console of width w: a narrow one
// has no room for times.
func consoleText(w int) int {
	if w < consoleTimes {
		return 4
	}
	return saidText
}

// drawConsole shows what was typed and what was answered, and at the bottom the
// line that is being typed.
func (p *Player) drawConsole(in *Instant, r Region) {
	b := p.board
	rows := in.consoleRows(b, r.W-consoleText(r.W)-1)
	body := r.Sub(0, 0, r.W, r.H-1)
	rows = scrollBack(rows, body.H, b.scroll)
	for y, row := range rows {
		row.console(in, body, y)
	}
	y := min(len(rows), r.H-1)
	p.drawTyping(in, r.Sub(0, y, r.W, 1))
	p.drawOffer(in, r, y)
}

// drawTyping is the line that is being typed.
func (p *Player) drawTyping(in *Instant, r Region) {
	b := p.board
	x := consoleText(r.W) - (saidText - saidSide)
	if b.seat.IsShell() {
		x = 1
	}
	r.Fill(0, 0, r.W, Plain, " ")
	if b.seat.End() != nil {
		r.PutMax(x, 0, r.W-x, Quiet, in.Words.T("seat.over"))
		return
	}
	x = r.Put(x, 0, Accent, p.seatPrompt())
	if !b.seat.IsShell() {
		x = consoleText(r.W)
	}
	b.line.draw(r, x, 0, Title)
}

// drawOffer lists the completions next to the line.
func (p *Player) drawOffer(in *Instant, r Region, line int) {
	b := p.board
	n := min(len(b.offer), max(r.H/2, 3))
	if n == 0 {
		return
	}
	top := max(min(b.at-n/2, len(b.offer)-n), 0)
	y := line + 1
	if y+n > r.H {
		y = line - n
	}
	if y < 0 {
		return
	}
	wide := 0
	for _, c := range b.offer {
		wide = max(wide, textWidth(c.text))
	}
	wide = min(wide, r.W-1)
	x := max(consoleText(r.W), 4)
	if slices.ContainsFunc(b.offer, func(c choice) bool { return c.note != "" }) {
		wide = min(wide, max(r.W-x-24, r.W/3))
	}
	for i := range n {
		c := b.offer[top+i]
		st := Plain
		r.Fill(0, y+i, r.W, Plain, " ")
		r.Put(x-2, y+i, Rule, in.Glyphs.V)
		if top+i == b.at {
			st = Accent
			r.Put(x-2, y+i, Accent, in.Glyphs.Cursor)
		}
		r.PutMax(x, y+i, wide, st, c.text)
		r.PutMax(x+wide+2, y+i, r.W-x-wide-2, Quiet, c.note)
	}
}

// consoleRow is a row of the console.
type consoleRow struct {
	time, side, text, note string
	style, label           Style
	shell                  bool
}

// consoleRows are what was typed and what came back.
func (in *Instant) consoleRows(b *keyboard, w int) []consoleRow {
	if b.seat.IsShell() {
		return in.shellRows(b, w)
	}
	id := b.seat.Conn()
	var rows []consoleRow
	typed := 0
	say := func(before trace.Seq) {
		for ; typed < len(b.seat.Lines) && b.seat.Lines[typed].From < before; typed++ {
			rows = append(rows, typedRows(in, &b.seat.Lines[typed], w)...)
		}
	}
	for _, q := range in.Snap.ConnEvents(id) {
		e := in.Story.T.At(q)
		say(q)
		switch {
		case e.Kind == trace.State:
			if n := len(rows); n > 0 {
				rows[n-1].note = in.Story.T.Name(e.B)
			}
		case e.Kind.Said() && e.Side == trace.Client, e.Kind == trace.Record:
		default:
			for i, s := range in.saidEvent(q, w) {
				row := consoleRow{side: s.side, text: s.text, note: s.note, style: s.style, label: s.label}
				if i == 0 {
					row.time = stamp(e.Time)
				}
				rows = append(rows, row)
			}
		}
	}
	say(^trace.Seq(0))
	last := ""
	for i := range rows { // a time stands where it is another
		if rows[i].time == last {
			rows[i].time = ""
		} else if rows[i].time != "" {
			last = rows[i].time
		}
	}
	return rows
}

// typedRows is a line that was typed.
func typedRows(in *Instant, l *scenario.Typed, w int) []consoleRow {
	var rows []consoleRow
	for i, part := range wrapLine(visibleText(l.Text), w) {
		row := consoleRow{text: part, style: Title, label: Title}
		if i == 0 {
			row.side = "C:"
		}
		rows = append(rows, row)
	}
	if t := in.Story.T; l.From > 0 && t.Has(l.From+1) {
		rows[0].time = stamp(t.At(l.From + 1).Time)
	}
	if l.Bare {
		rows[len(rows)-1].text += " " + `\n`
	}
	return rows
}

// shellRows are the commands with what they printed.
func (in *Instant) shellRows(b *keyboard, w int) []consoleRow {
	t := in.Story.T
	var rows []consoleRow
	add := func(text string, st Style) {
		for _, part := range wrapLine(text, w) {
			rows = append(rows, consoleRow{text: part, style: st, shell: true})
		}
	}
	for i := range b.seat.Lines {
		l := &b.seat.Lines[i]
		end := trace.Seq(t.Len())
		if i+1 < len(b.seat.Lines) {
			end = b.seat.Lines[i+1].From
		}
		add(in.shellPrompt(l.Host)+visibleText(l.Text), Title)
		for s := range strings.Lines(l.Input) {
			add("> "+visibleText(strings.TrimRight(s, "\n")), Plain)
		}
		if l.Telnet != nil {
			in.telnetRows(l.Telnet, add)
			continue
		}
		host := t.NodeNamed(l.Host)
		for q := l.From + 1; q <= end && q <= in.At; q++ {
			e := t.At(q)
			if e.Kind != trace.Output || e.Node != host || !slices.ContainsFunc(t.Chain(q), func(c trace.Seq) bool { return c == l.From+1 }) {
				continue
			}
			for s := range strings.Lines(string(t.Text(e))) {
				add(visibleText(strings.TrimRight(s, "\r\n")), Plain)
			}
			if e.Code != 0 {
				add(in.Words.T("seat.status", "n", strconv.Itoa(int(e.Code))), Warn)
			}
		}
	}
	if b.until != "" {
		add(in.shellPrompt(b.seat.Host)+visibleText(b.history[len(b.history)-1]), Title)
	}
	for _, l := range b.input {
		add("> "+visibleText(l), Plain)
	}
	return rows
}

// telnetRows are what was said on a connection that a shell has begun.
func (in *Instant) telnetRows(s *scenario.Seat, add func(string, Style)) {
	t := in.Story.T
	for _, q := range in.Snap.ConnEvents(s.Conn()) {
		e := t.At(q)
		if q > in.At || !e.Kind.Said() {
			continue
		}
		for line := range strings.Lines(string(t.Text(e))) {
			add(e.Side.String()+": "+visibleText(strings.TrimRight(line, "\r\n")), Quiet)
		}
	}
}

// shellPrompt is what stands before a line of a host's shell.
func (in *Instant) shellPrompt(host string) string {
	short := host
	if id := in.Story.T.NodeNamed(host); id != 0 {
		short = in.Story.short(id)
	}
	return "root@" + short + ":~# "
}

// console draws the row.
func (row consoleRow) console(in *Instant, r Region, y int) {
	if row.shell {
		r.Put(1, y, row.style, row.text)
		return
	}
	x := consoleText(r.W)
	if x == saidText {
		r.PutRight(saidTime, y, Quiet, row.time)
	}
	r.Put(x-(saidText-saidSide), y, row.label, row.side)
	if row.side == "" && row.style == Quiet {
		x -= saidText - saidSide
	}
	end := r.Put(x, y, row.style, row.text)
	if row.note == "" {
		return
	}
	note := in.Glyphs.H + " " + row.note
	if at := r.W - 1 - textWidth(note); at > end+1 {
		r.Put(at, y, Quiet, note)
	}
}

// drawMay is the row below the margin: what may be said now.
func (p *Player) drawMay(in *Instant, r Region) {
	verbs := p.mayNow()
	if len(verbs) == 0 {
		return
	}
	x := r.Put(0, 0, Quiet, in.Words.T("seat.may")+"  ")
	for i, v := range verbs {
		if x+textWidth(v)+2 > r.W {
			r.Put(x, 0, Quiet, "+"+strconv.Itoa(len(verbs)-i))
			return
		}
		x = r.Put(x, 0, protoStyle(p.board.proto()), v) + 2
	}
}
