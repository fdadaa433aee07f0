package tui

import (
	"slices"
	"strings"

	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// From the shell of a task one can talk to any server: "telnet HOST PORT"
// connects the keyboard until the connection is over.

// dial connects the keyboard; false when only the resolver of the host may know
// the name.
func (s *seated) dial(l *Learner, line string, words []string) bool {
	if len(words) != 3 || words[0] != "telnet" {
		return false
	}
	to, err := s.branch().Reach(s.shell.Host, words[1], words[2])
	if err != nil {
		return false
	}
	t, err := s.shell.Telnet(line, to)
	if err != nil {
		l.notice = firstLine(err)
		return true
	}
	s.tel = t
	s.settle()
	s.done(l)
	return true
}

// over tells whether the connection of the keyboard has ended.
func (s *seated) over() bool { return s.tel != nil && s.tel.End() != nil }

// say types a line into the connection.
func (s *seated) say(l *Learner, line string, bare bool) {
	if s.over() {
		s.hangUp(l)
		return
	}
	if line != "" {
		s.past = append(s.past, line)
	}
	if err := s.tel.Type(typable(line), "", bare); err != nil {
		l.notice = l.player.seatEnd(err)
		return
	}
	s.settle()
	s.done(l)
}

// hangUp closes the connection and goes back to the shell.
func (s *seated) hangUp(l *Learner) {
	s.tel = nil
	s.shell.Return()
	s.settle()
	s.done(l)
}

// remark is what there is to be said about the last line: a mistake, or what
// becomes of the connection.
func (s *seated) remark(l *Learner) why {
	b := &keyboard{seat: s.shell, at: -1}
	if s.tel != nil {
		b.seat = s.tel
	}
	w := l.look.words
	if b.seat.Branch == nil || l.player.story.T != b.seat.Branch.Trace() {
		return why{}
	}
	if end := b.seat.End(); end != nil {
		return why{text: l.player.seatEnd(end) + " " + w.T("seat.over.shell")}
	}
	h := l.player.hintAt(b)
	if h.key == "" || h.key == "hint.ran" {
		return why{}
	}
	return why{text: w.T(h.key, h.pairs...), ref: h.ref}
}

// head is what stands before the line that is typed.
func (s *seated) head(p *Player) string {
	switch {
	case s.here != nil:
		return "> "
	case s.tel != nil:
		return "C: "
	}
	return p.short(s.shell.Host) + "$ "
}

// transcript is what the screen of the keyboard shows: commands with their
// prompts, and what they printed; of connections what was said.
func (s *seated) transcript(in *Instant) []proseLine {
	t := s.trace()
	var rows []proseLine
	opened := s.branch().Opened()
	for q := s.from + 1; t.Has(q); q++ {
		e := t.At(q)
		switch {
		case e.Kind == trace.Action && t.Name(e.B) == "command":
			rows = append(rows, proseLine{{in.Story.short(e.Node) + "$ ", Quiet}, {oneLine(t.Text(e)), Title}})
		case e.Kind == trace.Open && slices.Contains(opened, e.Conn):
			rows = append(rows, proseLine{{in.Story.short(e.Node) + "$ ", Quiet}, {"telnet " + strings.Replace(t.Conn(e.Conn).ServerAddr, ":", " ", 1), Title}})
		case e.Kind.Said() && slices.Contains(opened, e.Conn):
			rows = append(rows, saidHere(t, e)...)
		case e.Kind == trace.Output:
			for _, line := range strings.Split(strings.TrimRight(string(t.Text(e)), "\n"), "\n") {
				rows = append(rows, proseLine{{strings.ReplaceAll(line, "\t", "  "), Plain}})
			}
		}
	}
	return rows
}

// saidHere are the lines of something that was said on a connection.
func saidHere(t *trace.Trace, e *trace.Event) (rows []proseLine) {
	st := Plain
	if e.Side == trace.Client {
		st = Title
	}
	for line := range strings.Lines(string(t.Text(e))) {
		rows = append(rows, proseLine{{e.Side.String() + ": ", Quiet}, {wire.Visible(strings.TrimRight(line, "\r\n")), st}})
	}
	return rows
}

// sits tells which seat the keyboard belongs to now.
func (s *seated) sits() *scenario.Seat {
	if s.tel != nil {
		return s.tel
	}
	return s.shell
}
