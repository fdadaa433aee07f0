package tui

import (
	"slices"
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The panel beside a dialogue: the machine of the session with the state it is
// in, the envelope that it has collected, and what may be said now with the
// answer that would come.

// moment is the session of a conversation at the instant.
type moment struct {
	conn    *state.Conn
	proto   trace.Proto
	now     string   // its state
	machine *machine // nil when the protocol has none
}

func (in *Instant) moment(id trace.ConnID) moment {
	m := moment{conn: in.Snap.Conn(id), proto: in.Story.T.Conn(id).Proto}
	if m.conn == nil {
		return m
	}
	m.now = in.sessionNow(id)
	if m.conn.Phase.Over() {
		m.now = in.Words.T("dlg.phase.closed")
	}
	m.machine = in.machineOf(id)
	if m.machine != nil && m.conn.Phase == state.Open {
		if moves := in.presentMoves(id, m.machine, m.now); moves != nil {
			m.machine = m.machine.with(m.now, moves)
		}
	}
	return m
}

// sessionNow is the state of a server's session. No event tells of the first one:
// it is that of the machine as soon as the server has greeted.
func (in *Instant) sessionNow(id trace.ConnID) string {
	c := in.Snap.Conn(id)
	if c == nil {
		return ""
	}
	if c.Session != "" || c.Phase != state.Open {
		return c.Session
	}
	for _, s := range in.Snap.ConnEvents(id) {
		e := in.Story.T.At(s)
		if !e.Kind.Said() || e.Side != trace.Server {
			continue
		}
		m := in.machineOf(id)
		if m == nil || e.Code >= 400 || refusal(string(in.Story.T.Text(e))) {
			return ""
		}
		return m.states[0]
	}
	return ""
}

// may are the moves that are legal now, those that lead on first, and the
// others. Nothing may be said before the greeting and after the end.
func (m *moment) may() (legal, other []move) {
	if m.machine == nil || m.conn == nil || m.conn.Phase != state.Open {
		return nil, nil
	}
	for _, mv := range m.machine.moves[m.now] {
		if mv.legal {
			legal = append(legal, mv)
		} else if mv.answer != "" { // inside a content a command is text
			other = append(other, mv)
		}
	}
	slices.SortStableFunc(legal, func(a, b move) int { return m.rank(b) - m.rank(a) })
	return legal, other
}

// rank puts moves that lead on before those that stay, and these before those
// that lead back or are answered with an error.
func (m *moment) rank(mv move) int {
	here, there := slices.Index(m.machine.states, m.now), slices.Index(m.machine.states, mv.to)
	switch {
	case refusal(mv.answer):
		return 0
	case there > here || there < 0 && mv.verb != "QUIT" && mv.verb != "LOGOUT":
		return 3
	case there == here:
		return 2
	}
	return 1
}

// refusal tells whether an answer is a 4yz, 5yz, -ERR, NO or BAD.
func refusal(answer string) bool {
	if len(answer) >= 3 && (answer[0] == '4' || answer[0] == '5') && answer[1] >= '0' && answer[1] <= '9' {
		return true
	}
	for _, word := range []string{"-ERR", "a1 NO", "a1 BAD", "* BAD"} {
		if strings.HasPrefix(answer, word) {
			return true
		}
	}
	return false
}

// edges are the verbs that lead from a state to others, in the order of the
// table: ahead to the next state, staying, and to other states.
func (m *machine) edges(i int) (ahead, stay []string, away map[string][]string, others []string) {
	away = map[string][]string{}
	for _, mv := range m.moves[m.states[i]] {
		switch {
		case !mv.legal || refusal(mv.answer):
		case i+1 < len(m.states) && mv.to == m.states[i+1]:
			ahead = append(ahead, mv.verb)
		case mv.to == m.states[i]:
			stay = append(stay, mv.verb)
		default:
			if away[mv.to] == nil {
				others = append(others, mv.to)
			}
			away[mv.to] = append(away[mv.to], mv.verb)
		}
	}
	return ahead, stay, away, others
}

// drawStatePanel fills the panel at the side.
func drawStatePanel(in *Instant, id trace.ConnID, r Region) {
	for y := 0; y < r.H; y++ {
		r.Put(0, y, Rule, in.Glyphs.V)
	}
	m := in.moment(id)
	if m.conn == nil {
		return
	}
	body := r.Sub(2, 0, r.W-3, r.H)
	y := 0
	if m.machine != nil {
		body.Put(0, 0, Quiet, in.Words.T("dlg.machine"))
		y = drawMachine(in, &m, body.Sub(0, 1, body.W, body.H-1)) + 2
	}
	if lock := in.lockWords(id); lock != "" && y < body.H-3 {
		body.PutMax(0, y, body.W, Title, lock)
		y += 2
	}
	if m.conn.Mail.From != 0 && (m.proto == trace.SMTP || m.proto == trace.LMTP) && y < body.H-3 {
		y = drawCollected(in, &m.conn.Mail, body, y) + 1
	}
	drawMoves(in, &m, body.Sub(0, y, body.W, body.H-y))
}

// stateColumn is where the edges begin, behind the states.
const stateColumn = 19

// drawMachine writes a state in a row, and below it how it leads to the next;
// it returns the number of rows.
func drawMachine(in *Instant, m *moment, r Region) int {
	y := 0
	for i, name := range m.machine.states {
		ahead, stay, away, others := m.machine.edges(i)
		st := Plain
		if name == m.now {
			st = Accent
			r.Put(0, y, Accent, in.mark(0)+name+in.mark(1))
		} else {
			r.Put(1, y, st, name)
		}
		x := max(stateColumn, textWidth(name)+4)
		if len(stay) > 0 {
			x = r.Put(x, y, Quiet, in.Glyphs.Loop+" ")
			r.PutMax(x, y, r.W-x, Quiet, strings.Join(stay, " "))
		}
		if len(stay) > 0 || i+1 < len(m.machine.states) {
			y++
		}
		if i+1 < len(m.machine.states) {
			x := r.Put(2, y, Rule, in.Glyphs.Down+" ")
			r.PutMax(x, y, r.W-x, protoStyle(m.proto), strings.Join(ahead, " "))
		}
		back := slices.DeleteFunc(others, func(to string) bool {
			return !slices.Contains(m.machine.states, to) && to != "AUTH" && to != "STARTTLS"
		})
		if len(back) > 0 {
			x := stateColumn
			for _, to := range back {
				x = r.PutMax(x, y, r.W-x-textWidth(to)-3, protoStyle(m.proto), strings.Join(away[to], " "))
				x = r.Put(x, y, Quiet, " "+arrowTo+" ")
				x = r.PutMax(x, y, r.W-x, Plain, to) + 2
			}
			y++
		} else if i+1 < len(m.machine.states) {
			y++
		}
	}
	if !slices.Contains(m.machine.states, m.now) && m.now != "" {
		r.Put(0, y, Accent, in.mark(0)+m.now+in.mark(1))
		y++
	}
	return y
}

// mark is one end of what marks the present one of several words.
func (in *Instant) mark(end int) string {
	if in.Glyphs.ASCII {
		return [2]string{"[", "]"}[end]
	}
	return [2]string{"▌", "▐"}[end]
}

// drawMoves lists what may be said now with the answers, then what would be out
// of order.
func drawMoves(in *Instant, m *moment, r Region) {
	legal, other := m.may()
	if len(legal) == 0 || r.H < 2 {
		return
	}
	r.PutMax(0, 0, r.W, Quiet, in.Words.T("dlg.may"))
	y := 1
	wide := verbWidth(legal)
	for i, mv := range legal {
		if y == r.H-1 && i < len(legal)-1 || y >= r.H {
			r.PutMax(1, y, r.W-1, Quiet, in.Words.T("dlg.more", "n", itoa(len(legal)-i)))
			return
		}
		drawMove(in, m.proto, mv, wide, r.Sub(1, y, r.W-1, 1))
		y++
	}
	if y+2 >= r.H || len(other) == 0 {
		return
	}
	r.PutMax(0, y+1, r.W, Quiet, in.Words.T("dlg.maynot"))
	y += 2
	wide = verbWidth(other)
	for i := 0; i < len(other) && y < r.H; i++ {
		drawMove(in, m.proto, other[i], wide, r.Sub(1, y, r.W-1, 1))
		y++
	}
}

func verbWidth(moves []move) int {
	wide := 4
	for _, mv := range moves {
		wide = max(wide, textWidth(mv.verb))
	}
	return min(wide, 12)
}

// drawMove writes a command and its answer in a row.
func drawMove(in *Instant, proto trace.Proto, mv move, wide int, r Region) {
	st, answer := protoStyle(proto), Plain
	if !mv.legal {
		st = Quiet
	}
	if refusal(mv.answer) {
		answer = Quiet
	}
	r.PutMax(0, 0, wide, st, mv.verb)
	x := r.Put(wide+1, 0, Rule, arrowTo+" ")
	x = r.PutMax(x, 0, r.W-x, answer, strings.TrimPrefix(mv.answer, rehearsedTag))
	if mv.args != "" && r.W > 60 && x+8 < r.W {
		r.PutMax(x+2, 0, r.W-x-2, Quiet, mv.args)
	}
}

// rehearsedTag is the tag of the rehearsed commands of IMAP, which says nothing.
const rehearsedTag = "a1 "

// drawCollected writes the envelope of a transaction under way.
func drawCollected(in *Instant, m *state.Transaction, r Region, y int) int {
	r.Put(0, y, Quiet, in.Words.T("dlg.envelope"))
	from, _ := in.Snap.Path(m.From)
	r.PutMax(1, y+1, r.W-1, Plain, in.Words.T("msg.from")+" <"+from+">")
	y += 2
	for i, s := range m.To {
		if i == 5 {
			r.Put(1, y, Quiet, "+"+itoa(len(m.To)-i))
			return y + 1
		}
		to, _ := in.Snap.Path(s)
		r.PutMax(1, y, r.W-1, Plain, in.Words.T("msg.to")+" <"+to+">")
		y++
	}
	return y
}

// drawStateFoot is the panel where it has to lie below the dialogue: the states
// in one row, and what may be said in columns.
func drawStateFoot(in *Instant, id trace.ConnID, r Region) {
	m := in.moment(id)
	r.Fill(0, 0, r.W, Rule, in.Glyphs.H)
	x := 0
	for i, name := range m.machine.states {
		if i > 0 {
			x = r.Put(x, 1, Rule, in.Glyphs.H+in.Glyphs.Right)
		}
		if name == m.now {
			x = r.Put(x, 1, Accent, in.mark(0)+shortState(name)+in.mark(1))
		} else {
			x = r.PutMax(x+1, 1, r.W-x-2, Quiet, shortState(name)) + 1
		}
	}
	legal, other := m.may()
	all := append(legal, other...)
	if len(all) == 0 || r.H < 3 {
		return
	}
	wide := verbWidth(all)
	least := wide + 15 // of a column: enough for a verb, a code and a word
	columns := min(max((len(all)+r.H-3)/(r.H-2), 1), max(r.W/least, 1))
	w := (r.W - 2) / columns
	for i, mv := range all {
		y := 2 + i/columns
		if y >= r.H {
			return
		}
		drawMove(in, m.proto, mv, wide, r.Sub(1+i%columns*w, y, w-1, 1))
	}
}

// shortState is a state's name without what stands behind a comma.
func shortState(name string) string {
	if _, short, ok := strings.Cut(name, ", "); ok {
		return short
	}
	return name
}
