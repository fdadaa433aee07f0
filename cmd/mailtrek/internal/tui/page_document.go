package tui

// openDocument shows the document that the story comes from.
func (p *Player) openDocument() {
	if p.course.branch == nil && p.served == nil {
		p.notice = p.cannot("document")
		return
	}
	p.whole, p.reads, p.scroll, p.top = true, true, 0, 0
}

// drawDocument is the page behind the key D: the scenario as its author wrote
// it, prose and blocks. It returns the row with which it began.
func drawDocument(in *Instant, title, md string, r Region) int {
	x := r.Put(2, 0, Title, in.Words.T("document.title"))
	x = r.PutMax(x, 0, r.W-x-2, Quiet, " "+in.Glyphs.Sep+" "+title)
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	body := r.Sub(2, 3, min(r.W-4, 100), r.H-3)
	lines := layProse(md, body.W, in.Glyphs)
	top := max(min(in.Scroll, len(lines)-body.H), 0)
	for y := 0; y < body.H && top+y < len(lines); y++ {
		body.putProse(0, y, lines[top+y])
	}
	in.pageNote(r, x, top, max(len(lines)-top-body.H, 0))
	return top
}
