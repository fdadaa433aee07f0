package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
)

// drawHelp is the page of all keys, made of the bindings.
func drawHelp(in *Instant, r Region) {
	body := r.Sub(2, 3, r.W-4, r.H-3)
	groups := keys.groups()
	note := "help.note"
	if r.W < 120 && helpLength(groups) > r.H-2 {
		note = "help.scrolls"
	}
	in.helpTitle(r, note)
	if r.W >= 120 {
		half := body.W / 2
		y := in.helpRows(body.Sub(0, 0, half-2, body.H), groups[0], 0)
		in.helpSigns(body.Sub(0, y+1, half-2, body.H-y-1))
		right := body.Sub(half, 0, half, body.H)
		in.helpRows(right, groups[2], in.helpRows(right, groups[1], 0)+1)
		return
	}
	gap := 0
	if r.H >= 32 {
		gap = 1
	} else {
		body = r.Sub(2, 2, r.W-4, r.H-2)
	}
	y := -min(in.Scroll, max(helpLength(groups)-body.H, 0))
	for _, g := range groups {
		y = in.helpRows(body, g, y) + gap
	}
	in.helpSigns(body.Sub(0, y, body.W, body.H-y))
}

// helpLength is the number of rows of all bindings.
func helpLength(groups [][]helpRow) int {
	n := 0
	for _, g := range groups {
		n += len(g)
	}
	return n
}

func (in *Instant) helpTitle(r Region, note string) {
	r.Put(2, 0, Title, in.Words.T("help.title"))
	r.PutRight(r.W-2, 0, Quiet, in.Words.T(note))
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
func (in *Instant) helpRows(r Region, rows []helpRow, y int) int {
	for _, row := range rows {
		var shown []string
		for _, b := range row.keys {
			shown = append(shown, b.Help().Key)
		}
		k := strings.Join(shown, "  ")
		if in.Glyphs.ASCII {
			k = asciiKeys(k)
		}
		r.PutMax(0, y, in.helpColumn()-1, Key, k)
		r.PutMax(in.helpColumn(), y, r.W-in.helpColumn(), Plain, in.Words.T(row.text))
		y++
	}
	return y
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
	in.helpTitle(r, "help.note")
	in.helpRows(r.Sub(2, 3, r.W-4, r.H-3), homeKeys.rows(), 0)
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
