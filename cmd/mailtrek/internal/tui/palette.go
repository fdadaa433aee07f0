package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// The palette is the line behind ":". Everything that can be done has a name
// there: what the keys do, the lenses, places in the story, settings, other
// scenarios. What is typed need not be exact; below it stands what it may mean,
// with what that does, or why it cannot be done now.

// palette is a command on its way.
type palette struct {
	line  edit
	at    int // the selected suggestion
	pools map[string][]string
}

// suggestion is something that the line may mean.
type suggestion struct {
	line string // what would stand in the palette
	note string // what it does
	keys string // the keys that do the same
	why  string // why it cannot be done now
	open bool   // an argument is missing: Enter only completes
	run  func(p *Player) tea.Cmd
}

// textReach is how many events a story has at most whose texts are looked
// through while one types.
const textReach = 20_000

// pastLimit is how many commands are remembered.
const pastLimit = 50

// openPalette opens the palette with a text in its line.
func (p *Player) openPalette(text string) {
	p.palette = &palette{pools: map[string][]string{}}
	p.palette.line.set(text)
	p.play = 0
}

// command takes a key while the palette is open.
func (p *Player) command(k tea.KeyPressMsg) tea.Cmd {
	q := p.palette
	list := p.suggest(q.line.text)
	switch k.String() {
	case "esc":
		p.palette = nil
	case "enter":
		if q.at < len(list) {
			return p.take(list[q.at])
		}
	case "tab":
		if q.at < len(list) {
			q.line.set(list[q.at].line)
			q.at = 0
		}
	case "down", "ctrl+n":
		q.at = min(q.at+1, max(len(list)-1, 0))
	case "up", "ctrl+p":
		q.at = max(q.at-1, 0)
	case "pgdown":
		q.at = min(q.at+10, max(len(list)-1, 0))
	case "pgup":
		q.at = max(q.at-10, 0)
	case "backspace":
		if q.line.text == "" {
			p.palette = nil
			return nil
		}
		fallthrough
	default:
		if old := q.line.text; q.line.press(k) && q.line.text != old {
			q.at = 0
		}
	}
	return nil
}

// take does what a suggestion says, or completes it.
func (p *Player) take(s suggestion) tea.Cmd {
	switch {
	case s.why != "":
		p.notice = s.why
		return nil
	case s.open || s.run == nil:
		p.palette.line.set(s.line)
		p.palette.at = 0
		return nil
	}
	p.palette = nil
	p.remember(s.line)
	return s.run(p)
}

// remember keeps a command for the next time; one that is repeated moves to the
// end.
func (p *Player) remember(line string) {
	line = strings.TrimSpace(line)
	past := slices.DeleteFunc(p.look.past, func(s string) bool { return s == line })
	past = append(past, line)
	p.look.past = past[max(len(past)-pastLimit, 0):]
}

// drawPalette shows the line and what it may mean, in place of the lens.
func (p *Player) drawPalette(in *Instant, r Region) {
	q := p.palette
	x := r.Put(1, 0, Accent, ":")
	q.line.draw(r, x, 0, Plain)
	list := p.suggest(q.line.text)
	if len(list) == 0 {
		r.PutMax(2, 2, r.W-2, Quiet, in.Words.T("palette.none"))
		return
	}
	room := r.H - 2
	names, keys := 0, 0
	for _, s := range list {
		names, keys = max(names, textWidth(s.line)), max(keys, textWidth(s.keys))
	}
	names = min(names, r.W*2/5)
	top := max(min(q.at-room/2, len(list)-room), 0)
	for y := 0; y < room && top+y < len(list); y++ {
		s := list[top+y]
		line := r.Sub(0, 2+y, r.W, 1)
		st := Plain
		switch {
		case top+y == q.at:
			st = Accent
			line.Put(0, 0, Accent, in.Glyphs.Cursor)
		case s.why != "":
			st = Quiet
		}
		line.PutMax(2, 0, names, st, s.line)
		note, noteStyle := s.note, Quiet
		if s.why != "" {
			note = in.Glyphs.Cross + " " + s.why
			if top+y == q.at {
				noteStyle = Warn
			}
		} else if top+y == q.at {
			noteStyle = Plain
		}
		end := r.W - 1
		if s.keys != "" && keys < r.W/4 {
			k := s.keys
			if in.Glyphs.ASCII {
				k = asciiKeys(k)
			}
			end = line.PutRight(r.W-1, 0, Key, k) - 2
		}
		line.PutMax(names+4, 0, end-names-4, noteStyle, note)
	}
	if n := len(list) - top - room; n > 0 {
		r.Fill(0, r.H-1, r.W, Plain, " ")
		r.PutMax(2, r.H-1, r.W-2, Quiet, in.Words.T("choose.more", "n", itoa(n+1)))
	}
}

// paletteRow are the keys of the palette.
func paletteRow() []brief {
	return []brief{{"Enter", "key.take"}, {"Tab", "key.complete"}, {"↑↓", "key.choose"}, {"Esc", "key.back"}}
}

// suggest is what a line may mean, the most likely first.
func (p *Player) suggest(text string) []suggestion {
	typed := strings.TrimLeft(text, " :")
	if strings.TrimSpace(typed) == "" {
		return p.everything()
	}
	head, arg, spaced := strings.Cut(typed, " ")
	for _, o := range orders {
		if spaced && strings.EqualFold(o.name, head) && o.args != nil {
			return p.completed(o, strings.TrimLeft(arg, " "))
		}
	}
	out := p.places(strings.TrimSpace(typed))
	type scored struct {
		suggestion
		score int
	}
	var found []scored
	for _, s := range append(p.named(), p.shortcuts()...) {
		score := fuzzy(typed, s.line)
		if score == 0 {
			score = fuzzy(typed, s.note) / 4
			if score < 60 { // letters here and there in a sentence mean nothing
				continue
			}
		}
		found = append(found, scored{s, score})
	}
	if _, err := trace.ParseSelector(typed); err == nil {
		if s := p.selected("at", typed)[0]; s.why == "" {
			found = append(found, scored{s, 550})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return b.score - a.score })
	for _, f := range found {
		out = append(out, f.suggestion)
	}
	if len(out) == 0 || found == nil {
		out = append(out, p.selected("at", typed)...)
	} else if p.story.T.Len() <= textReach {
		if s := p.selected("find", typed)[0]; s.why == "" {
			out = append(out, s)
		}
	}
	return out
}

// everything is what the palette offers before something is typed: first what
// was done last, then all that can be done.
func (p *Player) everything() []suggestion {
	var out []suggestion
	for i := len(p.look.past) - 1; i >= 0 && len(out) < 5; i-- {
		line := p.look.past[i]
		for _, s := range p.suggest(line) {
			if s.line == line && s.why == "" && !s.open {
				s.keys = p.look.words.T("palette.again")
				out = append(out, s)
				break
			}
		}
	}
	all := p.named()
	slices.SortStableFunc(all, func(a, b suggestion) int { return rank(a) - rank(b) })
	return append(out, all...)
}

// rank puts what cannot be done behind what can.
func rank(s suggestion) int {
	if s.why != "" {
		return 1
	}
	return 0
}
