package tui

import (
	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Options are how a screen looks and where it starts. The zero value works.
type Options struct {
	Lang    string    // "en", "bg", "pl"
	Theme   string    // a name of Themes; "" follows the terminal's background
	NoColor bool      // no colours, whatever the terminal can do
	ASCII   bool      // no line-drawing characters
	Lens    string    // a name of Lenses; "" is the first
	Depth   string    // how deep explanations go, a name of explain.Depths; "" is the course's
	Keys    *Keys     // what the keys mean; nil: as they come
	At      trace.Seq // the first event; 0 is 1

	// Source is how the scenario of a branch is found again: its id or the name
	// of its file. Empty: its id.
	Source string
	// Save writes a new file, and fails when there is one of that name; nil:
	// nothing can be saved.
	Save func(name string, content []byte) error
	// World is the run of a scenario anew, not yet begun, by what the head of a
	// trace says; nil: a trace from a file cannot be changed.
	World func(trace.Header) (*scenario.Branch, error)
}

// look is what Options come to: the words, marks and colours of the screens.
type look struct {
	words   *i18n.Words
	glyphs  *Glyphs
	palette *Palette
	auto    bool // follows the terminal's background
	noColor bool // there are no colours to choose
	source  string
	save    func(name string, content []byte) error
	world   func(trace.Header) (*scenario.Branch, error)

	*session
}

// session is what all screens of one run of the program share and keep.
type session struct {
	keys  *Keys
	depth explain.Depth
	past  []string // what was typed into the palette, the latest last
	// catalogue is what can be opened from anywhere; nil: nothing can.
	catalogue func() []Item
}

func (o Options) look() look {
	l := look{glyphs: &unicodeGlyphs, auto: o.Theme == "" && !o.NoColor, noColor: o.NoColor, source: o.Source, save: o.Save, world: o.World, session: &session{keys: o.Keys}}
	l.depth, _ = explain.DepthNamed(o.Depth)
	l.words, _ = i18n.In(o.Lang)
	if o.ASCII {
		l.glyphs = &asciiGlyphs
	}
	theme := o.Theme
	if o.NoColor {
		theme = "mono"
	}
	var ok bool
	if l.palette, ok = NewPalette(theme); !ok {
		l.palette, _ = NewPalette("dark")
	}
	return l
}

// background follows the terminal's background.
func (l *look) background(dark bool) {
	if !l.auto {
		return
	}
	name := "light"
	if dark {
		name = "dark"
	}
	l.palette, _ = NewPalette(name)
}

// nextTheme goes to the theme behind the present one.
func (l *look) nextTheme() string {
	names := Themes()
	if l.noColor {
		names = []string{"mono"}
	}
	next := names[0]
	for i, n := range names {
		if n == l.palette.name {
			next = names[(i+1)%len(names)]
		}
	}
	l.palette, _ = NewPalette(next)
	l.auto = false
	return next
}
