package tui

// scene is what the player puts in the place of parts of the frame: a form, a
// keyboard, two runs beside each other. Its zero value leaves the frame as it
// is.
type scene struct {
	area  func(Region) // in place of the lens
	links func(Region) // in place of cause and effect
	row   []brief      // in place of the keys
	run   string       // in place of the title: which run this is
	title string       // the story's, in the reader's language; empty: that of the trace
}

// title is the title of the story in the reader's language. A trace knows only
// that in the language of its document; the branch has the translations.
func (p *Player) title(in *Instant) string {
	own := in.Story.T.Header.Title
	if b := p.course.branch; b != nil && b.Scenario.Title == own {
		return b.Scenario.Text(in.Words.Lang()).Title
	}
	return own
}

// scene is what is to be seen besides the lens.
func (p *Player) scene(in *Instant) scene {
	w := in.Words
	s := scene{title: p.title(in)}
	switch {
	case p.board != nil:
		s.run = w.T("run.seat", "what", p.seatName(p.board.seat))
	case p.course.parent != nil:
		s.run = w.T("run.fork", "what", p.course.what)
	case p.course.child != nil:
		s.run = w.T("run.story", "title", s.title)
	}
	if v := p.comparison(); v != nil {
		s.area, s.row = v.draw, keys.compareRow()
	} else if p.course.parent != nil || p.course.child != nil {
		s.row = keys.forkRow()
	}
	if p.octet > 0 {
		s.links = func(r Region) { r.PutMax(0, 0, r.W, Accent&^Bold, in.octetWords()) }
	}
	if p.copying && s.area == nil {
		s.area = func(r Region) {
			lenses[p.lens].Draw(in, r)
			p.drawCopies(in, r)
		}
	}
	switch {
	case p.palette != nil:
		s.area, s.row = func(r Region) { p.drawPalette(in, r) }, paletteRow()
	case p.form != nil:
		s.area, s.row = func(r Region) { p.form.draw(in, r) }, formRow()
	case p.board != nil:
		s.area, s.row = func(r Region) { p.drawSeat(in, r) }, seatKeys.row()
		s.links = func(r Region) { p.drawMay(in, r) }
	}
	if p.work != nil {
		s.row = []brief{{"", p.work.words()}, {"Esc", "key.giveup"}}
	}
	return s
}

// lensShown tells whether a lens is to be seen besides what the scene shows in
// its place.
func (p *Player) lensShown(w int) bool {
	if p.copying || p.palette != nil {
		return true
	}
	return p.form == nil && p.board != nil && (w >= seatBeside || p.board.lens)
}

// drawSeatHelp is the page of the keys of a seat.
func drawSeatHelp(in *Instant, r Region) {
	in.helpTitle(r, in.Words.T("help.note"))
	in.helpRows(r.Sub(2, 3, r.W-4, r.H-3), seatKeys.rows(), 0, nil)
}
