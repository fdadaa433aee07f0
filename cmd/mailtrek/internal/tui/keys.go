package tui

import (
	"charm.land/bubbles/v2/key"
)

// keyMap are the keys of the player. The help page and the last row of the
// screen are made of it. Every step has a key that any terminal delivers; the
// arrows with Shift are a convenience.
type keyMap struct {
	Next, Back           key.Binding
	Command, CommandBack key.Binding
	Hop, HopBack         key.Binding
	Phase, PhaseBack     key.Binding
	Line, LineBack       key.Binding
	Octet, OctetBack     key.Binding
	Message, MessageBack key.Binding
	Until, UntilBack     key.Binding
	Play, Faster, Slower key.Binding
	Start, End           key.Binding
	Goto, Find           key.Binding
	Again, Before        key.Binding
	Cause, Mark, Explain key.Binding
	Stops, Depth         key.Binding
	Document             key.Binding
	Bookmark, Marked     key.Binding
	Filter, Copy         key.Binding
	Lens, LensBack, Lno  key.Binding
	ScrollDown, ScrollUp key.Binding
	Jump, Wrote, Became  key.Binding
	Mouse, ASCII         key.Binding
	Beside               key.Binding
	WhatIf, Seat         key.Binding
	Exchange, Compare    key.Binding
	Undo, Save           key.Binding
	Theme, Help          key.Binding
	Palette              key.Binding
	Leave, Quit          key.Binding
}

// bind makes a binding; what it does is said by a helpRow.
func bind(shown string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, ""))
}

