package tui

import (
	"slices"
	"strings"

	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// drawStatePanel shows at the side the states that the session has passed, the
// envelope that it has collected, and what may be said now.
func drawStatePanel(in *Instant, id trace.ConnID, r Region) {
	for y := 0; y < r.H; y++ {
		r.Put(0, y, Rule, in.Glyphs.V)
	}
	c := in.Snap.Conn(id)
	if c == nil {
		return
	}
	y := drawStates(in, id, r) + 1
	if proto := in.Story.T.Conn(id).Proto; c.Mail.From != 0 && (proto == trace.SMTP || proto == trace.LMTP) {
		y = drawCollected(in, &c.Mail, r, y) + 1
	}
	if c.Phase != state.Open {
		return
	}
	verbs, args := legalNow(in.Story.T.Conn(id).Proto, c.Session)
	if len(verbs) == 0 || y >= r.H-1 {
		return
	}
	r.Put(2, y, Quiet, in.Words.T("dlg.may"))
	for i, v := range verbs {
		if y+1+i >= r.H {
			return
		}
		x := r.Put(4, y+1+i, protoStyle(in.Story.T.Conn(id).Proto), v)
		r.PutMax(x+1, y+1+i, r.W-x-2, Quiet, args[i])
	}
}

// statesShown is how many of the last states are listed.
const statesShown = 7

// drawStates lists the last states and returns the row behind.
func drawStates(in *Instant, id trace.ConnID, r Region) int {
	events := in.Snap.ConnEvents(id)
	var states []trace.Seq
	for i := len(events) - 1; i >= 0 && len(states) < statesShown; i-- {
		if in.Story.T.At(events[i]).Kind == trace.State {
			states = append(states, events[i])
		}
	}
	if len(states) == 0 {
		return -1
	}
	slices.Reverse(states)
	r.Put(2, 0, Quiet, in.Words.T("dlg.path"))
	r.PutMax(4, 1, r.W-5, Quiet, in.Story.T.Name(in.Story.T.At(states[0]).A))
	for i, s := range states {
		st := Plain
		if i == len(states)-1 {
			st = Title
		}
		x := r.Put(2, 2+i, Rule, in.Glyphs.Down)
		r.PutMax(x+1, 2+i, r.W-5, st, in.Story.T.Name(in.Story.T.At(s).B))
	}
	return 2 + len(states)
}

// drawCollected writes the envelope of a transaction under way.
func drawCollected(in *Instant, m *state.Transaction, r Region, y int) int {
	r.Put(2, y, Quiet, in.Words.T("dlg.envelope"))
	from, _ := in.Snap.Path(m.From)
	r.PutMax(4, y+1, r.W-5, Plain, in.Words.T("msg.from")+" <"+from+">")
	y += 2
	for i, s := range m.To {
		if i == 5 {
			r.Put(4, y, Quiet, "+"+itoa(len(m.To)-i))
			return y + 1
		}
		to, _ := in.Snap.Path(s)
		r.PutMax(4, y, r.W-5, Plain, in.Words.T("msg.to")+" <"+to+">")
		y++
	}
	return y
}

// legalNow are the commands that the protocol's own table allows in a state of
// a session, each with what may follow it. It is what the RFC allows; that a
// server has switched a command off is another matter.
func legalNow(proto trace.Proto, session string) (verbs, args []string) {
	switch proto {
	case trace.SMTP, trace.LMTP:
		dialect := smtp.Postfix
		if proto == trace.LMTP {
			dialect = smtp.Dovecot
		}
		for _, c := range smtp.Commands(dialect) {
			for s := smtp.State(0); s.String() != "unknown"; s++ {
				if s.String() == session && c.States.Has(s) {
					verbs, args = append(verbs, c.Verb), append(args, strings.ReplaceAll(c.Args, "SP ", ""))
				}
			}
		}
	case trace.POP3:
		for _, c := range pop3.Commands() {
			if slices.ContainsFunc(c.States(), func(s pop3.State) bool { return s.String() == session }) {
				verbs, args = append(verbs, c.Verb), append(args, c.Args)
			}
		}
	}
	return verbs, args
}
