package tui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

func (p *Player) toggleBreak() {
	key := "break.set"
	if p.breaks[p.at] {
		key = "break.off"
		delete(p.breaks, p.at)
	} else {
		p.breaks[p.at] = true
	}
	p.notice = p.look.words.T(key, "n", strconv.Itoa(int(p.at)))
}

// speeds are the events a second of the play.
var speeds = []int{1, 2, 4, 8, 15, 30, 60}

// tick is one step of the play; ticks of an earlier run are ignored.
type tick int

func (p *Player) setSpeed(n int) {
	p.speed = min(max(n, 0), len(speeds)-1)
	p.notice = p.look.words.T("play.speed", "n", strconv.Itoa(speeds[p.speed]))
}

func (p *Player) toggle() tea.Cmd {
	if p.play != 0 {
		p.play = 0
		return nil
	}
	if int(p.at) >= p.story.T.Len() {
		p.at = 1
	}
	p.ticks++
	p.play = p.ticks
	return p.nextTick()
}

func (p *Player) nextTick() tea.Cmd {
	run := p.play
	return tea.Tick(time.Second/time.Duration(speeds[p.speed]), func(time.Time) tea.Msg { return tick(run) })
}

// tick moves one event on; the play stops at the end and at breakpoints.
func (p *Player) tick(t tick) tea.Cmd {
	if int(t) != p.play || p.play == 0 || p.prompt != nil || p.help || p.whole {
		p.play = 0
		return nil
	}
	at := p.at
	if p.walk(p.story.next, trace.Seq(p.story.T.Len()), "step.end"); p.at == at {
		p.play = 0
		return nil
	}
	p.scroll, p.octet = 0, 0
	if why, ok := p.stopsHere(); ok {
		p.play, p.notice = 0, why
		return nil
	}
	return p.nextTick()
}
