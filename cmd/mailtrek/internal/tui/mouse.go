package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// The mouse is off unless it is asked for, since a terminal that reports it no
// longer selects text. A click on the time line goes there, one on a tab shows
// the lens, one on a line of a lens chooses it; the wheel goes from line to
// line.

// toggleMouse turns the mouse on or off.
func (p *Player) toggleMouse() {
	p.pointing = !p.pointing
	said := "mouse.off"
	if p.pointing {
		said = "mouse.on"
	}
	p.notice = p.look.words.T(said)
}

// toggleASCII draws with other lines.
func (p *Player) toggleASCII() {
	if p.look.glyphs.ASCII {
		p.look.glyphs = &unicodeGlyphs
	} else {
		p.look.glyphs = &asciiGlyphs
	}
}

// clicked handles a click and the wheel; they count only where the player
// itself is on the screen.
func (p *Player) clicked(msg tea.MouseMsg) {
	if !p.pointing || p.story.T.Len() == 0 || p.w < leastWidth || p.h < leastHeight || p.prompt != nil || p.palette != nil || p.help || p.whole || p.form != nil || p.board != nil {
		return
	}
	at := msg.Mouse()
	switch msg.(type) {
	case tea.MouseWheelMsg:
		down := at.Button == tea.MouseWheelDown
		if n := len(lenses[p.lens].picks(p.instant())); n > 0 {
			p.chooseNext(down, n, lenses[p.lens].Last)
		} else if down {
			p.scroll++
		} else {
			p.scroll = max(p.scroll-1, 0)
		}
	case tea.MouseClickMsg:
		p.clickedAt(at.X, at.Y)
	}
}

func (p *Player) clickedAt(x, y int) {
	line := p.h - 3 // the time line
	if p.h < 24 {
		line = p.h - 2
	}
	switch {
	case y == 1:
		if i := p.tabAt(x); i >= 0 {
			p.lens, p.scroll, p.pick = i, 0, 0
		}
	case y == line:
		n := p.w - 2 - 8
		cell := min(max(x-2, 0), n-1)
		p.at, p.play, p.scroll, p.pick = p.story.eventAt(cell, n), 0, 0, 0
	case y > 2 && y < p.h-5:
		p.chooseRow(y)
	}
}

// eventAt is the event in the middle of a cell of a time line of n cells.
func (s *Story) eventAt(cell, n int) trace.Seq {
	if n < 2 {
		return 1
	}
	at := 1 + (int64(cell)*int64(s.T.Len()-1)+int64(n-1)/2)/int64(n-1)
	return trace.Seq(min(max(at, 1), int64(s.T.Len())))
}

// tabAt is the lens whose tab stands in a column of the second row; -1 for none.
func (p *Player) tabAt(x int) int {
	f := frame{in: p.instant(), lens: p.lens, beside: p.beside}
	names, gap := f.tabForm(p.w)
	at := 1
	for i, name := range names {
		w := textWidth(name) + 1
		if x >= at && x <= at+w {
			return i
		}
		at += w + gap
	}
	return -1
}

// chooseRow chooses the line that is shown in a row of the screen.
func (p *Player) chooseRow(y int) {
	rows := strings.Split(p.frame().Text(), "\n")
	for i, l := range lenses[p.lens].picks(p.instant()) {
		words := strings.Fields(l.text)
		if n := len(words); n > 0 && strings.Contains(rows[y], strings.Join(words[:min(n, 2)], " ")) {
			p.pick = i + 1
			if !lenses[p.lens].Last {
				return
			}
		}
	}
}
