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
	Play, Faster, Slower key.Binding
	Start, End           key.Binding
	Goto, Find           key.Binding
	Again, Before        key.Binding
	Cause, Mark          key.Binding
	Lens, LensBack, Lno  key.Binding
	Theme, Help          key.Binding
	Leave, Quit          key.Binding
}

// bind makes a binding; the help texts are keys of the catalogue.
func bind(name, shown string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, name))
}

var keys = keyMap{
	Next:        bind("key.next", "→ space l", "right", "space", "l"),
	Back:        bind("key.back", "← h", "left", "h", "backspace"),
	Command:     bind("key.command", "↓ j", "down", "j"),
	CommandBack: bind("key.commandb", "↑ k", "up", "k"),
	Hop:         bind("key.hop", "⇧→ ]", "shift+right", "]"),
	HopBack:     bind("key.hopb", "⇧← [", "shift+left", "["),
	Phase:       bind("key.phase", "PgDn }", "pgdown", "}"),
	PhaseBack:   bind("key.phaseb", "PgUp {", "pgup", "{"),
	Play:        bind("key.play", "p", "p"),
	Faster:      bind("key.faster", "+", "+", "="),
	Slower:      bind("key.slower", "-", "-"),
	Start:       bind("key.start", "Home <", "home", "<"),
	End:         bind("key.end", "End >", "end", ">"),
	Goto:        bind("key.goto", "g", "g"),
	Find:        bind("key.find", "/", "/"),
	Again:       bind("key.again", "n", "n"),
	Before:      bind("key.before", "N", "N"),
	Cause:       bind("key.cause", "c", "c"),
	Mark:        bind("key.mark", "b", "b"),
	Lens:        bind("key.lens", "Tab", "tab"),
	LensBack:    bind("key.lensback", "⇧Tab", "shift+tab"),
	Lno:         bind("key.lensno", "1 … 9", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
	Theme:       bind("key.theme", "t", "t"),
	Help:        bind("key.help", "?", "?", "f1"),
	Leave:       bind("key.leave", "Esc", "esc"),
	Quit:        bind("key.quit", "q", "q", "ctrl+c"),
}

// groups are the bindings as the help page shows them.
func (k *keyMap) groups() [][]key.Binding {
	return [][]key.Binding{
		{k.Next, k.Back, k.Command, k.CommandBack, k.Hop, k.HopBack, k.Phase, k.PhaseBack, k.Start, k.End, k.Cause},
		{k.Play, k.Faster, k.Slower, k.Mark, k.Goto, k.Find, k.Again, k.Before},
		{k.Lens, k.LensBack, k.Lno, k.Theme, k.Help, k.Leave, k.Quit},
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
		{"←→", "key.step"}, {"q", "key.quit.row"}, {"?", "key.help"}, {"Tab", "key.lens"}, {"↑↓", "key.command"},
		{"[ ]", "key.hop"}, play, {"/", "key.find"}, {"g", "key.goto"}, {"c", "key.cause"}, {"{ }", "key.phase"}, {"b", "key.mark.row"},
	}
}

// homeKeyMap are the keys of the home screen.
type homeKeyMap struct {
	Up, Down, First, Last key.Binding
	Open, Theme, Help     key.Binding
	Leave, Quit           key.Binding
}

var homeKeys = homeKeyMap{
	Up:    bind("key.up", "↑ k", "up", "k", "shift+tab"),
	Down:  bind("key.down", "↓ j", "down", "j", "tab"),
	First: bind("key.first", "Home <", "home", "<"),
	Last:  bind("key.last", "End >", "end", ">"),
	Open:  bind("key.open", "Enter", "enter", "right", "space", "l"),
	Theme: bind("key.theme", "t", "t"),
	Help:  bind("key.help", "?", "?", "f1"),
	Leave: bind("key.giveup", "Esc", "esc"),
	Quit:  bind("key.quit", "q", "q", "ctrl+c"),
}

func (k *homeKeyMap) group() []key.Binding {
	return []key.Binding{k.Up, k.Down, k.First, k.Last, k.Open, k.Theme, k.Leave, k.Help, k.Quit}
}

func (k *homeKeyMap) row() []brief {
	return []brief{{"↑↓", "key.choose"}, {"Enter", "key.open"}, {"?", "key.help"}, {"q", "key.quit.row"}}
}
