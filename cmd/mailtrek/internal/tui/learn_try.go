package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// In a lesson one may leave the path: take any seat, or ask what would be if.
// Then the player has the whole screen until one comes back to the story. While
// the question of the stop hides what comes, nothing is tried out: every run
// that goes on would show it.

// away tells whether something besides the story is on the screen: a form, a
// seat, a fork.
func (p *Player) away() bool {
	return p.form != nil || p.palette != nil || p.board != nil || p.work != nil || p.course.parent != nil || p.compare
}

// stopAtHorizon takes the cursor back to the last event that may be seen; it
// tells whether the cursor was behind it. A fork is no part of the story.
func (p *Player) stopAtHorizon() bool {
	if p.horizon == 0 || p.at <= p.horizon || p.course.parent != nil {
		return false
	}
	p.at, p.play = p.horizon, 0
	p.notice = ""
	return true
}

// tryOut hands the keys of seats and changes to the player.
func (l *Learner) tryOut(k tea.KeyPressMsg) tea.Cmd {
	if l.closed() {
		l.notice = l.look.words.T("learn.closed")
		return nil
	}
	if l.seat != nil && key.Matches(k, learnKeys.WhatIf) && !l.wholeTask() {
		return nil
	}
	return l.pass(k)
}

// wholeTask plays the world of the task as if nothing more was done, so that a
// change can be compared with it; the cursor stays where it is.
func (l *Learner) wholeTask() bool {
	at := l.player.at
	b := scenario.NewBranch(l.seat.scene, l.seat.branch().Options, l.seat.branch().Done...)
	if err := b.Begin(); err != nil {
		l.notice = firstLine(err)
		return false
	}
	defer b.Close()
	for b.Advance(1 << 16) {
	}
	if err := b.Err(); err != nil {
		l.notice = firstLine(err)
		return false
	}
	l.show(b, min(at, trace.Seq(b.Trace().Len())), "")
	return true
}
