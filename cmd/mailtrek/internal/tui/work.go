package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Long work is done in portions between two frames: the world that is played
// belongs to the screen's own loop, and nothing else runs beside it. So the
// screen stays alive, shows how far it has got, and Esc gives the work up.

// work is something on its way.
type work struct {
	words  func() string    // what, and how far it has got
	part   func() bool      // does a little; tells whether there is more
	done   func() tea.Cmd   // when all is done
	giveUp func() tea.Cmd   // when it is cancelled; nil: nothing is left to do
	serial int              // which work it is; a late message finds another number
	clock  func() time.Time // the real one; of a test its own
}

// working asks for the next portion of a work.
type working int

// portion is how long a portion may take before the next frame is drawn.
const portion = 15 * time.Millisecond

// start begins a work. The first portion is done at once, so that what is short
// is never seen.
func (p *Player) start(w *work) tea.Cmd {
	p.serial++
	w.serial = p.serial
	if w.clock == nil {
		w.clock = time.Now
	}
	p.work, p.play = w, 0
	return p.goOn(working(w.serial))
}

// goOn does a portion of the work.
func (p *Player) goOn(msg working) tea.Cmd {
	w := p.work
	if w == nil || w.serial != int(msg) {
		return nil
	}
	for end := w.clock().Add(portion); ; {
		if !w.part() {
			p.work = nil
			return w.done()
		}
		if !w.clock().Before(end) {
			return func() tea.Msg { return msg }
		}
	}
}

// cancel gives the work up.
func (p *Player) cancel() tea.Cmd {
	w := p.work
	p.work = nil
	var cmd tea.Cmd
	if w.giveUp != nil {
		cmd = w.giveUp()
	}
	p.notice = p.look.words.T("work.given.up")
	return cmd
}
