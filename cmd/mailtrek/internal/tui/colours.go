package tui

import (
	"image/color"
	"strconv"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// in is the palette in the colours that a terminal has: the nearest ones of
// 256 or 16, or none.
func (p *Palette) in(profile colorprofile.Profile) *Palette {
	if profile == colorprofile.TrueColor {
		return p
	}
	q := &Palette{name: p.name}
	for _, t := range themes {
		if t.Name != p.name {
			continue
		}
		for role := range q.seqs {
			look := t.Looks[role]
			for e := range q.seqs[role] {
				q.seqs[role][e] = sgrIn(profile, look.FG, look.Attrs|Style(e)<<8)
			}
		}
	}
	return q
}

// sgrIn is sgr with the nearest colour that a profile has.
func sgrIn(profile colorprofile.Profile, fg string, attrs Style) string {
	plain := sgr("", attrs)
	v, err := strconv.ParseUint(fg[min(1, len(fg)):], 16, 32)
	if err != nil || len(fg) != 7 {
		return plain
	}
	var number string
	switch c := profile.Convert(color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}).(type) {
	case ansi.BasicColor:
		if n := int(c); n < 8 {
			number = strconv.Itoa(30 + n)
		} else {
			number = strconv.Itoa(90 + n - 8)
		}
	case ansi.IndexedColor:
		number = "38;5;" + strconv.Itoa(int(c))
	default:
		return plain
	}
	if plain == "\x1b[m" {
		return "\x1b[0;" + number + "m"
	}
	return plain[:len(plain)-1] + ";" + number + "m"
}
