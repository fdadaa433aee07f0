package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// seatKeyMap are the keys of a seat, where letters are typed.
type seatKeyMap struct {
	Enter, Bare, Complete, Older, Newer  key.Binding
	Undo, Pass, Lens, Lno, Up, Down      key.Binding
	Save, Help, Leave, Clear, Begin, End key.Binding
	Stop, EOF                            key.Binding
}

var seatKeys = seatKeyMap{
	Enter:    bind("Enter", "enter"),
	Bare:     bind("Ctrl-J", "ctrl+j"),
	Complete: bind("Tab", "tab"),
	Older:    bind("↑", "up", "ctrl+p"),
	Newer:    bind("↓", "down", "ctrl+n"),
	Undo:     bind("Ctrl-Z", "ctrl+z", "ctrl+_"),
	Pass:     bind("Ctrl-T", "ctrl+t"),
	Lens:     bind("⇧Tab", "shift+tab"),
	Lno:      bind("Alt-1 … 9", "alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "alt+7", "alt+8", "alt+9"),
	Up:       bind("PgUp", "pgup", "shift+up"),
	Down:     bind("PgDn", "pgdown", "shift+down"),
	Save:     bind("Ctrl-S", "ctrl+s"),
	Help:     bind("F1", "f1"),
	Leave:    bind("Esc", "esc"),
	Clear:    bind("Ctrl-U", "ctrl+u"),
	Begin:    bind("Home Ctrl-A", "home", "ctrl+a"),
	End:      bind("End Ctrl-E", "end", "ctrl+e"),
	Stop:     bind("Ctrl-C", "ctrl+c"),
	EOF:      bind("Ctrl-D", "ctrl+d"),
}

// rows are the bindings as the help page shows them.
func (k *seatKeyMap) rows() []helpRow {
	row := func(text string, keys ...key.Binding) helpRow { return helpRow{"help.seat." + text, keys} }
	return []helpRow{
		row("enter", k.Enter), row("complete", k.Complete), row("undo", k.Undo), row("history", k.Older, k.Newer), row("pass", k.Pass),
		row("lens", k.Lens, k.Lno), row("scroll", k.Up, k.Down), row("bare", k.Bare), row("clear", k.Clear, k.Stop), row("ends", k.Begin, k.End),
		row("save", k.Save), row("help", k.Help), row("leave", k.Leave, k.EOF),
	}
}

// row is the last row of the screen in a seat.
func (k *seatKeyMap) row() []brief {
	return []brief{
		{"Enter", "key.send"}, {"Tab", "key.complete"}, {"Ctrl-Z", "key.undo"}, {"Esc", "key.leave"}, {"↑↓", "key.history"}, {"Ctrl-T", "key.pass"},
		{"⇧Tab", "key.lens"}, {"Ctrl-S", "key.save"}, {"F1", "key.help"},
	}
}

// typedAt takes a key in a seat.
func (p *Player) typedAt(k tea.KeyPressMsg) tea.Cmd {
	b := p.board
	if len(b.offer) > 0 && !key.Matches(k, seatKeys.Complete) {
		if done := p.offered(k); done {
			return nil
		}
	}
	switch {
	case key.Matches(k, seatKeys.Enter):
		return p.enter(false)
	case key.Matches(k, seatKeys.Bare):
		return p.enter(!b.seat.IsShell())
	case key.Matches(k, seatKeys.Complete):
		p.complete()
	case key.Matches(k, seatKeys.Older):
		b.past(+1)
	case key.Matches(k, seatKeys.Newer):
		b.past(-1)
	case key.Matches(k, seatKeys.Undo):
		return p.undo()
	case key.Matches(k, seatKeys.Pass):
		p.pass()
	case key.Matches(k, seatKeys.Lens):
		p.seatLens()
	case key.Matches(k, seatKeys.Lno):
		n, _ := strconv.Atoi(strings.TrimPrefix(k.String(), "alt+"))
		if n >= 1 && n <= len(lenses) {
			p.lens, b.lens = n-1, true
		}
	case key.Matches(k, seatKeys.Up):
		b.scroll += 5
	case key.Matches(k, seatKeys.Down):
		b.scroll = max(b.scroll-5, 0)
	case key.Matches(k, seatKeys.Save):
		p.askSave()
	case key.Matches(k, seatKeys.Help):
		p.help, p.scroll = true, 0
	case key.Matches(k, seatKeys.Leave):
		return p.stand()
	case key.Matches(k, seatKeys.EOF) && b.line.text == "" && b.until == "":
		if b.seat.IsShell() {
			return p.exitShell()
		}
		return p.stand()
	default:
		b.line.press(k)
	}
	return nil
}

// seatLens goes on to the next lens beside the keyboard; on a narrow screen the
// keyboard itself comes between the last and the first.
func (p *Player) seatLens() {
	b := p.board
	if p.w >= seatBeside {
		p.lens = (p.lens + 1) % len(lenses)
		return
	}
	switch {
	case !b.lens:
		b.lens = true
	case p.lens == len(lenses)-1:
		b.lens, p.lens = false, 0
	default:
		p.lens++
	}
}

// offered takes a key while completions are offered; false when the key means
// something else.
func (p *Player) offered(k tea.KeyPressMsg) bool {
	b := p.board
	switch {
	case key.Matches(k, seatKeys.Older):
		b.at = max(b.at-1, 0)
	case key.Matches(k, seatKeys.Newer):
		b.at = min(b.at+1, len(b.offer)-1)
	case key.Matches(k, seatKeys.Enter):
		if b.at < 0 {
			b.offer = nil
			return false
		}
		b.accept(b.offer[b.at])
	case key.Matches(k, seatKeys.Leave):
		b.offer, b.at = nil, -1
	default:
		b.offer, b.at = nil, -1
		return false
	}
	return true
}