var keys = keyMap{
	Next:        bind("→ l space", "right", "space", "l"),
	Back:        bind("← h", "left", "h", "backspace"),
	Command:     bind("↓ j", "down", "j"),
	CommandBack: bind("↑ k", "up", "k"),
	Hop:         bind("⇧→ ]", "shift+right", "]"),
	HopBack:     bind("⇧← [", "shift+left", "["),
	Phase:       bind("PgDn }", "pgdown", "}"),
	PhaseBack:   bind("PgUp {", "pgup", "{"),
	Line:        bind("L", "L"),
	LineBack:    bind("H", "H"),
	Octet:       bind(".", "."),
	OctetBack:   bind(",", ","),
	Message:     bind(")", ")"),
	MessageBack: bind("(", "("),
	Until:       bind("r F5", "r", "f5"),
	UntilBack:   bind("R ⇧F5", "R", "shift+f5"),
	Play:        bind("p", "p"),
	Faster:      bind("+", "+", "="),
	Slower:      bind("-", "-"),
	Start:       bind("Home <", "home", "<"),
	End:         bind("End >", "end", ">"),
	Goto:        bind("g", "g"),
	Find:        bind("/", "/"),
	Again:       bind("n", "n"),
	Before:      bind("N", "N"),
	Cause:       bind("c", "c"),
	Explain:     bind("e", "e"),
	Depth:       bind("E", "E"),
	Document:    bind("D", "D"),
	Mark:        bind("b", "b"),
	Stops:       bind("B", "B"),
	Bookmark:    bind("m", "m"),
	Marked:      bind("'", "'"),
	Filter:      bind("f", "f"),
	Copy:        bind("y", "y"),
	Lens:        bind("Tab", "tab"),
	LensBack:    bind("⇧Tab", "shift+tab"),
	Lno:         bind("1 … 9", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
	Beside:      bind("s", "s"),
	ScrollDown:  bind("⇧↓ J", "shift+down", "J"),
	ScrollUp:    bind("⇧↑ K", "shift+up", "K"),
	Jump:        bind("Enter", "enter"),
	Wrote:       bind("w", "w"),
	Became:      bind("W", "W"),
	Mouse:       bind("M", "M"),
	ASCII:       bind("A", "A"),
	WhatIf:      bind("i", "i"),
	Seat:        bind("T", "T"),
	Exchange:    bind("x", "x"),
	Compare:     bind("d", "d"),
	Undo:        bind("u", "u"),
	Save:        bind("S", "S"),
	Theme:       bind("t", "t"),
	Help:        bind("?", "?", "f1"),
	Palette:     bind(": F2", ":", "f2"),
	Leave:       bind("Esc", "esc"),
	Quit:        bind("q", "q", "ctrl+c"),
}

// groups are the bindings as the help page shows them.
func (k *keyMap) groups() [][]helpRow {
	row := func(text string, keys ...key.Binding) helpRow { return helpRow{"help." + text, keys} }
	return [][]helpRow{
		{
			row("event", k.Next, k.Back), row("line", k.Line, k.LineBack), row("octet", k.Octet, k.OctetBack), row("command", k.Command, k.CommandBack),
			row("hop", k.Hop, k.HopBack), row("stage", k.Phase, k.PhaseBack), row("message", k.Message, k.MessageBack), row("ends", k.Start, k.End),
			row("goto", k.Goto), row("find", k.Find), row("again", k.Again, k.Before), row("filter", k.Filter),
			row("play", k.Play, k.Faster, k.Slower), row("until", k.Until, k.UntilBack), row("stops", k.Stops), row("break", k.Mark), row("bookmark", k.Bookmark, k.Marked),
		},
		{
			row("lens", k.Lens, k.LensBack), row("lensno", k.Lno), row("beside", k.Beside), row("scroll", k.ScrollDown, k.ScrollUp), row("jump", k.Jump), row("wrote", k.Wrote, k.Became),
			row("explain", k.Explain), row("depth", k.Depth), row("document", k.Document), row("cause", k.Cause), row("copy", k.Copy),
		},
		{
			row("whatif", k.WhatIf), row("seat", k.Seat), row("exchange", k.Exchange), row("compare", k.Compare), row("undo", k.Undo), row("save", k.Save),
		},
		{
			row("palette", k.Palette), row("help", k.Help), row("theme", k.Theme), row("mouse", k.Mouse), row("ascii", k.ASCII), row("leave", k.Leave), row("quit", k.Quit),
		},
	}
}

// brief is one entry of the last row: a few keys and a word.
type brief struct{ keys, word string }

// row is the last row of the player's screen; what comes first stays longest
// when there is little room.
func (k *keyMap) row(playing bool) []brief {
	play := brief{"p", "key.play"}
	if playing {
		play = brief{"p", "key.pause"}
	}
	return []brief{
		{"←→", "key.step"}, {"q", "key.quit.row"}, {"?", "key.help"}, {":", "key.palette"}, {"Tab", "key.lens"}, {"↑↓", "key.command"},
		{"[ ]", "key.hop"}, play, {"e", "key.explain"}, {"i", "key.whatif"}, {"T", "key.seat"}, {"/", "key.find"}, {"g", "key.goto"}, {"c", "key.cause"}, {"{ }", "key.phase"}, {"b", "key.mark.row"}, {"f", "key.filter"}, {"y", "key.copy"},
	}
}

// forkRow is the last row in a fork, and compareRow where both runs stand
// beside each other.
func (k *keyMap) forkRow() []brief {
	return []brief{
		{"←→", "key.step"}, {"x", "key.exchange"}, {"d", "key.compare"}, {"Esc", "key.return"}, {"?", "key.help"}, {"q", "key.quit.row"}, {"Tab", "key.lens"},
		{"↑↓", "key.command"}, {"i", "key.whatif"}, {"T", "key.seat"}, {"S", "key.save"}, {"e", "key.explain"}, {"/", "key.find"},
	}
}

func (k *keyMap) compareRow() []brief {
	return []brief{
		{"←→", "key.row"}, {"↑↓", "key.difference"}, {"x", "key.exchange"}, {"Esc", "key.return"}, {"?", "key.help"}, {"q", "key.quit.row"}, {"Tab", "key.lens"},
		{"S", "key.save"}, {"e", "key.explain"}, {"i", "key.whatif"}, {"T", "key.seat"},
	}
}

// homeKeyMap are the keys of the home screen.
type homeKeyMap struct {
	Up, Down, First, Last key.Binding
	PageUp, PageDown      key.Binding
	Find                  key.Binding
	Open, Theme, Help     key.Binding
	Leave, Quit           key.Binding
}

var homeKeys = homeKeyMap{
	Up:       bind("↑ k", "up", "k", "shift+tab"),
	Down:     bind("↓ j", "down", "j", "tab"),
	First:    bind("Home <", "home", "<"),
	Last:     bind("End >", "end", ">"),
	PageUp:   bind("PgUp", "pgup"),
	PageDown: bind("PgDn", "pgdown"),
	Find:     bind("/", "/"),
	Open:     bind("Enter", "enter", "right", "space", "l"),
	Theme:    bind("t", "t"),
	Help:     bind("?", "?", "f1"),
	Leave:    bind("Esc", "esc"),
	Quit:     bind("q", "q", "ctrl+c"),
}

// rows are the bindings as the help page shows them.
func (k *homeKeyMap) rows() []helpRow {
	row := func(text string, keys ...key.Binding) helpRow { return helpRow{"help." + text, keys} }
	return []helpRow{
		row("choose", k.Down, k.Up), row("homeends", k.First, k.Last), row("homepage", k.PageDown, k.PageUp), row("homefind", k.Find), row("open", k.Open), row("giveup", k.Leave),
		row("theme", k.Theme), row("help", k.Help), row("quit", k.Quit),
	}
}

func (k *homeKeyMap) row() []brief {
	return []brief{{"↑↓", "key.choose"}, {"Enter", "key.open"}, {"?", "key.help"}, {"q", "key.quit.row"}, {"/", "key.find"}, {"t", "key.theme"}}
}
