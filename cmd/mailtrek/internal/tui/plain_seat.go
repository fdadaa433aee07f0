package tui

import (
	"bufio"
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// A seat in lines: what is read is typed, and what the server answers is
// printed. A line that begins with a tilde is for the program, as in ssh(1) and
// cu(1); two of them type one.

// do carries out what a command has begun, with all the work that follows.
func (l *plainPlayer) do(cmd tea.Cmd) {
	for cmd != nil {
		_, cmd = l.Update(cmd())
	}
}

// seatCommand sits down at a telnet: "HOST:PORT from HOST".
func (l *plainPlayer) seatCommand(arg string) {
	at := l.at
	l.do(l.mayFork(func() tea.Cmd {
		return l.survey(func(w *facts) tea.Cmd {
			defer w.branch.Close()
			place, from, _ := strings.Cut(arg, " from ")
			if place = strings.TrimSpace(place); place == "" {
				l.listSeats(w)
				return nil
			}
			to, ok := w.listener(place)
			if i := strings.LastIndexByte(place, ':'); !ok && i > 0 {
				to, ok = w.listener(l.hostNamed(place[:i]) + place[i:])
			}
			if !ok {
				l.print(l.look.words.T("plain.seat.noaddr", "place", place))
				l.listSeats(w)
				return nil
			}
			host := l.hostNamed(strings.TrimSpace(from))
			if host == "" && strings.TrimSpace(from) != "" {
				l.print(l.look.words.T("learn.nohost", "host", strings.TrimSpace(from)))
				return nil
			}
			for _, g := range w.guests() {
				if host == "" && g != to.Host {
					host = g
				}
			}
			return l.sit(l.course.branch.Telnet(at, host, to.Addr))
		})
	}))
	l.seated()
}

// shellCommand sits down at the shell of a host.
func (l *plainPlayer) shellCommand(arg string) {
	l.do(l.mayFork(func() tea.Cmd {
		host := l.hostNamed(arg)
		if host == "" {
			l.print(l.look.words.T("learn.nohost", "host", arg))
			return nil
		}
		return l.sit(l.course.branch.Shell(l.at, host, ""))
	}))
	l.seated()
}

// hostNamed is the full name of a host: by itself, by its short name, or by a
// label that it alone has; empty when there is none.
func (p *Player) hostNamed(name string) string {
	s := p.course.branch.Scenario
	if h := s.Host(name); h != nil {
		return h.Name
	}
	labels := ""
	for _, h := range s.Hosts {
		if p.short(h.Name) == name {
			return h.Name
		}
		if !slices.Contains(strings.Split(h.Name, "."), name) {
			continue
		}
		if labels != "" {
			return ""
		}
		labels = h.Name
	}
	return labels
}

// listener is the place that a name and a port mean.
func (w *facts) listener(place string) (scenario.Listening, bool) {
	for _, l := range w.listeners {
		if place == l.String() || place == w.short(l.Host)+":"+portOf(l.String()) || place == l.Addr.String() {
			return l, true
		}
	}
	return scenario.Listening{}, false
}

// listSeats says where one can sit down.
func (l *plainPlayer) listSeats(w *facts) {
	words := l.look.words
	first := ""
	var lines []string
	for _, at := range w.listeners {
		if proto := protoOf(portOf(at.String())); proto != trace.DNS {
			if first == "" {
				first = at.String()
			}
			lines = append(lines, at.String()+", "+at.Service)
		}
	}
	guests := w.guests()
	l.print(words.T("plain.seats", "place", first, "host", guests[0]))
	for _, line := range lines {
		l.print(line)
	}
	l.print(words.T("plain.seat.hosts", "hosts", strings.Join(guests, ", ")))
}

// seated says that one sits, and what is heard first.
func (l *plainPlayer) seated() {
	l.noticed()
	if l.board == nil {
		return
	}
	l.print(l.look.words.T("plain.seat.taken", "what", l.seatName(l.board.seat)))
	l.heard = l.board.seat.After
	l.answered()
}

// noticed says what the screen would have said in its last row.
func (l *plainPlayer) noticed() {
	if l.notice != "" {
		l.print(l.notice)
		l.notice = ""
	}
}

// answered prints what has come since, and the remark of the margin.
func (l *plainPlayer) answered() {
	b := l.board
	if b == nil {
		return
	}
	in := l.instant()
	t := in.Story.T
	if b.seat.Branch != nil && t == b.seat.Branch.Trace() {
		for q := l.heard + 1; t.Has(q); q++ {
			l.heardEvent(in, t.At(q), q)
		}
		l.heard = trace.Seq(t.Len())
	}
	if h := l.hint(); h.key != "" && h.key != "hint.ran" {
		l.print(joinWords(in.Words.T(h.key, h.pairs...), parens(h.ref)))
	}
	if end := b.seat.End(); end != nil {
		l.print(l.seatEnd(end))
	}
	if b.until != "" {
		l.print(in.Words.T("plain.seat.here", "word", b.until))
	}
}

// heardEvent prints an event that the keyboard hears.
func (l *plainPlayer) heardEvent(in *Instant, e *trace.Event, q trace.Seq) {
	b, t := l.board, in.Story.T
	lines := func(head string) {
		for s := range strings.Lines(string(t.Text(e))) {
			l.print(head + visibleText(strings.TrimRight(s, "\r\n")))
		}
	}
	switch {
	case b.seat.IsShell():
		n := len(b.seat.Lines)
		if n == 0 || e.Kind != trace.Output || e.Node != t.NodeNamed(b.seat.Lines[n-1].Host) {
			return
		}
		lines("")
		if e.Code != 0 {
			l.print(in.Words.T("seat.status", "n", itoa(int(e.Code))))
		}
	case e.Conn != b.seat.Conn() || e.Conn == 0:
	case e.Kind.Said() && e.Side == trace.Server:
		lines("S: ")
	case e.Kind == trace.TLS:
		l.print("(TLS " + t.Name(e.A) + ")")
	}
}

// typeLine types a line at the seat, or carries out one for the program.
func (l *plainPlayer) typeLine(line string) {
	rest, own := strings.CutPrefix(line, "~")
	if own && !strings.HasPrefix(rest, "~") {
		l.tilde(rest)
		return
	}
	if own {
		line = rest
	}
	l.type1(line, false)
}

// type1 types one line.
func (l *plainPlayer) type1(line string, bare bool) {
	old := l.board
	l.do(l.submit(typable(line), bare))
	l.noticed()
	switch {
	case l.board == nil:
		l.tell()
	case l.board != old && l.board.under == old:
		l.seated()
	default:
		l.answered()
	}
}

// tilde is a command to the program from a seat.
func (l *plainPlayer) tilde(line string) {
	word, arg, _ := strings.Cut(line, " ")
	w := l.look.words
	switch word {
	case ".", "quit", "leave":
		under := l.board.under
		l.do(l.stand())
		l.noticed()
		if under == nil {
			l.tell()
		}
	case "undo":
		l.do(l.undo())
		l.noticed()
		if l.board != nil && l.board.line.text != "" {
			l.print(l.board.line.text)
			l.board.line.set("")
		}
		l.heard = trace.Seq(l.story.T.Len())
	case "wait":
		l.pass()
		l.noticed()
		l.answered()
	case "lf":
		l.type1(arg, true)
	case "may":
		verbs, args := l.legal()
		for i, v := range verbs {
			verbs[i] = joinWords(v, args[i])
		}
		if l.board.typing() {
			verbs = []string{"."}
		}
		l.print(w.T("plain.seat.may", "verbs", strings.Join(verbs, "; ")))
	case "complete":
		l.completions(arg)
	case "why":
		m := l.margin(l.instant())
		l.print(joinWords(m.text, parens(m.ref)))
	case "lens":
		l.lensNamed(arg)
	case "save":
		l.saveCommand(arg)
	default:
		l.print(w.T("plain.seat.help"))
	}
}

// completions prints how a line can go on.
func (l *plainPlayer) completions(text string) {
	n := 0
	for _, c := range l.candidates(text) {
		if len(c.text) > len(text) && strings.EqualFold(c.text[:len(text)], text) {
			if n++; n > plainRows {
				l.print(l.look.words.T("choose.more", "n", itoa(n)))
				return
			}
			l.print(strings.TrimRight(c.text+", "+c.note, ", "))
		}
	}
	if n == 0 {
		l.print(l.look.words.T("complete.none"))
	}
}

// saveCommand writes the run.
func (l *plainPlayer) saveCommand(name string) {
	l.askSave()
	if l.prompt == nil {
		l.noticed()
		return
	}
	if name == "" {
		name = l.prompt.text
	}
	l.prompt = nil
	l.saveAs(name)
	l.noticed()
}

// linear is a linear player of what a Player plays.
func linear(p *Player, out io.Writer, width int) *plainPlayer {
	p.linear, p.look.keys = true, &plainKeys
	return &plainPlayer{Player: p, out: bufio.NewWriter(out), width: width}
}
