package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// Style names what a cell means; a Palette says how that looks. The low byte
// is a role, the bits above it emphasise.
type Style uint16

// The roles.
const (
	Plain  Style = iota
	Quiet        // said by the way: times, labels of columns
	Rule         // lines, frames, lifelines
	Title        // names of things
	Accent       // where one is: the lens, the cursor
	Mail         // SMTP
	Pop          // POP3
	Imap         // IMAP
	Names        // DNS
	Local        // what happens inside a host
	Warn         // 4yz: not now
	Bad          // 5yz, refused, lost
	Good         // done
	Key          // a key that can be pressed
	roles
)

// The emphases.
const (
	Bold Style = 1 << (8 + iota)
	Faint
	Reverse
	Underline
)

// Look is how one role appears. Colours are "#rrggbb" or empty for the
// terminal's own; a terminal with fewer colours gets the nearest ones.
type Look struct {
	FG    string
	Attrs Style
}

// Theme is a set of looks by role.
type Theme struct {
	Name  string
	Looks [roles]Look
}

// Palette is a theme compiled to escape sequences.
type Palette struct {
	name string
	seqs [roles][16]string
}

// The themes. Meaning never hangs on colour alone: trouble has a sign and a
// word, the current event is bold and marked.
var themes = []Theme{
	{Name: "dark", Looks: [roles]Look{
		Quiet: {FG: "#8b949e"}, Rule: {FG: "#484f58"}, Title: {Attrs: Bold}, Accent: {FG: "#79c0ff", Attrs: Bold},
		Mail: {FG: "#79c0ff"}, Pop: {FG: "#7ee787"}, Imap: {FG: "#d2a8ff"}, Names: {FG: "#e3b341"}, Local: {FG: "#56d4dd"},
		Warn: {FG: "#ffa657", Attrs: Bold}, Bad: {FG: "#ff7b72", Attrs: Bold}, Good: {FG: "#7ee787"}, Key: {Attrs: Bold},
	}},
	{Name: "light", Looks: [roles]Look{
		Quiet: {FG: "#636c76"}, Rule: {FG: "#afb8c1"}, Title: {Attrs: Bold}, Accent: {FG: "#0550ae", Attrs: Bold},
		Mail: {FG: "#0550ae"}, Pop: {FG: "#116329"}, Imap: {FG: "#6639ba"}, Names: {FG: "#7d4e00"}, Local: {FG: "#0a6c74"},
		Warn: {FG: "#bc4c00", Attrs: Bold}, Bad: {FG: "#cf222e", Attrs: Bold}, Good: {FG: "#116329"}, Key: {Attrs: Bold},
	}},
	// Okabe and Ito's colours, which people with any kind of colour vision
	// can tell apart.
	{Name: "colour-blind", Looks: [roles]Look{
		Quiet: {FG: "#999999"}, Rule: {FG: "#666666"}, Title: {Attrs: Bold}, Accent: {FG: "#56b4e9", Attrs: Bold},
		Mail: {FG: "#56b4e9"}, Pop: {FG: "#009e73"}, Imap: {FG: "#cc79a7"}, Names: {FG: "#e69f00"}, Local: {FG: "#f0e442"},
		Warn: {FG: "#e69f00", Attrs: Bold}, Bad: {FG: "#d55e00", Attrs: Bold | Underline}, Good: {FG: "#009e73"}, Key: {Attrs: Bold},
	}},
	{Name: "mono", Looks: [roles]Look{
		Quiet: {Attrs: Faint}, Rule: {Attrs: Faint}, Title: {Attrs: Bold}, Accent: {Attrs: Bold},
		Warn: {Attrs: Bold}, Bad: {Attrs: Bold | Underline}, Key: {Attrs: Bold},
	}},
}

// Themes are the names of the themes.
func Themes() []string {
	names := make([]string, len(themes))
	for i := range themes {
		names[i] = themes[i].Name
	}
	return names
}

// NewPalette compiles the theme of that name; ok is false when there is none.
func NewPalette(name string) (p *Palette, ok bool) {
	i := slices.IndexFunc(themes, func(t Theme) bool { return t.Name == name })
	if i < 0 {
		return nil, false
	}
	p = &Palette{name: name}
	for role := Plain; role < roles; role++ {
		for e := Style(0); e < 16; e++ {
			look := themes[i].Looks[role]
			p.seqs[role][e] = sgr(look.FG, look.Attrs|e<<8)
		}
	}
	return p, true
}

// seq is the escape sequence that switches to a style from any other.
func (p *Palette) seq(s Style) string { return p.seqs[s&0xff%roles][s>>8&15] }

// sgr composes a "select graphic rendition" sequence (ECMA-48 §8.3.117).
func sgr(fg string, attrs Style) string {
	s := []string{"0"}
	for i, bit := range []Style{Bold, Faint, Reverse, Underline} {
		if attrs&bit != 0 {
			s = append(s, []string{"1", "2", "7", "4"}[i])
		}
	}
	if len(fg) == 7 {
		v, _ := strconv.ParseUint(fg[1:], 16, 32)
		s = append(s, "38;2", strconv.Itoa(int(v>>16)), strconv.Itoa(int(v>>8&255)), strconv.Itoa(int(v&255)))
	}
	if len(s) == 1 {
		return "\x1b[m"
	}
	return "\x1b[" + strings.Join(s, ";") + "m"
}

// protoStyle is the colour of a protocol, the same in every lens.
func protoStyle(p trace.Proto) Style {
	switch p {
	case trace.SMTP:
		return Mail
	case trace.LMTP:
		return Local
	case trace.POP3:
		return Pop
	case trace.IMAP:
		return Imap
	case trace.DNS:
		return Names
	}
	return Plain
}
