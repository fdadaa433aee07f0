package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// From any story or lesson the palette opens another: the screen of it asks, and
// the home screen, which stands behind all of them, loads what is wanted.

// Opened is the home screen behind a player that is on the screen already.
func Opened(c Config, p *Player) *App {
	c.Options = p.options
	a := Home(c)
	a.player = p
	a.look = p.look
	a.look.catalogue = a.items
	return a
}

// items are what can be opened.
func (a *App) items() []Item {
	a.stock()
	return a.cfg.Items
}

// stock gets the items when they are first asked for.
func (a *App) stock() {
	if a.cfg.Stock != nil {
		a.cfg.Items, a.cfg.Stock = ordered(a.cfg.Stock()), nil
	}
}

// ordered puts the lessons first and then the scenarios by their groups.
func ordered(items []Item) []Item {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(x, y Item) int { return x.rank() - y.rank() })
	return items
}

// playing is the player on the screen, in a story or in a lesson.
func (a *App) playing() *Player {
	if a.learner != nil {
		return a.learner.player
	}
	return a.player
}

// wanted loads what a player asks for.
func (a *App) wanted(p *Player) tea.Cmd {
	id := p.wants
	if id == "" {
		return nil
	}
	p.wants = ""
	a.look.words, a.look.palette, a.look.auto, a.look.glyphs = p.look.words, p.look.palette, p.look.auto, p.look.glyphs
	p.notice = p.look.words.T("palette.opening", "what", id)
	for _, it := range a.items() {
		if it.ID == id {
			return a.choose(it)
		}
	}
	return a.load(id)
}
