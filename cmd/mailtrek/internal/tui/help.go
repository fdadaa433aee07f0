package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// drawHelp is the page of all keys, made of the bindings: what can be done here
// in full, what cannot with the reason. It returns the row with which it began.
func (p *Player) drawHelp(in *Instant, r Region) int {
	body := r.Sub(2, 3, r.W-4, r.H-3)
	gap := 1
	if r.H < 32 {
		gap, body = 0, r.Sub(2, 2, r.W-4, r.H-2)
	}
	top, below := body.window(in.Scroll, func(sheet Region) {
		y := 0
		for _, line := range wrap(p.helpHere(), sheet.W) {
			sheet.Put(0, y, Accent&^Bold, line)
			y++
		}
		p.helpGroups(in, sheet.Sub(0, y+1, sheet.W, sheet.H), gap)
	})
	note := in.Words.T("help.note")
	if top > 0 || below > 0 {
		note = in.Words.T("help.scrolls", "n", itoa(below))
	}
	in.helpTitle(r, note)
	return top
}

// helpHere says in a sentence what the keys are good for in this place.
func (p *Player) helpHere() string {
	w := p.look.words
	k := p.look.keys
	pairs := []string{"down", k.first(inPlay, keys.ScrollDown), "up", k.first(inPlay, keys.ScrollUp), "jump", k.first(inPlay, keys.Jump),
		"wrote", k.first(inPlay, keys.Wrote), "became", k.first(inPlay, keys.Became), "exchange", k.first(inPlay, keys.Exchange), "compare", k.first(inPlay, keys.Compare),
		"leave", k.first(inPlay, keys.Leave), "octet", k.first(inPlay, keys.Octet)}
	switch {
	case p.compare:
		return w.T("here.compare", pairs...)
	case p.course.parent != nil:
		return w.T("here.fork", pairs...) + " " + w.T("here."+lenses[p.lens].Name, pairs...)
	}
	return w.T("here."+lenses[p.lens].Name, pairs...)
}

// helpGroups writes the groups of bindings, on a wide screen in two columns.
func (p *Player) helpGroups(in *Instant, r Region, gap int) {
	groups := keys.groups()
	if r.W < 140 {
		y := 0
		for _, g := range groups {
			y = in.helpRows(r, g, y, p.cannot) + gap
		}
		in.helpSigns(r.Sub(0, y, r.W, r.H-y))
		return
	}
	half := r.W / 2
	left, right := r.Sub(0, 0, half-2, r.H), r.Sub(half, 0, half, r.H)
	y := in.helpRows(left, groups[0], 0, p.cannot) + 1
	in.helpSigns(left.Sub(0, y, left.W, left.H-y))
	y = 0
	for _, g := range groups[1:] {
		y = in.helpRows(right, g, y, p.cannot) + 1
	}
}

func (in *Instant) helpTitle(r Region, note string) {
	x := r.Put(2, 0, Title, in.Words.T("help.title"))
	if x+2+textWidth(note) < r.W-2 {
		r.PutRight(r.W-2, 0, Quiet, note)
	}
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
}

// helpColumn is where the meanings of the keys begin.
func (in *Instant) helpColumn() int {
	if in.Glyphs.ASCII {
		return 26
	}
	return 20
}

// helpRows writes rows of bindings from row y on and returns the row behind.
// What cannot be done, according to cannot, is shown with the reason; cannot may
// be nil.
func (in *Instant) helpRows(r Region, rows []helpRow, y int, cannot func(action string) string) int {
	for _, row := range rows {
		var shown []string
		why, can := "", false
		for _, b := range row.keys {
			at, name := in.actionOf(b)
			shown = append(shown, in.Keys.shown(at, b))
			reason := ""
			if cannot != nil && name != "" {
				reason = cannot(name)
			}
			if can = can || reason == ""; why == "" {
				why = reason
			}
		}
		k := strings.Join(shown, "  ")
		if in.Glyphs.ASCII {
			k = asciiKeys(k)
		}
		st, text := Plain, in.Words.T(row.text)
		if !can {
			st, text = Quiet, text+" "+in.Glyphs.H+" "+why
		}
		r.PutMax(0, y, in.helpColumn()-1, Key, k)
		for _, line := range wrap(text, r.W-in.helpColumn()) {
			r.Put(in.helpColumn(), y, st, line)
			y++
		}
	}
	return y
}

// actionOf is the place and the name of a binding; the name is "" when it
// stands in no table.
func (in *Instant) actionOf(b key.Binding) (at place, name string) {
	if len(b.Keys()) == 0 {
		return in.Place, ""
	}
	for _, t := range tables() {
		for _, n := range t.binds {
			if (t.at == in.Place || in.Place == inLesson && t.at == inPlay) && slices.Equal(n.Keys(), b.Keys()) {
				return t.at, n.name
			}
		}
	}
	return in.Place, ""
}

// helpSigns explains the signs, if there is room for all of them.
func (in *Instant) helpSigns(r Region) {
	g := in.Glyphs
	signs := []struct {
		sign string
		st   Style
		key  string
	}{
		{g.Cursor, Accent, "help.sign.now"}, {g.Dot, Accent, "help.sign.hop"}, {g.Cross, Bad, "help.sign.bad"},
		{g.Bang, Warn, "help.sign.warn"}, {g.Break, Warn, "help.sign.break"}, {g.Bookmark, Accent, "help.sign.mark"}, {g.Sealed, Quiet, "help.sign.tls"},
	}
	if r.H < len(signs) {
		return
	}
	for y, s := range signs {
		r.Put(0, y, s.st, s.sign)
		r.PutMax(in.helpColumn(), y, r.W-in.helpColumn(), Plain, in.Words.T(s.key))
	}
}

// drawHomeHelp is the page of the keys of the home screen.
func drawHomeHelp(in *Instant, r Region) {
	in.helpTitle(r, in.Words.T("help.note"))
	in.helpRows(r.Sub(2, 3, r.W-4, r.H-3), homeKeys.rows(), 0, nil)
}

// helpRow is a row of the help page: one binding or a pair, and what it does.
type helpRow struct {
	text string
	keys []key.Binding
}

// asciiKeys writes the names of keys without arrows.
func asciiKeys(s string) string {
	names := map[rune]string{'←': "Left", '→': "Right", '↑': "Up", '↓': "Down", '⇧': "Shift-", '…': "to"}
	out := ""
	for _, r := range s {
		name, ok := names[r]
		if !ok {
			name = string(r)
		} else if out != "" && !strings.HasSuffix(out, " ") && !strings.HasSuffix(out, "-") {
			name = "/" + name
		}
		out += name
	}
	return out
}
