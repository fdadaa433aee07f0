package tui

import (
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The linear twins of the lenses: the same facts from the same models, one a
// line, without boxes and columns, for a screen reader. A line that leads to
// an event begins with its number.

// plainRows is how many rows a twin takes of a list that can be very long.
const plainRows = 40

// plainGlyphs are signs that a screen reader reads as words or passes over.
var plainGlyphs = Glyphs{H: "-", V: "|", Left: "<", Right: ">", Cross: "x", Bang: "!", Sep: ",", Dot: "", Cursor: "*", Letter: "", Corner: "-", Unequal: "!=", Loop: "~", ASCII: true}

// plain is the twin of a lens at the instant.
func (in *Instant) plain(l *Lens) []string {
	twin := *in
	twin.Glyphs = &plainGlyphs
	twin.Pick, twin.Scroll = 0, 0
	var out []string
	for _, line := range l.Plain(&twin) {
		line = strings.ReplaceAll(line, " "+arrowTo+" ", " "+in.Words.T("plain.to")+" ")
		out = append(out, cleanLine(line))
	}
	if len(out) == 0 {
		return []string{in.Words.T("plain.empty")}
	}
	return out
}

// cleanLine is a line without anything that must not reach a terminal.
func cleanLine(s string) string {
	return strings.TrimRight(clean(strings.ReplaceAll(s, "\n", " ")), " ")
}

// numbered puts its number before a line that can be chosen.
func numbered(n int, line string) string { return itoa(n) + ". " + line }

// plainMap lists the hosts and what is there, the links that are open, and what
// travels.
func plainMap(in *Instant) []string {
	plan := in.Story.mapPlan()
	d := mapDrawing{in: in, at: in.event(), mail: in.Story.msg(in.At)}
	if d.mail != 0 {
		d.places = in.Snap.Where(d.mail)
	}
	var out []string
	say := func(id trace.NodeID) {
		line := in.Story.T.Node(id).Name
		if r := in.roles(id); r != "" {
			line += ", " + r
		}
		if status, _ := d.status(id); status != "" {
			line += ": " + strings.TrimSpace(status)
		}
		out = append(out, line)
	}
	for _, id := range plan.names {
		say(id)
	}
	for _, column := range plan.columns {
		for _, id := range column {
			say(id)
		}
	}
	for _, c := range in.Snap.OpenConns() {
		conn := in.Story.T.Conn(c.ID)
		if conn.Client != conn.Server {
			out = append(out, in.Words.T("plain.open", "from", in.Story.short(conn.Client), "to", in.Story.short(conn.Server), "proto", strings.ToUpper(conn.Proto.String())))
		}
	}
	for _, p := range d.places {
		if text := in.placeWords(p); text != "" {
			out = append(out, in.Words.T("msg.where")+": "+text)
		}
	}
	return append(out, in.eventWords(in.At))
}

// eventWords is an event with its hosts, as the caption of the map has it.
func (in *Instant) eventWords(s trace.Seq) string {
	e := in.Story.T.At(s)
	l := in.labelOf(e)
	who := ""
	if e.Node != 0 {
		who = in.Story.short(e.Node)
		if e.Peer != 0 && e.Peer != e.Node {
			who += " " + in.Words.T("plain.to") + " " + in.Story.short(e.Peer)
		}
		who += ": "
	}
	if e.Kind.Said() {
		l.text = e.Side.String() + ": " + l.text
	}
	if l.sign != "" {
		l.text = l.sign + " " + l.text
	}
	return who + l.text
}

// plainLadder lists the last arrows, with the hosts written out.
func plainLadder(in *Instant) []string {
	t := in.Story.T
	out := []string{in.Words.T("plain.hosts", "hosts", strings.Join(in.hostWords(), "; "))}
	rows, _ := in.rungs(in.Story.hosts, plainRows)
	for _, row := range rows {
		line := stamp(t.At(row.last).Time) + "  " + in.Story.short(row.from)
		if row.to != 0 && row.to != row.from {
			line += " " + in.Words.T("plain.to") + " " + in.Story.short(row.to)
		}
		line += ": "
		if row.label.sign != "" {
			line += row.label.sign + " "
		}
		line += row.label.text
		if row.first <= in.At && in.At <= row.last {
			line = "* " + line
		}
		out = append(out, line)
	}
	return out
}

// hostWords are the hosts with their roles.
func (in *Instant) hostWords() []string {
	var out []string
	for _, id := range in.Story.hosts {
		out = append(out, joinWords(in.Story.T.Node(id).Name, in.roles(id)))
	}
	return out
}

// plainDialogue lists what was said, the states, and what may be said.
func plainDialogue(in *Instant) []string {
	t, w := in.Story.T, in.Words
	id := in.Story.conn(in.At)
	switch {
	case id == 0:
		return []string{w.T("dlg.none")}
	case t.Conn(id).UDP:
		return plainDNS(in)
	}
	c := t.Conn(id)
	head := t.Node(c.Client).Name + " " + w.T("plain.to") + " " + t.Node(c.Server).Name + serverPort(c.ServerAddr) + ", " + strings.ToUpper(c.Proto.String())
	if s := in.Snap.Conn(id); s != nil && s.TLS != 0 {
		head += " " + w.T("dlg.inside", "version", t.Name(t.At(s.TLS).A))
	}
	out := []string{head, w.T("dlg.conn", "n", itoa(int(id)), "of", itoa(t.Conns())) + ", " + w.T("dlg.state") + " " + in.sessionState(id)}
	number := map[trace.Seq]int{}
	for i, p := range dialoguePicks(in) {
		number[p.wrote] = i + 1
	}
	for _, row := range in.saidRows(id, pickReach, 1<<20) {
		line := strings.TrimSpace(row.side + " " + row.text)
		if row.time != "" {
			line = row.time + "  " + line
		}
		if row.sealed {
			line += " (TLS)"
		}
		if row.note != "" {
			line += ", " + w.T("dlg.state") + ": " + row.note
		}
		if n := number[row.event]; n > 0 {
			line = numbered(n, line)
			delete(number, row.event)
		}
		if row.event == in.At || row.noted == in.At && row.noted != 0 {
			line = "* " + line
		}
		out = append(out, line)
	}
	return append(out, in.plainMoment(id)...)
}

// plainMoment are the states of a session and what may be said.
func (in *Instant) plainMoment(id trace.ConnID) []string {
	w, m := in.Words, in.moment(id)
	var out []string
	if m.conn == nil || m.machine == nil {
		return nil
	}
	for i, name := range m.machine.states {
		ahead, stay, away, others := m.machine.edges(i)
		line := w.T("plain.state", "name", name)
		if i+1 < len(m.machine.states) && len(ahead) > 0 {
			line += "; " + strings.Join(ahead, " ") + " " + w.T("plain.leads", "to", m.machine.states[i+1])
		}
		if len(stay) > 0 {
			line += "; " + strings.Join(stay, " ") + " " + w.T("plain.stays")
		}
		for _, to := range others {
			line += "; " + strings.Join(away[to], " ") + " " + w.T("plain.leads", "to", to)
		}
		if name == m.now {
			line = "* " + line
		}
		out = append(out, line)
	}
	if m.conn.Mail.From != 0 && (m.proto == trace.SMTP || m.proto == trace.LMTP) {
		from, _ := in.Snap.Path(m.conn.Mail.From)
		out = append(out, w.T("dlg.envelope")+": "+w.T("msg.from")+" <"+from+">")
		for _, s := range m.conn.Mail.To {
			to, _ := in.Snap.Path(s)
			out = append(out, w.T("dlg.envelope")+": "+w.T("msg.to")+" <"+to+">")
		}
	}
	if lock := in.lockWords(id); lock != "" {
		out = append(out, lock)
	}
	legal, other := m.may()
	for _, mv := range legal {
		out = append(out, w.T("plain.may", "what", joinWords(mv.verb, mv.args), "answer", mv.answer))
	}
	for _, mv := range other {
		out = append(out, w.T("plain.maynot", "what", joinWords(mv.verb, mv.args), "answer", mv.answer))
	}
	return out
}

// plainPostfix lists the queues, the destinations, the tries.
func plainPostfix(in *Instant) []string {
	node := in.mailHost()
	w := in.Words
	if node == 0 {
		return []string{w.T("pfx.none")}
	}
	total := 0
	for _, q := range state.QueueNames {
		total += in.Snap.QueueLen(node, q)
	}
	out := []string{in.Story.T.Node(node).Name + ", " + w.T("pfx.total", "n", itoa(total))}
	way, agent := in.way(node)
	if agent != "" {
		way = append(way[:len(way):len(way)], agent)
	}
	out = append(out, w.T("plain.way", "way", strings.Join(way, ", ")))
	if at := in.tokenAt(node); at != "" {
		out = append(out, w.T("plain.token", "at", at))
	}
	if text := in.daemonWords(node); text != "" {
		out = append(out, text)
	}
	for _, q := range state.QueueNames {
		n := in.Snap.QueueLen(node, q)
		out = append(out, q+": "+itoa(n))
		for _, e := range in.Snap.Queue(node, q, 6) {
			out = append(out, in.fileWords(e)...)
		}
	}
	for _, d := range in.destinations(node) {
		out = append(out, strings.TrimRight(w.T("plain.destination", "name", d.name)+", "+in.destinationWords(&d)+", "+d.said, ", "))
	}
	if e := in.retried(node); e != nil {
		tries := in.tries(e)
		out = append(out, w.T("pfx.tries")+" "+e.ID+": "+in.triesWords(e, tries), stamp(tries[0].from)+" "+w.T("plain.to")+" "+stamp(in.lastTime(tries)))
		rows := in.tryRows(tries)
		for _, row := range rows[max(len(rows)-plainRows, 0):] {
			out = append(out, w.T("pfx.tries")+" "+row)
		}
	}
	out = append(out, w.T("pfx.talk"))
	for _, row := range in.talks(node, plainRows) {
		line := stamp(in.Story.T.At(row.event).Time) + " " + row.who + ": " + row.asked
		if row.answer != "" {
			line += " = " + row.answer
		}
		if row.event == in.At {
			line = "* " + line
		}
		out = append(out, line)
	}
	for _, row := range in.logRows(node, plainRows, 1<<16) {
		out = append(out, row.head+row.program+row.text)
	}
	return out
}

// fileWords are a queue file in lines.
func (in *Instant) fileWords(e *state.Entry) []string {
	line := e.ID
	if e.Size != 0 {
		line += ", " + itoa(e.Size) + " B"
	}
	line += ", " + in.ageWords(e)
	if e.Ready {
		line += ", " + senderOf(e)
	}
	out := []string{line}
	for _, to := range e.Recipients {
		out = append(out, joinWords(e.ID, in.Words.T("msg.to"), "<"+to.Address+">", to.Fate.String()))
	}
	if e.Reason != "" {
		out = append(out, e.ID+" "+e.Reason)
	}
	if e.Queue == "deferred" {
		out = append(out, e.ID+" "+in.waitWords(e))
	}
	return out
}
