package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// Choosing a line of a lens: J and K go from line to line, Enter goes to the
// event of the line, and two keys ask of it who wrote it and what became of it.

// pick is a line of a lens that leads to events.
type pick struct {
	text   string    // the line itself
	wrote  trace.Seq // the event that wrote the line; 0 when none is known
	became trace.Seq // what happened with it last; 0 when nothing did
	about  string    // the header field that it is about, to be explained
}

// pickReach is how many rows of a lens can be looked at by choosing.
const pickReach = 4000

// pickAt is the line that is chosen; the zero pick when there is none.
func pickAt(picks []pick, n int) pick {
	if n < 1 || n > len(picks) {
		return pick{}
	}
	return picks[n-1]
}

// windowTop is the first of n rows to show in h rows so that row at is among
// them, in the middle where that can be.
func windowTop(n, h, at int) int {
	return max(min(at-h/2, n-h), 0)
}

// picked counts the rows with a line to choose, and tells when the one that is
// chosen has come.
type picked struct{ n, at int }

func (p *picked) next() bool {
	p.n++
	return p.n == p.at
}

// choose handles the keys of the lines of a lens; false when the key is none of
// them.
func (p *Player) choose(k tea.KeyPressMsg) bool {
	down, up := key.Matches(k, keys.ScrollDown), key.Matches(k, keys.ScrollUp)
	jump, wrote, became := key.Matches(k, keys.Jump), key.Matches(k, keys.Wrote), key.Matches(k, keys.Became)
	if !down && !up && !jump && !wrote && !became {
		return k.String() == "esc" && p.unchoose()
	}
	lens := &lenses[p.lens]
	picks := lens.picks(p.instant())
	switch {
	case lens.Picks == nil:
		if down || up {
			return false
		}
		p.notice = p.cannotAsk()
	case len(picks) == 0:
		p.notice = p.look.words.T("pick.none")
	case down || up:
		p.chooseNext(down, len(picks), lens.Last)
	default:
		p.ask(pickAt(picks, p.pick), became)
	}
	return true
}

// chooseNext goes to the next line, or the one before. The first press takes
// the first line, in a list that grows downwards the last.
func (p *Player) chooseNext(down bool, n int, last bool) {
	switch {
	case p.pick > 0 && down:
		p.pick = min(p.pick+1, n)
	case p.pick > 0:
		p.pick = max(p.pick-1, 1)
	case last:
		p.pick = n
	default:
		p.pick = 1
	}
}

// unchoose lets go of the chosen line.
func (p *Player) unchoose() bool {
	if p.pick == 0 {
		return false
	}
	p.pick = 0
	return true
}

// ask goes to the event that wrote the chosen line, or to what became of it.
func (p *Player) ask(l pick, became bool) {
	to, said := l.wrote, "pick.wrote"
	if became {
		to, said = l.became, "pick.became"
	}
	switch {
	case p.pick == 0:
		p.notice = p.pickFirst()
	case to == 0 || !p.story.T.Has(to):
		p.notice = p.look.words.T("pick.unknown")
	default:
		p.at, p.play, p.pick = to, 0, 0
		p.notice = p.look.words.T(said, "n", itoa(int(to)), "line", clip(l.text, max(p.w-40, 10)))
	}
}

// dialoguePicks are the lines of the conversation; what became of one is what
// it caused.
func dialoguePicks(in *Instant) []pick {
	id := in.Story.conn(in.At)
	if id == 0 {
		return nil
	}
	if in.Story.T.Conn(id).UDP {
		return dnsPicks(in)
	}
	var out []pick
	events := in.Snap.ConnEvents(id)
	for _, s := range events[max(len(events)-pickReach, 0):] {
		e := in.Story.T.At(s)
		if e.Kind.Said() || e.Kind.Connection() {
			out = append(out, pick{text: in.short(s).text, wrote: s, became: in.Story.effect(s)})
		}
	}
	return out
}

// dnsPicks are the questions and answers.
func dnsPicks(in *Instant) []pick {
	var out []pick
	at := in.lastDNS()
	if at == 0 {
		return nil
	}
	for _, row := range in.askedRows(at, pickReach) {
		out = append(out, pick{text: row.who + " " + row.text, wrote: row.event, became: in.Story.effect(row.event)})
	}
	return out
}

// logPicks are the lines of the log; what became of one is unknown, and who
// wrote it is the event of the line, whose cause tells why.
func logPicks(in *Instant) []pick {
	node := in.logHost()
	if node == 0 {
		return nil
	}
	logs := in.Snap.Logs(node)
	var out []pick
	for _, s := range logs[max(len(logs)-pickReach, 0):] {
		out = append(out, pick{text: oneLine(in.Story.T.Text(in.Story.T.At(s))), wrote: s, became: in.Story.T.At(s).Cause})
	}
	return out
}
