package tui

import (
	"charm.land/bubbles/v2/key"
)

// drawHelp is the page of all keys, made of the bindings.
func drawHelp(in *Instant, r Region) {
	w := in.Words
	r.Put(2, 0, Title, w.T("help.title"))
	r.PutRight(r.W-2, 0, Quiet, w.T("help.note"))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	body := r.Sub(2, 2, r.W-3, r.H-2)
	groups := keys.groups()
	if r.W >= 110 {
		third := body.W / 2
		y := in.helpGroup(body.Sub(0, 1, third, body.H), groups[0], 0)
		in.helpSigns(body.Sub(0, y+2, third, body.H), 0)
		right := body.Sub(third+1, 1, third, body.H)
		y = in.helpGroup(right, groups[1], 0)
		in.helpGroup(right, groups[2], y+1)
		return
	}
	y := 0
	gap := 0
	if r.H >= 32 {
		gap = 1
	}
	for _, g := range groups {
		y = in.helpGroup(body, g, y) + gap
	}
	if body.H-y >= 6 {
		in.helpSigns(body, y)
	}
}

// helpGroup writes bindings from row y on and returns the row behind them. On
// a low screen pairs of steps share a row.
func (in *Instant) helpGroup(r Region, group []key.Binding, y int) int {
	for _, b := range group {
		if y >= r.H {
			return y
		}
		k := b.Help().Key
		if in.Glyphs.ASCII {
			k = asciiKeys(k)
		}
		r.Put(0, y, Key, k)
		r.PutMax(11, y, r.W-11, Plain, in.Words.T(b.Help().Desc+".long"))
		y++
	}
	return y
}

func (in *Instant) helpSigns(r Region, y int) {
	g := in.Glyphs
	signs := []struct {
		sign string
		st   Style
		key  string
	}{
		{g.Cursor, Accent, "help.sign.now"}, {g.Dot, Accent, "help.sign.hop"}, {g.Cross, Bad, "help.sign.bad"},
		{g.Bang, Warn, "help.sign.warn"}, {g.Break, Warn, "help.sign.break"},
	}
	for _, s := range signs {
		r.Put(0, y, s.st, s.sign)
		r.PutMax(11, y, r.W-11, Plain, in.Words.T(s.key))
		y++
	}
}

// asciiKeys writes the names of keys without arrows.
func asciiKeys(s string) string {
	names := map[rune]string{'←': "Left", '→': "Right", '↑': "Up", '↓': "Down", '⇧': "Shift-", '…': "..."}
	out := ""
	for i, r := range s {
		name, ok := names[r]
		switch {
		case !ok:
			name = string(r)
		case i > 0 && len(out) > 0 && out[len(out)-1] != ' ' && out[len(out)-1] != '-':
			name = "/" + name
		}
		out += name
	}
	return out
}

// drawHomeHelp is the page of the keys of the home screen.
func drawHomeHelp(in *Instant, r Region) {
	r.Put(2, 0, Title, in.Words.T("help.title"))
	r.PutRight(r.W-2, 0, Quiet, in.Words.T("help.note"))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	in.helpGroup(r.Sub(2, 3, r.W-3, r.H-3), homeKeys.group(), 0)
}
