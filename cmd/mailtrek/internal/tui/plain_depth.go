package tui

import "mailtrek/lessons/explain"

// depthCommand sets how deep explanations go, and explains the event again.
func (l *plainPlayer) depthCommand(arg string) {
	d, ok := explain.DepthNamed(arg)
	if !ok || arg == "" {
		l.print(l.look.words.T("depth.unknown"))
		return
	}
	l.setDepth(d)
	l.tell()
}

// stopCommand names what the play stops at; without an argument nothing is left
// to stop at.
func (l *plainPlayer) stopCommand(arg string) {
	if arg == "" {
		l.clearStops()
	} else {
		l.setStop(arg)
	}
	l.print(l.notice)
	l.notice = ""
}

// plainKeys are what the linear player says where the screen names a key.
var plainKeys = Keys{spoken: map[string]string{"r": "run", "B": "stop", "m": "mark", "/": "find", "i": "what"}}
