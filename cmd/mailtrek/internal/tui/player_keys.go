package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// other are the keys that do not move the cursor.
func (p *Player) other(k tea.KeyPressMsg) {
	w := p.look.words
	switch {
	case key.Matches(k, keys.Lens, keys.LensBack, keys.Lno) && p.compare:
		p.compare = false // the lens that is chosen shows the run where one is
		if key.Matches(k, keys.Lno) {
			p.other(k)
		}
	case key.Matches(k, keys.Exchange):
		p.exchange()
	case key.Matches(k, keys.Compare):
		p.toggleCompare()
	case key.Matches(k, keys.Undo):
		p.drop()
	case key.Matches(k, keys.Save):
		p.askSave()
	case key.Matches(k, keys.Lens):
		p.lens = (p.lens + 1) % len(lenses)
	case key.Matches(k, keys.LensBack):
		p.lens = (p.lens + len(lenses) - 1) % len(lenses)
	case key.Matches(k, keys.Lno):
		if n, _ := strconv.Atoi(k.String()); n >= 1 && n <= len(lenses) {
			p.lens = n - 1
		}
	case key.Matches(k, keys.ScrollDown):
		p.scroll++
	case key.Matches(k, keys.ScrollUp):
		p.scroll = max(p.scroll-1, 0)
	case key.Matches(k, keys.Beside):
		p.besideNext()
	case key.Matches(k, keys.Help):
		p.help, p.scroll, p.top = true, 0, 0
	case key.Matches(k, keys.Palette):
		p.openPalette("")
	case key.Matches(k, keys.Explain):
		p.whole, p.scroll, p.top = true, 0, 0
	case key.Matches(k, keys.Document):
		p.openDocument()
	case key.Matches(k, keys.Mouse):
		p.toggleMouse()
	case key.Matches(k, keys.ASCII):
		p.toggleASCII()
	case key.Matches(k, keys.Theme):
		if p.notice = p.cannot("theme"); p.notice == "" {
			p.notice = w.T("theme.now", "name", p.look.nextTheme())
		}
	case key.Matches(k, keys.Leave):
		p.leave()
	default:
		p.seek(k)
	}
}

// seek are the keys that look for something, mark it or copy it.
func (p *Player) seek(k tea.KeyPressMsg) {
	switch {
	case key.Matches(k, keys.Faster):
		p.setSpeed(p.speed + 1)
	case key.Matches(k, keys.Slower):
		p.setSpeed(p.speed - 1)
	case key.Matches(k, keys.Find):
		p.prompt = &prompt{kind: "find"}
	case key.Matches(k, keys.Goto):
		p.prompt = &prompt{kind: "goto"}
	case key.Matches(k, keys.Again):
		p.again(+1)
	case key.Matches(k, keys.Before):
		p.again(-1)
	case key.Matches(k, keys.Mark):
		p.toggleBreak()
	case key.Matches(k, keys.Stops):
		p.prompt = &prompt{kind: "stop"}
	case key.Matches(k, keys.Until, keys.UntilBack):
		p.until(key.Matches(k, keys.UntilBack))
	case key.Matches(k, keys.Depth):
		p.deeper()
	case key.Matches(k, keys.Filter):
		p.prompt = &prompt{kind: "filter", text: p.only.what}
	case key.Matches(k, keys.Copy):
		p.copying = true
	case key.Matches(k, keys.Bookmark):
		p.toggleBookmark()
	case key.Matches(k, keys.Marked):
		p.toBookmark()
	}
}
