package tui

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// An action is what a key of a story does. The palette lists them all, and the
// help shows which of them can be done at this very place; both ask the same
// question, whose answer is the reason why not.

// cannot says why an action of a story cannot be done now; "" when it can. What
// is not named here can always be done.
func (p *Player) cannot(name string) string {
	w := p.look.words
	last := trace.Seq(p.story.T.Len())
	folds := p.story.Folds
	switch name {
	case "next":
		return p.unless(p.at < last, "step.end")
	case "back":
		return p.unless(p.at > 1, "step.start")
	case "line", "octet":
		return p.unless(p.beyond(p.at, name, +1) != 0, "step.none.on")
	case "line-back", "octet-back":
		return p.unless(p.octet > 1 || p.beyond(p.at, name, -1) != 0, "step.none.back")
	case "message":
		return p.unless(p.story.messageAfter(p.at) != 0, "step.none.on")
	case "message-back":
		return p.unless(p.story.messageBefore(p.at) != 0, "step.none.back")
	case "command", "hop", "phase":
		return p.unless(folds.Next(stepOf[name], p.at) != 0, "step.none.on")
	case "command-back", "hop-back", "phase-back":
		return p.unless(folds.Prev(stepOf[name], p.at) != 0, "step.none.back")
	case "cause":
		return p.unless(p.story.T.At(p.at).Cause != 0, "step.nocause")
	case "again", "before":
		return p.unless(p.found.match != nil, "find.nothing", "key", p.look.keys.first(inPlay, keys.Find))
	case "marked":
		return p.unless(len(p.bookmarks) > 0, "mark.none", "key", p.look.keys.first(inPlay, keys.Bookmark))
	case "until", "until-back":
		return p.unless(len(p.stops)+len(p.breaks) > 0, "until.none", "key", p.look.keys.first(inPlay, keys.Stops))
	case "theme":
		return p.unless(!p.look.noColor, "theme.none")
	case "beside":
		return p.unless(p.w >= besideFrom, "beside.narrow", "w", strconv.Itoa(besideFrom))
	case "jump", "wrote", "became":
		return p.cannotAsk()
	case "what-if", "seat":
		return p.unless(p.course.branch != nil, "fork.file")
	case "document":
		return p.unless(p.course.branch != nil || p.served != nil, "document.none")
	case "save":
		return p.unless(p.course.branch != nil && p.look.save != nil, "fork.file")
	case "exchange", "compare", "undo":
		if name == "undo" && p.course.parent == nil || p.course.parent == nil && p.course.child == nil {
			return w.T("run.single", "key", p.look.keys.first(inPlay, keys.WhatIf))
		}
	}
	return ""
}

// stepOf are the steps of actions.
var stepOf = map[string]state.Step{
	"command": state.ByCommand, "command-back": state.ByCommand, "hop": state.ByHop, "hop-back": state.ByHop, "phase": state.ByStage, "phase-back": state.ByStage,
}

// unless is the reason for what cannot be done.
func (p *Player) unless(can bool, why string, pairs ...string) string {
	if can {
		return ""
	}
	return p.look.words.T(why, pairs...)
}

// cannotAsk says why there is no line to be asked about.
func (p *Player) cannotAsk() string {
	lens := &lenses[p.lens]
	switch {
	case lens.Picks == nil:
		var have []string
		for i := range lenses {
			if lenses[i].Picks != nil {
				have = append(have, itoa(i+1)+" "+p.look.words.T("lens."+lenses[i].Name))
			}
		}
		return p.look.words.T("pick.nolens", "lens", p.look.words.T("lens."+lens.Name), "have", strings.Join(have, ", "))
	case len(lens.picks(p.instant())) == 0:
		return p.look.words.T("pick.none")
	case p.pick == 0:
		return p.pickFirst()
	}
	return ""
}

// pickFirst asks for a line to be chosen first.
func (p *Player) pickFirst() string {
	return p.look.words.T("pick.first", "down", p.look.keys.first(inPlay, keys.ScrollDown), "up", p.look.keys.first(inPlay, keys.ScrollUp))
}

// act does what a key of the table does as the table comes, whatever the keys
// are now.
func (p *Player) act(b key.Binding) tea.Cmd {
	k, _ := keyCalled(b.Keys()[0])
	return p.press(k)
}

// lineStep tells whether an event is a line of a dialogue, or a question or an
// answer of the DNS.
func lineStep(e *trace.Event) bool {
	return e.Kind.Said() || e.Kind == trace.Query || e.Kind == trace.Answer
}

// beyond is the next event behind one, or before it, at which the steps by lines
// or by octets stop; 0 when there is none.
func (p *Player) beyond(at trace.Seq, step string, by int) trace.Seq {
	t := p.story.T
	for s := int(at) + by; s >= 1 && t.Has(trace.Seq(s)); s += by {
		e := t.At(trace.Seq(s))
		if step == "line" || step == "line-back" {
			if lineStep(e) {
				return trace.Seq(s)
			}
		} else if len(t.Text(e)) > 0 && (lineStep(e) || e.Kind == trace.Record) {
			return trace.Seq(s)
		}
	}
	return 0
}

// births are the events at which the messages begin, in their order.
func (s *Story) births() []trace.Seq {
	if s.T.Len() == 0 {
		return nil
	}
	snap := s.Folds.At(trace.Seq(s.T.Len()))
	var out []trace.Seq
	for id := 1; id <= s.T.Msgs(); id++ {
		if m := snap.Message(trace.MsgID(id)); m != nil && m.Born != 0 {
			out = append(out, m.Born)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// messageAfter is the beginning of the next message; 0 if there is none.
func (s *Story) messageAfter(at trace.Seq) trace.Seq {
	for _, b := range s.births() {
		if b > at {
			return b
		}
	}
	return 0
}

// messageBefore is the beginning of the message before; 0 if there is none.
func (s *Story) messageBefore(at trace.Seq) trace.Seq {
	var last trace.Seq
	for _, b := range s.births() {
		if b < at {
			last = b
		}
	}
	return last
}
