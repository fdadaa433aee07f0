package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// scrollPage handles the keys that scroll a page over the whole screen; false
// when the key is none of them.
func (p *Player) scrollPage(k tea.KeyPressMsg) bool {
	p.scroll = p.top
	switch {
	case key.Matches(k, keys.Command, keys.ScrollDown):
		p.scroll++
	case key.Matches(k, keys.CommandBack, keys.ScrollUp):
		p.scroll--
	case key.Matches(k, keys.Phase):
		p.scroll += p.h / 2
	case key.Matches(k, keys.PhaseBack):
		p.scroll -= p.h / 2
	default:
		return false
	}
	p.scroll = min(max(p.scroll, 0), sheetRows)
	return true
}
